//! Parses a packet: IPv4 or IPv6, then TCP (RFC 791, 8200, 2675, 9293 §3.1). The payload may be cut short, as a capture
//! does.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::flags::TcpFlags;
use super::options::TcpOptions;

/// The most IPv6 extension headers that are skipped; a packet with more is not parsed.
const MOST_EXTENSIONS: usize = 8;

/// The headers of one captured segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The sender.
    pub source: SocketAddr,
    /// The receiver.
    pub destination: SocketAddr,
    /// The TTL, or hop limit, at the point of capture.
    pub ttl: u8,
    /// The sequence number of its first byte, or of its SYN.
    pub seq: u32,
    /// The next number that the sender expects; valid with ACK only.
    pub ack: u32,
    /// The control bits.
    pub flags: TcpFlags,
    /// The window field, not scaled.
    pub window: u16,
    /// The options.
    pub options: TcpOptions,
    /// Bytes of payload, whether they were captured or not.
    pub len: u32,
}

/// The IP header of a packet.
pub(in crate::wire) struct IpHeader<'a> {
    source: IpAddr,
    destination: IpAddr,
    /// The time to live, or hop limit.
    pub(in crate::wire) ttl: u8,
    /// TCP header and payload, as far as captured.
    pub(in crate::wire) tcp: &'a [u8],
    /// The full length of TCP header and payload.
    tcp_len: usize,
}

impl Segment {
    /// Parses a packet that begins with its IP header. `None` if the headers are cut short or invalid, or if it is a
    /// later fragment, has no length, or is not TCP.
    pub fn parse(packet: &[u8]) -> Option<Segment> {
        let outer = IpHeader::parse(packet)?;
        let header: &[u8; 20] = outer.tcp.first_chunk()?;
        let header_len = usize::from(header[12] >> 4) * 4;
        let options = outer.tcp.get(20..header_len)?;
        let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let half = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        Some(Segment {
            source: SocketAddr::new(outer.source, half(0)),
            destination: SocketAddr::new(outer.destination, half(2)),
            ttl: outer.ttl,
            seq: word(4),
            ack: word(8),
            flags: TcpFlags::from_bits(half(12)),
            window: half(14),
            options: TcpOptions::read(options),
            len: u32::try_from(outer.tcp_len.checked_sub(header_len)?).ok()?,
        })
    }

    /// How far it advances its sender's sequence numbers: its bytes, and one each for SYN and FIN (RFC 9293 §3.4).
    pub fn span(&self) -> u32 {
        let controls = u32::from(self.flags.contains(TcpFlags::SYN)) + u32::from(self.flags.contains(TcpFlags::FIN));
        self.len.saturating_add(controls)
    }
}

impl<'a> IpHeader<'a> {
    /// Parses the IP header, and skips IPv6 extension headers. `None` as in [`Segment::parse`].
    pub(in crate::wire) fn parse(packet: &'a [u8]) -> Option<Self> {
        match packet.first()? >> 4 {
            4 => parse_v4(packet),
            6 => v6(packet),
            _ => None,
        }
    }
}

fn parse_v4(packet: &[u8]) -> Option<IpHeader<'_>> {
    let header: &[u8; 20] = packet.first_chunk()?;
    let header_len = usize::from(header[0] & 15) * 4;
    let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let later_fragment = u16::from_be_bytes([header[6], header[7]]) & 0x1fff != 0;
    if header[9] != 6 || header_len < 20 || later_fragment {
        return None;
    }
    let address = |at: usize| Ipv4Addr::new(header[at], header[at + 1], header[at + 2], header[at + 3]);
    Some(IpHeader {
        source: address(12).into(),
        destination: address(16).into(),
        ttl: header[8],
        tcp: packet.get(header_len..)?,
        // A length of 0 means that the length exceeds the field (BIG TCP): it is unknown, so the packet is not parsed.
        tcp_len: total.checked_sub(header_len)?,
    })
}

fn v6(packet: &[u8]) -> Option<IpHeader<'_>> {
    let header: &[u8; 40] = packet.first_chunk()?;
    let mut len = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let (mut next, mut rest) = (header[6], packet.get(40..)?);
    let mut passed = 0;
    for _ in 0..=MOST_EXTENSIONS {
        match next {
            6 => break,
            // RFC 8200 §4: hop-by-hop, routing and destination options have their length in units of 8 bytes, without
            // the first 8.
            0 | 43 | 60 => {
                let own = (usize::from(*rest.get(1)?) + 1) * 8;
                let extension = rest.get(..own)?;
                if next == 0 && len == 0 {
                    len = jumbo(extension)?;
                }
                (next, rest, passed) = (extension[0], &rest[own..], passed + own);
            }
            _ => return None,
        }
    }
    let address = |at: usize| -> Option<Ipv6Addr> {
        let bytes: &[u8; 16] = header[at..].first_chunk()?;
        Some(Ipv6Addr::from(*bytes))
    };
    (next == 6).then_some(IpHeader {
        source: address(8)?.into(),
        destination: address(24)?.into(),
        ttl: header[7],
        tcp: rest,
        tcp_len: len.checked_sub(passed)?,
    })
}

