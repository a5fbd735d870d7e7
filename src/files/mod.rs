//! What is built in, and what the user's files make of it.

pub mod theme;

pub mod keymap;
