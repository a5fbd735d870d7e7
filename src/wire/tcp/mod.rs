//! The state machine of TCP as RFC 9293 has it (§3.3.2, §3.10), as a table; and what the kernel says beside it.

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
