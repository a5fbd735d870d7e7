//! The kernel's gauges of a connection over time.

mod gauges;
mod history;
mod name;
mod sentence;
mod words;

pub use gauges::{EVERY, GaugeRange, Gauges, LONGEST_PERIOD, MOST_SAMPLES, SHORTEST_PERIOD, parse_every};
pub use name::Gauge;
