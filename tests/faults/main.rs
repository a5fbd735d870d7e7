//! The ways to fail, each made to happen, and what the built program tells of it: class, exit code, explanation.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod capture;
mod groups;
mod local;
mod race;
mod run;
#[path = "../support/skipped.rs"]
mod skipped;
mod slow;
mod sweep;
mod tls;
mod udp;
mod ways;
mod wire;
mod world;
