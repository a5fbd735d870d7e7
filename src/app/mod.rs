//! The only module that connects time, terminal, sockets and model: the loop.

pub mod allocator;
mod editor;
mod effects;
mod event_loop;
mod files_asked;
mod foreground_job;
mod input;
pub mod panic_exit;
mod quiet_backend;
mod signals;
mod startup;
pub mod terminal;
mod terminal_kind;
mod terminal_output;
pub use event_loop::run;
