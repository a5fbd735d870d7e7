//! Decides when to send standard input, when to finish sending, and when to end. No socket, no clock.

use std::collections::HashSet;
use std::num::NonZeroU64;
use std::time::Duration;

use super::body_filter::BodyFilter;
use super::job::OutputFormat;
use super::stdin::StdinState;
use super::unfinished;
use super::watched::Watched;
use crate::sessions::kinds::SessionKind;
use crate::sessions::news::{DialNews, HttpNews, ListenerNews, TcpNews, UdpNews, UnixNews};
use crate::sessions::spec::{InputEnd, ScriptStep};
use crate::sessions::{
    CloseReason, News, Order, Record, Session, SessionId, SocketVerb, Spec, SpecKind, StreamVerb, Verb,
};
use crate::wire::FailedOperation;
use crate::wire::icmp::IcmpMessage;
use crate::wire::unix::UnixForm;
use crate::wire::{Both, Class, Direction, Failure, FailureReason, Totals};

/// The decisions of a run so far. The state of its sessions is in [`Watched`].
#[derive(Debug)]
pub(crate) struct RunPolicy {
    /// Sessions that were ordered to finish sending and are still open.
    finishing: HashSet<SessionId>,
    stdin: StdinState,
    /// What the end of standard input means.
    input_end: InputEnd,
    /// The run ends with success after this many received reads or datagrams.
    answers: Option<NonZeroU64>,
    /// How many were received so far, by all sessions.
    answered: u64,
    /// True: a listener serves its first connection only, as `nc -l` does.
    single: bool,
    speaking: bool,
    stopping: bool,
    /// The time of `--for` is over.
    time_is_up: Option<TimeUp>,
    /// How often the kernel's gauges are sampled.
    kernel_every: Option<Duration>,
    /// Which HTTP answers are written.
    filter: BodyFilter,
    failed: Option<Class>,
    missed: Option<Class>,
}

/// What was known when the time of `--for` was over, and since then.
#[derive(Debug)]
struct TimeUp {
    /// Sessions that had not done everything by then.
    open_then: HashSet<SessionId>,
    /// Standard input had bytes that nobody had read.
    input_left: bool,
    /// Sessions that have since reported sends which they did not carry out.
    unsent: HashSet<SessionId>,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PolicyAction {
    /// Give this order.
    Order(Order),
    /// Send standard input to this session from now on.
    Speak(SessionId),
    /// Report that the wait after the end of standard input is over, after this long.
    WakeAfter(Duration),
    /// Everything that was asked for is done: end the run.
    End,
    /// Report this news as if the session had reported it, after its own news.
    Tell(News),
}

impl RunPolicy {
    /// The policy for a run of this session in this format.
    pub(crate) fn new(spec: &Spec, manner: OutputFormat, stdin: StdinState) -> Self {
        let unlimited = match &spec.what {
            SpecKind::Listen(listen) => listen.limit.is_none(),
            SpecKind::UnixListen(listen) => listen.limit.is_none() && listen.form == UnixForm::Stream,
            _ => false,
        };
        let greets_only = spec.script.steps.contains(&ScriptStep::Finish);
        debug_assert!(!greets_only || stdin == StdinState::Unread, "a script that finishes leaves nothing to say");
        RunPolicy {
            finishing: HashSet::new(),
            stdin,
            input_end: spec.input.end,
            answers: spec.answers,
            answered: 0,
            single: unlimited && manner == OutputFormat::Raw,
            speaking: false,
            stopping: false,
            time_is_up: None,
            kernel_every: None,
            filter: BodyFilter::default(),
            failed: None,
            missed: None,
        }
    }

    /// Sets how often the kernel's gauges of each connection are sampled.
    pub(crate) fn with_kernel_sampling(self, every: Option<Duration>) -> Self {
        RunPolicy { kernel_every: every, ..self }
    }

    /// Sets which HTTP answers are written: one that does not continue what it should ends the run.
    pub(crate) fn with_filter(self, filter: BodyFilter) -> Self {
        RunPolicy { filter, ..self }
    }

