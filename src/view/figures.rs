//! The column at the right of a wide terminal: what is known of the selected session, in exact figures.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, part, within};
use super::diagram::{self, StateDiagram};
use super::{document, evidence, failure_card, flow, gauges, gutter, status, udp};
use crate::files::theme::Role;
use crate::model::documents::{document as documents, path};
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::view::View;
use crate::model::words;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::http::HttpExchange;
use crate::sessions::kinds::listener::ListenerSession;
use crate::sessions::kinds::tcp::TcpSession;
use crate::sessions::kinds::udp::UdpBoundSession;
use crate::sessions::kinds::udp::UdpSession;
use crate::sessions::spec::repeat::{RepeatSpec, StartPace};
use crate::sessions::tcp::gauges::Gauge;
use crate::sessions::{Session, SessionPhase, SpecKind};
use crate::text::quantity;
use crate::wire::Totals;

/// The columns of a label.
const LABEL: u16 = 13;

/// What is unknown.
const UNKNOWN: &str = "–";

/// The column being filled from the top.
struct FigureColumn<'p, 'b> {
    paper: &'p mut Canvas<'b>,
    area: Rect,
    y: u16,
}

impl FigureColumn<'_, '_> {
    fn section(&mut self, name: &str) {
        if self.y > 0 {
            self.y += 1;
        }
        self.paper.put(self.area, 0, self.y, name, Role::Strong);
        self.y += 1;
    }

    fn line(&mut self, label: &str, value: impl AsRef<str>, role: Role) {
        self.paper.put(self.area, 0, self.y, label, Role::Dim);
        self.y += self.paper.sentence(self.area, LABEL, self.y, value.as_ref(), role);
    }

    fn known(&mut self, label: &str, value: Option<String>) {
        let role = if value.is_some() { Role::Text } else { Role::Dim };
        self.line(label, value.unwrap_or_else(|| UNKNOWN.to_owned()), role);
    }

    /// A sentence from the left edge on.
    fn sentence(&mut self, text: &str, role: Role) {
        self.y += self.paper.sentence(self.area, 0, self.y, text, role);
    }
}

/// The rows that the figures have at the least, their frame included.
const FIGURES: u16 = 12;

/// A titled frame in the column; gives its inside.
fn framed(paper: &mut Canvas<'_>, area: Rect, title: &str) -> Rect {
    paper.frame(area, Role::Border);
    let title = StyledText::of(format!(" {title} "), Role::Dim);
    paper.strip(part(area, 2, 0, area.width.saturating_sub(4), 1), 0, 0, &title);
    let inner = within(area);
    part(inner, 1, 0, inner.width.saturating_sub(2), inner.height)
}