/// The length of a jumbo payload (RFC 2675 §2); the kernel's BIG TCP uses the same option.
fn jumbo(extension: &[u8]) -> Option<usize> {
    let mut rest = extension.get(2..)?;
    loop {
        match rest {
            [0, after @ ..] => rest = after,
            [0xc2, 4, a, b, c, d, ..] => return usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok(),
            [_, len, after @ ..] => rest = after.get(usize::from(*len)..)?,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::segment::flags::TcpFlags;

    /// IPv4, TTL 64; SYN with MSS 65495, SACK, timestamps 7, a no-operation, window scale 7.
    const SYN: [u8; 60] = [
        0x45, 0, 0, 60, 0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, // IPv4
        0x9c, 0x40, 0x1f, 0x90, 1, 2, 3, 4, 0, 0, 0, 0, 0xa0, 2, 0xff, 0xd7, 0, 0, 0, 0, // TCP
        2, 4, 0xff, 0xd7, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 0, 1, 3, 3, 7, // options
    ];

    #[test]
    fn a_segment_over_ipv4_is_read_with_its_options() {
        let syn = Segment::parse(&SYN).unwrap();
        assert_eq!((syn.source.to_string().as_str(), syn.destination.port()), ("127.0.0.1:40000", 8_080));
        assert_eq!((syn.seq, syn.ack, syn.window, syn.ttl, syn.len), (0x0102_0304, 0, 65_495, 64, 0));
        assert_eq!((syn.flags, syn.span()), (TcpFlags::SYN, 1));
        assert_eq!(syn.options.texts().join(" "), "mss 65495 sack wscale 7");
    }

    #[test]
    fn a_capture_that_was_cut_short_still_tells_the_real_length() {
        let mut packet = SYN;
        packet[2..4].copy_from_slice(&1_060_u16.to_be_bytes());
        assert_eq!(Segment::parse(&packet).unwrap().len, 1_000);
    }

    fn over_v6(payload_len: u16, extension: &[u8]) -> Vec<u8> {
        let [high, low] = payload_len.to_be_bytes();
        let mut packet = vec![0x60, 0, 0, 0, high, low, if extension.is_empty() { 6 } else { 0 }, 17];
        packet.extend([0; 15]);
        packet.push(1);
        packet.extend([0; 15]);
        packet.push(2);
        packet.extend(extension);
        packet.extend(&SYN[20..]);
        packet
    }

    #[test]
    fn a_segment_over_ipv6_is_read_behind_its_extensions() {
        let plain = Segment::parse(&over_v6(40 + 5, &[])).unwrap();
        assert_eq!((plain.source.to_string().as_str(), plain.ttl, plain.len), ("[::1]:40000", 17, 5));
        let extended = Segment::parse(&over_v6(48 + 5, &[6, 0, 1, 4, 0, 0, 0, 0])).unwrap();
        assert_eq!((extended.destination.ip().to_string().as_str(), extended.len), ("::2", 5));
        let [a, b, c, d] = (48_u32 + 100_000).to_be_bytes();
        let jumbo = Segment::parse(&over_v6(0, &[6, 0, 0xc2, 4, a, b, c, d])).unwrap();
        assert_eq!(jumbo.len, 100_000);
    }

    #[test]
    fn what_is_cut_short_no_tcp_or_a_later_fragment_is_nothing() {
        for len in 0..SYN.len() {
            assert_eq!(Segment::parse(&SYN[..len]), None, "{len} bytes");
        }
        let changed = |at: usize, to: u8| {
            let mut packet = SYN;
            packet[at] = to;
            Segment::parse(&packet)
        };
        assert_eq!(changed(9, 17), None, "UDP");
        assert_eq!(changed(7, 1), None, "a later fragment");
        assert_eq!(changed(3, 59), None, "a length that the headers do not fit into");
        assert_eq!(changed(3, 0), None, "no length");
        assert_eq!(changed(0, 0x44), None, "a header length that is too small");
        assert_eq!(changed(32, 0x40), None, "a TCP header length that is too small");
    }

    proptest! {
        #[test]
        fn no_bytes_from_outside_upset_it(mut raw in proptest::collection::vec(any::<u8>(), 0..300), v6: bool) {
            if let Some(first) = raw.first_mut() {
                *first = if v6 { 0x60 } else { 0x45 };
            }
            if let Some(next) = raw.get_mut(if v6 { 6 } else { 9 }) {
                *next = if *next & 1 == 0 { 6 } else { *next & 63 };
            }
            if let Some(read) = Segment::parse(&raw) {
                prop_assert!(read.options.sack().len() <= 4);
                prop_assert!(!read.flags.to_string().is_empty());
            }
        }
    }
}
