//! The way of one connection through the states of RFC 9293: told once each, at the moment it is made or seen.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::net::journal::Journal;
use crate::sessions::News;
use crate::wire::kernel::view::KernelView;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Evidence, Failure};

/// How long after a close the kernel is asked for what became of the connection.
const MOST_ASKING: Duration = Duration::from_millis(50);

/// Where the connection stands, as far as it was told.
#[derive(Debug)]
pub(super) struct StateReporter {
    journal: Arc<Journal>,
    ends: Option<(SocketAddr, SocketAddr)>,
    told: Mutex<TcpState>,
}

impl StateReporter {
    /// The way of an established connection between these two addresses; without them, TIME-WAIT stays unseen.
    pub(super) fn established(journal: Arc<Journal>, ends: Option<(SocketAddr, SocketAddr)>) -> Self {
        StateReporter { journal, ends, told: Mutex::new(TcpState::Established) }
    }

    /// The state that was told last.
    pub(super) fn state(&self) -> TcpState {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells that the connection came to `to`; nothing where it is there already.
    pub(super) async fn report(&self, to: TcpState, cause: StateCause, evidence: Evidence) {
        self.report_for(to, cause, evidence, None).await;
    }

    async fn report_for(&self, to: TcpState, cause: StateCause, evidence: Evidence, remaining: Option<Duration>) {
        let from = std::mem::replace(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner), to);
        if from != to {
            self.journal.news(News::Tcp(TcpNews::State { from, to, cause, evidence, remaining })).await;
        }
    }

    /// Adds to a look at the socket what sock_diag knows beside it.
    pub(super) fn add_socket_diag(&self, view: &mut KernelView) {
        if let Some((local, peer)) = self.ends {
            crate::net::kernel::add_socket_diag(view, local, peer);
        }
    }

    /// Takes in the state that the kernel reports of the open socket.
    pub(super) async fn on_kernel_state(&self, state: Option<TcpState>) {
        use crate::wire::tcp::state::TcpState::{CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck};

        let Some(kernel) = state else { return };
        match (self.state(), kernel) {
            (Established, CloseWait) | (FinWait1, Closing) => {
                self.report(kernel, StateCause::FinArrived, Evidence::Kernel).await;
            }
            (FinWait1, FinWait2) | (LastAck, Closed) => {
                self.report(kernel, StateCause::AckOfFin, Evidence::Kernel).await;
            }
            // TIME-WAIT has no descriptor: the socket says CLOSED, and sock_diag has the rest of it.
            (FinWait1 | FinWait2 | Closing, Closed) => self.report_time_wait().await,
            // A socket that is CLOSED by other means has an error, which a read or a write tells with its reason.
            _ => {}
        }
    }

    /// Tells TIME-WAIT, where the kernel has it.
    async fn report_time_wait(&self) {
        let Ok(Some(SocketDiag { state: TcpState::TimeWait, timer, .. })) = self.query_socket_diag() else { return };
        let cause = if self.state() == TcpState::Closing { StateCause::AckOfFin } else { StateCause::FinArrived };
        let rests = timer.map(|timer| timer.expires);
        self.report_for(TcpState::TimeWait, cause, Evidence::Kernel, rests).await;
    }

    /// We called `shutdown(SHUT_WR)`, or `close()` without one.
    pub(super) async fn fin_sent(&self, cause: StateCause) {
        match self.state() {
            TcpState::Established => self.report(TcpState::FinWait1, cause, Evidence::Inferred).await,
            TcpState::CloseWait => self.report(TcpState::LastAck, cause, Evidence::Inferred).await,
            _ => {}
        }
    }

    /// A read returned 0. Where our FIN is out, to be called after the kernel had its say.
    pub(super) async fn fin_read(&self) {
        match self.state() {
            TcpState::Established => self.report(TcpState::CloseWait, StateCause::FinArrived, Evidence::Seen).await,
            TcpState::FinWait1 => self.report(TcpState::Closing, StateCause::FinArrived, Evidence::Inferred).await,
            TcpState::FinWait2 => self.report(TcpState::TimeWait, StateCause::FinArrived, Evidence::Inferred).await,
            _ => {}
        }
    }

    /// The connection broke.
    pub(super) async fn on_failure(&self, failure: &Failure) {
        let cause = match failure.class {
            Class::Reset => StateCause::RstArrived,
            Class::Unreachable => StateCause::TimedOut,
            _ => return,
        };
        self.report(TcpState::Closed, cause, Evidence::Seen).await;
    }

    /// The descriptor is closed: asks the kernel what became of the connection, for a little while.
    pub(super) async fn after_close(&self, unread: bool) {
        if matches!(self.state(), TcpState::Closed | TcpState::TimeWait) {
            return;
        }
        if unread {
            return self.report(TcpState::Closed, StateCause::ClosedUnread, Evidence::Inferred).await;
        }
        self.fin_sent(StateCause::WeClosed).await;
        let deadline = Instant::now() + MOST_ASKING;
        let mut pause = Duration::from_millis(1);
        loop {
            match (self.state(), self.query_socket_diag()) {
                (TcpState::LastAck, Ok(None)) => {
                    return self.report(TcpState::Closed, StateCause::AckOfFin, Evidence::Kernel).await;
                }
                // It is gone, and why cannot be known any more; or the kernel does not tell.
                (_, Ok(None) | Err(_)) => return,
                (TcpState::FinWait1, Ok(Some(SocketDiag { state: TcpState::FinWait2, .. }))) => {
                    self.report(TcpState::FinWait2, StateCause::AckOfFin, Evidence::Kernel).await;
                }
                (TcpState::FinWait1, Ok(Some(SocketDiag { state: TcpState::Closing, .. }))) => {
                    self.report(TcpState::Closing, StateCause::FinArrived, Evidence::Kernel).await;
                }
                (_, Ok(Some(SocketDiag { state: TcpState::TimeWait, .. }))) => return self.report_time_wait().await,
                (_, Ok(Some(_))) => {}
            }
            if Instant::now() >= deadline {
                return;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    #[cfg(target_os = "linux")]
    fn query_socket_diag(&self) -> std::io::Result<Option<SocketDiag>> {
        let (local, peer) = self.ends.ok_or(std::io::ErrorKind::NotConnected)?;
        crate::net::kernel::sock_diag::query(local, peer)
    }

    #[cfg(not(target_os = "linux"))]
    fn query_socket_diag(&self) -> std::io::Result<Option<SocketDiag>> {
        let known = self.ends.map(|_| std::io::ErrorKind::Unsupported);
        Err(known.unwrap_or(std::io::ErrorKind::NotConnected).into())
    }
}

#[cfg(target_os = "linux")]
use crate::net::kernel::sock_diag::SocketDiag;
use crate::sessions::news::TcpNews;

/// What a kernel has of a connection without a descriptor; this system does not tell.
#[cfg(not(target_os = "linux"))]
struct SocketDiag {
    state: TcpState,
    timer: Option<crate::wire::kernel::view::KernelTimer>,
}
