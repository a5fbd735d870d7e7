//! Situations of a session that can be explained.

use crate::sessions::kinds::Kind;
use crate::sessions::news::How;
use crate::sessions::session::{Phase, Session};
use crate::wire::kernel::view::TimerKind;
use crate::wire::tcp::cause::Cause;

/// How a session stands, as far as there is something to explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Just asked for.
    Starting,
    /// The name is being looked up.
    Resolving,
    /// SYNs are under way.
    Connecting,
    /// Waiting before the next attempt.
    Waiting,
    /// A TCP connection, both halves open.
    Open,
    /// Open, and what we sent is not acknowledged: it was sent again.
    Unanswered,
    /// Open, and keepalive probes are not answered.
    Probing,
    /// Open, and the peer has no room: its window is probed.
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
    /// A UDP socket that talks with anybody.
    Bound,
    /// A TCP listener.
    Listening,
    /// An HTTP request without an answer yet.
    Asking,
    /// An HTTP response that is arriving.
    Receiving,
    /// An HTTP exchange that is over.
    Answered,
    /// Name servers are asked.
    Querying,
    /// Name servers have answered.
    Told,
    /// Over by FIN and FIN.
    Finished,
    /// Over by a RST of ours.
    ResetByUs,
    /// Closed by us, with octets unread.
    ClosedUnread,
    /// Closed by us.
    Closed,
}

impl Standing {
    /// Every one, in the order of a session's life.
    pub const ALL: [Standing; 24] = [
        Standing::Starting,
        Standing::Resolving,
        Standing::Connecting,
        Standing::Waiting,
        Standing::Open,
        Standing::Unanswered,
        Standing::Probing,
        Standing::WindowClosed,
        Standing::WeFinished,
        Standing::PeerFinished,
        Standing::BothFinished,
        Standing::Paused,
        Standing::Conversation,
        Standing::Bound,
        Standing::Listening,
        Standing::Asking,
        Standing::Receiving,
        Standing::Answered,
        Standing::Querying,
        Standing::Told,
        Standing::Finished,
        Standing::ResetByUs,
        Standing::ClosedUnread,
        Standing::Closed,
    ];

    /// The name in the file of texts.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Starting => "starting",
            Standing::Resolving => "resolving",
            Standing::Connecting => "connecting",
            Standing::Waiting => "waiting",
            Standing::Open => "open",
            Standing::Unanswered => "unanswered",
            Standing::Probing => "probing",
            Standing::WindowClosed => "window-closed",
            Standing::WeFinished => "we-finished",
            Standing::PeerFinished => "peer-finished",
            Standing::BothFinished => "both-finished",
            Standing::Paused => "paused",
            Standing::Conversation => "conversation",
            Standing::Bound => "bound",
            Standing::Listening => "listening",
            Standing::Asking => "asking",
            Standing::Receiving => "receiving",
            Standing::Answered => "answered",
            Standing::Querying => "querying",
            Standing::Told => "told",
            Standing::Finished => "finished",
            Standing::ResetByUs => "reset-by-us",
            Standing::ClosedUnread => "closed-unread",
            Standing::Closed => "closed",
        }
    }

    /// How a session stands; also for one that failed, as if it had only ended.
    pub fn of(session: &Session) -> Self {
        match &session.phase {
            Phase::Starting => Standing::Starting,
            Phase::Resolving => Standing::Resolving,
            Phase::Connecting { .. } => Standing::Connecting,
            Phase::Waiting { .. } => Standing::Waiting,
            Phase::Open(open) => match &session.kind {
                Kind::Conversation { .. } => Standing::Conversation,
                Kind::Bound { .. } => Standing::Bound,
                Kind::Http(exchange) if exchange.response().is_some() => Standing::Receiving,
                Kind::Http(_) | Kind::Repeat(_) => Standing::Asking,
                Kind::Dns(_) => Standing::Querying,
                Kind::Stream(_) | Kind::Listener { .. } => match (open.paused, open.we_finished, open.peer_finished) {
                    (true, _, _) => Standing::Paused,
                    (false, false, false) => match session.course.clocks.in_a_row().map(|(kind, _)| kind) {
                        Some(TimerKind::Retransmit) => Standing::Unanswered,
                        Some(TimerKind::Keepalive) => Standing::Probing,
                        Some(TimerKind::Probe) => Standing::WindowClosed,
                        Some(TimerKind::TimeWait) | None => Standing::Open,
                    },
                    (false, true, false) => Standing::WeFinished,
                    (false, false, true) => Standing::PeerFinished,
                    (false, true, true) => Standing::BothFinished,
                },
            },
            Phase::Listening => match &session.kind {
                Kind::Bound { .. } => Standing::Bound,
                Kind::Stream(_)
                | Kind::Conversation { .. }
                | Kind::Listener { .. }
                | Kind::Http(_)
                | Kind::Repeat(_)
                | Kind::Dns(_) => Standing::Listening,
            },
            Phase::Ended { how, .. } => match (&session.kind, how) {
                (Kind::Http(exchange), How::Fin | How::Local) if exchange.response().is_some() => Standing::Answered,
                (Kind::Dns(lookup), How::Local) if lookup.answers().next().is_some() => Standing::Told,
                (_, How::Fin) => Standing::Finished,
                (_, How::Rst) => Standing::ResetByUs,
                (_, How::Local) if closed_unread(session) => Standing::ClosedUnread,
                (_, How::Local | How::Error) => Standing::Closed,
            },
        }
    }
}

/// Whether it ended by a close over octets that nobody read.
fn closed_unread(session: &Session) -> bool {
    let last = session.story.as_ref().and_then(|story| story.track.steps().last());
    last.is_some_and(|step| step.cause == Cause::ClosedUnread.words())
}
