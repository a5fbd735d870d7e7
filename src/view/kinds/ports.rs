//! Texts of a range of ports.

use super::questions::{FigurePlace, KindWords, SpecWords};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::kinds::ports::PortScan;
use crate::sessions::news::PortState;
use crate::sessions::phase::OpenState;
use crate::sessions::spec::PortScanSpec;
use crate::sessions::{CloseReason, Session, SpecKind};
use crate::text::quantity;
use crate::view::canvas::StyledText;
use crate::view::count_role::count_role;
use crate::view::figure_column::FigureColumn;
use crate::view::ports::state_role;
use crate::view::status_label::{self, StatusLabel, status_label as label};
use crate::wire::Totals;

/// A range of ports.
pub(super) struct PortWords<'a> {
    pub(super) session: &'a Session,
    pub(super) scan: &'a PortScan,
}

impl PortWords<'_> {
    fn all(&self) -> u32 {
        match &self.session.spec.what {
            SpecKind::Ports(spec) => spec.ports.count(),
            _ => self.scan.counts.total(),
        }
    }
}

impl KindWords for PortWords<'_> {
    fn open(&self, _open: OpenState) -> StatusLabel {
        label("●", Role::Good, format!("{} of {} ports known", self.scan.counts.total(), self.all()))
    }

    fn listening(&self) -> StatusLabel {
        status_label::listening()
    }

    fn ended(&self, how: CloseReason) -> StatusLabel {
        match how {
            CloseReason::Finished => label("✓", Role::Good, self.scan.counts.to_string()),
            _ => status_label::closed(how),
        }
    }

    fn detail(&self, _standing: StatusLabel) -> StyledText {
        StyledText::single(self.scan.counts.to_string(), Role::Dim)
    }

    fn status_line(&self, _model: &Model, _panel: &Panel) -> Vec<StyledText> {
        let states = PortState::ALL.into_iter().filter(|state| self.scan.counts.of(*state) > 0);
        let mut parts: Vec<StyledText> = states
            .map(|state| {
                let count = quantity::grouped(self.scan.counts.of(state).into());
                StyledText::single(format!("{count} {}", state.name()), state_role(state))
            })
            .collect();
        let left = self.all().saturating_sub(self.scan.counts.total());
        if left > 0 && !self.session.is_over() {
            parts.push(StyledText::single(format!("{} to go", quantity::grouped(left.into())), Role::Dim));
        }
        parts
    }

    fn about(&self, column: &mut FigureColumn<'_, '_>) {
        column.line("ports", quantity::grouped(self.all().into()), Role::Text);
        for state in PortState::ALL {
            let count = u64::from(self.scan.counts.of(state));
            column.line(state.name(), quantity::grouped(count), count_role(count, state_role(state)));
        }
        column.push_known("took", self.scan.took.map(quantity::duration));
    }

    fn own_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}

    fn unit(&self, _totals: Totals) -> String {
        String::new()
    }

    fn last_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}
}

impl SpecWords for PortScanSpec {
    fn meaning(&self) -> String {
        format!("TCP connection to each of {} ports of {}", quantity::grouped(self.ports.count().into()), self.host)
    }

    fn name(&self, session: &Session) -> String {
        session.title()
    }
}
