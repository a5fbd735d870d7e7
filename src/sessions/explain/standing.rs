//! Situations of a session that can be explained.

use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::listener::ListenerSession;
use crate::sessions::news::CloseReason;
use crate::sessions::phase::{OpenState, SessionPhase};
use crate::sessions::session::Session;
use crate::sessions::tcp::step_cause::StepCause;
use crate::wire::kernel::view::TimerKind;
use crate::wire::tcp::cause::StateCause;
use crate::wire::unix::UnixForm;

/// A session's current situation, as far as there is an explanation for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Situation {
    /// Just requested.
    Starting,
    /// The name is looked up.
    Resolving,
    /// SYNs were sent.
    Connecting,
    /// Waiting before the next attempt.
    Waiting,
    /// A TCP connection, both halves open.
    Open,
    /// Open, and our data is not acknowledged: the kernel sent it again.
    Unanswered,
    /// Open, and keepalive probes stay unanswered.
    Probing,
    /// Open, and the peer's window is closed: the kernel probes it.
    WindowClosed,
    /// We sent FIN.
    WeFinished,
    /// The peer sent FIN.
    PeerFinished,
    /// Both sent FIN.
    BothFinished,
    /// We stopped reading.
    Paused,
    /// A UDP conversation.
    Conversation,
    /// A UDP conversation in which the peer answered.
    Conversing,
    /// A UDP conversation that hears every address.
    OpenToAll,
    /// A bound UDP socket that talks with any peer.
    Bound,
    /// A TCP listener.
    Listening,
    /// An HTTP request whose body is being sent.
    SendingBody,
    /// An HTTP request without a response yet.
    Asking,
    /// An HTTP response that is arriving.
    Receiving,
    /// An HTTP exchange that is over.
    Answered,
    /// A DNS query is under way.
    Querying,
    /// Name servers answered.
    Told,
    /// Ended by FIN in both directions.
    Finished,
    /// Ended by a RST from us.
    ResetByUs,
    /// Closed by us while received bytes were unread.
    ClosedUnread,
    /// Closed by us before there was a connection.
    GivenUp,
    /// Closed by us.
    Closed,
    /// The ports of a range are being tried.
    ProbingPorts,
    /// The ports of a range were tried, and at least one is open.
    PortsKnown,
    /// A listener that leaves connections in the kernel's queue.
    NotAccepting,
    /// A stream of the Unix domain, both halves open.
    UnixOpen,
    /// A conversation of datagrams in the Unix domain.
    UnixDatagrams,
    /// We stopped reading from a socket of the Unix domain.
    UnixPaused,
    /// We shut down the sending half of a stream of the Unix domain.
    UnixWeFinished,
    /// The peer shut down its sending half, or closed.
    UnixPeerFinished,
    /// Both halves of a stream of the Unix domain are shut down.
    UnixFinished,
    /// A listener of the Unix domain.
    UnixListening,
    /// A bound socket of datagrams in the Unix domain.
    UnixBound,
    /// A socket of the Unix domain that we closed.
    UnixClosed,
}

impl Situation {
    /// Every situation, in the order of a session's life.
    pub const ALL: [Situation; 40] = [
        Situation::Starting,
        Situation::Resolving,
        Situation::Connecting,
        Situation::Waiting,
        Situation::Open,
        Situation::Unanswered,
        Situation::Probing,
        Situation::WindowClosed,
        Situation::WeFinished,
        Situation::PeerFinished,
        Situation::BothFinished,
        Situation::Paused,
        Situation::Conversation,
        Situation::Conversing,
        Situation::OpenToAll,
        Situation::Bound,
        Situation::Listening,
        Situation::SendingBody,
        Situation::Asking,
        Situation::Receiving,
        Situation::Answered,
        Situation::Querying,
        Situation::Told,
        Situation::Finished,
        Situation::ResetByUs,
        Situation::ClosedUnread,
        Situation::GivenUp,
        Situation::Closed,
        Situation::ProbingPorts,
        Situation::PortsKnown,
        Situation::NotAccepting,
        Situation::UnixOpen,
        Situation::UnixDatagrams,
        Situation::UnixPaused,
        Situation::UnixWeFinished,
        Situation::UnixPeerFinished,
        Situation::UnixFinished,
        Situation::UnixListening,
        Situation::UnixBound,
        Situation::UnixClosed,
    ];

