//! The control bits of a TCP header (RFC 9293 §3.1, RFC 3168, RFC 9768).

use std::fmt;

/// The control bits of one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpFlags(u16);

/// The bits in reading order, each with its name.
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
    /// Synchronises sequence numbers.
    pub const SYN: TcpFlags = TcpFlags(2);
    /// Resets the connection.
    pub const RST: TcpFlags = TcpFlags(4);
    /// Push: deliver to the program immediately.
    pub const PSH: TcpFlags = TcpFlags(8);
    /// The acknowledgement number is valid.
    pub const ACK: TcpFlags = TcpFlags(16);
    /// The urgent pointer is valid.
    pub const URG: TcpFlags = TcpFlags(32);
    /// A router marked congestion.
    pub const ECE: TcpFlags = TcpFlags(64);
    /// The sender has reduced its congestion window.
    pub const CWR: TcpFlags = TcpFlags(128);
    /// Accurate ECN.
    pub const AE: TcpFlags = TcpFlags(256);

    /// The lowest nine of the bits after the data offset.
    pub fn from_bits(bits: u16) -> Self {
        TcpFlags(bits & 0x1ff)
    }

    /// The union: bits that are set in either.
    #[must_use]
    pub const fn union(self, other: TcpFlags) -> TcpFlags {
        TcpFlags(self.0 | other.0)
    }

    /// Whether all bits of `other` are set.
    pub fn contains(self, other: TcpFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any bit of `other` is set.
    pub fn any(self, other: TcpFlags) -> bool {
        self.0 & other.0 != 0
    }

    /// The names of the bits that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| *name)
    }
}

/// The names, joined as `SYN-ACK`; `no flags` if none is set.
impl fmt::Display for TcpFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.names().collect();
        f.write_str(if names.is_empty() { "no flags".to_owned() } else { names.join("-") }.as_str())
    }
}
