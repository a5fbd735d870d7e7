//! The pane of the selected session: its frame, its title, the row of views, the view, the composer.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, inner_area, part};
use super::companion;
use super::composer::{self, WarningRoom};
use super::marks::ShownRange;
use super::{
    dns, document, explain, flow, gauges, http, ladder, peers, ports, repeat, state_view, status_line, title,
    transcript, udp, unix,
};
use crate::files::theme::Role;
use crate::model::panel::{Panel, ScrollPosition};
use crate::model::seen::ClickTarget;
use crate::model::state::{Focus, Model};
use crate::model::transcript_layout::TranscriptMode;
use crate::model::view::View;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::listener::ListenerSession;
use crate::sessions::kinds::unix::UnixListenerSession;
use crate::sessions::search::MOST_HITS;
use crate::sessions::{Session, SpecKind};
use crate::text::quantity;

/// Draws the pane.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) {
    let focused = model.overlay.is_none() && matches!(model.focus, Focus::View | Focus::Composer);
    let border = if focused { Role::Focus } else { Role::Border };
    canvas.draw_frame(area, border);
    let inner = inner_area(area);
    canvas.hit(area, ClickTarget::View);
    title::draw(canvas, area, model, session, panel);
    let rows = composer::rows(model, panel, inner);
    let field = part(inner, 0, inner.height - rows, inner.width, rows);
    let ruled = u16::from(rows > 0);
    let body = part(inner, 0, 0, inner.width, inner.height - rows - ruled);
    let taken = status_line::draw(canvas, body, model, session, panel);
    let blank = u16::from(if taken > 0 { body.height > 12 } else { body.height > 22 });
    let view = part(body, 0, taken + blank, body.width, body.height.saturating_sub(taken + blank));
    let (view, below) = companion::split(view, session, panel);
    let shown = draw_view(canvas, view, model, session, panel);
    companion::draw(canvas, below, model, session, panel);
    scrollbar(canvas, part(area, area.width.saturating_sub(1), 1 + taken + blank, 1, view.height), shown, border);
    let rule = if ruled == 1 { Rect { y: field.y.saturating_sub(1), height: 1, ..area } } else { bottom_of(area) };
    if ruled == 1 {
        canvas.draw_repeated(rule, 0, 0, "├", 1, border);
        canvas.draw_repeated(rule, 1, 0, "─", area.width.saturating_sub(2), border);
        canvas.draw_repeated(rule, area.width.saturating_sub(1), 0, "┤", 1, border);
    }
    let line = part(rule, 2, 0, rule.width.saturating_sub(4), 1);
    let right = padded(transcript_status(panel, shown));
    let fits = |left: &StyledText| left.columns() + right.columns() <= line.width;
    let titles =
        [WarningRoom::Much, WarningRoom::Little].map(|room| padded(composer::title(model, session, panel, room)));
    let bare = || padded(composer::title(model, session, panel, WarningRoom::None));
    let left = titles.into_iter().find(|title| fits(title)).unwrap_or_else(bare);
    // The reason why something was not sent takes precedence over the state of search and filter.
    if fits(&left) || panel.composer.problem.is_none() {
        canvas.draw_right(line, 0, &right);
    }
    if fits(&left) || right.parts.is_empty() || panel.composer.problem.is_some() {
        canvas.draw_styled_text(line, 0, 0, &left);
    }
    composer::draw(canvas, field, model, session, panel);
}

/// A text with a blank at both ends; empty if it has no words.
fn padded(strip: StyledText) -> StyledText {
    if strip.parts.is_empty() { strip } else { StyledText::single(" ", Role::Dim).append(strip).with(" ", Role::Dim) }
}

fn bottom_of(area: Rect) -> Rect {
    part(area, 0, area.height.saturating_sub(1), area.width, 1)
}

