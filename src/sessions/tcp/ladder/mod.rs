//! A conversation as a sequence diagram: who sent what, when, and how we know; with captured segments or without.

mod capture;
mod captured_state;
mod explain;
mod explanation;
mod ladder;
mod rung;
mod sample;
mod segment;
mod stamped;
mod steps;

pub use explain::explain_rung;
pub use explanation::RungExplanation;
pub use ladder::{BURST_GAP, Ladder, MOST_RUNGS, SILENCE};
pub use rung::{KernelCounters, Rung, RungLabel, SystemCall};
