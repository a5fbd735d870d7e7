//! Texts of sockets of the Unix domain.

use super::questions::{FigurePlace, KindWords, SpecWords};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::kinds::unix::{UnixListenerSession, UnixSession};
use crate::sessions::phase::OpenState;
use crate::sessions::spec::{UnixAcceptedSpec, UnixListenSpec, UnixSpec};
use crate::sessions::{CloseReason, Session};
use crate::text::quantity;
use crate::view::canvas::StyledText;
use crate::view::count_role::count_role;
use crate::view::figure_column::{self, FigureColumn};
use crate::view::status_label::{self, StatusLabel, totals as both_totals};
use crate::wire::Totals;
use crate::wire::unix::UnixForm;

/// A conversation, ours or an accepted one.
pub(super) struct UnixWords<'a> {
    pub(super) session: &'a Session,
    pub(super) unix: &'a UnixSession,
}

impl KindWords for UnixWords<'_> {
    fn open(&self, open: OpenState) -> StatusLabel {
        status_label::socket_open(open)
    }

    fn listening(&self) -> StatusLabel {
        status_label::listening()
    }

    fn ended(&self, how: CloseReason) -> StatusLabel {
        status_label::closed(how)
    }

    fn detail(&self, _standing: StatusLabel) -> StyledText {
        both_totals(self.session)
    }

    fn status_line(&self, _model: &Model, _panel: &Panel) -> Vec<StyledText> {
        self.unix.credentials.map(|who| StyledText::single(format!("peer: {who}"), Role::Dim)).into_iter().collect()
    }

    fn about(&self, column: &mut FigureColumn<'_, '_>) {
        column.push_known("local", self.unix.local.as_ref().map(ToString::to_string));
        column.push_known("peer", self.unix.peer.as_ref().map(ToString::to_string));
        let who = self.unix.credentials;
        column.push_known("peer process", who.and_then(|who| who.pid).map(|pid| pid.to_string()));
        column.push_known("peer user", who.map(|who| format!("{}, group {}", who.uid, who.gid)));
    }

    fn own_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}

    fn unit(&self, totals: Totals) -> String {
        unit(self.unix.form, totals)
    }

    fn last_figures(&self, column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {
        let Some(view) = self.session.kernel.as_ref().filter(|_| !self.session.is_over()) else { return };
        let bytes = |bytes: Option<u64>| bytes.map(|bytes| format!("{} bytes", quantity::grouped(bytes)));
        column.push_section("kernel");
        column.push_known("unread", bytes(view.recv_queue_bytes));
        column.push_known("peer unread", bytes(view.unix.and_then(|unix| unix.peer_unread_bytes)));
    }
}

/// A bound socket.
pub(super) struct UnixListenerWords<'a> {
    pub(super) session: &'a Session,
    pub(super) listener: &'a UnixListenerSession,
}

impl KindWords for UnixListenerWords<'_> {
    fn open(&self, open: OpenState) -> StatusLabel {
        status_label::socket_open(open)
    }

    fn listening(&self) -> StatusLabel {
        status_label::accepting(!self.listener.holds)
    }

    fn ended(&self, how: CloseReason) -> StatusLabel {
        status_label::closed(how)
    }

    fn detail(&self, _standing: StatusLabel) -> StyledText {
        if self.listener.form == UnixForm::Datagram {
            return both_totals(self.session);
        }
        let word = if self.listener.open == 1 { "peer" } else { "peers" };
        StyledText::single(format!("{} {word}", quantity::grouped(self.listener.open)), Role::Dim)
    }

    fn status_line(&self, _model: &Model, _panel: &Panel) -> Vec<StyledText> {
        let dim = |text: String| StyledText::single(text, Role::Dim);
        let mut parts = Vec::new();
        parts.extend(self.listener.local.as_ref().map(|local| dim(format!("bound {local}"))));
        match self.listener.form {
            UnixForm::Datagram => {
                parts.extend(self.listener.sender.as_ref().map(|sender| dim(format!("last sender {sender}"))));
            }
            UnixForm::Stream => {
                parts.push(dim(format!("{} open", quantity::grouped(self.listener.open))));
                parts.push(dim(format!("{} accepted", quantity::grouped(self.listener.accepted))));
                let role = count_role(self.listener.turned_away, Role::Warn);
                let turned_away = quantity::grouped(self.listener.turned_away);
                parts.push(StyledText::single(format!("{turned_away} turned away"), role));
            }
        }
        parts.extend(figure_column::queue_part(self.session));
        parts
    }

    fn about(&self, column: &mut FigureColumn<'_, '_>) {
        column.push_known("local", self.listener.local.as_ref().map(ToString::to_string));
    }

    fn own_figures(&self, column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {
        if self.listener.form == UnixForm::Stream {
            figure_column::accept_queue(column, self.session);
        }
    }

    fn unit(&self, totals: Totals) -> String {
        unit(self.listener.form, totals)
    }

    fn last_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}
}

fn unit(form: UnixForm, totals: Totals) -> String {
    match form {
        UnixForm::Stream => String::new(),
        UnixForm::Datagram => status_label::in_datagrams(totals),
    }
}

impl SpecWords for UnixSpec {
    fn meaning(&self) -> String {
        match self.form {
            UnixForm::Stream => format!("Unix stream to {}", self.target),
            UnixForm::Datagram => format!("Unix datagrams to {}", self.target),
        }
    }

    fn name(&self, session: &Session) -> String {
        session.title()
    }
}

impl SpecWords for UnixListenSpec {
    fn meaning(&self) -> String {
        match self.form {
            UnixForm::Stream => {
                let limit = self.limit.map(|most| format!(", at most {most} at once")).unwrap_or_default();
                format!("Unix listener on {}{limit}", self.local)
            }
            UnixForm::Datagram => format!("Unix datagrams of anybody, on {}", self.local),
        }
    }

    fn name(&self, session: &Session) -> String {
        session.title()
    }
}

impl SpecWords for UnixAcceptedSpec {
    fn meaning(&self) -> String {
        format!("connection accepted from {}", self.peer_name())
    }

    fn name(&self, _session: &Session) -> String {
        format!("⇠ {}", self.peer_name())
    }
}
