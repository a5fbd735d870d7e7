//! The kernel's timers of an open TCP connection: the running one, and past firings, from samples of the socket.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sessions::news::News;
use crate::sessions::news::OptionNews;
use crate::wire::kernel::view::{KernelTimer, KernelView, TimerKind};
use crate::wire::option::{OptionValue, SocketOption};
use crate::wire::tcp::state::TcpState;

/// How many firings are kept; beyond it the oldest are dropped, and only [`TimerHistory::consecutive_firings`] counts
/// them.
pub const MOST_FIRED: usize = 64;

/// The kernel's timers of one connection. Bounded, whatever the peer does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimerHistory {
    /// Firings of the retransmission, keepalive and window probe timers since the peer last answered, in order.
    pub fired: VecDeque<TimerFiring>,
    /// The running timer, and when it was sampled.
    pub running: Option<(KernelTimer, Instant)>,
    /// The retransmission timeout now, doublings included.
    pub rto: Option<Duration>,
    /// How often the running timer was doubled, as the kernel counts it.
    pub backoff: u8,
    /// Since when bytes we sent are unacknowledged; late by at most one sample period.
    pub waits_since: Option<Instant>,
    /// When the last acknowledgement or data from the peer arrived.
    pub heard: Option<Instant>,
    /// `TCP_USER_TIMEOUT`, if it was set.
    pub user_timeout: Option<Duration>,
    /// `TCP_KEEPINTVL`, if it was set or read: the time between keepalive probes.
    pub keep_every: Option<Duration>,
    /// `TCP_KEEPCNT`, if it was set or read: how many probes may stay unanswered.
    pub keep_count: Option<u32>,
    last: Option<Arc<KernelView>>,
}

/// One firing of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerFiring {
    /// When the firing was noticed: late by at most one sample period.
    pub at: Instant,
    /// The timer's purpose.
    pub kind: TimerKind,
    /// How many times in a row, this one included.
    pub times: u8,
}

impl TimerHistory {
    /// Applies a news item: socket options that change the timers.
    pub fn on_news(&mut self, news: &News) {
        match news {
            News::Option(OptionNews::Set { option, now, .. }) => self.option(*option, now),
            News::Option(OptionNews::Reported(all)) => {
                for (option, value) in all {
                    if let Ok(value) = value {
                        self.option(*option, value);
                    }
                }
            }
            News::Failed(_) | News::Closed { .. } => {
                self.running = None;
            }
            _ => {}
        }
    }

    fn option(&mut self, option: SocketOption, value: &OptionValue) {
        match (option, value) {
            (SocketOption::UserTimeout, OptionValue::Time(time)) => {
                self.user_timeout = Some(*time).filter(|time| !time.is_zero());
            }
            (SocketOption::KeepInterval, OptionValue::Time(time)) => self.keep_every = Some(*time),
            (SocketOption::KeepCount, OptionValue::Count(count)) => self.keep_count = Some(*count),
            _ => {}
        }
    }

    /// Applies a kernel sample; the same sample again changes nothing.
    pub fn sample(&mut self, view: &Arc<KernelView>, now: Instant) {
        if self.last.as_ref() == Some(view) {
            return;
        }
        let before = self.last.replace(Arc::clone(view));
        let Some(tcp) = &view.tcp else { return };
        if matches!(view.state, None | Some(TcpState::SynSent | TcpState::Listen | TcpState::Closed)) {
            // The SYN's timer belongs to the attempt; a broken socket has no timer, but its past firings are kept.
            self.running = None;
            return;
        }
        let ago = |time: Option<Duration>| time.and_then(|time| now.checked_sub(time));
        self.heard = ago(tcp.last_ack_recv).max(ago(tcp.last_data_recv));
        self.running = view.timer.map(|timer| (timer, now));
        self.rto = tcp.rto;
        self.backoff = tcp.backoff.unwrap_or(0);
        let waits = view.send_queue_bytes.is_some_and(|bytes| bytes > 0);
        self.waits_since = if waits { self.waits_since.or(Some(now)) } else { None };
        let earlier = before.and_then(|before| before.tcp);
        let count = |of: Option<u8>| of.unwrap_or(0);
        let of = |tcp: Option<crate::wire::kernel::tcp_info::TcpInfo>| {
            tcp.map_or((0, 0), |tcp| (count(tcp.retransmits), count(tcp.probes)))
        };
        let ((again_before, probes_before), (again, probes)) = (of(earlier), of(Some(*tcp)));
        if again == 0 && probes == 0 {
            // The peer answered: past firings no longer count.
            self.fired.clear();
        }
        let probing = if waits { TimerKind::Probe } else { TimerKind::Keepalive };
        for (kind, had, has) in [(TimerKind::Retransmit, again_before, again), (probing, probes_before, probes)] {
            for times in had.min(has)..has {
                if self.fired.len() == MOST_FIRED {
                    self.fired.pop_front();
                }
                self.fired.push_back(TimerFiring { at: now, kind, times: times + 1 });
            }
        }
    }

