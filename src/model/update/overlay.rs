//! Overlays in front of the panes: dialogs, menus and one-line fields.

use super::notices::{notify, warn};
use super::{actions, app, command_line, compose, effects, options, pane, search, session};
use crate::model::action::{Action, AppAction, ComposeAction, PaneAction, SessionAction};
use crate::model::editor::TextField;
use crate::model::editor::keys::{EditAction, EditInput, edit_of};
use crate::model::key::{Chord, Key};
use crate::model::keymap::KeyMode;
use crate::model::msg::Effect;
use crate::model::overlay::{ConfirmQuestion, Overlay, PromptPurpose};
use crate::model::palette::{self, PaletteEntry};
use crate::model::state::{Focus, Model};
use crate::sessions::Verb;
use crate::text::secret::mask_text;

/// Handles a key while an overlay is open.
pub(super) fn on_key(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    if matches!(model.overlay, Some(Overlay::Options(_))) {
        options::on_key(model, chord, effects);
        return;
    }
    let mode = match &model.overlay {
        Some(Overlay::Close { .. } | Overlay::Confirm(_)) => KeyMode::Menu,
        Some(_) => KeyMode::Prompt,
        None => return,
    };
    let action = model.keymap.lookup(mode, chord);
    match action {
        Some(Action::App(AppAction::Quit)) => model.quitting = true,
        Some(Action::App(AppAction::Suspend)) => effects.push(Effect::Suspend),
        Some(Action::App(AppAction::Escape | AppAction::Back)) => {
            model.wishes.clear();
            model.overlay = None;
        }
        _ if mode == KeyMode::Menu => menu(model, chord, action, effects),
        _ => field(model, chord, action, effects),
    }
}

fn menu(model: &mut Model, chord: Chord, action: Option<Action>, effects: &mut Vec<Effect>) {
    let count = model.endings().len();
    match &mut model.overlay {
        Some(Overlay::Close { picked }) => match action {
            Some(Action::Pane(PaneAction::Down)) => *picked = (*picked + 1).min(count.saturating_sub(1)),
            Some(Action::Pane(PaneAction::Up)) => *picked = picked.saturating_sub(1),
            Some(Action::Pane(PaneAction::Activate) | Action::Compose(ComposeAction::Send)) => {
                let line = *picked;
                end_by_line(model, line, effects);
            }
            _ => {
                if let Key::Char(letter) = chord.key {
                    let endings = model.endings();
                    if let Some(line) = endings.iter().position(|ending| ending.letter == letter) {
                        end_by_line(model, line, effects);
                    }
                }
            }
        },
        Some(Overlay::Confirm(question)) => {
            let yes = matches!(chord.key, Key::Char('y') | Key::Enter);
            let no = matches!(chord.key, Key::Char('n'));
            let question = *question;
            if yes || no {
                model.overlay = None;
            }
            match question {
                ConfirmQuestion::Quit { .. } if yes => model.quitting = true,
                ConfirmQuestion::Quit { .. } => {}
            }
        }
        _ => {}
    }
}

/// Ends the selected session in the way of this line of the close menu.
pub(super) fn end_by_line(model: &mut Model, line: usize, effects: &mut Vec<Effect>) {
    let ending = model.endings().get(line).copied();
    model.overlay = None;
    if let Some(ending) = ending {
        session::run(model, ending.action, effects);
        if let Some(asked) = model.panel_mut().and_then(|panel| panel.asked.as_mut()) {
            asked.letter = Some(ending.letter);
        }
    }
}

