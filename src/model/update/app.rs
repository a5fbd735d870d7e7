//! Actions that concern the whole program.

use super::notices::{notify, open_overlay, settle_focus, warn};
use crate::model::action::AppAction;
use crate::model::form_reading::FormReading;
use crate::model::msg::Effect;
use crate::model::overlay::{ConfirmQuestion, Overlay, PromptPurpose};
use crate::model::palette;
use crate::model::panel::Panel;
use crate::model::state::{Focus, Model};
use crate::sessions::SessionId;
use crate::text::sanitize::quoted;
use crate::text::secret::SecretDisplay;

/// Runs an action of the program.
pub(super) fn run(model: &mut Model, action: AppAction, effects: &mut Vec<Effect>) {
    match action {
        AppAction::Back => go_back(model),
        AppAction::Quit => quit(model),
        AppAction::QuitNow => model.quitting = true,
        AppAction::Redraw => effects.push(Effect::Redraw),
        AppAction::Lab => open_overlay(model, Overlay::Lab { picked: 0 }),
        AppAction::Escape => escape(model),
        AppAction::NextPane => turn_focus(model, true),
        AppAction::PreviousPane => turn_focus(model, false),
        AppAction::SelectSession(place) => {
            let listed = model.sessions_in_order();
            let chosen =
                listed.iter().find(|id| id.0 == u32::from(place)).or_else(|| listed.get(usize::from(place) - 1));
            match chosen.copied() {
                Some(id) => select(model, id),
                None => warn(model, format!("there is no session {place}")),
            }
        }
        AppAction::NextSession => step_session(model, 1),
        AppAction::PreviousSession => step_session(model, -1),
        AppAction::New => open_form(model),
        AppAction::NewOrNextHit => {
            if model.selected_panel().is_some_and(|panel| panel.search.is_some()) {
                super::search::move_to_hit(model, true);
            } else {
                open_form(model);
            }
        }
        AppAction::Help => open_overlay(model, Overlay::Help { query: Model::field(), scroll: 0 }),
        AppAction::CommandLine => open_prompt(model, PromptPurpose::Command, ""),
        AppAction::Palette => {
            let found = palette::matches(model, "");
            open_overlay(model, Overlay::Palette { input: Model::field(), found, picked: 0 });
        }
        AppAction::ToggleMouse => {
            model.settings.mouse = !model.settings.mouse;
            effects.push(Effect::GrabMouse(model.settings.mouse));
            let text = if model.settings.mouse {
                "the mouse is ours again"
            } else {
                "the mouse is your terminal's: select text; m takes it back"
            };
            notify(model, text);
        }
        AppAction::Suspend => effects.push(Effect::Suspend),
        AppAction::ToggleClock => model.settings.wall_clock = !model.settings.wall_clock,
        AppAction::ToggleSecrets => toggle_secrets(model),
        AppAction::NextTheme => {
            let at = model.settings.themes.iter().position(|name| *name == model.settings.theme).unwrap_or(0);
            let count = model.settings.themes.len().max(1);
            if let Some(name) = model.settings.themes.get((at + 1) % count).cloned() {
                use_theme(model, name);
            }
        }
    }
}

/// Shows the secrets in the heads of all sessions, or masks them again.
fn toggle_secrets(model: &mut Model) {
    let (secrets, said) = match model.settings.secrets {
        SecretDisplay::Masked => (SecretDisplay::Shown, "secrets in headers and URLs are shown"),
        SecretDisplay::Shown => (SecretDisplay::Masked, "secrets are masked again"),
    };
    model.settings.secrets = secrets;
    for session in model.sessions.values_mut() {
        session.secrets = secrets;
    }
    notify(model, said);
}

/// Switches to a theme, if there is one with this name.
pub(super) fn use_theme(model: &mut Model, name: String) {
    if model.settings.themes.contains(&name) {
        model.settings.theme = name;
    } else {
        let known = model.settings.themes.join(", ");
        warn(model, format!("there is no theme {}; there are {known}", quoted(&name)));
    }
}

/// Opens the form for a new session.
pub(super) fn open_form(model: &mut Model) {
    model.targets.lines.stop_browsing();
    let input = Model::command_field();
    let reading = FormReading::of(input.text(), &model.names);
    open_overlay(model, Overlay::New { input, reading, problem: None });
}

