//! Overlays in front of the panes: dialogs, menus and one-line fields.

use super::notices::{notify, warn};
use super::{actions, app, compose, menus, options, prompt};
use crate::model::action::{Action, AppAction, ComposeAction, PaneAction, SessionAction};
use crate::model::editor::TextField;
use crate::model::editor::keys::{EditAction, EditInput, edit_of};
use crate::model::form_reading::FormReading;
use crate::model::key::Chord;
use crate::model::keymap::KeyMode;
use crate::model::msg::Effect;
use crate::model::overlay::{Overlay, PromptPurpose};
use crate::model::palette;
use crate::model::palette_entry::PaletteEntry;
use crate::model::state::{Focus, Model};
use crate::text::secret::mask_text;

/// Handles a key while an overlay is open.
pub(super) fn on_key(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    let mode = match &model.overlay {
        Some(Overlay::Options(dialog)) if dialog.field.is_none() => KeyMode::Menu,
        Some(Overlay::Close { .. } | Overlay::Confirm(_) | Overlay::Lab { .. }) => KeyMode::Menu,
        Some(_) => KeyMode::Prompt,
        None => return,
    };
    let action = model.keymap.lookup(mode, chord);
    match action {
        Some(Action::App(action @ (AppAction::Quit | AppAction::QuitNow | AppAction::Redraw | AppAction::Suspend))) => {
            app::run(model, action, effects);
        }
        _ if matches!(model.overlay, Some(Overlay::Options(_))) => options::on_key(model, chord, action, effects),
        Some(Action::App(AppAction::Escape | AppAction::Back)) => {
            if !matches!(model.overlay, Some(Overlay::Confirm(_))) {
                model.wishes.clear();
            }
            model.overlay = model.overlay_behind.take();
        }
        _ if mode == KeyMode::Menu => menus::on_key(model, chord, action, effects),
        _ => field(model, chord, action, effects),
    }
}

fn field(model: &mut Model, chord: Chord, action: Option<Action>, effects: &mut Vec<Effect>) {
    match action {
        Some(Action::Compose(ComposeAction::Send) | Action::Pane(PaneAction::Activate)) => accept(model, effects),
        Some(Action::Session(SessionAction::Options)) => {
            if let Some(Overlay::New { input, reading, .. }) =
                model.overlay.take_if(|open| matches!(open, Overlay::New { .. }))
            {
                options::open_for_form(model, input, reading);
            }
        }
        Some(Action::App(AppAction::NextPane)) => complete(model, true),
        Some(Action::App(AppAction::PreviousPane)) => complete(model, false),
        Some(Action::Compose(ComposeAction::HistoryBack) | Action::Pane(PaneAction::Up)) => step(model, true),
        Some(Action::Compose(ComposeAction::HistoryForward) | Action::Pane(PaneAction::Down)) => step(model, false),
        Some(Action::Pane(PaneAction::PageUp | PaneAction::HalfPageUp)) => scroll(model, -10),
        Some(Action::Pane(PaneAction::PageDown | PaneAction::HalfPageDown)) => scroll(model, 10),
        _ => {
            if let Some(input) = edit_of(chord) {
                type_into(model, input);
            }
        }
    }
}

fn type_into(model: &mut Model, input: EditInput) {
    let empty_before = match &model.overlay {
        Some(Overlay::Prompt { input, .. }) => input.is_empty(),
        _ => false,
    };
    let is_text = matches!(input, EditInput::Insert(_) | EditInput::Edit(EditAction::Backspace | EditAction::Delete));
    replace_fresh(model, is_text);
    let Some(editor) = open_field(model) else { return };
    let before = editor.text().to_owned();
    match input {
        EditInput::Insert(character) => {
            editor.insert(character.encode_utf8(&mut [0; 4]));
        }
        // Backspace in an empty one-line field closes it, as in vi and less.
        EditInput::Edit(EditAction::Backspace) if empty_before => model.overlay = None,
        EditInput::Edit(edit) => {
            editor.apply(edit);
        }
    }
    let text_changed = open_field(model).is_some_and(|field| field.text() != before);
    edited(model, text_changed);
}

/// The text of last time stands in the field: the first thing that is typed or pasted replaces it, any other key keeps
/// it to be changed.
fn replace_fresh(model: &mut Model, replaces: bool) {
    if let Some(Overlay::Prompt { fresh, input, .. }) = &mut model.overlay
        && std::mem::take(fresh)
        && replaces
    {
        input.clear();
    }
}

/// Up and Down: in a list its lines, in a field of lines that are remembered the line before or after.
fn step(model: &mut Model, back: bool) {
    let (history, input) = match &mut model.overlay {
        Some(Overlay::New { input, .. }) => (&mut model.targets.lines, input),
        Some(Overlay::Prompt { purpose: PromptPurpose::Command, input, .. }) => (&mut model.commands, input),
        _ => {
            scroll(model, if back { -1 } else { 1 });
            return;
        }
    };
    let recalled = if back { history.back(&input.text().into()) } else { history.forward() };
    if let Some(entry) = recalled {
        input.set(&entry.text);
    }
    edited(model, true);
}

