//! State of a TCP connection beside its bytes: its state changes, ladder, gauges and flow control.

use std::time::Instant;

use super::flow_control::FlowControl;
use super::gauges::Gauges;
use super::ladder::{KernelCounters, Ladder};
use super::states::StateTrack;
use crate::sessions::news::{CloseReason, DialNews, News, TcpNews};
use crate::sessions::record::Record;
use crate::wire::kernel::view::{KernelView, TimerKind};
use crate::wire::segment::CaptureReading;
use crate::wire::tcp::cause::StateCause;
use crate::wire::{Class, FailedOperation};

/// History of one connection, built from its records and kernel samples.
#[derive(Clone, Debug, Default)]
pub struct TcpHistory {
    /// Its path through the states of RFC 9293.
    pub track: StateTrack,
    /// Who sent what, and when, as a sequence diagram.
    pub ladder: Ladder,
    /// The kernel's measurements over time.
    pub gauges: Gauges,
    /// Its windows, queues and timers.
    pub flow: FlowControl,
}

impl TcpHistory {
    /// Applies a record. `entry` is the record's number in the transcript, if it has one; `now` is the time of the
    /// reading.
    pub fn record(&mut self, entry: Option<u64>, record: &Record, now: Instant) {
        match record {
            Record::Block(block) => self.ladder.block(entry, block),
            Record::NotKept { direction, totals } => self.ladder.add_gap(entry, *direction, *totals, now),
            Record::News { at, news } => self.news(entry, news, *at),
        }
    }

    /// As [`TcpHistory::record`], for a connection that carries another protocol: the session's bytes, and how the
    /// session ends, are not the connection's.
    pub fn record_carried(&mut self, entry: Option<u64>, record: &Record) {
        let Record::News { at, news } = record else { return };
        match news {
            // The counters of another connection begin at 0.
            News::Dial(DialNews::Connected { .. }) => {
                (self.gauges, self.flow) = (Gauges::default(), FlowControl::default());
                self.news(entry, news, *at);
            }
            News::Dial(_) | News::Tcp(_) => self.news(entry, news, *at),
            News::Failed(failure)
                if failure.class == Class::Unreachable
                    || matches!(failure.operation, FailedOperation::Connect | FailedOperation::Resolve) =>
            {
                self.news(entry, news, *at);
            }
            News::Closed { totals, .. } => {
                let closed = News::Closed { totals: *totals, how: CloseReason::Local };
                self.news(entry, &closed, *at);
            }
            _ => {}
        }
        if let News::Tcp(TcpNews::State { cause: StateCause::RstArrived, evidence, .. }) = news {
            self.ladder.add_reset(*at, *evidence);
        }
    }

    fn news(&mut self, entry: Option<u64>, news: &News, at: Instant) {
        self.ladder.on_news(entry, news, at);
        let steps = self.track.on_news(news, at);
        self.draw(steps, entry);
        if let News::Tcp(TcpNews::State { to, evidence, .. }) = news
            && steps == 0
        {
            self.ladder.confirm_state(*to, *evidence);
        }
    }

    /// Call before applying the records of the same reading, so that capture starts at its first segment.
    pub fn set_capturing(&mut self, reading: &CaptureReading, now: Instant) {
        if reading.on {
            let first = reading.segments.first().map_or(now, |captured| captured.at);
            self.ladder.set_capturing(true, first);
        }
    }

    /// Adds captured segments, after the other records of the same reading.
    pub fn add_segments(&mut self, reading: CaptureReading, now: Instant) {
        for captured in reading.segments {
            self.ladder.add_segment(captured);
        }
        if reading.missed > 0 {
            self.ladder.not_captured(reading.missed, now);
        }
        if !reading.on {
            self.ladder.set_capturing(false, now);
        }
    }

    /// Updates what depends on time alone: TIME-WAIT ends, and the port is free.
    pub fn advance(&mut self, now: Instant) {
        let steps = self.track.advance(now);
        self.draw(steps, None);
    }

    /// Applies a kernel sample, with its time, and captured segments, after the records of the same reading.
    pub fn on_kernel(&mut self, kernel: Option<(&KernelView, Instant)>, capture: Option<CaptureReading>, now: Instant) {
        if let Some((view, looked)) = kernel {
            self.kernel(view, looked, now);
        }
        if let Some(captured) = capture {
            self.add_segments(captured, now);
        }
    }

    /// Applies a kernel sample that was taken at `looked`.
    pub fn kernel(&mut self, view: &KernelView, looked: Instant, now: Instant) {
        if let Some(state) = view.state {
            let steps = self.track.sample(state, looked);
            self.draw(steps, None);
        }
        self.ladder.sample(counters(view), looked);
        self.gauges.sample(view, now);
        self.flow.sample(view, now);
    }

    /// Adds the newest state changes to the ladder.
    fn draw(&mut self, steps: usize, entry: Option<u64>) {
        let all = self.track.steps();
        for step in all.iter().skip(all.len().saturating_sub(steps)) {
            self.ladder.on_state_change(step, entry);
        }
    }
}

fn counters(view: &KernelView) -> KernelCounters {
    let tcp = view.tcp.unwrap_or_default();
    KernelCounters {
        state: view.state,
        retransmits: tcp.total_retrans.map(u64::from),
        probes: tcp.probes.map(u64::from),
        backoff: tcp.backoff.map(u64::from),
        peer_window: tcp.snd_wnd.map(u64::from),
        our_window: tcp.rcv_wnd.map(u64::from),
        min_rtt: tcp.min_rtt,
        send_queue: view.send_queue_bytes,
        timer: view.timer.filter(|timer| timer.kind != TimerKind::TimeWait).map(|timer| timer.expires),
    }
}
