//! What can happen to the model, and what it wants done in return.

use std::path::PathBuf;

use super::key::Chord;
use super::notice::NoticeWeight;
use super::seen::ScreenSize;
use crate::sessions::search::{Needle, SearchHit};
use crate::sessions::{Order, Reading, RefusedOrder, Retention, SessionId, Spec, Transcript};

/// Something happened.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(Chord),
    /// Text was pasted: never keys.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseInput),
    /// The terminal has a new size.
    Resized(ScreenSize),
    /// A session was opened, and has its number.
    Opened {
        /// Its number.
        id: SessionId,
        /// What it was asked to be.
        spec: Box<Spec>,
    },
    /// Sessions were looked at.
    Readings(Vec<Reading>),
    /// An order was not taken.
    Refused(RefusedOrder),
    /// A search beside the loop has its answer, or the first part of it.
    Found {
        /// In which session.
        id: SessionId,
        /// Which search.
        generation: u64,
        /// Where.
        hits: Vec<SearchHit>,
        /// Whether everything was searched.
        done: bool,
    },
    /// What was handed to an editor came back, changed or not.
    Edited {
        /// Whose composer it is of.
        id: SessionId,
        /// The text.
        text: String,
    },
    /// Something that was done outside has something to say.
    Said {
        /// How weighty.
        weight: NoticeWeight,
        /// One line.
        text: String,
    },
    /// Time passed, and something on the screen depends on it.
    Wake,
}

/// The mouse did something, at a cell counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MouseInput {
    /// What.
    pub what: MouseAction,
    /// The column.
    pub column: u16,
    /// The row.
    pub row: u16,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAction {
    /// The left button was pressed.
    Click,
    /// The wheel turned up.
    WheelUp,
    /// The wheel turned down.
    WheelDown,
}

/// What the model wants done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Open a session; [`Msg::Opened`] answers.
    Open(Box<Spec>),
    /// Give an order to a session; [`Msg::Refused`] answers where it is not taken.
    Net(Order),
    /// Keep so much of a session from now on.
    Retain(SessionId, Retention),
    /// Search a snapshot beside the loop; [`Msg::Found`] answers.
    Search {
        /// In which session.
        id: SessionId,
        /// Which search.
        generation: u64,
        /// What.
        needle: Needle,
        /// The entry from which on the first hit is wanted.
        from: u64,
        /// Where.
        transcript: Box<Transcript>,
    },
    /// Put text on the clipboard (OSC 52).
    Copy(String),
    /// Write what a session received and keeps to a file; [`Msg::Said`] answers.
    Save {
        /// The file.
        path: PathBuf,
        /// Whose bytes.
        transcript: Box<Transcript>,
    },
    /// Take the mouse, or let it go.
    GrabMouse(bool),
    /// Remember what was sent, for the next run.
    Remember(String),
    /// Edit a text in the person's own editor, on this terminal; [`Msg::Edited`] answers, or [`Msg::Said`] why not.
    EditOutside {
        /// Whose composer it is of.
        id: SessionId,
        /// The text.
        text: String,
    },
    /// Suspend the program (SIGTSTP).
    Suspend,
}
