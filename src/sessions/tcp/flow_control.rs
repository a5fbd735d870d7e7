//! Flow control at both ends of a connection: bytes in the queues, windows, and the running timer.

use std::time::{Duration, Instant};

use crate::text::quantity;
use crate::wire::kernel::tcp_info::TcpInfo;
use crate::wire::kernel::view::{KernelTimer, KernelView, PeerEnd, TimerKind};
use crate::wire::tcp::state::TcpState;

/// Linux counts doublings only up to `tcp_retries2`; from this count on, a probe's number is unknown.
const MOST_COUNTED: u64 = 15;

/// Tolerance: two expiry times that differ by at most this belong to the same timer (the kernel rounds).
const SAME_TIMER: Duration = Duration::from_millis(60);

/// Flow control of one connection, at the kernel's last sample.
#[derive(Clone, Debug, Default)]
pub struct FlowControl {
    /// Our end.
    pub own: FlowEnd,
    /// The peer's end, if it is on this host, too.
    pub peer: Option<FlowEnd>,
}

/// One end. `None`: not known.
#[derive(Clone, Debug, Default)]
pub struct FlowEnd {
    /// Bytes that this end's program wrote and the other end has not acknowledged.
    pub send_queue: Option<u64>,
    /// How many of these bytes were never sent.
    pub not_sent: Option<u64>,
    /// The other end's window, as this end knows it.
    pub peer_window: Option<u64>,
    /// Bytes that arrived and were not read by this end's program.
    pub recv_queue: Option<u64>,
    /// The window that this end advertised.
    pub own_window: Option<u64>,
    /// How often the retransmission or probe timer was doubled.
    pub backoff: Option<u64>,
    /// Probes that were not answered.
    pub probes: Option<u64>,
    /// The retransmission timeout.
    pub rto: Option<Duration>,
    /// The running timer.
    pub timer: Option<RunningTimer>,
    /// When we first saw that the other end's window is closed; `None`: it is open, or not known.
    pub peer_window_closed: Option<Instant>,
    /// When we first saw that this end's own window is closed; `None`: it is open, or not known.
    pub own_window_closed: Option<Instant>,
    /// The greatest values so far: the full length of the bars.
    pub greatest: FlowMaxima,
}

/// A running timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningTimer {
    /// Its purpose.
    pub kind: TimerKind,
    /// When it fires.
    pub due: Instant,
    /// The time from when we first saw it until it fires.
    pub whole: Duration,
}

/// The greatest values so far, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowMaxima {
    /// Of the send queue.
    pub send_queue: u64,
    /// Of the other end's window.
    pub peer_window: u64,
    /// Of the receive queue and the own window together: all room to receive.
    pub room: u64,
}

impl FlowControl {
    /// Applies a kernel sample.
    pub fn sample(&mut self, view: &KernelView, now: Instant) {
        self.own.sample(view.state, view.send_queue_bytes, view.recv_queue_bytes, view.timer, view.tcp.as_ref(), now);
        match view.peer_end {
            Some(PeerEnd { state, send_queue_bytes: sends, recv_queue_bytes: has, timer, tcp }) => {
                let peer = self.peer.get_or_insert_default();
                peer.sample(Some(state), Some(sends), Some(has), timer, tcp.as_ref(), now);
            }
            None => self.peer = None,
        }
    }

    /// Whether flow control blocks either end now: a window is closed, or a timer was doubled.
    pub fn is_blocked(&self) -> bool {
        self.ends().any(FlowEnd::is_blocked)
    }

    /// Whether a timer runs at either end.
    pub fn has_timer(&self, now: Instant) -> bool {
        self.ends().any(|end| end.has_timer(now))
    }

    /// Whether a timer is counting down to a probe or retransmission.
    pub fn counts_down(&self, now: Instant) -> bool {
        self.ends().any(|end| end.is_blocked() && end.has_timer(now))
    }

    fn ends(&self) -> impl Iterator<Item = &FlowEnd> {
        std::iter::once(&self.own).chain(&self.peer)
    }
}

impl FlowEnd {
    fn has_timer(&self, now: Instant) -> bool {
        self.timer.is_some_and(|timer| timer.due > now)
    }

