//! Values of network protocols and sockets, and their parsers. No I/O, no clock, no user, no screen.

pub mod direction;
pub mod dns;
pub mod errno;
pub mod failure;
pub mod http;
pub mod http1;
pub mod icmp;
pub mod kernel;
pub mod operation;
pub mod option;
pub mod reason;
pub mod route;
pub mod segment;
pub mod tcp;
pub mod tls;
pub mod udp;
pub mod unix;

pub use direction::{Both, Direction, Totals};
pub use failure::{Class, Evidence, Failure};
pub use operation::FailedOperation;
pub use reason::FailureReason;
