//! The ports of a range as rows, sorted by number.

use ratatui::layout::Rect;

use super::canvas::{Canvas, area_of, part};
use super::list::first_shown;
use super::marks::ShownRange;
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::sessions::Session;
use crate::sessions::kinds::ports::PortScan;
use crate::sessions::news::{PortProbe, PortState};
use crate::text::quantity;

/// The columns of a port, of its state, and of its time.
const COLUMNS: [u16; 3] = [7, 13, 11];

/// The colour of a state.
pub(super) fn state_role(state: PortState) -> Role {
    match state {
        PortState::Open => Role::Good,
        PortState::Refused => Role::Dim,
        PortState::Filtered => Role::Warn,
        PortState::Unreachable | PortState::Untried => Role::Bad,
    }
}

/// Draws the table.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    session: &Session,
    scan: &PortScan,
    panel: &Panel,
) -> ShownRange {
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    let table = part(place, 0, 1, place.width, place.height.saturating_sub(1));
    canvas.seen.view = area_of(table);
    row(canvas, part(place, 0, 0, place.width, 1), ["port", "state", "took", "where, or why not"], [Role::Dim; 4]);
    let all = scan.probes.len();
    let count = usize::from(table.height);
    let picked = panel.peer_picked.min(all.saturating_sub(1));
    let first = first_shown(picked, count, all);
    for (y, (at, probe)) in (0_u16..).zip(scan.probes.values().enumerate().skip(first).take(count)) {
        let line = part(table, 0, y, table.width, 1);
        probe_row(canvas, line, probe);
        if at == picked {
            canvas.seen.picked = Some(area_of(line));
            canvas.tint(line, Role::Selection);
        }
    }
    if all == 0 {
        let text = if session.is_over() { "no port was tried" } else { "no port is known yet" };
        canvas.draw_text(table, 0, 0, text, Role::Dim);
    }
    let whole = all.max(1) as f64;
    let below = all.saturating_sub(first + count);
    ShownRange { above: first as f64 / whole, below: below as f64 / whole, entries_below: below as u64 }
}

fn probe_row(canvas: &mut Canvas<'_>, area: Rect, probe: &PortProbe) {
    let (port, took) = (probe.peer.port().to_string(), quantity::duration(probe.took));
    let reason = probe.reason_text();
    let state = state_role(probe.state);
    row(canvas, area, [&port, probe.state.name(), &took, &reason], [Role::Strong, state, Role::Text, Role::Dim]);
}

fn row(canvas: &mut Canvas<'_>, area: Rect, cells: [&str; 4], roles: [Role; 4]) {
    let mut x = 0;
    let widths = COLUMNS.into_iter().chain([area.width.saturating_sub(COLUMNS.iter().sum())]);
    for ((text, role), width) in cells.into_iter().zip(roles).zip(widths) {
        canvas.draw_text(part(area, x, 0, width, 1), 0, 0, text, role);
        x += width;
    }
}
