//! Parses the headers of a SYN that a kernel saved: IPv4 or IPv6, then TCP (RFC 791, 8200, 9293 §3.1).

use bytes::Bytes;

use crate::wire::segment::{IpHeader, iterate_options};

impl SynView {
    /// Parses IP and TCP headers. `None` if they are cut short, or are not TCP. Invalid options are skipped.
    pub fn parse(raw: &[u8]) -> Option<SynView> {
        let IpHeader { ttl, tcp, .. } = IpHeader::parse(raw)?;
        let header: &[u8; 20] = tcp.first_chunk()?;
        let whole = usize::from(header[12] >> 4) * 4;
        let mut view = SynView {
            ttl,
            window: u16::from_be_bytes([header[14], header[15]]),
            isn: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
            mss: None,
            wscale: None,
            sack_permitted: false,
            timestamp: None,
            // RFC 3168 §6.1.1: a SYN requests ECN with both ECE and CWR.
            ecn: header[13] & 0xc0 == 0xc0,
            raw: Bytes::copy_from_slice(raw),
        };
        for option in iterate_options(tcp.get(20..whole)?) {
            match option {
                (2, [high, low]) => view.mss = Some(u16::from_be_bytes([*high, *low])),
                (3, [shift]) => view.wscale = Some(*shift),
                (4, []) => view.sack_permitted = true,
                (8, [a, b, c, d, ..]) => view.timestamp = Some(u32::from_be_bytes([*a, *b, *c, *d])),
                _ => {}
            }
        }
        Some(view)
    }
}

/// The peer's SYN, as a listener's kernel saved it (TCP_SAVED_SYN).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynView {
    /// The TTL, or hop limit, on arrival.
    pub ttl: u8,
    /// The window field, not scaled.
    pub window: u16,
    /// The peer's initial sequence number.
    pub isn: u32,
    /// The MSS option: the greatest segment payload that the peer accepts.
    pub mss: Option<u16>,
    /// The window scale option, in bits.
    pub wscale: Option<u8>,
    /// Whether it accepts selective acknowledgements.
    pub sack_permitted: bool,
    /// The peer's timestamp, if it has the timestamps option.
    pub timestamp: Option<u32>,
    /// Whether it requests explicit congestion notification.
    pub ecn: bool,
    /// The complete IP and TCP headers; at most 120 bytes plus IPv6 extension headers.
    pub raw: Bytes,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// IPv4, TTL 64; SYN with MSS 65495, SACK, timestamps 7, a no-operation, window scale 7.
    const SYN: [u8; 60] = [
        0x45, 0, 0, 60, 0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, // IPv4
        0x9c, 0x40, 0x1f, 0x90, 1, 2, 3, 4, 0, 0, 0, 0, 0xa0, 2, 0xff, 0xd7, 0, 0, 0, 0, // TCP
        2, 4, 0xff, 0xd7, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 0, 1, 3, 3, 7, // options
    ];

    #[test]
    fn a_syn_tells_what_its_sender_can() {
        let syn = SynView::parse(&SYN).unwrap();
        assert_eq!((syn.ttl, syn.window, syn.isn), (64, 65_495, 0x0102_0304));
        assert_eq!((syn.mss, syn.wscale, syn.timestamp), (Some(65_495), Some(7), Some(7)));
        assert!(syn.sack_permitted && !syn.ecn);
    }

    #[test]
    fn a_syn_over_ipv6_is_read_behind_its_extensions() {
        let mut raw = vec![0x60, 0, 0, 0, 0, 48, 0, 17];
        raw.extend([0; 32]);
        raw.extend([6, 0, 1, 4, 0, 0, 0, 0]);
        raw.extend(&SYN[20..]);
        let syn = SynView::parse(&raw).unwrap();
        assert_eq!((syn.ttl, syn.mss), (17, Some(65_495)));
    }

    #[test]
    fn a_header_that_is_cut_short_is_nothing() {
        for len in 0..SYN.len() {
            assert_eq!(SynView::parse(&SYN[..len]), None, "{len} bytes");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_from_outside_upset_it(mut raw in proptest::collection::vec(any::<u8>(), 0..200), v6: bool) {
            if let Some(first) = raw.first_mut() {
                *first = if v6 { 0x60 } else { 0x45 };
            }
            if let Some(next) = raw.get_mut(if v6 { 6 } else { 9 }) {
                *next = 6;
            }
            let _read: Option<SynView> = SynView::parse(&raw);
        }
    }
}
