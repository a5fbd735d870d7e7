//! The kernel's view of a socket: its structs, parsed.

pub mod tcp_info;
pub mod tcp_timers;
pub mod udp_info;
pub mod view;
