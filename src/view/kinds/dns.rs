//! Texts of a DNS session.

use super::questions::{FigurePlace, KindWords, SpecWords};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::kinds::dns::DnsLookup;
use crate::sessions::phase::OpenState;
use crate::sessions::spec::dns::DnsSpec;
use crate::sessions::{CloseReason, Session};
use crate::text::quantity;
use crate::view::canvas::StyledText;
use crate::view::figure_column::FigureColumn;
use crate::view::status_label::{self, StatusLabel, status_label as label};
use crate::wire::Totals;

/// A DNS session.
pub(super) struct DnsWords<'a> {
    pub(super) lookup: &'a DnsLookup,
}

impl KindWords for DnsWords<'_> {
    fn open(&self, _open: OpenState) -> StatusLabel {
        label("●", Role::Good, "asking")
    }

    fn listening(&self) -> StatusLabel {
        status_label::listening()
    }

    fn ended(&self, how: CloseReason) -> StatusLabel {
        if how == CloseReason::Local { label("✓", Role::Good, "answered") } else { status_label::closed(how) }
    }

    fn detail(&self, _standing: StatusLabel) -> StyledText {
        let answers = self.lookup.answers().count();
        let word = if answers == 1 { "answer" } else { "answers" };
        StyledText::single(format!("{answers} {word}"), Role::Dim)
    }

    fn status_line(&self, _model: &Model, _panel: &Panel) -> Vec<StyledText> {
        Vec::new()
    }

    fn about(&self, column: &mut FigureColumn<'_, '_>) {
        let queries = self.lookup.unlisted + self.lookup.exchanges.len() as u64;
        column.line("queries", quantity::grouped(queries), Role::Text);
        column.line("answers", quantity::grouped(self.lookup.answers().count() as u64), Role::Text);
    }

    fn own_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}

    fn unit(&self, totals: Totals) -> String {
        format!("in {} messages", quantity::grouped(totals.ops))
    }

    fn last_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}
}

impl SpecWords for DnsSpec {
    fn meaning(&self) -> String {
        match &self.server {
            Some(server) => format!("DNS question for {} to {server}", self.question_text()),
            None => format!("DNS question for {} to the system's servers", self.question_text()),
        }
    }

    fn name(&self, session: &Session) -> String {
        session.title()
    }
}
