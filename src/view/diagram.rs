//! The eleven states as a diagram: boxes and the ways between them, the ways that were taken lit.

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

/// The rows of the diagram with a line a box.
pub(super) const SHORT: u16 = 11;

/// The rows of the diagram with a frame around each box.
pub(super) const TALL: u16 = 23;

/// The fewest columns that the diagram is drawn in.
pub(super) const NARROW: u16 = 40;

/// With fewer columns the boxes have no blanks inside.
const TIGHT: u16 = 46;

/// The most columns that it spreads over.
const WIDEST: u16 = 64;

/// Where a box stands: its level from above, and the column where it begins and ends.
#[derive(Clone, Copy, Debug)]
struct StateBox {
    state: TcpState,
    level: u16,
    from: usize,
    to: usize,
    /// CLOSED stands twice: where all begins, and where all ends.
    end: bool,
}

const fn spot(state: TcpState, level: u16, from: usize, to: usize) -> StateBox {
    StateBox { state, level, from, to, end: false }
}

const SPOTS: [StateBox; 12] = [
    spot(Closed, 0, 0, 0),
    spot(Listen, 0, 2, 2),
    spot(SynSent, 1, 0, 0),
    spot(SynReceived, 1, 2, 2),
    spot(Established, 2, 0, 2),
    spot(FinWait1, 3, 0, 1),
    spot(CloseWait, 3, 2, 2),
    spot(FinWait2, 4, 0, 0),
    spot(Closing, 4, 1, 1),
    spot(LastAck, 4, 2, 2),
    spot(TimeWait, 5, 0, 1),
    StateBox { state: Closed, level: 5, from: 2, to: 2, end: true },
];

/// A way down, in the gap below a level, at a column.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: TcpState,
    to: TcpState,
    gap: u16,
    column: usize,
    label: &'static str,
    /// The segment alone, for where there is little room.
    brief: &'static str,
}

const fn way(from: TcpState, to: TcpState, gap: u16, column: usize, label: &'static str) -> Edge {
    Edge { from, to, gap, column, label, brief: label }
}

const fn called(way: Edge, brief: &'static str) -> Edge {
    Edge { brief, ..way }
}

const DOWN: [Edge; 12] = [
    called(way(Closed, SynSent, 0, 0, "connect() → SYN"), "SYN"),
    way(Listen, SynReceived, 0, 2, "SYN"),
    called(way(SynSent, Established, 1, 0, "SYN-ACK → ACK"), "SYN-ACK"),
    way(SynReceived, Established, 1, 2, "ACK"),
    called(way(Established, FinWait1, 2, 0, "close → FIN"), "FIN"),
    way(Established, CloseWait, 2, 2, "FIN"),
    way(FinWait1, FinWait2, 3, 0, "ACK"),
    way(FinWait1, Closing, 3, 1, "FIN"),
    way(CloseWait, LastAck, 3, 2, "close"),
    way(FinWait2, TimeWait, 4, 0, "FIN"),
    way(Closing, TimeWait, 4, 1, "ACK"),
    way(LastAck, Closed, 4, 2, "ACK"),
];

const ACROSS: [Edge; 3] = [
    way(Closed, Listen, 0, 0, "listen()"),
    way(SynSent, SynReceived, 1, 0, "SYN"),
    way(TimeWait, Closed, 5, 0, "2 MSL"),
];

/// The diagram of one connection.
pub(super) struct StateDiagram<'a> {
    /// Its way.
    pub(super) track: &'a StateTrack,
    /// Since when its times count.
    pub(super) opened: Instant,
}

/// Where things stand in the area.
#[derive(Clone, Copy, Debug)]
struct DiagramGrid {
    area: Rect,
    tall: bool,
    /// The cells between a name and the outside of its box.
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

    fn place(&self, spot: &StateBox) -> Rect {
        let (left, right) = (self.columns[spot.from], self.ends[spot.to]);
        let own = columns_of(spot.state.name()) + 2 * self.pad;
        let width = if spot.from == spot.to { own } else { right.saturating_sub(left) };
        part(self.area, left, self.row(spot.level), width, if self.tall { 3 } else { 1 })
    }
}

