//! One thing that can be done again and again.

use super::ledger::AttemptOutcome;

/// One thing that can be done again and again.
pub(super) trait RepeatAttempt: Send + Sync + 'static {
    /// What a worker keeps from one to the next.
    type Own: Default + Send;

    /// Does it once. Bounded in time by itself.
    fn run_once(&self, own: &mut Self::Own) -> impl Future<Output = AttemptOutcome> + Send;
}
