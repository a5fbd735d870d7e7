//! A web server on loopback that shows what servers do, well-behaved and not.

mod answers;
mod break_off;
mod broken;
mod content;
mod serve;

pub(super) use serve::serve;