    /// The timer that fired last, and how often in a row; `None`: none fired since the peer answered.
    pub fn consecutive_firings(&self) -> Option<(TimerKind, u8)> {
        self.fired.back().map(|fired| (fired.kind, fired.times))
    }

    /// The running timer, and when it will fire.
    pub fn next(&self) -> Option<(TimerKind, Instant)> {
        self.running.and_then(|(timer, looked)| Some((timer.kind, looked.checked_add(timer.expires)?)))
    }

    /// The times, up to `end`, at which the running timer will fire if the peer stays silent. A retransmission or
    /// window probe waits twice as long each time (RFC 6298 §5.5), at most two minutes in Linux. Keepalive probes are
    /// `every` apart.
    pub fn expected_firings(&self, every: Option<Duration>, end: Instant) -> Vec<Instant> {
        /// A lane has no more cells than this.
        const MOST: usize = 64;
        /// `TCP_RTO_MAX` in Linux.
        const LONGEST: Duration = Duration::from_secs(120);

        let Some((kind, first)) = self.next() else { return Vec::new() };
        let mut wait = match kind {
            TimerKind::Retransmit => self.rto,
            TimerKind::Probe => self.rto.map(|rto| probe_wait(rto, self.backoff).min(LONGEST)),
            TimerKind::Keepalive => every,
            TimerKind::TimeWait => None,
        };
        let mut at = first;
        let mut planned = Vec::new();
        while at <= end && planned.len() < MOST {
            planned.push(at);
            let Some(then) = wait else { break };
            if kind != TimerKind::Keepalive {
                wait = Some(then.saturating_mul(2).min(LONGEST));
            }
            let Some(next) = at.checked_add(wait.unwrap_or(then).max(Duration::from_millis(1))) else { break };
            at = next;
        }
        planned
    }
}

