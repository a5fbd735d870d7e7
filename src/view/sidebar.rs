//! The list of sessions; only the visible ones are formatted.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, inner_area, part};
use super::{chart, status};
use crate::files::theme::Role;
use crate::model::seen::{ClickTarget, ShownSessions};
use crate::model::state::{Focus, Model};
use crate::sessions::kinds::SessionKind;
use crate::sessions::spec::HostPort;
use crate::sessions::{Session, SessionId, SessionPhase, SpecKind};
use crate::text::quantity;
use crate::text::secret::mask_text;

/// The most columns of a sparkline here, with its mark.
const MOST_BARS: u16 = 7;

/// With fewer columns, no sparkline is drawn.
const LEAST_BARS: u16 = 4;

/// Draws the list in its frame.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let listed = model.sessions_in_order();
    let focused = model.focus == Focus::Sessions && model.selected.is_some() && model.overlay.is_none();
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
    let first = model.list_first.unwrap_or(picked.saturating_sub(count / 2)).min(listed.len().saturating_sub(count));
    let digits = listed.iter().max().map_or(1, |id| id.to_string().len());
    canvas.seen.list = Some(ShownSessions { first, count });
    let shown = || listed.iter().skip(first).take(count).filter_map(|id| model.sessions.get(id));
    let mut hosts = shown().filter_map(|session| http_host(session));
    let first_host = hosts.next();
    let several = hosts.any(|host| Some(host) != first_host);
    let mut y = 0;
    for id in listed.iter().skip(first).take(count) {
        if let Some(session) = model.sessions.get(id) {
            let area = part(inner, 0, y, inner.width, step);
            let place = SessionRows { area, lines: lines.min(area.height), digits, with_host: several };
            session_rows(canvas, &place, model, session);
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

/// Where a session is drawn, and how.
struct SessionRows {
    /// With the blank row that follows, if there is one.
    area: Rect,
    /// The rows without it.
    lines: u16,
    /// The width of the numbers.
    digits: usize,
    /// Whether a request names its host, because those in the list differ.
    with_host: bool,
}

/// The host and port of a request.
fn http_host(session: &Session) -> Option<HostPort> {
    session.spec.what.facets().target().filter(|_| matches!(session.kind, SessionKind::Http(_)))
}

/// The name of a session in the list.
fn listed_name(session: &Session, with_host: bool) -> String {
    match &session.spec.what {
        SpecKind::Http(spec) if with_host && session.spec.label.is_none() => {
            let url = mask_text(&spec.url);
            let rest = url.split_once("://").map_or(&*url, |(_, rest)| rest);
            // Before the path, a `@` ends the user information.
            let path = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let host = rest[..path].rfind('@').map_or(0, |at| at + 1);
            format!("{} {}", spec.method, &rest[host..])
        }
        _ => status::name(session),
    }
}

fn session_rows(canvas: &mut Canvas<'_>, place: &SessionRows, model: &Model, session: &Session) {
    let SessionRows { area: whole, lines, digits, with_host } = *place;
    let area = Rect { height: lines, ..whole };
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
    canvas.draw_text(inside, x, 0, &listed_name(session, with_host), name);
    let mut rows = area;
    if area.height > 1 {
        let detail = status::detail(model, session);
        let room = inside.width.saturating_sub(x);
        let used = match session.failure() {
            // A reason that is too long goes on in the blank row; without one, the class says it in short.
            Some(failure) if detail.columns() > room => {
                let text: String = detail.parts.iter().map(|(text, _)| text.as_str()).collect();
                if Canvas::sentence_rows(room, &text) < whole.height {
                    let below = Rect { height: whole.height, ..inside };
                    rows.height = 1 + canvas.draw_sentence(below, x, 1, &text, Role::Bad);
                    room
                } else {
                    canvas.draw_text(inside, x, 1, &failure.class.name().replace('_', " "), Role::Bad)
                }
            }
            Some(_) | None => canvas.draw_styled_text(inside, x, 1, &detail),
        };
        flow(canvas, part(inside, x + used + 1, 1, inside.width, 1), session, model);
    }
    if selected {
        for y in 1..rows.height {
            canvas.draw_text(rows, 0, y, bar, Role::Focus);
        }
        canvas.tint(rows, Role::Selection);
    }
    canvas.hit(rows, ClickTarget::Session(session.id));
}

/// Recent traffic, if there is room: a listener's rate, and a sparkline of the direction with more bytes, after its
/// mark.
fn flow(canvas: &mut Canvas<'_>, area: Rect, session: &Session, model: &Model) {
    if matches!(session.kind, SessionKind::Http(_) | SessionKind::Repeat(_))
        || !matches!(session.phase, SessionPhase::Open(_) | SessionPhase::Listening)
    {
        return;
    }
    let mut x = 0;
    if session.is_listener() {
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
    let sent: Vec<u64> = session.rates.sent.bars(room - 1).collect();
    let received: Vec<u64> = session.rates.received.bars(room - 1).collect();
    let up = sent.iter().sum::<u64>() > received.iter().sum::<u64>();
    let (mark, bars, role) = if up { ("▲", sent, Role::Sent) } else { ("▼", received, Role::Received) };
    let most = bars.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return;
    }
    x += canvas.draw_text(area, x, 0, mark, role);
    for bar in bars {
        x += canvas.draw_text(area, x, 0, chart::symbol(bar.into(), most.into()), role);
    }
}
