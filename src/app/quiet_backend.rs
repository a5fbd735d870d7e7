//! A layer between ratatui and the terminal: it sends no queries, and writes nothing that would change nothing.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// A backend that keeps track of the cursor instead of querying it.
///
/// ratatui queries the cursor's position when it clears: a round trip, or an error after two seconds without an answer.
/// It also hides or places the cursor in every frame, changed or not.
#[derive(Debug)]
pub(super) struct QuietBackend<W: Write> {
    inner: CrosstermBackend<W>,
    /// Where the cursor is, if known.
    at: Option<Position>,
    /// Whether the cursor is visible, if known.
    visible: Option<bool>,
}

impl<W: Write> QuietBackend<W> {
    pub(super) fn new(to: W) -> Self {
        QuietBackend { inner: CrosstermBackend::new(to), at: None, visible: None }
    }
}

impl<W: Write> Backend for QuietBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.at = None;
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.visible.replace(false) == Some(false) {
            return Ok(());
        }
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.visible.replace(true) == Some(true) {
            return Ok(());
        }
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at.unwrap_or(Position::ORIGIN))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.at.replace(position) == Some(position) {
            return Ok(());
        }
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_changes_nothing_writes_nothing() {
        let mut bytes = Vec::new();
        let mut quiet = QuietBackend::new(&mut bytes);
        for _ in 0..2 {
            quiet.draw([(3, 1, &Cell::new("x"))].into_iter()).unwrap();
            quiet.set_cursor_position((1, 1)).unwrap();
            quiet.show_cursor().unwrap();
        }
        let once = bytes.len();
        let mut bytes = Vec::new();
        let mut quiet = QuietBackend::new(&mut bytes);
        quiet.draw([(3, 1, &Cell::new("x"))].into_iter()).unwrap();
        for _ in 0..9 {
            quiet.draw(std::iter::empty()).unwrap();
            quiet.set_cursor_position((1, 1)).unwrap();
            quiet.show_cursor().unwrap();
        }
        assert!(bytes.len() < once, "{}", String::from_utf8_lossy(&bytes));
    }
}
