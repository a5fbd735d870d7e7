//! The built-in peers: real servers on loopback, to look at and to learn from.
//!
//! A peer is one file in `peers/` and its place in `table`.

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
pub use help::help;
pub use running::Lab;
