//! A conversation as a sequence diagram: who sent what, when, and how we know; with captured segments or without.

mod capture;
mod explain;
mod ladder;
mod rung;
mod sample;
mod segment;
mod steps;

pub use explain::{RungExplanation, explain};
pub use ladder::{BURST_GAP, Ladder, MOST_RUNGS, SILENCE};
pub use rung::{KernelCounters, Rung, RungLabel, SystemCall};
