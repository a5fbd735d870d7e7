//! Overlays: prompts, menus and dialogs in front of the panes.

use super::editor::TextField;
use super::form_reading::FormReading;
use super::options::OptionsDialog;
use super::palette_entry::PaletteMatch;
use crate::sessions::Spec;

/// What is open in front of the panes; it gets the keys.
#[derive(Debug)]
pub enum Overlay {
    /// All keys, with a field to filter them.
    Help {
        /// The filter.
        query: TextField,
        /// The first row shown.
        scroll: usize,
    },
    /// The field for a new session.
    New {
        /// What was typed or pasted.
        input: TextField,
        /// How that is understood; read when the text changes, not for each frame.
        reading: FormReading,
        /// Why it was not accepted, after Enter.
        problem: Option<String>,
    },
    /// The ways to end the selected session.
    Close {
        /// The line that Enter selects.
        picked: usize,
    },
    /// A one-line field at the bottom.
    Prompt {
        /// Its purpose.
        purpose: PromptPurpose,
        /// What was typed.
        input: TextField,
        /// The number of the completion that Tab has reached, and the text before it.
        completing: Option<(usize, String)>,
        /// Why it was not accepted, after Enter.
        problem: Option<String>,
        /// Whether the text is that of last time, which the first typed character replaces.
        fresh: bool,
        /// The request whose answer is awaited; `None` after the text has changed.
        awaits: Option<PromptRequest>,
    },
    /// The built-in peers.
    Lab {
        /// The line that Enter selects: 0 is all of them.
        picked: usize,
    },
    /// All actions, found by a few letters.
    Palette {
        /// What was typed.
        input: TextField,
        /// What fits it, best first, as it was when the text changed: what is listed does not move under the cursor.
        found: Vec<PaletteMatch>,
        /// The line that Enter selects.
        picked: usize,
    },
    /// The socket options of a session, or of the session to be opened.
    Options(OptionsDialog),
    /// A yes-or-no question.
    Confirm(ConfirmQuestion),
}

/// The number of a request that a prompt made of the program; the answer names it, as another prompt may be open then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PromptRequest(pub u64);

/// The purpose of a one-line field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptPurpose {
    /// `:` a command.
    Command,
    /// `/` a text to search for.
    Search,
    /// `f` a filter: show only what contains this text.
    Filter,
    /// A file to send.
    SendFile,
    /// A file to write the received bytes to.
    Save {
        /// Whether Enter makes the folder that was missing.
        make_folder: bool,
    },
}

/// A yes-or-no question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmQuestion {
    /// Quit although sessions are open.
    Quit {
        /// How many are open.
        open: usize,
        /// Whether a composer holds text that was not sent.
        draft: bool,
    },
    /// Run a remedy of the explain view that sends something by itself.
    Remedy {
        /// The remedy's label.
        label: String,
        /// What it sends: the end of a sentence that begins with "it".
        sends: String,
        /// The session that it opens.
        opens: Box<Spec>,
    },
}
