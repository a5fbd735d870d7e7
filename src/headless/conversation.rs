//! When to speak, when to finish and when it is over: decisions only, no socket and no clock.

use std::collections::HashMap;
use std::time::Duration;

use super::Manner;
use super::input::Stdin;
use crate::sessions::spec::Step;
use crate::sessions::{News, Order, Record, SessionId, Spec, Verb, What};
use crate::wire::icmp::Icmp;
use crate::wire::{Class, Direction, Failure};

/// All sessions of a run, and what is still to be done for them.
#[derive(Debug)]
pub(crate) struct Conversation {
    sessions: HashMap<SessionId, Known>,
    stdin: Stdin,
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
pub(crate) enum Act {
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
enum Kind {
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
struct Known {
    kind: Kind,
    peer: String,
    we_finished: bool,
    peer_finished: bool,
    heard: bool,
    failed: bool,
    /// Its script probes the path, and its end is the session's.
    probes: bool,
}

impl Known {
    fn new(kind: Kind, peer: String) -> Self {
        Known { kind, peer, we_finished: false, peer_finished: false, heard: false, failed: false, probes: false }
    }

    fn of(spec: &Spec) -> Self {
        let (kind, peer) = match &spec.what {
            What::Tcp(tcp) => (Kind::Tcp, tcp.target.to_string()),
            What::Udp(udp) => (Kind::Udp, udp.target.to_string()),
            What::UdpBound(bound) => (Kind::Bound, bound.local.to_string()),
            What::Listen(listen) => (Kind::Listener, listen.local.to_string()),
            What::Accepted(known) => (Kind::Accepted, known.peer.to_string()),
            What::Http(http) => (Kind::Http, http.url.clone()),
            What::Repeat(repeat) => (Kind::Repeat, repeat.title()),
            What::Dns(dns) => (Kind::Dns, dns.question()),
        };
        Known { probes: spec.script.steps.contains(&Step::ProbeMtu), ..Known::new(kind, peer) }
    }

    fn is_stream(&self) -> bool {
        matches!(self.kind, Kind::Tcp | Kind::Accepted)
    }
}

impl Conversation {
    /// A run with this session, in this manner.
    pub(crate) fn new(spec: &Spec, manner: Manner, stdin: Stdin) -> Self {
        let unlimited = matches!(&spec.what, What::Listen(listen) if listen.limit.is_none());
        let greets_only = spec.script.steps.contains(&Step::Finish);
        debug_assert!(!greets_only || stdin == Stdin::Unread, "a script that finishes leaves nothing to say");
        Conversation {
            sessions: HashMap::new(),
            stdin,
            single: unlimited && manner == Manner::Raw,
            speaking: false,
            stopping: false,
            kernel_every: None,
            failed: None,
            missed: None,
        }
    }

    /// The same, with the kernel's gauges of each connection looked at so often.
    pub(crate) fn looking(self, every: Option<Duration>) -> Self {
        Conversation { kernel_every: every, ..self }
    }

    /// A session was opened.
    pub(crate) fn opened(&mut self, id: SessionId, spec: &Spec) -> Vec<Act> {
        let known = Known::of(spec);
        let kind = known.kind;
        self.sessions.insert(id, known);
        match kind {
            Kind::Tcp | Kind::Udp => self.speak(id, kind == Kind::Udp),
            Kind::Bound | Kind::Listener | Kind::Accepted | Kind::Http | Kind::Repeat | Kind::Dns => Vec::new(),
        }
    }

