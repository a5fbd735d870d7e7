//! Parses a DNS message: sections, records, EDNS.

use super::message::{DnsFault, DnsField, DnsMessage, DnsQuestion, DnsRecord, EdnsView, MOST_RECORDS};
use super::reader::DnsWalk;
use super::record_type::{RecordType, class_name, opcode_name, rcode_name};
use super::{edns, rdata};

impl DnsMessage {
    /// Parses a message. Never fails: an invalid part becomes its [`DnsMessage::fault`].
    ///
    /// Cost: linear in the bytes; names may be read up to 255 times.
    pub fn read(bytes: &[u8]) -> DnsMessage {
        parse(bytes).0
    }

    /// Whether the bytes might be a message, by its header: an operation that exists, a reserved bit that is zero, and no
    /// more records than they have room for. Cost: a few comparisons.
    pub fn is_possible(bytes: &[u8]) -> bool {
        let Some(header) = bytes.first_chunk::<12>() else { return false };
        let number = |at: usize| usize::from(u16::from_be_bytes([header[at], header[at + 1]]));
        let (questions, records) = (number(4), number(6) + number(8) + number(10));
        let is_operation = matches!(header[2] >> 3 & 0xf, 0..=2 | 4..=6);
        // A question has at least 5 bytes, a record 11.
        let least = 12 + 5 * questions + 11 * records;
        is_operation && header[3] & 0x40 == 0 && questions + records > 0 && least <= bytes.len()
    }

    /// The fields of a message in byte order, and how many there were beyond
    /// [`MOST_FIELDS`](super::message::MOST_FIELDS).
    pub fn fields(bytes: &[u8]) -> (Vec<DnsField>, usize) {
        let (_, fields, unlisted) = parse(bytes);
        (fields, unlisted)
    }
}

/// The message, its fields, and how many fields were not listed.
fn parse(bytes: &[u8]) -> (DnsMessage, Vec<DnsField>, usize) {
    let mut walk = DnsWalk::new(bytes);
    let mut message = DnsMessage { bytes: bytes.len(), ..DnsMessage::default() };
    if let Err(why) = message_in(&mut walk, &mut message) {
        let at = walk.at.min(bytes.len());
        walk.depth = 0;
        walk.add_field(at..bytes.len(), "not readable", &why);
        message.fault.get_or_insert(DnsFault { at, why });
    }
    (message, walk.fields, walk.unlisted)
}

fn message_in(walk: &mut DnsWalk<'_>, message: &mut DnsMessage) -> Result<(), String> {
    let place = walk.begin_field("header");
    walk.depth = 1;
    message.id = walk.raw_u16()?;
    walk.add_field(0..2, "id", format!("{} ({:#06x})", message.id, message.id));
    message.flags = walk.raw_u16()?;
    flags(walk, message);
    for (count, name) in message.counts.iter_mut().zip(["questions", "answers", "authority", "additional"]) {
        *count = walk.u16(name)?;
    }
    walk.depth = 0;
    walk.end_field(place, if message.is_response() { "response" } else { "query" });
    let [questions, answers, authorities, additionals] = message.counts;
    let all = message.counts.iter().map(|count| usize::from(*count)).sum::<usize>();
    if usize::from(questions) > MOST_RECORDS {
        return Err(format!("{questions} questions are too many: {MOST_RECORDS} are read"));
    }
    for number in 1..=questions {
        let question = read_question(walk, number)?;
        message.questions.push(question);
    }
    for (section, count) in [
        (RecordSection::Answer, answers),
        (RecordSection::Authority, authorities),
        (RecordSection::Additional, additionals),
    ] {
        for number in 1..=count {
            if message.answers.len() + message.authorities.len() + message.additionals.len() >= MOST_RECORDS {
                return Err(format!("{all} records are too many: {MOST_RECORDS} are read"));
            }
            let Some(record) = record(walk, section, number, message)? else { continue };
            match section {
                RecordSection::Answer => message.answers.push(record),
                RecordSection::Authority => message.authorities.push(record),
                RecordSection::Additional => message.additionals.push(record),
            }
        }
    }
    let left = walk.bytes().len() - walk.at;
    if left > 0 {
        return Err(format!("{left} bytes follow after all that the header counts"));
    }
    Ok(())
}

/// A section of a message that has records (RFC 1035 §4.1).
#[derive(Clone, Copy, PartialEq, Eq)]
enum RecordSection {
    Answer,
    Authority,
    Additional,
}

impl RecordSection {
    fn name(self) -> &'static str {
        match self {
            RecordSection::Answer => "answer",
            RecordSection::Authority => "authority",
            RecordSection::Additional => "additional",
        }
    }
}

fn flags(walk: &mut DnsWalk<'_>, message: &DnsMessage) {
    let set = message.flag_names().join(" ");
    walk.add_field(2..4, "flags", format!("{:#06x}  {set}", message.flags));
    walk.depth = 2;
    walk.add_field(2..3, "opcode", opcode_name(message.opcode()));
    let nothing = "means nothing in a query";
    let (authoritative, recursion) = match message.is_response() {
        true => (
            ("from the zone's own server", "not from the zone's own server"),
            ("it looks further", "it does not look further"),
        ),
        false => ((nothing, nothing), (nothing, nothing)),
    };
    let verified = match message.is_response() {
        true => ("verified by DNSSEC, says the server", "not said to be verified"),
        false => ("say whether it is verified", "do not say whether it is verified"),
    };
    let meanings = [
        (0x8000, 2, "qr", "response", "query"),
        (0x0400, 2, "aa", authoritative.0, authoritative.1),
        (0x0200, 2, "tc", "cut short: TCP has the whole", "whole"),
        (0x0100, 2, "rd", "asked to look further", "not asked to look further"),
        (0x0080, 3, "ra", recursion.0, recursion.1),
        (0x0020, 3, "ad", verified.0, verified.1),
        (0x0010, 3, "cd", "unverified data is wanted", "verified data only"),
    ];
    for (bit, byte, name, set, clear) in meanings {
        let is_set = message.flags & bit != 0;
        let value = format!("{} {}", u8::from(is_set), if is_set { set } else { clear });
        walk.add_field(byte..byte + 1, name, value);
    }
    walk.add_field(3..4, "rcode", rcode_name(message.flags & 0xf));
    walk.depth = 1;
}

