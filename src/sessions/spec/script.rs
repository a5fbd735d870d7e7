//! What a session sends automatically once it is open.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

/// Steps that a session runs once it is open: `--send`, `--send-file`, `--finish`, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The steps, in order.
    pub steps: Vec<ScriptStep>,
}

/// One step of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptStep {
    /// Send these bytes; for UDP they are one datagram.
    Send(Bytes),
    /// Send a file's bytes; for UDP as one datagram, or cut into datagrams of the requested size.
    SendFile(PathBuf),
    /// Send one datagram again and again (UDP).
    Burst(DatagramBurst),
    /// Probe the path MTU (UDP).
    ProbeMtu,
    /// Finish sending: FIN.
    Finish,
}

/// One datagram, sent again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatagramBurst {
    /// Its payload; may be empty.
    pub bytes: Bytes,
    /// How many times; [`u64::MAX`]: until stopped.
    pub count: u64,
    /// The pace; `None`: as fast as the kernel accepts them.
    pub pace: Option<Pace>,
}

/// A rate: `count` in each `per`, evenly spaced, the first at once; each has its own time, however late the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    count: NonZeroU64,
    per: Duration,
}

impl Pace {
    /// `count` in each `per`; `None` if either is zero.
    pub fn new(count: u64, per: Duration) -> Option<Self> {
        NonZeroU64::new(count).filter(|_| !per.is_zero()).map(|count| Pace { count, per })
    }

    /// This many a second, rounded to a millionth; `None` if that is zero, not a number, or infinite.
    pub fn per_second(rate: f64) -> Option<Self> {
        const SECONDS: u32 = 1_000_000;
        let count = (rate * f64::from(SECONDS)).round();
        if !(1.0..1e18).contains(&count) {
            return None;
        }
        Pace::new(count as u64, Duration::from_secs(SECONDS.into()))
    }

    /// The rate per second.
    pub fn rate(self) -> f64 {
        self.count.get() as f64 / self.per.as_secs_f64()
    }

    /// How many should have begun when `passed` has gone by since the first one; 1 at time zero.
    pub fn due_count(self, passed: Duration) -> u64 {
        let begun = passed.as_nanos().saturating_mul(self.count.get().into()) / self.per.as_nanos();
        u64::try_from(begun).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// The start time of the one with `before` others before it, counted from the first.
    pub fn start_offset(self, before: u64) -> Duration {
        let count = u128::from(self.count.get());
        // Rounded up, so that it is due at that time and never earlier.
        let nanos = self.per.as_nanos().saturating_mul(before.into()).div_ceil(count);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_a_pace_is_due_exactly_when_it_begins() {
        for pace in [Pace::new(3, Duration::from_secs(1)), Pace::per_second(1e6), Pace::per_second(0.5)] {
            let pace = pace.unwrap();
            assert_eq!(pace.due_count(Duration::ZERO), 1);
            for before in [1_u64, 2, 3, 1_000, 7_777_777] {
                let begins = pace.start_offset(before);
                assert_eq!(pace.due_count(begins), before + 1);
                assert_eq!(pace.due_count(begins - Duration::from_nanos(1)), before);
            }
        }
    }

    #[test]
    fn starts_are_due_at_exact_times_however_many_there_are() {
        let pace = Pace::new(3_000, Duration::from_secs(1000)).unwrap();
        assert_eq!(pace.start_offset(3), Duration::from_secs(1));
        assert_eq!(pace.start_offset(3_000_000_000), Duration::from_secs(1_000_000_000));
        assert_eq!(pace.start_offset(1), Duration::from_nanos(333_333_334));
        assert_eq!(pace.rate(), 3.0);
    }

    #[test]
    fn what_is_no_rate_is_none() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9, 1e30] {
            assert_eq!(Pace::per_second(rate), None, "{rate}");
        }
        assert_eq!(Pace::new(0, Duration::from_secs(1)), None);
        assert_eq!(Pace::new(1, Duration::ZERO), None);
    }
}
