//! The list of sessions; only the visible ones are formatted.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, inner_area, part};
use super::{chart, status};
use crate::files::theme::Role;
use crate::model::seen::{ClickTarget, ShownSessions};
use crate::model::state::{Focus, Model};
use crate::sessions::kinds::SessionKind;
use crate::sessions::{Session, SessionId, SessionPhase};
use crate::text::quantity;

/// The most bars of a sparkline here.
const MOST_BARS: u16 = 6;

/// With fewer bars, no sparkline is drawn.
const LEAST_BARS: u16 = 3;

/// Draws the list in its frame.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let listed = model.sessions_in_order();
    let focused = model.focus == Focus::Sessions && model.overlay.is_none();
    let border = if focused { Role::Focus } else { Role::Border };
    canvas.draw_frame(area, border);
    let title = if focused { Role::Strong } else { Role::Dim };
    canvas.draw_styled_text(title_area(area), 0, 0, &StyledText::single(" sessions ", title));
    canvas.hit(area, ClickTarget::Sessions);
    let inner = inner_area(area);
    let (lines, gap) = row_spacing(listed.len(), inner.height);
    let step = lines + gap;
    let count = usize::from((inner.height + gap) / step.max(1));
    let picked = model.selected.and_then(|id| listed.iter().position(|other| *other == id)).unwrap_or(0);
    let first = picked.saturating_sub(count / 2).min(listed.len().saturating_sub(count));
    let digits = listed.iter().max().map_or(1, |id| id.to_string().len());
    canvas.seen.list = Some(ShownSessions { first, count });
    let mut y = 0;
    for id in listed.iter().skip(first).take(count) {
        let row = part(inner, 0, y, inner.width, lines);
        if let Some(session) = model.sessions.get(id) {
            session_rows(canvas, row, model, session, digits);
        }
        y += step;
    }
    let below = listed.len().saturating_sub(first + count);
    if first > 0 {
        canvas.draw_right(
            title_area(area),
            0,
            &StyledText::single(format!(" ▲ {} ", quantity::grouped(first as u64)), Role::Dim),
        );
    }
    if below > 0 && area.height > 1 {
        let strip = StyledText::single(format!(" ▼ {} more ", quantity::grouped(below as u64)), Role::Dim);
        canvas.draw_right(title_area(area), area.height - 1, &strip);
    }
}

fn title_area(area: Rect) -> Rect {
    part(area, 2, 0, area.width.saturating_sub(4), area.height)
}

/// How many rows a session takes, and how many blank ones are between two.
fn row_spacing(sessions: usize, rows: u16) -> (u16, u16) {
    let rows = usize::from(rows);
    match sessions {
        _ if rows < 6 => (1, 0),
        n if n * 3 <= rows + 1 => (2, 1),
        _ => (2, 0),
    }
}

fn session_rows(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, digits: usize) {
    let selected = model.selected == Some(session.id);
    let standing = status::session_status(session, model.now);
    let child = session.parent().is_some_and(|parent: SessionId| model.sessions.contains_key(&parent));
    let bar = if selected { "▌" } else { " " };
    canvas.draw_text(area, 0, 0, bar, Role::Focus);
    let indent = if child { 2 } else { 0 };
    let number = format!("{:>digits$}", session.id);
    let mut x = 1 + indent;
    x += canvas.draw_text(area, x, 0, &number, Role::Dim) + 1;
    x += canvas.draw_text(area, x, 0, standing.mark, standing.role) + 1;
    let over = session.is_over() && !selected;
    let name = if selected {
        Role::Strong
    } else if over {
        Role::Dim
    } else {
        Role::Text
    };
    let inside = part(area, 0, 0, area.width.saturating_sub(1), area.height);
    canvas.draw_text(inside, x, 0, &status::name(session), name);
    if area.height > 1 {
        if selected {
            canvas.draw_text(area, 0, 1, "▌", Role::Focus);
        }
        let used = canvas.draw_styled_text(inside, x, 1, &status::detail(model, session));
        flow(canvas, part(inside, x + used + 1, 1, inside.width, 1), session, model);
    }
    if selected {
        canvas.tint(area, Role::Selection);
    }
    canvas.hit(area, ClickTarget::Session(session.id));
}

/// Recent traffic, if there is room: a listener's rate, and a sparkline of both directions together.
fn flow(canvas: &mut Canvas<'_>, area: Rect, session: &Session, model: &Model) {
    if matches!(session.kind, SessionKind::Http(_) | SessionKind::Repeat(_))
        || !matches!(session.phase, SessionPhase::Open(_) | SessionPhase::Listening)
    {
        return;
    }
    let mut x = 0;
    if matches!(session.kind, SessionKind::Listener(_) | SessionKind::UnixListener(_)) {
        let rate = session.rates.received.per_second(model.now);
        if rate >= 1.0 {
            x += canvas.draw_styled_text(
                area,
                1,
                0,
                &StyledText::single("▼ ", Role::Received).with(quantity::rate(rate), Role::Dim),
            ) + 2;
        }
    }
    let room = area.width.saturating_sub(x).min(MOST_BARS);
    if room < LEAST_BARS {
        return;
    }
    x = area.width - room;
    let room = usize::from(room);
    let sent: Vec<u64> = session.rates.sent.bars(room).collect();
    let received: Vec<u64> = session.rates.received.bars(room).collect();
    let most = sent.iter().chain(&received).copied().max().unwrap_or(0);
    if most == 0 {
        return;
    }
    for place in 0..sent.len().max(received.len()) {
        let (up, down) = (sent.get(place).copied().unwrap_or(0), received.get(place).copied().unwrap_or(0));
        let symbol = chart::symbol(up.max(down).into(), most.into());
        let role = if up > down { Role::Sent } else { Role::Received };
        x += canvas.draw_text(area, x, 0, symbol, role);
    }
}
