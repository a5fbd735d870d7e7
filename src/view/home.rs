//! The home screen: what the program is, and what can be done from here, as lines with a cursor.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, columns_of, part};
use super::key_hints::first_bound_key;
use crate::files::theme::Role;
use crate::model::action::{Action, AppAction};
use crate::model::home::{HomeEntry, entries};
use crate::model::keymap::KeyMode;
use crate::model::overlay::Overlay;
use crate::model::seen::ClickTarget;
use crate::model::state::Model;
use crate::model::targets::RecentTarget;

/// Examples of targets, with what each opens.
const EXAMPLES: [(&str, &str); 6] = [
    ("127.0.0.1:80", "a TCP connection"),
    ("udp://127.0.0.1:53", "a UDP conversation"),
    ("https://example.org", "an HTTP request; or a curl line"),
    ("dns example.org MX", "ask name servers; or a dig line"),
    ("listen tcp 9000", "wait for peers"),
    ("nc -u -l 5000", "whatever you would give to nc"),
];

/// The greatest width that is easy to read.
const WIDEST: u16 = 64;

/// Draws the home screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let lines = entries(model);
    let width = WIDEST.min(area.width.saturating_sub(2));
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    // The name and what it is, the lines, the examples; each part only if it fits.
    let head = if area.height > count + 3 { 3 } else { u16::from(area.height > count) };
    let examples = area.height.saturating_sub(head + count + 2).min(EXAMPLES.len() as u16);
    let height = head + count + if examples > 0 { examples + 2 } else { 0 };
    let top = area.height.saturating_sub(height) / 3;
    let place = part(area, area.width.saturating_sub(width) / 2, top, width, area.height.saturating_sub(top));
    if head > 0 {
        let name = StyledText::single("sockeye", Role::Brand).with("  netcat you can see", Role::Strong);
        canvas.draw_styled_text(place, 1, 0, &name);
    }
    if head > 1 {
        canvas.draw_text(place, 1, 1, "TCP, UDP and HTTP by hand, and what really happened.", Role::Dim);
    }
    let list = part(place, 0, head, place.width, count);
    let keys: Vec<String> = lines.iter().map(|line| key_of(model, line)).collect();
    let column = keys.iter().map(|key| columns_of(key)).max().unwrap_or(1);
    let shown = usize::from(list.height);
    let first = model.home_picked.saturating_sub(shown.saturating_sub(1)).min(lines.len().saturating_sub(shown));
    for (y, (at, line)) in (0_u16..).zip(lines.iter().enumerate().skip(first).take(shown)) {
        let row = part(list, 0, y, list.width, 1);
        let picked = at == model.home_picked && model.overlay.is_none();
        canvas.draw_text(row, 0, 0, if picked { "▌" } else { " " }, Role::Focus);
        let key = keys.get(at).map_or("", String::as_str);
        canvas.draw_text(row, 1 + column.saturating_sub(columns_of(key)), 0, key, Role::Key);
        let text = part(row, column + 3, 0, row.width, 1);
        match line {
            HomeEntry::Run(_, what) => canvas.draw_text(text, 0, 0, what, Role::Text),
            HomeEntry::Recent(RecentTarget { shown, .. }) => {
                let used = canvas.draw_text(text, 0, 0, shown, Role::Strong);
                used + canvas.draw_text(text, used + 2, 0, "again", Role::Faint)
            }
        };
        if picked {
            canvas.tint(row, Role::Selection);
        }
        canvas.hit(row, ClickTarget::Home(at));
    }
    // The form for a new session has examples of its own; these would look out from under it.
    if examples > 0 && !matches!(model.overlay, Some(Overlay::New { .. })) {
        let below = part(place, 1, head + count + 1, place.width.saturating_sub(1), examples + 1);
        canvas.draw_text(below, 0, 0, "A new session takes, typed or pasted:", Role::Dim);
        for (y, (example, what)) in (1_u16..).zip(EXAMPLES.iter().take(usize::from(examples))) {
            let strip = StyledText::single(format!("  {example:<22}"), Role::Text).with(*what, Role::Dim);
            canvas.draw_styled_text(below, 0, y, &strip);
        }
    }
}

/// The key that does what a line says; empty if it has none.
fn key_of(model: &Model, line: &HomeEntry) -> String {
    let actions: &[AppAction] = match line {
        HomeEntry::Run(AppAction::New, _) => &[AppAction::New, AppAction::NewOrNextHit],
        HomeEntry::Run(action, _) => &[*action],
        HomeEntry::Recent(_) => return String::new(),
    };
    let actions: Vec<Action> = actions.iter().copied().map(Action::App).collect();
    first_bound_key(model, KeyMode::Normal, &actions).unwrap_or_default()
}
