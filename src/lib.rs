//! sockeye: netcat you can see.
//!
//! # The map
//!
//! ```text
//! main ─ cli ─→ app ──→ view ──→ files::{config,theme,keymap} ──→ model ──→ wire
//!         │      ├────→ net ─────────────────────────────────────────────────↗
//!         │      ├────→ lab ─────────────────────────────────────────────────↗
//!         └→ headless ─→ net, lab, wire
//! ```
//!
//! Data goes round once: key → model → order → socket → reading → model → screen. No room calls back into one
//! above it.
//!
//! # What always holds
//!
//! Each line has its test: in `tests/tidy.rs` where nothing else is named.
//!
//! * **`wire` and `model` are pure**: no socket, no file, no clock; the time is an argument.
//! * **`net` and `view` never meet**: the sockets know no colour, the cells no socket.
//! * **`view` never awaits, sorts nothing and stores nothing**: `draw(frame, &Model, &Look) -> Seen`.
//! * **One journal a session** carries bytes and facts in the order in which they happened; quantities are
//!   pulled once a frame, never pushed ([`net`]).
//! * **Counts are exact**: what is not kept for looking at is counted, and said in its place
//!   (`tests/loopback_tcp.rs`, `tests/loopback_udp.rs`, `tests/loopback_http.rs`).
//! * **No queue is without a bound**, and each says what happens when it is full.
//! * **What a peer says never reaches the terminal as control** ([`wire::neutral`]; `tests/terminal`).
//! * **A file has one job**, and no more than 400 lines of code.

pub mod app;
pub mod cli;
pub mod files;
pub mod headless;
pub mod lab;
pub mod model;
pub mod net;
pub mod view;
pub mod wire;
