//! A web server on loopback that shows how servers behave, correctly and not.

pub(super) mod answers;
mod break_off;
mod broken;
mod content;
pub(super) mod serve;
pub(super) mod settings;
