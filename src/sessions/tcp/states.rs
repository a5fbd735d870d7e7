//! The path of one connection through the states: each step with its time, cause and evidence.

use std::time::Instant;

use super::step_cause::StepCause;
use crate::sessions::news::{CloseReason, News};
use crate::sessions::news::{DialNews, ListenerNews, TcpNews};
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::tcp::{EventOutcome, StateDifference, TcpEvent, compare, path, transition};
use crate::wire::{Class, Evidence, Failure};

/// How many steps are kept; a connection has at most ten, a retried one ten an attempt. Beyond it the oldest are
/// dropped.
const MOST_STEPS: usize = 128;

/// One change of state.
#[derive(Clone, Debug, PartialEq)]
pub struct StateChange {
    /// When we noticed it.
    pub at: Instant,
    /// The state before.
    pub from: TcpState,
    /// The state after.
    pub to: TcpState,
    /// The event in the transition table.
    pub event: TcpEvent,
    /// The cause.
    pub cause: StepCause,
    /// How we know it.
    pub evidence: Evidence,
}

/// The current state of a connection, and its steps so far.
#[derive(Clone, Debug)]
pub struct StateTrack {
    state: TcpState,
    /// The state by our own calls alone, without the kernel's reports.
    called: TcpState,
    kernel: Option<TcpState>,
    steps: Vec<StateChange>,
    rests_until: Option<Instant>,
}

impl Default for StateTrack {
    fn default() -> Self {
        StateTrack::new()
    }
}

impl StateTrack {
    /// A new connection in state CLOSED.
    pub fn new() -> Self {
        StateTrack {
            state: TcpState::Closed,
            called: TcpState::Closed,
            kernel: None,
            steps: Vec::new(),
            rests_until: None,
        }
    }

    /// The current state, by all that is known.
    pub fn state(&self) -> TcpState {
        self.state
    }

    /// The steps so far, oldest first.
    pub fn steps(&self) -> &[StateChange] {
        &self.steps
    }

    /// The steps of the current connection: those since it last left CLOSED.
    pub fn latest(&self) -> &[StateChange] {
        let start = self.steps.iter().rposition(|step| step.from == TcpState::Closed).unwrap_or(0);
        self.steps.get(start..).unwrap_or_default()
    }

    /// The state that the kernel reported last.
    pub fn kernel(&self) -> Option<TcpState> {
        self.kernel
    }

    /// When TIME-WAIT ends, if the kernel reported its timer.
    pub fn rests_until(&self) -> Option<Instant> {
        self.rests_until
    }

    /// The difference between the state by our calls and the kernel's; `None` if they agree or the kernel reports
    /// nothing.
    pub fn difference(&self) -> Option<StateDifference> {
        compare(self.called, self.kernel?)
    }

    /// Moves to CLOSED when TIME-WAIT is over. Returns the number of steps.
    pub fn advance(&mut self, now: Instant) -> usize {
        match self.rests_until.filter(|until| self.state == TcpState::TimeWait && *until <= now) {
            Some(until) => self.event(
                until,
                TcpEvent::TimeWaitOver,
                StepCause::Implied(StateCause::TimeWaitOver),
                Evidence::Inferred,
            ),
            None => 0,
        }
    }

    /// Applies a news item. Returns the number of steps.
    pub fn on_news(&mut self, news: &News, at: Instant) -> usize {
        match news {
            // Nothing was sent, so there is no SYN-SENT.
            News::Dial(DialNews::Connecting { begun: false, .. }) => 0,
            News::Dial(DialNews::Connecting { .. }) => {
                // Several addresses may be tried at once; otherwise another connection begins.
                if self.state != TcpState::SynSent {
                    self.reset_to_start();
                }
                self.event(at, TcpEvent::ActiveOpen, StepCause::Implied(StateCause::Connect), Evidence::Inferred)
            }
            News::Dial(DialNews::Connected { .. }) => {
                self.event(at, TcpEvent::SynAck, StepCause::Implied(StateCause::SynAckArrived), Evidence::Seen)
            }
            News::Listener(ListenerNews::Accepted { .. }) => {
                self.event(at, TcpEvent::PassiveOpen, StepCause::Implied(StateCause::Listen), Evidence::Inferred)
                    + self.event(at, TcpEvent::Syn, StepCause::Implied(StateCause::SynArrived), Evidence::Inferred)
                    + self.event(at, TcpEvent::AckOfSyn, StepCause::Implied(StateCause::Accepted), Evidence::Seen)
            }
            News::Tcp(TcpNews::WeFinished) => {
                self.event(at, TcpEvent::Close, StepCause::Implied(StateCause::WeShutDown), Evidence::Inferred)
            }
            News::Tcp(TcpNews::PeerFinished { .. }) => {
                let event = if self.state == TcpState::FinWait1 { TcpEvent::FinAckOfFin } else { TcpEvent::Fin };
                self.event(at, event, StepCause::Implied(StateCause::FinArrived), Evidence::Seen)
            }
            News::Tcp(TcpNews::State { from, to, cause, evidence, remaining }) => {
                if let Some(remaining) = remaining {
                    self.rests_until = at.checked_add(*remaining);
                }
                self.on_reported_step(StateChange {
                    at,
                    from: *from,
                    to: *to,
                    event: event_of(*cause, *from, *to),
                    cause: StepCause::Told(*cause),
                    evidence: *evidence,
                })
            }
            News::Failed(failure) | News::Dial(DialNews::Retrying { because: failure, .. }) => {
                self.on_failure(failure, at)
            }
            News::Closed { how, .. } => self.on_closed(*how, at),
            _ => 0,
        }
    }

