//! The composer below a session's view; or the reason why the session cannot send.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, StyledText, area_of, columns_of, part};
use super::key_hints::key;
use crate::files::theme::Role;
use crate::model::action::{Action, ComposeAction};
use crate::model::compose_mode::ComposeMode;
use crate::model::keymap::KeyMode;
use crate::model::kinds::{self, WhyNotSent};
use crate::model::panel::Panel;
use crate::model::seen::ClickTarget;
use crate::model::state::{Focus, Model};
use crate::model::words;
use crate::sessions::Session;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::listener::ListenerSession;
use crate::sessions::kinds::unix::UnixListenerSession;
use crate::wire::unix::UnixForm;

/// How many rows of text the composer has in a pane with this inside; its title takes one more.
pub(super) fn rows(model: &Model, panel: &Panel, inner: Rect) -> u16 {
    let (inner, columns) = (inner.height, inner.width.saturating_sub(2));
    if !model.can_send() {
        return if inner >= 6 { 1 } else { 0 };
    }
    match inner {
        0..3 => 0,
        3..14 => panel.composer.editor.rows(columns, (inner / 3).max(1)),
        _ => panel.composer.editor.rows(columns, (inner / 3).max(3)).max(3),
    }
}

/// The room for the note on neutralised escape sequences above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WarningRoom {
    /// A sentence.
    Much,
    /// A word.
    Little,
    /// None.
    None,
}

/// The title: what Enter sends, or what is wrong with the text; then the escape sequences neutralised above.
pub(super) fn title(model: &Model, session: &Session, panel: &Panel, room: WarningRoom) -> StyledText {
    let composer = &panel.composer;
    let mut strip = StyledText::new();
    if model.can_send() {
        strip = strip.with("send ", Role::Dim).with(composer.mode.name(), Role::Strong);
        if composer.mode != ComposeMode::Hex {
            strip = strip.with(format!(" · {}", composer.line_ending.name()), Role::Dim);
        }
        if let Some(heard) = session.kind.peer_list() {
            strip = match composer.to.or(heard.default_target()) {
                Some(to) => strip.with(format!(" · to {}", super::gutter::peer(to, 24, false)), Role::Dim),
                None => strip.with(" · no peer yet: :send-to ADDR:PORT TEXT", Role::Warn),
            };
        }
        if let SessionKind::UnixListener(UnixListenerSession { form: UnixForm::Datagram, sender, .. }) = &session.kind {
            strip = match sender {
                Some(to) => strip.with(format!(" · to {to}"), Role::Dim),
                None => strip.with(" · no peer yet: the first datagram shows one", Role::Warn),
            };
        } else if let SessionKind::Listener(ListenerSession { open, .. })
        | SessionKind::UnixListener(UnixListenerSession { open, .. }) = &session.kind
        {
            strip = strip.with(format!(" · to all {open} open"), Role::Dim);
        }
    }
    if let Some(problem) = &composer.problem {
        return strip.with(format!(" · {problem}"), Role::Bad);
    }
    if panel.hostile.found.total() > 0 && room != WarningRoom::None {
        let dot = if strip.parts.is_empty() { "" } else { " · " };
        let what = match room {
            WarningRoom::Much => words::neutralised_kinds(panel.hostile),
            WarningRoom::Little | WarningRoom::None => words::neutralised_total(panel.hostile),
        };
        strip = strip.with(format!("{dot}{what} neutralised"), Role::Bad);
    }
    strip
}

/// Draws the field, without its title.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) {
    if area.is_empty() {
        return;
    }
    let text = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    if !model.can_send() {
        let whole = why_not(model, session, false);
        let fits = columns_of(&whole) <= text.width;
        canvas.draw_text(text, 0, 0, &if fits { whole } else { why_not(model, session, true) }, Role::Dim);
        return;
    }
    canvas.seen.composer = area_of(text);
    canvas.hit(area, ClickTarget::Composer);
    let focused = model.focus == Focus::Composer && model.overlay.is_none();
    let editor = &panel.composer.editor;
    if editor.is_empty() {
        let send = key(model, KeyMode::Composer, Action::Compose(ComposeAction::Send)).unwrap_or_default();
        let mode = key(model, KeyMode::Composer, Action::Compose(ComposeAction::NextMode)).unwrap_or_default();
        let enter = key(model, KeyMode::Normal, Action::Compose(ComposeAction::Enter)).unwrap_or_default();
        let next = panel.composer.mode.next().name();
        let hint = match (focused, panel.composer.mode) {
            (false, _) => format!("{enter} to write"),
            (true, ComposeMode::Text) => format!(r"type here, {send} sends; \r \n \xNN work; {mode} for {next}"),
            (true, ComposeMode::Literal) => {
                format!(r"every character is itself, \n too; {send} sends; {mode} for {next}")
            }
            (true, ComposeMode::Hex) => format!("48 65 6c or 48656c, {send} sends; {mode} for {next}"),
        };
        canvas.draw_text(text, u16::from(focused), 0, &hint, Role::Faint);
    }
    let window = editor.visible_window(text.width, text.height);
    let role = if focused { Role::Text } else { Role::Dim };
    for (y, line) in (0_u16..).zip(&window.lines) {
        if !line.is_empty() {
            canvas.draw_text(text, 0, y, line, role);
        }
    }
    if focused && !text.is_empty() {
        let (column, row) = window.cursor;
        let x = text.x + column.min(text.width - 1);
        canvas.cursor = Some(Position { x, y: text.y + row.min(text.height - 1) });
    }
}

/// Why the session cannot send, and what to do; `brief` for little room.
fn why_not(model: &Model, session: &Session, brief: bool) -> String {
    kinds::why_not_sent(session, &WhyNotSent::new(&model.keymap, model.book, session, brief))
}
