//! Converts terminal events to messages.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::model::key::{Chord, Key};
use crate::model::msg::{MouseAction, MouseInput, Msg};
use crate::model::seen::ScreenSize;

/// The message for an event; `None` for an event without a meaning here.
pub(super) fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) => chord(key).map(Msg::Key),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Mouse(event) => mouse(event).map(Msg::Mouse),
        Event::Resize(columns, rows) => Some(Msg::Resized(ScreenSize { columns, rows })),
        Event::FocusGained | Event::FocusLost => None,
    }
}

fn chord(event: KeyEvent) -> Option<Chord> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let key = match event.code {
        KeyCode::Char(character) => Key::Char(character),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::F(number) => Key::F(number),
        KeyCode::Null
        | KeyCode::CapsLock
        | KeyCode::ScrollLock
        | KeyCode::NumLock
        | KeyCode::PrintScreen
        | KeyCode::Pause
        | KeyCode::Menu
        | KeyCode::KeypadBegin
        | KeyCode::Media(_)
        | KeyCode::Modifier(_) => return None,
    };
    let held = |modifier| event.modifiers.contains(modifier);
    Some(Chord::new(key, held(KeyModifiers::CONTROL), held(KeyModifiers::ALT), held(KeyModifiers::SHIFT)))
}

fn mouse(event: MouseEvent) -> Option<MouseInput> {
    let what = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseAction::Click,
        MouseEventKind::ScrollUp => MouseAction::WheelUp,
        MouseEventKind::ScrollDown => MouseAction::WheelDown,
        MouseEventKind::Down(MouseButton::Right | MouseButton::Middle) | MouseEventKind::Drag(_) => MouseAction::Other,
        MouseEventKind::Up(_) | MouseEventKind::Moved | MouseEventKind::ScrollLeft | MouseEventKind::ScrollRight => {
            return None;
        }
    };
    Some(MouseInput { what, column: event.column, row: event.row })
}
