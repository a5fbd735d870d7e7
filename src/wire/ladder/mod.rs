//! A conversation as a sequence diagram: who sent what, when, and how we know; without capture.

mod build;
mod explain;
mod rung;
mod sample;
mod steps;

pub use build::{BURST_GAP, Ladder, MOST_RUNGS, SILENCE};
pub use explain::{Explained, explain};
pub use rung::{Call, Counters, Label, Rung};
