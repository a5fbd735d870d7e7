//! Texts of UDP: a session with one peer, and a bound socket.

use std::net::SocketAddr;

use super::questions::{FigurePlace, KindWords, SpecWords};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::view::View;
use crate::model::words;
use crate::sessions::kinds::tcp::Endpoints;
use crate::sessions::kinds::udp::PeerList;
use crate::sessions::kinds::udp_socket::UdpSocketView;
use crate::sessions::phase::OpenState;
use crate::sessions::spec::target::{listening_meaning, listening_name};
use crate::sessions::spec::{IpFamily, UdpBoundSpec, UdpSpec};
use crate::sessions::{CloseReason, Session};
use crate::text::quantity;
use crate::view::canvas::StyledText;
use crate::view::canvas::part;
use crate::view::count_role::count_role;
use crate::view::figure_column::FigureColumn;
use crate::view::status_label::{self, StatusLabel, status_label as label, totals as both_totals};
use crate::view::udp;
use crate::wire::Totals;

/// A UDP conversation.
pub(super) struct ConversationWords<'a> {
    pub(super) session: &'a Session,
    pub(super) ends: &'a Endpoints,
    /// Its peers, if it hears every address.
    pub(super) heard: Option<&'a PeerList>,
    pub(super) socket: &'a UdpSocketView,
}

/// A bound UDP socket.
pub(super) struct BoundWords<'a> {
    pub(super) session: &'a Session,
    pub(super) local: Option<SocketAddr>,
    /// The families of the peers that it takes.
    pub(super) family: IpFamily,
    /// How many peers are listed.
    pub(super) peers: usize,
    pub(super) socket: &'a UdpSocketView,
}

impl KindWords for ConversationWords<'_> {
    fn open(&self, open: OpenState) -> StatusLabel {
        status_label::socket_open(open)
    }

    fn listening(&self) -> StatusLabel {
        status_label::listening()
    }

    fn ended(&self, how: CloseReason) -> StatusLabel {
        status_label::closed(how)
    }

    fn detail(&self, _standing: StatusLabel) -> StyledText {
        both_totals(self.session)
    }

    fn status_line(&self, _model: &Model, _panel: &Panel) -> Vec<StyledText> {
        let local = self.ends.local.map(|local| StyledText::single(format!("from {local}"), Role::Dim));
        let heard = self.heard.map(|_| StyledText::single("hears every address", Role::Dim));
        local.into_iter().chain(heard).chain(of_socket(self.session, self.socket)).collect()
    }

    fn about(&self, column: &mut FigureColumn<'_, '_>) {
        column.push_known("local", self.ends.local.map(|local| local.to_string()));
        match self.heard {
            None => column.push_known("peer", self.ends.peer.map(|peer| peer.to_string())),
            Some(heard) => {
                column.push_known("target", heard.target.map(|target| target.to_string()));
                column.line("peers", quantity::grouped(heard.peers.len() as u64), Role::Text);
            }
        }
    }

    fn own_figures(&self, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>) {
        udp_figures(column, place, self.session);
    }

    fn unit(&self, totals: Totals) -> String {
        status_label::in_datagrams(totals)
    }

    fn last_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}
}

impl KindWords for BoundWords<'_> {
    fn open(&self, open: OpenState) -> StatusLabel {
        status_label::socket_open(open)
    }

    fn listening(&self) -> StatusLabel {
        label("◎", Role::Cause, "bound")
    }

    fn ended(&self, how: CloseReason) -> StatusLabel {
        status_label::closed(how)
    }

    fn detail(&self, _standing: StatusLabel) -> StyledText {
        both_totals(self.session)
    }

    fn status_line(&self, _model: &Model, _panel: &Panel) -> Vec<StyledText> {
        let mut parts = Vec::new();
        if let Some(local) = self.local {
            parts.push(StyledText::single(format!("bound {local}"), Role::Dim));
            let family = match self.family {
                IpFamily::Any => "IPv4 and IPv6",
                IpFamily::V4 => "IPv4",
                IpFamily::V6 => "IPv6",
            };
            parts.push(StyledText::single(family, Role::Dim));
        }
        parts.extend(of_socket(self.session, self.socket));
        parts
    }

    fn about(&self, column: &mut FigureColumn<'_, '_>) {
        column.push_known("local", self.local.map(|local| local.to_string()));
        column.line("peers", quantity::grouped(self.peers as u64), Role::Text);
    }

    fn own_figures(&self, column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>) {
        udp_figures(column, place, self.session);
    }

    fn unit(&self, totals: Totals) -> String {
        status_label::in_datagrams(totals)
    }

    fn last_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}
}

impl SpecWords for UdpSpec {
    fn meaning(&self) -> String {
        format!("UDP conversation with {} port {}", self.target.host, self.target.port)
    }

    fn name(&self, session: &Session) -> String {
        session.title()
    }
}

impl SpecWords for UdpBoundSpec {
    fn meaning(&self) -> String {
        format!("UDP socket bound to {}, open to any peer", listening_meaning(self.local, self.socket.family))
    }

    fn name(&self, session: &Session) -> String {
        format!("udp on {}", listening_name(session.bound().unwrap_or(self.local), self.socket.family))
    }
}

/// The ledger and the datagram at the cursor, unless the view shows them.
fn udp_figures(column: &mut FigureColumn<'_, '_>, place: &FigurePlace<'_>, session: &Session) {
    if place.panel.view == View::State {
        return;
    }
    column.y += 1;
    let rest = part(column.area, 0, column.y, column.area.width, column.area.height.saturating_sub(column.y));
    column.y += udp::draw_short(column.canvas, rest, place.model, session, place.panel);
}

fn of_socket(session: &Session, socket: &UdpSocketView) -> Vec<StyledText> {
    let mut parts = Vec::new();
    if !socket.groups.is_empty() {
        let groups: Vec<String> = socket.groups.iter().take(4).map(ToString::to_string).collect();
        let more = socket.groups.len().saturating_sub(4);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        parts.push(StyledText::single(format!("groups {}{more}", groups.join(" ")), Role::Dim));
    }
    let count = |name: &str, count: Option<u64>| {
        let role = count_role(count.unwrap_or(0), Role::Warn);
        StyledText::single(format!("{name} {}", count.map_or("–".to_owned(), quantity::grouped)), role)
    };
    parts.push(count("dropped", socket.dropped));
    parts.push(count("truncated", Some(socket.ledger.truncated)));
    if let Some(icmp) = &session.attempts.icmp {
        let from = icmp.offender.map_or(String::new(), |offender| format!(" from {offender}"));
        let text = format!("last ICMP: {} ({}/{}){from}", words::icmp_meaning(icmp), icmp.kind, icmp.code);
        parts.push(StyledText::single(text, Role::Warn));
    }
    parts
}