    fn sample(
        &mut self,
        state: Option<TcpState>,
        send_queue: Option<u64>,
        recv_queue: Option<u64>,
        timer: Option<KernelTimer>,
        tcp: Option<&TcpInfo>,
        now: Instant,
    ) {
        let tcp = tcp.copied().unwrap_or_default();
        // Before the handshake completes and after the connection ends, a window of 0 means nothing.
        let open = !matches!(
            state,
            None | Some(
                TcpState::Closed | TcpState::Listen | TcpState::SynSent | TcpState::SynReceived | TcpState::TimeWait
            )
        );
        let window = |bytes: Option<u32>| bytes.filter(|_| open).map(u64::from);
        (self.send_queue, self.recv_queue) = (send_queue, recv_queue);
        self.not_sent = tcp.notsent_bytes.map(u64::from);
        self.peer_window = window(tcp.snd_wnd);
        self.own_window = window(tcp.rcv_wnd);
        self.backoff = tcp.backoff.map(u64::from);
        self.probes = tcp.probes.map(u64::from);
        self.rto = tcp.rto;
        let since = |window: Option<u64>, before: Option<Instant>| (window == Some(0)).then(|| before.unwrap_or(now));
        self.peer_window_closed = since(self.peer_window, self.peer_window_closed);
        self.own_window_closed = since(self.own_window, self.own_window_closed);
        self.timer = timer.and_then(|timer| {
            let due = now.checked_add(timer.expires)?;
            let same = |old: &RunningTimer| old.kind == timer.kind && distance(old.due, due) <= SAME_TIMER;
            let whole = self.timer.filter(same).map_or(timer.expires, |old| old.whole.max(timer.expires));
            Some(RunningTimer { kind: timer.kind, due, whole })
        });
        let most = &mut self.greatest;
        most.send_queue = most.send_queue.max(send_queue.unwrap_or(0));
        most.peer_window = most.peer_window.max(self.peer_window.unwrap_or(0));
        most.room = most.room.max(recv_queue.unwrap_or(0).saturating_add(self.own_window.unwrap_or(0)));
    }

    /// Whether flow control blocks this end.
    pub fn is_blocked(&self) -> bool {
        let waits = self.send_queue.is_some_and(|bytes| bytes > 0);
        self.own_window_closed.is_some()
            || waits && (self.peer_window_closed.is_some() || self.backoff.is_some_and(|count| count > 0))
    }

    /// The next event of the timer, with its number if that is known: `probe 4`.
    pub fn next(&self) -> Option<String> {
        let kind = self.timer?.kind;
        let number = self.backoff.filter(|count| *count < MOST_COUNTED).map(|count| count + 1);
        let text = match (kind, number) {
            (TimerKind::Probe, Some(number)) => format!("probe {number}"),
            (TimerKind::Probe, None) => "next probe".to_owned(),
            (TimerKind::Retransmit, Some(number)) => format!("resend {number}"),
            (TimerKind::Retransmit, None) => "next resend".to_owned(),
            (TimerKind::Keepalive, _) => "keepalive".to_owned(),
            (TimerKind::TimeWait, _) => "port free".to_owned(),
        };
        Some(text)
    }

    /// What blocks sending, in parts: `the peer's window has been 0 for 3.2 s`, `probe 4 in 1.6 s (backoff 3)`. `whose`
    /// is the window's owner: `the peer's`. Empty: nothing blocks.
    pub fn blocked_parts(&self, whose: &str, now: Instant) -> Vec<String> {
        let waits = self.send_queue.is_some_and(|bytes| bytes > 0);
        let mut parts = Vec::new();
        match (self.peer_window_closed, self.backoff.unwrap_or(0)) {
            (Some(since), _) => {
                let time = countdown_text(now.saturating_duration_since(since));
                parts.push(format!("{whose} window has been 0 for {time}"));
            }
            (None, 1..) if waits => parts.push("no ACK came in time".to_owned()),
            _ => return parts,
        }
        parts.extend(if waits { self.timer_countdown(now) } else { Some("nothing waits to be sent".to_owned()) });
        parts
    }

    /// The next event of the timer, and when: `probe 4 in 1.6 s (backoff 3)`. `None`: no timer is known to run.
    pub fn timer_countdown(&self, now: Instant) -> Option<String> {
        let (timer, next) = (self.timer?, self.next()?);
        let left = timer.due.saturating_duration_since(now);
        let when = if left.is_zero() { "now".to_owned() } else { format!("in {}", countdown_text(left)) };
        let backoff = self.backoff.map_or(String::new(), |count| format!(" (backoff {count})"));
        Some(format!("{next} {when}{backoff}"))
    }
}

fn distance(one: Instant, other: Instant) -> Duration {
    one.saturating_duration_since(other).max(other.saturating_duration_since(one))
}

