//! sockeye: netcat you can see.

pub mod files;
pub mod model;
pub mod net;
pub mod wire;
