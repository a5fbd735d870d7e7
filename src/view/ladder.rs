//! The ladder: our end at the left, the peer's at the right, time runs downwards.

use std::time::Instant;

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, area_of, columns_of, part};
use super::key_hints::key;
use super::marks::ShownRange;
use super::{evidence, gutter};
use crate::files::theme::Role;
use crate::model::action::{Action, PaneAction};
use crate::model::keymap::KeyMode;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::Session;
use crate::sessions::tcp::ladder::{Ladder, Rung, RungLabel, SystemCall, explain_rung};
use crate::text::quantity;
use crate::wire::segment::{SequenceDisplay, TcpFlags};
use crate::wire::{Direction, Evidence};

/// The columns of the time, with a space after it.
const TIME: u16 = 9;

/// The columns of the calls.
const CALL: u16 = 12;

/// The columns of the word for the evidence.
const WORD: u16 = 9;

/// The rows of the box that explains the rung under the cursor, with its rule.
const BOX: u16 = 5;

/// Draws the ladder, and the explanation of the selected rung.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> ShownRange {
    let Some(ladder) = panel.tcp_history(session).map(|story| &story.ladder) else { return ShownRange::default() };
    let boxed = if area.height >= 13 { BOX } else { 0 };
    let place = part(area, 0, 0, area.width.saturating_sub(1), area.height - boxed);
    let columns = LadderColumns::for_area(place);
    draw_endpoints(canvas, place, columns, session);
    source(canvas, place, columns, ladder, session, panel.numbers);
    let head = u16::from(place.height > 2);
    let rows = part(place, 0, head, place.width, place.height - head);
    canvas.seen.view = area_of(rows);
    for x in [columns.left, columns.right] {
        for y in 0..rows.height {
            canvas.draw_repeated(rows, x, y, "│", 1, Role::Border);
        }
    }
    let Some(picked) = selected_rung(ladder, panel) else {
        let inside = part(rows, columns.left + 2, 0, columns.right.saturating_sub(columns.left + 3), rows.height);
        canvas.draw_sentence(inside, 0, 0, "nothing went over the wire yet", Role::Dim);
        return ShownRange::default();
    };
    let lines = lines(ladder, picked, usize::from(rows.height), panel.rung.is_none());
    let page = LadderPage { model, session, columns, numbers: panel.numbers };
    for (y, line) in (0_u16..).zip(&lines) {
        let row = part(rows, 0, y, rows.width, 1);
        match line {
            LadderLine::Blank => {}
            LadderLine::Folded(count) => {
                let text = format!("⋯ {} rungs before these ⋯", quantity::grouped(*count));
                canvas.draw_text(part(row, columns.left + 2, 0, columns.width(), 1), 0, 0, &text, Role::Dim);
            }
            LadderLine::Rung(index) => {
                if let Some(rung) = ladder.get(*index) {
                    page.rung(canvas, row, rung);
                    if *index == picked {
                        canvas.tint(row, Role::Selection);
                        canvas.seen.picked = Some(area_of(row));
                    }
                }
            }
        }
    }
    if let Some(rung) = ladder.get(picked).filter(|_| boxed > 0) {
        draw_explanation(canvas, part(area, 0, area.height - boxed, area.width, boxed), &page, rung);
    }
    shown_range(ladder, &lines)
}

fn selected_rung(ladder: &Ladder, panel: &Panel) -> Option<usize> {
    let last = ladder.len().checked_sub(1)?;
    Some(panel.rung.map_or(last, |id| ladder.index_of(id).unwrap_or(0)))
}

/// The columns of the two ends.
#[derive(Clone, Copy, Debug)]
struct LadderColumns {
    left: u16,
    right: u16,
    word: bool,
}

impl LadderColumns {
    fn for_area(area: Rect) -> Self {
        let word = area.width >= 58;
        let left = (TIME + CALL + 1).min(area.width.saturating_sub(12));
        let right = area.width.saturating_sub(if word { WORD + 2 } else { 2 }).max(left + 1);
        LadderColumns { left, right, word }
    }

    /// The cells between the two ends.
    fn width(self) -> u16 {
        self.right - self.left - 1
    }
}

