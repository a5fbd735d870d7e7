//! Runs the same operation many times, at a given concurrency, rate and count, and counts every attempt.
//!
//! A run has a plan, which sets when the next attempt is due; workers, which run attempts; and a ledger, which counts
//! them. No payload goes into the transcript; only the first failures are reported individually.

mod attempt;
mod connect;
mod echo;
mod http;
mod keep_alive;
mod ledger;
mod plan;
mod task;
pub(crate) use task::run;
