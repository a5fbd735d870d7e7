//! The user's files: where they are, how they are read, and how they are written.
//!
//! A file that cannot be used is a [`FileProblem`], which names the file, the line, what was found and what is
//! accepted; the program still starts, with its defaults.

pub mod config;
pub mod explain;
pub mod history;
mod home;
pub mod keymap;
pub mod paths;
mod read;
pub mod theme;
mod write;

pub use home::{expand_home, expand_http, expand_paths};
pub use read::{FileProblem, LONGEST_SETTINGS, read_settings, read_up_to};
pub use write::{WholeFile, append_private, write_whole};
