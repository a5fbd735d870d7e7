//! Timestamps of when the kernel queued a write, sent it and saw it acknowledged, matched to the writes.
//!
//! Timestamps arrive on the error queue, which the runtime reports as a socket error. So only one watcher waits for
//! errors here; it informs the halves when an error is real.

#[cfg(target_os = "linux")]
pub(super) use linux::StampQueue;

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

    use crate::net::journal::Journal;
    use crate::net::kernel::timestamps::{self, KernelStamp, StampPoint, StampQueueEntry};
    use crate::net::stream::transport::StreamTransport;
    use crate::sessions::News;
    use crate::sessions::news::TcpNews;

    /// More writes than this in a `WINDOW` are a flood; a flood is not timestamped.
    const MOST_WRITES: u32 = 200;

    const WINDOW: Duration = Duration::from_secs(1);

    /// How many writes may wait for their timestamps; beyond it the oldest are dropped unreported.
    const MOST_WAITING: usize = 256;

    /// How many retransmissions of a write are kept; Linux gives up after some 16 (`tcp_retries2`).
    const MOST_AGAIN: usize = 16;

    /// A timestamp further than this from its write means that the clock was set; it is ignored.
    const LONGEST: Duration = Duration::from_secs(3600);

    /// The writes of one connection that wait for timestamps, and whether new writes get any.
    #[derive(Debug)]
    pub(in crate::net::stream) struct StampQueue {
        inner: Mutex<StampState>,
    }

    #[derive(Debug)]
    struct StampState {
        /// Whether the kernel accepts the request for timestamps at all.
        possible: bool,
        on: bool,
        window_began: Instant,
        writes: u32,
        waiting: VecDeque<StampedWrite>,
    }

    /// A write that waits for its timestamps.
    #[derive(Debug)]
    struct StampedWrite {
        byte: u64,
        /// Time since 1970, by the clock that the timestamps use.
        began: Duration,
        scheduled: Option<Duration>,
        sent: Option<Duration>,
        again: Vec<Duration>,
    }

    impl StampedWrite {
        fn to_news(&self, acked: Option<Duration>) -> News {
            let StampedWrite { byte, scheduled, sent, ref again, .. } = *self;
            News::Tcp(TcpNews::Stamps { byte, scheduled, sent, again: again.clone(), acked })
        }
    }

    impl StampQueue {
        /// Requests timestamps from the first byte on, if the kernel has them.
        pub(in crate::net::stream) fn new(transport: &StreamTransport) -> Self {
            // A Unix socket accepts the request and never answers it.
            let socket = transport.socket();
            let possible = socket.is_tcp() && timestamps::request_timestamps(socket, true).is_ok();
            let inner = StampState {
                possible,
                on: possible,
                window_began: Instant::now(),
                writes: 0,
                waiting: VecDeque::new(),
            };
            StampQueue { inner: Mutex::new(inner) }
        }

        fn lock(&self) -> std::sync::MutexGuard<'_, StampState> {
            self.inner.lock().unwrap_or_else(PoisonError::into_inner)
        }

        /// Call before each write. Returns the time of the write if it will be timestamped.
        ///
        /// Cost: a clock and a lock; one system call when a flood begins or ends.
        pub(in crate::net::stream) fn before_write(&self, transport: &StreamTransport) -> Option<Duration> {
            let mut inner = self.lock();
            if !inner.possible {
                return None;
            }
            inner.writes = inner.writes.saturating_add(1);
            if inner.writes > MOST_WRITES && inner.on {
                inner.set_enabled(transport, false);
            }
            // In a flood the clock is read only once in 64 writes.
            if inner.on || inner.writes.is_multiple_of(64) || inner.writes < 64 {
                let now = Instant::now();
                if now.duration_since(inner.window_began) >= WINDOW {
                    if !inner.on && inner.writes <= MOST_WRITES / 2 {
                        inner.set_enabled(transport, true);
                    }
                    (inner.window_began, inner.writes) = (now, 0);
                }
            }
            inner.on.then(|| SystemTime::now().duration_since(UNIX_EPOCH).ok()).flatten()
        }

        /// Records a write whose last byte was `byte`.
        pub(in crate::net::stream) fn on_write(&self, byte: u64, began: Duration) {
            let mut inner = self.lock();
            if inner.waiting.len() >= MOST_WAITING {
                inner.waiting.pop_front();
            }
            inner.waiting.push_back(StampedWrite { byte, began, scheduled: None, sent: None, again: Vec::new() });
        }

        /// Empties the error queue, and reports the writes that were acknowledged.
        pub(in crate::net::stream) async fn read(&self, transport: &StreamTransport, journal: &Arc<Journal>) {
            for news in self.drain(transport) {
                journal.news(news).await;
            }
        }

        /// Empties the error queue; returns the news of the writes that were acknowledged.
        pub(in crate::net::stream) fn drain(&self, transport: &StreamTransport) -> Vec<News> {
            let mut told = Vec::new();
            // A Unix socket has no error queue: reading it would take bytes of the conversation.
            if !transport.socket().is_tcp() {
                return told;
            }
            for _ in 0..MOST_WAITING * 4 {
                match timestamps::next(transport.socket()) {
                    StampQueueEntry::Stamp(stamp) => told.extend(self.lock().on_stamp(stamp)),
                    StampQueueEntry::Other => {}
                    StampQueueEntry::Nothing => break,
                }
            }
            told
        }

        /// Reports what is known of writes that were not acknowledged when the connection ended.
        pub(in crate::net::stream) async fn report_unacknowledged(
            &self,
            transport: &StreamTransport,
            journal: &Arc<Journal>,
        ) {
            self.read(transport, journal).await;
            let rest = std::mem::take(&mut self.lock().waiting);
            for write in rest.iter().filter(|write| write.scheduled.is_some() || write.sent.is_some()) {
                journal.news(write.to_news(None)).await;
            }
        }
    }

    impl StampState {
        fn set_enabled(&mut self, transport: &StreamTransport, on: bool) {
            match timestamps::request_timestamps(transport.socket(), on) {
                Ok(()) => self.on = on,
                Err(_) => (self.possible, self.on) = (false, false),
            }
        }

        /// Adds a timestamp to its write. Earlier writes without timestamps of their own are dropped unreported: the
        /// kernel joined them with this write into one segment.
        fn on_stamp(&mut self, stamp: KernelStamp) -> Option<News> {
            let place = self.waiting.iter().position(|write| write.byte as u32 == stamp.byte)?;
            let write = self.waiting.get_mut(place)?;
            let since = stamp.at.checked_sub(write.began).filter(|since| *since < LONGEST);
            match stamp.point {
                // A retransmission makes the same timestamps again: the first are those of the write.
                StampPoint::Scheduled => write.scheduled = write.scheduled.or(since),
                StampPoint::Sent if write.sent.is_none() => write.sent = since,
                StampPoint::Sent => write.again.extend(since.filter(|_| write.again.len() < MOST_AGAIN)),
                StampPoint::Acked => {
                    let news = write.to_news(since);
                    self.waiting.drain(..=place);
                    return Some(news);
                }
            }
            None
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        use crate::net::kernel::timestamps::{KernelStamp, StampPoint};
        use crate::sessions::News;
        use crate::sessions::news::TcpNews;

        fn waiting(bytes: &[u64]) -> StampState {
            let write = |byte| StampedWrite {
                byte,
                began: Duration::from_secs(100),
                scheduled: None,
                sent: None,
                again: Vec::new(),
            };
            let waiting = bytes.iter().copied().map(write).collect();
            StampState { possible: true, on: true, window_began: Instant::now(), writes: 0, waiting }
        }

        fn stamp(point: StampPoint, byte: u32, micros: u64) -> KernelStamp {
            KernelStamp { point, byte, at: Duration::from_secs(100) + Duration::from_micros(micros) }
        }

        #[test]
        fn a_write_is_told_with_its_stamps_when_it_is_acknowledged() {
            let mut inner = waiting(&[4, 9]);
            assert_eq!(inner.on_stamp(stamp(StampPoint::Scheduled, 9, 5)), None);
            assert_eq!(inner.on_stamp(stamp(StampPoint::Sent, 9, 7)), None);
            let micros = |count| Some(Duration::from_micros(count));
            let told = News::Tcp(TcpNews::Stamps {
                byte: 9,
                scheduled: micros(5),
                sent: micros(7),
                again: Vec::new(),
                acked: micros(80),
            });
            assert_eq!(inner.on_stamp(stamp(StampPoint::Acked, 9, 80)), Some(told));
            assert!(inner.waiting.is_empty(), "the write before it went with it");
        }

        #[test]
        fn a_write_that_is_sent_again_was_not_sent_later() {
            let mut inner = waiting(&[4]);
            for (point, micros) in [
                (StampPoint::Scheduled, 5),
                (StampPoint::Sent, 7),
                (StampPoint::Scheduled, 200_000),
                (StampPoint::Sent, 200_007),
                (StampPoint::Sent, 600_000),
            ] {
                assert_eq!(inner.on_stamp(stamp(point, 4, micros)), None);
            }
            let after = Duration::from_micros;
            let told = News::Tcp(TcpNews::Stamps {
                byte: 4,
                scheduled: Some(after(5)),
                sent: Some(after(7)),
                again: vec![after(200_007), after(600_000)],
                acked: Some(after(600_050)),
            });
            assert_eq!(inner.on_stamp(stamp(StampPoint::Acked, 4, 600_050)), Some(told));
        }

        #[test]
        fn the_number_of_a_byte_goes_on_beyond_32_bits() {
            let mut inner = waiting(&[(1 << 32) + 4]);
            let News::Tcp(TcpNews::Stamps { byte, .. }) = inner.on_stamp(stamp(StampPoint::Acked, 4, 1)).unwrap()
            else {
                panic!()
            };
            assert_eq!(byte, (1 << 32) + 4);
        }

        #[test]
        fn a_stamp_of_nobodys_and_a_clock_that_was_set_are_not_believed() {
            let mut inner = waiting(&[4]);
            assert_eq!(inner.on_stamp(stamp(StampPoint::Acked, 5, 1)), None);
            let early = KernelStamp { point: StampPoint::Acked, byte: 4, at: Duration::from_secs(1) };
            assert_eq!(
                inner.on_stamp(early),
                Some(News::Tcp(TcpNews::Stamps {
                    byte: 4,
                    scheduled: None,
                    sent: None,
                    again: Vec::new(),
                    acked: None
                }))
            );
        }
    }
}

/// This system does not timestamp writes.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(super) struct StampQueue;

#[cfg(not(target_os = "linux"))]
impl StampQueue {
    pub(super) fn new(_transport: &super::transport::StreamTransport) -> Self {
        StampQueue
    }

    pub(super) fn before_write(&self, _transport: &super::transport::StreamTransport) -> Option<std::time::Duration> {
        None
    }

    pub(super) fn on_write(&self, _byte: u64, _began: std::time::Duration) {}

    pub(super) fn drain(&self, _transport: &super::transport::StreamTransport) -> Vec<crate::sessions::News> {
        Vec::new()
    }

    pub(super) async fn read(
        &self,
        _transport: &super::transport::StreamTransport,
        _journal: &std::sync::Arc<crate::net::journal::Journal>,
    ) {
    }

    pub(super) async fn report_unacknowledged(
        &self,
        _transport: &super::transport::StreamTransport,
        _journal: &std::sync::Arc<crate::net::journal::Journal>,
    ) {
    }
}
