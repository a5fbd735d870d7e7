//! What lies over the screen: prompts, menus, dialogs.

use super::editor::TextField;
use super::options::OptionsDialog;

/// What is open above the panes; it has the keys.
#[derive(Debug)]
pub enum Overlay {
    /// All keys, with a field to narrow them.
    Help {
        /// What to narrow to.
        query: TextField,
        /// The first row shown.
        scroll: usize,
    },
    /// The field for a new session.
    New {
        /// What was typed or pasted.
        input: TextField,
        /// Why it was not taken, after Enter.
        problem: Option<String>,
    },
    /// The ways to end the selected session.
    Close {
        /// The line that Enter takes.
        picked: usize,
    },
    /// A one-line field at the bottom.
    Prompt {
        /// What it is for.
        purpose: PromptPurpose,
        /// What was typed.
        input: TextField,
        /// Which completion Tab stopped at, and the text before it.
        completing: Option<(usize, String)>,
        /// Why it was not taken, after Enter.
        problem: Option<String>,
    },
    /// All actions, to be found by a few letters.
    Palette {
        /// What was typed.
        input: TextField,
        /// The line that Enter takes.
        picked: usize,
    },
    /// The socket options of a session, or of the one to be opened.
    Options(OptionsDialog),
    /// A question that waits for yes or no.
    Confirm(ConfirmQuestion),
}

/// What a one-line field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptPurpose {
    /// `:` a command.
    Command,
    /// `/` what to find.
    Search,
    /// `f` what to show only.
    Filter,
    /// A file to send.
    SendFile,
    /// A file to write what was received to.
    Save,
}

/// A question that waits for yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmQuestion {
    /// Quit although sessions are open.
    Quit {
        /// How many.
        open: usize,
    },
}
