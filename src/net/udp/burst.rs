//! Sends one datagram repeatedly: as fast as the kernel accepts it, or at a pace.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::send::check_size;
use super::shared::SharedSocket;
use crate::sessions::News;
use crate::sessions::news::UdpNews;
use crate::sessions::spec::DatagramBurst;
use crate::wire::Failure;

/// The most datagrams sent between two reads of the clock.
const MOST_AT_ONCE: usize = 256;

/// The most bytes of them, unless a single datagram has more.
const ENOUGH_BYTES: usize = 256 * 1024;

impl SharedSocket {
    /// Sends a burst to its end, or until the stop counter differs from `stops`.
    pub(super) async fn send_burst(&self, burst: &DatagramBurst, stops: u64) -> Result<(), Failure> {
        let to = self.destination(None)?;
        check_size(to, burst.bytes.len())?;
        let begun = Instant::now();
        let mut last = begun;
        let mut sent = 0;
        let outcome = {
            let work = self.repeat(burst, to, begun, &mut sent, &mut last);
            tokio::select! {
                biased;
                () = self.stopped_since(stops) => Ok(()),
                outcome = work => outcome,
            }
        };
        self.journal.news(News::Udp(UdpNews::BurstEnded { datagrams: sent, took: last - begun })).await;
        outcome
    }

    /// Sends all of a burst. May be dropped at any await: what was sent by then is counted and reported.
    async fn repeat(
        &self,
        burst: &DatagramBurst,
        to: std::net::SocketAddr,
        begun: Instant,
        sent: &mut u64,
        last: &mut Instant,
    ) -> Result<(), Failure> {
        let len = burst.bytes.len();
        // Every block of the transcript is a slice of this one buffer.
        let (train, carriages) = repeated(&burst.bytes);
        let mut cut = true;
        while *sent < burst.count {
            let due = burst.pace.map_or(burst.count, |pace| pace.due_count(begun.elapsed()).min(burst.count));
            if let Some(pace) = burst.pace
                && due <= *sent
            {
                let wait = pace.start_offset(*sent).saturating_sub(begun.elapsed());
                // The runtime's clock ticks in milliseconds: a faster pace sends at each tick what is due.
                tokio::time::sleep(wait.max(Duration::from_micros(1))).await;
                continue;
            }
            let at_once = usize::try_from(due - *sent).unwrap_or(usize::MAX).min(carriages);
            let taken = self.send_batch(to, &train[..at_once * len], len, &mut cut).await?;
            *sent += taken as u64;
            *last = Instant::now();
            self.record_sent(to, *last, train.slice(..taken * len), taken, len).await;
            // An unpaced burst never waits, so the other halves of the session get their turn here.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Resolves when the stop counter differs from `stops`. Cancel-safe.
    pub(super) async fn stopped_since(&self, stops: u64) {
        let mut wishes = self.burst_stops.subscribe();
        // Cannot fail: the sender lives as long as `self`.
        wishes.wait_for(|now| *now != stops).await.ok();
    }
}

/// The payload several times back to back, and how many times: at most as often as one turn sends it.
fn repeated(payload: &Bytes) -> (Bytes, usize) {
    match payload.len() {
        0 => (Bytes::new(), 1),
        len => {
            let times = (ENOUGH_BYTES / len).clamp(1, MOST_AT_ONCE);
            (payload.repeat(times).into(), times)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_train_has_a_bound_and_at_least_one_datagram() {
        for (len, times) in [(0, 1), (1, 256), (1_400, 187), (65_507, 4), (300_000, 1)] {
            let (train, carriages) = repeated(&vec![1; len].into());
            assert_eq!((carriages, train.len()), (times, times * len), "{len} bytes");
        }
    }
}
