//! Marks for bytes, directions and search hits.

use std::ops::Range;

use ratatui::style::Style;

use crate::files::theme::Role;
use crate::model::panel::{ActiveSearch, Panel, SearchSubject};
use crate::sessions::search::SearchHit;
use crate::text::sanitize::GlyphKind;
use crate::wire::Direction;

/// Marks a boundary between the other end's reads or writes.
pub(super) const CUT: &str = "┊";

/// Which part of the content is on the screen, for the scroll bar and the hint.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ShownRange {
    /// The parts of the whole that are above and below the screen, each from 0 to 1.
    pub(super) above: f64,
    /// See above.
    pub(super) below: f64,
    /// Entries that begin below the screen.
    pub(super) entries_below: u64,
}

/// The colour of a direction.
pub(super) fn direction_role(direction: Direction) -> Role {
    match direction {
        Direction::Sent => Role::Sent,
        Direction::Received => Role::Received,
    }
}

/// The mark of a direction.
pub(super) fn direction_mark(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "▲",
        Direction::Received => "▼",
    }
}

/// The search hits of one row, each with whether the cursor is at it.
#[derive(Debug, Default)]
pub(super) struct FoundRanges(pub(super) Vec<(Range<usize>, bool)>);

impl FoundRanges {
    /// The search hits that overlap these bytes of an entry, or of a document's line.
    pub(super) fn in_range(search: &ActiveSearch, entry: u64, range: &Range<usize>) -> FoundRanges {
        let hits = search.hits.as_deref().unwrap_or_default();
        let current = search.at.and_then(|at| hits.get(at));
        let end = |hit: &SearchHit| hit.offset as usize + hit.len as usize;
        let first = hits.partition_point(|hit| (hit.entry, end(hit)) <= (entry, range.start));
        let here = hits.iter().skip(first).take_while(|hit| hit.entry == entry && (hit.offset as usize) < range.end);
        FoundRanges(here.map(|hit| (hit.offset as usize..end(hit), Some(hit) == current)).collect())
    }

    /// The search hits of a document that overlap these bytes of a line.
    pub(super) fn in_line(panel: &Panel, line: usize, range: &Range<usize>) -> FoundRanges {
        let document = |search: &&ActiveSearch| matches!(search.subject, SearchSubject::Document { view, .. } if view == panel.view);
        let search = panel.search.as_ref().filter(document);
        search.map_or(FoundRanges::default(), |search| FoundRanges::in_range(search, line as u64, range))
    }

    /// A range of bytes, split where a hit begins or ends.
    pub(super) fn split_at_hits(&self, range: Range<usize>) -> Vec<(usize, usize)> {
        let inside = |at: &usize| range.start < *at && *at < range.end;
        let mut edges: Vec<usize> =
            self.0.iter().flat_map(|(place, _)| [place.start, place.end]).filter(inside).collect();
        edges.push(range.end);
        let mut start = range.start;
        let parts = edges.into_iter().map(|end| (std::mem::replace(&mut start, end), end));
        parts.filter(|(start, end)| start < end).collect()
    }

    /// Whether a byte is in a hit.
    pub(super) fn contains(&self, offset: usize) -> bool {
        self.0.iter().any(|(range, _)| range.contains(&offset))
    }

    /// The style with the mark of a hit, if `offset` is in one.
    pub(super) fn hit_style(&self, look: &super::style::StyleSheet, offset: usize, style: Style) -> Style {
        match self.0.iter().find(|(range, _)| range.contains(&offset)) {
            Some((_, true)) => style.patch(look.style(Role::HitCurrent)),
            Some((_, false)) => style.patch(look.style(Role::Hit)),
            None => style,
        }
    }
}

/// The role of one glyph of payload: [`Role::Control`] for line ends, tabs and what is shown by its number only because of
/// its width, [`Role::Hostile`] for what a terminal
/// would execute.
pub(super) fn glyph_role(base: Role, kind: GlyphKind, first: u8) -> Role {
    match kind {
        GlyphKind::Plain => base,
        GlyphKind::Unsettled => Role::Control,
        GlyphKind::Control if matches!(first, b'\n' | b'\r' | b'\t') => Role::Control,
        GlyphKind::Control | GlyphKind::Marked => Role::Hostile,
    }
}
