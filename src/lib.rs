//! sockeye: netcat you can see.

pub mod net;
pub mod wire;
