//! A web server on loopback that shows what servers do, well-behaved and not.

pub(super) mod answers;
mod break_off;
mod broken;
mod content;
pub(super) mod serve;
pub(super) mod settings;
