//! sockeye: netcat you can see.

pub mod files;
pub mod net;
pub mod wire;
