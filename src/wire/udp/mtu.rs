//! Steps and result of a path MTU probe.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::text::quantity;
use crate::wire::failure::Failure;

/// Length of the IP and UDP headers for a peer of this address: 28 bytes with IPv4, 48 with IPv6.
pub fn header_bytes(peer: IpAddr) -> u32 {
    if peer.to_canonical().is_ipv4() { 20 + 8 } else { 40 + 8 }
}

/// The largest IP packet of a UDP datagram to this address: 65,535 bytes with IPv4; in IPv6 that limit does not include
/// the IP header.
pub fn most_bytes(peer: IpAddr) -> u32 {
    if peer.to_canonical().is_ipv4() { 65_535 } else { 40 + 65_535 }
}

/// One datagram of a probe, and its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MtuStep {
    /// Bytes of the whole IP packet.
    pub bytes: u32,
    /// Its outcome.
    pub outcome: MtuOutcome,
    /// How long the answer or the timeout took.
    pub took: Duration,
}

/// Outcome of one datagram with the don't-fragment bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MtuOutcome {
    /// The peer answered: with a datagram, or with an ICMP message of its own.
    Answered,
    /// No answer in time.
    Quiet,
    /// It is too big for this host or for the path.
    TooBig(MtuRefuser),
}

/// Where a datagram was refused for its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MtuRefuser {
    /// At this host: it is larger than the interface's MTU (`EMSGSIZE`).
    Here {
        /// The MTU that the kernel reported.
        mtu: Option<u32>,
    },
    /// At a router: ICMP "fragmentation needed", ICMPv6 "packet too big".
    Router {
        /// The router's address.
        address: Option<IpAddr>,
        /// The MTU of the router's next link, if the message has one (RFC 1191 §4, RFC 4443 §3.2).
        mtu: Option<u32>,
    },
    /// Unknown: smaller datagrams were answered and this one was not, several times.
    Silence,
}

impl MtuRefuser {
    /// The MTU that the host or router reported.
    pub fn mtu(self) -> Option<u32> {
        match self {
            MtuRefuser::Here { mtu } | MtuRefuser::Router { mtu, .. } => mtu,
            MtuRefuser::Silence => None,
        }
    }
}

/// The smallest packet that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MtuRefusal {
    /// Bytes of the whole IP packet.
    pub bytes: u32,
    /// Where it was refused.
    pub by: MtuRefuser,
}

/// Result of a path MTU probe. All sizes are bytes of a whole IP packet, as an MTU is.
#[derive(Clone, Debug, PartialEq)]
pub struct MtuReport {
    /// The destination.
    pub peer: SocketAddr,
    /// The largest packet that passed.
    pub passed: Option<u32>,
    /// Whether the peer answers. If not, "passed" means only that no refusal came.
    pub answers: bool,
    /// The smallest packet that was refused; `None` if the largest possible datagram passed.
    pub refused: Option<MtuRefusal>,
    /// True: no untested size is left between the two.
    pub settled: bool,
    /// How many datagrams left this host.
    pub datagrams: u32,
    /// How long it took.
    pub took: Duration,
    /// The kernel's path MTU before the probe.
    pub kernel_before: Option<u32>,
    /// The kernel's path MTU after the probe.
    pub kernel_after: Option<u32>,
    /// The failure that ended the probe early.
    pub failure: Option<Failure>,
}

/// `this host's interface (MTU 1,500)`, `the router 192.0.2.1 (MTU 1,300)`.
impl fmt::Display for MtuRefuser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mtu = self.mtu().map_or(String::new(), |mtu| format!(" (MTU {})", quantity::grouped(mtu.into())));
        match self {
            MtuRefuser::Here { .. } => write!(f, "this host's interface{mtu}"),
            MtuRefuser::Router { address: Some(address), .. } => write!(f, "the router {address}{mtu}"),
            MtuRefuser::Router { address: None, .. } => write!(f, "a router{mtu}"),
            MtuRefuser::Silence => f.write_str("an unknown hop: no answer, and no ICMP error"),
        }
    }
}

impl MtuReport {
    /// How many datagrams left this host, in words.
    pub fn datagrams_text(&self) -> String {
        format!("{} {}", self.datagrams, if self.datagrams == 1 { "datagram" } else { "datagrams" })
    }
}

/// The whole result in one line.
impl fmt::Display for MtuReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.passed {
            Some(passed) => {
                let how =
                    if self.answers { "and were answered" } else { "without an objection; the peer does not answer" };
                write!(f, "path MTU to {}: {} bytes passed {how}", self.peer, quantity::grouped(passed.into()))?;
            }
            None => write!(f, "path MTU to {}: unknown", self.peer)?,
        }
        if let Some(refused) = self.refused {
            write!(f, ", {} are too big for {}", quantity::grouped(refused.bytes.into()), refused.by)?;
        }
        if !self.settled && self.failure.is_none() {
            f.write_str("; what lies between was not settled")?;
        }
        if let Some(failure) = &self.failure {
            write!(f, "; ended by {failure}")?;
        }
        write!(f, " ({} in {})", self.datagrams_text(), quantity::duration(self.took))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_one_line_that_says_what_passed_what_did_not_and_who_refused() {
        let mut report = MtuReport {
            peer: ([10, 98, 0, 9], 7).into(),
            passed: Some(1300),
            answers: true,
            refused: Some(MtuRefusal {
                bytes: 1301,
                by: MtuRefuser::Router { address: Some([10, 99, 0, 9].into()), mtu: Some(1300) },
            }),
            settled: true,
            datagrams: 5,
            took: Duration::from_millis(3),
            kernel_before: Some(1500),
            kernel_after: Some(1300),
            failure: None,
        };
        assert_eq!(
            report.to_string(),
            "path MTU to 10.98.0.9:7: 1,300 bytes passed and were answered, 1,301 are too big for the router \
             10.99.0.9 (MTU 1,300) (5 datagrams in 3.0 ms)"
        );
        (report.answers, report.refused) = (false, None);
        assert!(report.to_string().contains("without an objection"));
    }
}
