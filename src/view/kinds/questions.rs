//! The questions that each session kind answers for the screen.

use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::phase::OpenState;
use crate::sessions::{CloseReason, Session};
use crate::view::canvas::StyledText;
use crate::view::figure_column::FigureColumn;
use crate::view::status_label::StatusLabel;
use crate::wire::Totals;

/// The context of the figures.
pub(in crate::view) struct FigurePlace<'a> {
    /// The model.
    pub(in crate::view) model: &'a Model,
    /// The session's panel: what its view shows is not repeated in the figures.
    pub(in crate::view) panel: &'a Panel,
    /// Whether the gauges are drawn above.
    pub(in crate::view) gauged: bool,
}

/// The texts of a session kind. No method has a default, so a new kind must answer all of them, in its own file.
pub(super) trait KindWords {
    /// The status while it is open.
    fn open(&self, open: OpenState) -> StatusLabel;

    /// The status while it listens.
    fn listening(&self) -> StatusLabel;

    /// The status after it ended without a failure.
    fn ended(&self, how: CloseReason) -> StatusLabel;

    /// The second line in the list of sessions, once it is open; `standing` is its status.
    fn detail(&self, standing: StatusLabel) -> StyledText;

    /// The parts of the status line; empty if there is no such line.
    fn status_line(&self, model: &Model, panel: &Panel) -> Vec<StyledText>;

    /// Its addresses, or its DNS question, as figures.
    fn about(&self, column: &mut FigureColumn<'_, '_>);

    /// The figures of the kind, between the addresses and the counts of bytes.
    fn own_figures(&self, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>);

    /// The count of operations beside the count of bytes, such as `in 3 datagrams`, or what the bytes are of; empty if neither
    /// has a meaning.
    fn unit(&self, totals: Totals) -> String;

    /// The figures after the counts of bytes.
    fn last_figures(&self, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>);
}

/// The texts of a spec.
pub(super) trait SpecWords {
    /// How the new-session dialog describes it.
    fn meaning(&self) -> String;

    /// The session's name in the list: the protocol and the shortest unambiguous name.
    fn name(&self, session: &Session) -> String;
}