/// The addresses above the two ends.
fn draw_endpoints(canvas: &mut Canvas<'_>, area: Rect, columns: LadderColumns, session: &Session) {
    let ends = session.ends();
    let half = area.width / 2;
    if area.height <= 2 || half < 2 {
        return;
    }
    let target = session.spec.what.facets().target();
    let asked = target.map_or_else(|| "the peer".to_owned(), |target| target.to_string());
    let local = ends.local.map_or("we".to_owned(), |address| address.to_string());
    let peer = ends.peer.map_or(asked, |address| address.to_string());
    let both = columns_of(&local) + columns_of(&peer) + 2 <= area.width;
    let cut = |whole: String, address: Option<std::net::SocketAddr>| match address {
        Some(address) if !both => gutter::peer(address, half - 1, false),
        _ => whole,
    };
    let (local, peer) = (cut(local, ends.local), cut(peer, ends.peer));
    let (ours, theirs) = (columns_of(&local), columns_of(&peer));
    let right = columns.right.saturating_sub(theirs / 2).min(area.width.saturating_sub(theirs));
    let left = columns.left.saturating_sub(ours / 2).min(right.saturating_sub(ours + 2));
    canvas.draw_text(area, left, 0, &local, Role::Strong);
    canvas.draw_text(area, right.max(left + ours + 1), 0, &peer, Role::Strong);
}

/// Between the addresses: whether the rungs are captured (and how they are numbered), or inferred.
fn source(
    canvas: &mut Canvas<'_>,
    area: Rect,
    columns: LadderColumns,
    ladder: &Ladder,
    session: &Session,
    numbers: SequenceDisplay,
) {
    if area.height <= 2 {
        return;
    }
    let numbers = match numbers {
        SequenceDisplay::Relative => "relative numbers",
        SequenceDisplay::Absolute => "absolute numbers",
    };
    let missed = match ladder.missed_packets() {
        0 => StyledText::new(),
        packets => StyledText::single(format!(" · {} packets not captured", quantity::grouped(packets)), Role::Warn),
    };
    let texts = match ladder.is_captured() {
        true => [
            StyledText::single("captured", Role::Good).with(format!(" · {numbers}"), Role::Dim).append(missed.clone()),
            StyledText::single("captured", Role::Good).append(missed),
        ],
        false => [StyledText::single("inferred, not captured", Role::Dim), StyledText::single("inferred", Role::Dim)],
    };
    let ends = session.ends();
    let half =
        |address: Option<std::net::SocketAddr>| address.map_or(8, |address| columns_of(&address.to_string()) / 2);
    // The peer's address may have been shifted to the left, so that it is visible as a whole.
    let from = columns.left + half(ends.local) + 3;
    let right = columns.right.saturating_sub(half(ends.peer));
    let to = right.min(area.width.saturating_sub(half(ends.peer) * 2 + 1)).saturating_sub(2);
    let room = to.saturating_sub(from);
    if let Some(text) = texts.into_iter().find(|text| text.columns() <= room) {
        canvas.draw_styled_text(area, from + (room - text.columns()) / 2, 0, &text);
    }
}

/// The number of rows of a sentence.
fn rows_of(text: &str, width: u16) -> u16 {
    let (mut x, mut rows) = (0_u16, 1);
    for word in text.split(' ') {
        if x > 0 && x.saturating_add(columns_of(word)) > width {
            (x, rows) = (0, rows + 1);
        }
        x = x.saturating_add(columns_of(word) + 1);
    }
    rows
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LadderLine {
    Blank,
    Folded(u64),
    Rung(usize),
}

/// The rows around the selected rung, with a blank one before each exchange if there is room.
fn lines(ladder: &Ladder, picked: usize, rows: usize, tail: bool) -> Vec<LadderLine> {
    let first = picked.saturating_sub(rows);
    let mut lines = Vec::with_capacity(rows * 3);
    if first == 0 && ladder.folded_count() > 0 {
        lines.push(LadderLine::Folded(ladder.folded_count()));
    }
    let mut at = 0;
    for (index, rung) in ladder.rungs().enumerate().skip(first).take(rows * 2) {
        if index > first && rung.since.is_none() && rows >= 10 {
            lines.push(LadderLine::Blank);
        }
        if index == picked {
            at = lines.len();
        }
        lines.push(LadderLine::Rung(index));
    }
    let last = lines.len().saturating_sub(rows);
    let top = if tail { last } else { at.saturating_sub(rows / 2).min(last) };
    lines.split_off(top).into_iter().take(rows).collect()
}

fn shown_range(ladder: &Ladder, lines: &[LadderLine]) -> ShownRange {
    let rungs = || {
        lines.iter().filter_map(|line| match line {
            LadderLine::Rung(index) => Some(*index),
            LadderLine::Blank | LadderLine::Folded(_) => None,
        })
    };
    let (first, last) = (rungs().next().unwrap_or(0), rungs().next_back().unwrap_or(0));
    let all = ladder.len().max(1) as f64;
    let below = ladder.len().saturating_sub(last + 1);
    ShownRange { above: first as f64 / all, below: below as f64 / all, entries_below: 0 }
}

struct LadderPage<'a> {
    model: &'a Model,
    session: &'a Session,
    columns: LadderColumns,
    numbers: SequenceDisplay,
}

