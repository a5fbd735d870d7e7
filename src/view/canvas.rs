//! The cells to draw on. All text is drawn through this file, which neutralises it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, BorderType, Widget as _};

use super::style::StyleSheet;
use crate::files::theme::Role;
use crate::model::seen::{CellArea, ClickTarget, DrawnText, FrameReport};
use crate::text::sanitize::{self, GlyphKind};

/// The cells, the styles, and the report of the frame.
pub(super) struct Canvas<'a> {
    /// The cells.
    pub(super) buffer: &'a mut Buffer,
    /// The styles.
    pub(super) look: &'a StyleSheet,
    /// What the frame shows: sizes and click targets.
    pub(super) seen: FrameReport,
    /// Where the terminal's cursor goes.
    pub(super) cursor: Option<Position>,
}

/// Pieces of text in a row, each with its role.
#[derive(Clone, Debug, Default)]
pub(super) struct StyledText {
    /// The pieces.
    pub(super) parts: Vec<(String, Role)>,
}

impl StyledText {
    /// An empty text.
    pub(super) fn new() -> Self {
        StyledText::default()
    }

    /// A text of one piece.
    pub(super) fn single(text: impl Into<String>, role: Role) -> Self {
        StyledText::new().with(text, role)
    }

    /// Adds a piece at the end.
    #[must_use]
    pub(super) fn with(mut self, text: impl Into<String>, role: Role) -> Self {
        self.parts.push((text.into(), role));
        self
    }

    /// Adds another text at the end.
    #[must_use]
    pub(super) fn append(mut self, other: StyledText) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Its width in cells.
    pub(super) fn columns(&self) -> u16 {
        self.parts.iter().fold(0, |sum, (text, _)| sum.saturating_add(columns_of(text)))
    }
}

/// The width of a text in cells, once neutralised; stops counting at 65,535.
pub(super) fn columns_of(text: &str) -> u16 {
    let all: usize = if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        text.len()
    } else {
        sanitize::glyphs(text.as_bytes()).take(usize::from(u16::MAX)).map(|glyph| usize::from(glyph.columns)).sum()
    };
    u16::try_from(all).unwrap_or(u16::MAX)
}

/// A text with a capital at its beginning, as a sentence.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// A part of a rectangle, cut to it.
pub(super) fn part(area: Rect, x: u16, y: u16, width: u16, height: u16) -> Rect {
    let (x, y) = (x.min(area.width), y.min(area.height));
    Rect { x: area.x + x, y: area.y + y, width: width.min(area.width - x), height: height.min(area.height - y) }
}

/// The inside of a frame that is one cell wide.
pub(super) fn inner_area(area: Rect) -> Rect {
    part(area, 1, 1, area.width.saturating_sub(2), area.height.saturating_sub(2))
}

/// A rectangle as the model's type.
pub(super) fn area_of(rect: Rect) -> CellArea {
    CellArea { column: rect.x, row: rect.y, columns: rect.width, rows: rect.height }
}