    fn on_failure(&mut self, failure: &Failure, at: Instant) -> usize {
        match failure.class {
            Class::Refused => self.event(at, TcpEvent::Rst, StepCause::ImpliedRefusal, failure.evidence),
            Class::Reset => self.event(at, TcpEvent::Rst, StepCause::Implied(StateCause::RstArrived), failure.evidence),
            Class::ConnectTimeout | Class::Unreachable => {
                let cause = match (failure.class, self.state) {
                    // Without an error of the kernel, it is our own time limit that was over.
                    (Class::ConnectTimeout, _) if failure.os_code.is_none() => StateCause::GivenUp,
                    (Class::Unreachable, TcpState::SynSent) if failure.evidence == Evidence::Kernel => {
                        StateCause::IcmpArrived
                    }
                    (Class::Unreachable, TcpState::SynSent) => StateCause::CallFailed,
                    _ => StateCause::TimedOut,
                };
                let event = event_of(cause, self.state, TcpState::Closed);
                self.event(at, event, StepCause::Implied(cause), failure.evidence)
            }
            _ => 0,
        }
    }

    fn on_closed(&mut self, how: CloseReason, at: Instant) -> usize {
        self.kernel = None;
        match how {
            CloseReason::Rst => {
                self.event(at, TcpEvent::Abort, StepCause::Implied(StateCause::WeReset), Evidence::Inferred)
            }
            CloseReason::Fin | CloseReason::Finished | CloseReason::Local | CloseReason::Error => {
                let mut steps =
                    self.event(at, TcpEvent::Close, StepCause::Implied(StateCause::WeClosed), Evidence::Inferred);
                // Both sides finished: the connection ended, so the ACK of our FIN must have come.
                if how == CloseReason::Fin {
                    steps += self.event(
                        at,
                        TcpEvent::AckOfFin,
                        StepCause::Implied(StateCause::AckOfFin),
                        Evidence::Inferred,
                    );
                }
                steps
            }
        }
    }

    /// Applies the state that the kernel reports. Returns the number of steps.
    ///
    /// A state before the current one is an old sample and is ignored. A state that the table cannot reach from here is
    /// ignored, too, and reported as a [`StateDifference`].
    pub fn sample(&mut self, kernel: TcpState, at: Instant) -> usize {
        self.kernel = Some(kernel);
        // A sample must not reopen a connection that is over.
        if kernel == self.state || self.state == TcpState::Closed {
            return 0;
        }
        // A descriptor reports CLOSED in TIME-WAIT, too; any other end will be reported with its reason.
        if kernel == TcpState::Closed && self.state != TcpState::LastAck {
            return 0;
        }
        let Some(way) = path(self.state, kernel) else { return 0 };
        let mut steps = 0;
        for row in way {
            steps += self.push(at, row.event, StepCause::Sampled(row.event), Evidence::Kernel);
        }
        steps
    }

