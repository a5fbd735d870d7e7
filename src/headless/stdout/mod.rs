//! Standard output: who writes it, and what was taken.

#[cfg(target_os = "linux")]
mod pipe;
pub(super) mod taken;
mod thread;
pub(super) mod writer;
