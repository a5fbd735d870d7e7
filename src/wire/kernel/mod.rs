//! The kernel's structs, parsed, and what it reports about a socket.

pub mod tcp_info;
pub mod tcp_timers;
pub mod udp_info;
pub mod view;
