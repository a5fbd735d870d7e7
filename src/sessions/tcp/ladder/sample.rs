//! Rungs for changes of the kernel's counters between two samples.

use std::time::{Duration, Instant};

use super::ladder::Ladder;
use super::rung::{KernelCounters, Rung, RungLabel};
use crate::wire::tcp::state::TcpState;
use crate::wire::{Direction, Evidence};

/// Counted segments that follow each other faster than this share a rung: below it, no timer of Linux fires twice.
const ONE_BURST: Duration = Duration::from_millis(200);

impl Ladder {
    /// Applies a kernel sample: adds rungs for the counters that changed since the last one.
    pub fn sample(&mut self, now: KernelCounters, at: Instant) {
        let before = std::mem::replace(&mut self.counters, now);
        // What the kernel's timer had announced since the last sample happened at its time.
        let due = self.timer_due.filter(|due| *due <= at && self.sampled.is_none_or(|last| last <= *due));
        self.timer_due = now.timer.and_then(|timer| at.checked_add(timer));
        let last_sample = self.sampled.replace(at);
        let grew = |new: Option<u64>, old: Option<u64>| new.unwrap_or(0).saturating_sub(old.unwrap_or(0));
        let again = self.not_stamped(grew(now.retransmits, before.retransmits));
        if again > 0 {
            let at = due.filter(|_| again == 1).unwrap_or(at);
            let what = retransmitted(&before, &now);
            self.push_counted(at, RungLabel::Again { what, times: Some(again) });
            if let (Some(0), Some(last_sample)) = (now.send_queue.filter(|_| what != "SYN"), last_sample) {
                self.move_before_ack(last_sample);
            }
        }
        let closed = now.peer_window == Some(0);
        self.windows(at, Direction::Received, before.peer_window, now.peer_window);
        let probes = grew(now.probes, before.probes).max(if closed { grew(now.backoff, before.backoff) } else { 0 });
        match (probes, closed) {
            (0, _) => {}
            (times, true) => self.push_counted(due.unwrap_or(at), RungLabel::WindowProbe { times }),
            (times, false) => self.push_counted(due.unwrap_or(at), RungLabel::KeepaliveProbe { times }),
        }
        self.windows(at, Direction::Sent, before.our_window, now.our_window);
    }

    /// How many of these retransmissions timestamps have not shown already.
    fn not_stamped(&mut self, counted: u64) -> u64 {
        let known = counted.min(self.stamped_again);
        self.stamped_again -= known;
        counted - known
    }

    /// Moves the retransmission that was added last before the ACK that answered it: the kernel says that all is
    /// acknowledged, and the ACK came since the last sample.
    fn move_before_ack(&mut self, last_sample: Instant) {
        let is_ack = |rung: &Rung| {
            rung.direction == Some(Direction::Received)
                && matches!(
                    rung.label,
                    RungLabel::Ack { .. } | RungLabel::LateAck { .. } | RungLabel::AckOfFin | RungLabel::FinAck
                )
        };
        let Some(last) = self.rungs.len().checked_sub(1) else { return };
        let ack = self.rungs.iter().take(last).rposition(is_ack);
        let newer = |place: &usize| self.rungs.get(*place).is_some_and(|ack| ack.at >= last_sample);
        if let Some(place) = ack.filter(newer)
            && let Some(mut again) = self.rungs.pop_back()
        {
            let answered = self.rungs.get(place).map_or(again.at, |ack| ack.at);
            again.at = again.at.min(answered);
            self.rungs.insert(place, again);
            self.measure_silences(place.saturating_sub(1));
        }
    }

    /// Adds a rung where the window advertised in `direction` closed or opened. Before the handshake a window is 0 and
    /// means nothing.
    fn windows(&mut self, at: Instant, direction: Direction, before: Option<u64>, now: Option<u64>) {
        match (before, now) {
            (Some(1..), Some(0)) => {
                *self.closed.of_mut(direction) = true;
                self.push_window(at, RungLabel::WindowClosed, direction);
            }
            (_, Some(bytes @ 1..)) if std::mem::take(self.closed.of_mut(direction)) => {
                self.push_window(at, RungLabel::WindowOpened { bytes }, direction);
            }
            _ => {}
        }
    }

    fn push_window(&mut self, at: Instant, label: RungLabel, direction: Direction) {
        let rung = self.rung(at, label, Evidence::Kernel).with_direction(direction);
        self.push(rung);
    }

    /// Adds a rung for sent segments that the kernel counted; merges it with the last rung if that is of the same kind
    /// and was not long ago. A SYN is never merged: a timer sends it, at least a second after the one before.
    fn push_counted(&mut self, at: Instant, label: RungLabel) {
        let soon = self.last_at.is_some_and(|last| at.saturating_duration_since(last) < ONE_BURST);
        if let Some(last) = self.rungs.back_mut().filter(|_| soon) {
            match (&mut last.label, &label) {
                (RungLabel::Again { what, times: Some(times) }, RungLabel::Again { what: new, times: Some(more) })
                    if what == new =>
                {
                    *times = times.saturating_add(*more);
                    self.last_at = Some(at);
                    return;
                }
                (RungLabel::WindowProbe { times }, RungLabel::WindowProbe { times: more })
                | (RungLabel::KeepaliveProbe { times }, RungLabel::KeepaliveProbe { times: more }) => {
                    *times = times.saturating_add(*more);
                    self.last_at = Some(at);
                    return;
                }
                _ => {}
            }
        }
        self.push_window(at, label, Direction::Sent);
    }
}

/// What was retransmitted between two samples.
fn retransmitted(before: &KernelCounters, now: &KernelCounters) -> &'static str {
    use TcpState::{Closed, Closing, FinWait1, FinWait2, LastAck, SynReceived, SynSent, TimeWait};

    let only_fin = [before, now].iter().all(|counters| counters.send_queue.is_some_and(|bytes| bytes <= 1));
    match now.state {
        Some(SynSent) => "SYN",
        Some(SynReceived) => "SYN-ACK",
        Some(FinWait1 | FinWait2 | Closing | LastAck | TimeWait | Closed) if only_fin => "FIN",
        Some(FinWait1 | Closing | LastAck) => "data or FIN",
        _ => "data",
    }
}
