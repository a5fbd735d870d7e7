//! Budget for counting what is neutralised: 128 MB/s per session; beyond it, bytes are counted as unsearched. A block
//! that is not all ASCII costs four times as much, because its characters are decoded, and each byte that is no UTF-8
//! thirty times: of a fast binary stream only a part is searched.
//!
//! To search received bytes, the processor must load them once more. At line speed that costs the session a quarter of
//! its throughput, for a count that nobody will read. Bytes that are shown are sanitised in any case.

use std::time::Instant;

use crate::sessions::Block;
use crate::sessions::reading::EscapeCounts;
use crate::text::sanitize::{self, HostileScan, SanitizeCounts};

/// The burst that may be searched at once, in bytes.
const MOST_AT_ONCE: i64 = 32 * 1024 * 1024;

/// The sustained rate in bytes per microsecond: 128 MB/s, a little more than a 1 Gbit/s link delivers.
const PER_MICROSECOND: i64 = 128;

/// How much more a block costs that is not all ASCII.
const DECODING_COST: i64 = 4;

/// How much more a byte costs that is no UTF-8: decoding stops and begins again at each.
const INVALID_COST: i64 = 30;

/// Counts what is neutralised in the received bytes of one session.
#[derive(Debug, Default)]
pub(super) struct HostileCounter {
    budget: ScanBudget,
    /// Counts over the reads of a stream.
    scan: HostileScan,
    /// Whether each piece is a datagram, else all are parts of one stream.
    of_datagrams: bool,
}

impl HostileCounter {
    /// A counter for a session of datagrams, or of a stream.
    pub(super) fn new(of_datagrams: bool) -> Self {
        HostileCounter { of_datagrams, ..HostileCounter::default() }
    }

    /// Counts what is neutralised in the next block, within the budget.
    pub(super) fn count(&mut self, block: &Block) -> EscapeCounts {
        let bytes = block.bytes.len();
        if !self.budget.try_spend(bytes, block.at) {
            self.scan = HostileScan::default();
            return EscapeCounts { found: SanitizeCounts::default(), unsearched: bytes as u64 };
        }
        let found = if self.of_datagrams { count_datagrams(block) } else { self.scan.count(&block.bytes) };
        self.budget.charge_decoding(&block.bytes, found.invalid_bytes);
        EscapeCounts { found, unsearched: 0 }
    }
}

/// What one session may still search.
#[derive(Clone, Copy, Debug)]
struct ScanBudget {
    /// In bytes of ASCII. Less than 0 after a block that cost more than was left: the next one waits until that is paid.
    bytes: i64,
    at: Option<Instant>,
}

impl Default for ScanBudget {
    fn default() -> Self {
        ScanBudget { bytes: MOST_AT_ONCE, at: None }
    }
}

impl ScanBudget {
    /// Whether this many bytes, received at that time, may be searched; if so, deducts them.
    fn try_spend(&mut self, bytes: usize, at: Instant) -> bool {
        let since = at.saturating_duration_since(self.at.unwrap_or(at));
        let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
        if micros > 0 || self.at.is_none() {
            self.bytes = micros.saturating_mul(PER_MICROSECOND).saturating_add(self.bytes).min(MOST_AT_ONCE);
            self.at = Some(at);
        }
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let is_enough = bytes <= self.bytes;
        if is_enough {
            self.bytes -= bytes;
        }
        is_enough
    }

    /// Deducts what it cost to decode these bytes, if they are not all ASCII. `invalid`: how many were no UTF-8.
    fn charge_decoding(&mut self, bytes: &[u8], invalid: u64) {
        if !bytes.is_ascii() {
            let bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            let invalid = i64::try_from(invalid).unwrap_or(i64::MAX);
            let cost = bytes.saturating_mul(DECODING_COST - 1).saturating_add(invalid.saturating_mul(INVALID_COST));
            self.bytes = self.bytes.saturating_sub(cost);
        }
    }
}

/// Counts what is neutralised in each datagram of a block.
fn count_datagrams(block: &Block) -> SanitizeCounts {
    let mut found = SanitizeCounts::default();
    let mut rest: &[u8] = &block.bytes;
    for piece in &block.pieces {
        let (datagram, after) = rest.split_at((piece.len as usize).min(rest.len()));
        found += sanitize::count_hostile(datagram);
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_line_of_a_gigabit_a_second_is_searched_and_a_flood_in_part() {
        let (mut line, mut flood) = (ScanBudget::default(), ScanBudget::default());
        let begin = Instant::now();
        let mut searched = 0;
        for milli in 0..10_000 {
            let at = begin + Duration::from_millis(milli);
            assert!(line.try_spend(125_000, at));
            for _ in 0..16 {
                searched += if flood.try_spend(256 * 1024, at) { 256 * 1024 } else { 0 };
            }
        }
        let most = MOST_AT_ONCE + 10_000_000 * PER_MICROSECOND;
        assert!(searched <= most && searched > most / 10 * 9, "{searched} of {most}");
    }

    #[test]
    fn of_a_binary_flood_less_is_searched_than_of_text() {
        let begin = Instant::now();
        let searched = |bytes: &[u8]| {
            let (mut budget, mut searched) = (ScanBudget::default(), 0);
            for milli in 0..10_000 {
                while budget.try_spend(bytes.len(), begin + Duration::from_millis(milli)) {
                    budget.charge_decoding(bytes, sanitize::count_hostile(bytes).invalid_bytes);
                    searched += bytes.len();
                }
            }
            searched
        };
        let (ascii, text, binary) =
            (searched(&[b'a'; 1 << 18]), searched(&"é".repeat(1 << 17).into_bytes()), searched(&[0xff; 1 << 18]));
        assert!(text > ascii / 5 && text < ascii / 3, "{text} of {ascii}");
        assert!(binary > ascii / 40 && binary < ascii / 30, "{binary} of {ascii}");
    }

    #[test]
    fn what_comes_at_once_after_a_rest_is_searched() {
        let mut allowance = ScanBudget::default();
        let begin = Instant::now();
        let all = usize::try_from(MOST_AT_ONCE).unwrap();
        assert!(allowance.try_spend(all, begin));
        assert!(!allowance.try_spend(1, begin));
        assert!(allowance.try_spend(all, begin + Duration::from_secs(1)));
    }
}
