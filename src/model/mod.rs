//! What the person is doing. No sockets, no colours, no clock, no files.

pub mod action;
pub mod command;
pub mod editor;
mod editor_keys;
mod editor_window;
pub mod help;
pub mod history;
pub mod key;
pub mod keymap;
pub mod palette;
