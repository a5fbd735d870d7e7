//! Attempts and timers as bars over time.

pub(crate) mod attempts;
mod axis;
pub(crate) mod open;
