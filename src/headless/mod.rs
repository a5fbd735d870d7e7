//! The same engine without a screen: `--raw` is a pipe, `--json` writes one event per line, `lab` runs the built-in
//! peers.
//!
//! Standard output carries only what was asked for; standard error has one line for each thing that did not work, or
//! that a person needs to know. If the reader of standard output goes away, the program ends silently, like every
//! program in a pipe.

mod body_file;
mod body_filter;
mod event;
mod explanation;
mod format;
mod input_shaper;
mod job;
mod json;
mod json_item;
mod json_line;
mod json_reading;
mod lab;
mod payload;
mod policy;
mod ports;
mod raw;
mod renderer;
mod repeat;
mod report;
mod run;
mod run_loop;
mod segment_events;
mod signals;
mod stdin;
mod stdout;
mod unfinished;
mod watched;

pub use job::{HeadlessJob, HeadlessWork, OutputFormat};
pub use json_line::line;
pub use json_reading::json_lines;
pub use payload::add_payload as put_payload;
pub use run::run;
