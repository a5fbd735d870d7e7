//! What the tests open: the specs of sessions, with the defaults.

use std::net::SocketAddr;

use sockeye::sessions::spec::{HostPort, ListenSpec, TcpSpec};
use sockeye::sessions::{Spec, SpecKind};

/// A TCP session to `peer`.
pub(crate) fn tcp(peer: SocketAddr) -> Spec {
    Spec::new(SpecKind::Tcp(tcp_to(peer)))
}

pub(crate) fn tcp_to(peer: SocketAddr) -> TcpSpec {
    TcpSpec::new(host_port(peer))
}

pub(crate) fn host_port(address: SocketAddr) -> HostPort {
    HostPort { host: address.ip().to_string(), port: address.port() }
}

pub(crate) fn listen(spec: ListenSpec) -> Spec {
    Spec::new(SpecKind::Listen(spec))
}

/// A listener on a free port of loopback.
pub(crate) fn any_port() -> ListenSpec {
    ListenSpec::at(([127, 0, 0, 1], 0).into())
}
