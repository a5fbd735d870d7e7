//! The messages to the model, and the effects that it asks for.

use std::path::PathBuf;

use super::history::ComposedText;
use super::key::Chord;
use super::notice::NoticeWeight;
use super::overlay::PromptRequest;
use super::seen::{CellArea, ScreenSize};
use crate::sessions::search::{Needle, SearchHit};
use crate::sessions::{Order, Reading, RefusedOrder, Retention, SessionId, Spec, Transcript};

/// A message: something happened.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(Chord),
    /// Text was pasted; it is never treated as keys.
    Paste(String),
    /// A mouse event.
    Mouse(MouseInput),
    /// The terminal has a new size.
    Resized(ScreenSize),
    /// A session was opened.
    Opened {
        /// Its number.
        id: SessionId,
        /// Its spec.
        spec: Box<Spec>,
    },
    /// New readings of sessions.
    Readings(Vec<Reading>),
    /// An order was refused.
    Refused(RefusedOrder),
    /// A background search has found hits: all of them, or the first part.
    Found {
        /// The session.
        id: SessionId,
        /// The number of the search.
        generation: u64,
        /// The hits.
        hits: Vec<SearchHit>,
        /// Whether the search is complete.
        done: bool,
    },
    /// A background search ended without a result.
    SearchFailed {
        /// The session.
        id: SessionId,
        /// The number of the search.
        generation: u64,
        /// Why, as one line.
        why: String,
    },
    /// Text came back from the external editor, changed or not.
    Edited {
        /// The session whose composer it belongs to.
        id: SessionId,
        /// The text.
        text: String,
    },
    /// Show this session.
    Show(SessionId),
    /// A file can be sent: the order follows, and the prompt that named the file closes.
    FileReady {
        /// The request that is answered.
        request: PromptRequest,
        /// The session.
        id: SessionId,
        /// The file, with `~` expanded.
        path: PathBuf,
    },
    /// What a prompt asked for was done; the prompt closes.
    PromptDone {
        /// The request that is answered.
        request: PromptRequest,
        /// What was done, as one line.
        text: String,
    },
    /// What a prompt asked for was not done: the prompt stays open with the reason.
    PromptRefused {
        /// The request that is answered.
        request: PromptRequest,
        /// What was wrong, and what is accepted.
        why: String,
        /// Whether only a folder is missing, which Enter makes when it is pressed again.
        missing_folder: bool,
    },
    /// An effect reports its result.
    Said {
        /// Whether it is a problem.
        weight: NoticeWeight,
        /// One line.
        text: String,
    },
    /// Time has passed, and the screen depends on it.
    Wake,
}

/// A mouse event at a cell, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MouseInput {
    /// The kind of event.
    pub what: MouseAction,
    /// The column.
    pub column: u16,
    /// The row.
    pub row: u16,
}

/// The kinds of mouse events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAction {
    /// The left button was pressed.
    Click,
    /// Another button was pressed, or the mouse was dragged: the terminal's own selection and paste, which do not reach it.
    Other,
    /// The wheel turned up.
    WheelUp,
    /// The wheel turned down.
    WheelDown,
}

/// The lines of one row that are remembered, each kind for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// What was opened from the form for a new session.
    Target,
    /// A `:` line.
    Command,
}

/// An effect: what the model asks the program to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Open a session; [`Msg::Opened`] answers.
    Open(Box<Spec>),
    /// Give an order to a session; [`Msg::Refused`] answers if it is refused.
    Net(Order),
    /// Set how much of a session is kept from now on.
    Retain(SessionId, Retention),
    /// Search a snapshot in the background; [`Msg::Found`] answers.
    Search {
        /// The session.
        id: SessionId,
        /// The number of the search.
        generation: u64,
        /// What to search for.
        needle: Needle,
        /// The entry at which the search begins, so that its first hit is the next one.
        from: u64,
        /// The snapshot.
        transcript: Box<Transcript>,
    },
    /// Put text on the clipboard (OSC 52).
    Copy(String),
    /// Put on the clipboard what the screen shows in these cells; [`Msg::Said`] answers.
    CopyShown {
        /// The cells.
        area: CellArea,
        /// What that is, as the notice names it.
        what: &'static str,
    },
    /// Write the received bytes of a session that are still kept to a file; [`Msg::PromptDone`] or
    /// [`Msg::PromptRefused`] answers.
    Save {
        /// The number that the answer names.
        request: PromptRequest,
        /// The file; `~` is not expanded yet.
        path: PathBuf,
        /// Whether to make a folder that is missing.
        make_folder: bool,
        /// The snapshot whose bytes are written.
        transcript: Box<Transcript>,
    },
    /// Look whether a file can be sent; [`Msg::FileReady`] or [`Msg::PromptRefused`] answers.
    FindFile {
        /// The number that the answer names.
        request: PromptRequest,
        /// The session that is to send it.
        id: SessionId,
        /// The file; `~` is not expanded yet.
        path: PathBuf,
    },
    /// Start these built-in peers (`PEER` or `PEER:name=value,…`), and open sessions to them.
    StartLab(Vec<String>),
    /// Draw the whole screen again.
    Redraw,
    /// Capture the mouse, or release it.
    GrabMouse(bool),
    /// Store what was sent in the history file, for the next run.
    Remember(ComposedText),
    /// Store a line in the history file, for the next run: a target without its secrets, or a `:` line.
    RememberLine(LineKind, String),
    /// Edit a text in the user's own editor, on this terminal; [`Msg::Edited`] answers, or [`Msg::Said`] with the
    /// reason why not.
    EditOutside {
        /// The session whose composer it belongs to.
        id: SessionId,
        /// The text.
        text: String,
    },
    /// Suspend the program (SIGTSTP).
    Suspend,
}
