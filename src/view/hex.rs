//! One row of hex: offset, bytes, characters.

use ratatui::layout::Rect;

use super::paper::{Paper, part};
use super::transcript::{Found, direction_role};
use crate::files::theme::Role;
use crate::model::rows::Bytes;

/// The columns of the offset with the space behind it.
const OFFSET: u16 = 10;

/// Draws a row; says how many cells it took. The offset is left out where there is no room for it.
pub(super) fn draw(
    paper: &mut Paper<'_>,
    area: Rect,
    bytes: &Bytes,
    piece: &[u8],
    per_row: usize,
    found: &Found,
) -> u16 {
    let per_row = u16::try_from(per_row).unwrap_or(16).max(1);
    let halves = u16::from(per_row == 16);
    let pairs = per_row * 3 - 1 + halves;
    let whole = pairs + 2 + per_row;
    let mut x = 0;
    if area.width >= whole + OFFSET {
        paper.put(area, 0, 0, &format!("{:08x}", bytes.range.start), Role::Faint);
        x = OFFSET;
    }
    let base = direction_role(bytes.direction);
    let characters = x + pairs + 2;
    for (place, byte) in (0_u16..).zip(piece) {
        let offset = bytes.range.start + usize::from(place);
        let (symbol, role) = match byte {
            b' '..=b'~' => (char::from(*byte).to_string(), base),
            b'\r' | b'\n' | b'\t' => ("·".to_owned(), Role::Control),
            0x1b => ("·".to_owned(), Role::Hostile),
            _ => ("·".to_owned(), Role::Dim),
        };
        let style = |role| found.over(paper.look, offset, paper.look.style(role));
        let (pair_style, style) = (style(base), style(role));
        let at = x + place * 3 + if place >= 8 { halves } else { 0 };
        // A run of found bytes is one block: the space between two of them is marked too.
        let joined =
            place > 0 && found.holds(offset) && found.holds(offset.saturating_sub(1)) && (place != 8 || halves == 0);
        if joined {
            paper.put_styled(area, at - 1, 0, " ", pair_style);
        }
        paper.put_styled(part(area, 0, 0, area.width, 1), at, 0, &format!("{byte:02x}"), pair_style);
        paper.put_styled(area, characters + place, 0, &symbol, style);
    }
    (characters + per_row).min(area.width)
}
