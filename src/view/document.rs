//! A document: a response's body, the heads of an exchange, a request.

use ratatui::layout::Rect;

use super::paper::{Paper, area_of, part};
use super::transcript::Shown;
use crate::files::theme::Role;
use crate::model::document::{DocLine, Document, Role as DocRole, wrap};

/// Draws a document from its wrapped row `scroll` on, and tells how many rows it has.
///
/// Wraps only what is on the screen; a line that is not longer than the columns is one row, so the others are
/// only measured.
pub(super) fn draw(paper: &mut Paper<'_>, area: Rect, document: &Document, scroll: usize) -> Shown {
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    paper.seen.view = area_of(place);
    if place.is_empty() {
        return Shown::default();
    }
    let rows: usize = document.lines.iter().map(|line| rows_of(line, place.width)).sum();
    paper.seen.document_rows = rows;
    let height = usize::from(place.height);
    let scroll = scroll.min(rows.saturating_sub(height));
    let mut above = 0;
    let mut y = 0;
    for line in &document.lines {
        let count = rows_of(line, place.width);
        if above + count > scroll {
            let wrapped = if count == 1 { vec![line.clone()] } else { wrap(line, place.width) };
            for row in wrapped.iter().skip(scroll.saturating_sub(above)) {
                if y >= place.height {
                    break;
                }
                draw_line(paper, place, y, row);
                y += 1;
            }
        }
        above += count;
        if y >= place.height {
            break;
        }
    }
    let all = rows.max(1) as f64;
    let below = rows.saturating_sub(scroll + height);
    Shown { above: scroll as f64 / all, below: below as f64 / all, entries_below: 0 }
}

/// How many rows a line takes: no glyph is wider than the octets that it is made of.
fn rows_of(line: &DocLine, columns: u16) -> usize {
    let octets: usize = line.spans.iter().map(|span| span.text.len()).sum();
    if octets <= usize::from(columns) { 1 } else { wrap(line, columns).len().max(1) }
}

fn draw_line(paper: &mut Paper<'_>, area: Rect, y: u16, line: &DocLine) {
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
