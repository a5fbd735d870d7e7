//! The type of a built-in peer: its name, what it does, the session that connects to it, and how it starts.

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::params::{DeclaredParam, PeerSettings};
use crate::sessions::spec::http::HttpSpec;
use crate::sessions::spec::{HostPort, ScriptStep, TcpSpec, UdpSpec};
use crate::sessions::{Spec, SpecKind};

/// One kind of built-in peer. Each is declared in its own file and listed in [`super::table`].
#[derive(Debug)]
pub(super) struct LabPeer {
    /// Its name on the command line, without `:`.
    pub(super) name: &'static str,
    /// What it does, in one line.
    pub(super) says: &'static str,
    /// Its parameters on the command line.
    pub(super) params: &'static [&'static dyn DeclaredParam],
    /// The session that connects to it.
    pub(super) opens: PeerSession,
    /// Binds it on loopback, at a port that the kernel chooses, and serves in these tasks until they are dropped.
    /// Returns its address. Fails if a socket cannot be opened, bound or configured. Needs a runtime with I/O and time.
    pub(super) start: fn(&PeerSettings, &mut JoinSet<()>) -> io::Result<SocketAddr>,
}

/// The session that connects to a peer.
#[derive(Clone, Copy, Debug)]
pub(super) enum PeerSession {
    /// A TCP connection.
    Tcp {
        /// What it sends once it is connected.
        hello: Option<&'static str>,
    },
    /// A UDP session.
    Udp {
        /// The datagram that it sends.
        hello: &'static str,
    },
    /// A GET request.
    Http {
        /// The path, with its leading slash.
        path: &'static str,
    },
}

impl PeerSession {
    /// The spec of this session with the peer at `address`.
    pub(super) fn spec_for(self, address: SocketAddr) -> Spec {
        let target = HostPort { host: address.ip().to_string(), port: address.port() };
        let (what, hello) = match self {
            PeerSession::Tcp { hello } => (SpecKind::Tcp(TcpSpec::new(target)), hello),
            PeerSession::Udp { hello } => (SpecKind::Udp(UdpSpec::new(target)), Some(hello)),
            PeerSession::Http { path } => (SpecKind::Http(HttpSpec::get(format!("http://{address}{path}"))), None),
        };
        let mut spec = Spec::new(what);
        spec.script.steps.extend(hello.map(|text| ScriptStep::Send(Bytes::from_static(text.as_bytes()))));
        spec
    }
}
