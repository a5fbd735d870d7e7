//! Whether the datagrams of a socket are DNS messages.

use crate::sessions::record::Block;
use crate::wire::dns::DnsMessage;

/// How many datagrams that might be DNS messages are parsed before a socket is taken for one without them.
const MOST_PARSED: u16 = 256;

/// Whether a DNS message was among the datagrams of a socket. The header of each datagram is looked at until then; of
/// those that might be a message, the first 256 are parsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DnsSighting {
    is_seen: bool,
    parsed: u16,
}

impl DnsSighting {
    /// Whether there was a DNS message.
    pub fn is_seen(&self) -> bool {
        self.is_seen
    }

    /// Looks at the datagrams of a block.
    pub(super) fn on_block(&mut self, block: &Block) {
        let mut start = 0;
        for piece in &block.pieces {
            if self.is_seen || self.parsed >= MOST_PARSED {
                return;
            }
            let end = start + piece.len as usize;
            let datagram = block.bytes.get(start..end).unwrap_or_default();
            start = end;
            if DnsMessage::is_possible(datagram) {
                self.parsed += 1;
                self.is_seen = DnsMessage::read(datagram).fault.is_none();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::wire::Direction;

    const QUERY: &[u8] = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01";

    fn after(datagrams: &[&[u8]]) -> DnsSighting {
        let mut sighting = DnsSighting::default();
        for datagram in datagrams {
            let bytes = bytes::Bytes::copy_from_slice(datagram);
            sighting.on_block(&Block::single_piece(Direction::Sent, Instant::now(), bytes));
        }
        sighting
    }

    #[test]
    fn a_message_is_found_among_others() {
        assert!(after(&[b"hello", b"", QUERY]).is_seen());
        assert!(!after(&[b"hello", &QUERY[..18], &[0; 40], b"HTTP/1.1 200 OK\r\n\r\n"]).is_seen());
    }

    #[test]
    fn after_many_that_might_have_been_one_none_is_looked_for() {
        let mut broken = QUERY.to_vec();
        broken[12] = 0x41;
        let mut all = vec![broken.as_slice(); usize::from(MOST_PARSED)];
        all.push(QUERY);
        assert_eq!(after(&all), DnsSighting { is_seen: false, parsed: MOST_PARSED });
    }
}
