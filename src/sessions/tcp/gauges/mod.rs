//! The kernel's gauges of a connection over time.

mod gauges;
mod history;
mod name;
mod sentence;
mod words;

pub use gauges::{EVERY, GaugeRange, Gauges, MOST_SAMPLES, PERIODS, parse_every};
pub use name::Gauge;
