//! State of a session, computed from its readings: no sockets here.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attempts::Attempts;
use super::id::SessionId;
use super::kinds::SessionKind;
use super::kinds::kind_state::RecordContext;
use super::kinds::listener::ListenerSession;
use super::kinds::unix::UnixListenerSession;
use super::news::{CloseReason, DialNews, ListenerNews, News, TcpNews, UnixNews};
use super::path::PeerPath;
use super::phase::{OpenState, SessionPhase};
use super::rate::Rate;
use super::reading::Reading;
use super::record::Record;
use super::send_progress::SendProgress;
use super::spec::Spec;
use super::transcript::Transcript;
use crate::sessions::tcp::history::TcpHistory;
use crate::text::secret::SecretDisplay;
use crate::wire::kernel::view::KernelView;
use crate::wire::{Both, Failure, Totals};

/// One conversation, and its whole state.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its number.
    pub id: SessionId,
    /// The spec that it was opened with.
    pub spec: Spec,
    /// Its phase.
    pub phase: SessionPhase,
    /// When it was opened.
    pub opened: Instant,
    /// Exact totals.
    pub totals: Both<Totals>,
    /// Rates of both directions.
    pub rates: Both<Rate>,
    /// Bytes and notes, in order.
    pub transcript: Transcript,
    /// State that only this kind of session has.
    pub kind: SessionKind,
    /// The kernel's newest view.
    pub kernel: Option<Arc<KernelView>>,
    /// The file or body that is being sent, if there is one.
    pub sending: Option<SendProgress>,
    /// The newest failure that did not end the session.
    pub warning: Option<Failure>,
    /// The path to the peer: lookup, race, route.
    pub path: PeerPath,
    /// State of its socket options.
    pub options: super::options::OptionStates,
    /// Its attempts, and the facts that explain its current state.
    pub attempts: Attempts,
    /// Whether its heads are shown with their secrets.
    pub secrets: SecretDisplay,
}

impl Session {
    /// A session that was just requested.
    pub fn new(id: SessionId, spec: Spec, opened: Instant) -> Self {
        let kind = SessionKind::of(&spec.what);
        let transcript = Transcript::with_retention(spec.retain);
        let transcript = if kind.state().is_stream() { transcript.as_stream() } else { transcript };
        Session {
            id,
            spec,
            phase: SessionPhase::Starting,
            opened,
            totals: Both::default(),
            rates: Both::default(),
            transcript,
            kind,
            kernel: None,
            sending: None,
            warning: None,
            path: PeerPath::default(),
            options: super::options::OptionStates::default(),
            attempts: Attempts::default(),
            secrets: SecretDisplay::default(),
        }
    }

    /// Applies a reading: its counters and records.
    pub fn apply_reading(&mut self, reading: Reading, now: Instant) {
        self.totals = reading.totals;
        self.sending = reading.sending;
        self.apply_measurements(&reading, now);
        for record in reading.records {
            if let Record::News { at, news } = &record {
                // The session's task may run before the caller has read the clock.
                self.opened = self.opened.min(*at);
                self.on_news(news, *at);
            }
            // If a session fails with its last attempt, the failure is shown once.
            let inner = match &record {
                Record::News { news: News::Failed(failure), .. } => self.attempts.failed_attempt() == Some(failure),
                Record::News { news, .. } => !news.place().in_transcript(),
                Record::Block(_) | Record::NotKept { .. } => false,
            };
            let entry = (!inner).then_some(self.transcript.end_number());
            let context = RecordContext { entry, opened: self.opened, now };
            if let Some(open) = self.kind.state_mut().on_record(&record, &context) {
                self.phase = SessionPhase::Open(open);
            }
            if !inner {
                self.transcript.push(record);
            }
        }
        // A new attempt in these records drops the view of the socket before it; this one is newer.
        if reading.kernel.is_some() {
            self.kernel.clone_from(&reading.kernel);
        }
        let looked = reading.kernel_at.unwrap_or(now).min(now);
        if let Some(view) = &reading.kernel {
            self.attempts.sample(view, looked);
        }
        let capture = reading.capture.map(|capture| *capture);
        self.kind.state_mut().on_kernel(reading.kernel.as_deref().map(|view| (view, looked)), capture, now);
        self.advance(now);
    }

    /// Applies the measurements of a reading: the kernel's view and the gauges of its kind.
    pub fn apply_measurements(&mut self, reading: &Reading, now: Instant) {
        if reading.kernel.is_some() {
            self.kernel.clone_from(&reading.kernel);
        }
        if let Some(open) = self.kind.state_mut().on_sample(reading, now)
            && !self.is_over()
        {
            self.phase = SessionPhase::Open(open);
        }
    }

    /// How long both directions may be idle; `None`: no limit.
    pub fn idle_timeout(&self) -> Option<Duration> {
        self.spec.what.facets().idle_timeout()
    }

    /// Updates what depends on time alone, such as rates.
    pub fn advance(&mut self, now: Instant) {
        self.rates.sent.add_sample(self.totals.sent.bytes, now);
        self.rates.received.add_sample(self.totals.received.bytes, now);
        self.kind.state_mut().advance(now);
    }

