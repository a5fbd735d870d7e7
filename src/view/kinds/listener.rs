//! Texts of a TCP listener.

use super::questions::{FigurePlace, KindWords, SpecWords};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::kinds::listener::ListenerSession;
use crate::sessions::phase::OpenState;
use crate::sessions::spec::ListenSpec;
use crate::sessions::spec::target::{listening_meaning, listening_name};
use crate::sessions::{CloseReason, Session, SpecKind};
use crate::text::quantity;
use crate::view::canvas::StyledText;
use crate::view::count_role::count_role;
use crate::view::figure_column::{self, FigureColumn};
use crate::view::status_label::{self, StatusLabel};
use crate::wire::Totals;

/// A TCP listener.
pub(super) struct ListenerWords<'a> {
    pub(super) session: &'a Session,
    pub(super) listener: &'a ListenerSession,
}

impl KindWords for ListenerWords<'_> {
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
        let word = if self.listener.open == 1 { "peer" } else { "peers" };
        StyledText::single(format!("{} {word}", quantity::grouped(self.listener.open)), Role::Dim)
    }

    fn status_line(&self, _model: &Model, _panel: &Panel) -> Vec<StyledText> {
        let dim = |text: String| StyledText::single(text, Role::Dim);
        let mut parts = Vec::new();
        let family = self.listener.family;
        parts.extend(self.listener.local.map(|local| dim(format!("bound {local}{}", family.both_text()))));
        parts.push(dim(format!("{} open", quantity::grouped(self.listener.open))));
        parts.push(dim(format!("{} accepted", quantity::grouped(self.listener.accepted))));
        let role = count_role(self.listener.turned_away, Role::Warn);
        parts.push(StyledText::single(format!("{} turned away", quantity::grouped(self.listener.turned_away)), role));
        if let SpecKind::Listen(spec) = &self.session.spec.what
            && let Some(limit) = spec.limit
        {
            parts.push(dim(format!("limit {limit}")));
        }
        parts.extend(figure_column::queue_part(self.session));
        parts
    }

    fn about(&self, column: &mut FigureColumn<'_, '_>) {
        column.push_known("local", self.listener.local.map(|local| local.to_string()));
    }

    fn own_figures(&self, column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {
        figure_column::accept_queue(column, self.session);
    }

    fn unit(&self, _totals: Totals) -> String {
        String::new()
    }

    fn last_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}
}

impl SpecWords for ListenSpec {
    fn meaning(&self) -> String {
        let limit = self.limit.map(|most| format!(", at most {most} at once")).unwrap_or_default();
        format!("TCP listener on {}{limit}", listening_meaning(self.local, self.socket.family))
    }

    fn name(&self, session: &Session) -> String {
        match session.bound().unwrap_or(self.local) {
            local if local.ip().is_unspecified() => {
                format!("listen tcp {}", listening_name(local, self.socket.family))
            }
            local => format!("listen {local}"),
        }
    }
}
