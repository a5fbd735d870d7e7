//! A document: a response's body, the heads of an exchange, a request.

use std::borrow::Cow;

use ratatui::layout::Rect;

use super::canvas::{Canvas, area_of, part};
use super::marks::{FoundRanges, ShownRange};
use crate::files::theme::Role;
use crate::model::documents::document::{DocLine, DocRow, Document, Fold, TextRole as DocRole};
use crate::model::documents::of_view;
use crate::model::panel::Panel;
use crate::sessions::Session;

/// Draws a document, and reports how many rows it has.
///
/// Only the rows on the screen are wrapped; the others are measured.
///
/// `panel` has the first row and the search hits.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, document: &Document, panel: &Panel) -> ShownRange {
    draw_folded(canvas, area, document, None, panel)
}

/// Draws the document of the panel's view, if there is one.
pub(super) fn of_view(canvas: &mut Canvas<'_>, area: Rect, session: &Session, panel: &Panel) -> ShownRange {
    of_view::document_shown(session, panel)
        .map_or_else(ShownRange::default, |document| draw(canvas, area, &document, panel))
}

/// Like [`draw`], with a document that is already wrapped; wraps it again if that was for another width.
pub(super) fn draw_folded(
    canvas: &mut Canvas<'_>,
    area: Rect,
    document: &Document,
    folded: Option<&Fold>,
    panel: &Panel,
) -> ShownRange {
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    canvas.seen.view = area_of(place);
    if place.is_empty() {
        return ShownRange::default();
    }
    let fold = match folded.filter(|fold| fold.columns() == place.width) {
        Some(fold) => Cow::Borrowed(fold),
        None => Cow::Owned(Fold::new(document, place.width)),
    };
    let rows = fold.row_count();
    canvas.seen.document_rows = rows;
    let height = usize::from(place.height);
    let scroll = panel.document_top(rows, height);
    for (y, (row, line)) in (0_u16..).zip((scroll..).zip(&fold.rows(document, scroll, height))) {
        draw_row(canvas, place, y, line, panel);
        if panel.document_cursor == Some(row) {
            canvas.tint(part(place, 0, y, place.width, 1), Role::Selection);
        }
    }
    let all = rows.max(1) as f64;
    let below = rows.saturating_sub(scroll + height);
    ShownRange { above: scroll as f64 / all, below: below as f64 / all, entries_below: 0 }
}

/// Draws one line, without marking search hits.
pub(super) fn draw_line(canvas: &mut Canvas<'_>, area: Rect, y: u16, line: &DocLine) {
    let mut x = 0;
    for span in &line.spans {
        x += canvas.draw_text(area, x, y, &span.text, role(span.role));
    }
}

fn draw_row(canvas: &mut Canvas<'_>, area: Rect, y: u16, row: &DocRow, panel: &Panel) {
    let found = FoundRanges::in_line(panel, row.line, &row.range);
    let (mut x, mut at) = (0, row.range.start);
    for span in &row.text.spans {
        let style = canvas.look.style(role(span.role));
        let look = canvas.look;
        for (start, end) in found.split_at_hits(at..at + span.text.len()) {
            let text = span.text.get(start - at..end - at).unwrap_or_default();
            x += canvas.put_styled(area, x, y, text, found.hit_style(look, start, style));
        }
        at += span.text.len();
    }
}

fn role(role: DocRole) -> Role {
    match role {
        DocRole::Plain | DocRole::Value => Role::Text,
        DocRole::Key => Role::JsonKey,
        DocRole::Number => Role::JsonNumber,
        DocRole::String => Role::JsonString,
        DocRole::Keyword => Role::JsonKeyword,
        DocRole::Punctuation => Role::Punctuation,
        DocRole::Comment => Role::Dim,
        DocRole::Good => Role::Good,
        DocRole::Bad => Role::Bad,
        DocRole::Title => Role::Strong,
    }
}
