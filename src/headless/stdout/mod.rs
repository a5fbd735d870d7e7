//! Standard output: how it is written, and how many bytes its reader has taken.

#[cfg(target_os = "linux")]
mod pipe;
pub(super) mod taken;
mod thread;
pub(super) mod writer;
