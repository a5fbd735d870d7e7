//! The same thing many times over: so many at once, so fast, so often, and every one of them counted.
//!
//! A run has a plan, which says when the next one is due, workers, which do it, and a ledger, in which they count.
//! Nothing that is said goes into the transcript: only the first failures are told one by one.

mod attempt;
mod connect;
mod echo;
mod http;
mod keep_alive;
mod ledger;
mod plan;
mod task;
pub(crate) use task::run;
