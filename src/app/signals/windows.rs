//! The control events of a Windows console, in the places of the signals.

use std::io;

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};

use super::action::{HANGUP, SignalAction};

/// The control events that the program handles.
#[derive(Debug)]
pub(in crate::app) struct ConsoleEvents {
    interrupt: CtrlC,
    break_key: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl ConsoleEvents {
    /// Starts to listen.
    ///
    /// # Errors
    /// Fails if the system refuses a handler.
    pub(in crate::app) fn listen() -> io::Result<Self> {
        Ok(ConsoleEvents {
            interrupt: ctrl_c()?,
            break_key: ctrl_break()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    /// The effect of the next event. Cancel-safe.
    pub(in crate::app) async fn next(&mut self) -> SignalAction {
        tokio::select! {
            _ = self.interrupt.recv() => SignalAction::End(128 + 2),
            _ = self.break_key.recv() => SignalAction::End(128 + 2),
            _ = self.close.recv() => SignalAction::End(HANGUP),
            _ = self.shutdown.recv() => SignalAction::End(128 + 15),
        }
    }
}

/// Returns at once: a Windows console does not suspend programs.
pub(in crate::app) fn stop_until_continued() {}
