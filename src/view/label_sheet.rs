//! Lines of labels and values, for the state and kernel views of a socket that has no TCP connection.

use ratatui::layout::Rect;

use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::text::quantity;
use crate::view::canvas::{Canvas, StyledText, area_of, columns_of, part};
use crate::view::count_role::count_role;
use crate::view::marks::ShownRange;

/// The columns of a label, with a space after it.
pub(in crate::view) const LABEL: usize = 18;

/// The columns of a value before its remark.
const VALUE: usize = 10;

/// Shown for an unknown value.
pub(in crate::view) const UNKNOWN: &str = "–";

/// The cells of a bar, with much and with little room beside it.
const BARS: [u64; 2] = [20, 8];

/// Lines of labels and values, for a width.
#[derive(Debug)]
pub(in crate::view) struct LabelSheet {
    pub(crate) lines: Vec<StyledText>,
    pub(in crate::view) columns: usize,
}

impl LabelSheet {
    pub(crate) fn new(columns: u16) -> Self {
        LabelSheet { lines: Vec::new(), columns: usize::from(columns) }
    }

    /// A heading, with a blank line before it unless it is the first line.
    pub(in crate::view) fn push_section(&mut self, name: &str) {
        if !self.lines.is_empty() {
            self.lines.push(StyledText::new());
        }
        self.lines.push(StyledText::single(name, Role::Strong));
    }

    /// A label and its value, with a remark if it fits beside them.
    pub(in crate::view) fn row(&mut self, label: &str, value: impl Into<String>, role: Role, remark: &str) {
        let value = value.into();
        let strip = StyledText::single(format!("{label:<LABEL$}"), Role::Dim);
        let beside = LABEL + usize::from(columns_of(&value)).max(VALUE) + 2 + usize::from(columns_of(remark));
        if remark.is_empty() || beside > self.columns {
            return self.push_wrapped(strip, &value, role);
        }
        let padding = " ".repeat(VALUE.saturating_sub(usize::from(columns_of(&value))) + 2);
        self.lines.push(strip.with(value, role).with(format!("{padding}{remark}"), Role::Dim));
    }

    /// A count, in a faint colour if it is 0 or unknown.
    pub(crate) fn count(&mut self, label: &str, count: Option<u64>, role: Role, remark: &str) {
        let role = count_role(count.unwrap_or(0), role);
        self.row(label, count.map_or(UNKNOWN.to_owned(), quantity::grouped), role, remark);
    }

    /// A value that may be unknown.
    pub(in crate::view) fn push_known(&mut self, label: &str, value: Option<String>, remark: &str) {
        let role = if value.is_some() { Role::Text } else { Role::Dim };
        self.row(label, value.unwrap_or_else(|| UNKNOWN.to_owned()), role, remark);
    }

    /// How full a buffer is, with a bar.
    pub(in crate::view) fn push_buffer_bar(&mut self, label: &str, used: Option<u64>, room: Option<u64>, role: Role) {
        let (Some(used), Some(room)) = (used, room) else { return self.push_known(label, None, "") };
        let figures = format!("  {} of {}", quantity::bytes(used), quantity::bytes(room));
        self.push_bar(label, (used, room), figures, role);
    }

    /// How full a queue of things is, with a bar.
    pub(in crate::view) fn push_count_bar(&mut self, label: &str, used: Option<u64>, room: Option<u64>, role: Role) {
        let (Some(used), Some(room)) = (used, room) else { return self.push_known(label, None, "") };
        let figures = format!("  {} of {}", quantity::grouped(used), quantity::grouped(room));
        self.push_bar(label, (used, room), figures, role);
    }

    fn push_bar(&mut self, label: &str, (used, room): (u64, u64), figures: String, role: Role) {
        let fits = |bar: &u64| LABEL + *bar as usize + usize::from(columns_of(&figures)) <= self.columns;
        let bar = BARS.into_iter().find(fits).unwrap_or(0);
        let cells = (u128::from(used) * u128::from(bar)).div_ceil(u128::from(room.max(1)));
        let cells = u64::try_from(cells).unwrap_or(u64::MAX).min(bar);
        let role = if cells * 4 >= bar * 3 { Role::Bad } else { role };
        let run = |symbol: &str, count: u64| symbol.repeat(usize::try_from(count).unwrap_or(0));
        let strip = StyledText::single(format!("{label:<LABEL$}"), Role::Dim)
            .with(run("█", cells), role)
            .with(run("░", bar - cells), Role::Faint)
            .with(figures, Role::Text);
        self.lines.push(strip);
    }

    /// A text after a label, broken at spaces; further rows are indented to the start of the text.
    fn push_wrapped(&mut self, label: StyledText, text: &str, role: Role) {
        let indent = usize::from(label.columns());
        let mut line = label;
        let mut used = indent;
        for word in text.split(' ') {
            let wide = usize::from(columns_of(word));
            if used > indent && used + 1 + wide > self.columns {
                self.lines.push(std::mem::replace(&mut line, StyledText::single(" ".repeat(indent), Role::Dim)));
                used = indent;
            }
            let blank = if used > indent { " " } else { "" };
            used += wide + blank.len();
            line = line.with(format!("{blank}{word}"), role);
        }
        self.lines.push(line);
    }

    /// Draws the lines, beginning with the panel's scroll position. Returns the shown range.
    pub(crate) fn draw(self, canvas: &mut Canvas<'_>, area: Rect, panel: &Panel) -> ShownRange {
        canvas.seen.view = area_of(area);
        canvas.seen.document_rows = self.lines.len();
        let rows = usize::from(area.height);
        let scroll = panel.document_scroll.min(self.lines.len().saturating_sub(rows));
        for (y, line) in (0..area.height).zip(self.lines.iter().skip(scroll)) {
            canvas.draw_styled_text(area, 0, y, line);
        }
        let all = self.lines.len().max(1) as f64;
        let below = self.lines.len().saturating_sub(scroll + rows);
        ShownRange { above: scroll as f64 / all, below: below as f64 / all, entries_below: 0 }
    }
}

/// The area of the view, with one free column at both sides.
pub(in crate::view) fn inner_area(area: Rect) -> Rect {
    part(area, 1, 0, area.width.saturating_sub(2), area.height)
}
