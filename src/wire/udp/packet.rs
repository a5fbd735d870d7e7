//! Metadata of the packet of a received datagram, as the kernel reports it (ip(7), ipv6(7)).

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// Metadata of one received packet. `None`: this system did not report it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PacketInfo {
    /// The TTL, or IPv6's hop limit, on arrival (`IP_RECVTTL`, `IPV6_RECVHOPLIMIT`).
    pub ttl: Option<u8>,
    /// The TOS byte, or IPv6's traffic class: DSCP in its upper six bits, ECN in its lower two (`IP_RECVTOS`,
    /// `IPV6_RECVTCLASS`).
    pub tos: Option<u8>,
    /// The name of the incoming interface (`IP_PKTINFO`, `IPV6_RECVPKTINFO`).
    pub interface: Option<Arc<str>>,
    /// The address that it was sent to: one of ours, a group or a broadcast address.
    pub destination: Option<IpAddr>,
}

impl PacketInfo {
    /// Whether no field is known.
    pub fn is_unknown(&self) -> bool {
        *self == PacketInfo::default()
    }

    /// The differentiated services code point, from 0 to 63 (RFC 2474 §3).
    pub fn dscp(&self) -> Option<u8> {
        self.tos.map(|tos| tos >> 2)
    }

    /// The name of the code point, if it has one.
    pub fn dscp_name(&self) -> Option<&'static str> {
        self.dscp().and_then(dscp_name)
    }

    /// The name of the explicit congestion notification bits (RFC 3168 §5): `Not-ECT`, `ECT(1)`, `ECT(0)` or `CE`.
    pub fn ecn(&self) -> Option<&'static str> {
        self.tos.map(|tos| match tos & 3 {
            0 => "Not-ECT",
            1 => "ECT(1)",
            2 => "ECT(0)",
            _ => "CE",
        })
    }

    /// DSCP and ECN as text; `None` for the default byte of 0.
    pub fn marks_text(&self) -> Option<String> {
        let tos = self.tos.filter(|tos| *tos != 0)?;
        let class = match (self.dscp_name(), tos >> 2) {
            (_, 0) => None,
            (Some(name), _) => Some(name.to_owned()),
            (None, number) => Some(format!("DSCP {number}")),
        };
        let ecn = self.ecn().filter(|_| tos & 3 != 0).map(str::to_owned);
        Some(class.into_iter().chain(ecn).collect::<Vec<_>>().join(" "))
    }
}

/// Names of code points: RFC 2474 (CS), 2597 (AF), 3246 (EF), 5865 (VOICE-ADMIT), 8622 (LE).
pub(crate) fn dscp_name(dscp: u8) -> Option<&'static str> {
    Some(match dscp {
        0 => "CS0",
        1 => "LE",
        8 => "CS1",
        10 => "AF11",
        12 => "AF12",
        14 => "AF13",
        16 => "CS2",
        18 => "AF21",
        20 => "AF22",
        22 => "AF23",
        24 => "CS3",
        26 => "AF31",
        28 => "AF32",
        30 => "AF33",
        32 => "CS4",
        34 => "AF41",
        36 => "AF42",
        38 => "AF43",
        40 => "CS5",
        44 => "VOICE-ADMIT",
        46 => "EF",
        48 => "CS6",
        56 => "CS7",
        _ => return None,
    })
}

/// In one line: `ttl 64 · EF CE · eth0 · to 192.0.2.1`; what is unknown is left out.
impl fmt::Display for PacketInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.ttl.map(|ttl| format!("ttl {ttl}")),
            self.marks_text(),
            self.interface.as_ref().map(ToString::to_string),
            self.destination.map(|to| format!("to {to}")),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tos_byte_is_read_as_code_point_and_congestion() {
        let of = |tos| PacketInfo { tos: Some(tos), ..PacketInfo::default() };
        for (tos, dscp, name, ecn, marks) in [
            (0, 0, Some("CS0"), "Not-ECT", None),
            (0b1011_1011, 46, Some("EF"), "CE", Some("EF CE")),
            (0b0000_0010, 0, Some("CS0"), "ECT(0)", Some("ECT(0)")),
            (0b0010_1001, 10, Some("AF11"), "ECT(1)", Some("AF11 ECT(1)")),
            (0b1111_1100, 63, None, "Not-ECT", Some("DSCP 63")),
        ] {
            let packet = of(tos);
            assert_eq!((packet.dscp(), packet.dscp_name(), packet.ecn()), (Some(dscp), name, Some(ecn)), "{tos:#b}");
            assert_eq!(packet.marks_text().as_deref(), marks);
        }
    }

    #[test]
    fn what_is_unknown_is_left_out_of_the_line() {
        let packet = PacketInfo { ttl: Some(64), interface: Some("lo".into()), ..PacketInfo::default() };
        assert_eq!(packet.to_string(), "ttl 64 · lo");
        assert!(PacketInfo::default().is_unknown() && !packet.is_unknown());
    }
}