/// A duration for a countdown: rounded up to tenths of a second, so that it does not flicker.
pub fn countdown_text(time: Duration) -> String {
    let tenths = time.as_millis().div_ceil(100);
    quantity::duration(Duration::from_millis(u64::try_from(tenths).unwrap_or(u64::MAX).saturating_mul(100)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::kernel::view::KernelTimer;

    fn view(window: u32, backoff: u8, timer: Option<(TimerKind, u64)>) -> KernelView {
        let tcp = TcpInfo { snd_wnd: Some(window), backoff: Some(backoff), ..TcpInfo::default() };
        let timer = timer.map(|(kind, millis)| KernelTimer { kind, expires: Duration::from_millis(millis) });
        let state = Some(TcpState::Established);
        KernelView { state, send_queue_bytes: Some(9), tcp: Some(tcp), timer, ..KernelView::default() }
    }

    fn told(flow: &FlowControl, now: Instant) -> String {
        flow.own.blocked_parts("the peer's", now).join("; ")
    }

    #[test]
    fn a_closed_window_is_told_with_its_age_and_the_countdown_to_the_next_probe() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut flow = FlowControl::default();
        flow.sample(&view(65_536, 0, None), start);
        assert_eq!((told(&flow, start), flow.is_blocked()), (String::new(), false));
        flow.sample(&view(0, 0, Some((TimerKind::Probe, 200))), at(100));
        flow.sample(&view(0, 3, Some((TimerKind::Probe, 1_600))), at(3_300));
        let expected = "the peer's window has been 0 for 3.2 s; probe 4 in 1.6 s (backoff 3)";
        assert_eq!(told(&flow, at(3_300)), expected);
        let later = "the peer's window has been 0 for 4.2 s; probe 4 in 600 ms (backoff 3)";
        assert_eq!(told(&flow, at(4_300)), later);
        assert!(flow.is_blocked() && flow.counts_down(at(4_300)) && !flow.counts_down(at(5_000)));
        flow.sample(&view(65_536, 0, None), at(5_000));
        assert_eq!((told(&flow, at(5_000)).as_str(), flow.own.greatest.peer_window), ("", 65_536));
    }

    #[test]
    fn a_timer_is_measured_from_where_it_was_first_seen() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut flow = FlowControl::default();
        for (millis, left, whole) in [(0, 800, 800), (300, 503, 800), (700, 98, 800), (810, 1_590, 1_590)] {
            flow.sample(&view(0, 2, Some((TimerKind::Probe, left))), at(millis));
            assert_eq!(flow.own.timer.map(|timer| timer.whole), Some(Duration::from_millis(whole)), "at {millis}");
        }
    }

    #[test]
    fn the_greatest_numbers_of_a_kernel_do_not_overflow() {
        let now = Instant::now();
        let tcp = TcpInfo { rcv_wnd: Some(u32::MAX), backoff: Some(u8::MAX), ..TcpInfo::default() };
        let queues = (Some(u64::MAX), Some(u64::MAX));
        let timer = Some(KernelTimer { kind: TimerKind::Probe, expires: Duration::MAX });
        let view = KernelView {
            send_queue_bytes: queues.0,
            recv_queue_bytes: queues.1,
            tcp: Some(tcp),
            timer,
            ..view(0, 0, None)
        };
        let mut flow = FlowControl::default();
        flow.sample(&view, now);
        assert_eq!(flow.own.greatest.room, u64::MAX);
        assert_eq!(flow.own.timer, None, "a timer that fires beyond all times is not known");
    }

    #[test]
    fn a_lost_ack_counts_down_to_the_next_resend() {
        let now = Instant::now();
        let mut flow = FlowControl::default();
        flow.sample(&view(65_536, 2, Some((TimerKind::Retransmit, 900))), now);
        assert_eq!(told(&flow, now), "no ACK came in time; resend 3 in 900 ms (backoff 2)");
    }

    #[test]
    fn the_other_end_is_known_as_long_as_the_kernel_has_it() {
        let now = Instant::now();
        let tcp = Some(TcpInfo { rcv_wnd: Some(0), ..TcpInfo::default() });
        let end =
            PeerEnd { state: TcpState::Established, send_queue_bytes: 0, recv_queue_bytes: 4_096, timer: None, tcp };
        let mut flow = FlowControl::default();
        flow.sample(&KernelView { peer_end: Some(end), ..view(0, 0, None) }, now);
        let peer = flow.peer.as_ref().unwrap();
        assert_eq!((peer.recv_queue, peer.own_window, peer.own_window_closed), (Some(4_096), Some(0), Some(now)));
        flow.sample(&view(0, 0, None), now);
        assert!(flow.peer.is_none());
    }
}
