//! Rungs for changes of the kernel's counters between two samples.

use std::time::Instant;

use super::ladder::Ladder;
use super::rung::{KernelCounters, RungLabel};
use crate::wire::tcp::state::TcpState;
use crate::wire::{Direction, Evidence};

impl Ladder {
    /// Applies a kernel sample: adds rungs for the counters that changed since the last one.
    pub fn sample(&mut self, now: KernelCounters, at: Instant) {
        let before = std::mem::replace(&mut self.counters, now);
        let grew = |new: Option<u64>, old: Option<u64>| new.unwrap_or(0).saturating_sub(old.unwrap_or(0));
        let again = grew(now.retransmits, before.retransmits);
        if again > 0 {
            let what = match now.state {
                Some(TcpState::SynSent) => "SYN",
                Some(TcpState::SynReceived) => "SYN-ACK",
                Some(TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck) => "data or FIN",
                _ => "data",
            };
            self.push_counted(at, RungLabel::Again { what, times: Some(again) });
        }
        let closed = now.peer_window == Some(0);
        self.windows(at, Direction::Received, before.peer_window, now.peer_window);
        let probes = grew(now.probes, before.probes).max(if closed { grew(now.backoff, before.backoff) } else { 0 });
        match (probes, closed) {
            (0, _) => {}
            (times, true) => self.push_counted(at, RungLabel::WindowProbe { times }),
            (times, false) => self.push_counted(at, RungLabel::KeepaliveProbe { times }),
        }
        self.windows(at, Direction::Sent, before.our_window, now.our_window);
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

    /// Adds a rung for sent segments that the kernel counted; merges it with the last rung if that is of the same kind.
    fn push_counted(&mut self, at: Instant, label: RungLabel) {
        if let Some(last) = self.rungs.back_mut() {
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
