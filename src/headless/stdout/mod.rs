//! Standard output.

mod thread;
pub(super) mod writer;
