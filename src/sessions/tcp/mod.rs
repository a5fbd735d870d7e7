//! The history of a TCP connection: its states, timers, gauges, flow control and ladder.

pub mod flow_control;
pub mod gauges;
pub mod history;
pub mod ladder;
pub(crate) mod states;
pub mod step_cause;
pub mod timers;
