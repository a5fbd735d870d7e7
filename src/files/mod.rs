//! Built-in assets and the user's files, turned into types.

pub mod keymap;
