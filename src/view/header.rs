//! The row at the top: the program, what differs from the usual display, and the totals of all sessions.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, part};
use super::count_role::count_role;
use super::key_hints;
use crate::files::theme::Role;
use crate::model::action::{Action, AppAction, PaneAction};
use crate::model::keymap::KeyMode;
use crate::model::state::Model;
use crate::text::quantity;

/// Draws the header; if there is no footer, it has the keys of the help, and of a frozen display.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, without_footer: bool) {
    let mut left = StyledText::single(" sockeye", Role::Brand);
    if model.zoomed {
        left = left.with("  zoomed", Role::Warn);
    }
    if let (Some(session), Some(panel)) = (model.session(), model.selected_panel())
        && let Some(frozen) = &panel.frozen
    {
        let waiting = session.transcript.end_number().saturating_sub(frozen.end_number());
        left = left.with("  frozen", Role::Warn);
        if waiting > 0 {
            left = left.with(format!(", {} more wait", quantity::grouped(waiting)), Role::Warn);
        }
        let go_on = key_hints::key(model, KeyMode::Normal, Action::Pane(PaneAction::Freeze));
        if let Some(key) = go_on.filter(|_| without_footer) {
            left = left.with("  ", Role::Dim).with(key, Role::Key).with(" goes on", Role::Dim);
        }
    }
    if !model.settings.mouse {
        left = left.with("  mouse released", Role::Dim);
    }
    let help = key_hints::key(model, KeyMode::Normal, Action::App(AppAction::Help)).filter(|_| without_footer);
    if let Some(help) = help {
        left = left.with("  ", Role::Dim).with(help, Role::Key).with(" help", Role::Dim);
    }
    let used = canvas.draw_styled_text(area, 0, 0, &left);
    let rest = part(area, used + 1, 0, area.width.saturating_sub(used + 1), 1);
    if model.sessions.is_empty() {
        return;
    }
    let rates = model.rates();
    let (open, failed) = model.open_and_failed();
    let moving = |rate: f64| if rate >= 1.0 { Role::Text } else { Role::Dim };
    let rate = |rate: f64| format!(" {:<9}", quantity::rate(rate));
    let flow = StyledText::single("▲", Role::Sent)
        .with(rate(rates.sent), moving(rates.sent))
        .with("  ▼", Role::Received)
        .with(rate(rates.received), moving(rates.received));
    let failed_role = count_role(failed as u64, Role::Bad);
    let counts = StyledText::single(format!("  {} open", quantity::grouped(open as u64)), Role::Dim)
        .with(format!("   {} failed ", quantity::grouped(failed as u64)), failed_role);
    let all = flow.clone().append(counts.clone());
    if !canvas.draw_right(rest, 0, &all) && !canvas.draw_right(rest, 0, &flow) {
        canvas.draw_right(rest, 0, &counts);
    }
}
