//! Specs of sockets of the Unix domain: connections, listeners, and accepted connections.

use std::net::SocketAddr;
use std::time::Duration;

use super::kind_facets::KindFacets;
use super::socket::{HostPort, IpFamily, RetryPolicy, SocketSpec};
use crate::sessions::id::SessionId;
use crate::wire::option::SocketKind;
use crate::wire::unix::{PeerCredentials, UnixAddress, UnixForm};

/// The longest datagram of a Unix socket that is read from a file or received whole: 256 KiB. The kernel bounds each by
/// its sender's buffer (SO_SNDBUF, 208 KiB by default).
pub const MOST_UNIX_DATAGRAM: usize = 256 * 1024;

/// A conversation with a socket of the Unix domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixSpec {
    /// The socket to connect to.
    pub target: UnixAddress,
    /// A stream, or datagrams.
    pub form: UnixForm,
    /// How it connects. `family` and `bind` are unused: there are no IP addresses.
    pub socket: SocketSpec,
}

impl UnixSpec {
    /// A conversation with the default timeouts and no retry.
    pub fn new(target: UnixAddress, form: UnixForm) -> Self {
        UnixSpec { target, form, socket: SocketSpec::default() }
    }
}

/// A bound socket of the Unix domain: a listener of streams, or a socket that takes anybody's datagrams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixListenSpec {
    /// Where to listen.
    pub local: UnixAddress,
    /// Streams, or datagrams.
    pub form: UnixForm,
    /// Remove a socket file at that path first, if nobody listens there any more.
    pub replace: bool,
    /// How many accepted connections may be open at once; further ones are closed immediately, and that is shown.
    pub limit: Option<usize>,
    /// How many connections the kernel queues before they are accepted; `None`: the program's own number.
    pub backlog: Option<u32>,
    /// Whether connections are accepted from the beginning; otherwise they stay in the kernel's queue.
    pub accepting: bool,
    /// `idle_timeout` and `options` apply to accepted connections; the rest is unused, as nothing connects.
    pub socket: SocketSpec,
}

impl UnixListenSpec {
    /// A listener without limits.
    pub fn at(local: UnixAddress, form: UnixForm) -> Self {
        UnixListenSpec {
            local,
            form,
            replace: false,
            limit: None,
            backlog: None,
            accepting: true,
            socket: SocketSpec::default(),
        }
    }
}

/// A connection that a listener of the Unix domain accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixAcceptedSpec {
    /// The listener's session.
    pub listener: SessionId,
    /// Our address.
    pub local: UnixAddress,
    /// The peer's; nearly always unnamed.
    pub peer: UnixAddress,
    /// Who the peer is.
    pub credentials: Option<PeerCredentials>,
}

/// What all specs of the Unix domain have in common: none has an IP address, and so none of what follows from one.
macro_rules! without_ip_addresses {
    () => {
        fn target(&self) -> Option<HostPort> {
            None
        }

        fn family(&self) -> Option<IpFamily> {
            None
        }

        fn local(&self) -> Option<SocketAddr> {
            None
        }

        fn set_local(&mut self, _local: Option<SocketAddr>) {}

        fn broadcast_mut(&mut self) -> Option<&mut bool> {
            None
        }

        fn socket_kind(&self) -> Option<SocketKind> {
            Some(SocketKind::Unix)
        }
    };
}

impl KindFacets for UnixSpec {
    without_ip_addresses!();

    fn title(&self, _: Option<SocketAddr>) -> String {
        format!("{} {}", self.form.name(), self.target)
    }

    fn parent(&self) -> Option<SessionId> {
        None
    }

    fn socket(&self) -> Option<&SocketSpec> {
        Some(&self.socket)
    }

    fn socket_mut(&mut self) -> Option<&mut SocketSpec> {
        Some(&mut self.socket)
    }

    fn idle_timeout(&self) -> Option<Duration> {
        self.socket.idle_timeout
    }

    fn shown_retry(&self) -> Option<RetryPolicy> {
        Some(self.socket.retry)
    }

    fn allowed_time(&self) -> Option<Duration> {
        Some(self.socket.idle_timeout.unwrap_or(self.socket.connect_timeout))
    }

    fn wait_longer(&mut self) -> bool {
        self.socket.connect_timeout = self.socket.connect_timeout.saturating_mul(10);
        self.socket.idle_timeout = self.socket.idle_timeout.map(|idle| idle.saturating_mul(10));
        true
    }
}

impl KindFacets for UnixListenSpec {
    without_ip_addresses!();

    fn title(&self, _: Option<SocketAddr>) -> String {
        format!("listen {} {}", self.form.name(), self.local)
    }

    fn parent(&self) -> Option<SessionId> {
        None
    }

    fn socket(&self) -> Option<&SocketSpec> {
        Some(&self.socket)
    }

    fn socket_mut(&mut self) -> Option<&mut SocketSpec> {
        Some(&mut self.socket)
    }

    fn idle_timeout(&self) -> Option<Duration> {
        None
    }

    fn shown_retry(&self) -> Option<RetryPolicy> {
        None
    }

    fn allowed_time(&self) -> Option<Duration> {
        None
    }

    fn wait_longer(&mut self) -> bool {
        false
    }
}

impl KindFacets for UnixAcceptedSpec {
    without_ip_addresses!();

    fn title(&self, _: Option<SocketAddr>) -> String {
        format!("stream ⇠ {}", self.peer_name())
    }

    fn parent(&self) -> Option<SessionId> {
        Some(self.listener)
    }

    fn socket(&self) -> Option<&SocketSpec> {
        None
    }

    fn socket_mut(&mut self) -> Option<&mut SocketSpec> {
        None
    }

    fn idle_timeout(&self) -> Option<Duration> {
        None
    }

    fn shown_retry(&self) -> Option<RetryPolicy> {
        None
    }

    fn allowed_time(&self) -> Option<Duration> {
        None
    }

    fn wait_longer(&mut self) -> bool {
        false
    }
}

impl UnixAcceptedSpec {
    /// The shortest name that tells peers apart: the process, as most peers have no address.
    pub fn peer_name(&self) -> String {
        match (&self.peer, self.credentials.and_then(|peer| peer.pid)) {
            (UnixAddress::Unnamed, Some(pid)) => format!("process {pid}"),
            (address, _) => address.to_string(),
        }
    }
}
