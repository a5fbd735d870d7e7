//! The one-line field at the bottom: what Enter does with its text, and the answers that come later.

use std::path::PathBuf;

use super::notices::{notify, warn};
use super::{command_line, effects, pane, search};
use crate::model::command;
use crate::model::editor::TextField;
use crate::model::msg::{Effect, LineKind};
use crate::model::overlay::{Overlay, PromptPurpose, PromptRequest};
use crate::model::state::Model;
use crate::sessions::{SessionId, Verb};
use crate::text::secret::mask_text;

/// Enter: does what the text asks for, or shows beside it why not. The field stays open while an answer is awaited.
pub(super) fn accept(model: &mut Model, purpose: PromptPurpose, input: TextField, effects: &mut Vec<Effect>) {
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
        PromptPurpose::SendFile => effects::find_file(model, &text, effects),
        PromptPurpose::Save { make_folder } => command_line::save(model, &text, make_folder, effects),
    };
    if purpose == PromptPurpose::Command && taken.is_ok() && !text.trim().is_empty() {
        model.commands.push(&text.trim().into());
        let kept = command::without_secrets(&text, &model.names);
        effects.extend(kept.map(|line| Effect::RememberLine(LineKind::Command, line)));
    }
    let awaits = effects.iter().find_map(|effect| match effect {
        Effect::FindFile { request, .. } | Effect::Save { request, .. } => Some(*request),
        _ => None,
    });
    if taken.is_err() || awaits.is_some() && model.overlay.is_none() {
        model.overlay = Some(Overlay::Prompt {
            purpose,
            input,
            completing: None,
            problem: taken.err().map(|why| mask_text(&why).into_owned()),
            fresh: false,
            awaits,
        });
    }
}

/// A file can be sent: the prompt closes, and the session gets the order.
pub(super) fn on_file_ready(
    model: &mut Model,
    request: PromptRequest,
    id: SessionId,
    path: PathBuf,
    effects: &mut Vec<Effect>,
) {
    close(model, request);
    effects::order(model, id, Verb::SendFile(path), effects);
}

/// What was asked for is done.
pub(super) fn on_done(model: &mut Model, request: PromptRequest, text: String) {
    close(model, request);
    notify(model, text);
}

/// It was not done: the prompt stays open with the reason; if it was left or its text has changed, a notice says why.
pub(super) fn on_refused(model: &mut Model, request: PromptRequest, why: String, missing_folder: bool) {
    let open = [&mut model.overlay, &mut model.overlay_behind].into_iter().flatten().find(|open| awaits(open, request));
    match open {
        Some(Overlay::Prompt { purpose, problem, awaits, .. }) => {
            *awaits = None;
            let asks = missing_folder && matches!(purpose, PromptPurpose::Save { .. });
            if asks {
                *purpose = PromptPurpose::Save { make_folder: true };
            }
            let why = mask_text(&why).into_owned();
            *problem = Some(if asks { format!("{why}: Enter again makes it") } else { why });
        }
        _ => warn(model, why),
    }
}

fn close(model: &mut Model, request: PromptRequest) {
    for overlay in [&mut model.overlay, &mut model.overlay_behind] {
        overlay.take_if(|open| awaits(open, request));
    }
}

/// Whether this is the prompt that made a request, with the text that it then had.
fn awaits(open: &Overlay, request: PromptRequest) -> bool {
    matches!(open, Overlay::Prompt { awaits, .. } if *awaits == Some(request))
}
