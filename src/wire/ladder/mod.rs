//! A conversation as a sequence diagram: who sent what, when, and how we know; with captured segments or without.

mod build;
mod capture;
mod explain;
mod rung;
mod sample;
mod segment;
mod steps;

pub use build::{BURST_GAP, Ladder, MOST_RUNGS, SILENCE};
pub use explain::{Explained, explain};
pub use rung::{Call, Counters, Label, Rung};
