//! Attempts and timers as lanes over time.

pub(crate) mod attempts;
mod axis;
pub(crate) mod open;
