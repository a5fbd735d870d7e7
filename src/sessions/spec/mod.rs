//! Specs of sessions to open: one file for each kind, and what they share.

pub mod dns;
pub mod http;
mod input;
mod kind_facets;
mod ports;
pub mod repeat;
mod script;
mod socket;
pub mod socket_options;
pub mod system_names;
pub mod target;
mod tcp;
mod udp;
mod unix;
mod what;

pub use input::{InputEnd, InputSpec};
pub use kind_facets::KindFacets;
pub use ports::{MOST_AT_ONCE, MOST_PORTS, PORT_TIMEOUT, PortRange, PortScanSpec};
pub use script::{DatagramBurst, Pace, Script, ScriptStep};
pub use socket::{
    DEFAULT_CONNECT_TIMEOUT, HostPort, IpFamily, RequestedOptions, RetryPolicy, SocketSpec, request_option,
    requested_value,
};
pub use tcp::{AcceptedSpec, ListenSpec, TcpSpec};
pub use udp::{MOST_DATAGRAM, MulticastGroup, UdpBoundSpec, UdpReceive, UdpSpec, longer_than_datagram};
pub use unix::{MOST_UNIX_DATAGRAM, UnixAcceptedSpec, UnixListenSpec, UnixSpec};
pub use what::{Spec, SpecKind};