fn draw_view(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> ShownRange {
    match (panel.view, &session.kind, &session.spec.what) {
        (View::Response, SessionKind::Http(exchange), _) => {
            http::response(canvas, area, &http::HttpPage { model, session, panel }, exchange)
        }
        (View::Timing, SessionKind::Http(exchange), _) => {
            http::draw_timing(canvas, area, model, session, exchange, panel)
        }
        (View::Headers | View::Request | View::Tls | View::Fields, _, _) => {
            document::of_view(canvas, area, session, panel)
        }
        (View::Answer, SessionKind::Dns(_), _) => dns::draw_answers(canvas, area, model, session, panel),
        (View::Way, _, _) => dns::draw_path(canvas, area, model, session, panel),
        (View::Ladder, _, _) => ladder::draw(canvas, area, model, session, panel),
        (View::State, SessionKind::Conversation { .. } | SessionKind::Bound { .. }, _) => {
            udp::draw_ledger(canvas, area, model, session, panel)
        }
        (View::Kernel, SessionKind::Conversation { .. } | SessionKind::Bound { .. }, _) => {
            udp::draw_socket(canvas, area, session, panel)
        }
        (View::Kernel, SessionKind::Unix(state), _) => unix::draw_conversation(canvas, area, session, state, panel),
        (
            View::Kernel,
            SessionKind::Listener(ListenerSession { holds, .. })
            | SessionKind::UnixListener(UnixListenerSession { holds, .. }),
            _,
        ) => unix::draw_listener(canvas, area, session, *holds, panel),
        (View::State, _, _) => state_view::draw(canvas, area, model, session, panel),
        (View::Kernel, _, _) => gauges::draw(canvas, area, session, panel),
        (View::Flow, _, _) => flow::draw(canvas, area, model, session, panel),
        (View::Explain, _, _) => explain::draw(canvas, area, model, session, panel),
        (View::Peers, _, _) => peers::draw(canvas, area, model, session, panel),
        (View::Hex, _, _) => transcript::draw(canvas, area, model, session, panel, TranscriptMode::Hex),
        (View::Latency, SessionKind::Repeat(view), SpecKind::Repeat(spec)) => {
            repeat::draw(canvas, area, spec, view, panel)
        }
        (View::Ports, SessionKind::Ports(scan), _) => ports::draw(canvas, area, session, scan, panel),
        (View::Text | View::Timing | View::Latency | View::Ports | View::Response | View::Answer, _, _) => {
            transcript::draw(canvas, area, model, session, panel, TranscriptMode::Text)
        }
    }
}

/// What limits the view or is out of sight: search, filter, rows below.
fn transcript_status(panel: &Panel, shown: ShownRange) -> StyledText {
    let mut parts: Vec<StyledText> = Vec::new();
    if let Some(search) = &panel.search {
        let count = match (&search.hits, search.at) {
            (None, _) => "searching".to_owned(),
            (Some(hits), _) if hits.is_empty() => "not found".to_owned(),
            (Some(hits), at) => {
                let place = at.map_or(0, |at| at as u64 + 1);
                let more = match (search.done, hits.len() >= MOST_HITS) {
                    (_, true) => " or more",
                    (true, false) => "",
                    (false, false) => "…",
                };
                format!("{} of {}{more}", quantity::grouped(place), quantity::grouped(hits.len() as u64))
            }
        };
        parts.push(StyledText::single(format!("/{} ", short_title(&search.typed)), Role::Key).with(count, Role::Dim));
    }
    if let Some(filtered) = &panel.filter {
        parts
            .push(StyledText::single("filter ", Role::Dim).with(short_title(filtered.filter.source_text()), Role::Key));
    }
    let transcript = panel.view.is_transcript();
    if transcript && panel.scroll != ScrollPosition::Tail && shown.entries_below > 0 {
        parts.push(StyledText::single(format!("▼ {} more", quantity::grouped(shown.entries_below)), Role::Warn));
    }
    let mut all = StyledText::new();
    for (place, strip) in parts.into_iter().enumerate() {
        let strip = if place > 0 { StyledText::single(" · ", Role::Dim).append(strip) } else { strip };
        all = all.append(strip);
    }
    all
}

fn short_title(text: &str) -> String {
    let mut short: String = text.chars().take(20).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// A scroll bar on the right border, if not everything is on the screen.
fn scrollbar(canvas: &mut Canvas<'_>, area: Rect, shown: ShownRange, border: Role) {
    let (above, below) = (shown.above.clamp(0.0, 1.0), shown.below.clamp(0.0, 1.0));
    if area.height < 3 || above + below <= 0.0 {
        return;
    }
    let height = f64::from(area.height);
    let length = ((1.0 - above - below) * height).round().clamp(1.0, height - 1.0);
    let free = height - length;
    let top = if above + below > 0.0 { (free * above / (above + below)).round() } else { 0.0 };
    let role = if border == Role::Focus { Role::Focus } else { Role::Dim };
    for y in 0..area.height {
        let inside = f64::from(y) >= top && f64::from(y) < top + length;
        if inside {
            let symbol = if canvas.look.is_colourless() { "█" } else { "┃" };
            canvas.draw_repeated(area, 0, y, symbol, 1, role);
        }
    }
}
