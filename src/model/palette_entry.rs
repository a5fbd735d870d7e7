//! What the palette lists.

use std::borrow::Cow;

use super::action::{Action, ActionEntry};
use super::command::CommandEntry;
use crate::sessions::SessionId;

/// An entry of the palette: done at once, or after its argument is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaletteEntry {
    /// An action.
    Action(&'static ActionEntry),
    /// A command of the `:` line, which needs an argument.
    Command(&'static CommandEntry),
    /// Show a session.
    Session {
        /// Its number.
        id: SessionId,
        /// Its name; not neutralised yet.
        title: String,
    },
}

impl PaletteEntry {
    /// The name, as in the `:` line.
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            PaletteEntry::Action(entry) => entry.name.into(),
            PaletteEntry::Command(entry) => entry.name.into(),
            PaletteEntry::Session { id, .. } => format!("session {id}").into(),
        }
    }

    /// What it does.
    pub fn describe(&self) -> &str {
        match self {
            PaletteEntry::Action(entry) => entry.describe,
            PaletteEntry::Command(entry) => entry.describe,
            PaletteEntry::Session { title, .. } => title,
        }
    }

    /// The action, if it is one.
    pub fn action(&self) -> Option<Action> {
        match self {
            PaletteEntry::Action(entry) => Some(entry.action),
            PaletteEntry::Command(_) | PaletteEntry::Session { .. } => None,
        }
    }
}

/// An entry that fits a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaletteMatch {
    /// The entry.
    pub entry: PaletteEntry,
    /// Whether it can do something now; if not, it is listed after those that can.
    pub makes_sense: bool,
}
