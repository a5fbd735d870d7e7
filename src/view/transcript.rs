//! The transcript as rows of text or hex; only the visible rows are laid out.

use std::ops::Range;

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, area_of, part};
use super::gutter::{self, Gutter};
use super::marks::{self, FoundRanges, ShownRange, direction_mark, direction_role, glyph_role};
use super::{failure_card, hex, read_boundaries, udp};
use crate::files::theme::Role;
use crate::model::panel::{ActiveSearch, Panel, ScrollPosition, SearchSubject};
use crate::model::state::Model;
use crate::model::transcript_layout::{
    MARK_COLUMNS, RowBody, RowBytes, TranscriptLayout, TranscriptMode, TranscriptPlace, TranscriptRow,
};
use crate::model::words::SentenceTone;
use crate::sessions::transcript::{EntryKind, StreamShares};
use crate::sessions::{Session, Transcript};
use crate::text::quantity;
use crate::wire::{Both, Direction, Totals};

/// Draws the rows of the selected session's transcript.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    model: &Model,
    session: &Session,
    panel: &Panel,
    lens: TranscriptMode,
) -> ShownRange {
    let gutter = Gutter::for_session(model, session, area.width);
    let stream = session.has_bare_stream();
    let gutter = if panel.boundaries && stream { gutter.with_operation_numbers(area.width) } else { gutter };
    let gutter = if lens == TranscriptMode::Hex { gutter.for_hex(area.width) } else { gutter };
    // At the end of the transcript, the failure card has priority, however long the transcript is.
    let card = match (session.failure(), panel.scroll) {
        (Some(failure), ScrollPosition::Tail) => failure_card::least_rows(model, session, failure, area.width),
        _ => 0,
    };
    let whole = area;
    let area = part(area, 0, 0, area.width, area.height - if card + 2 <= area.height { card } else { 0 });
    let body = part(area, gutter.columns(), 0, area.width.saturating_sub(gutter.columns() + 1), area.height);
    canvas.seen.view = area_of(body);
    let transcript = panel.transcript(session);
    let filter = panel.filter.as_ref().map(|filtered| &filtered.index);
    let sight = TranscriptLayout { transcript, filter, lens, columns: body.width };
    let count = usize::from(area.height);
    let top = match panel.scroll {
        ScrollPosition::Tail => sight.last_page(count),
        ScrollPosition::At(place) => place,
    };
    let rows = sight.rows_from(top, count);
    if rows.is_empty() {
        empty(canvas, area, panel);
    }
    // Only bytes that the connection carries as they are stand at the same place in both.
    let twin = model.other_end(session).filter(|twin| session.has_bare_stream() && twin.has_bare_stream());
    let page = TranscriptPage { model, session, panel, transcript, gutter, stream, twin };
    for (y, row) in (0_u16..).zip(&rows) {
        let line = part(area, 0, y, area.width, 1);
        page.row(canvas, line, row);
        if panel.cursor.is_some_and(|cursor| cursor.holds_row(row.place, row.next)) {
            canvas.tint(line, Role::Selection);
        }
    }
    if let (Some(failure), Ok(used)) = (session.failure(), u16::try_from(rows.len())) {
        failure_card::draw(canvas, part(whole, 0, used, whole.width, whole.height), model, session, failure);
    }
    shown_range(transcript, &rows)
}

fn empty(canvas: &mut Canvas<'_>, area: Rect, panel: &Panel) {
    let text = match &panel.filter {
        Some(filtered) => format!("nothing passes the filter {}; Esc shows all", filtered.filter.source_text()),
        None => "nothing happened yet".to_owned(),
    };
    canvas.draw_text(part(area, 1, 0, area.width, area.height), 0, 0, &text, Role::Dim);
}

