//! What the last frame showed: sizes, and the targets of clicks.

use std::net::SocketAddr;
use std::ops::Range;

use super::key::Chord;
use crate::sessions::SessionId;

/// The terminal's size in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScreenSize {
    /// Cells across.
    pub columns: u16,
    /// Cells down.
    pub rows: u16,
}

/// What the last frame actually showed: page sizes and click targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameReport {
    /// Rows and columns of the selected session's view, without frame and gutter.
    pub view: CellArea,
    /// The row under the cursor, if the view has one that is no row of a text.
    pub picked: Option<CellArea>,
    /// Rows and columns of the composer's text.
    pub composer: CellArea,
    /// Areas with a click target, topmost last.
    pub hits: Vec<(CellArea, ClickTarget)>,
    /// How many rows the visible document has at its width, if there is one.
    pub document_rows: usize,
    /// The first row of the remedy at the cursor, in the rows of the explain view; `None` without a remedy.
    pub remedy_row: Option<usize>,
    /// The part of the list of sessions that is on the screen; `None`: the list is not on the screen.
    pub list: Option<ShownSessions>,
    /// The texts, in builds with debug assertions only: tests look for those that run into each other.
    pub texts: Vec<DrawnText>,
}

/// A text that was drawn, without the blanks at its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnText {
    /// The row, from 0.
    pub row: u16,
    /// The columns, from 0.
    pub columns: Range<u16>,
    /// The text as it was given; it may be cut.
    pub text: String,
}

/// A part of the list of sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShownSessions {
    /// The place of the first session, from 0.
    pub first: usize,
    /// How many sessions there is room for.
    pub count: usize,
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellArea {
    /// The first column, from 0.
    pub column: u16,
    /// The first row, from 0.
    pub row: u16,
    /// Cells across.
    pub columns: u16,
    /// Cells down.
    pub rows: u16,
}

impl CellArea {
    /// Whether a cell lies within.
    pub fn contains(&self, column: u16, row: u16) -> bool {
        column >= self.column && column - self.column < self.columns && row >= self.row && row - self.row < self.rows
    }
}

/// The target of a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickTarget {
    /// A session in the list.
    Session(SessionId),
    /// The list itself.
    Sessions,
    /// The selected session's view.
    View,
    /// The composer.
    Composer,
    /// A name in the row of views.
    Tab(super::view::View),
    /// A line of the home screen.
    Home(usize),
    /// A line of a menu or list that is open.
    Line(usize),
    /// A peer in the list of a bound socket.
    Peer(SocketAddr),
    /// A remedy, by its number from 0.
    Probe(usize),
    /// A key in the footer: the click presses it.
    Key(Chord),
}
