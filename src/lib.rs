//! sockeye: netcat you can see.

pub mod lab;
pub mod net;
pub mod wire;
