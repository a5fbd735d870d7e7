//! The eleven TCP states as a diagram: boxes and transitions between them; the transitions taken are highlighted.

use std::time::Instant;

use ratatui::layout::Rect;

use super::canvas::{Canvas, columns_of, part};
use super::evidence;
use crate::files::theme::Role;
use crate::sessions::tcp::states::{StateChange, StateTrack};
use crate::text::quantity;
use crate::wire::tcp::TcpEvent;
use crate::wire::tcp::state::TcpState::{
    self, CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynReceived, SynSent, TimeWait,
};

/// The rows of the diagram with one line per box.
pub(super) const SHORT: u16 = 11;

/// The rows of the diagram with a frame around each box.
pub(super) const TALL: u16 = 23;

/// The fewest columns that the diagram is drawn in.
pub(super) const NARROW: u16 = 40;

/// With fewer columns, the boxes have no blanks inside.
const TIGHT: u16 = 46;

/// The most columns that it uses.
const WIDEST: u16 = 64;

/// The place of a box: its level from the top, and its first and last columns.
#[derive(Clone, Copy, Debug)]
struct StateBox {
    state: TcpState,
    level: u16,
    from: usize,
    to: usize,
    /// CLOSED is drawn twice: as the first and as the last state.
    end: bool,
}

const fn state_box(state: TcpState, level: u16, from: usize, to: usize) -> StateBox {
    StateBox { state, level, from, to, end: false }
}

const SPOTS: [StateBox; 12] = [
    state_box(Closed, 0, 0, 0),
    state_box(Listen, 0, 2, 2),
    state_box(SynSent, 1, 0, 0),
    state_box(SynReceived, 1, 2, 2),
    state_box(Established, 2, 0, 2),
    state_box(FinWait1, 3, 0, 1),
    state_box(CloseWait, 3, 2, 2),
    state_box(FinWait2, 4, 0, 0),
    state_box(Closing, 4, 1, 1),
    state_box(LastAck, 4, 2, 2),
    state_box(TimeWait, 5, 0, 1),
    StateBox { state: Closed, level: 5, from: 2, to: 2, end: true },
];

/// A transition downwards, in the gap below a level, at a column.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: TcpState,
    to: TcpState,
    gap: u16,
    column: usize,
    label: &'static str,
    /// The label with the segment only, for little room.
    brief: &'static str,
}

const fn edge(from: TcpState, to: TcpState, gap: u16, column: usize, label: &'static str) -> Edge {
    Edge { from, to, gap, column, label, brief: label }
}

const fn with_brief_label(way: Edge, brief: &'static str) -> Edge {
    Edge { brief, ..way }
}

const DOWN: [Edge; 12] = [
    with_brief_label(edge(Closed, SynSent, 0, 0, "connect() → SYN"), "SYN"),
    edge(Listen, SynReceived, 0, 2, "SYN"),
    with_brief_label(edge(SynSent, Established, 1, 0, "SYN-ACK → ACK"), "SYN-ACK"),
    edge(SynReceived, Established, 1, 2, "ACK"),
    with_brief_label(edge(Established, FinWait1, 2, 0, "close → FIN"), "FIN"),
    edge(Established, CloseWait, 2, 2, "FIN"),
    edge(FinWait1, FinWait2, 3, 0, "ACK"),
    edge(FinWait1, Closing, 3, 1, "FIN"),
    edge(CloseWait, LastAck, 3, 2, "close"),
    edge(FinWait2, TimeWait, 4, 0, "FIN"),
    edge(Closing, TimeWait, 4, 1, "ACK"),
    edge(LastAck, Closed, 4, 2, "ACK"),
];

const ACROSS: [Edge; 3] = [
    edge(Closed, Listen, 0, 0, "listen()"),
    edge(SynSent, SynReceived, 1, 0, "SYN"),
    edge(TimeWait, Closed, 5, 0, "2 MSL"),
];

/// The diagram of one connection.
pub(super) struct StateDiagram<'a> {
    /// Its states so far.
    pub(super) track: &'a StateTrack,
    /// The session's start, from which its times count.
    pub(super) opened: Instant,
}

/// The layout of the diagram in the area.
#[derive(Clone, Copy, Debug)]
struct DiagramGrid {
    area: Rect,
    tall: bool,
    /// The cells between a name and the outer edge of its box.
    pad: u16,
    columns: [u16; 3],
    ends: [u16; 3],
}

impl DiagramGrid {
    fn new(area: Rect) -> Self {
        let width = area.width.min(WIDEST);
        let area = part(area, (area.width - width) / 2, 0, width, area.height);
        let pad = if width < TIGHT { 1 } else { 2 };
        let right = width.saturating_sub(columns_of(SynReceived.name()) + 2 * pad);
        let middle = right / 2 + 1;
        let ends = [middle.saturating_sub(1), right.saturating_sub(3), width];
        DiagramGrid { area, tall: area.height >= TALL, pad, columns: [0, middle, right], ends }
    }

    fn row(&self, level: u16) -> u16 {
        level * if self.tall { 4 } else { 2 }
    }

    fn box_rect(&self, spot: &StateBox) -> Rect {
        let (left, right) = (self.columns[spot.from], self.ends[spot.to]);
        let own = columns_of(spot.state.name()) + 2 * self.pad;
        let width = if spot.from == spot.to { own } else { right.saturating_sub(left) };
        part(self.area, left, self.row(spot.level), width, if self.tall { 3 } else { 1 })
    }
}

