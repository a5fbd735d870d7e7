//! The time axis, and its cells.

use std::time::{Duration, Instant};

use crate::files::theme::Role;
use crate::text::quantity;
use crate::view::canvas::StyledText;
use crate::wire::kernel::view::TimerKind;

/// The columns of a bar's name.
pub(super) const NAME: u16 = 11;

/// The columns of the remark at the right of a bar, if there is room.
pub(super) const REMARK: u16 = 34;

/// The narrowest useful axis, and the widest that is needed.
pub(super) const AXIS: (u16, u16) = (16, 60);

/// One cell of a bar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TimelineCell {
    Nothing,
    Failed,
    Connected,
    GivenUp,
    UnderWay,
    Wait,
    Jitter,
    Syn,
    SynToCome,
    Fired(TimerKind),
    ToCome(TimerKind),
    End,
    Now,
}

impl TimelineCell {
    fn glyph_and_role(self) -> (&'static str, Role) {
        match self {
            TimelineCell::Nothing => (" ", Role::Text),
            TimelineCell::Failed => ("█", Role::Bad),
            TimelineCell::Connected => ("█", Role::Good),
            TimelineCell::GivenUp => ("▒", Role::Dim),
            TimelineCell::UnderWay => ("▓", Role::Warn),
            TimelineCell::Wait => ("┄", Role::Dim),
            TimelineCell::Jitter => ("░", Role::Warn),
            TimelineCell::Syn => ("S", Role::Received),
            TimelineCell::SynToCome => ("s", Role::Dim),
            TimelineCell::Fired(TimerKind::Retransmit) => ("R", Role::Received),
            TimelineCell::Fired(TimerKind::Keepalive) => ("K", Role::Received),
            TimelineCell::Fired(TimerKind::Probe) => ("W", Role::Received),
            TimelineCell::ToCome(TimerKind::Retransmit) => ("r", Role::Dim),
            TimelineCell::ToCome(TimerKind::Keepalive) => ("k", Role::Dim),
            TimelineCell::ToCome(TimerKind::Probe) => ("w", Role::Dim),
            TimelineCell::Fired(TimerKind::TimeWait) | TimelineCell::ToCome(TimerKind::TimeWait) => ("t", Role::Dim),
            TimelineCell::End => ("┤", Role::Bad),
            TimelineCell::Now => ("│", Role::Key),
        }
    }
}

/// Maps a time to a cell of the axis.
pub(super) struct TimeAxis {
    pub(crate) from: Instant,
    pub(crate) whole: Duration,
    pub(crate) cells: usize,
}

impl TimeAxis {
    pub(crate) fn cell(&self, at: Instant) -> usize {
        let share = at.saturating_duration_since(self.from).as_secs_f64() / self.whole.as_secs_f64().max(1e-9);
        // The share is normally from 0 to 1, so the product fits.
        ((share * self.cells as f64) as usize).min(self.cells.saturating_sub(1))
    }

    pub(crate) fn fill_span(&self, lane: &mut [TimelineCell], from: Instant, to: Instant, cell: TimelineCell) {
        let (first, last) = (self.cell(from), self.cell(to));
        for place in lane.iter_mut().take(last.max(first) + 1).skip(first) {
            *place = cell;
        }
    }
}

pub(super) fn attempt_row(name: &str, cells: &[TimelineCell], remark: Option<String>) -> StyledText {
    let mut strip = StyledText::single(format!("{name:<width$}", width = usize::from(NAME)), Role::Dim);
    let mut rest = cells;
    while let Some(first) = rest.first() {
        let run = rest.iter().take_while(|cell| *cell == first).count();
        let (symbol, role) = first.glyph_and_role();
        strip = strip.with(symbol.repeat(run), role);
        rest = &rest[run..];
    }
    strip.with(remark.map_or(String::new(), |remark| format!("  {remark}")), Role::Dim)
}

/// The labels of the axis: 0 at the left, half in the middle, the whole span at the right.
pub(super) fn scale(axis: &TimeAxis, room: u16) -> StyledText {
    let half = quantity::duration(axis.whole / 2);
    let whole = quantity::duration(axis.whole);
    let room = usize::from(room);
    let left = room / 2 - 1;
    let right = room.saturating_sub(1 + left);
    let text = format!("{:name$}0{half:>left$}{whole:>right$}", "", name = usize::from(NAME));
    StyledText::single(text, Role::Dim)
}
