//! Sockets of the Unix domain: conversations, listeners, and their files.

mod address;
mod connect;
mod credentials;
mod datagram;
mod datagram_socket;
mod listen;
mod sample_clock;
mod socket_file;
mod task;

pub(super) use connect::connect_stream;
pub(crate) use socket_file::remove_socket_files;
pub(super) use task::{run, run_listener};
