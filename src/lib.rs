//! sockeye: netcat you can see.

pub mod model;
pub mod net;
pub mod wire;