    /// A session was opened.
    pub(crate) fn opened(&mut self, session: &Session) -> Vec<PolicyAction> {
        let mut actions = match session.kind {
            SessionKind::Stream(_) | SessionKind::Conversation { .. } | SessionKind::Unix(_) => {
                self.start_stdin(session.id)
            }
            SessionKind::Bound { .. }
            | SessionKind::Listener { .. }
            | SessionKind::Http(_)
            | SessionKind::Repeat(_)
            | SessionKind::Dns(_)
            | SessionKind::Ports(_)
            | SessionKind::UnixListener(_) => Vec::new(),
        };
        if let (StdinState::Unread, InputEnd::After(wait)) = (self.stdin, self.input_end) {
            actions.push(PolicyAction::WakeAfter(wait));
        }
        actions
    }

    /// Starts to send standard input to a session, unless that has begun or there is no input.
    fn start_stdin(&mut self, id: SessionId) -> Vec<PolicyAction> {
        let wanted = matches!(self.stdin, StdinState::Pipe | StdinState::Terminal);
        if !wanted || std::mem::replace(&mut self.speaking, true) {
            return Vec::new();
        }
        vec![PolicyAction::Speak(id)]
    }

    /// The exit code so far: the class of the first failure, or else of the first request that could not be carried
    /// out.
    pub(crate) fn exit_code(&self) -> u8 {
        self.failed.or(self.missed).map_or(0, Class::exit_code)
    }

    /// Returns the orders that close all sessions. A later failure counts only for a session that had not done everything
    /// when the time was up.
    pub(crate) fn close_all(&mut self, watched: &Watched) -> Vec<Order> {
        self.stopping = true;
        let mut ids: Vec<SessionId> = watched.all().map(|session| session.id).collect();
        ids.sort();
        ids.into_iter().map(|id| Order { id, verb: Verb::Close }).collect()
    }

    /// Standard input could not be read to its end: a request that could not be carried out.
    pub(crate) fn on_stdin_failed(&mut self, class: Class) {
        if !self.stopping {
            self.missed.get_or_insert(class);
        }
    }

    /// The time of `--for` is over: each session that we close from now on is asked what was still open. `input_waits`:
    /// there are bytes of standard input that were not read yet.
    pub(crate) fn time_is_up(&mut self, watched: &Watched, input_waits: bool) {
        let input_left = input_waits && self.speaking && self.stdin == StdinState::Pipe;
        let mut up = TimeUp { open_then: HashSet::new(), input_left, unsent: HashSet::new() };
        let open = watched.all().filter(|session| self.still_open(session, &up, None).is_some());
        up.open_then = open.map(|session| session.id).collect();
        self.time_is_up = Some(up);
    }

    /// What a session has not done yet. `sent_bytes` is the exact total, once it is known.
    fn still_open(&self, session: &Session, up: &TimeUp, sent_bytes: Option<u64>) -> Option<Failure> {
        let speaks =
            matches!(session.kind, SessionKind::Stream(_) | SessionKind::Conversation { .. } | SessionKind::Unix(_));
        let unsent = up.unsent.contains(&session.id) || (up.input_left && speaks && !self.is_one_of_many(session));
        unfinished::still_open(session, self.single && session.parent().is_none())
            .or_else(|| self.unanswered(session, Class::IdleTimeout, "when --for ended the run"))
            .or_else(|| unsent.then(|| unfinished::not_all_sent(session, sent_bytes)))
    }

    /// A session is about to report that it closed. Returns the failure to report before that, if the time
    /// limit or the peer ended it before all that was asked for was done.
    pub(crate) fn cut_short(&mut self, session: &Session, how: CloseReason, totals: &Both<Totals>) -> Option<Failure> {
        let failure = match &self.time_is_up {
            Some(up) if !matches!(how, CloseReason::Fin | CloseReason::Finished) => {
                self.still_open(session, up, Some(totals.sent.bytes))?
            }
            _ if self.stopping || session.accepts_connections() => return None,
            _ if how == CloseReason::Local => {
                self.unanswered(session, Class::IdleTimeout, "when --finish-after ended the session")?
            }
            _ => self.unanswered(session, Class::Protocol, "when the peer ended the connection")?,
        };
        self.failed.get_or_insert(failure.class);
        // What failed while it was closed has already said why.
        session.failure().is_none().then_some(failure)
    }

