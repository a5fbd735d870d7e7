//! A column of figures, filled from the top.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText};
use super::count_role::count_role;
use crate::files::theme::Role;
use crate::sessions::Session;
use crate::text::quantity;

/// The columns of a label.
const LABEL: u16 = 13;

/// Shown for an unknown value.
pub(super) const UNKNOWN: &str = "–";

/// The column, and its next free row.
pub(super) struct FigureColumn<'p, 'b> {
    pub(super) canvas: &'p mut Canvas<'b>,
    pub(super) area: Rect,
    pub(super) y: u16,
}

impl FigureColumn<'_, '_> {
    /// A heading, with an empty row above it.
    pub(super) fn push_section(&mut self, name: &str) {
        if self.y > 0 {
            self.y += 1;
        }
        self.canvas.draw_text(self.area, 0, self.y, name, Role::Strong);
        self.y += 1;
    }

    /// A label and its value.
    pub(super) fn line(&mut self, label: &str, value: impl AsRef<str>, role: Role) {
        self.canvas.draw_text(self.area, 0, self.y, label, Role::Dim);
        self.y += self.canvas.draw_sentence(self.area, LABEL, self.y, value.as_ref(), role);
    }

    /// A label and its value, which is unknown for `None`.
    pub(super) fn push_known(&mut self, label: &str, value: Option<String>) {
        let role = if value.is_some() { Role::Text } else { Role::Dim };
        self.line(label, value.unwrap_or_else(|| UNKNOWN.to_owned()), role);
    }

    /// A sentence, beginning at the left edge.
    pub(super) fn push_sentence(&mut self, text: &str, role: Role) {
        self.y += self.canvas.draw_sentence(self.area, 0, self.y, text, role);
    }
}

/// The last values that the kernel reported for a TCP connection, while it is open.
pub(super) fn kernel(column: &mut FigureColumn<'_, '_>, session: &Session) {
    let Some(view) = session.kernel.as_ref().filter(|_| !session.is_over()) else { return };
    column.push_section("kernel");
    column.push_known("state", view.state.map(|state| state.name().to_owned()));
    column.push_known("rtt", view.rtt.map(quantity::duration));
    column.push_known("unacked", view.send_queue_bytes.map(|bytes| format!("{} bytes", quantity::grouped(bytes))));
    column.push_known("unread", view.recv_queue_bytes.map(|bytes| format!("{} bytes", quantity::grouped(bytes))));
}

/// The queue of a listener while it is open: how many connections wait, the bound, and how often a queue was full.
pub(super) fn accept_queue(column: &mut FigureColumn<'_, '_>, session: &Session) {
    let Some(view) = session.kernel.as_ref().filter(|_| !session.is_over()) else { return };
    column.push_section("accept queue");
    let queue = view.accept_queue;
    column.push_known("waiting", queue.map(|queue| quantity::grouped(queue.waiting.into())));
    column.push_known("backlog", queue.map(|queue| quantity::grouped(queue.bound.into())));
    if let Some((overflows, drops)) = queue.and_then(|queue| queue.overflows.zip(queue.drops)) {
        column.line("overflows", quantity::grouped(overflows), count_role(overflows, Role::Bad));
        column.line("drops", quantity::grouped(drops), count_role(drops, Role::Bad));
        column.push_sentence("overflows and drops: of all TCP listeners here since this one began", Role::Dim);
    }
}

/// The queue of a listener in its status line, once something waits in it.
pub(super) fn queue_part(session: &Session) -> Option<StyledText> {
    let queue = session.kernel.as_ref().filter(|_| !session.is_over())?.accept_queue?;
    let role = if queue.waiting > queue.bound { Role::Bad } else { Role::Warn };
    (queue.waiting > 0).then(|| StyledText::single(format!("queue {queue}"), role))
}
