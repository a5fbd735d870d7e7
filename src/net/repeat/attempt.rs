//! The operation that a repeat session runs many times.

use super::ledger::AttemptOutcome;

/// An operation that can be run many times.
pub(super) trait RepeatAttempt: Send + Sync + 'static {
    /// What a worker keeps from one attempt to the next.
    type Own: Default + Send;

    /// Runs one attempt. It limits its own time.
    fn run_once(&self, own: &mut Self::Own) -> impl Future<Output = AttemptOutcome> + Send;
}
