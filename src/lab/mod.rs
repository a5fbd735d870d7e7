//! The built-in peers: real servers on loopback, to try out and to learn from.
//!
//! A peer is one file in `peers/`, listed in `table`.

mod chosen;
mod help;
mod http;
mod params;
mod peer;
mod running;
mod serve;
mod table;
#[cfg(test)]
mod tests;

pub use chosen::ChosenPeer;
pub use help::{help, names};
pub use running::Lab;
