//! The lines of the help, in groups.

use std::borrow::Cow;

/// One line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// The keys, such as `j  Down`: two blanks between them.
    pub keys: String,
    /// What they do.
    pub describe: String,
    /// The action's name, for the `:` line and the keymap; empty for a text field's own keys.
    pub name: &'static str,
}

/// The lines under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpGroup {
    /// The heading.
    pub title: Cow<'static, str>,
    /// The lines; at least one.
    pub rows: Vec<HelpRow>,
}