fn field(model: &mut Model, chord: Chord, action: Option<Action>, effects: &mut Vec<Effect>) {
    match action {
        Some(Action::Compose(ComposeAction::Send) | Action::Pane(PaneAction::Activate)) => accept(model, effects),
        Some(Action::Session(SessionAction::Options)) => {
            if let Some(Overlay::New { input, .. }) = model.overlay.take_if(|open| matches!(open, Overlay::New { .. }))
            {
                options::open_for_form(model, input);
            }
        }
        Some(Action::App(AppAction::NextPane)) => complete(model, true),
        Some(Action::App(AppAction::PreviousPane)) => complete(model, false),
        Some(Action::Compose(ComposeAction::HistoryBack) | Action::Pane(PaneAction::Up)) => scroll(model, -1),
        Some(Action::Compose(ComposeAction::HistoryForward) | Action::Pane(PaneAction::Down)) => scroll(model, 1),
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
    let Some(editor) = open_field(model) else { return };
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
    edited(model);
}

/// The text has changed: a problem shown for the old text no longer applies.
fn edited(model: &mut Model) {
    match &mut model.overlay {
        Some(Overlay::Help { scroll, .. }) => *scroll = 0,
        Some(Overlay::New { problem, .. }) => *problem = None,
        Some(Overlay::Prompt { problem, completing, .. }) => {
            *problem = None;
            *completing = None;
        }
        Some(Overlay::Palette { picked, .. }) => *picked = 0,
        Some(Overlay::Options(dialog)) => {
            if let Some(field) = &mut dialog.field {
                field.problem = None;
            }
        }
        Some(Overlay::Close { .. } | Overlay::Confirm(_)) | None => {}
    }
}

fn open_field(model: &mut Model) -> Option<&mut TextField> {
    match model.overlay.as_mut()? {
        Overlay::Help { query: input, .. }
        | Overlay::New { input, .. }
        | Overlay::Prompt { input, .. }
        | Overlay::Palette { input, .. } => Some(input),
        Overlay::Options(dialog) => dialog.field.as_mut().map(|field| &mut field.input),
        Overlay::Close { .. } | Overlay::Confirm(_) => None,
    }
}

fn scroll(model: &mut Model, by: isize) {
    match &mut model.overlay {
        Some(Overlay::Help { scroll, .. }) => *scroll = scroll.saturating_add_signed(by).min(500),
        Some(Overlay::Palette { picked, input }) => {
            let last = palette::matches(input.text()).len().saturating_sub(1);
            *picked = picked.saturating_add_signed(by).min(last);
        }
        Some(
            Overlay::New { .. }
            | Overlay::Prompt { .. }
            | Overlay::Close { .. }
            | Overlay::Options(_)
            | Overlay::Confirm(_),
        )
        | None => {}
    }
}

fn complete(model: &mut Model, forward: bool) {
    let themes = model.settings.themes.clone();
    let Some(Overlay::Prompt { purpose: PromptPurpose::Command, input, completing, .. }) = &mut model.overlay else {
        return;
    };
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
    match model.overlay.take() {
        Some(Overlay::New { input, .. }) => match options::open_form(model, input.text(), effects) {
            Ok(()) => {}
            Err(problem) => {
                let problem = Some(mask_text(&problem).into_owned());
                model.overlay = Some(Overlay::New { input, problem });
            }
        },
        Some(Overlay::Prompt { purpose, input, .. }) => {
            let text = input.text().to_string();
            let taken = match purpose {
                PromptPurpose::Command => command_line::run(model, &text, effects),
                PromptPurpose::Search if text.is_empty() => {
                    if let Some(panel) = model.panel_mut() {
                        panel.search = None;
                    }
                    Ok(())
                }
                PromptPurpose::Search => search::search(model, &text, effects),
                PromptPurpose::Filter => pane::filter(model, &text),
                PromptPurpose::SendFile => {
                    effects::send_verb(model, Verb::SendFile(text.into()), effects);
                    Ok(())
                }
                PromptPurpose::Save => command_line::save(model, &text, effects),
            };
            if let Err(problem) = taken {
                let problem = Some(mask_text(&problem).into_owned());
                model.overlay = Some(Overlay::Prompt { purpose, input, completing: None, problem });
            }
        }
        Some(Overlay::Palette { input, picked }) => match palette::matches(input.text()).get(picked) {
            Some(PaletteEntry::Action(entry)) => actions::run(model, entry.action, effects),
            Some(PaletteEntry::Command(entry)) => {
                app::open_prompt(model, PromptPurpose::Command, &format!("{} ", entry.name));
            }
            None => warn(model, "nothing has these letters"),
        },
        Some(Overlay::Help { .. } | Overlay::Close { .. } | Overlay::Options(_) | Overlay::Confirm(_)) | None => {}
    }
}

/// Inserts pasted text into the open field, else into the composer, else into the new-session dialog.
pub(super) fn paste(model: &mut Model, text: &str) {
    if let Some(editor) = open_field(model) {
        // A one-line field: a command copied with line continuations becomes one line.
        let line = text.replace("\\\r\n", " ").replace("\\\n", " ").replace(['\r', '\n'], " ");
        let left_out = editor.insert(line.trim_end());
        edited(model);
        if left_out > 0 {
            warn(model, format!("the field holds 64 KiB; {left_out} bytes of the paste were left out"));
        }
    } else if model.overlay.is_some() {
        notify(model, "pasted text is never taken as keys");
    } else if model.can_send() {
        compose::paste(model, text);
    } else {
        model.overlay = Some(Overlay::New { input: Model::field(), problem: None });
        model.focus = if model.selected.is_some() { model.focus } else { Focus::Sessions };
        paste(model, text);
    }
}
