//! The questions that each kind of session answers for the screen.

use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::phase::OpenState;
use crate::sessions::{CloseReason, Session};
use crate::view::canvas::StyledText;
use crate::view::figure_column::FigureColumn;
use crate::view::status_label::StatusLabel;
use crate::wire::Totals;

/// Where figures are drawn.
pub(in crate::view) struct FigurePlace<'a> {
    /// The model.
    pub(in crate::view) model: &'a Model,
    /// How the session is looked at: what its view shows is not shown again beside it.
    pub(in crate::view) panel: &'a Panel,
    /// Whether the gauges stand above.
    pub(in crate::view) gauged: bool,
}

/// What the view asks of a kind of session. No answer has a default: a new kind gives all of them, in its own file.
pub(super) trait KindWords {
    /// How it stands while it is open.
    fn open(&self, open: OpenState) -> StatusLabel;

    /// How it stands while it listens.
    fn listening(&self) -> StatusLabel;

    /// How it stands once it ended without a failure.
    fn ended(&self, how: CloseReason) -> StatusLabel;

    /// The second line in the list of sessions, once it is open; `standing` says how it stands.
    fn detail(&self, standing: StatusLabel) -> StyledText;

    /// The parts of the line under the title; none where there is no such line.
    fn status_line(&self, model: &Model, panel: &Panel) -> Vec<StyledText>;

    /// Its addresses, or what it was asked, as figures.
    fn about(&self, column: &mut FigureColumn<'_, '_>);

    /// The figures between those and the counts of bytes.
    fn own_figures(&self, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>);

    /// What is counted beside the bytes, as `in 3 datagrams`; empty where reads and writes count for nothing.
    fn unit(&self, totals: Totals) -> String;

    /// The figures after the counts of bytes.
    fn last_figures(&self, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>);
}

/// What the view asks of what a session was asked to be.
pub(super) trait SpecWords {
    /// What a text in the new-session dialog is taken for.
    fn meaning(&self) -> String;

    /// What a session is called in the list: the protocol and the shortest true name.
    fn name(&self, session: &Session) -> String;
}
