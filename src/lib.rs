//! sockeye: netcat you can see.
//!
//! # The map
//!
//! ```text
//! main ─ app ─ cli ─┬─ view ── files ── model ── formats ─┐
//!                   └─ headless ── net, lab ───────────── sessions ── wire ── text
//! ```
//!
//! A room imports only rooms to the right of it.
//!
//! | room | holds |
//! | --- | --- |
//! | [`text`] | hostile bytes made safe, escapes, quantities |
//! | [`wire`] | what bytes mean: segments, DNS, ICMP, HTTP heads, socket options, the kernel's structs |
//! | [`sessions`] | what is asked, what happens, what is known, what it means |
//! | [`formats`] | what other tools write: curl, netcat, dig and shell lines |
//! | [`model`] | what the person is doing: panels, focus, keymap, editor, update |
//! | [`net`], [`lab`] | the sockets; the built-in peers |
//! | [`files`] | configuration, themes, keymap, history |
//! | [`view`] | `draw(frame, &Model, &StyleSheet) -> FrameReport` |
//! | [`headless`] | `--raw` and `--json` |
//! | [`cli`], [`app`] | the command line; the loop |
//!
//! Data goes round once: key → model → order → socket → reading → model → screen. No room calls back into one
//! above it.
//!
//! # What always holds
//!
//! Each line has its test: in `tests/tidy` where nothing else is named.
//!
//! * **`text`, `wire`, `sessions`, `formats` and `model` are pure**: no socket, no file, no clock; the time is an argument.
//! * **`net` and `view` never meet**: the sockets know no colour, the cells no socket.
//! * **`view` never awaits, sorts nothing and stores nothing**: `draw(frame, &Model, &StyleSheet) -> FrameReport`.
//! * **One journal a session** carries bytes and facts in the order in which they happened; quantities are
//!   pulled once a frame, never pushed ([`net`]).
//! * **Counts are exact**: what is not kept for looking at is counted, and said in its place
//!   (`tests/loopback`).
//! * **No queue is without a bound**, and each says what happens when it is full.
//! * **What a peer says never reaches the terminal as control** ([`text::sanitize`]; `tests/terminal`).
//! * **No two files import each other**, not by way of others either; a `mod.rs` names its files and defines nothing.
//! * **A type has a name of its own** in the whole crate.
//! * **No card is picked by the words of a message** (`files::explain`).
//! * **A file has one job**, and no more than 400 lines of code.

pub mod app;
pub mod cli;
pub mod files;
pub mod formats;
pub mod headless;
pub mod lab;
pub mod model;
pub mod net;
pub mod sessions;
pub mod text;
pub mod view;
pub mod wire;
