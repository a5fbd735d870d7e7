//! The part of a text field that is on the screen.

/// What to draw of a text field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The lines from top to bottom, at most as many as there are rows, none wider than the columns.
    pub lines: Vec<String>,
    /// Where the cursor stands: column and row, from 0, always inside the window.
    pub cursor: (u16, u16),
}