impl LadderPage<'_> {
    fn rung(&self, canvas: &mut Canvas<'_>, row: Rect, rung: &Rung) {
        self.time(canvas, row, rung);
        let end = self.columns.left.saturating_sub(1);
        if let RungLabel::Silence(_) = rung.label {
            let text = rung.label.text();
            canvas.draw_text(part(row, 0, 0, end, 1), end.saturating_sub(columns_of(&text)), 0, &text, Role::Dim);
            return;
        }
        let (call, call_role) = match (&rung.call, rung.state, rung.stamp) {
            (Some(call), ..) => (call.text(), call_role(rung)),
            (None, Some(state), _) => (state.name().to_owned(), Role::Cause),
            (None, None, Some(after)) => (format!("acked {}", quantity::duration(after)), Role::Dim),
            (None, None, None) => (String::new(), Role::Dim),
        };
        let calls = part(row, TIME.min(end), 0, end.saturating_sub(TIME), 1);
        canvas.draw_text(calls, calls.width.saturating_sub(columns_of(&call)), 0, &call, call_role);
        self.draw_arrow(canvas, part(row, self.columns.left + 1, 0, self.columns.width(), 1), rung);
        if self.columns.word {
            let word = evidence::evidence_word(rung.evidence);
            let x = row.width.saturating_sub(columns_of(word));
            canvas.draw_text(row, x, 0, word, evidence::role(rung.evidence));
        }
    }

    fn time(&self, canvas: &mut Canvas<'_>, row: Rect, rung: &Rung) {
        if let RungLabel::Silence(_) = rung.label {
            return;
        }
        // The arrival time of an inferred received segment is unknown.
        if rung.evidence == Evidence::Inferred && rung.direction == Some(Direction::Received) && rung.call.is_none() {
            return;
        }
        let text = match rung.since {
            Some(since) => format!("+{}", quantity::duration(since)),
            None => self.time_text(rung.at),
        };
        let x = (TIME - 1).saturating_sub(columns_of(&text));
        canvas.draw_text(part(row, 0, 0, TIME - 1, 1), x, 0, &text, Role::Dim);
    }

    fn time_text(&self, at: Instant) -> String {
        if self.model.settings.wall_clock {
            // Minutes and seconds fit the column; the box has the hour.
            let text = gutter::wall_clock(self.model, at);
            return text.trim_start().chars().skip(3).take(8).collect();
        }
        quantity::clock(at.saturating_duration_since(self.session.opened))
    }

    fn draw_arrow(&self, canvas: &mut Canvas<'_>, space: Rect, rung: &Rung) {
        let role = role(rung);
        let width = space.width;
        // The line, its arrowhead, and a space on both sides of the label.
        let words = rung.label.texts(self.numbers);
        let fits = |text: &&String| columns_of(text) + 4 <= width;
        let words = words.iter().find(fits).or(words.last()).cloned().unwrap_or_default();
        let Some(direction) = rung.direction.filter(|_| !rung.lone) else {
            if rung.lone && !matches!(rung.label, RungLabel::Run { .. }) {
                return;
            }
            let x = width.saturating_sub(columns_of(&words)) / 2;
            canvas.draw_text(space, x, 0, &words, role);
            return;
        };
        canvas.draw_repeated(space, 0, 0, evidence::arrow_line(rung.evidence), width, role);
        let head = if direction == Direction::Sent { "▶" } else { "◀" };
        let at = if direction == Direction::Sent { width.saturating_sub(1) } else { 0 };
        canvas.draw_repeated(space, at, 0, head, 1, role);
        let text = format!(" {words} ");
        let columns = columns_of(&text).min(width.saturating_sub(2));
        if columns > 2 {
            let inside = part(space, (width - columns) / 2, 0, columns, 1);
            canvas.draw_text(inside, 0, 0, &text, role);
        }
    }
}

