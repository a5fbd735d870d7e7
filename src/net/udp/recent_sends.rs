//! Recently sent datagrams, to find the one that an ICMP message quotes (RFC 792, RFC 1812 §4.3.2.3).

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;

use crate::wire::icmp::QuotedDatagram;

/// How many batches of datagrams are kept: the newest.
const MOST_TRAINS: usize = 256;

/// How many bytes they may have together; the newest batch is kept whatever its size.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// How many datagrams are searched for one message: the newest. A message arrives soon after its datagram.
const MOST_LOOKED_AT: usize = 4_096;

/// Recently sent datagrams. They share the memory of the transcript's blocks and keep it alive.
#[derive(Debug, Default)]
pub(super) struct RecentSends {
    trains: VecDeque<SentBatch>,
    bytes: usize,
    count: u64,
    /// Ordinals of datagrams that an ICMP message was already matched to.
    judged: BTreeSet<u64>,
}

/// Datagrams of one call, back to back; the last one may have fewer bytes.
#[derive(Debug)]
struct SentBatch {
    first: u64,
    at: Instant,
    to: SocketAddr,
    bytes: Bytes,
    segment: usize,
    count: usize,
}

/// The datagrams that match a quote in one way.
#[derive(Default)]
struct QuoteMatch {
    count: u32,
    newest: Option<(Instant, u64, usize)>,
}

impl SentBatch {
    /// The batch's datagrams with their ordinals, the newest first.
    fn newest_first(&self) -> impl Iterator<Item = (u64, &[u8])> {
        (0..self.count).rev().map(|place| {
            let start = (place * self.segment).min(self.bytes.len());
            let end = (start + self.segment).min(self.bytes.len());
            (self.first + place as u64, &self.bytes[start..end])
        })
    }
}

impl RecentSends {
    /// Records `count` datagrams of `segment` bytes each.
    pub(super) fn record(&mut self, to: SocketAddr, at: Instant, bytes: Bytes, count: usize, segment: usize) {
        self.bytes += bytes.len();
        self.trains.push_back(SentBatch { first: self.count, at, to, bytes, segment, count });
        self.count += count as u64;
        while self.trains.len() > MOST_TRAINS || (self.bytes > MOST_BYTES && self.trains.len() > 1) {
            if let Some(old) = self.trains.pop_front() {
                self.bytes -= old.bytes.len();
            }
        }
        if let Some(oldest) = self.trains.front()
            && self.judged.first().is_some_and(|judged| *judged < oldest.first)
        {
            self.judged = self.judged.split_off(&oldest.first);
        }
    }

    /// Finds the datagram to `to` whose payload begins with the message's quote, and marks it as matched.
    ///
    /// Only datagrams without that mark are considered. If several match, one whose payload equals the quote is
    /// preferred to one that only begins with it, then the newest. The result includes how many others match equally
    /// well.
    pub(super) fn cause(&mut self, to: Option<SocketAddr>, quote: &[u8], now: Instant) -> Option<QuotedDatagram> {
        let (mut whole, mut begun) = (QuoteMatch::default(), QuoteMatch::default());
        let whom = |train: &&SentBatch| to.is_none_or(|to| to == train.to);
        let mut looked_at = 0;
        for train in self.trains.iter().rev().filter(whom) {
            for (ordinal, payload) in train.newest_first().take(MOST_LOOKED_AT - looked_at) {
                looked_at += 1;
                if !payload.starts_with(quote) || self.judged.contains(&ordinal) {
                    continue;
                }
                let fit = if payload.len() == quote.len() { &mut whole } else { &mut begun };
                fit.count += 1;
                fit.newest.get_or_insert((train.at, ordinal, payload.len()));
            }
        }
        let fit = if whole.count > 0 { whole } else { begun };
        let (at, ordinal, len) = fit.newest?;
        let about = QuotedDatagram {
            ordinal,
            bytes: u32::try_from(len).unwrap_or(u32::MAX),
            alike: fit.count - 1,
            after: now.saturating_duration_since(at),
        };
        self.judged.insert(ordinal);
        Some(about)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn to(port: u16) -> SocketAddr {
        ([127, 0, 0, 1], port).into()
    }

    fn sent(all: &[(&'static str, u16)]) -> (RecentSends, Instant) {
        let (mut sent, at) = (RecentSends::default(), Instant::now());
        for (payload, port) in all {
            sent.record(to(*port), at, Bytes::from_static(payload.as_bytes()), 1, payload.len());
        }
        (sent, at)
    }

    fn found(sent: &mut RecentSends, port: u16, quote: &str, now: Instant) -> Option<(u64, u32)> {
        sent.cause(Some(to(port)), quote.as_bytes(), now).map(|about| (about.ordinal, about.alike))
    }

    #[test]
    fn a_quote_finds_its_datagram_by_address_and_payload() {
        let (mut sent, at) = sent(&[("hello", 1), ("hell", 1), ("hello", 2), ("other", 1)]);
        assert_eq!(found(&mut sent, 1, "hell", at), Some((1, 0)), "the whole payload goes before a beginning");
        assert_eq!(found(&mut sent, 1, "hell", at), Some((0, 0)), "then a quote that was cut short");
        assert_eq!(found(&mut sent, 2, "hello", at), Some((2, 0)));
        assert_eq!(found(&mut sent, 2, "hello", at), None, "each is judged once");
        assert_eq!(found(&mut sent, 1, "never sent", at), None);
        let about = sent.cause(None, b"other", at + Duration::from_millis(3)).unwrap();
        assert_eq!((about.ordinal, about.bytes, about.after), (3, 5, Duration::from_millis(3)));
    }

    #[test]
    fn of_many_alike_the_newest_is_taken_and_the_others_are_told() {
        let (mut sent, at) = sent(&[("x", 1), ("x", 1), ("x", 1)]);
        assert_eq!(found(&mut sent, 1, "x", at), Some((2, 2)));
        assert_eq!(found(&mut sent, 1, "x", at), Some((1, 1)));
        let (mut sent, at) = self::sent(&[("ab", 1), ("cd", 1)]);
        assert_eq!(found(&mut sent, 1, "", at), Some((1, 1)), "a quote of headers only fits all");
    }

    #[test]
    fn a_train_is_looked_through_and_what_is_remembered_has_a_bound() {
        let (mut sent, at) = (RecentSends::default(), Instant::now());
        sent.record(to(1), at, Bytes::from_static(b"aabbc"), 3, 2);
        assert_eq!(found(&mut sent, 1, "bb", at), Some((1, 0)));
        assert_eq!(found(&mut sent, 1, "c", at), Some((2, 0)));
        for _ in 0..1_000 {
            sent.record(to(1), at, vec![0; 100_000].into(), 1, 100_000);
        }
        assert!(sent.bytes <= MOST_BYTES && sent.trains.len() <= MOST_TRAINS);
        assert_eq!(found(&mut sent, 1, "aa", at), None, "that is long ago");
        assert!(sent.judged.is_empty());
    }
}
