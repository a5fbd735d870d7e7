//! The dialog of socket options, and every other way to set one.

use super::effects;
use super::notices::{notify, open_overlay};
use crate::model::action::{Action, AppAction, ComposeAction, PaneAction, SessionAction};
use crate::model::editor::TextField;
use crate::model::editor::keys::{EditInput, edit_of};
use crate::model::form_reading::FormReading;
use crate::model::key::{Chord, Key};
use crate::model::msg::Effect;
use crate::model::options::{OptionsDialog, OptionsOwner, ValueField, is_live};
use crate::model::overlay::Overlay;
use crate::model::refusal::refusal;
use crate::model::state::Model;
use crate::sessions::order::SocketVerb;
use crate::sessions::spec::request_option;
use crate::sessions::spec::socket_options::{add, check_applies, requested_options_mut};
use crate::sessions::{Order, SessionId, Verb};
use crate::wire::option::{OptionUnit, OptionValue, SocketOption};

/// Opens the dialog for the selected session.
pub(super) fn open_for_session(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(id) = model.selected {
        open_overlay(model, Overlay::Options(OptionsDialog::new(OptionsOwner::Session(id))));
        read(model, effects);
    }
}

/// Opens the dialog over the new-session form, which comes back when the dialog is closed.
pub(super) fn open_for_form(model: &mut Model, input: TextField, reading: FormReading) {
    open_overlay(model, Overlay::Options(OptionsDialog::new(OptionsOwner::Form { input, reading })));
}

fn dialog(model: &Model) -> Option<&OptionsDialog> {
    match &model.overlay {
        Some(Overlay::Options(dialog)) => Some(dialog),
        _ => None,
    }
}

fn dialog_mut(model: &mut Model) -> Option<&mut OptionsDialog> {
    match &mut model.overlay {
        Some(Overlay::Options(dialog)) => Some(dialog),
        _ => None,
    }
}

/// Reads the values again, because one call (or the kernel itself) may change several of them.
fn read(model: &Model, effects: &mut Vec<Effect>) {
    let live =
        dialog(model).and_then(|dialog| dialog.session(model.options_source())).filter(|session| is_live(session));
    if let Some(session) = live {
        effects.push(Effect::Net(Order { id: session.id, verb: Verb::Socket(SocketVerb::ReadOptions) }));
    }
}

/// Handles a key while the dialog is open, and the action that it has there.
pub(super) fn on_key(model: &mut Model, chord: Chord, action: Option<Action>, effects: &mut Vec<Effect>) {
    let typing = dialog(model).is_some_and(|dialog| dialog.field.is_some());
    match action {
        Some(Action::App(AppAction::Escape | AppAction::Back)) => close_field_or_dialog(model),
        Some(Action::Compose(ComposeAction::Send) | Action::Pane(PaneAction::Activate)) if typing => {
            accept_value(model, effects);
        }
        _ if typing => type_into(model, chord),
        Some(Action::Pane(PaneAction::Activate) | Action::Compose(ComposeAction::Send)) => {
            edit_or_toggle(model, effects);
        }
        Some(Action::Pane(PaneAction::Down)) => move_selection(model, 1, effects),
        Some(Action::Pane(PaneAction::Up)) => move_selection(model, -1, effects),
        Some(Action::Pane(PaneAction::PageDown)) => move_selection(model, 10, effects),
        Some(Action::Pane(PaneAction::PageUp)) => move_selection(model, -10, effects),
        Some(Action::Pane(PaneAction::Top)) => move_selection(model, isize::MIN, effects),
        Some(Action::Pane(PaneAction::Bottom)) => move_selection(model, isize::MAX, effects),
        Some(Action::Pane(PaneAction::Copy)) => copy_call(model, effects),
        _ if chord.key == Key::Char(' ') => edit_or_toggle(model, effects),
        _ => {}
    }
}

/// One step back: closes the field; else the dialog, and returns to the form if it was opened from there.
fn close_field_or_dialog(model: &mut Model) {
    if let Some(dialog) = dialog_mut(model)
        && dialog.field.take().is_some()
    {
        return;
    }
    model.overlay = match model.overlay.take() {
        Some(Overlay::Options(OptionsDialog { of: OptionsOwner::Form { input, reading }, .. })) => {
            Some(Overlay::New { input, reading, problem: None })
        }
        _ => None,
    };
}

fn move_selection(model: &mut Model, by: isize, effects: &mut Vec<Effect>) {
    let count = dialog(model).map_or(0, |dialog| SocketOption::options_of(dialog.kind(model.options_source())).count());
    if let Some(dialog) = dialog_mut(model) {
        dialog.picked = dialog.picked.saturating_add_signed(by).min(count.saturating_sub(1));
    }
    read(model, effects);
}

/// Selects a line; a click on the selected line edits it.
pub(super) fn click(model: &mut Model, line: usize, effects: &mut Vec<Effect>) {
    match dialog_mut(model) {
        Some(dialog) if dialog.picked == line && dialog.field.is_none() => edit_or_toggle(model, effects),
        Some(dialog) => {
            dialog.picked = line;
            dialog.field = None;
            read(model, effects);
        }
        None => {}
    }
}