fn call_role(rung: &Rung) -> Role {
    match &rung.call {
        Some(SystemCall::Failed(_) | SystemCall::SetOption) => Role::Bad,
        Some(SystemCall::Shutdown | SystemCall::Close | SystemCall::Abort) => Role::Cause,
        Some(SystemCall::Read(_) | SystemCall::Reads(_) | SystemCall::Accept) => Role::Received,
        _ => Role::Sent,
    }
}

fn role(rung: &Rung) -> Role {
    match (&rung.label, rung.direction) {
        (
            RungLabel::Rst
            | RungLabel::NoAnswer
            | RungLabel::Unreachable(_)
            | RungLabel::NoWay(_)
            | RungLabel::NothingSent(_),
            _,
        ) => Role::Bad,
        (
            RungLabel::Again { .. }
            | RungLabel::SentAgain { .. }
            | RungLabel::WindowProbe { .. }
            | RungLabel::KeepaliveProbe { .. }
            | RungLabel::WindowClosed
            | RungLabel::Segments { again: 1.., .. }
            | RungLabel::NotCaptured { .. },
            _,
        ) => Role::Warn,
        (RungLabel::Fin | RungLabel::FinAck, _) => Role::Cause,
        (RungLabel::Segment(captured), _) if captured.segment.flags.contains(TcpFlags::RST) => Role::Bad,
        (RungLabel::Segment(captured), _) if !captured.notes.is_empty() => Role::Warn,
        (RungLabel::Segment(captured), _) if captured.segment.flags.contains(TcpFlags::FIN) => Role::Cause,
        (RungLabel::NotKept { .. } | RungLabel::Silence(_) | RungLabel::State, _) | (_, None) => Role::Dim,
        (_, Some(Direction::Sent)) => Role::Sent,
        (_, Some(Direction::Received)) => Role::Received,
    }
}

/// The explanation of the selected rung.
fn draw_explanation(canvas: &mut Canvas<'_>, area: Rect, page: &LadderPage<'_>, rung: &Rung) {
    let words = explain_rung(rung);
    canvas.draw_repeated(area, 0, 0, "─", area.width, Role::Border);
    let rule = part(area, 1, 0, area.width.saturating_sub(2), 1);
    canvas.draw_text(rule, 0, 0, &format!(" rung {} ", rung.id), Role::Dim);
    canvas.draw_right(rule, 0, &StyledText::single(format!(" {} ", words.cite), Role::Dim));
    let inner = part(area, 1, 1, area.width.saturating_sub(2), area.height - 1);
    let since = rung.at.saturating_duration_since(page.session.opened);
    let at = format!("{}.{:06}", since.as_secs(), since.subsec_micros());
    let head = StyledText::single(format!("{}  ", words.title), Role::Strong)
        .with(format!("{at}  "), Role::Dim)
        .with(evidence::evidence_word(rung.evidence), evidence::role(rung.evidence));
    // The bytes of a connection that carries HTTP are not in the transcript.
    let placed = rung.entry.is_some() || (rung.byte().is_some() && page.session.has_bare_stream());
    let jump = key(page.model, KeyMode::Normal, Action::Pane(PaneAction::Activate)).filter(|_| placed);
    let text = part(inner, 0, 1, inner.width, inner.height - 1);
    let used = canvas.draw_sentence(text, 0, 0, &words.means, Role::Text);
    if used + rows_of(words.known, text.width) <= text.height {
        canvas.draw_sentence(text, 0, used, words.known, Role::Dim);
    }
    let jump = jump.map_or(StyledText::new(), |jump| StyledText::single(jump, Role::Key).with(" its place", Role::Dim));
    let taken = if jump.parts.is_empty() { 0 } else { jump.columns() + 2 };
    canvas.draw_styled_text(part(inner, 0, 0, inner.width.saturating_sub(taken), 1), 0, 0, &head);
    canvas.draw_right(inner, 0, &jump);
}
