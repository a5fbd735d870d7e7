//! What can be asked for: one file for each kind of session, and what they share.

pub mod dns;
pub mod facets;
pub mod http;
pub mod repeat;
mod script;
mod socket;
pub mod target;
mod tcp;
mod udp;
mod what;

pub use script::{Burst, Pace, Script, Step};
pub use socket::{Family, HostPort, Retry, Wishes, wish, wished};
pub use tcp::{ListenSpec, TcpSpec};
pub use udp::{Group, UdpBoundSpec, UdpReceive, UdpSpec};
pub use what::{AcceptedSpec, DEFAULT_CONNECT_TIMEOUT, Spec, What};