    /// Applies a news item.
    pub(super) fn on_news(&mut self, news: &News, at: Instant) {
        self.path.on_news(news, at);
        self.attempts.on_news(news, at);
        self.options.on_news(news);
        match news {
            News::Dial(DialNews::Resolving { .. }) => self.phase = SessionPhase::Resolving,
            News::Dial(DialNews::Connecting { attempt, .. }) => {
                // The view so far is about the socket of the attempt before.
                self.kernel = None;
                self.phase = SessionPhase::Connecting { attempt: *attempt };
            }
            News::Dial(DialNews::Retrying { attempt, of, after, .. }) => {
                self.phase = SessionPhase::Waiting { attempt: *attempt, of: *of, until: at + *after };
            }
            News::Dial(DialNews::Connected { .. } | DialNews::Opened { .. })
            | News::Listener(ListenerNews::Accepted { .. })
            | News::Unix(UnixNews::Connected { .. } | UnixNews::Accepted { .. }) => {
                self.phase = SessionPhase::Open(OpenState::default());
            }
            News::Listener(ListenerNews::Listening { .. }) | News::Unix(UnixNews::Listening { .. }) => {
                self.phase = SessionPhase::Listening;
            }
            News::Unix(UnixNews::Connecting { attempt, .. }) => {
                self.phase = SessionPhase::Connecting { attempt: *attempt };
            }
            News::Unix(UnixNews::WeFinished) => self.change_open(|open| open.we_finished = true),
            News::Unix(UnixNews::PeerFinished { .. }) => self.change_open(|open| open.peer_finished = true),
            News::Tcp(TcpNews::WeFinished) => self.change_open(|open| open.we_finished = true),
            News::Tcp(TcpNews::PeerFinished { .. }) => self.change_open(|open| open.peer_finished = true),
            News::ReadingPaused => self.change_open(|open| open.paused = true),
            News::ReadingContinued => self.change_open(|open| open.paused = false),
            News::Closed { totals, how } => {
                self.totals = *totals;
                let failure = match &self.phase {
                    SessionPhase::Ended { failure, .. } => failure.clone(),
                    _ => None,
                };
                self.phase = SessionPhase::Ended { how: *how, failure, at };
            }
            News::Failed(failure) => {
                let how =
                    if failure.class == crate::wire::Class::Reset { CloseReason::Rst } else { CloseReason::Error };
                self.phase = SessionPhase::Ended { how, failure: Some(failure.clone()), at };
            }
            News::Warned(failure) | News::Listener(ListenerNews::AcceptFailed(failure)) => {
                self.warning = Some(failure.clone());
            }
            // Handled by `kinds` for one kind only. Attempts, routes and options are updated above.
            News::Dial(_)
            | News::Listener(_)
            | News::Tcp(_)
            | News::Udp(_)
            | News::Tls(_)
            | News::Http(_)
            | News::Dns(_)
            | News::Ports(_)
            | News::Unix(_)
            | News::FileSent { .. }
            | News::Option(_) => {}
        }
    }

    fn change_open(&mut self, change: impl FnOnce(&mut OpenState)) {
        if let SessionPhase::Open(open) = &mut self.phase {
            change(open);
        }
    }

    /// Counts an accepted connection, if this is a listener.
    pub fn accepted_one(&mut self) {
        match &mut self.kind {
            SessionKind::Listener(ListenerSession { accepted, open, .. })
            | SessionKind::UnixListener(UnixListenerSession { accepted, open, .. }) => {
                *accepted += 1;
                *open += 1;
            }
            SessionKind::Stream(_)
            | SessionKind::Conversation(_)
            | SessionKind::Bound(_)
            | SessionKind::Http(_)
            | SessionKind::Repeat(_)
            | SessionKind::Dns(_)
            | SessionKind::Ports(_)
            | SessionKind::Unix(_) => {}
        }
    }

    /// The listener that accepted this session, if any.
    pub fn parent(&self) -> Option<SessionId> {
        self.spec.what.facets().parent()
    }

    /// The failure that ended it, if it failed.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.phase {
            SessionPhase::Ended { failure, .. } => failure.as_ref(),
            _ => None,
        }
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, SessionPhase::Ended { .. })
    }

    /// Since when the response to an HTTP request has been awaited, with nothing else going on; `None`: none is, or a
    /// request's body goes or went, after which it is not known when the request was complete.
    pub fn awaits_response_since(&self) -> Option<Instant> {
        match (&self.phase, &self.kind) {
            (SessionPhase::Open(_), SessionKind::Http(exchange)) if self.sending.is_none() => exchange.awaited_since(),
            _ => None,
        }
    }

    /// Protocol and peer in a few words: `tcp 127.0.0.1:7001`, `GET http://…`, `listen tcp 0.0.0.0:9000`; after the
    /// session's label, if it has one: `echo · tcp 127.0.0.1:7001`.
    pub fn title(&self) -> String {
        let label = self.spec.label.as_ref().map_or(String::new(), |label| format!("{label} · "));
        label + &self.spec.what.facets().title(self.bound())
    }

    /// States, ladder and gauges of a TCP connection; `None` for other kinds.
    pub fn tcp_history(&self) -> Option<&TcpHistory> {
        self.kind.state().history()
    }

    /// The same, mutable.
    pub fn tcp_history_mut(&mut self) -> Option<&mut TcpHistory> {
        self.kind.state_mut().history_mut()
    }

    /// The local address of a listener or a bound socket.
    pub fn bound(&self) -> Option<SocketAddr> {
        self.kind.state().local()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::kinds::SessionKind;
    use crate::sessions::kinds::udp::UdpSession;
    use crate::sessions::spec::{HostPort, SpecKind, UdpSpec};

    #[test]
    fn a_count_of_drops_that_is_no_longer_known_is_not_shown() {
        let start = Instant::now();
        let what = SpecKind::Udp(UdpSpec::new(HostPort { host: "127.0.0.1".into(), port: 9 }));
        let mut session = Session::new(SessionId(1), Spec::new(what), start);
        for told in [Some(0), Some(3), None] {
            session.apply_reading(Reading { dropped_datagrams: told, ..Reading::empty(SessionId(1)) }, start);
            let SessionKind::Conversation(UdpSession { socket, .. }) = &session.kind else {
                panic!("{:?}", session.kind)
            };
            assert_eq!(socket.dropped, told);
        }
    }
}
