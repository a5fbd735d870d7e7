//! The bytes that an exchange's connections carried: of our own connections what our calls moved, of reqwest's what the
//! kernel counted (TCP_INFO).
//!
//! Through a proxy the sockets belong to reqwest, which does not expose them: we find each among our own descriptors by
//! its address pair, and duplicate it. A duplicate keeps the connection open: [`ExchangeConnections::release`] drops
//! them all.

use crate::net::system::OwnedFd;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::net::stream::{CarrierConnection, CarrierEnd};
use crate::wire::Both;

/// The connections of one exchange: one at a time, a new one for a redirect to another host.
#[derive(Debug, Default)]
pub(super) struct ExchangeConnections {
    inner: Mutex<CountState>,
}

#[derive(Debug, Default)]
struct CountState {
    before: Both<u64>,
    unknown: bool,
    any: bool,
    /// The connection, if it is our own.
    own: Option<CarrierConnection>,
    /// The connection, if it is reqwest's.
    live: Option<system::DuplicateSocket>,
    reset: bool,
}

impl ExchangeConnections {
    fn lock(&self) -> MutexGuard<'_, CountState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Call when reqwest opened a connection: adds the previous one's bytes to the total, then counts this one's.
    pub(super) fn on_opened(&self, local: SocketAddr, peer: SocketAddr) {
        let duplicate = system::duplicate(local, peer);
        let mut inner = self.lock();
        inner.add_finished();
        inner.any = true;
        inner.unknown |= duplicate.is_none();
        inner.live = duplicate;
    }

    /// Call when a connection of our own was opened, after [`ExchangeConnections::close_own`].
    pub(super) fn on_own_opened(&self, connection: CarrierConnection) {
        let mut inner = self.lock();
        inner.any = true;
        inner.own = Some(connection);
    }

    /// Closes the connection of our own, if there is one; with `reset`, by RST. Returns whether there was one.
    pub(super) async fn close_own(&self, reset: bool) -> bool {
        let Some(connection) = self.lock().own.take() else { return false };
        let moved = connection.bytes();
        // Counted while it is closed, too.
        self.lock().add(Some(moved));
        let last = connection.close(reset).await;
        self.lock().add(Some(Both { sent: last.sent - moved.sent, received: last.received - moved.received }));
        true
    }

    /// The end for orders of the connection of our own, if one is open.
    pub(super) fn own_end(&self) -> Option<CarrierEnd> {
        self.lock().own.as_ref().map(CarrierConnection::order_end)
    }

    /// A descriptor of the socket of reqwest's connection; it keeps the connection open while it is held. `None` if no
    /// connection is open, or if the system cannot provide one.
    pub(super) fn socket(&self) -> Option<OwnedFd> {
        self.lock().live.as_ref()?.socket()
    }

    /// The count now; `None` if the kernel does not report it.
    pub(super) fn bytes(&self) -> Option<Both<u64>> {
        let inner = self.lock();
        if inner.unknown || !inner.any {
            return None;
        }
        let now = if inner.is_open() { inner.count_live()? } else { Both::default() };
        Some(Both { received: inner.before.received + now.received, sent: inner.before.sent + now.sent })
    }

    /// Records that the peer reset the connection: it ended without a FIN, so the kernel's count includes none.
    pub(super) fn was_reset(&self) {
        self.lock().reset = true;
    }

    /// Takes the last count of reqwest's connection, and resets it. `false` if it cannot be reset.
    pub(super) fn reset(&self) -> bool {
        let mut inner = self.lock();
        let last = inner.count_live();
        let reset = inner.live.as_ref().is_some_and(system::DuplicateSocket::reset);
        if reset {
            inner.live = None;
            inner.add(last);
        }
        reset
    }

    /// Closes our duplicate, so that closing reqwest's connection really closes it.
    pub(super) fn release(&self) {
        self.lock().add_finished();
    }
}

impl CountState {
    fn is_open(&self) -> bool {
        self.live.is_some() || self.own.is_some()
    }

