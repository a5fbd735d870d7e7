//! What the person is doing: no socket, no colour, no clock.

pub mod action;
pub mod command;
pub(crate) mod course;
pub mod dns_pages;
pub mod document;
pub mod editor;
pub mod editor_keys;
pub mod editor_window;
pub mod explain;
mod heads;
pub mod help;
pub mod history;
pub mod key;
pub mod keymap;
pub mod msg;
pub mod notice;
pub mod pacer;
pub mod palette;
pub mod panel;
pub mod pretty;
pub mod rows;
pub mod state;
pub mod update;
pub mod wake;
pub mod way_pages;
pub mod words;
pub(crate) mod wrap;
