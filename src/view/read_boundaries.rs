//! A stream has no message boundaries: marks the boundaries of one end's reads and writes on the bytes of the other.

use ratatui::style::{Modifier, Style};

use super::style::StyleSheet;
use crate::files::theme::Role;
use crate::model::transcript_layout::RowBytes;
use crate::sessions::transcript::StreamShares;
use crate::sessions::{Session, Transcript};
use crate::text::quantity;
use crate::wire::Direction;

/// The reads or writes of the other end that contain the bytes of a row; with `whole`, the bytes of its whole entry,
/// for the text in the first row.
pub(super) fn other_end_shares(other: &Transcript, bytes: &RowBytes, whole: bool) -> StreamShares {
    let end = if whole { bytes.size } else { bytes.range.end };
    let span = bytes.byte + bytes.range.start as u64..bytes.byte + end as u64;
    let span = if whole { bytes.byte..span.end } else { span.start.saturating_sub(1)..span.end };
    other.shares(opposite(bytes.direction), span)
}

/// The boundaries among these bytes, as offsets in the entry.
pub(super) fn boundary_offsets(shares: &StreamShares, bytes: &RowBytes) -> Vec<usize> {
    let offset = |cut: &u64| usize::try_from(cut.checked_sub(bytes.byte)?).ok();
    shares.cuts.iter().filter_map(offset).filter(|cut| bytes.range.contains(cut)).collect()
}

/// A style that underlines the first glyph after a boundary.
pub(super) fn boundary_style(look: &StyleSheet, cuts: &[usize], offset: usize, style: Style) -> Style {
    if !cuts.contains(&offset) {
        return style;
    }
    Style { fg: look.style(Role::Cause).fg.or(style.fg), ..style }.add_modifier(Modifier::UNDERLINED)
}

/// The reads or writes of the other end for an entry: `writes 1–3 of session 2`, `not read yet by session 2`.
pub(super) fn shares_text(shares: &StreamShares, bytes: &RowBytes, other: &Session) -> String {
    let name = match bytes.direction {
        Direction::Sent => "read",
        Direction::Received => "write",
    };
    let partly = shares.until < bytes.byte + bytes.size as u64;
    match (shares.ops, bytes.direction) {
        (Some((first, last)), direction) => {
            let number = quantity::grouped;
            let ops = match first == last {
                true => format!("{name} {}", number(first)),
                false => format!("{name}s {}–{}", number(first), number(last)),
            };
            let rest = if partly && direction == Direction::Sent { ", the rest not read yet" } else { "" };
            format!("{ops} of session {}{rest}", other.id)
        }
        (None, Direction::Sent) if !other.is_over() => format!("not read yet by session {}", other.id),
        (None, _) => String::new(),
    }
}

fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Sent => Direction::Received,
        Direction::Received => Direction::Sent,
    }
}
