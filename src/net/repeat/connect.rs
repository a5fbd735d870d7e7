//! TCP connections that are opened, measured and closed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpStream;
use tokio::time::Instant;

use super::attempt::RepeatAttempt;
use super::ledger::AttemptOutcome;
use crate::net::journal::Journal;
use crate::net::{dial, resolve};
use crate::sessions::spec::TcpSpec;
use crate::wire::{Both, Class, FailedOperation, Failure, FailureReason};

/// Repeated connections to the addresses of one name.
#[derive(Debug)]
pub(super) struct RepeatConnect {
    spec: TcpSpec,
    addresses: Vec<SocketAddr>,
    /// The address that answered last: the next connection tries it first.
    good: AtomicUsize,
}

impl RepeatConnect {
    /// Looks up the name, once for the whole run.
    ///
    /// # Errors
    /// Fails if it has no address.
    pub(super) async fn new(spec: TcpSpec, journal: &Arc<Journal>) -> Result<Self, Failure> {
        let addresses = resolve::resolve(&spec.target.host, spec.target.port, spec.socket.family, journal).await?;
        let same = |address: &SocketAddr| spec.socket.bind.is_none_or(|bind| bind.is_ipv4() == address.is_ipv4());
        let addresses: Vec<SocketAddr> = addresses.into_iter().filter(same).collect();
        if addresses.is_empty() {
            let message = "no address can be reached from the local address";
            return Err(Failure::new(Class::Resolve, FailedOperation::Resolve, &spec.target.host, message)
                .with_reason(FailureReason::NoAddressOfFamily));
        }
        Ok(RepeatConnect { spec, addresses, good: AtomicUsize::new(0) })
    }

    /// Connections to a target; `resolved` replaces the look-up.
    ///
    /// # Errors
    /// Fails if the name has no address.
    pub(super) async fn to(spec: TcpSpec, resolved: Vec<SocketAddr>, journal: &Arc<Journal>) -> Result<Self, Failure> {
        if resolved.is_empty() {
            return RepeatConnect::new(spec, journal).await;
        }
        Ok(RepeatConnect { spec, addresses: resolved, good: AtomicUsize::new(0) })
    }

    /// Opens one connection, within the spec's connect time-out.
    ///
    /// # Errors
    /// Fails if none of the addresses answered.
    pub(super) async fn open(&self) -> Result<TcpStream, Failure> {
        let deadline = Instant::now() + self.spec.socket.connect_timeout;
        let first = self.good.load(Ordering::Relaxed);
        let mut why = Failure::new(
            Class::Internal,
            FailedOperation::Connect,
            self.spec.target.to_string(),
            "no address was tried",
        );
        for step in 0..self.addresses.len() {
            let place = (first + step) % self.addresses.len();
            let Some(peer) = self.addresses.get(place).copied() else { break };
            match dial::connect_once(&self.spec.socket, peer, deadline).await {
                Ok(stream) => {
                    self.good.store(place, Ordering::Relaxed);
                    return Ok(stream);
                }
                Err(failure) => why = failure,
            }
        }
        Err(why)
    }
}

impl RepeatAttempt for RepeatConnect {
    type Own = ();

    async fn run_once(&self, (): &mut ()) -> AttemptOutcome {
        // Dropped at once: that sends a FIN, because no bytes are unread.
        let result = self.open().await.map(|_| None);
        AttemptOutcome { result, moved: Both::default() }
    }
}
