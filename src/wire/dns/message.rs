//! A DNS message as it says itself, and each of its fields at its bytes.

use std::net::IpAddr;
use std::ops::Range;

use super::record_type::{RecordType, rcode_name};

/// How many fields of one message are listed; more are counted.
pub const MOST_FIELDS: usize = 2_048;

/// How many records of one message are read; a message with more has a fault.
pub const MOST_RECORDS: usize = 4_096;

/// A message, read as far as it makes sense.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsMessage {
    /// The number that an answer shares with its query.
    pub id: u16,
    /// The flags, with operation and response code among them (RFC 1035 §4.1.1).
    pub flags: u16,
    /// What the header says of how many questions, answers, authority and additional records there are.
    pub counts: [u16; 4],
    /// The questions.
    pub questions: Vec<DnsQuestion>,
    /// What answers the question.
    pub answers: Vec<DnsRecord>,
    /// Who is responsible: name servers, or the start of the zone for an answer that says no.
    pub authorities: Vec<DnsRecord>,
    /// What may be useful beside; EDNS is not among them.
    pub additionals: Vec<DnsRecord>,
    /// The extension, where it has one.
    pub edns: Option<EdnsView>,
    /// How long it is, in bytes.
    pub bytes: usize,
    /// What could not be read, and where: all after it is missing here.
    pub fault: Option<DnsFault>,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsQuestion {
    /// The name, absolute, with a dot at its end.
    pub name: String,
    /// Which records of it.
    pub kind: RecordType,
    /// The class: 1 is the Internet.
    pub class: u16,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsRecord {
    /// Whose it is, absolute.
    pub name: String,
    /// Its type.
    pub kind: RecordType,
    /// Its class.
    pub class: u16,
    /// How long it may be kept, in seconds.
    pub ttl: u32,
    /// What it says, in presentation form. Nothing in it is obeyed by a terminal.
    pub data: String,
    /// The address that it says, for A and AAAA.
    pub address: Option<IpAddr>,
}

/// EDNS as a message has it (RFC 6891).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdnsView {
    /// The longest datagram that its sender takes, in bytes.
    pub udp_payload: u16,
    /// The upper eight bits of the response code.
    pub upper_rcode: u8,
    /// The version: 0.
    pub version: u8,
    /// DO: signatures are wanted.
    pub dnssec_ok: bool,
    /// The options: name and what they hold.
    pub options: Vec<(String, String)>,
}

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsFault {
    /// The byte at which reading stopped.
    pub at: usize,
    /// Why.
    pub why: String,
}

/// One field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsField {
    /// Its bytes.
    pub range: Range<usize>,
    /// How far it stands inside others, from 0.
    pub depth: u8,
    /// What it is called.
    pub name: String,
    /// What it says; may be empty for a heading.
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

    /// Whether it is an answer.
    pub fn is_response(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// TC: it was cut short, and TCP has the whole.
    pub fn is_truncated(&self) -> bool {
        self.flags & 0x0200 != 0
    }

    /// The names of the flags that are set, as `dig` writes them.
    pub fn flag_names(&self) -> Vec<&'static str> {
        FLAGS.iter().filter(|(bit, _)| self.flags & bit != 0).map(|(_, name)| *name).collect()
    }

    /// The addresses among its answers.
    pub fn addresses(&self) -> Vec<IpAddr> {
        self.answers.iter().filter_map(|record| record.address).collect()
    }

    /// How long its answers may be kept: the least of their times.
    pub fn ttl(&self) -> Option<u32> {
        self.answers.iter().map(|record| record.ttl).min()
    }

    /// Whether it names other servers to ask instead of answering: no answer, and name servers without the zone's
    /// start (RFC 2308 §2.1.1).
    pub fn is_referral(&self) -> bool {
        let has = |kind| self.authorities.iter().any(|record| record.kind == kind);
        self.answers.is_empty() && has(RecordType::NS) && !has(RecordType::SOA) && self.flags & 0x0400 == 0
    }

    /// Whether it answers with a record of the type that was asked for.
    pub fn has_answer_of(&self, kind: RecordType) -> bool {
        self.answers.iter().any(|record| record.kind == kind || kind.0 == 255)
    }
}