/// Opens a one-line field.
pub(super) fn open_prompt(model: &mut Model, purpose: PromptPurpose, text: &str) {
    let mut input = if purpose == PromptPurpose::Command { Model::command_field() } else { Model::field() };
    input.set(text);
    model.commands.stop_browsing();
    // What stands in the field is the last text: the first key that types something replaces it.
    let fresh = matches!(purpose, PromptPurpose::Search | PromptPurpose::Filter) && !input.is_empty();
    open_overlay(model, Overlay::Prompt { purpose, input, completing: None, problem: None, fresh, awaits: None });
}

/// Selects a session, and shows it.
pub(super) fn select(model: &mut Model, id: SessionId) {
    model.selected = Some(id);
    model.list_first = None;
    super::readings::refresh_panel(model);
    settle_focus(model);
}

fn step_session(model: &mut Model, step: isize) {
    let listed = model.sessions_in_order();
    let last = listed.len().saturating_sub(1);
    // From the home screen, the first session is one step away.
    let at = model.selected.and_then(|id| listed.iter().position(|other| *other == id));
    let next = at.map_or(0, |at| at.saturating_add_signed(step).min(last));
    if let Some(id) = listed.get(next).copied() {
        select(model, id);
    }
}

/// Moves the selection by several sessions in the list.
pub(super) fn move_in_list(model: &mut Model, step: isize) {
    step_session(model, step);
}

fn turn_focus(model: &mut Model, forward: bool) {
    if model.selected.is_none() {
        leave_home(model);
        return;
    }
    let panes: &[Focus] = if model.can_send() {
        &[Focus::Sessions, Focus::View, Focus::Composer]
    } else {
        &[Focus::Sessions, Focus::View]
    };
    let at = panes.iter().position(|pane| *pane == model.focus).unwrap_or(0);
    let step = if forward { 1 } else { panes.len() - 1 };
    model.focus = panes.get((at + step) % panes.len()).copied().unwrap_or(Focus::Sessions);
    settle_focus(model);
}

/// One step back: from the whole screen, from the pane to the list, from the list to the home screen, and from there
/// out of the program.
fn go_back(model: &mut Model) {
    if model.zoomed {
        model.zoomed = false;
    } else if model.focus == Focus::View && model.panel_mut().is_some_and(go_back_to_view) {
        // The view that led here is shown again.
    } else if model.focus != Focus::Sessions && model.selected.is_some() {
        model.focus = Focus::Sessions;
    } else if model.selected.is_some() {
        model.left_session = model.selected.take();
        model.home_picked = 0;
    } else {
        quit(model);
    }
}

/// From the home screen back to the session that was left; does nothing if there is none.
fn leave_home(model: &mut Model) {
    let left = model.left_session.filter(|id| model.sessions.contains_key(id));
    if let Some(id) = left.or_else(|| model.sessions_in_order().first().copied()) {
        select(model, id);
        model.focus = Focus::Sessions;
    }
}

/// Quits. Asks first if sessions are open, or if a text was not sent; while it asks, quits.
pub(super) fn quit(model: &mut Model) {
    let draft = model.has_draft();
    match (&model.overlay, model.open_and_failed().0) {
        (Some(Overlay::Confirm(ConfirmQuestion::Quit { .. })), _) => model.quitting = true,
        (_, 0) if !draft => model.quitting = true,
        (_, open) => {
            model.overlay_behind = model.overlay.take();
            open_overlay(model, Overlay::Confirm(ConfirmQuestion::Quit { open, draft }));
        }
    }
}

/// Goes back to the view that led to the present one; false if none did.
fn go_back_to_view(panel: &mut Panel) -> bool {
    let Some(view) = panel.came_from.take() else { return false };
    panel.view = view;
    panel.cursor = None;
    true
}

/// Marks nothing any more; false if nothing was marked.
fn unmark(panel: &mut Panel) -> bool {
    panel.cursor.as_mut().is_some_and(|cursor| cursor.mark.take().is_some())
}

fn escape(model: &mut Model) {
    if model.overlay.take().is_some() {
        return;
    }
    if model.selected.is_none() {
        leave_home(model);
        return;
    }
    if model.focus == Focus::Composer {
        model.focus = Focus::View;
        return;
    }
    let Some(panel) = model.panel_mut() else { return };
    if unmark(panel) || go_back_to_view(panel) {
        return;
    }
    // What the footer says of this key comes first.
    if panel.search.take().is_some() || panel.filter.take().is_some() {
        return;
    }
    if panel.cursor.take().is_some() || panel.document_cursor.take().is_some() {
        return;
    }
    if model.zoomed {
        model.zoomed = false;
    } else {
        model.focus = Focus::Sessions;
    }
}
