//! Measurements of a repeat run.

pub(crate) mod latency;
pub mod run;
pub(crate) mod series;
