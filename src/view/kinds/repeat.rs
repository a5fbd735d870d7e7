//! Texts of a run of many connections, datagrams or requests.

use super::questions::{FigurePlace, KindWords, SpecWords};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::kinds::repeat::RepeatView;
use crate::sessions::phase::OpenState;
use crate::sessions::spec::repeat::{RepeatKind, RepeatSpec, StartPace};
use crate::sessions::{CloseReason, Session, SpecKind};
use crate::text::quantity;
use crate::view::canvas::StyledText;
use crate::view::figure_column::FigureColumn;
use crate::view::repeat::summary;
use crate::view::status_label::{self, StatusLabel, status_label as label};
use crate::wire::Totals;

/// A repeated run.
pub(super) struct RepeatWords<'a> {
    pub(super) session: &'a Session,
    pub(super) view: &'a RepeatView,
}

impl KindWords for RepeatWords<'_> {
    fn open(&self, open: OpenState) -> StatusLabel {
        match open.paused {
            true => label("‖", Role::Warn, "paused"),
            false => label("●", Role::Good, "running"),
        }
    }

    fn listening(&self) -> StatusLabel {
        status_label::listening()
    }

    fn ended(&self, how: CloseReason) -> StatusLabel {
        if how == CloseReason::Fin { label("✓", Role::Good, "all done") } else { status_label::closed(how) }
    }

    fn detail(&self, _standing: StatusLabel) -> StyledText {
        summary(self.view)
    }

    fn status_line(&self, _model: &Model, _panel: &Panel) -> Vec<StyledText> {
        Vec::new()
    }

    fn about(&self, column: &mut FigureColumn<'_, '_>) {
        if let SpecKind::Repeat(spec) = &self.session.spec.what {
            push_repeat_spec(column, spec);
        }
    }

    fn own_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}

    fn unit(&self, _totals: Totals) -> String {
        match &self.session.spec.what {
            SpecKind::Repeat(spec) if matches!(spec.what, RepeatKind::Http(_)) => "in bodies".to_owned(),
            _ => String::new(),
        }
    }

    fn last_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}
}

impl SpecWords for RepeatSpec {
    fn meaning(&self) -> String {
        format!("again and again: {}", self.title())
    }

    fn name(&self, session: &Session) -> String {
        session.title()
    }
}

/// The spec of a repeated run.
fn push_repeat_spec(column: &mut FigureColumn<'_, '_>, spec: &RepeatSpec) {
    let pace = match spec.pace {
        StartPace::FlatOut => "as fast as it goes".to_owned(),
        StartPace::Rate(rate) => format!("{} a second, whatever the peer does", rate.rate()),
        StartPace::Interval(interval) => format!("{} between two", quantity::duration(interval)),
    };
    column.line("pace", pace, Role::Text);
    column.line("at once", quantity::grouped(spec.concurrency as u64), Role::Text);
    column.line("in all", spec.count.map_or_else(|| "without end".to_owned(), quantity::grouped), Role::Text);
    if let Some(duration) = spec.duration {
        column.line("for", quantity::duration(duration), Role::Text);
    }
}
