//! The phase of a session.

use std::time::Instant;

use super::news::CloseReason;
use crate::wire::Failure;

/// The phase of a session; each phase holds only what is true in it.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionPhase {
    /// Requested; nothing happened yet.
    Starting,
    /// Its name is being looked up.
    Resolving,
    /// Addresses are being tried.
    Connecting {
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// Waiting before the next attempt.
    Waiting {
        /// The number of the next attempt.
        attempt: u32,
        /// The greatest number of attempts.
        of: u32,
        /// When it begins.
        until: Instant,
    },
    /// Open.
    Open(OpenState),
    /// Waiting for peers.
    Listening,
    /// Over.
    Ended {
        /// How it ended.
        how: CloseReason,
        /// The failure, if it failed.
        failure: Option<Failure>,
        /// When it ended.
        at: Instant,
    },
}

/// An open conversation: which halves are still open, and whether we read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenState {
    /// We sent FIN.
    pub we_finished: bool,
    /// The peer sent FIN.
    pub peer_finished: bool,
    /// We stopped reading.
    pub paused: bool,
}