    /// Fewer answers than asked for were received, as a failure of this class.
    fn unanswered(&self, session: &Session, class: Class, when: &str) -> Option<Failure> {
        let missing = self.answers.filter(|answers| self.answered < answers.get() && !self.is_one_of_many(session))?;
        Some(unfinished::too_few_answers(session, class, (self.answered, missing.get()), when))
    }

    /// The sessions did not close in time, and are given up: what they still had to send is lost.
    pub(crate) fn given_up(&mut self, watched: &Watched) -> Vec<Failure> {
        let Some(up) = &self.time_is_up else { return Vec::new() };
        let open: Vec<Failure> = watched
            .all()
            .filter(|session| session.failure().is_none())
            .map(|session| {
                self.still_open(session, up, None).unwrap_or_else(|| unfinished::not_all_sent(session, None))
            })
            .collect();
        if !open.is_empty() {
            self.failed.get_or_insert(Class::CutShort);
        }
        open
    }

    /// Standard input has ended. Returns the orders to finish sending.
    pub(crate) fn stdin_ended(&mut self, watched: &Watched) -> Vec<PolicyAction> {
        self.stdin = StdinState::Ended;
        if !self.single && watched.all().any(Session::accepts_connections) {
            return Vec::new();
        }
        // Our side does not stay open if the peer has finished: nothing more will come.
        let at_once = self.input_end == InputEnd::Usual;
        let finishes = |session: &&Session| session.has_bare_stream() && (at_once || session.peer_finished());
        let mut actions: Vec<PolicyAction> =
            watched.all().filter(finishes).filter_map(|session| self.finish(session)).collect();
        if let InputEnd::After(wait) = self.input_end {
            actions.push(PolicyAction::WakeAfter(wait));
        }
        actions
    }

    /// The wait after the end of standard input is over: connections finish sending, sessions of datagrams end.
    pub(crate) fn wait_is_over(&mut self, watched: &Watched) -> Vec<PolicyAction> {
        let mut actions = Vec::new();
        for session in watched.all() {
            if session.has_bare_stream() {
                actions.extend(self.finish(session));
            } else if session.has_datagrams() {
                actions.push(PolicyAction::Order(Order { id: session.id, verb: Verb::Close }));
            }
        }
        actions
    }

    /// Finishes sending, once per session.
    fn finish(&mut self, session: &Session) -> Option<PolicyAction> {
        let first = self.finishing.insert(session.id) && !session.finished_sending();
        let order = Order { id: session.id, verb: Verb::Stream(StreamVerb::FinishSending) };
        first.then_some(PolicyAction::Order(order))
    }

    /// Decides on a record that the session has just applied.
    pub(crate) fn on_record(&mut self, watched: &Watched, session: &Session, record: &Record) -> Vec<PolicyAction> {
        match record {
            Record::Block(block) => self.on_block(session, block.direction, block.pieces.len() as u64),
            Record::NotKept { direction, totals } => self.on_block(session, *direction, totals.ops),
            Record::News { news, .. } => self.on_news(watched, session, news),
        }
    }

    /// Starts standard input on a bound socket with the first received datagram: before that, there is no peer to send
    /// to. Counts answers, and ends with the last one that was asked for.
    fn on_block(&mut self, session: &Session, direction: Direction, reads: u64) -> Vec<PolicyAction> {
        if direction == Direction::Sent {
            return Vec::new();
        }
        self.answered += reads;
        let is_bound = match &session.kind {
            SessionKind::Bound(_) => true,
            SessionKind::UnixListener(unix) => unix.form == UnixForm::Datagram,
            _ => false,
        };
        let mut actions = if is_bound { self.start_stdin(session.id) } else { Vec::new() };
        if self.answers.is_some_and(|answers| self.answered >= answers.get()) {
            actions.push(PolicyAction::End);
        }
        actions
    }

