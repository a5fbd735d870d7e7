//! The sockets. One file or folder per protocol; every session is a task that receives orders and writes a journal.

mod accept_loop;
mod accept_queue;
#[cfg(unix)]
pub(crate) mod async_fd;
mod blocking;
pub(crate) mod buffers;
mod capture;
mod children;
mod dial;
mod dialling;
mod dns;
mod escape_budget;
mod families;
pub(crate) mod fault;
mod http;
mod hub;
mod journal;
mod journal_state;
mod kernel;
mod listen;
mod meter;
mod open;
mod option;
pub(crate) mod optional_sleep;
mod order_queue;
mod ports;
mod repeat;
mod resolve;
mod route;
mod splice;
mod stream;
mod syscall;
mod system;
mod system_names;
mod tcp;
mod tls;
mod udp;
#[cfg(unix)]
mod unix;

pub use hub::Net;

pub use journal::OverflowPolicy;

#[cfg(unix)]
pub(crate) use async_fd::registered;
pub use splice::SpliceSink;
#[cfg(not(unix))]
pub(crate) use system::remove_socket_files;
pub use system_names::system_names;
#[cfg(unix)]
pub(crate) use unix::remove_socket_files;