fn shown_range(transcript: &Transcript, rows: &[TranscriptRow]) -> ShownRange {
    let (Some(first), Some(top), Some(last)) = (transcript.first(), rows.first(), rows.last()) else {
        return ShownRange::default();
    };
    let end = transcript.end_number();
    let all = end.saturating_sub(first).max(1) as f64;
    // A place within an entry counts as a fraction of it, so that the scroll bar also moves within a long entry.
    let within = |place: TranscriptPlace| {
        let len = match transcript.entry(place.entry).map(|entry| entry.kind) {
            Some(EntryKind::Data(data)) => data.bytes.len().max(1) as f64,
            Some(EntryKind::Note(_) | EntryKind::Gap(_)) | None => f64::MAX,
        };
        place.entry.saturating_sub(first) as f64 + f64::from(place.offset) / len
    };
    ShownRange {
        above: (within(top.place) / all).clamp(0.0, 1.0),
        below: (1.0 - within(last.next) / all).clamp(0.0, 1.0),
        entries_below: end.saturating_sub(last.next.entry),
    }
}

struct TranscriptPage<'a> {
    model: &'a Model,
    session: &'a Session,
    panel: &'a Panel,
    transcript: &'a Transcript,
    gutter: Gutter,
    /// Whether this is a TCP connection, whose reads and writes are not messages.
    stream: bool,
    /// The session at its other end, if that is ours too.
    twin: Option<&'a Session>,
}

