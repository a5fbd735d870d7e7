//! sockeye: netcat you can see.
//!
//! # The map
//!
//! ```text
//! main ─ app ─ cli ─┬─ view ── files ── model ── formats ─┐
//!                   └─ headless ── net, lab ───────────── sessions ── wire ── text
//! ```
//!
//! A module imports only modules to the right of it.
//!
//! | module | contents |
//! | --- | --- |
//! | [`text`] | hostile bytes made safe, secrets masked, escapes, quantities |
//! | [`wire`] | what bytes mean: segments, DNS, ICMP, HTTP messages, TLS records, certificates, socket options, error numbers, the kernel's structs |
//! | [`sessions`] | requests, events, the state of each session, and explanations |
//! | [`formats`] | the syntax of other tools: curl, netcat, dig and shell lines |
//! | [`model`] | the state of the user interface: panels, focus, keymap, editor, update |
//! | [`net`], [`lab`] | the sockets; the built-in peers |
//! | [`files`] | configuration, themes, keymap, history |
//! | [`view`] | `draw(frame, &Model, &StyleSheet) -> FrameReport` |
//! | [`headless`] | `--raw` and `--json` |
//! | [`cli`], [`app`] | the command line; the loop |
//!
//! Data flows in one circle: key → model → order → socket → reading → model → screen. No module calls one to its left.
//!
//! # Invariants
//!
//! Each invariant has its test: in `tests/tidy` unless another place is named.
//!
//! * **`text`, `wire`, `sessions`, `formats` and `model` are pure**: no socket, no file, no clock; time is an argument.
//! * **`net` and `view` never import each other**: sockets know no colours, cells know no sockets.
//! * **`view` never awaits, sorts nothing and stores nothing**: `draw(frame, &Model, &StyleSheet) -> FrameReport`.
//! * **One journal per session** carries bytes and news in the order in which they happened; measurements are
//!   pulled once per frame, never pushed ([`net`]).
//! * **Counts are exact**: bytes that are not kept are counted, and shown as a gap in their place (`tests/loopback`).
//! * **Every queue has a bound**, and its documentation says what happens when it is full.
//! * **Bytes of a peer never reach the terminal as control characters** ([`text::sanitize`]; `tests/terminal`).
//! * **No import cycles between files**, direct or indirect; a `mod.rs` declares its files and defines nothing.
//! * **A type's name is unique** in the whole crate.
//! * **An explanation is never chosen by the text of a message** (`files::explain`).
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