impl StateDiagram<'_> {
    /// Draws it; draws nothing without room.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        if area.width < NARROW || area.height < SHORT {
            return;
        }
        let grid = DiagramGrid::new(area);
        for spot in &SPOTS {
            self.draw_state(canvas, &grid, spot);
        }
        for way in &DOWN {
            self.draw_vertical(canvas, &grid, way);
        }
        for way in &ACROSS {
            self.draw_horizontal(canvas, &grid, way);
        }
    }

    fn taken_step(&self, from: TcpState, to: TcpState) -> Option<&StateChange> {
        self.track.latest().iter().rev().find(|step| step.from == from && step.to == to)
    }

    fn was_entered(&self, spot: &StateBox) -> bool {
        let steps = self.track.latest();
        match (spot.state, spot.end) {
            (Closed, false) => steps.first().is_some_and(|step| step.from == Closed),
            (state, _) => steps.iter().any(|step| step.to == state),
        }
    }

    fn is_current(&self, spot: &StateBox) -> bool {
        let begun = !self.track.latest().is_empty();
        self.track.state() == spot.state && (spot.state != Closed || spot.end == begun)
    }

    fn draw_state(&self, canvas: &mut Canvas<'_>, grid: &DiagramGrid, spot: &StateBox) {
        let place = grid.box_rect(spot);
        let current = self.is_current(spot);
        let (border, text) = match (current, self.was_entered(spot)) {
            (true, _) => (Role::Good, Role::Strong),
            (_, true) => (Role::Text, Role::Text),
            _ => (Role::Faint, Role::Dim),
        };
        let name = spot.state.name();
        let x = place.width.saturating_sub(columns_of(name)) / 2;
        let line = if grid.tall { part(place, 0, 1, place.width, 1) } else { place };
        if grid.tall {
            canvas.draw_frame(place, border);
        } else {
            let (first, inner) = (x.saturating_sub(grid.pad), columns_of(name) + 2 * grid.pad - 2);
            canvas.draw_repeated(line, 0, 0, "─", place.width, border);
            canvas.draw_text(line, first, 0, "[", border);
            canvas.draw_repeated(line, first + 1, 0, " ", inner, border);
            canvas.draw_text(line, first + 1 + inner, 0, "]", border);
        }
        canvas.draw_text(line, x, 0, name, text);
        if current {
            let blank = grid.pad - 1;
            canvas.tint(part(line, x.saturating_sub(blank), 0, columns_of(name) + 2 * blank, 1), Role::Selection);
        }
    }

    fn draw_vertical(&self, canvas: &mut Canvas<'_>, grid: &DiagramGrid, way: &Edge) {
        let y = grid.row(way.gap) + if grid.tall { 3 } else { 1 };
        let x = grid.columns[way.column] + 2;
        let room = part(grid.area, x, y, grid.ends[way.column].saturating_sub(x), 1);
        // The only transition without its own line: FIN and ACK of FIN in one segment skip FIN-WAIT-2.
        let skipped = (way.from == FinWait2).then(|| self.taken_step(FinWait1, TimeWait)).flatten();
        let step = self.taken_step(way.from, way.to).or(skipped);
        match step {
            Some(step) => {
                canvas.draw_text(room, 0, 0, evidence::rung_line(step.evidence), Role::Cause);
                let both = step.event == TcpEvent::FinAckOfFin;
                let [label, brief] = if both { ["FIN+ACK"; 2] } else { [way.label, way.brief] };
                let time = quantity::clock(step.at.saturating_duration_since(self.opened));
                let space = room.width.saturating_sub(3 + columns_of(&time));
                let fits = [label, brief].into_iter().find(|label| columns_of(label) <= space);
                let used = canvas.draw_text(room, 2, 0, fits.unwrap_or(brief), Role::Cause);
                if fits.is_some() {
                    canvas.draw_text(room, used + 3, 0, &time, Role::Dim);
                }
            }
            None => {
                let fits = columns_of(way.label) + 2 <= room.width;
                canvas.draw_text(room, 0, 0, "│", Role::Faint);
                canvas.draw_text(room, 2, 0, if fits { way.label } else { way.brief }, Role::Faint);
            }
        }
    }

    fn draw_horizontal(&self, canvas: &mut Canvas<'_>, grid: &DiagramGrid, way: &Edge) {
        let find = |state: TcpState, end: bool| {
            let spot = SPOTS.iter().find(|spot| spot.state == state && spot.level == way.gap && spot.end == end);
            spot.map(|spot| grid.box_rect(spot))
        };
        let end = way.from == TimeWait;
        let (Some(from), Some(to)) = (find(way.from, false), find(way.to, end)) else { return };
        let y = grid.row(way.gap) + u16::from(grid.tall);
        let start = (from.x + from.width).saturating_sub(grid.area.x);
        let line = part(grid.area, start, y, to.x.saturating_sub(from.x + from.width), 1);
        let step = self.taken_step(way.from, way.to);
        let role = if step.is_some() { Role::Cause } else { Role::Faint };
        let symbol = step.map_or("─", |step| evidence::arrow_line(step.evidence));
        let inner = part(line, 1, 0, line.width.saturating_sub(2), 1);
        canvas.draw_repeated(inner, 0, 0, symbol, inner.width, role);
        canvas.draw_repeated(inner, inner.width.saturating_sub(1), 0, "▶", 1, role);
        let label = format!(" {} ", way.label);
        if columns_of(&label) + 2 <= inner.width {
            canvas.draw_text(inner, (inner.width - columns_of(&label)) / 2, 0, &label, role);
        }
    }
}