    /// Applies a step that the session's task reported; if the step is known already, updates its evidence and cause.
    fn on_reported_step(&mut self, step: StateChange) -> usize {
        match step.evidence {
            Evidence::Kernel => self.kernel = Some(step.to),
            Evidence::Seen | Evidence::Inferred => self.called = step.to,
        }
        if step.from == TcpState::Closed && matches!(self.state, TcpState::Closed | TcpState::TimeWait) {
            self.reset_to_start();
            self.called = step.to;
        }
        let start = self.steps.len() - self.latest().len();
        // A connection is in each state at most once before CLOSED: a kernel sample showed this step earlier.
        let same = |known: &&mut StateChange| known.to == step.to;
        if self.state != TcpState::Closed
            && let Some(known) = self.steps.iter_mut().skip(start).rev().find(same)
        {
            if known.evidence == Evidence::Inferred {
                known.evidence = step.evidence;
            }
            known.cause = step.cause;
            return 0;
        }
        if step.to == self.state {
            return 0;
        }
        self.add(step);
        1
    }

    fn reset_to_start(&mut self) {
        self.state = TcpState::Closed;
        self.called = TcpState::Closed;
        self.rests_until = None;
    }

    /// Applies an event that one of our calls showed.
    fn event(&mut self, at: Instant, event: TcpEvent, cause: StepCause, evidence: Evidence) -> usize {
        let row = transition(self.called, event);
        if let EventOutcome::Moves { to, .. } = row.outcome {
            self.called = to;
        }
        self.push(at, event, cause, evidence)
    }

    fn push(&mut self, at: Instant, event: TcpEvent, cause: StepCause, evidence: Evidence) -> usize {
        let row = transition(self.state, event);
        if !matches!(row.outcome, EventOutcome::Moves { .. }) {
            return 0;
        }
        self.add(StateChange { at, from: self.state, to: row.next_state(), event, cause, evidence });
        1
    }

    fn add(&mut self, step: StateChange) {
        self.state = step.to;
        if self.steps.len() >= MOST_STEPS {
            self.steps.remove(0);
        }
        self.steps.push(step);
    }
}

