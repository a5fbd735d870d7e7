//! The control bits of a TCP header (RFC 9293 §3.1, RFC 3168, RFC 9768).

use std::fmt;

/// The control bits of one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u16);

/// The bits in the order in which a person reads them, each with its name.
const NAMES: &[(Flags, &str)] = &[
    (Flags::SYN, "SYN"),
    (Flags::FIN, "FIN"),
    (Flags::RST, "RST"),
    (Flags::PSH, "PSH"),
    (Flags::ACK, "ACK"),
    (Flags::URG, "URG"),
    (Flags::ECE, "ECE"),
    (Flags::CWR, "CWR"),
    (Flags::AE, "AE"),
];

impl Flags {
    /// No more data from the sender.
    pub const FIN: Flags = Flags(1);
    /// The numbers begin here.
    pub const SYN: Flags = Flags(2);
    /// The connection is thrown away.
    pub const RST: Flags = Flags(4);
    /// Hand it to the program at once.
    pub const PSH: Flags = Flags(8);
    /// The acknowledgement number counts.
    pub const ACK: Flags = Flags(16);
    /// The urgent pointer counts.
    pub const URG: Flags = Flags(32);
    /// A router marked congestion.
    pub const ECE: Flags = Flags(64);
    /// The sender has slowed down for it.
    pub const CWR: Flags = Flags(128);
    /// Accurate ECN.
    pub const AE: Flags = Flags(256);

    /// The bits as they stand behind the data offset: the lowest nine.
    pub fn of_bits(bits: u16) -> Self {
        Flags(bits & 0x1ff)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether all of those are set.
    pub fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of those is set.
    pub fn any(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// The names of those that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, name)| *name)
    }
}

/// The names, joined as `SYN-ACK`; `no flags` where none is set.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names().collect();
        f.write_str(if names.is_empty() { "no flags".to_owned() } else { names.join("-") }.as_str())
    }
}
