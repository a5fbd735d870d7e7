//! The column at the right of a wide terminal: exact figures of the selected session.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, inner_area, part};
use super::count_role::count_role;
use super::diagram::{self, StateDiagram};
use super::figure_column::FigureColumn;
use super::kinds::{self, FigurePlace};
use super::{document, evidence, failure_card, flow, gauges, gutter, status};
use crate::files::theme::Role;
use crate::model::documents::{document as documents, path};
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::view::{KernelSampling, View};
use crate::model::words;
use crate::sessions::tcp::gauges::Gauge;
use crate::sessions::{Session, SessionPhase};
use crate::text::quantity;
use crate::wire::{Both, Totals};

/// The least height of the figures, with their frame.
const FIGURES: u16 = 12;

/// Draws a titled frame in the column. Returns its inside.
fn framed(canvas: &mut Canvas<'_>, area: Rect, title: &str) -> Rect {
    canvas.draw_frame(area, Role::Border);
    let title = StyledText::single(format!(" {title} "), Role::Dim);
    canvas.draw_styled_text(part(area, 2, 0, area.width.saturating_sub(4), 1), 0, 0, &title);
    let inner = inner_area(area);
    part(inner, 1, 0, inner.width.saturating_sub(2), inner.height)
}

/// Draws the state diagram and the gauges of a TCP connection, if there is room and the pane does not show them itself.
/// Returns how many rows they took, and whether the gauges are drawn.
fn connection(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> (u16, bool) {
    let Some(story) = panel.tcp_history(session) else { return (0, false) };
    // Beside a request or a response the figures of the exchange need the room.
    if !session.has_bare_stream() && panel.view.entry().samples == KernelSampling::No {
        return (0, false);
    }
    let mut used = 0;
    if panel.view != View::State {
        let tall = area.height >= diagram::TALL + 3 + FIGURES + 12;
        let rows = if tall { diagram::TALL } else { diagram::SHORT } + 3;
        if area.height >= rows + FIGURES {
            let inner = framed(canvas, part(area, 0, 0, area.width, rows), "state");
            let drawn = part(inner, 0, 0, inner.width, inner.height - 1);
            StateDiagram { track: &story.track, opened: session.opened }.draw(canvas, drawn);
            canvas.draw_styled_text(inner, 0, inner.height - 1, &evidence::legend());
            used = rows;
        }
    }
    let rows = 2 + flow::BRIEF;
    if panel.view != View::Flow && flow::is_blocked(session, story) && area.height >= used + rows + FIGURES {
        let inner = framed(canvas, part(area, 0, used, area.width, rows), "flow");
        flow::draw_short(canvas, inner, model, session, story);
        used += rows;
    }
    let rows = 2 + u16::try_from(Gauge::FEW.len()).unwrap_or(0);
    let told = !story.gauges.is_empty() && session.failure().is_none();
    if panel.view != View::Kernel && told && area.height >= used + rows + FIGURES {
        let inner = framed(canvas, part(area, 0, used, area.width, rows), "kernel");
        gauges::draw_short(canvas, inner, &story.gauges);
        return (used + rows, true);
    }
    (used, false)
}

/// Draws the column.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) {
    let (used, gauged) = connection(canvas, area, model, session, panel);
    let inner = framed(canvas, part(area, 0, used, area.width, area.height - used), "in figures");
    let mut column = FigureColumn { canvas, area: inner, y: 0 };
    about(&mut column, model, session);
    let place = FigurePlace { model, panel, gauged };
    kinds::own_figures(session, &mut column, &place);
    bytes(&mut column, session, panel);
    kinds::last_figures(session, &mut column, &place);
    if panel.view != View::Way {
        draw_path(&mut column, model, session);
    }
    if let Some(warning) = &session.warning {
        column.push_section("last warning");
        column.push_sentence(&warning.to_string(), Role::Warn);
    }
    if let Some(failure) = session.failure() {
        column.push_section("failure");
        column.line("class", format!("{}, exit code {}", failure.class.name(), failure.class.exit_code()), Role::Bad);
        column.line("tried", failure.operation.name(), Role::Text);
        if !failure.peer.is_empty() {
            column.line("with", failure.peer.as_str(), Role::Text);
        }
        column.push_known("errno", failure.os_code.map(|code| code.to_string()));
        column.line("evidence", failure_card::evidence(failure.evidence), Role::Text);
        column.push_sentence(&failure.message, Role::Bad);
    }
}

fn about(column: &mut FigureColumn<'_, '_>, model: &Model, session: &Session) {
    let standing = status::session_status(session, model.now);
    column.push_section("session");
    column.line("state", standing.words, standing.role);
    let ended = match &session.phase {
        SessionPhase::Ended { at, .. } => Some(*at),
        _ => None,
    };
    let lasted = ended.unwrap_or(model.now).saturating_duration_since(session.opened);
    column.line("opened", gutter::wall_clock(model, session.opened).trim_start(), Role::Text);
    // While the session is open, whole seconds, so that the screen is not redrawn for every digit.
    let lasted = if ended.is_some() { lasted } else { std::time::Duration::from_secs(lasted.as_secs()) };
    let text = if lasted.is_zero() { "under 1 s".to_owned() } else { quantity::duration(lasted) };
    column.line(if ended.is_some() { "lasted" } else { "for" }, text, Role::Text);
    kinds::about(session, column);
}

fn bytes(column: &mut FigureColumn<'_, '_>, session: &Session, panel: &Panel) {
    let total = |totals: Totals| {
        format!("{} {}", quantity::grouped(totals.bytes), kinds::unit(session, totals)).trim_end().to_owned()
    };
    column.push_section("bytes");
    let Both { sent, received } = session.totals;
    column.line("▲ sent", total(sent), count_role(sent.bytes, Role::Sent));
    column.line("▼ received", total(received), count_role(received.bytes, Role::Received));
    let transcript = &session.transcript;
    column.line("memory", words::memory_text(transcript), Role::Text);
    column.line("segments", words::kept_segments(transcript), Role::Text);
    let lost = session.transcript.not_kept();
    let lost = lost.sent.bytes + lost.received.bytes;
    if lost > 0 {
        column.line("not kept", quantity::grouped(lost), Role::Warn);
    }
    for (count, one, several) in panel.hostile.found.kinds() {
        if count > 0 {
            let least = if panel.hostile.unsearched > 0 { "≥ " } else { "" };
            let noun = if count == 1 { one } else { several };
            column.line("neutralised", format!("{least}{} {noun}", quantity::grouped(count)), Role::Bad);
        }
    }
    if panel.hostile.unsearched > 0 {
        let too_fast = format!("{} came too fast", quantity::bytes(panel.hostile.unsearched));
        column.line("unsearched", too_fast, Role::Dim);
    }
}

/// The path to the peer, unless a single address was tried and nothing else is known.
fn draw_path(column: &mut FigureColumn<'_, '_>, model: &Model, session: &Session) {
    let path = &session.path;
    if path.lookup.is_none() && path.route.is_none() && session.attempts.race().len() < 2 {
        return;
    }
    column.y += 1;
    let page = path::path_document(path, &session.attempts, model.now, column.area.width);
    for line in page.lines.iter().flat_map(|line| documents::wrap(line, column.area.width.max(1))) {
        if column.y >= column.area.height {
            return;
        }
        document::draw_line(column.canvas, column.area, column.y, &line);
        column.y += 1;
    }
}
