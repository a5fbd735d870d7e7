//! The peers of a bound socket, or the connections of a listener, as a table.

use std::net::SocketAddr;

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, area_of, part};
use super::list::first_shown;
use super::marks::ShownRange;
use super::{gutter, status};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::seen::ClickTarget;
use crate::model::state::Model;
use crate::sessions::Session;
use crate::sessions::kinds::udp::{PeerCount, PeerList};
use crate::text::quantity;
use crate::wire::Totals;

/// The columns of the mark before a peer: the arrow of the one that the composer sends to.
const MARK: u16 = 2;

/// Draws the table.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> ShownRange {
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    let table = part(place, 0, 1, place.width, place.height.saturating_sub(1));
    canvas.seen.view = area_of(table);
    // A listener's peers are the connections that it accepted, which are separate sessions.
    let Some(PeerList { peers, unlisted, .. }) = session.kind.peer_list() else {
        return draw_connections(canvas, place, model, session, panel);
    };
    let count = usize::from(table.height);
    let picked = panel.peer_picked.min(peers.len().saturating_sub(1));
    let first = first_shown(picked, count, peers.len());
    let several = gutter::has_several_addresses(session);
    draw_heading(canvas, place, "  peer", ["datagrams"; 2]);
    for (y, (at, (peer, counts))) in (0_u16..).zip(peers.iter().enumerate().skip(first).take(count)) {
        let row = part(table, 0, y, table.width, 1);
        peer_row(canvas, row, (*peer, several), counts, panel.composer.to == Some(*peer));
        if at == picked {
            canvas.tint(row, Role::Selection);
            canvas.seen.picked = Some(area_of(row));
        }
        canvas.hit(row, ClickTarget::Peer(*peer));
    }
    if peers.is_empty() {
        canvas.draw_text(table, 0, 0, "no datagram came or went yet", Role::Dim);
    }
    if *unlisted > 0 {
        let text = format!("and {} datagrams of peers beyond these", quantity::grouped(*unlisted));
        canvas.draw_text(table, 0, table.height.saturating_sub(1), &text, Role::Warn);
    }
    shown_range(first, count, peers.len())
}

fn shown_range(first: usize, count: usize, all: usize) -> ShownRange {
    let whole = all.max(1) as f64;
    let below = all.saturating_sub(first + count);
    ShownRange { above: first as f64 / whole, below: below as f64 / whole, entries_below: below as u64 }
}

/// The columns: a name, then bytes and operations of each direction, as many as fit.
fn columns(area: Rect) -> (u16, bool) {
    let counts = area.width >= 62;
    let figures = if counts { 42 } else { 22 };
    (area.width.saturating_sub(figures).clamp(1, 47), counts)
}

fn draw_heading(canvas: &mut Canvas<'_>, area: Rect, name: &str, [received, sent]: [&str; 2]) {
    let (width, counts) = columns(area);
    canvas.draw_text(part(area, 0, 0, width, 1), 0, 0, name, Role::Dim);
    let strip = if counts {
        StyledText::single(format!("{received:>10}"), Role::Dim)
            .with(" ▼", Role::Received)
            .with(format!("{:>8}", "bytes"), Role::Dim)
            .with(format!("{sent:>11}"), Role::Dim)
            .with(" ▲", Role::Sent)
            .with(format!("{:>8}", "bytes"), Role::Dim)
    } else {
        StyledText::single("▼".to_owned(), Role::Received)
            .with(" bytes   ", Role::Dim)
            .with("▲", Role::Sent)
            .with(" bytes", Role::Dim)
    };
    canvas.draw_styled_text(area, width + u16::from(!counts) * 3, 0, &strip);
}

fn draw_totals(canvas: &mut Canvas<'_>, area: Rect, received: Totals, sent: Totals) {
    let (width, counts) = columns(area);
    let bytes = |totals: Totals| gutter::size(totals.bytes);
    let text = if counts {
        let part = |totals: Totals| format!("{:>11}{:>10}", quantity::grouped(totals.ops), bytes(totals));
        format!("{}{}", part(received), part(sent))
    } else {
        format!("{:>10} {:>10}", bytes(received), bytes(sent))
    };
    canvas.draw_text(area, width, 0, &text, Role::Text);
}

fn peer_row(canvas: &mut Canvas<'_>, area: Rect, (peer, several): (SocketAddr, bool), counts: &PeerCount, aimed: bool) {
    let (width, _) = columns(area);
    let role = if aimed { Role::Key } else { Role::Text };
    if aimed {
        canvas.draw_text(area, 0, 0, "→", role);
    }
    let text = gutter::peer(peer, width.saturating_sub(MARK + 1), several);
    canvas.draw_text(part(area, 0, 0, width, 1), MARK, 0, &text, role);
    draw_totals(canvas, area, counts.totals.received, counts.totals.sent);
}

/// The connections of a listener, the newest first.
fn draw_connections(
    canvas: &mut Canvas<'_>,
    place: Rect,
    model: &Model,
    session: &Session,
    panel: &Panel,
) -> ShownRange {
    draw_heading(canvas, place, "connection", ["reads", "writes"]);
    let table = part(place, 0, 1, place.width, place.height.saturating_sub(1));
    let (width, _) = columns(place);
    let all = model.accepted_by(session.id).count();
    let picked =
        panel.child_picked.and_then(|picked| model.accepted_by(session.id).position(|child| child.id == picked));
    let count = usize::from(table.height);
    let first = first_shown(picked.unwrap_or(0), count, all);
    for (y, (at, child)) in (0_u16..).zip(model.accepted_by(session.id).enumerate().skip(first).take(count)) {
        let row = part(table, 0, y, table.width, 1);
        let standing = status::session_status(child, model.now);
        let name = part(row, 0, 0, width, 1);
        let number = child.id.to_string();
        let mut x = canvas.draw_text(name, 0, 0, &format!("{number:<4} "), Role::Dim);
        x += canvas.draw_text(name, x, 0, standing.mark, standing.role) + 1;
        x += canvas.draw_text(name, x, 0, &status::name(child), Role::Text) + 2;
        canvas.draw_text(name, x, 0, &standing.words, standing.role);
        draw_totals(canvas, row, child.totals.received, child.totals.sent);
        if at == picked.unwrap_or(0) {
            canvas.tint(row, Role::Selection);
            canvas.seen.picked = Some(area_of(row));
        }
        canvas.hit(row, ClickTarget::Session(child.id));
    }
    if all == 0 {
        canvas.draw_text(table, 0, 0, "nobody connected yet", Role::Dim);
    }
    shown_range(first, count, all)
}
