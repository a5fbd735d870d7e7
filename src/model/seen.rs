//! What the last frame showed: sizes, and the targets of clicks.

use std::net::SocketAddr;

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
    /// Rows and columns of the composer's text.
    pub composer: CellArea,
    /// Areas with a click target, topmost last.
    pub hits: Vec<(CellArea, ClickTarget)>,
    /// How many rows the visible document has at its width, if there is one.
    pub document_rows: usize,
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
    /// A line of a menu or list that is open.
    Line(usize),
    /// A peer in the list of a bound socket.
    Peer(SocketAddr),
    /// A remedy, by its number from 1.
    Probe(u8),
}