impl Canvas<'_> {
    /// Writes a text on one row of `area`, `x` cells from its left and `y` from its top, cut with `…` at its right
    /// edge. Returns its width in cells.
    pub(super) fn draw_text(&mut self, area: Rect, x: u16, y: u16, text: &str, role: Role) -> u16 {
        let used = self.put_styled(area, x, y, text, self.look.style(role));
        self.record(area, x, y, text, used);
        used
    }

    /// Records where a text is, in builds with debug assertions.
    fn record(&mut self, area: Rect, x: u16, y: u16, text: &str, used: u16) {
        let shown = text.trim();
        if cfg!(debug_assertions) && used > 0 && !shown.is_empty() {
            let left = columns_of(text) - columns_of(text.trim_start());
            let start = area.x + x + left;
            let end = (area.x + x + used).min(start + columns_of(shown));
            let drawn = DrawnText { row: area.y + y, columns: start..end, text: shown.to_owned() };
            self.seen.texts.push(drawn);
        }
    }

    /// Like [`Canvas::draw_text`], with a given style.
    pub(super) fn put_styled(&mut self, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let room = area.width.saturating_sub(x);
        if y >= area.height || room == 0 {
            return 0;
        }
        let cut = columns_of(text) > room;
        let room = if cut { room - 1 } else { room };
        let mut used = 0;
        for glyph in sanitize::glyphs(text.as_bytes()) {
            if used + u16::from(glyph.columns) > room {
                break;
            }
            self.glyph(area.x + x + used, area.y + y, &glyph.text, style);
            used += u16::from(glyph.columns);
        }
        if cut {
            self.glyph(area.x + x + used, area.y + y, "…", style);
            used += 1;
        }
        used
    }

    /// Writes payload bytes; control pictures and marked bytes have their own roles; `style` returns a glyph's style
    /// for the offset of its first byte. Returns the width in cells; bytes that do not fit are left out.
    pub(super) fn put_bytes(
        &mut self,
        area: Rect,
        x: u16,
        y: u16,
        bytes: &[u8],
        style: impl Fn(usize, GlyphKind, u8) -> Style,
    ) -> u16 {
        let room = area.width.saturating_sub(x);
        let (mut used, mut offset) = (0, 0);
        if y >= area.height {
            return 0;
        }
        for glyph in sanitize::glyphs(bytes) {
            if used + u16::from(glyph.columns) > room {
                break;
            }
            let first = bytes.get(offset).copied().unwrap_or_default();
            let style = style(offset, glyph.kind, first);
            self.glyph(area.x + x + used, area.y + y, &glyph.text, style);
            used += u16::from(glyph.columns);
            offset += usize::from(glyph.bytes);
        }
        used
    }

    fn glyph(&mut self, x: u16, y: u16, text: &str, style: Style) {
        let inside = self.buffer.area().contains(Position { x, y });
        if inside {
            // `set_stringn` adds modifiers; those of the text that was here before must be removed.
            for column in x..x.saturating_add(columns_of(text)).min(self.buffer.area().right()) {
                if let Some(cell) = self.buffer.cell_mut((column, y)) {
                    cell.modifier = Modifier::empty();
                }
            }
            self.buffer.set_stringn(x, y, text, usize::from(u16::MAX), style);
        }
    }

    /// How many rows [`Canvas::draw_sentence`] needs for a text at this width.
    pub(super) fn sentence_rows(width: u16, text: &str) -> u16 {
        let (mut x, mut rows) = (0_u16, 1_u16);
        for word in text.split(' ') {
            let columns = columns_of(word).min(width);
            if x > 0 && x.saturating_add(columns) > width {
                rows = rows.saturating_add(1);
                x = 0;
            }
            x = x.saturating_add(columns + 1);
        }
        rows
    }

    /// Writes a sentence from column `x` and row `y` of `area` on, broken at spaces. Returns how many rows it took.
    pub(super) fn draw_sentence(&mut self, area: Rect, x: u16, y: u16, text: &str, role: Role) -> u16 {
        let (left, mut x, mut rows) = (x, x, 0);
        for word in text.split(' ') {
            if x > left && x.saturating_add(columns_of(word)) > area.width {
                rows += 1;
                x = left;
            }
            x += self.draw_text(area, x, y + rows, word, role) + 1;
        }
        rows + 1
    }

    /// Writes a styled text; like [`Canvas::draw_text`].
    pub(super) fn draw_styled_text(&mut self, area: Rect, x: u16, y: u16, strip: &StyledText) -> u16 {
        let mut used = 0;
        for (text, role) in &strip.parts {
            used += self.put_styled(area, x + used, y, text, self.look.style(*role));
        }
        if cfg!(debug_assertions) {
            let text: String = strip.parts.iter().map(|(text, _)| text.as_str()).collect();
            self.record(area, x, y, &text, used);
        }
        used
    }

    /// Writes a styled text so that it ends at the right edge of `area`. Returns whether it fitted; if not, nothing is
    /// written.
    pub(super) fn draw_right(&mut self, area: Rect, y: u16, strip: &StyledText) -> bool {
        let columns = strip.columns();
        let fits = columns <= area.width;
        if fits {
            self.draw_styled_text(area, area.width - columns, y, strip);
        }
        fits
    }

    /// Applies a role's background and modifiers to cells; their text stays.
    pub(super) fn tint(&mut self, area: Rect, role: Role) {
        let style = Style { fg: None, ..self.look.style(role) };
        self.buffer.set_style(area, style);
    }

    /// Makes cells blank, with a role's background.
    pub(super) fn clear(&mut self, area: Rect, role: Role) {
        let (ground, style) = (self.look.style(Role::Background), self.look.style(role));
        let text = Style { bg: None, ..self.look.style(Role::Text) };
        let area = area.intersection(*self.buffer.area());
        self.seen.texts.retain(|drawn| {
            !(area.top()..area.bottom()).contains(&drawn.row)
                || drawn.columns.end <= area.left()
                || drawn.columns.start >= area.right()
        });
        for position in area.positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.reset();
                cell.set_style(ground).set_style(text).set_style(style);
            }
        }
    }

    /// A run of one symbol.
    pub(super) fn draw_repeated(&mut self, area: Rect, x: u16, y: u16, symbol: &str, count: u16, role: Role) {
        let style = self.look.style(role);
        if y < area.height {
            for column in x..x.saturating_add(count).min(area.width) {
                self.glyph(area.x + column, area.y + y, symbol, style);
            }
        }
    }

    /// A frame around `area`, with round corners; thick for the focus if there are no colours.
    pub(super) fn draw_frame(&mut self, area: Rect, role: Role) {
        if area.width < 2 || area.height < 2 {
            return;
        }
        let style = self.look.style(role);
        // Modifiers add up; those of the text that was here before must be removed.
        let style = style.remove_modifier(!style.add_modifier);
        // Without colours, the focus shows in the frame's shape.
        let thick = role == Role::Focus && self.look.is_colourless();
        let shape = if thick { BorderType::Thick } else { BorderType::Rounded };
        Block::bordered().border_type(shape).border_style(style).render(area, self.buffer);
    }

    /// Registers the target of a click within `area`.
    pub(super) fn hit(&mut self, area: Rect, target: ClickTarget) {
        if !area.is_empty() {
            self.seen.hits.push((area_of(area), target));
        }
    }
}