/// How long Linux waits from one window probe to the next: the timeout, at least 200 ms, doubled `backoff` times
/// (`tcp_probe0_when`).
fn probe_wait(rto: Duration, backoff: u8) -> Duration {
    rto.max(Duration::from_millis(200)).saturating_mul(1_u32.checked_shl(backoff.into()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::kernel::tcp_info::TcpInfo;
    use crate::wire::kernel::view::KernelTimer;

    fn look(again: u8, probes: u8, queue: u64, timer: Option<(TimerKind, u64)>) -> Arc<KernelView> {
        let rto = Duration::from_millis(200 << again);
        let tcp = TcpInfo {
            retransmits: Some(again),
            probes: Some(probes),
            rto: Some(rto),
            last_ack_recv: Some(Duration::from_millis(10)),
            ..TcpInfo::default()
        };
        let timer = timer.map(|(kind, millis)| KernelTimer { kind, expires: Duration::from_millis(millis) });
        let state = Some(TcpState::Established);
        Arc::new(KernelView { state, send_queue_bytes: Some(queue), tcp: Some(tcp), timer, ..KernelView::default() })
    }

    #[test]
    fn retransmissions_are_counted_while_the_peer_is_silent_and_forgotten_when_it_answers() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut clocks = TimerHistory::default();
        clocks.sample(&look(0, 0, 5, None), at(50));
        clocks.sample(&look(1, 0, 5, Some((TimerKind::Retransmit, 400))), at(250));
        clocks.sample(&look(3, 0, 5, Some((TimerKind::Retransmit, 1500))), at(1600));
        let times: Vec<u8> = clocks.fired.iter().map(|fired| fired.times).collect();
        assert_eq!(times, [1, 2, 3]);
        assert_eq!(clocks.consecutive_firings(), Some((TimerKind::Retransmit, 3)));
        assert_eq!(clocks.next(), Some((TimerKind::Retransmit, at(3100))));
        assert_eq!(clocks.waits_since, Some(at(50)));
        clocks.sample(&look(0, 0, 0, None), at(3200));
        assert_eq!((clocks.consecutive_firings(), clocks.next(), clocks.waits_since), (None, None, None));
    }

    #[test]
    fn the_same_look_again_moves_no_countdown() {
        let start = Instant::now();
        let mut clocks = TimerHistory::default();
        let quiet = look(0, 1, 0, Some((TimerKind::Keepalive, 2000)));
        clocks.sample(&quiet, start);
        clocks.sample(&quiet, start + Duration::from_secs(1));
        assert_eq!(clocks.next(), Some((TimerKind::Keepalive, start + Duration::from_secs(2))));
        assert_eq!(clocks.consecutive_firings(), Some((TimerKind::Keepalive, 1)));
    }

    #[test]
    fn what_is_to_come_doubles_for_data_and_stays_even_for_keepalive() {
        let start = Instant::now();
        let mut clocks = TimerHistory::default();
        clocks.sample(&look(1, 0, 5, Some((TimerKind::Retransmit, 100))), start);
        let far = start + Duration::from_secs(7);
        let after = |clocks: &TimerHistory, every| -> Vec<u128> {
            clocks.expected_firings(every, far).iter().map(|at| (*at - start).as_millis()).collect()
        };
        // The timeout is 400 ms now; after it fires it is 800 ms, then 1600.
        assert_eq!(after(&clocks, None), [100, 900, 2500, 5700]);
        clocks.sample(&look(0, 1, 0, Some((TimerKind::Keepalive, 1000))), start);
        assert_eq!(after(&clocks, Some(Duration::from_secs(2))), [1000, 3000, 5000, 7000]);
        assert_eq!(after(&clocks, None), [1000]);
    }

    #[test]
    fn window_probes_to_come_go_on_from_the_backoff_that_the_kernel_counts() {
        let start = Instant::now();
        let mut clocks = TimerHistory::default();
        let mut view = *look(0, 4, 5, Some((TimerKind::Probe, 6_300)));
        view.tcp = view.tcp.map(|tcp| TcpInfo { backoff: Some(5), rto: Some(Duration::from_millis(201)), ..tcp });
        clocks.sample(&Arc::new(view), start);
        let planned = clocks.expected_firings(None, start + Duration::from_secs(60));
        let after: Vec<u128> = planned.iter().map(|at| (*at - start).as_millis()).collect();
        // The interval that runs is 201 ms × 2⁵; the next ones are 12.9 and 25.7 s.
        assert_eq!(after, [6_300, 6_300 + 12_864, 6_300 + 12_864 + 25_728]);
        let mut far = *look(0, 4, 5, Some((TimerKind::Probe, 10)));
        far.tcp = far.tcp.map(|tcp| TcpInfo { backoff: Some(u8::MAX), rto: Some(Duration::MAX), ..tcp });
        clocks.sample(&Arc::new(far), start);
        assert_eq!(clocks.expected_firings(None, start + Duration::from_secs(130)).len(), 2, "120 s at most");
    }

    #[test]
    fn firings_are_bounded() {
        let mut clocks = TimerHistory::default();
        let mut now = Instant::now();
        for round in 0..=u8::MAX {
            now += Duration::from_millis(1);
            clocks.sample(&look(round % 4 + 1, round, 5, None), now);
        }
        assert!(clocks.fired.len() <= MOST_FIRED);
    }
}
