//! One row of hex: offset, bytes, characters.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::canvas::{Canvas, part};
use super::marks::{CUT, FoundRanges, direction_role};
use crate::files::theme::Role;
use crate::model::transcript_layout::RowBytes;

/// The columns of the offset, with the space after it.
const OFFSET: u16 = 10;

/// The marks on the bytes of a row: search hits, and boundaries between the other end's reads or writes.
pub(super) struct HexMarks<'a> {
    /// The search hits.
    pub(super) found: &'a FoundRanges,
    /// Offsets in the entry at which one read or write of the other end stops and the next begins.
    pub(super) cuts: &'a [usize],
    /// The position of the entry's first byte: in a stream its own, else 0.
    pub(super) base: u64,
}

/// Draws a row. Returns its width in cells. The offset is left out if there is no room for it.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    bytes: &RowBytes,
    piece: &[u8],
    per_row: usize,
    over: &HexMarks<'_>,
) -> u16 {
    let HexMarks { found, cuts, base: first } = over;
    let per_row = u16::try_from(per_row).unwrap_or(16).max(1);
    let halves = u16::from(per_row == 16);
    let pairs = per_row * 3 - 1 + halves;
    let whole = pairs + 2 + per_row;
    let mut x = 0;
    if area.width >= whole + OFFSET {
        let offset = first.wrapping_add(bytes.range.start as u64);
        canvas.draw_text(area, 0, 0, &format!("{offset:08x}"), Role::Faint);
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
        let style = |role| found.hit_style(canvas.look, offset, canvas.look.style(role));
        let (pair_style, style) = (style(base), style(role));
        let at = x + place * 3 + if place >= 8 { halves } else { 0 };
        // Adjacent hit bytes are one block: the space between them is marked too.
        let joined = place > 0
            && found.contains(offset)
            && found.contains(offset.saturating_sub(1))
            && (place != 8 || halves == 0);
        if joined {
            canvas.put_styled(area, at - 1, 0, " ", pair_style);
        }
        canvas.put_styled(part(area, 0, 0, area.width, 1), at, 0, &format!("{byte:02x}"), pair_style);
        if cuts.contains(&offset) {
            // If a row begins with it, it goes in the cell after the offset.
            if at > 0 {
                canvas.draw_text(area, at - 1, 0, CUT, Role::Cause);
            }
            canvas.put_styled(area, characters + place, 0, &symbol, style.add_modifier(Modifier::UNDERLINED));
            continue;
        }
        canvas.put_styled(area, characters + place, 0, &symbol, style);
    }
    (characters + per_row).min(area.width)
}