    fn on_news(&mut self, watched: &Watched, session: &Session, news: &News) -> Vec<PolicyAction> {
        match news {
            News::Dial(news) => self.on_dial(session, news),
            News::Listener(news) => self.on_listener(watched, session, news),
            News::Tcp(TcpNews::PeerFinished { .. }) | News::Unix(UnixNews::PeerFinished { .. }) => {
                self.peer_finished(session).into_iter().collect()
            }
            News::Unix(UnixNews::Connected { .. } | UnixNews::Listening { .. }) => {
                self.sample(session).into_iter().collect()
            }
            News::Unix(UnixNews::Accepted { listener, .. }) => {
                let mut actions = self.accepted(watched, session.id, *listener);
                actions.extend(self.sample(session));
                actions
            }
            News::Udp(news) => self.on_udp(session, news),
            News::Http(HttpNews::Response(head)) => match self.filter.not_continued(session, head) {
                Some(failure) => self.fail(session, failure),
                None => Vec::new(),
            },
            News::Failed(failure) => {
                self.count(session, failure);
                Vec::new()
            }
            News::Warned(failure) => {
                let http = matches!(session.kind, SessionKind::Http(_) | SessionKind::Repeat(_));
                let not_sent = failure.reason.is_some_and(FailureReason::means_not_sent);
                if let Some(up) = self.time_is_up.as_mut().filter(|_| not_sent) {
                    up.unsent.insert(session.id);
                }
                // What others sent, and what can never arrive, is no failure of the run.
                let foreign =
                    matches!(failure.reason, Some(FailureReason::ForeignSender | FailureReason::GroupOutOfReach));
                let unsent = session.has_datagrams() && failure.operation == FailedOperation::Send;
                if (failure.class == Class::Local || unsent) && !foreign && !http && !self.stopping {
                    self.missed.get_or_insert(failure.class);
                }
                Vec::new()
            }
            News::Closed { .. } => {
                self.finishing.remove(&session.id);
                Vec::new()
            }
            News::Tcp(_)
            | News::Tls(_)
            | News::Http(_)
            | News::Option(_)
            | News::Dns(_)
            | News::Ports(_)
            | News::Unix(_)
            | News::ReadingPaused
            | News::ReadingContinued
            | News::FileSent { .. } => Vec::new(),
        }
    }

    fn on_dial(&self, session: &Session, news: &DialNews) -> Vec<PolicyAction> {
        match news {
            DialNews::Connected { .. } => self.sample(session).into_iter().collect(),
            DialNews::Resolving { .. }
            | DialNews::Resolved { .. }
            | DialNews::Connecting { .. }
            | DialNews::AttemptFailed { .. }
            | DialNews::Opened { .. }
            | DialNews::Retrying { .. }
            | DialNews::Compared(_)
            | DialNews::Route(_) => Vec::new(),
        }
    }

    fn on_listener(&mut self, watched: &Watched, session: &Session, news: &ListenerNews) -> Vec<PolicyAction> {
        match news {
            ListenerNews::Accepted { listener, .. } => {
                let mut actions = self.accepted(watched, session.id, *listener);
                actions.extend(self.sample(session));
                actions
            }
            ListenerNews::Listening { .. } => self.sample(session).into_iter().collect(),
            ListenerNews::TurnedAway { .. }
            | ListenerNews::ChildEnded { .. }
            | ListenerNews::Accepting(_)
            | ListenerNews::Kernel(_)
            | ListenerNews::AcceptFailed(_) => Vec::new(),
        }
    }

    fn on_udp(&mut self, session: &Session, news: &UdpNews) -> Vec<PolicyAction> {
        match news {
            UdpNews::Icmp(icmp) => self.icmp(session, icmp),
            UdpNews::PathMtu(report) => self.on_probe_result(session, report.failure.as_ref()),
            UdpNews::Joined { .. } | UdpNews::Left { .. } | UdpNews::MtuStep(_) | UdpNews::BurstEnded { .. } => {
                Vec::new()
            }
        }
    }

