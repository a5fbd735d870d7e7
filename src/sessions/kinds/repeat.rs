//! What is known of a run of many.

use crate::sessions::repeat::run::RepeatReading;
use crate::wire::Class;

/// What a repeat session knows of itself beside its transcript.
#[derive(Clone, Debug, Default)]
pub struct RepeatView {
    /// The last look at it, once there was one.
    pub reading: Option<std::sync::Arc<RepeatReading>>,
}

impl RepeatView {
    /// The class that failed most often, and how often.
    pub fn commonest(&self) -> Option<(Class, u64)> {
        self.reading.as_ref().and_then(|reading| reading.tally.commonest())
    }
}
