//! ICMP messages: their meaning, and the failures that they cause.

use super::failure::{Class, Evidence, Failure};
use super::operation::FailedOperation;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

impl IcmpMessage {
    /// The meaning of type and code, in words (RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7, RFC 4443).
    pub fn meaning(&self) -> &'static str {
        match (self.v6, self.kind, self.code) {
            (false, 3, 0) => "network unreachable",
            (false, 3, 1) => "host unreachable",
            (false, 3, 2) => "protocol unreachable",
            (false, 3, 3) | (true, 1, 4) => "port unreachable",
            (false, 3, 4) => "fragmentation needed, and forbidden",
            (false, 3, 5) => "source route failed",
            (false, 3, 6) => "destination network unknown",
            (false, 3, 7) => "destination host unknown",
            (false, 3, 8) => "source host isolated",
            (false, 3, 9) => "network forbidden by an administrator",
            (false, 3, 10) => "host forbidden by an administrator",
            (false, 3, 11) => "network unreachable for this service",
            (false, 3, 12) => "host unreachable for this service",
            (false, 3, 13) | (true, 1, 1) => "forbidden by an administrator",
            (false, 3, 14) => "host precedence violation",
            (false, 3, 15) => "precedence cutoff in effect",
            (true, 1, 0) => "no route to the destination",
            (true, 1, 2) => "beyond the scope of the source address",
            (true, 1, 3) => "address unreachable",
            (true, 1, 5) => "source address not allowed",
            (true, 1, 6) => "reject route to the destination",
            (false, 3, _) | (true, 1, _) => "destination unreachable",
            (false, 11, 0) | (true, 3, 0) => "time to live exceeded on the way",
            (false, 11, _) | (true, 3, _) => "reassembly took too long",
            (false, 12, _) | (true, 4, _) => "parameter problem",
            (true, 2, _) => "packet too big",
            (false, 4, _) => "source quench",
            (false, 5, _) | (true, 137, _) => "redirect",
            _ => "error",
        }
    }

    /// The class of the failure that this message causes.
    pub fn class(&self) -> Class {
        match (self.v6, self.kind, self.code) {
            (false, 3, 3) | (true, 1, 4) => Class::Refused,
            (false, 3, 4) | (true, 2, _) => Class::Local,
            _ => Class::Unreachable,
        }
    }

    /// The failure of `operation` with `peer` that this message causes.
    pub fn failure(&self, operation: FailedOperation, peer: impl Into<String>) -> Failure {
        let protocol = if self.v6 { "ICMPv6" } else { "ICMP" };
        let by = self.offender.map(|offender| format!(" from {offender}")).unwrap_or_default();
        let IcmpMessage { kind, code, .. } = self;
        let refused = if self.class() == Class::Refused { "refused: " } else { "" };
        let message = format!("{refused}{protocol} {} (type {kind}, code {code}){by}", self.meaning());
        let mut failure = Failure::new(self.class(), operation, peer, message);
        failure.os_code = Some(self.os_code);
        failure.evidence = Evidence::Kernel;
        failure
    }
}

/// An ICMP message, as a socket's error queue reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IcmpMessage {
    /// The type field.
    pub kind: u8,
    /// The code field.
    pub code: u8,
    /// True for ICMPv6.
    pub v6: bool,
    /// The sender, if the kernel reports it.
    pub offender: Option<IpAddr>,
    /// The destination of our datagram, if the kernel reports it.
    pub destination: Option<SocketAddr>,
    /// The error number that the kernel derived from it.
    pub os_code: i32,
    /// The MTU of the link that our datagram was too big for, if the message has one.
    pub mtu: Option<u32>,
    /// The datagram of ours that caused it, if it was identified: UDP only.
    pub about: Option<QuotedDatagram>,
}

/// The datagram of ours that an ICMP message quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotedDatagram {
    /// The datagram's index among those that the session sent, counted from 0.
    pub ordinal: u64,
    /// Bytes of its payload.
    pub bytes: u32,
    /// How many other recent datagrams match the quote, too; then this is the newest of them that had no verdict yet.
    pub alike: u32,
    /// The time from sending the datagram to reading the message.
    pub after: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_by_icmp_says_what_and_who() {
        let mut icmp = IcmpMessage {
            kind: 3,
            code: 13,
            v6: false,
            offender: Some([10, 0, 0, 1].into()),
            destination: None,
            os_code: 113,
            ..IcmpMessage::default()
        };
        let failure = icmp.failure(FailedOperation::Connect, "10.0.0.9:80");
        assert_eq!(failure.class, Class::Unreachable);
        assert_eq!(failure.message, "ICMP forbidden by an administrator (type 3, code 13) from 10.0.0.1");
        (icmp.kind, icmp.code, icmp.v6, icmp.offender) = (1, 4, true, None);
        let failure = icmp.failure(FailedOperation::Send, "[::1]:9");
        assert_eq!((failure.class, failure.os_code), (Class::Refused, Some(113)));
        assert_eq!(failure.message, "refused: ICMPv6 port unreachable (type 1, code 4)");
    }
}
