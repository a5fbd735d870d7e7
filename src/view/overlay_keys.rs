//! The keys of what is open in front of the panes: in the footer; without one, in the last row of a dialog.

use ratatui::layout::Rect;

use super::canvas::{Canvas, part};
use super::key_hints::{self, KeyHint, hint, key};
use super::layout::ScreenLayout;
use crate::model::action::{Action, AppAction, ComposeAction, PaneAction, SessionAction};
use crate::model::keymap::KeyMode;
use crate::model::options::OptionsDialog;
use crate::model::overlay::{ConfirmQuestion, Overlay, PromptPurpose};
use crate::model::state::Model;
use crate::wire::option::OptionUnit;

/// How many rows of a dialog the keys take: none where the footer has them.
pub(super) fn rows(layout: &ScreenLayout) -> u16 {
    u16::from(layout.footer.is_empty())
}

/// The keys of the open overlay, in the last row of its frame, unless the footer has them.
pub(super) fn draw(canvas: &mut Canvas<'_>, layout: &ScreenLayout, inner: Rect, model: &Model) {
    if let Some(overlay) = model.overlay.as_ref().filter(|_| rows(layout) > 0) {
        let row = part(inner, 0, inner.height.saturating_sub(1), inner.width, 1);
        key_hints::draw(canvas, row, 0, 0, &of_overlay(model, overlay));
    }
}

/// The keys of an overlay, the most useful first.
pub(super) fn of_overlay(model: &Model, overlay: &Overlay) -> Vec<KeyHint> {
    let field = |action: Action| key(model, KeyMode::Prompt, action);
    let take = || field(Action::Compose(ComposeAction::Send));
    let leave = || hint(field(Action::App(AppAction::Escape)), "leaves");
    let rows = || {
        pair(field(Action::Compose(ComposeAction::HistoryBack)), field(Action::Compose(ComposeAction::HistoryForward)))
    };
    match overlay {
        Overlay::Help { .. } => vec![hint(Some("a–z".to_owned()), "narrow"), hint(rows(), "scroll"), leave()],
        Overlay::New { .. } => vec![
            hint(take(), "opens it"),
            leave(),
            hint(field(Action::Compose(ComposeAction::HistoryBack)), "earlier ones"),
            hint(field(Action::Session(SessionAction::Options)), "socket options"),
        ],
        Overlay::Prompt { purpose, .. } => of_prompt(model, *purpose),
        Overlay::Palette { .. } => vec![hint(take(), "does it"), leave(), hint(rows(), "choose")],
        Overlay::Options(dialog) => of_options(model, dialog),
        Overlay::Close { .. } => {
            let letters: Vec<String> = model.endings().iter().map(|ending| ending.letter.to_string()).collect();
            let mut hints = of_menu(model, "takes it");
            hints.insert(0, hint(Some(letters.join(" ")), "take one"));
            hints
        }
        Overlay::Lab { .. } => of_menu(model, "starts it"),
        Overlay::Confirm(question) => of_question(question),
    }
}

/// The keys of a menu with a cursor.
fn of_menu(model: &Model, takes: &'static str) -> Vec<KeyHint> {
    let of = |action: Action| key(model, KeyMode::Menu, action);
    vec![
        hint(of(Action::Pane(PaneAction::Activate)), takes),
        hint(of(Action::App(AppAction::Escape)).or_else(|| of(Action::App(AppAction::Back))), "leaves"),
        hint(pair(of(Action::Pane(PaneAction::Down)), of(Action::Pane(PaneAction::Up))), "choose"),
    ]
}

fn of_question(question: &ConfirmQuestion) -> Vec<KeyHint> {
    let (yes, no) = match question {
        ConfirmQuestion::Quit { .. } => ("quit", "stay"),
        ConfirmQuestion::Remedy { .. } => ("do it", "leave it"),
    };
    vec![hint(Some("y".to_owned()), yes), hint(Some("n".to_owned()), no)]
}

fn of_prompt(model: &Model, purpose: PromptPurpose) -> Vec<KeyHint> {
    let of = |action: Action| key(model, KeyMode::Prompt, action);
    let takes = match purpose {
        PromptPurpose::Command => "does it",
        PromptPurpose::Search => "searches",
        PromptPurpose::Filter => "shows only this",
        PromptPurpose::SendFile => "sends it",
        PromptPurpose::Save { .. } => "writes it",
    };
    let mut hints =
        vec![hint(of(Action::Compose(ComposeAction::Send)), takes), hint(of(Action::App(AppAction::Escape)), "leaves")];
    if purpose == PromptPurpose::Command {
        hints.push(hint(of(Action::App(AppAction::NextPane)), "completes"));
        hints.push(hint(of(Action::Compose(ComposeAction::HistoryBack)), "earlier ones"));
    }
    hints
}

/// The keys of the dialog of socket options.
fn of_options(model: &Model, dialog: &OptionsDialog) -> Vec<KeyHint> {
    let prompt = |action: Action| key(model, KeyMode::Prompt, action);
    let menu = |action: Action| key(model, KeyMode::Menu, action);
    if dialog.field.is_some() {
        return vec![
            hint(prompt(Action::Compose(ComposeAction::Send)), "sets it"),
            hint(prompt(Action::App(AppAction::Escape)), "leaves it"),
        ];
    }
    let picked = dialog.option(model.options_source());
    let is_switch = picked.is_some_and(|option| option.unit() == OptionUnit::Switch);
    vec![
        hint(menu(Action::Pane(PaneAction::Activate)), if is_switch { "switches it" } else { "changes it" }),
        hint(menu(Action::Pane(PaneAction::Copy)), "copies the call"),
        hint(menu(Action::App(AppAction::Escape)), "leaves"),
    ]
}

/// Two keys as one, as `j k`; `None` if one of them is not bound.
pub(super) fn pair(first: Option<String>, second: Option<String>) -> Option<String> {
    Some(format!("{} {}", first?, second?))
}