    fn count_live(&self) -> Option<Both<u64>> {
        match &self.own {
            Some(own) => Some(own.bytes()),
            None => self.live.as_ref().and_then(|live| live.bytes(self.reset)),
        }
    }

    fn add(&mut self, last: Option<Both<u64>>) {
        match last {
            Some(bytes) => {
                self.before.received += bytes.received;
                self.before.sent += bytes.sent;
            }
            None => self.unknown = true,
        }
    }

    fn add_finished(&mut self) {
        if let Some(live) = self.live.take() {
            self.add(live.bytes(self.reset));
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use crate::net::system::OwnedFd;
    use std::net::SocketAddr;

    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    use crate::net::kernel::tcp_info;
    use crate::wire::Both;
    use crate::wire::tcp::state::TcpState;

    /// The states in which the peer's FIN has arrived.
    const AFTER_FIN: [TcpState; 5] =
        [TcpState::TimeWait, TcpState::Closed, TcpState::CloseWait, TcpState::LastAck, TcpState::Closing];

    /// A second descriptor of a connection's socket.
    #[derive(Debug)]
    pub(super) struct DuplicateSocket(OwnedFd);

    /// Finds one of our own sockets by its address pair. Cost: checks every descriptor, some 100 µs.
    pub(super) fn duplicate(local: SocketAddr, peer: SocketAddr) -> Option<DuplicateSocket> {
        let own = pidfd_open(getpid(), PidfdFlags::empty()).ok()?;
        for entry in std::fs::read_dir("/proc/self/fd").ok()? {
            let Ok(entry) = entry else { continue };
            let Some(number) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
            let is_socket = std::fs::read_link(entry.path())
                .is_ok_and(|target| target.to_str().is_some_and(|text| text.starts_with("socket:")));
            if !is_socket {
                continue;
            }
            let Ok(copy) = pidfd_getfd(&own, number, PidfdGetfdFlags::empty()) else { continue };
            let socket = socket2::SockRef::from(&copy);
            let ends = (socket.local_addr(), socket.peer_addr());
            if let (Ok(ours), Ok(theirs)) = ends
                && ours.as_socket() == Some(local)
                && theirs.as_socket() == Some(peer)
            {
                return Some(DuplicateSocket(copy));
            }
        }
        None
    }

    impl DuplicateSocket {
        /// The connection's bytes. `reset`: it ended by RST, which counts as no byte.
        pub(super) fn bytes(&self, reset: bool) -> Option<Both<u64>> {
            let info = tcp_info(&self.0)?;
            // The kernel counts the FIN as one byte received, because it takes a sequence number.
            let fin = u64::from(!reset && info.state.is_some_and(|state| AFTER_FIN.contains(&state)));
            Some(Both {
                received: info.bytes_received?.saturating_sub(fin),
                sent: info.bytes_sent?.saturating_sub(info.bytes_retrans?),
            })
        }

        /// Another descriptor of the same socket.
        pub(super) fn socket(&self) -> Option<OwnedFd> {
            self.0.try_clone().ok()
        }

        /// Sends a RST at once: connecting a TCP socket to AF_UNSPEC disconnects it that way (connect(2)).
        pub(super) fn reset(&self) -> bool {
            rustix::net::connect_unspec(&self.0).is_ok()
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::net::SocketAddr;

    use crate::wire::Both;

    /// A second descriptor of a connection's socket: not available on this system.
    #[derive(Debug)]
    pub(super) enum DuplicateSocket {}

    /// Returns `None`: this system has no way to find it.
    pub(super) fn duplicate(_local: SocketAddr, _peer: SocketAddr) -> Option<DuplicateSocket> {
        None
    }

    impl DuplicateSocket {
        pub(super) fn bytes(&self, _reset: bool) -> Option<Both<u64>> {
            match *self {}
        }

        pub(super) fn socket(&self) -> Option<super::OwnedFd> {
            match *self {}
        }

        pub(super) fn reset(&self) -> bool {
            match *self {}
        }
    }
}
