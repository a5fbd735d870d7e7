//! A document: a response's body, the heads of an exchange, a request.

use ratatui::layout::Rect;

use super::paper::{Paper, area_of, part};
use super::transcript::Shown;
use crate::files::theme::Role;
use crate::model::document::{DocLine, Document, Fold, Role as DocRole};

/// Draws a document from its wrapped row `scroll` on, and tells how many rows it has.
///
/// Only the rows on the screen are wrapped; the others are measured.
pub(super) fn draw(paper: &mut Paper<'_>, area: Rect, document: &Document, scroll: usize) -> Shown {
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    paper.seen.view = area_of(place);
    if place.is_empty() {
        return Shown::default();
    }
    let fold = Fold::new(document, place.width);
    let rows = fold.row_count();
    paper.seen.document_rows = rows;
    let height = usize::from(place.height);
    let scroll = scroll.min(rows.saturating_sub(height));
    for (y, line) in (0_u16..).zip(&fold.rows(document, scroll, height)) {
        draw_line(paper, place, y, line);
    }
    let all = rows.max(1) as f64;
    let below = rows.saturating_sub(scroll + height);
    Shown { above: scroll as f64 / all, below: below as f64 / all, entries_below: 0 }
}

/// Draws one row of a document.
pub(super) fn draw_line(paper: &mut Paper<'_>, area: Rect, y: u16, line: &DocLine) {
    let mut x = 0;
    for span in &line.spans {
        x += paper.put(area, x, y, &span.text, role(span.role));
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
