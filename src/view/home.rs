//! The screen without sessions: what the program is, and which keys to press.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, part};
use super::key_hints::key;
use crate::files::theme::Role;
use crate::model::action::{Action, AppAction};
use crate::model::keymap::KeyMode;
use crate::model::state::Model;

/// Examples of targets, with what each opens.
const EXAMPLES: [(&str, &str); 5] = [
    ("127.0.0.1:80", "a TCP connection"),
    ("udp://127.0.0.1:53", "a UDP conversation"),
    ("https://example.org", "an HTTP request; or a curl command"),
    ("listen tcp 9000", "wait for peers"),
    ("nc -u -l 5000", "whatever you would give to nc"),
];

/// Draws the home screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    let of = |action: AppAction| key(model, KeyMode::Normal, Action::App(action));
    let new = of(AppAction::New).or_else(|| of(AppAction::NewOrNextHit));
    let hints = [
        (new, "new session"),
        (of(AppAction::CommandLine), "command line"),
        (of(AppAction::Palette), "everything that can be done"),
        (of(AppAction::Help), "every key"),
        (of(AppAction::Back), "quit"),
    ];
    let width = 60.min(area.width.saturating_sub(2));
    let full = area.height >= 19;
    let height = if full { 17 } else { 9 };
    let top = area.height.saturating_sub(height) / 3;
    let left = area.width.saturating_sub(width) / 2;
    let place = part(area, left, top, width, area.height - top);
    let mut y = 0;
    canvas.draw_styled_text(
        place,
        0,
        y,
        &StyledText::single("sockeye", Role::Brand).with("  netcat you can see", Role::Strong),
    );
    y += 1;
    canvas.draw_text(place, 0, y, "TCP, UDP and HTTP by hand, and what really happened.", Role::Dim);
    y += 2;
    let column = hints.iter().filter_map(|(key, _)| key.as_ref()).map(|key| key.chars().count()).max().unwrap_or(1);
    for (key, what) in &hints {
        let Some(key) = key else { continue };
        let strip = StyledText::single(format!("{key:>column$}"), Role::Key).with(format!("  {what}"), Role::Text);
        canvas.draw_styled_text(place, 0, y, &strip);
        y += 1;
    }
    if full {
        y += 1;
        canvas.draw_text(place, 0, y, "What the new session takes, typed or pasted:", Role::Dim);
        y += 1;
        for (example, what) in EXAMPLES {
            let strip = StyledText::single(format!("  {example:<22}"), Role::Text).with(what, Role::Dim);
            canvas.draw_styled_text(place, 0, y, &strip);
            y += 1;
        }
        y += 1;
        canvas.draw_styled_text(
            place,
            0,
            y,
            &StyledText::single("sockeye lab", Role::Text).with(" in a shell starts peers to talk with", Role::Dim),
        );
    } else if y + 1 < place.height {
        let strip = StyledText::single("sockeye lab", Role::Text).with(" in a shell starts peers", Role::Dim);
        canvas.draw_styled_text(place, 0, y + 1, &strip);
    }
}
