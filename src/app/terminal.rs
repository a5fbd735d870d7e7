//! The terminal's guard: every mode that it sets is reset on exit, panic and signal.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::{cursor, event, queue, terminal};
use ratatui::Terminal;

use super::quiet_backend::QuietBackend;
use super::terminal_output::{TerminalOutput, write_last};

/// True while the terminal is set up for us; a panic on any thread restores it.
static OURS: AtomicBool = AtomicBool::new(false);

/// Collects the bytes of a frame, so that it is sent in one write.
#[derive(Clone, Debug, Default)]
struct FrameBytes(Rc<RefCell<Vec<u8>>>);

impl Write for FrameBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while it is set up for us.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<QuietBackend<FrameBytes>>,
    frame: FrameBytes,
    output: TerminalOutput,
    mouse: bool,
}

impl Screen {
    /// Sets up the terminal: raw mode, alternate screen, bracketed paste, and mouse capture if requested.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        let frame = FrameBytes::default();
        let terminal = blank(&frame)?;
        let mut screen = Screen { terminal, frame, output: TerminalOutput::open(), mouse };
        screen.set_up()?;
        Ok(screen)
    }

    fn set_up(&mut self) -> io::Result<()> {
        OURS.store(true, Ordering::SeqCst);
        terminal::enable_raw_mode()?;
        self.output.forget();
        let mut bytes = Vec::new();
        let clear = terminal::Clear(terminal::ClearType::All);
        queue!(bytes, terminal::EnterAlternateScreen, clear, event::EnableBracketedPaste, cursor::Hide)?;
        self.output.write(&bytes)?;
        self.terminal = blank(&self.frame)?;
        self.grab_mouse(self.mouse)
    }

    /// Clears the terminal, so that the next frame is drawn whole: something else has written on it, or it has drawn a
    /// character wider or narrower than we think.
    pub(super) fn redraw(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        queue!(bytes, terminal::Clear(terminal::ClearType::All))?;
        self.output.write(&bytes)?;
        self.terminal = blank(&self.frame)?;
        Ok(())
    }

    /// Captures the mouse, or releases it.
    pub(super) fn grab_mouse(&mut self, grab: bool) -> io::Result<()> {
        self.mouse = grab;
        let mut bytes = Vec::new();
        if grab {
            queue!(bytes, event::EnableMouseCapture)?;
        } else {
            queue!(bytes, event::DisableMouseCapture)?;
        }
        self.output.write(&bytes)
    }

    /// Restores the terminal, until [`Screen::reenter`].
    pub(super) fn restore(&mut self) {
        self.output.forget();
        restore();
    }

    /// Sets the terminal up again.
    pub(super) fn reenter(&mut self) -> io::Result<()> {
        self.set_up()
    }

    /// Restores the terminal while `meanwhile` runs.
    pub(super) fn run_without_screen(&mut self, meanwhile: impl FnOnce()) -> io::Result<()> {
        self.restore();
        meanwhile();
        self.set_up()
    }

    /// Draws a frame: one write, inside a synchronized update. Writes nothing if nothing has changed. Not while
    /// [`Screen::is_behind`]: one frame waits at the most.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render)?;
        let frame = std::mem::take(&mut *self.frame.0.borrow_mut());
        if frame.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(frame.len() + 16);
        queue!(bytes, terminal::BeginSynchronizedUpdate)?;
        bytes.extend_from_slice(&frame);
        queue!(bytes, terminal::EndSynchronizedUpdate)?;
        self.output.write(&bytes)
    }

    /// Writes bytes that are not part of a frame, such as the clipboard's sequence.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write(bytes)
    }

    /// Whether the terminal has not read yet what was written.
    pub(super) fn is_behind(&self) -> bool {
        self.output.is_behind()
    }

    /// Waits until the terminal has read something. Cancel-safe.
    ///
    /// # Errors
    /// Fails if the terminal cannot be written.
    pub(super) async fn catch_up(&mut self) -> io::Result<()> {
        self.output.catch_up().await
    }

    /// The terminal's size.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        terminal::size()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// A terminal whose screen is blank, as after `Clear`; the clear() of one that was drawn on would query the cursor's
/// position.
fn blank(frame: &FrameBytes) -> io::Result<Terminal<QuietBackend<FrameBytes>>> {
    Terminal::new(QuietBackend::new(frame.clone()))
}

/// Restores the terminal, if it is set up for us. Errors are ignored: the terminal may be gone.
pub(super) fn restore() {
    if OURS.swap(false, Ordering::SeqCst) {
        let mut bytes = Vec::new();
        let leave = queue!(
            bytes,
            terminal::EndSynchronizedUpdate,
            event::DisableMouseCapture,
            event::DisableBracketedPaste,
            terminal::LeaveAlternateScreen,
            cursor::Show
        );
        drop(leave.and_then(|()| write_last(&bytes)));
        drop(terminal::disable_raw_mode());
    }
}
