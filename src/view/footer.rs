//! The row at the bottom: a notice if there is one, else the keys that are useful now.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText};
use super::key_hints::{self, KeyHint, first_bound_key, key};
use crate::files::theme::Role;
use crate::model::action::{Action, AppAction, ComposeAction, PaneAction, SessionAction};
use crate::model::keymap::KeyMode;
use crate::model::notice::NoticeWeight;
use crate::model::state::{Focus, Model};
use crate::model::view::View;
use crate::sessions::Session;

/// How many rows a notice may take.
const MOST_ROWS: u16 = 4;

/// Draws the footer; without a footer, a notice in the last row.
pub(super) fn draw(canvas: &mut Canvas<'_>, footer: Rect, bottom: Rect, model: &Model) {
    if let Some(notice) = model.notices.current(model.now) {
        let (mark, role) = match notice.weight {
            NoticeWeight::Done => ("◆ ", Role::Good),
            NoticeWeight::Problem => ("! ", Role::Warn),
        };
        let mut strip = StyledText::single(mark, role);
        if let Some((place, of)) = model.notices.position(model.now) {
            strip = strip.with(format!("{place} of {of}  "), Role::Dim);
        }
        let margin = 1 + strip.columns();
        let width = bottom.width.saturating_sub(margin + 1);
        // A long notice takes more rows upwards, so that its end, which names what is accepted, is visible.
        let rows = Canvas::sentence_rows(width, &notice.text).min(MOST_ROWS).min(bottom.y + 1);
        let area = Rect { y: bottom.y + 1 - rows, height: rows * bottom.height.min(1), ..bottom };
        canvas.clear(area, if rows > 1 { Role::Menu } else { Role::Background });
        canvas.draw_styled_text(area, 1, 0, &strip);
        canvas.draw_sentence(Rect { width: area.width.saturating_sub(1), ..area }, margin, 0, &notice.text, Role::Text);
        return;
    }
    key_hints::draw(canvas, footer, 1, 0, &key_hints(model));
}

fn key_hints(model: &Model) -> Vec<KeyHint> {
    let app = |action: AppAction| key(model, KeyMode::Normal, Action::App(action));
    let pane = |action: PaneAction| key(model, KeyMode::Normal, Action::Pane(action));
    let compose = |action: ComposeAction| key(model, KeyMode::Composer, Action::Compose(action));
    let new =
        first_bound_key(model, KeyMode::Normal, &[Action::App(AppAction::NewOrNextHit), Action::App(AppAction::New)]);
    let common = [(app(AppAction::CommandLine), "command"), (app(AppAction::Help), "help")];
    let Some(shown) = model.session() else {
        let mut hints = vec![(new, "new session")];
        hints.extend(common);
        hints.push((app(AppAction::Back), "quit"));
        return hints;
    };
    let mut hints = match model.focus {
        Focus::Composer => vec![
            (compose(ComposeAction::Send), "send"),
            (key(model, KeyMode::Composer, Action::App(AppAction::Escape)), "leave"),
            (compose(ComposeAction::ToggleHex), "hex"),
            (compose(ComposeAction::NextLineEnding), "line end"),
            (compose(ComposeAction::Newline), "new line"),
            (compose(ComposeAction::HistoryBack), "history"),
            (key(model, KeyMode::Composer, Action::Session(SessionAction::SendFile)), "file"),
            (key(model, KeyMode::Composer, Action::App(AppAction::Palette)), "more"),
        ],
        Focus::Sessions => {
            let mut hints = vec![(new, "new"), (pane(PaneAction::Activate), "open")];
            hints.extend(session_hints(model, shown));
            hints.push((app(AppAction::NextPane), "next pane"));
            hints
        }
        Focus::View => in_view(model, shown, &new),
    };
    if model.focus != Focus::Composer {
        hints.extend(common);
    }
    if model.focus == Focus::Sessions {
        hints.push((app(AppAction::Back), "back"));
    }
    hints
}

/// The keys for the session itself.
fn session_hints(model: &Model, shown: &Session) -> Vec<KeyHint> {
    let session = |action: SessionAction| key(model, KeyMode::Normal, Action::Session(action));
    if shown.is_over() {
        let again = if shown.parent().is_some() { None } else { session(SessionAction::Retry) };
        vec![(again, "again"), (session(SessionAction::Remove), "remove")]
    } else {
        vec![(session(SessionAction::CloseMenu), "close…")]
    }
}

fn in_view(model: &Model, shown: &Session, new: &Option<String>) -> Vec<KeyHint> {
    let pane = |action: PaneAction| key(model, KeyMode::Normal, Action::Pane(action));
    let mut hints = Vec::new();
    let panel = model.selected_panel();
    if panel.is_some_and(|panel| panel.search.is_some()) {
        hints.push((new.clone(), "next hit"));
        hints.push((pane(PaneAction::PreviousHit), "previous"));
        hints.push((key(model, KeyMode::Normal, Action::App(AppAction::Escape)), "end search"));
    }
    if panel.is_some_and(|panel| panel.frozen.is_some()) {
        hints.push((pane(PaneAction::Freeze), "unfreeze"));
    }
    if panel.is_some_and(|panel| panel.view == View::Ladder) {
        hints.push((pane(PaneAction::Down), "rung"));
        hints.push((pane(PaneAction::Activate), "its bytes"));
        let captured = panel.and_then(|panel| panel.tcp_history(shown)).is_some_and(|story| story.ladder.is_captured());
        let capture = key(model, KeyMode::Normal, Action::Session(SessionAction::ToggleCapture));
        hints.push(if captured { (pane(PaneAction::Numbers), "numbers") } else { (capture, "capture") });
    }
    if model.can_send() {
        hints.push((key(model, KeyMode::Normal, Action::Compose(ComposeAction::Enter)), "write"));
    }
    hints.extend(session_hints(model, shown));
    let reading = panel.map(|panel| panel.view);
    if reading == Some(View::Explain) {
        hints.insert(0, (key(model, KeyMode::Normal, Action::App(AppAction::SelectSession(1))), "… try"));
        hints.push((pane(PaneAction::Copy), "copy"));
    }
    hints.push((pane(PaneAction::NextView), "view"));
    if reading == Some(View::Response) {
        hints.push((pane(PaneAction::Pretty), "pretty"));
        hints.push((key(model, KeyMode::Normal, Action::Session(SessionAction::Save)), "save"));
    }
    hints.push((pane(PaneAction::Search), "search"));
    hints.push((pane(PaneAction::Filter), "filter"));
    hints
}
