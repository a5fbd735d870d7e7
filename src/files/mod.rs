//! What is built in, and what the user's files make of it.

pub mod theme;
//! Built-in assets and the user's files, turned into types.

pub mod keymap;