/// The event in the transition table that a cause stands for.
fn event_of(cause: StateCause, from: TcpState, to: TcpState) -> TcpEvent {
    match cause {
        StateCause::Connect => TcpEvent::ActiveOpen,
        StateCause::Listen => TcpEvent::PassiveOpen,
        StateCause::SynArrived => TcpEvent::Syn,
        StateCause::SynAckArrived => TcpEvent::SynAck,
        StateCause::Accepted => TcpEvent::AckOfSyn,
        StateCause::WeShutDown | StateCause::WeClosed => TcpEvent::Close,
        // An ICMP error or a failed call aborts the attempt (RFC 9293 §3.9.2.2).
        StateCause::WeReset
        | StateCause::ClosedUnread
        | StateCause::GivenUp
        | StateCause::IcmpArrived
        | StateCause::CallFailed => TcpEvent::Abort,
        // In FIN-WAIT-1 the FIN also acknowledges ours; in FIN-WAIT-2 ours was acknowledged already.
        StateCause::FinArrived if from == TcpState::FinWait1 && to == TcpState::TimeWait => TcpEvent::FinAckOfFin,
        StateCause::FinArrived => TcpEvent::Fin,
        StateCause::AckOfFin => TcpEvent::AckOfFin,
        StateCause::RstArrived => TcpEvent::Rst,
        StateCause::TimedOut => TcpEvent::GiveUp,
        StateCause::TimeWaitOver => TcpEvent::TimeWaitOver,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::news::CloseReason;
    use crate::wire::tcp::TcpEvent;
    use crate::wire::tcp::cause::StateCause;
    use crate::wire::{Both, FailedOperation, FailureReason, Totals};

    fn told(track: &StateTrack) -> Vec<(&'static str, Evidence)> {
        track.steps().iter().map(|step| (step.to.name(), step.evidence)).collect()
    }

    fn peer() -> std::net::SocketAddr {
        ([127, 0, 0, 1], 80).into()
    }

    fn connected(now: Instant) -> StateTrack {
        let mut track = StateTrack::new();
        track.on_news(&News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: true }), now);
        let took = std::time::Duration::ZERO;
        track.on_news(&News::Dial(DialNews::Connected { local: peer(), peer: peer(), took, attempt: 1 }), now);
        track
    }

    #[test]
    fn a_half_close_that_the_kernel_saw_first_is_known_from_the_kernel() {
        let now = Instant::now();
        let mut track = connected(now);
        track.on_news(&News::Tcp(TcpNews::WeFinished), now);
        assert_eq!(track.sample(TcpState::FinWait2, now), 1);
        assert_eq!(track.sample(TcpState::FinWait2, now), 0);
        track.on_news(&News::Tcp(TcpNews::PeerFinished { received_bytes: 0 }), now);
        let steps = [
            ("SYN-SENT", Evidence::Inferred),
            ("ESTABLISHED", Evidence::Seen),
            ("FIN-WAIT-1", Evidence::Inferred),
            ("FIN-WAIT-2", Evidence::Kernel),
            ("TIME-WAIT", Evidence::Seen),
        ];
        assert_eq!(told(&track), steps);
    }

    #[test]
    fn an_old_sample_moves_nothing_and_a_difference_stands() {
        let now = Instant::now();
        let mut track = connected(now);
        track.on_news(&News::Tcp(TcpNews::WeFinished), now);
        assert_eq!(track.sample(TcpState::Established, now), 0);
        assert_eq!(track.state(), TcpState::FinWait1);
        assert!(track.difference().is_some());
    }

    #[test]
    fn an_accepted_connection_comes_by_way_of_listen() {
        let now = Instant::now();
        let mut track = StateTrack::new();
        let listener = crate::sessions::id::SessionId(1);
        assert_eq!(
            track.on_news(&News::Listener(ListenerNews::Accepted { listener, local: peer(), peer: peer() }), now),
            3
        );
        track.on_news(&News::Tcp(TcpNews::PeerFinished { received_bytes: 3 }), now);
        let totals = Both::<Totals>::default();
        track.on_news(&News::Closed { totals, how: CloseReason::Fin }, now);
        let names: Vec<&str> = told(&track).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["LISTEN", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"]);
    }

    #[test]
    fn a_refused_attempt_returns_to_closed_and_the_next_begins_anew() {
        let now = Instant::now();
        let mut track = StateTrack::new();
        track.on_news(&News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: true }), now);
        let refused = Failure::new(Class::Refused, FailedOperation::Connect, "", "connection refused");
        track.on_news(&News::Failed(refused), now);
        assert_eq!(track.state(), TcpState::Closed);
        track.on_news(&News::Dial(DialNews::Connecting { peer: peer(), attempt: 2, begun: true }), now);
        assert_eq!((track.state(), track.latest().len(), track.steps().len()), (TcpState::SynSent, 1, 3));
    }

    #[test]
    fn a_connect_that_the_kernel_did_not_carry_out_leaves_no_state() {
        let now = Instant::now();
        for class in [Class::Local, Class::Unreachable] {
            let mut track = StateTrack::new();
            let failure = Failure::new(class, FailedOperation::Connect, "", "no route")
                .with_reason(FailureReason::ConnectNotBegun);
            let took = std::time::Duration::ZERO;
            track.on_news(&News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: false }), now);
            track.on_news(&News::Dial(DialNews::AttemptFailed { failure: failure.clone(), took }), now);
            assert_eq!((track.state(), track.steps()), (TcpState::Closed, &[][..]));
            // The next address is tried, and the whole attempt fails with the first one's error.
            track.on_news(&News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: true }), now);
            track.on_news(&News::Dial(DialNews::Retrying { attempt: 2, of: 2, after: took, because: failure }), now);
            let steps: Vec<TcpState> = track.steps().iter().map(|step| step.to).collect();
            assert_eq!(steps.first(), Some(&TcpState::SynSent), "a SYN that was sent is not taken back");
        }
    }

    #[test]
    fn each_end_of_an_attempt_has_its_own_cause_and_event() {
        let now = Instant::now();
        let fail = |class, os_code, evidence| Failure {
            os_code,
            evidence,
            ..Failure::new(class, FailedOperation::Connect, "", "")
        };
        let (seen, kernel) = (Evidence::Seen, Evidence::Kernel);
        let ends = [
            (fail(Class::ConnectTimeout, None, seen), StateCause::GivenUp, TcpEvent::Abort),
            (fail(Class::ConnectTimeout, Some(110), seen), StateCause::TimedOut, TcpEvent::GiveUp),
            (fail(Class::Unreachable, Some(113), kernel), StateCause::IcmpArrived, TcpEvent::Abort),
            (fail(Class::Unreachable, Some(113), seen), StateCause::CallFailed, TcpEvent::Abort),
        ];
        for (failure, cause, event) in ends {
            let mut track = StateTrack::new();
            track.on_news(&News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: true }), now);
            track.on_news(&News::Failed(failure), now);
            let last = track.steps().last().unwrap();
            assert_eq!((last.to, last.cause, last.event), (TcpState::Closed, StepCause::Implied(cause), event));
        }
        let mut track = connected(now);
        track.on_news(&News::Failed(fail(Class::Unreachable, Some(110), seen)), now);
        assert_eq!(track.steps().last().unwrap().cause, StepCause::Implied(StateCause::TimedOut));
    }

    #[test]
    fn a_sample_that_is_ahead_of_the_news_makes_each_step_once() {
        let now = Instant::now();
        let mut track = StateTrack::new();
        track.on_news(&News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: true }), now);
        assert_eq!(track.sample(TcpState::CloseWait, now), 2);
        let step =
            |from, to, cause| News::Tcp(TcpNews::State { from, to, cause, evidence: Evidence::Seen, remaining: None });
        let opened = step(TcpState::SynSent, TcpState::Established, StateCause::SynAckArrived);
        let finished = step(TcpState::Established, TcpState::CloseWait, StateCause::FinArrived);
        assert_eq!((track.on_news(&opened, now), track.on_news(&finished, now)), (0, 0));
        let steps =
            [("SYN-SENT", Evidence::Inferred), ("ESTABLISHED", Evidence::Kernel), ("CLOSE-WAIT", Evidence::Kernel)];
        assert_eq!(told(&track), steps);
    }

    fn step_told(track: &mut StateTrack, at: Instant, from: TcpState, to: TcpState, cause: StateCause) {
        let remaining = (to == TcpState::TimeWait).then(|| std::time::Duration::from_secs(60));
        track.on_news(&News::Tcp(TcpNews::State { from, to, cause, evidence: Evidence::Kernel, remaining }), at);
    }

    #[test]
    fn a_port_that_rests_is_free_when_its_time_is_over_and_not_before() {
        let now = Instant::now();
        let mut track = connected(now);
        track.on_news(&News::Tcp(TcpNews::WeFinished), now);
        track.sample(TcpState::FinWait2, now);
        step_told(&mut track, now, TcpState::FinWait2, TcpState::TimeWait, StateCause::FinArrived);
        track.on_news(&News::Closed { totals: Both::<Totals>::default(), how: CloseReason::Fin }, now);
        let second = std::time::Duration::from_secs(1);
        assert_eq!((track.advance(now + 59 * second), track.state()), (0, TcpState::TimeWait));
        assert_eq!((track.advance(now + 75 * second), track.state()), (1, TcpState::Closed));
        let last = track.steps().last().unwrap();
        assert_eq!(
            (last.event, last.at, last.evidence),
            (TcpEvent::TimeWaitOver, now + 60 * second, Evidence::Inferred)
        );
        assert_eq!(track.advance(now + 99 * second), 0);
    }

    #[test]
    fn a_simultaneous_open_is_followed_by_the_kernels_word() {
        let now = Instant::now();
        let mut track = StateTrack::new();
        track.on_news(&News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: true }), now);
        assert_eq!(track.sample(TcpState::SynReceived, now), 1);
        let took = std::time::Duration::ZERO;
        track.on_news(&News::Dial(DialNews::Connected { local: peer(), peer: peer(), took, attempt: 1 }), now);
        let steps =
            [("SYN-SENT", Evidence::Inferred), ("SYN-RECEIVED", Evidence::Kernel), ("ESTABLISHED", Evidence::Seen)];
        assert_eq!(told(&track), steps);
        assert_eq!(track.steps()[1].event, TcpEvent::Syn);
    }

    #[test]
    fn a_simultaneous_close_goes_by_way_of_closing() {
        let now = Instant::now();
        let mut track = connected(now);
        track.on_news(&News::Tcp(TcpNews::WeFinished), now);
        assert_eq!(track.sample(TcpState::Closing, now), 1);
        step_told(&mut track, now, TcpState::FinWait1, TcpState::Closing, StateCause::FinArrived);
        step_told(&mut track, now, TcpState::Closing, TcpState::TimeWait, StateCause::AckOfFin);
        let names: Vec<&str> = told(&track).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "CLOSING", "TIME-WAIT"]);
        assert_eq!(track.steps().last().map(|step| step.event), Some(TcpEvent::AckOfFin));
    }

    #[test]
    fn the_steps_have_a_bound() {
        let now = Instant::now();
        let mut track = StateTrack::new();
        for attempt in 0..1_000 {
            track.on_news(&News::Dial(DialNews::Connecting { peer: peer(), attempt, begun: true }), now);
            track.on_news(&News::Failed(Failure::new(Class::Refused, FailedOperation::Connect, "", "")), now);
        }
        assert_eq!(track.steps().len(), MOST_STEPS);
    }
}