    /// The name in the file of texts.
    pub fn name(self) -> &'static str {
        match self {
            Situation::Starting => "starting",
            Situation::Resolving => "resolving",
            Situation::Connecting => "connecting",
            Situation::Waiting => "waiting",
            Situation::Open => "open",
            Situation::Unanswered => "unanswered",
            Situation::Probing => "probing",
            Situation::WindowClosed => "window-closed",
            Situation::WeFinished => "we-finished",
            Situation::PeerFinished => "peer-finished",
            Situation::BothFinished => "both-finished",
            Situation::Paused => "paused",
            Situation::Conversation => "conversation",
            Situation::Conversing => "conversing",
            Situation::OpenToAll => "open-to-all",
            Situation::Bound => "bound",
            Situation::Listening => "listening",
            Situation::SendingBody => "sending-body",
            Situation::Asking => "asking",
            Situation::Receiving => "receiving",
            Situation::Answered => "answered",
            Situation::Querying => "querying",
            Situation::Told => "told",
            Situation::Finished => "finished",
            Situation::ResetByUs => "reset-by-us",
            Situation::ClosedUnread => "closed-unread",
            Situation::GivenUp => "given-up",
            Situation::Closed => "closed",
            Situation::ProbingPorts => "probing-ports",
            Situation::PortsKnown => "ports-known",
            Situation::NotAccepting => "not-accepting",
            Situation::UnixOpen => "unix-open",
            Situation::UnixDatagrams => "unix-datagrams",
            Situation::UnixPaused => "unix-paused",
            Situation::UnixWeFinished => "unix-we-finished",
            Situation::UnixPeerFinished => "unix-peer-finished",
            Situation::UnixFinished => "unix-finished",
            Situation::UnixListening => "unix-listening",
            Situation::UnixBound => "unix-bound",
            Situation::UnixClosed => "unix-closed",
        }
    }

    /// The situation of a session; a failed session counts as one that ended.
    pub fn of_session(session: &Session) -> Self {
        match &session.phase {
            SessionPhase::Starting => Situation::Starting,
            SessionPhase::Resolving => Situation::Resolving,
            SessionPhase::Connecting { .. } => Situation::Connecting,
            SessionPhase::Waiting { .. } => Situation::Waiting,
            SessionPhase::Open(open) => match &session.kind {
                SessionKind::Conversation(udp) if udp.heard.is_some() => Situation::OpenToAll,
                SessionKind::Conversation { .. } if session.totals.received.ops > 0 => Situation::Conversing,
                SessionKind::Conversation { .. } => Situation::Conversation,
                SessionKind::Bound { .. } => Situation::Bound,
                SessionKind::Http(exchange) if exchange.response().is_some() => Situation::Receiving,
                SessionKind::Http(_) if session.sending.is_some_and(|sending| !sending.is_complete()) => {
                    Situation::SendingBody
                }
                SessionKind::Http(_) | SessionKind::Repeat(_) => Situation::Asking,
                SessionKind::Dns(_) => Situation::Querying,
                SessionKind::Ports(_) => Situation::ProbingPorts,
                SessionKind::Unix(_) | SessionKind::UnixListener(_) if open.paused => Situation::UnixPaused,
                SessionKind::Unix(unix) if unix.form == UnixForm::Datagram => Situation::UnixDatagrams,
                SessionKind::Unix(_) | SessionKind::UnixListener(_) => match (open.we_finished, open.peer_finished) {
                    (false, false) => Situation::UnixOpen,
                    (true, false) => Situation::UnixWeFinished,
                    (false, true) => Situation::UnixPeerFinished,
                    (true, true) => Situation::UnixFinished,
                },
                SessionKind::Stream(_) | SessionKind::Listener { .. } => of_connection(session, *open),
            },
            SessionPhase::Listening => match &session.kind {
                SessionKind::Bound { .. } => Situation::Bound,
                SessionKind::Listener(ListenerSession { holds: true, .. }) => Situation::NotAccepting,
                SessionKind::UnixListener(unix) if unix.form == UnixForm::Datagram => Situation::UnixBound,
                SessionKind::UnixListener(_) => Situation::UnixListening,
                SessionKind::Unix(_)
                | SessionKind::Stream(_)
                | SessionKind::Conversation { .. }
                | SessionKind::Listener { .. }
                | SessionKind::Http(_)
                | SessionKind::Repeat(_)
                | SessionKind::Ports(_)
                | SessionKind::Dns(_) => Situation::Listening,
            },
            SessionPhase::Ended { how, .. } => match (&session.kind, how) {
                (SessionKind::Http(exchange), CloseReason::Fin | CloseReason::Local)
                    if exchange.response().is_some() =>
                {
                    Situation::Answered
                }
                (SessionKind::Dns(lookup), CloseReason::Local) if lookup.answers().next().is_some() => Situation::Told,
                (_, CloseReason::Fin) => Situation::Finished,
                (SessionKind::Ports(_), CloseReason::Finished) => Situation::PortsKnown,
                (_, CloseReason::Finished) => Situation::UnixFinished,
                (SessionKind::Unix(_) | SessionKind::UnixListener(_), _) => Situation::UnixClosed,
                (_, CloseReason::Rst | CloseReason::Local) if closed_unread(session) => Situation::ClosedUnread,
                (_, CloseReason::Rst) => Situation::ResetByUs,
                (SessionKind::Stream(_), CloseReason::Local) if never_connected(session) => Situation::GivenUp,
                (_, CloseReason::Local | CloseReason::Error) => Situation::Closed,
            },
        }
    }
}

