//! What a run of many attempts measures.

pub(crate) mod latency;
pub mod run;
pub(crate) mod series;
