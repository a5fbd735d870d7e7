//! The command line: converts arguments to an [`Invocation`] that needs no further checks.
//!
//! Every error is one line that says what was wrong and what is accepted; the program then exits with the exit code of
//! [`crate::wire::Class::Usage`].

mod args;
mod curl;
mod input;
mod repeat;
mod script;

mod invocation;
mod parse;
mod session_specs;
#[cfg(test)]
mod tests;
mod values;

pub use invocation::{Invocation, ParsedCommand, RunMode, StdioTerminals};
pub use parse::parse;
