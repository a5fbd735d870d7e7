//! TCP connections and listeners.

use std::net::SocketAddr;
use std::time::Duration;

use super::socket::DEFAULT_CONNECT_TIMEOUT;
use super::socket::{HostPort, IpFamily, RequestedOptions, RetryPolicy};

/// A TCP connection to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcpSpec {
    /// Whom to connect to.
    pub target: HostPort,
    /// Which addresses to use.
    pub family: IpFamily,
    /// The local address to use; port 0 lets the kernel choose.
    pub bind: Option<SocketAddr>,
    /// How long one attempt may take, name resolution and all addresses included.
    pub connect_timeout: Duration,
    /// How long it may be quiet in both directions.
    pub idle_timeout: Option<Duration>,
    /// What to do when an attempt fails.
    pub retry: RetryPolicy,
    /// Socket options to set before `connect()`, in order.
    pub options: RequestedOptions,
}

impl TcpSpec {
    /// A connection with the default timeouts and no retry.
    pub fn to(target: HostPort) -> Self {
        TcpSpec {
            target,
            family: IpFamily::Any,
            bind: None,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            idle_timeout: None,
            retry: RetryPolicy::default(),
            options: Vec::new(),
        }
    }
}

/// A TCP listener to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenSpec {
    /// Where to listen; port 0 lets the kernel choose.
    pub local: SocketAddr,
    /// How many accepted connections may be open at once; more are closed at once, and that is shown.
    pub limit: Option<usize>,
    /// How long an accepted connection may be quiet.
    pub idle_timeout: Option<Duration>,
    /// Socket options to set before `bind()`, in order; accepted connections have them too.
    pub options: RequestedOptions,
}

impl ListenSpec {
    /// A listener without limits.
    pub fn at(local: SocketAddr) -> Self {
        ListenSpec { local, limit: None, idle_timeout: None, options: RequestedOptions::new() }
    }
}
