//! The kernel's gauges of a connection over time.

mod gauges;
mod history;
mod name;
mod sentence;
mod words;

pub use gauges::{EVERY, Gauges, MOST_SAMPLES, PERIODS, Range, parse_every};
pub use name::Gauge;