impl TranscriptPage<'_> {
    fn row(&self, canvas: &mut Canvas<'_>, area: Rect, row: &TranscriptRow) {
        if let Some(at) = row.at.filter(|_| row.head && self.gutter.time > 0) {
            canvas.draw_text(area, 0, 0, &gutter::time_text(self.model, self.session, at), Role::Dim);
        }
        // A line end may extend beyond the last column.
        let text = part(area, self.gutter.columns(), 0, area.width, 1);
        match &row.body {
            RowBody::Note { mark, tone, text } => self.draw_note(canvas, area, row, *mark, *tone, text),
            RowBody::Gap(both) => {
                canvas.draw_text(text, 0, 0, &gap_text(*both), Role::Dim);
            }
            RowBody::Text(bytes) => {
                self.head(canvas, area, row, bytes);
                let piece = self.bytes(row, bytes);
                let found = self.hits_in(row.place.entry, &bytes.range);
                let base = direction_role(bytes.direction);
                let look = canvas.look;
                let shares = self.other_end_shares(row, bytes);
                let cuts = read_boundaries::boundary_offsets(&shares, bytes);
                let used = canvas.put_bytes(text, 0, 0, piece, |offset, kind, byte| {
                    let style = look.style(glyph_role(base, kind, byte));
                    let style = found.hit_style(look, bytes.range.start + offset, style);
                    read_boundaries::boundary_style(look, &cuts, bytes.range.start + offset, style)
                });
                self.draw_bracket(canvas, area, row, bytes);
                self.cut_short(canvas, text, row, bytes, used);
                self.draw_suffix(canvas, text, row, bytes, used);
                self.draw_shares(canvas, text, row, bytes, used, &shares);
            }
            RowBody::Hex { bytes, per_row } => {
                self.head(canvas, area, row, bytes);
                let piece = self.bytes(row, bytes);
                let found = self.hits_in(row.place.entry, &bytes.range);
                let shares = self.other_end_shares(row, bytes);
                let cuts = read_boundaries::boundary_offsets(&shares, bytes);
                let base = if self.stream { bytes.byte } else { 0 };
                let over = hex::HexMarks { found: &found, cuts: &cuts, base };
                let used = hex::draw(canvas, text, bytes, piece, *per_row, &over);
                self.draw_bracket(canvas, area, row, bytes);
                self.cut_short(canvas, text, row, bytes, used);
                self.draw_shares(canvas, text, row, bytes, used, &shares);
            }
        }
    }

    fn draw_note(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        row: &TranscriptRow,
        mark: char,
        tone: SentenceTone,
        text: &str,
    ) {
        let role = tone_role(tone);
        let x = self.gutter.time;
        if row.head && self.gutter.mark > 0 {
            canvas.draw_text(area, x, 0, mark.encode_utf8(&mut [0; 4]), role);
        }
        let start = row.place.offset as usize;
        let found = self.hits_in(row.place.entry, &(start..start + text.len()));
        let look = canvas.look;
        let base = look.style(role);
        // Without mark columns in the gutter, the text begins after the columns that every note reserves for its mark.
        let x = x + self.gutter.mark.max(if self.gutter.columns() == 0 { MARK_COLUMNS } else { 0 });
        canvas.put_bytes(area, x, 0, text.as_bytes(), |offset, _, _| found.hit_style(look, start + offset, base));
    }

    fn head(&self, canvas: &mut Canvas<'_>, area: Rect, row: &TranscriptRow, bytes: &RowBytes) {
        if !row.head {
            return;
        }
        let mut x = self.gutter.time;
        if self.gutter.mark > 0 {
            canvas.draw_text(area, x, 0, direction_mark(bytes.direction), direction_role(bytes.direction));
        }
        x += self.gutter.mark;
        if self.gutter.op > 0 {
            canvas.draw_text(area, x, 0, &gutter::operation_text(bytes.direction, bytes.op), Role::Dim);
        }
        x += self.gutter.op;
        if self.gutter.size > 0 {
            canvas.draw_text(area, x, 0, &gutter::size(bytes.size as u64), Role::Dim);
        }
        x += self.gutter.size;
        if let Some(peer) = bytes.peer.filter(|_| self.gutter.peer > 0) {
            canvas.draw_text(
                area,
                x,
                0,
                &gutter::peer(peer, self.gutter.peer - 1, gutter::has_several_addresses(self.session)),
                Role::Text,
            );
        }
    }

    /// The reads or writes of the other end that contain this row's entry; empty if the other end is not ours.
    fn other_end_shares(&self, row: &TranscriptRow, bytes: &RowBytes) -> StreamShares {
        match self.twin {
            Some(twin) if row.place.entry >= self.transcript.stream_from() => {
                read_boundaries::other_end_shares(&twin.transcript, bytes, row.head)
            }
            _ => StreamShares::default(),
        }
    }

    /// Draws a bracket at the left of the rows of one read or write, so that its end is visible.
    fn draw_bracket(&self, canvas: &mut Canvas<'_>, area: Rect, row: &TranscriptRow, bytes: &RowBytes) {
        let Some(x) = self.gutter.columns().checked_sub(1).filter(|_| self.stream) else { return };
        let symbol = match (row.head, bytes.range.end >= bytes.size) {
            (true, true) => return,
            (true, false) => "╭",
            (false, false) => "│",
            (false, true) => "╰",
        };
        canvas.draw_text(area, x, 0, symbol, Role::Faint);
    }

    /// Writes after an entry's first row which reads or writes it was at the other end.
    fn draw_shares(
        &self,
        canvas: &mut Canvas<'_>,
        text: Rect,
        row: &TranscriptRow,
        bytes: &RowBytes,
        used: u16,
        shares: &StreamShares,
    ) {
        let Some(twin) = self.twin.filter(|_| row.head) else { return };
        let words = read_boundaries::shares_text(shares, bytes, twin);
        if words.is_empty() {
            return;
        }
        let strip = StyledText::single(format!("{} ", marks::CUT), Role::Cause).with(words, Role::Dim);
        // It must not hide payload.
        if used + 2 + strip.columns() <= text.width {
            canvas.draw_styled_text(text, used + 2, 0, &strip);
        }
    }

    /// Writes in a datagram's first row that it was cut short, after the text or over its end.
    fn cut_short(&self, canvas: &mut Canvas<'_>, text: Rect, row: &TranscriptRow, bytes: &RowBytes, used: u16) {
        if !row.head || bytes.full_len <= bytes.size {
            return;
        }
        let (kept, all) = (quantity::grouped(bytes.size as u64), quantity::grouped(bytes.full_len as u64));
        let mut strip = StyledText::single(format!(" truncated: {kept} of {all} bytes"), Role::Warn);
        if used + 1 + strip.columns() > text.width {
            strip = StyledText::single(format!(" {kept} of {all}"), Role::Warn);
        }
        let x = (used + 1).min(text.width.saturating_sub(strip.columns()));
        canvas.clear(part(text, x, 0, strip.columns(), 1), Role::Background);
        canvas.draw_styled_text(text, x, 0, &strip);
    }

    /// Writes in a datagram's first row the facts besides its payload, as far as there is room.
    fn draw_suffix(&self, canvas: &mut Canvas<'_>, text: Rect, row: &TranscriptRow, bytes: &RowBytes, used: u16) {
        if !row.head || bytes.full_len > bytes.size {
            return;
        }
        let Some(EntryKind::Data(data)) = self.transcript.entry(row.place.entry).map(|entry| entry.kind) else {
            return;
        };
        let room = part(text, used + 2, 0, text.width.saturating_sub(used + 3), 1);
        let choices = udp::suffix::row_suffixes(self.session, &data);
        if choices.iter().any(|strip| canvas.draw_right(room, 0, strip)) || data.direction == Direction::Received {
            return;
        }
        // A verdict is never left out for lack of room: it is written over the end of the row.
        if let Some(strip) = choices.iter().find(|strip| strip.columns() + 1 < text.width / 2).or(choices.last()) {
            let x = text.width.saturating_sub(strip.columns() + 2);
            canvas.clear(part(text, x, 0, strip.columns() + 1, 1), Role::Background);
            canvas.draw_styled_text(text, x + 1, 0, strip);
        }
    }

    fn bytes(&self, row: &TranscriptRow, bytes: &RowBytes) -> &[u8] {
        match self.transcript.entry(row.place.entry).map(|entry| entry.kind) {
            Some(EntryKind::Data(data)) => data.bytes.get(bytes.range.clone()).unwrap_or_default(),
            Some(EntryKind::Note(_) | EntryKind::Gap(_)) | None => &[],
        }
    }

    /// The search hits that overlap these bytes of an entry.
    fn hits_in(&self, entry: u64, range: &Range<usize>) -> FoundRanges {
        let search = self.panel.search.as_ref().filter(|search| search.subject == SearchSubject::Transcript);
        search.map_or(FoundRanges::default(), |search| {
            let mut found = FoundRanges::in_range(search, entry, range);
            found.0.extend(self.hit_from_previous(search, entry, range));
            found
        })
    }

    /// The end of a hit that begins in an earlier read of a stream, if it overlaps these bytes of an entry.
    fn hit_from_previous(
        &self,
        search: &ActiveSearch,
        entry: u64,
        range: &Range<usize>,
    ) -> Option<(Range<usize>, bool)> {
        let hits = search.hits.as_deref().unwrap_or_default();
        let data = |number: u64| match self.transcript.entry(number)?.kind {
            EntryKind::Data(data) => Some(data),
            EntryKind::Note(_) | EntryKind::Gap(_) => None,
        };
        let here = data(entry).filter(|_| self.transcript.is_stream())?;
        let before = hits.partition_point(|hit| hit.entry < entry);
        // There may be hits of the other direction between.
        let nearest = hits[..before].iter().rev().take(MOST_BETWEEN);
        let hit = nearest.copied().find(|hit| data(hit.entry).is_some_and(|data| data.direction == here.direction))?;
        let mut left = (hit.offset as usize + hit.len as usize).checked_sub(data(hit.entry)?.bytes.len())?;
        let mut at = self.transcript.next(hit.entry)?;
        for _ in 0..MOST_BETWEEN {
            if left == 0 || at >= entry {
                break;
            }
            if let Some(between) = data(at).filter(|data| data.direction == here.direction) {
                left = left.checked_sub(between.bytes.len())?;
            }
            at = self.transcript.next(at)?;
        }
        let current = search.at.and_then(|at| hits.get(at)) == Some(&hit);
        (at == entry && left > range.start).then_some((0..left, current))
    }
}

/// How many hits, and how many entries after a hit, are examined for a hit that extends into a row.
const MOST_BETWEEN: usize = 64;

fn tone_role(tone: SentenceTone) -> Role {
    match tone {
        SentenceTone::Quiet => Role::Dim,
        SentenceTone::Well => Role::Good,
        SentenceTone::Cause => Role::Cause,
        SentenceTone::Failed => Role::Bad,
        SentenceTone::Warned => Role::Warn,
    }
}

fn gap_text(both: Both<Totals>) -> String {
    let (sent, received) = (quantity::grouped(both.sent.bytes), quantity::grouped(both.received.bytes));
    match (both.sent.bytes, both.received.bytes) {
        (0, _) => format!("⋯ {received} bytes not kept ⋯"),
        (_, 0) => format!("⋯ ▲ {sent} bytes not kept ⋯"),
        _ => format!("⋯ ▲ {sent} and ▼ {received} bytes not kept ⋯"),
    }
}
