//! The line under the title: what is true of a UDP socket or a listener beside its bytes, and what flow control holds
//! back of a TCP connection.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, part};
use super::flow;
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::view::View;
use crate::model::words;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::listener::ListenerSession;
use crate::sessions::kinds::udp::UdpBoundSession;
use crate::sessions::kinds::udp::UdpSession;
use crate::sessions::kinds::udp::UdpSocketView;
use crate::sessions::{Session, SessionPhase, SpecKind};
use crate::text::quantity;

/// Draws it, wrapped between its parts; says how many rows it took.
pub(super) fn draw(paper: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> u16 {
    let parts = match session.kind {
        SessionKind::Stream(_) if matches!(panel.view, View::Text | View::Hex | View::Ladder) => {
            held_back(model, session, panel)
        }
        _ => parts(session),
    };
    let most = if area.height >= 10 { 3 } else { 1 };
    flow(paper, part(area, 1, 0, area.width.saturating_sub(2), most.min(area.height)), &parts)
}

/// Writes parts with ` · ` between them, on as many rows as `area` has.
fn flow(paper: &mut Canvas<'_>, area: Rect, parts: &[StyledText]) -> u16 {
    let (mut x, mut y) = (0, 0);
    for strip in parts {
        let columns = strip.columns();
        if x > 0 && x + 3 + columns > area.width && y + 1 < area.height {
            (x, y) = (0, y + 1);
        }
        if x > 0 {
            x += paper.put(area, x, y, " · ", Role::Faint);
        }
        x += paper.strip(area, x, y, strip);
    }
    if parts.is_empty() { 0 } else { (y + 1).min(area.height) }
}

/// What flow control holds back of a TCP connection; nothing where it flows.
fn held_back(model: &Model, session: &Session, panel: &Panel) -> Vec<StyledText> {
    let Some(story) = panel.story(session).filter(|_| !session.ended()) else { return Vec::new() };
    let paused = matches!(session.phase, SessionPhase::Open(open) if open.paused);
    flow::words(&story.flow, paused, model.now).into_iter().map(|text| StyledText::of(text, Role::Warn)).collect()
}

fn parts(session: &Session) -> Vec<StyledText> {
    let dim = |text: String| StyledText::of(text, Role::Dim);
    match &session.kind {
        SessionKind::Bound(UdpBoundSession { local, socket, .. }) => {
            let mut parts = Vec::new();
            if let Some(local) = local {
                parts.push(dim(format!("bound {local}")));
                parts.push(dim(if local.is_ipv4() { "IPv4" } else { "IPv6" }.to_owned()));
            }
            parts.extend(of_socket(socket));
            parts
        }
        SessionKind::Conversation(UdpSession { ends, socket }) => {
            let local = ends.local.map(|local| dim(format!("from {local}")));
            local.into_iter().chain(of_socket(socket)).collect()
        }
        SessionKind::Listener(ListenerSession { local, accepted, open, turned_away }) => {
            let mut parts = Vec::new();
            parts.extend(local.map(|local| dim(format!("bound {local}"))));
            parts.push(dim(format!("{} open", quantity::grouped(*open))));
            parts.push(dim(format!("{} accepted", quantity::grouped(*accepted))));
            let role = if *turned_away > 0 { Role::Warn } else { Role::Dim };
            parts.push(StyledText::of(format!("{} turned away", quantity::grouped(*turned_away)), role));
            if let SpecKind::Listen(spec) = &session.spec.what
                && let Some(limit) = spec.limit
            {
                parts.push(dim(format!("limit {limit}")));
            }
            parts
        }
        SessionKind::Stream(_) | SessionKind::Http(_) | SessionKind::Repeat(_) | SessionKind::Dns(_) => Vec::new(),
    }
}

fn of_socket(socket: &UdpSocketView) -> Vec<StyledText> {
    let mut parts = Vec::new();
    if !socket.groups.is_empty() {
        let groups: Vec<String> = socket.groups.iter().take(4).map(ToString::to_string).collect();
        let more = socket.groups.len().saturating_sub(4);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        parts.push(StyledText::of(format!("groups {}{more}", groups.join(" ")), Role::Dim));
    }
    let count = |name: &str, count: Option<u64>| {
        let role = if count.is_some_and(|count| count > 0) { Role::Warn } else { Role::Dim };
        StyledText::of(format!("{name} {}", count.map_or("–".to_owned(), quantity::grouped)), role)
    };
    parts.push(count("dropped", socket.dropped));
    parts.push(count("truncated", Some(socket.ledger.truncated)));
    if let Some(icmp) = &socket.icmp {
        let from = icmp.offender.map_or(String::new(), |offender| format!(" from {offender}"));
        let text = format!("last ICMP: {} ({}/{}){from}", words::icmp_meaning(icmp), icmp.kind, icmp.code);
        parts.push(StyledText::of(text, Role::Warn));
    }
    parts
}