impl StateDiagram<'_> {
    /// Draws it; does nothing where there is no room.
    pub(super) fn draw(&self, paper: &mut Canvas<'_>, area: Rect) {
        if area.width < NARROW || area.height < SHORT {
            return;
        }
        let grid = DiagramGrid::new(area);
        for spot in &SPOTS {
            self.spot(paper, &grid, spot);
        }
        for way in &DOWN {
            self.down(paper, &grid, way);
        }
        for way in &ACROSS {
            self.across(paper, &grid, way);
        }
    }

    fn taken(&self, from: TcpState, to: TcpState) -> Option<&StateChange> {
        self.track.latest().iter().rev().find(|step| step.from == from && step.to == to)
    }

    fn been(&self, spot: &StateBox) -> bool {
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

    fn spot(&self, paper: &mut Canvas<'_>, grid: &DiagramGrid, spot: &StateBox) {
        let place = grid.place(spot);
        let current = self.is_current(spot);
        let (border, text) = match (current, self.been(spot)) {
            (true, _) => (Role::Good, Role::Strong),
            (_, true) => (Role::Text, Role::Text),
            _ => (Role::Faint, Role::Dim),
        };
        let name = spot.state.name();
        let x = place.width.saturating_sub(columns_of(name)) / 2;
        let line = if grid.tall { part(place, 0, 1, place.width, 1) } else { place };
        if grid.tall {
            paper.frame(place, border);
        } else {
            let (first, inner) = (x.saturating_sub(grid.pad), columns_of(name) + 2 * grid.pad - 2);
            paper.run(line, 0, 0, "─", place.width, border);
            paper.put(line, first, 0, "[", border);
            paper.run(line, first + 1, 0, " ", inner, border);
            paper.put(line, first + 1 + inner, 0, "]", border);
        }
        paper.put(line, x, 0, name, text);
        if current {
            let blank = grid.pad - 1;
            paper.wash(part(line, x.saturating_sub(blank), 0, columns_of(name) + 2 * blank, 1), Role::Selection);
        }
    }

    fn down(&self, paper: &mut Canvas<'_>, grid: &DiagramGrid, way: &Edge) {
        let y = grid.row(way.gap) + if grid.tall { 3 } else { 1 };
        let x = grid.columns[way.column] + 2;
        let room = part(grid.area, x, y, grid.ends[way.column].saturating_sub(x), 1);
        // The one way without a line of its own: FIN and ACK of FIN in one segment skip FIN-WAIT-2.
        let skipped = (way.from == FinWait2).then(|| self.taken(FinWait1, TimeWait)).flatten();
        let step = self.taken(way.from, way.to).or(skipped);
        match step {
            Some(step) => {
                paper.put(room, 0, 0, evidence::down(step.evidence), Role::Cause);
                let both = step.event == TcpEvent::FinAckOfFin;
                let [label, brief] = if both { ["FIN+ACK"; 2] } else { [way.label, way.brief] };
                let time = quantity::clock(step.at.saturating_duration_since(self.opened));
                let space = room.width.saturating_sub(3 + columns_of(&time));
                let fits = [label, brief].into_iter().find(|label| columns_of(label) <= space);
                let used = paper.put(room, 2, 0, fits.unwrap_or(brief), Role::Cause);
                if fits.is_some() {
                    paper.put(room, used + 3, 0, &time, Role::Dim);
                }
            }
            None => {
                let fits = columns_of(way.label) + 2 <= room.width;
                paper.put(room, 0, 0, "│", Role::Faint);
                paper.put(room, 2, 0, if fits { way.label } else { way.brief }, Role::Faint);
            }
        }
    }

    fn across(&self, paper: &mut Canvas<'_>, grid: &DiagramGrid, way: &Edge) {
        let find = |state: TcpState, end: bool| {
            let spot = SPOTS.iter().find(|spot| spot.state == state && spot.level == way.gap && spot.end == end);
            spot.map(|spot| grid.place(spot))
        };
        let end = way.from == TimeWait;
        let (Some(from), Some(to)) = (find(way.from, false), find(way.to, end)) else { return };
        let y = grid.row(way.gap) + u16::from(grid.tall);
        let start = (from.x + from.width).saturating_sub(grid.area.x);
        let line = part(grid.area, start, y, to.x.saturating_sub(from.x + from.width), 1);
        let step = self.taken(way.from, way.to);
        let role = if step.is_some() { Role::Cause } else { Role::Faint };
        let symbol = step.map_or("─", |step| evidence::across(step.evidence));
        let inner = part(line, 1, 0, line.width.saturating_sub(2), 1);
        paper.run(inner, 0, 0, symbol, inner.width, role);
        paper.run(inner, inner.width.saturating_sub(1), 0, "▶", 1, role);
        let label = format!(" {} ", way.label);
        if columns_of(&label) + 2 <= inner.width {
            paper.put(inner, (inner.width - columns_of(&label)) / 2, 0, &label, role);
        }
    }
}