/// Toggles a switch; opens a field for any other value.
fn edit_or_toggle(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = dialog(model) else { return };
    let Some(option) = open.option(model.options_source()) else { return };
    let (live, now) = (open.is_live(model.options_source()), open.value(model.options_source(), option));
    if option.unit() == OptionUnit::Switch {
        let next = match (live, now) {
            (true, now) => Some(now != Some(OptionValue::Switch(true))),
            // Not open yet, so three states in turn: system default, on, off.
            (false, None) => Some(true),
            (false, Some(OptionValue::Switch(true))) => Some(false),
            (false, Some(_)) => None,
        };
        set_option(model, option, next.map(OptionValue::Switch), effects);
        return;
    }
    let preset = open.to_set(model.options_source(), option).or(now).map_or(String::new(), |value| value.input_text());
    let mut input = Model::field();
    input.set(&preset);
    if let Some(dialog) = dialog_mut(model) {
        dialog.field = Some(ValueField { input, problem: None });
    }
}

fn type_into(model: &mut Model, chord: Chord) {
    let Some(field) = dialog_mut(model).and_then(|dialog| dialog.field.as_mut()) else { return };
    field.problem = None;
    match edit_of(chord) {
        Some(EditInput::Insert(character)) => {
            field.input.insert(character.encode_utf8(&mut [0; 4]));
        }
        Some(EditInput::Edit(edit)) => {
            field.input.apply(edit);
        }
        None => {}
    }
}

/// Accepts the typed value, or shows beside it what is accepted.
fn accept_value(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = dialog(model) else { return };
    let (Some(option), Some(field)) = (open.option(model.options_source()), &open.field) else { return };
    let text = field.input.text().trim().to_owned();
    // An empty value cancels the request; an open socket has no value "unset", so there it must be a valid value.
    let value = match (text.is_empty() && !open.is_live(model.options_source()), option.parse_value(&text)) {
        (true, _) => Ok(None),
        (false, parsed) => parsed.map(Some),
    };
    match value {
        Ok(value) => {
            if let Some(dialog) = dialog_mut(model) {
                dialog.field = None;
            }
            set_option(model, option, value, effects);
        }
        Err(problem) => {
            if let Some(field) = dialog_mut(model).and_then(|dialog| dialog.field.as_mut()) {
                field.problem = Some(problem);
            }
        }
    }
}

/// Sets an option for the owner of the dialog.
fn set_option(model: &mut Model, option: SocketOption, value: Option<OptionValue>, effects: &mut Vec<Effect>) {
    match dialog(model).map(|dialog| &dialog.of) {
        Some(OptionsOwner::Session(id)) => set(model, *id, option, value, effects),
        Some(OptionsOwner::Form { .. }) => request_option(&mut model.wishes, option, value),
        None => {}
    }
}

/// Sets an option of a session: on its open socket, if it has one, and on the socket that it gets when it is opened
/// again.
fn set(model: &mut Model, id: SessionId, option: SocketOption, value: Option<OptionValue>, effects: &mut Vec<Effect>) {
    let Some(session) = model.sessions.get_mut(&id) else { return };
    if let Some(wishes) = requested_options_mut(&mut session.spec.what) {
        request_option(wishes, option, value.clone());
    }
    let live = is_live(session);
    let (Some(value), false) = (value, session.is_over()) else { return };
    session.options.on_request(option, value.clone());
    effects::order(model, id, Verb::Socket(SocketVerb::SetOption(option, value)), effects);
    if live {
        effects.push(Effect::Net(Order { id, verb: Verb::Socket(SocketVerb::ReadOptions) }));
    }
}

/// Runs `:option NAME=VALUE` for the selected session.
///
/// # Errors
/// Fails if there is no session, if its kind of socket does not have this option, or if an accepted session is over.
pub(super) fn command(
    model: &mut Model,
    option: SocketOption,
    value: OptionValue,
    effects: &mut Vec<Effect>,
) -> Result<(), String> {
    if let Some(why) = refusal(model, Action::Session(SessionAction::Options)) {
        return Err(why.into_owned());
    }
    let Some(session) = model.session() else { return Ok(()) };
    let (id, ended) = (session.id, session.is_over());
    if let Some(kind) = session.spec.what.socket_kind() {
        check_applies(option, kind)?;
    }
    let text = format!("{option} will be {value} when r opens it again");
    set(model, id, option, Some(value), effects);
    if ended {
        notify(model, text);
    }
    Ok(())
}

/// Opens the target typed in the new-session form, with the options that were requested for it.
///
/// # Errors
/// Fails if the text is not a valid target, or if its socket does not have one of the options.
pub(super) fn open_form(model: &mut Model, text: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    let wishes = model.wishes.clone();
    effects::open_with(model, text, |spec| add(&mut spec.what, &wishes), effects)?;
    effects::remember_target(model, text, effects);
    model.wishes.clear();
    Ok(())
}

fn copy_call(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = dialog(model) else { return };
    if let Some(line) = open.lines(model.options_source()).get(open.picked) {
        let call = crate::text::sanitize::line(&line.call);
        notify(model, format!("copied {call}"));
        effects.push(Effect::Copy(call));
    }
}