/// The situation of an open connection: first what keeps it from getting on, whichever half is finished.
fn of_connection(session: &Session, open: OpenState) -> Situation {
    let window_closed = session.kernel.as_ref().is_some_and(|view| {
        let waits = view.send_queue_bytes.is_some_and(|bytes| bytes > 0);
        waits && view.tcp.is_some_and(|tcp| tcp.snd_wnd == Some(0))
    });
    match session.attempts.timers.consecutive_firings().map(|(kind, _)| kind) {
        Some(TimerKind::Retransmit) => return Situation::Unanswered,
        Some(TimerKind::Keepalive) => return Situation::Probing,
        Some(TimerKind::Probe) => return Situation::WindowClosed,
        // An answered probe is no firing any more, and the window may be closed all the same.
        Some(TimerKind::TimeWait) | None if window_closed => return Situation::WindowClosed,
        Some(TimerKind::TimeWait) | None => {}
    }
    match (open.paused, open.we_finished, open.peer_finished) {
        (true, _, _) => Situation::Paused,
        (false, false, false) => Situation::Open,
        (false, true, false) => Situation::WeFinished,
        (false, false, true) => Situation::PeerFinished,
        (false, true, true) => Situation::BothFinished,
    }
}

/// Whether a session that we dial ended before it had a connection.
fn never_connected(session: &Session) -> bool {
    session.parent().is_none() && session.attempts.connected_at().is_none()
}

/// Whether the session ended by a close while received bytes were unread.
fn closed_unread(session: &Session) -> bool {
    let last = session.tcp_history().and_then(|story| story.track.steps().last());
    last.is_some_and(|step| step.cause == StepCause::Told(StateCause::ClosedUnread))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::sessions::id::SessionId;
    use crate::sessions::news::{DialNews, News};
    use crate::sessions::send_progress::SendProgress;
    use crate::sessions::spec::{HostPort, Spec, SpecKind, TcpSpec, UdpSpec};
    use crate::wire::kernel::tcp_info::TcpInfo;
    use crate::wire::kernel::view::KernelView;

    fn target() -> HostPort {
        HostPort { host: "192.0.2.1".into(), port: 80 }
    }

    fn session(what: SpecKind, phase: SessionPhase) -> Session {
        let mut session = Session::new(SessionId(1), Spec::new(what), Instant::now());
        session.phase = phase;
        session
    }

    #[test]
    fn a_closed_window_is_told_though_its_probes_are_answered_whichever_half_is_finished() {
        for (paused, we_finished) in [(false, false), (false, true), (true, false)] {
            let open = OpenState { paused, we_finished, ..OpenState::default() };
            let mut session = session(SpecKind::Tcp(TcpSpec::new(target())), SessionPhase::Open(open));
            let looks = |queued, window| KernelView {
                send_queue_bytes: Some(queued),
                tcp: Some(TcpInfo { snd_wnd: Some(window), ..TcpInfo::default() }),
                ..KernelView::default()
            };
            session.kernel = Some(Arc::new(looks(5, 0)));
            assert_eq!(Situation::of_session(&session), Situation::WindowClosed);
            for (queued, window) in [(0, 0), (5, 1)] {
                session.kernel = Some(Arc::new(looks(queued, window)));
                assert_ne!(Situation::of_session(&session), Situation::WindowClosed, "{queued} {window}");
            }
        }
    }

    #[test]
    fn a_session_that_was_closed_before_it_was_open_sent_no_fin() {
        let at = Instant::now();
        let over = SessionPhase::Ended { how: CloseReason::Local, failure: None, at };
        let mut session = session(SpecKind::Tcp(TcpSpec::new(target())), over);
        assert_eq!(Situation::of_session(&session), Situation::GivenUp);
        let peer = ([192, 0, 2, 1], 80).into();
        session.attempts.on_news(&News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }), at);
        assert_eq!(Situation::of_session(&session), Situation::GivenUp);
        let connected = DialNews::Connected { local: peer, peer, took: Duration::ZERO, attempt: 1 };
        session.attempts.on_news(&News::Dial(connected), at);
        assert_eq!(Situation::of_session(&session), Situation::Closed);
    }

    #[test]
    fn a_udp_conversation_notices_an_answer() {
        let open = SessionPhase::Open(OpenState::default());
        let mut session = session(SpecKind::Udp(UdpSpec::new(target())), open);
        assert_eq!(Situation::of_session(&session), Situation::Conversation);
        session.totals.received.ops = 1;
        assert_eq!(Situation::of_session(&session), Situation::Conversing);
    }

    #[test]
    fn a_request_whose_body_is_being_sent_is_not_waited_for() {
        let what = SpecKind::Http(crate::sessions::spec::http::HttpSpec::get("http://h/"));
        let mut session = session(what, SessionPhase::Open(OpenState::default()));
        assert_eq!(Situation::of_session(&session), Situation::Asking);
        let began = Instant::now();
        session.sending = Some(SendProgress { sent_bytes: 1, total_bytes: Some(9), began });
        assert_eq!(Situation::of_session(&session), Situation::SendingBody);
    }
}
