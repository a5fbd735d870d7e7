//! When to speak, when to finish and when it is over: decisions only, no socket and no clock.

use std::collections::HashMap;
use std::time::Duration;

use super::OutputFormat;
use super::input::StdinState;
use crate::sessions::news::{DialNews, HttpNews, ListenerNews, OptionNews, TcpNews, UdpNews};
use crate::sessions::order::{SocketVerb, StreamVerb};
use crate::sessions::spec::ScriptStep;
use crate::sessions::{News, Order, Record, SessionId, Spec, SpecKind, Verb};
use crate::wire::icmp::IcmpMessage;
use crate::wire::{Class, Direction, FailedOperation, Failure};

/// All sessions of a run, and what is still to be done for them.
#[derive(Debug)]
pub(crate) struct RunPolicy {
    sessions: HashMap<SessionId, PolicySession>,
    stdin: StdinState,
    /// True: a listener serves its first connection only, as `nc -l` does.
    single: bool,
    speaking: bool,
    stopping: bool,
    /// How often the kernel's gauges are looked at.
    kernel_every: Option<Duration>,
    failed: Option<Class>,
    missed: Option<Class>,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PolicyAction {
    /// Give this order.
    Order(Order),
    /// From now on standard input goes to this session.
    Speak {
        /// To which.
        id: SessionId,
        /// True: each block read is one datagram.
        datagrams: bool,
    },
    /// Tell this as if the session had said it, after what it said itself.
    Tell(News),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PolicyKind {
    Tcp,
    Udp,
    Bound,
    Listener,
    Accepted,
    Http,
    Repeat,
    Dns,
}

#[derive(Clone, Debug)]
struct PolicySession {
    kind: PolicyKind,
    peer: String,
    we_finished: bool,
    peer_finished: bool,
    heard: bool,
    failed: bool,
    /// Its script probes the path, and its end is the session's.
    probes: bool,
}

impl PolicySession {
    fn new(kind: PolicyKind, peer: String) -> Self {
        PolicySession {
            kind,
            peer,
            we_finished: false,
            peer_finished: false,
            heard: false,
            failed: false,
            probes: false,
        }
    }

    fn of(spec: &Spec) -> Self {
        let (kind, peer) = match &spec.what {
            SpecKind::Tcp(tcp) => (PolicyKind::Tcp, tcp.target.to_string()),
            SpecKind::Udp(udp) => (PolicyKind::Udp, udp.target.to_string()),
            SpecKind::UdpBound(bound) => (PolicyKind::Bound, bound.local.to_string()),
            SpecKind::Listen(listen) => (PolicyKind::Listener, listen.local.to_string()),
            SpecKind::Accepted(known) => (PolicyKind::Accepted, known.peer.to_string()),
            SpecKind::Http(http) => (PolicyKind::Http, http.url.clone()),
            SpecKind::Repeat(repeat) => (PolicyKind::Repeat, repeat.title()),
            SpecKind::Dns(dns) => (PolicyKind::Dns, dns.question()),
        };
        PolicySession { probes: spec.script.steps.contains(&ScriptStep::ProbeMtu), ..PolicySession::new(kind, peer) }
    }

    fn is_stream(&self) -> bool {
        matches!(self.kind, PolicyKind::Tcp | PolicyKind::Accepted)
    }
}

impl RunPolicy {
    /// A run with this session, in this manner.
    pub(crate) fn new(spec: &Spec, manner: OutputFormat, stdin: StdinState) -> Self {
        let unlimited = matches!(&spec.what, SpecKind::Listen(listen) if listen.limit.is_none());
        let greets_only = spec.script.steps.contains(&ScriptStep::Finish);
        debug_assert!(!greets_only || stdin == StdinState::Unread, "a script that finishes leaves nothing to say");
        RunPolicy {
            sessions: HashMap::new(),
            stdin,
            single: unlimited && manner == OutputFormat::Raw,
            speaking: false,
            stopping: false,
            kernel_every: None,
            failed: None,
            missed: None,
        }
    }

    /// The same, with the kernel's gauges of each connection looked at so often.
    pub(crate) fn looking(self, every: Option<Duration>) -> Self {
        RunPolicy { kernel_every: every, ..self }
    }

    /// A session was opened.
    pub(crate) fn opened(&mut self, id: SessionId, spec: &Spec) -> Vec<PolicyAction> {
        let known = PolicySession::of(spec);
        let kind = known.kind;
        self.sessions.insert(id, known);
        match kind {
            PolicyKind::Tcp | PolicyKind::Udp => self.speak(id, kind == PolicyKind::Udp),
            PolicyKind::Bound
            | PolicyKind::Listener
            | PolicyKind::Accepted
            | PolicyKind::Http
            | PolicyKind::Repeat
            | PolicyKind::Dns => Vec::new(),
        }
    }

    /// Starts to hand over standard input, unless that has begun or there is none.
    fn speak(&mut self, id: SessionId, datagrams: bool) -> Vec<PolicyAction> {
        let wanted = matches!(self.stdin, StdinState::Pipe | StdinState::Terminal);
        if !wanted || std::mem::replace(&mut self.speaking, true) {
            return Vec::new();
        }
        vec![PolicyAction::Speak { id, datagrams }]
    }

    /// Whether everything is over.
    pub(crate) fn done(&self) -> bool {
        self.sessions.is_empty()
    }

    /// The exit code as things stand: the class of the first failure, or else of the first thing that was asked for
    /// and could not be done.
    pub(crate) fn exit_code(&self) -> u8 {
        self.failed.or(self.missed).map_or(0, Class::exit_code)
    }

    /// Whether this session's end is a failure that was told here and not by the session.
    pub(crate) fn was_failed_here(&self, id: SessionId) -> bool {
        self.sessions.get(&id).is_some_and(|known| known.failed)
    }

    /// Ends everything: the orders for it. What fails from now on is no failure.
    pub(crate) fn stop(&mut self) -> Vec<Order> {
        self.stopping = true;
        let mut ids: Vec<SessionId> = self.sessions.keys().copied().collect();
        ids.sort();
        ids.into_iter().map(|id| Order { id, verb: Verb::Close }).collect()
    }

    /// Standard input has ended.
    pub(crate) fn stdin_ended(&mut self) -> Vec<PolicyAction> {
        self.stdin = StdinState::Ended;
        let many = !self.single && self.sessions.values().any(|known| known.kind == PolicyKind::Listener);
        let streams: Vec<SessionId> =
            self.sessions.iter().filter(|(_, known)| known.is_stream() && !many).map(|(id, _)| *id).collect();
        streams.into_iter().flat_map(|id| self.finish(id)).collect()
    }

    /// Finishes sending, once.
    fn finish(&mut self, id: SessionId) -> Option<PolicyAction> {
        let known = self.sessions.get_mut(&id)?;
        let first = !std::mem::replace(&mut known.we_finished, true);
        first.then_some(PolicyAction::Order(Order { id, verb: Verb::Stream(StreamVerb::FinishSending) }))
    }

    /// Something happened in a session.
    pub(crate) fn learn(&mut self, id: SessionId, record: &Record) -> Vec<PolicyAction> {
        match record {
            Record::Block(block) if block.direction == Direction::Received => self.heard(id),
            Record::Block(_) | Record::NotKept { .. } => Vec::new(),
            Record::News { news, .. } => self.learn_news(id, news),
        }
    }

    fn heard(&mut self, id: SessionId) -> Vec<PolicyAction> {
        let Some(known) = self.sessions.get_mut(&id) else { return Vec::new() };
        known.heard = true;
        // Nobody can be answered on a bound socket before somebody spoke.
        if known.kind == PolicyKind::Bound { self.speak(id, true) } else { Vec::new() }
    }

    fn learn_news(&mut self, id: SessionId, news: &News) -> Vec<PolicyAction> {
        match news {
            News::Listener(ListenerNews::Accepted { listener, peer, .. }) => {
                let mut acts = self.accepted(id, *listener, peer.to_string());
                acts.extend(self.look(id));
                acts
            }
            News::Dial(DialNews::Connected { .. }) => self.look(id).into_iter().collect(),
            News::Tcp(TcpNews::WeFinished) => {
                if let Some(known) = self.sessions.get_mut(&id) {
                    known.we_finished = true;
                }
                Vec::new()
            }
            News::Tcp(TcpNews::PeerFinished { .. }) => self.peer_finished(id),
            News::Udp(UdpNews::Icmp(icmp)) => self.icmp(id, icmp),
            News::Failed(failure) => {
                self.count(id, failure);
                Vec::new()
            }
            News::Warned(failure) => {
                let known = self.sessions.get(&id);
                let http = known.is_some_and(|known| matches!(known.kind, PolicyKind::Http | PolicyKind::Repeat));
                if failure.class == Class::Local && !http && !self.stopping {
                    self.missed.get_or_insert(failure.class);
                }
                Vec::new()
            }
            News::Udp(UdpNews::PathMtu(report)) => self.probed(id, report.failure.as_ref()),
            News::Closed { .. } => {
                self.sessions.remove(&id);
                Vec::new()
            }
            News::Dial(
                DialNews::Resolving { .. }
                | DialNews::Resolved { .. }
                | DialNews::Connecting { .. }
                | DialNews::AttemptFailed { .. }
                | DialNews::Retrying { .. }
                | DialNews::Compared(_)
                | DialNews::Route(_),
            )
            | News::Listener(
                ListenerNews::Listening { .. }
                | ListenerNews::TurnedAway { .. }
                | ListenerNews::ChildEnded { .. }
                | ListenerNews::AcceptFailed(_),
            )
            | News::ReadingPaused
            | News::ReadingContinued
            | News::Udp(
                UdpNews::Joined { .. } | UdpNews::Left { .. } | UdpNews::MtuStep(_) | UdpNews::BurstEnded { .. },
            )
            | News::FileSent { .. }
            | News::Http(
                HttpNews::Request(_)
                | HttpNews::Interim(_)
                | HttpNews::Response(_)
                | HttpNews::Trailers(_)
                | HttpNews::Redirect { .. },
            )
            | News::Dns(_)
            | News::Tcp(
                TcpNews::State { .. }
                | TcpNews::Call { .. }
                | TcpNews::Stamps { .. }
                | TcpNews::PeerSyn(_)
                | TcpNews::Kernel(_),
            )
            | News::Option(OptionNews::Set { .. } | OptionNews::Reported(_)) => Vec::new(),
        }
    }

    /// Has the gauges of a connection looked at by the clock, where that is wished.
    fn look(&self, id: SessionId) -> Option<PolicyAction> {
        let verb = Verb::Socket(SocketVerb::SampleEvery(Some(self.kernel_every?)));
        self.sessions.get(&id).filter(|known| known.is_stream()).map(|_| PolicyAction::Order(Order { id, verb }))
    }

    fn accepted(&mut self, id: SessionId, listener: SessionId, peer: String) -> Vec<PolicyAction> {
        // Connections that were waiting beside the first one are not served.
        let late = self.single && self.sessions.values().any(|known| known.kind == PolicyKind::Accepted);
        self.sessions.insert(id, PolicySession::new(PolicyKind::Accepted, peer));
        if late {
            return vec![PolicyAction::Order(Order { id, verb: Verb::Close })];
        }
        if !self.single {
            return self.speak(listener, false);
        }
        let mut acts = vec![PolicyAction::Order(Order { id: listener, verb: Verb::Close })];
        acts.extend(self.speak(id, false));
        acts
    }

    /// A pipe is read to its end, as the peer may still take what it has; a person is not waited for.
    fn peer_finished(&mut self, id: SessionId) -> Vec<PolicyAction> {
        let Some(known) = self.sessions.get_mut(&id) else { return Vec::new() };
        known.peer_finished = true;
        let one_of_many = known.kind == PolicyKind::Accepted && !self.single;
        if self.stdin == StdinState::Pipe && !one_of_many {
            return Vec::new();
        }
        self.finish(id).into_iter().collect()
    }

    /// A run that was started to probe the path ends with what the probe found.
    fn probed(&mut self, id: SessionId, failure: Option<&Failure>) -> Vec<PolicyAction> {
        if !self.sessions.get(&id).is_some_and(|known| known.probes) || self.stopping {
            return Vec::new();
        }
        if let Some(failure) = failure {
            self.count(id, failure);
        }
        vec![PolicyAction::Order(Order { id, verb: Verb::Close })]
    }

    /// An ICMP error is the answer where there was no other.
    fn icmp(&mut self, id: SessionId, icmp: &IcmpMessage) -> Vec<PolicyAction> {
        let Some(known) = self.sessions.get_mut(&id) else { return Vec::new() };
        let unreachable = if icmp.v6 { 1 } else { 3 };
        // Fragmentation needed (3/4) is no end: the kernel sends smaller ones from now on.
        let hard = icmp.kind == unreachable && (icmp.v6 || icmp.code != 4);
        if known.kind != PolicyKind::Udp || known.heard || known.failed || !hard || self.stopping {
            return Vec::new();
        }
        known.failed = true;
        let failure = icmp.failure(FailedOperation::Send, known.peer.clone());
        self.count(id, &failure);
        vec![PolicyAction::Tell(News::Failed(failure)), PolicyAction::Order(Order { id, verb: Verb::Close })]
    }

    /// A listener outlives what happens to its connections, unless it served only one.
    fn count(&mut self, id: SessionId, failure: &Failure) {
        let one_of_many =
            !self.single && self.sessions.get(&id).is_some_and(|known| known.kind == PolicyKind::Accepted);
        if !self.stopping && !one_of_many {
            self.failed.get_or_insert(failure.class);
        }
    }
}

#[cfg(test)]
mod tests;
