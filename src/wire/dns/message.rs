//! A parsed DNS message, and each of its fields with its byte range.

use std::net::IpAddr;
use std::ops::Range;

use super::record_type::{RecordType, rcode_name};

/// How many fields of one message are listed; further ones are counted.
pub const MOST_FIELDS: usize = 2_048;

/// How many records of one message are read; more are a fault.
pub const MOST_RECORDS: usize = 4_096;

/// A message, parsed as far as it is valid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsMessage {
    /// The message id: an answer repeats its query's.
    pub id: u16,
    /// The flags, including the operation and the response code (RFC 1035 §4.1.1).
    pub flags: u16,
    /// The header's counts of questions, answers, authority and additional records.
    pub counts: [u16; 4],
    /// The questions.
    pub questions: Vec<DnsQuestion>,
    /// The answer records.
    pub answers: Vec<DnsRecord>,
    /// The authority records: name servers, or the zone's SOA for a negative answer.
    pub authorities: Vec<DnsRecord>,
    /// The additional records, without EDNS.
    pub additionals: Vec<DnsRecord>,
    /// EDNS, if present.
    pub edns: Option<EdnsView>,
    /// The length of the message in bytes.
    pub bytes: usize,
    /// The first rule that it breaks, and where. A record whose data breaks a rule is told by its bytes, and reading
    /// goes on after it; after anything else that cannot be read, the rest of the message is missing here.
    pub fault: Option<DnsFault>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsQuestion {
    /// The name, absolute, with a dot at its end.
    pub name: String,
    /// The record type.
    pub kind: RecordType,
    /// The class: 1 is the Internet.
    pub class: u16,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsRecord {
    /// The owner's name, absolute.
    pub name: String,
    /// Its type.
    pub kind: RecordType,
    /// Its class.
    pub class: u16,
    /// How long the record may be cached, in seconds.
    pub ttl: u32,
    /// The data in presentation form, as dig prints it with `+nosplit`, safe for a terminal; its bytes if they break
    /// the rules of the type (RFC 3597 §5).
    pub data: String,
    /// The address of an A or AAAA record.
    pub address: Option<IpAddr>,
    /// The rule that the data breaks.
    pub fault: Option<DnsFault>,
}

/// The EDNS fields of a message (RFC 6891).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdnsView {
    /// The longest UDP answer that the sender accepts, in bytes.
    pub udp_payload: u16,
    /// The upper eight bits of the response code.
    pub upper_rcode: u8,
    /// The version; 0 is the only one.
    pub version: u8,
    /// DO: the sender wants signatures.
    pub dnssec_ok: bool,
    /// The options: name and content.
    pub options: Vec<(String, String)>,
}

/// A rule that a message breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsFault {
    /// The byte at which it was noticed.
    pub at: usize,
    /// The reason.
    pub why: String,
}

/// One field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsField {
    /// Its byte range in the message.
    pub range: Range<usize>,
    /// Its nesting depth, from 0.
    pub depth: u8,
    /// Its name.
    pub name: String,
    /// Its value; may be empty for a heading.
    pub value: String,
}

/// The flags by bit, in the order in which `dig` names them.
const FLAGS: [(u16, &str); 7] =
    [(0x8000, "qr"), (0x0400, "aa"), (0x0200, "tc"), (0x0100, "rd"), (0x0080, "ra"), (0x0020, "ad"), (0x0010, "cd")];

impl DnsMessage {
    /// The response code, EDNS's upper bits included.
    pub fn rcode(&self) -> u16 {
        let upper = self.edns.as_ref().map_or(0, |edns| u16::from(edns.upper_rcode));
        upper << 4 | self.flags & 0xf
    }

    /// The response code by name, as `NXDOMAIN`.
    pub fn rcode_name(&self) -> String {
        rcode_name(self.rcode())
    }

    /// The operation: 0 is a query.
    pub fn opcode(&self) -> u16 {
        self.flags >> 11 & 0xf
    }

    /// Whether it is a response.
    pub fn is_response(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// TC: the message was cut short; the whole answer is available over TCP.
    pub fn is_truncated(&self) -> bool {
        self.flags & 0x0200 != 0
    }

    /// The names of the flags that are set, as `dig` writes them.
    pub fn flag_names(&self) -> Vec<&'static str> {
        FLAGS.iter().filter(|(bit, _)| self.flags & bit != 0).map(|(_, name)| *name).collect()
    }

    /// The addresses among its answers, of whatever name; [`DnsMessage::addresses_for`] takes those of one question.
    pub fn addresses(&self) -> Vec<IpAddr> {
        self.answers.iter().filter_map(|record| record.address).collect()
    }

    /// How long the answers may be cached: the least of their TTLs.
    pub fn ttl(&self) -> Option<u32> {
        self.answers.iter().map(|record| record.ttl).min()
    }
}
