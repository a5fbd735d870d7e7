//! The only room where time, terminal, sockets and model stand together: the loop.

pub mod allocator;
mod editor;
mod effects;
mod event_loop;
mod foreground_job;
mod input;
mod quiet_backend;
mod signals;
mod startup;
pub mod terminal;
pub use event_loop::run;
