//! The control bits of a TCP header (RFC 9293 §3.1, RFC 3168, RFC 9768).

use std::fmt;

/// The control bits of one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpFlags(u16);

/// The bits in the order in which a person reads them, each with its name.
const NAMES: &[(TcpFlags, &str)] = &[
    (TcpFlags::SYN, "SYN"),
    (TcpFlags::FIN, "FIN"),
    (TcpFlags::RST, "RST"),
    (TcpFlags::PSH, "PSH"),
    (TcpFlags::ACK, "ACK"),
    (TcpFlags::URG, "URG"),
    (TcpFlags::ECE, "ECE"),
    (TcpFlags::CWR, "CWR"),
    (TcpFlags::AE, "AE"),
];

impl TcpFlags {
    /// No more data from the sender.
    pub const FIN: TcpFlags = TcpFlags(1);
    /// The numbers begin here.
    pub const SYN: TcpFlags = TcpFlags(2);
    /// The connection is thrown away.
    pub const RST: TcpFlags = TcpFlags(4);
    /// Hand it to the program at once.
    pub const PSH: TcpFlags = TcpFlags(8);
    /// The acknowledgement number counts.
    pub const ACK: TcpFlags = TcpFlags(16);
    /// The urgent pointer counts.
    pub const URG: TcpFlags = TcpFlags(32);
    /// A router marked congestion.
    pub const ECE: TcpFlags = TcpFlags(64);
    /// The sender has slowed down for it.
    pub const CWR: TcpFlags = TcpFlags(128);
    /// Accurate ECN.
    pub const AE: TcpFlags = TcpFlags(256);

    /// The bits as they stand behind the data offset: the lowest nine.
    pub fn from_bits(bits: u16) -> Self {
        TcpFlags(bits & 0x1ff)
    }

    /// These and those.
    #[must_use]
    pub const fn intersection(self, other: TcpFlags) -> TcpFlags {
        TcpFlags(self.0 | other.0)
    }

    /// Whether all of those are set.
    pub fn contains(self, other: TcpFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of those is set.
    pub fn any(self, other: TcpFlags) -> bool {
        self.0 & other.0 != 0
    }

    /// The names of those that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| *name)
    }
}

/// The names, joined as `SYN-ACK`; `no flags` where none is set.
impl fmt::Display for TcpFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names().collect();
        f.write_str(if names.is_empty() { "no flags".to_owned() } else { names.join("-") }.as_str())
    }
}