/// Draws the diagram of states and the gauges of a TCP connection, as far as there is room beside what the pane
/// shows itself; says how many rows they took, and whether the gauges are there.
fn connection(paper: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> (u16, bool) {
    let Some(story) = panel.story(session) else { return (0, false) };
    let mut used = 0;
    if panel.view != View::State {
        let tall = area.height >= diagram::TALL + 3 + FIGURES + 12;
        let rows = if tall { diagram::TALL } else { diagram::SHORT } + 3;
        if area.height >= rows + FIGURES {
            let inner = framed(paper, part(area, 0, 0, area.width, rows), "state");
            let drawn = part(inner, 0, 0, inner.width, inner.height - 1);
            StateDiagram { track: &story.track, opened: session.opened }.draw(paper, drawn);
            paper.strip(inner, 0, inner.height - 1, &evidence::legend());
            used = rows;
        }
    }
    let rows = 2 + flow::BRIEF;
    if panel.view != View::Flow && flow::stirs(session, story) && area.height >= used + rows + FIGURES {
        let inner = framed(paper, part(area, 0, used, area.width, rows), "flow");
        flow::brief(paper, inner, model, session, story);
        used += rows;
    }
    let rows = 2 + u16::try_from(Gauge::FEW.len()).unwrap_or(0);
    let told = !story.gauges.is_empty() && session.failure().is_none();
    if panel.view != View::Kernel && told && area.height >= used + rows + FIGURES {
        let inner = framed(paper, part(area, 0, used, area.width, rows), "kernel");
        gauges::few(paper, inner, &story.gauges);
        return (used + rows, true);
    }
    (used, false)
}

/// Draws the column.
pub(super) fn draw(paper: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) {
    let (used, gauged) = connection(paper, area, model, session, panel);
    let inner = framed(paper, part(area, 0, used, area.width, area.height - used), "in figures");
    let mut column = FigureColumn { paper, area: inner, y: 0 };
    about(&mut column, model, session);
    if matches!(session.kind, SessionKind::Conversation { .. } | SessionKind::Bound { .. }) && panel.view != View::State
    {
        column.y += 1;
        let rest = part(inner, 0, column.y, inner.width, inner.height.saturating_sub(column.y));
        column.y += udp::figures(column.paper, rest, model, session, panel);
    }
    octets(&mut column, session, panel);
    match &session.kind {
        SessionKind::Stream(_) if gauged || panel.view == View::Kernel => {}
        SessionKind::Stream(_) => kernel(&mut column, session),
        SessionKind::Http(exchange) => {
            kernel(&mut column, session);
            hops(&mut column, exchange);
        }
        SessionKind::Conversation { .. }
        | SessionKind::Bound { .. }
        | SessionKind::Listener { .. }
        | SessionKind::Repeat(_)
        | SessionKind::Dns(_) => {}
    }
    if panel.view != View::Way {
        way(&mut column, model, session);
    }
    if let Some(warning) = &session.warning {
        column.section("last warning");
        column.sentence(&warning.to_string(), Role::Warn);
    }
    if let Some(failure) = session.failure() {
        column.section("failure");
        column.line("class", format!("{}, exit code {}", failure.class.name(), failure.class.exit_code()), Role::Bad);
        column.line("tried", failure.operation, Role::Text);
        if !failure.peer.is_empty() {
            column.line("with", failure.peer.as_str(), Role::Text);
        }
        column.known("errno", failure.os_code.map(|code| code.to_string()));
        column.line("evidence", failure_card::evidence(failure.evidence), Role::Text);
        column.sentence(&failure.message, Role::Bad);
    }
}

fn about(column: &mut FigureColumn<'_, '_>, model: &Model, session: &Session) {
    let standing = status::of(session, model.now);
    column.section("session");
    column.line("state", standing.words, standing.role);
    let ended = match &session.phase {
        SessionPhase::Ended { at, .. } => Some(*at),
        _ => None,
    };
    let lasted = ended.unwrap_or(model.now).saturating_duration_since(session.opened);
    column.line("opened", gutter::wall_clock(model, session.opened).trim_start(), Role::Text);
    // While it is open the time passes in whole seconds, so that the screen is not redrawn for a digit.
    let lasted = if ended.is_some() { lasted } else { std::time::Duration::from_secs(lasted.as_secs()) };
    let text = if lasted.is_zero() { "under 1 s".to_owned() } else { quantity::duration(lasted) };
    column.line(if ended.is_some() { "lasted" } else { "for" }, text, Role::Text);
    match &session.kind {
        SessionKind::Stream(TcpSession { ends, .. }) | SessionKind::Conversation(UdpSession { ends, .. }) => {
            column.known("local", ends.local.map(|local| local.to_string()));
            column.known("peer", ends.peer.map(|peer| peer.to_string()));
        }
        SessionKind::Bound(UdpBoundSession { local, peers, .. }) => {
            column.known("local", local.map(|local| local.to_string()));
            column.line("peers", quantity::grouped(peers.len() as u64), Role::Text);
        }
        SessionKind::Listener(ListenerSession { local, .. }) => {
            column.known("local", local.map(|local| local.to_string()))
        }
        SessionKind::Dns(lookup) => {
            let queries = lookup.unlisted + lookup.exchanges.len() as u64;
            column.line("queries", quantity::grouped(queries), Role::Text);
            column.line("answers", quantity::grouped(lookup.answers().count() as u64), Role::Text);
        }
        SessionKind::Http(exchange) => {
            let peer = exchange.response().and_then(|response| response.peer);
            column.known("peer", peer.map(|peer| peer.to_string()));
        }
        SessionKind::Repeat(_) => {
            if let SpecKind::Repeat(spec) = &session.spec.what {
                asked(column, spec);
            }
        }
    }
}

/// What a run of many was asked to be.
fn asked(column: &mut FigureColumn<'_, '_>, spec: &RepeatSpec) {
    let pace = match spec.pace {
        StartPace::FlatOut => "as fast as it goes".to_owned(),
        StartPace::Rate(rate) => format!("{} a second, whatever the peer does", rate.per_second()),
        StartPace::Interval(interval) => format!("{} between two", quantity::duration(interval)),
    };
    column.line("pace", pace, Role::Text);
    column.line("at once", quantity::grouped(spec.concurrency as u64), Role::Text);
    column.line("in all", spec.count.map_or_else(|| "without end".to_owned(), quantity::grouped), Role::Text);
    if let Some(duration) = spec.duration {
        column.line("for", quantity::duration(duration), Role::Text);
    }
}

fn octets(column: &mut FigureColumn<'_, '_>, session: &Session, panel: &Panel) {
    let unit = |totals: Totals| match session.kind {
        SessionKind::Conversation { .. } | SessionKind::Bound { .. } => {
            format!("in {} datagrams", quantity::grouped(totals.ops))
        }
        SessionKind::Dns(_) => format!("in {} messages", quantity::grouped(totals.ops)),
        SessionKind::Stream(_) | SessionKind::Listener { .. } | SessionKind::Http(_) | SessionKind::Repeat(_) => {
            String::new()
        }
    };
    let total = |totals: Totals| format!("{} {}", quantity::grouped(totals.bytes), unit(totals)).trim_end().to_owned();
    column.section("octets");
    column.line("▲ sent", total(session.totals.sent), Role::Sent);
    column.line("▼ received", total(session.totals.received), Role::Received);
    let transcript = &session.transcript;
    column.line("kept", words::kept_memory(transcript), Role::Text);
    column.line("segments", words::kept_segments(transcript), Role::Text);
    let lost = session.transcript.not_kept();
    let lost = lost.sent.bytes + lost.received.bytes;
    if lost > 0 {
        column.line("not kept", quantity::grouped(lost), Role::Warn);
    }
    if panel.hostile.found > 0 {
        column.line("neutralised", words::escape_sequences(panel.hostile), Role::Bad);
    }
    if panel.hostile.unsearched > 0 {
        let too_fast = format!("{} came too fast", quantity::bytes(panel.hostile.unsearched));
        column.line("unsearched", too_fast, Role::Dim);
    }
}

fn kernel(column: &mut FigureColumn<'_, '_>, session: &Session) {
    let Some(view) = session.kernel.as_ref().filter(|_| !session.ended()) else { return };
    column.section("kernel");
    column.known("state", view.state.map(|state| state.name().to_owned()));
    column.known("rtt", view.rtt.map(quantity::duration));
    column.known("unacked", view.send_queue_bytes.map(|bytes| format!("{} octets", quantity::grouped(bytes))));
    column.known("unread", view.recv_queue_bytes.map(|bytes| format!("{} octets", quantity::grouped(bytes))));
}

/// The way to the peer, where there is more to tell of it than one address tried.
fn way(column: &mut FigureColumn<'_, '_>, model: &Model, session: &Session) {
    let way = &session.way;
    if way.lookup.is_none() && way.route.is_none() && way.race().len() < 2 {
        return;
    }
    column.y += 1;
    let page = path::of_way(way, model.now, column.area.width);
    for line in page.lines.iter().flat_map(|line| documents::wrap(line, column.area.width.max(1))) {
        if column.y >= column.area.height {
            return;
        }
        document::draw_line(column.paper, column.area, column.y, &line);
        column.y += 1;
    }
}

fn hops(column: &mut FigureColumn<'_, '_>, exchange: &HttpExchange) {
    if exchange.hops.is_empty() {
        return;
    }
    column.section("requests");
    for hop in &exchange.hops {
        let status = hop.response.as_ref();
        let role = status.map_or(Role::Dim, |response| status::status_role(response.status));
        let code = status.map_or(UNKNOWN.to_owned(), |response| response.status.to_string());
        column.paper.put(column.area, 0, column.y, &code, role);
        column.paper.put(column.area, 4, column.y, &format!("{} {}", hop.request.method, hop.request.url), Role::Text);
        column.y += 1;
        if let Some(response) = status {
            let text = format!("{} after {}", response.version, quantity::duration(response.after));
            column.paper.put(column.area, 4, column.y, &text, Role::Dim);
            column.y += 1;
        }
    }
    let gauge = &exchange.gauge;
    column.section("body");
    column.line("decoded", quantity::grouped(gauge.body_bytes), Role::Text);
    column.line("on the wire", quantity::grouped(gauge.wire_body_bytes), Role::Text);
    column.known("promised", gauge.expected_bytes.map(quantity::grouped));
    column.known("connection ▼", gauge.connection_received.map(quantity::grouped));
    column.known("connection ▲", gauge.connection_sent.map(quantity::grouped));
}
