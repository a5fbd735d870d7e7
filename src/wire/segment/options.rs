//! The options of a TCP header (RFC 9293 §3.2, RFC 7323, RFC 2018, RFC 7413).

/// The options of a segment. Invalid options are skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpOptions {
    /// The greatest segment payload that the sender accepts.
    pub mss: Option<u16>,
    /// The sender's window scale, in bits: at most 14 (RFC 7323 §2.3).
    pub wscale: Option<u8>,
    /// The sender accepts selective acknowledgements.
    pub sack_permitted: bool,
    /// The sender's timestamp, and the echoed timestamp of the other end.
    pub timestamps: Option<(u32, u32)>,
    /// The length of a fast open cookie in bytes; 0 requests one.
    pub fast_open: Option<u8>,
    blocks: [(u32, u32); 4],
    block_count: u8,
    /// The length of the options in the header, padding included.
    pub bytes: u8,
}

/// The options in the bytes after the first twenty of a header, each as its kind and its value. An invalid option ends
/// the iteration.
pub(in crate::wire) fn iterate_options(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        loop {
            // RFC 9293 §3.2: each option is its kind, its whole length and its value, except the end (0) and the
            // no-operation (1).
            let (kind, len) = match rest {
                [] | [0, ..] | [_] => return None,
                [1, after @ ..] => {
                    rest = after;
                    continue;
                }
                [kind, len, ..] => (*kind, usize::from(*len)),
            };
            let option = rest.get(..len).filter(|_| len >= 2)?;
            rest = &rest[len..];
            return Some((kind, &option[2..]));
        }
    })
}

impl TcpOptions {
    /// Parses the bytes after the first twenty of a header.
    pub fn read(bytes: &[u8]) -> Self {
        let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
        let mut options = TcpOptions { bytes: length, ..TcpOptions::default() };
        for (kind, value) in iterate_options(bytes) {
            options.apply_option(kind, value);
        }
        options
    }

    fn apply_option(&mut self, kind: u8, value: &[u8]) {
        let word = |from: usize| {
            let bytes: Option<&[u8; 4]> = value.get(from..).and_then(|rest| rest.first_chunk());
            bytes.map(|bytes| u32::from_be_bytes(*bytes))
        };
        match (kind, value.len()) {
            (2, 2) => self.mss = Some(u16::from_be_bytes([value[0], value[1]])),
            (3, 1) => self.wscale = Some(value[0].min(14)),
            (4, 0) => self.sack_permitted = true,
            (5, 8 | 16 | 24 | 32) => {
                for (place, block) in self.blocks.iter_mut().enumerate().take(value.len() / 8) {
                    *block = (word(place * 8).unwrap_or(0), word(place * 8 + 4).unwrap_or(0));
                }
                self.block_count = u8::try_from(value.len() / 8).unwrap_or(0);
            }
            (8, 8) => self.timestamps = word(0).zip(word(4)),
            (34, len @ (0 | 4..=16)) => self.fast_open = u8::try_from(len).ok(),
            _ => {}
        }
    }

    /// The SACK blocks: from the first number to the one after the last (RFC 2018 §3).
    pub fn sack(&self) -> &[(u32, u32)] {
        &self.blocks[..usize::from(self.block_count).min(self.blocks.len())]
    }

    /// The options as text: `mss 65495`, `wscale 7`; without timestamps, which every segment has.
    pub fn texts(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.mss.map(|mss| format!("mss {mss}")));
        words.extend(self.sack_permitted.then(|| "sack".to_owned()));
        words.extend(self.wscale.map(|shift| format!("wscale {shift}")));
        words.extend(self.fast_open.map(|bytes| match bytes {
            0 => "fast open: asks".to_owned(),
            bytes => format!("fast open: {bytes} B cookie"),
        }));
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_that_is_known_is_read() {
        let bytes = [2, 4, 0x05, 0xb4, 1, 3, 3, 7, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 8, 34, 6, 1, 2, 3, 4];
        let read = TcpOptions::read(&bytes);
        assert_eq!((read.mss, read.wscale, read.sack_permitted), (Some(1_460), Some(7), true));
        assert_eq!((read.timestamps, read.fast_open), (Some((9, 8)), Some(4)));
        assert_eq!(read.bytes, 26);
        assert_eq!(read.texts().join(" "), "mss 1460 sack wscale 7 fast open: 4 B cookie");
    }

    #[test]
    fn blocks_that_arrived_out_of_order_are_read() {
        let mut bytes = vec![1, 1, 5, 18];
        for number in [100_u32, 200, 300, 400] {
            bytes.extend(number.to_be_bytes());
        }
        assert_eq!(TcpOptions::read(&bytes).sack(), &[(100, 200), (300, 400)]);
    }

    #[test]
    fn options_that_break_their_own_rules_are_passed_over() {
        for bytes in [&[2, 0, 1, 2][..], &[2, 3, 1], &[3, 200, 1], &[5, 10, 0, 0, 0, 1], &[8], &[2, 1]] {
            let read = TcpOptions { bytes: 0, ..TcpOptions::read(bytes) };
            assert_eq!(read, TcpOptions::default(), "{bytes:?}");
        }
        assert_eq!(TcpOptions::read(&[3, 3, 255]).wscale, Some(14), "RFC 7323 §2.3: more than 14 is used as 14");
    }
}
