//! The TCP state machine of RFC 9293 (§3.3.2, §3.10) as a table, and its comparison with the kernel's state.

mod compare;
mod event;
mod path;
mod table;
mod words;

pub use compare::{StateDifference, compare};
pub use event::{ReplySegment, STATES, TcpEvent};
pub use path::{path, rows_from};
pub use table::{EventOutcome, TransitionRow, rows, transition};

pub use words::state as explain_state;

pub mod cause;
pub mod state;
pub mod syn;
#[cfg(test)]
mod tests;
