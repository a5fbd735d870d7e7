//! What the person sees and does, without a terminal or a socket: stories of keys, whole screens, ladders as text.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod bench;
mod drawn;
mod ladder;
mod screens;
mod stories;
