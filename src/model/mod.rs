//! What the person is doing. No sockets, no colours, no clock, no files.

pub mod action;
pub mod editor;
pub mod editor_keys;
pub mod editor_window;
pub mod history;
pub mod key;
