//! sockeye: netcat you can see.

pub mod cli;
pub mod files;
pub mod headless;
pub mod lab;
pub mod net;
pub mod wire;