    /// The order to sample the gauges of a connection at intervals, if that was requested.
    fn sample(&self, session: &Session) -> Option<PolicyAction> {
        let verb = Verb::Socket(SocketVerb::SampleEvery(Some(self.kernel_every?)));
        (session.is_listener() || session.has_bare_stream())
            .then_some(PolicyAction::Order(Order { id: session.id, verb }))
    }

    fn accepted(&mut self, watched: &Watched, id: SessionId, listener: SessionId) -> Vec<PolicyAction> {
        // Further connections that were already waiting in the accept queue are not served.
        let is_another = |session: &Session| session.id != id && session.parent().is_some();
        if self.single && watched.all().any(is_another) {
            return vec![PolicyAction::Order(Order { id, verb: Verb::Close })];
        }
        if !self.single {
            return self.start_stdin(listener);
        }
        let mut actions = vec![PolicyAction::Order(Order { id: listener, verb: Verb::Close })];
        actions.extend(self.start_stdin(id));
        actions
    }

    /// Finishes sending when the peer does. A pipe is read to its end first, because the peer may still read; a
    /// terminal is not waited for.
    fn peer_finished(&mut self, session: &Session) -> Option<PolicyAction> {
        if self.stdin == StdinState::Pipe && !self.is_one_of_many(session) {
            return None;
        }
        self.finish(session)
    }

    /// Ends a run that was started only to probe the path MTU, when the probe has its result.
    fn on_probe_result(&mut self, session: &Session, failure: Option<&Failure>) -> Vec<PolicyAction> {
        if !session.spec.script.steps.contains(&ScriptStep::ProbeMtu) || self.stopping {
            return Vec::new();
        }
        if let Some(failure) = failure {
            self.count(session, failure);
        }
        vec![PolicyAction::Order(Order { id: session.id, verb: Verb::Close })]
    }

    /// Ends a UDP session on an ICMP error if the peer has not answered yet.
    fn icmp(&mut self, session: &Session, icmp: &IcmpMessage) -> Vec<PolicyAction> {
        let SpecKind::Udp(udp) = &session.spec.what else { return Vec::new() };
        let target = session.kind.peer_list().and_then(|heard| heard.target);
        if target.is_some() && icmp.destination.is_some() && icmp.destination != target {
            return Vec::new();
        }
        let unreachable = if icmp.v6 { 1 } else { 3 };
        // "Fragmentation needed" (3/4) is not final: the kernel sends smaller packets from now on.
        let hard = icmp.kind == unreachable && (icmp.v6 || icmp.code != 4);
        let heard = session.totals.received.ops > 0;
        if heard || session.failure().is_some() || !hard || self.stopping {
            return Vec::new();
        }
        let failure = icmp.failure(FailedOperation::Send, udp.target.to_string());
        self.fail(session, failure)
    }

    /// Ends a session with a failure.
    fn fail(&mut self, session: &Session, failure: Failure) -> Vec<PolicyAction> {
        self.count(session, &failure);
        let close = Order { id: session.id, verb: Verb::Close };
        vec![PolicyAction::Tell(News::Failed(failure)), PolicyAction::Order(close)]
    }

    /// Counts a failure. One that comes while we stop counts if the session had not done everything. A failure of one
    /// connection does not count for a listener, unless it serves only one connection.
    fn count(&mut self, session: &Session, failure: &Failure) {
        let was_open = self.time_is_up.as_ref().is_some_and(|up| up.open_then.contains(&session.id));
        if (!self.stopping || was_open) && !self.is_one_of_many(session) {
            self.failed.get_or_insert(failure.class);
        }
    }

    fn is_one_of_many(&self, session: &Session) -> bool {
        !self.single && session.parent().is_some()
    }
}

#[cfg(test)]
mod tests;
