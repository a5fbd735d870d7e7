//! The list of session kinds: passes each question to the file of the session's kind.

use super::questions::{FigurePlace, KindWords, SpecWords};
use super::{dns, http, listener, ports, repeat, tcp, udp, unix};
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::udp::{UdpBoundSession, UdpSession};
use crate::sessions::phase::OpenState;
use crate::sessions::{CloseReason, Session, SpecKind};
use crate::view::canvas::StyledText;
use crate::view::figure_column::FigureColumn;
use crate::view::status_label::StatusLabel;
use crate::wire::Totals;

/// Passes a question to the texts of a session's kind. This is the list of kinds.
fn with_words<T>(session: &Session, question: impl FnOnce(&dyn KindWords) -> T) -> T {
    match &session.kind {
        SessionKind::Stream(tcp) => question(&tcp::TcpWords { session, ends: &tcp.ends }),
        SessionKind::Conversation(UdpSession { ends, heard, socket }) => {
            question(&udp::ConversationWords { session, ends, heard: heard.as_ref(), socket })
        }
        SessionKind::Bound(UdpBoundSession { local, family, heard, socket }) => {
            question(&udp::BoundWords { session, local: *local, family: *family, peers: heard.peers.len(), socket })
        }
        SessionKind::Listener(listener) => question(&listener::ListenerWords { session, listener }),
        SessionKind::Http(exchange) => question(&http::HttpWords { session, exchange }),
        SessionKind::Repeat(view) => question(&repeat::RepeatWords { session, view }),
        SessionKind::Dns(lookup) => question(&dns::DnsWords { lookup }),
        SessionKind::Ports(scan) => question(&ports::PortWords { session, scan }),
        SessionKind::Unix(unix) => question(&unix::UnixWords { session, unix }),
        SessionKind::UnixListener(listener) => question(&unix::UnixListenerWords { session, listener }),
    }
}

/// The texts of a spec's kind. This is the list of specs.
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
        SpecKind::Ports(spec) => spec,
        SpecKind::Unix(spec) => spec,
        SpecKind::UnixListen(spec) => spec,
        SpecKind::UnixAccepted(spec) => spec,
    }
}

/// The status of an open session.
pub(in crate::view) fn open(session: &Session, open: OpenState) -> StatusLabel {
    with_words(session, |kind| kind.open(open))
}

/// The status of a listening session.
pub(in crate::view) fn listening(session: &Session) -> StatusLabel {
    with_words(session, |kind| kind.listening())
}

/// The status of a session that ended without a failure.
pub(in crate::view) fn ended_status(session: &Session, how: CloseReason) -> StatusLabel {
    with_words(session, |kind| kind.ended(how))
}

/// The second line in the list of sessions, once a session is open.
pub(in crate::view) fn detail(session: &Session, standing: StatusLabel) -> StyledText {
    with_words(session, |kind| kind.detail(standing))
}

/// The parts of the status line.
pub(in crate::view) fn status_line(session: &Session, model: &Model, panel: &Panel) -> Vec<StyledText> {
    with_words(session, |kind| kind.status_line(model, panel))
}

/// A session's addresses, or its DNS question, as figures.
pub(in crate::view) fn about(session: &Session, column: &mut FigureColumn<'_, '_>) {
    with_words(session, |kind| kind.about(column));
}

/// The figures of the kind, between the addresses and the counts of bytes.
pub(in crate::view) fn own_figures(session: &Session, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>) {
    with_words(session, |kind| kind.own_figures(column, place));
}

/// The count of operations beside the count of bytes.
pub(in crate::view) fn unit(session: &Session, totals: Totals) -> String {
    with_words(session, |kind| kind.unit(totals))
}

/// The figures after the counts of bytes.
pub(in crate::view) fn last_figures(session: &Session, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>) {
    with_words(session, |kind| kind.last_figures(column, place));
}

/// How the new-session dialog describes this spec.
pub(in crate::view) fn meaning(what: &SpecKind) -> String {
    words_of(what).meaning()
}

/// The name in the list of a session without a label.
pub(in crate::view) fn name(session: &Session, what: &SpecKind) -> String {
    words_of(what).name(session)
}
