//! The list of the kinds: it puts a question to the file that answers it.

use super::questions::{FigurePlace, KindWords, SpecWords};
use super::{dns, http, listener, repeat, tcp, udp};
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::listener::ListenerSession;
use crate::sessions::kinds::udp::{UdpBoundSession, UdpSession};
use crate::sessions::phase::OpenState;
use crate::sessions::{CloseReason, Session, SpecKind};
use crate::view::canvas::StyledText;
use crate::view::figure_column::FigureColumn;
use crate::view::status_label::StatusLabel;
use crate::wire::Totals;

/// Puts a question to the kind of a session. This is the list of kinds.
fn with_words<T>(session: &Session, question: impl FnOnce(&dyn KindWords) -> T) -> T {
    match &session.kind {
        SessionKind::Stream(tcp) => question(&tcp::TcpWords { session, ends: &tcp.ends }),
        SessionKind::Conversation(UdpSession { ends, socket }) => {
            question(&udp::ConversationWords { session, ends, socket })
        }
        SessionKind::Bound(UdpBoundSession { local, peers, socket, .. }) => {
            question(&udp::BoundWords { session, local: *local, peers: peers.len(), socket })
        }
        SessionKind::Listener(ListenerSession { local, accepted, open, turned_away }) => {
            question(&listener::ListenerWords {
                session,
                local: *local,
                accepted: *accepted,
                open: *open,
                turned_away: *turned_away,
            })
        }
        SessionKind::Http(exchange) => question(&http::HttpWords { session, exchange }),
        SessionKind::Repeat(view) => question(&repeat::RepeatWords { session, view }),
        SessionKind::Dns(lookup) => question(&dns::DnsWords { lookup }),
    }
}

/// What was asked for, as that which answers for it. This is the list of specs.
fn words_of(what: &SpecKind) -> &dyn SpecWords {
    match what {
        SpecKind::Tcp(spec) => spec,
        SpecKind::Udp(spec) => spec,
        SpecKind::UdpBound(spec) => spec,
        SpecKind::Listen(spec) => spec,
        SpecKind::Accepted(known) => known,
        SpecKind::Http(spec) => spec,
        SpecKind::Repeat(spec) => spec.as_ref(),
        SpecKind::Dns(spec) => spec,
    }
}

/// How a session stands while it is open.
pub(in crate::view) fn open(session: &Session, open: OpenState) -> StatusLabel {
    with_words(session, |kind| kind.open(open))
}

/// How a session stands while it listens.
pub(in crate::view) fn listening(session: &Session) -> StatusLabel {
    with_words(session, |kind| kind.listening())
}

/// How a session stands once it ended without a failure.
pub(in crate::view) fn ended_status(session: &Session, how: CloseReason) -> StatusLabel {
    with_words(session, |kind| kind.ended(how))
}

/// The second line in the list of sessions, once a session is open.
pub(in crate::view) fn detail(session: &Session, standing: StatusLabel) -> StyledText {
    with_words(session, |kind| kind.detail(standing))
}

/// The parts of the line under the title.
pub(in crate::view) fn status_line(session: &Session, model: &Model, panel: &Panel) -> Vec<StyledText> {
    with_words(session, |kind| kind.status_line(model, panel))
}

/// A session's addresses, or what it was asked, as figures.
pub(in crate::view) fn about(session: &Session, column: &mut FigureColumn<'_, '_>) {
    with_words(session, |kind| kind.about(column));
}

/// The figures between those and the counts of bytes.
pub(in crate::view) fn own_figures(session: &Session, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>) {
    with_words(session, |kind| kind.own_figures(column, place));
}

/// What is counted beside the bytes.
pub(in crate::view) fn unit(session: &Session, totals: Totals) -> String {
    with_words(session, |kind| kind.unit(totals))
}

/// The figures after the counts of bytes.
pub(in crate::view) fn last_figures(session: &Session, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>) {
    with_words(session, |kind| kind.last_figures(column, place));
}

/// What a text in the new-session dialog is taken for.
pub(in crate::view) fn meaning(what: &SpecKind) -> String {
    words_of(what).meaning()
}

/// What a session without a label is called in the list.
pub(in crate::view) fn name(session: &Session, what: &SpecKind) -> String {
    words_of(what).name(session)
}
