//! Texts of a TCP connection.

use super::questions::{FigurePlace, KindWords, SpecWords};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::view::View;
use crate::sessions::kinds::tcp::Endpoints;
use crate::sessions::phase::OpenState;
use crate::sessions::spec::{AcceptedSpec, TcpSpec};
use crate::sessions::{CloseReason, Session};
use crate::view::canvas::StyledText;
use crate::view::figure_column::{FigureColumn, kernel};
use crate::view::flow;
use crate::view::status_label::{self, StatusLabel, totals as both_totals};
use crate::wire::Totals;

/// A TCP connection, ours or an accepted one.
pub(super) struct TcpWords<'a> {
    pub(super) session: &'a Session,
    pub(super) ends: &'a Endpoints,
}

impl KindWords for TcpWords<'_> {
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

    fn status_line(&self, model: &Model, panel: &Panel) -> Vec<StyledText> {
        if panel.view.is_transcript() || panel.view == View::Ladder {
            held_back(model, self.session, panel)
        } else {
            Vec::new()
        }
    }

    fn about(&self, column: &mut FigureColumn<'_, '_>) {
        column.push_known("local", self.ends.local.map(|local| local.to_string()));
        column.push_known("peer", self.ends.peer.map(|peer| peer.to_string()));
    }

    fn own_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}

    fn unit(&self, _totals: Totals) -> String {
        String::new()
    }

    fn last_figures(&self, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>) {
        if !place.gauged && place.panel.view != View::Kernel {
            kernel(column, self.session);
        }
    }
}

impl SpecWords for TcpSpec {
    fn meaning(&self) -> String {
        format!("TCP connection to {} port {}", self.target.host, self.target.port)
    }

    fn name(&self, session: &Session) -> String {
        session.title()
    }
}

impl SpecWords for AcceptedSpec {
    fn meaning(&self) -> String {
        format!("connection accepted from {}", self.peer)
    }

    fn name(&self, _session: &Session) -> String {
        format!("⇠ {}", self.peer)
    }
}

/// What flow control is blocking on a TCP connection; empty if nothing is blocked.
fn held_back(model: &Model, session: &Session, panel: &Panel) -> Vec<StyledText> {
    let Some(story) = panel.tcp_history(session).filter(|_| !session.is_over()) else { return Vec::new() };
    flow::blocked_parts(&story.flow, session.is_reading_paused(), model.now)
        .into_iter()
        .map(|text| StyledText::single(text, Role::Warn))
        .collect()
}