fn read_question(walk: &mut DnsWalk<'_>, number: u16) -> Result<DnsQuestion, String> {
    let place = walk.begin_field(format!("question {number}"));
    walk.depth = 1;
    let name = walk.name("name")?;
    let kind = kind(walk)?;
    let class = class(walk)?;
    walk.depth = 0;
    walk.end_field(place, &format!("{name} {} {kind}", class_name(class)));
    Ok(DnsQuestion { name, kind, class })
}

fn kind(walk: &mut DnsWalk<'_>) -> Result<RecordType, String> {
    let kind = RecordType(walk.raw_u16()?);
    walk.add_field(walk.at - 2..walk.at, "type", format!("{} ({kind})", kind.0));
    Ok(kind)
}

fn class(walk: &mut DnsWalk<'_>) -> Result<u16, String> {
    let class = walk.raw_u16()?;
    walk.add_field(walk.at - 2..walk.at, "class", format!("{class} ({})", class_name(class)));
    Ok(class)
}

/// Reads a record; `None` for EDNS, which is stored in the message instead.
fn record(
    walk: &mut DnsWalk<'_>,
    section: RecordSection,
    number: u16,
    message: &mut DnsMessage,
) -> Result<Option<DnsRecord>, String> {
    let place = walk.begin_field(format!("{} {number}", section.name()));
    walk.depth = 1;
    let start = walk.at;
    let name = walk.name("name")?;
    let kind = kind(walk)?;
    if kind == RecordType::OPT && section == RecordSection::Additional {
        let edns = edns_record(walk, message)?;
        walk.depth = 0;
        walk.end_field(place, &format!("EDNS version {}, UDP payload {}", edns.version, edns.udp_payload));
        // RFC 6891 §6.1.1, §6.1.2.
        if message.edns.is_some() {
            fault_at(message, start, "a second OPT record: a message has at most one");
        } else if name != "." {
            fault_at(message, start, "the OPT record has a name, and must have that of the root");
        }
        message.edns.get_or_insert(edns);
        return Ok(None);
    }
    let class = class(walk)?;
    let ttl = walk.u32("ttl", " s")?;
    let end = length(walk)?;
    let place_of_data = walk.begin_field("data");
    walk.depth = 2;
    let rdata::RecordData { text: data, address, fault } = rdata::read(walk, kind, class, end);
    walk.end_field(place_of_data, &data);
    walk.depth = 0;
    walk.end_field(place, &format!("{name} {ttl} {} {kind} {data}", class_name(class)));
    if let Some(fault) = &fault {
        message.fault.get_or_insert_with(|| fault.clone());
    }
    Ok(Some(DnsRecord { name, kind, class, ttl, data, address, fault }))
}

/// Notes a rule that the message breaks, if it is the first one.
fn fault_at(message: &mut DnsMessage, at: usize, why: &str) {
    message.fault.get_or_insert_with(|| DnsFault { at, why: why.to_owned() });
}

/// Reads the length of the data that follows; returns where the data ends.
fn length(walk: &mut DnsWalk<'_>) -> Result<usize, String> {
    let length = usize::from(walk.u16("length")?);
    let end = walk.at + length;
    if end > walk.bytes().len() {
        return Err(format!("the data is {length} bytes long, and the message ends before that"));
    }
    Ok(end)
}

/// Reads the rest of an OPT record, whose fields have a meaning of their own (RFC 6891 §6.1.2, §6.1.3).
fn edns_record(walk: &mut DnsWalk<'_>, message: &mut DnsMessage) -> Result<EdnsView, String> {
    let udp_payload = walk.u16("UDP payload")?;
    let upper_rcode = walk.u8("upper rcode")?;
    let version = walk.u8("version")?;
    let flags = walk.raw_u16()?;
    let dnssec_ok = flags & 0x8000 != 0;
    let meaning = if dnssec_ok { "do: signatures are wanted" } else { "" };
    walk.add_field(walk.at - 2..walk.at, "flags", format!("{flags:#06x}  {meaning}"));
    let end = length(walk)?;
    walk.limit = end;
    let mut options = Vec::new();
    while walk.left() > 0 {
        let start = walk.at;
        match edns_option(walk) {
            Ok((name, text)) => {
                walk.add_field(start..walk.at, format!("option {name}"), text.as_str());
                options.push((name, text));
            }
            Err(why) => {
                walk.add_field(start..end, "not readable", why.as_str());
                fault_at(message, start, &format!("an EDNS option is cut short: {why}"));
                break;
            }
        }
    }
    walk.at = end;
    walk.limit = walk.bytes().len();
    Ok(EdnsView { udp_payload, upper_rcode, version, dnssec_ok, options })
}

fn edns_option(walk: &mut DnsWalk<'_>) -> Result<(String, String), String> {
    let (code, length) = (walk.raw_u16()?, walk.raw_u16()?);
    Ok(edns::option(code, walk.take_bytes(usize::from(length))?))
}

#[cfg(test)]
mod tests;