    /// Starts to hand over standard input, unless that has begun or there is none.
    fn speak(&mut self, id: SessionId, datagrams: bool) -> Vec<Act> {
        let wanted = matches!(self.stdin, Stdin::Pipe | Stdin::Terminal);
        if !wanted || std::mem::replace(&mut self.speaking, true) {
            return Vec::new();
        }
        vec![Act::Speak { id, datagrams }]
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
    pub(crate) fn stdin_ended(&mut self) -> Vec<Act> {
        self.stdin = Stdin::Ended;
        let many = !self.single && self.sessions.values().any(|known| known.kind == Kind::Listener);
        let streams: Vec<SessionId> =
            self.sessions.iter().filter(|(_, known)| known.is_stream() && !many).map(|(id, _)| *id).collect();
        streams.into_iter().flat_map(|id| self.finish(id)).collect()
    }

    /// Finishes sending, once.
    fn finish(&mut self, id: SessionId) -> Option<Act> {
        let known = self.sessions.get_mut(&id)?;
        let first = !std::mem::replace(&mut known.we_finished, true);
        first.then_some(Act::Order(Order { id, verb: Verb::FinishSending }))
    }

    /// Something happened in a session.
    pub(crate) fn learn(&mut self, id: SessionId, record: &Record) -> Vec<Act> {
        match record {
            Record::Block(block) if block.direction == Direction::Received => self.heard(id),
            Record::Block(_) | Record::NotKept { .. } => Vec::new(),
            Record::News { news, .. } => self.learn_news(id, news),
        }
    }

    fn heard(&mut self, id: SessionId) -> Vec<Act> {
        let Some(known) = self.sessions.get_mut(&id) else { return Vec::new() };
        known.heard = true;
        // Nobody can be answered on a bound socket before somebody spoke.
        if known.kind == Kind::Bound { self.speak(id, true) } else { Vec::new() }
    }

    fn learn_news(&mut self, id: SessionId, news: &News) -> Vec<Act> {
        match news {
            News::Accepted { listener, peer, .. } => {
                let mut acts = self.accepted(id, *listener, peer.to_string());
                acts.extend(self.look(id));
                acts
            }
            News::Connected { .. } => self.look(id).into_iter().collect(),
            News::WeFinished => {
                if let Some(known) = self.sessions.get_mut(&id) {
                    known.we_finished = true;
                }
                Vec::new()
            }
            News::PeerFinished { .. } => self.peer_finished(id),
            News::Icmp(icmp) => self.icmp(id, icmp),
            News::Failed(failure) => {
                self.count(id, failure);
                Vec::new()
            }
            News::Warned(failure) => {
                let known = self.sessions.get(&id);
                let http = known.is_some_and(|known| matches!(known.kind, Kind::Http | Kind::Repeat));
                if failure.class == Class::Local && !http && !self.stopping {
                    self.missed.get_or_insert(failure.class);
                }
                Vec::new()
            }
            News::PathMtu(report) => self.probed(id, report.failure.as_ref()),
            News::Closed { .. } => {
                self.sessions.remove(&id);
                Vec::new()
            }
            News::Resolving { .. }
            | News::Resolved { .. }
            | News::Connecting { .. }
            | News::AttemptFailed { .. }
            | News::Retrying { .. }
            | News::Listening { .. }
            | News::TurnedAway { .. }
            | News::ChildEnded { .. }
            | News::AcceptFailed(_)
            | News::ReadingPaused
            | News::ReadingContinued
            | News::Joined { .. }
            | News::Left { .. }
            | News::FileSent { .. }
            | News::MtuStep(_)
            | News::BurstEnded { .. }
            | News::Request(_)
            | News::Interim(_)
            | News::Response(_)
            | News::Trailers(_)
            | News::Redirect { .. }
            | News::Dns(_)
            | News::Compared(_)
            | News::Route(_)
            | News::State { .. }
            | News::Call { .. }
            | News::Stamps { .. }
            | News::PeerSyn(_)
            | News::Kernel(_)
            | News::OptionSet { .. }
            | News::Options(_) => Vec::new(),
        }
    }

    /// Has the gauges of a connection looked at by the clock, where that is wished.
    fn look(&self, id: SessionId) -> Option<Act> {
        let verb = Verb::SampleEvery(Some(self.kernel_every?));
        self.sessions.get(&id).filter(|known| known.is_stream()).map(|_| Act::Order(Order { id, verb }))
    }

    fn accepted(&mut self, id: SessionId, listener: SessionId, peer: String) -> Vec<Act> {
        // Connections that were waiting beside the first one are not served.
        let late = self.single && self.sessions.values().any(|known| known.kind == Kind::Accepted);
        self.sessions.insert(id, Known::new(Kind::Accepted, peer));
        if late {
            return vec![Act::Order(Order { id, verb: Verb::Close })];
        }
        if !self.single {
            return self.speak(listener, false);
        }
        let mut acts = vec![Act::Order(Order { id: listener, verb: Verb::Close })];
        acts.extend(self.speak(id, false));
        acts
    }

    /// A pipe is read to its end, as the peer may still take what it has; a person is not waited for.
    fn peer_finished(&mut self, id: SessionId) -> Vec<Act> {
        let Some(known) = self.sessions.get_mut(&id) else { return Vec::new() };
        known.peer_finished = true;
        let one_of_many = known.kind == Kind::Accepted && !self.single;
        if self.stdin == Stdin::Pipe && !one_of_many {
            return Vec::new();
        }
        self.finish(id).into_iter().collect()
    }

    /// A run that was started to probe the path ends with what the probe found.
    fn probed(&mut self, id: SessionId, failure: Option<&Failure>) -> Vec<Act> {
        if !self.sessions.get(&id).is_some_and(|known| known.probes) || self.stopping {
            return Vec::new();
        }
        if let Some(failure) = failure {
            self.count(id, failure);
        }
        vec![Act::Order(Order { id, verb: Verb::Close })]
    }

    /// An ICMP error is the answer where there was no other.
    fn icmp(&mut self, id: SessionId, icmp: &Icmp) -> Vec<Act> {
        let Some(known) = self.sessions.get_mut(&id) else { return Vec::new() };
        let unreachable = if icmp.v6 { 1 } else { 3 };
        // Fragmentation needed (3/4) is no end: the kernel sends smaller ones from now on.
        let hard = icmp.kind == unreachable && (icmp.v6 || icmp.code != 4);
        if known.kind != Kind::Udp || known.heard || known.failed || !hard || self.stopping {
            return Vec::new();
        }
        known.failed = true;
        let failure = icmp.failure("send", known.peer.clone());
        self.count(id, &failure);
        vec![Act::Tell(News::Failed(failure)), Act::Order(Order { id, verb: Verb::Close })]
    }

    /// A listener outlives what happens to its connections, unless it served only one.
    fn count(&mut self, id: SessionId, failure: &Failure) {
        let one_of_many = !self.single && self.sessions.get(&id).is_some_and(|known| known.kind == Kind::Accepted);
        if !self.stopping && !one_of_many {
            self.failed.get_or_insert(failure.class);
        }
    }
}

#[cfg(test)]
mod tests;