/// A key was used in the field: a problem that is shown no longer applies. The form reads its text again if that has
/// changed, which a key that moves the cursor does not do.
fn edited(model: &mut Model, text_changed: bool) {
    let fits = match &model.overlay {
        Some(Overlay::Palette { input, .. }) => palette::matches(model, input.text()),
        _ => Vec::new(),
    };
    match &mut model.overlay {
        Some(Overlay::Help { scroll, .. }) => *scroll = 0,
        Some(Overlay::New { input, reading, problem }) => {
            if text_changed {
                *reading = FormReading::of(input.text(), &model.names);
            }
            *problem = None;
        }
        Some(Overlay::Prompt { purpose, problem, completing, awaits, .. }) => {
            *problem = None;
            *completing = None;
            *awaits = None;
            if let PromptPurpose::Save { make_folder } = purpose {
                *make_folder = false;
            }
        }
        Some(Overlay::Palette { picked, found, .. }) => {
            *picked = 0;
            *found = fits;
        }
        Some(Overlay::Options(dialog)) => {
            if let Some(field) = &mut dialog.field {
                field.problem = None;
            }
        }
        Some(Overlay::Close { .. } | Overlay::Lab { .. } | Overlay::Confirm(_)) | None => {}
    }
}

fn open_field(model: &mut Model) -> Option<&mut TextField> {
    match model.overlay.as_mut()? {
        Overlay::Help { query: input, .. }
        | Overlay::New { input, .. }
        | Overlay::Prompt { input, .. }
        | Overlay::Palette { input, .. } => Some(input),
        Overlay::Options(dialog) => dialog.field.as_mut().map(|field| &mut field.input),
        Overlay::Close { .. } | Overlay::Lab { .. } | Overlay::Confirm(_) => None,
    }
}

fn scroll(model: &mut Model, by: isize) {
    match &mut model.overlay {
        Some(Overlay::Help { scroll, .. }) => *scroll = scroll.saturating_add_signed(by).min(500),
        Some(Overlay::Palette { picked, found, .. }) => {
            *picked = picked.saturating_add_signed(by).min(found.len().saturating_sub(1));
        }
        Some(
            Overlay::New { .. }
            | Overlay::Prompt { .. }
            | Overlay::Close { .. }
            | Overlay::Lab { .. }
            | Overlay::Options(_)
            | Overlay::Confirm(_),
        )
        | None => {}
    }
}

fn complete(model: &mut Model, forward: bool) {
    let themes = model.settings.themes.clone();
    let Some(Overlay::Prompt { purpose: PromptPurpose::Command, input, completing, awaits, .. }) = &mut model.overlay
    else {
        return;
    };
    *awaits = None;
    let (at, base) = match completing.take() {
        Some((at, base)) => (if forward { at + 1 } else { at.wrapping_sub(1) }, base),
        None => (if forward { 0 } else { usize::MAX }, input.text().to_string()),
    };
    let found = crate::model::command::complete(&base, &themes);
    if found.is_empty() {
        return;
    }
    let at = if at == usize::MAX { found.len() - 1 } else { at % found.len() };
    if let Some(completion) = found.get(at) {
        input.set(&completion.text);
    }
    *completing = Some((at, base));
}

/// Enter in a field: accepts its text, or shows beside it why not.
fn accept(model: &mut Model, effects: &mut Vec<Effect>) {
    if matches!(model.overlay, Some(Overlay::Prompt { awaits: Some(_), .. })) {
        // The same was asked for already.
        return;
    }
    match model.overlay.take() {
        Some(Overlay::New { input, reading, .. }) => match options::open_form(model, input.text(), effects) {
            Ok(()) => {}
            Err(problem) => {
                let problem = Some(mask_text(&problem).into_owned());
                model.overlay = Some(Overlay::New { input, reading, problem });
            }
        },
        Some(Overlay::Prompt { purpose, input, .. }) => prompt::accept(model, purpose, input, effects),
        Some(Overlay::Palette { input, found, picked }) => match found.get(picked).map(|found| &found.entry) {
            Some(PaletteEntry::Action(entry)) => actions::run(model, entry.action, effects),
            Some(PaletteEntry::Session { id, .. }) => app::select(model, *id),
            Some(PaletteEntry::Command(entry)) => {
                app::open_prompt(model, PromptPurpose::Command, &format!("{} ", entry.name));
            }
            // Nothing has these letters, which the list says: they stay to be changed.
            None => model.overlay = Some(Overlay::Palette { input, found, picked }),
        },
        Some(
            Overlay::Help { .. }
            | Overlay::Close { .. }
            | Overlay::Lab { .. }
            | Overlay::Options(_)
            | Overlay::Confirm(_),
        )
        | None => {}
    }
}

/// Inserts pasted text into the open field, else into the composer, else into the new-session dialog.
pub(super) fn paste(model: &mut Model, text: &str) {
    replace_fresh(model, true);
    if let Some(editor) = open_field(model) {
        // What line breaks mean is for the field, and for what reads it: a continued line, or a break within quotes.
        let left_out = editor.insert(text.trim_end());
        edited(model, true);
        if left_out > 0 {
            warn(model, format!("the field holds 64 KiB; {left_out} bytes of the paste were left out"));
        }
    } else if model.overlay.is_some() {
        notify(model, "pasted text is never taken as keys");
    } else if model.can_send() {
        compose::paste(model, text);
    } else {
        app::open_form(model);
        model.focus = if model.selected.is_some() { model.focus } else { Focus::Sessions };
        paste(model, text);
    }
}
