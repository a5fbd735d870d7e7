//! Reports each state of RFC 9293 that a connection enters, once, when we cause it or the kernel shows it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::moved::ByteCounts;
use crate::net::journal::Journal;
use crate::net::kernel::SocketCookies;
use crate::sessions::News;
use crate::wire::kernel::view::KernelView;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Evidence, Failure};

/// How long after a close the kernel is asked for the connection's state.
const MOST_ASKING: Duration = Duration::from_millis(50);

/// The last reported state of one connection, and where to report the next.
#[derive(Debug)]
pub(super) struct StateReporter {
    journal: Arc<Journal>,
    counts: ByteCounts,
    ends: Option<(SocketAddr, SocketAddr)>,
    /// Whether the connection has TCP states; without them nothing is reported.
    has_states: bool,
    cookies: SocketCookies,
    reported: Mutex<ReportedState>,
}

/// What was reported last.
#[derive(Clone, Copy, Debug)]
struct ReportedState {
    state: TcpState,
    peer_fin: Option<PeerFin>,
}

/// The peer's FIN, which came before ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct PeerFin {
    /// When we noticed it.
    pub(super) at: Instant,
    /// Bytes that we had sent by then.
    pub(super) sent_bytes: u64,
}

impl StateReporter {
    /// A reporter for an established connection between these two addresses; without them, TIME-WAIT is not seen.
    pub(super) fn established(
        journal: Arc<Journal>,
        counts: ByteCounts,
        ends: Option<(SocketAddr, SocketAddr)>,
        cookies: SocketCookies,
    ) -> Self {
        let reported = ReportedState { state: TcpState::Established, peer_fin: None };
        StateReporter { journal, counts, ends, has_states: true, cookies, reported: Mutex::new(reported) }
    }

    /// A reporter for a connection without TCP states: it reports nothing, and its state stays what it is.
    pub(super) fn without_states(journal: Arc<Journal>, counts: ByteCounts) -> Self {
        let established = StateReporter::established(journal, counts, None, SocketCookies::default());
        StateReporter { has_states: false, ..established }
    }

    /// The state that was reported last.
    pub(super) fn state(&self) -> TcpState {
        self.reported().state
    }

    /// The peer's FIN, if it came before ours.
    pub(super) fn peer_fin(&self) -> Option<PeerFin> {
        self.reported().peer_fin
    }

    fn reported(&self) -> MutexGuard<'_, ReportedState> {
        self.reported.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports that the connection entered `to`; does nothing if that was reported last.
    pub(super) async fn report(&self, to: TcpState, cause: StateCause, evidence: Evidence) {
        self.report_for(to, cause, evidence, None).await;
    }

    async fn report_for(&self, to: TcpState, cause: StateCause, evidence: Evidence, remaining: Option<Duration>) {
        if !self.has_states {
            return;
        }
        let from = {
            let mut reported = self.reported();
            if to == TcpState::CloseWait && reported.state != to {
                let sent_bytes = self.counts.bytes().sent;
                reported.peer_fin = Some(PeerFin { at: Instant::now(), sent_bytes });
            }
            std::mem::replace(&mut reported.state, to)
        };
        if from != to {
            self.journal.news(News::Tcp(TcpNews::State { from, to, cause, evidence, remaining })).await;
        }
    }

    /// Adds to a kernel view what only sock_diag reports.
    pub(super) fn add_socket_diag(&self, view: &mut KernelView) {
        if let Some((local, peer)) = self.ends {
            crate::net::kernel::add_socket_diag(view, local, peer, &self.cookies);
        }
    }

    /// Compares the kernel's state of the open socket with ours, and reports the change.
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
            // TIME-WAIT has no descriptor: the socket reports CLOSED, and sock_diag reports TIME-WAIT.
            (FinWait1 | FinWait2 | Closing, Closed) => self.report_time_wait().await,
            // A socket that is CLOSED for another reason has a pending error; a read or a write reports it.
            _ => {}
        }
    }

    /// Reports TIME-WAIT, if the kernel confirms it.
    async fn report_time_wait(&self) {
        let Ok(Some(SocketDiag { state: TcpState::TimeWait, timer, .. })) = self.query_socket_diag() else { return };
        let cause = if self.state() == TcpState::Closing { StateCause::AckOfFin } else { StateCause::FinArrived };
        let rests = timer.map(|timer| timer.expires);
        self.report_for(TcpState::TimeWait, cause, Evidence::Kernel, rests).await;
    }

    /// Call after `shutdown(SHUT_WR)`, or after `close()` without one.
    pub(super) async fn fin_sent(&self, cause: StateCause) {
        match self.state() {
            TcpState::Established => self.report(TcpState::FinWait1, cause, Evidence::Inferred).await,
            TcpState::CloseWait => self.report(TcpState::LastAck, cause, Evidence::Inferred).await,
            _ => {}
        }
    }

    /// A read returned 0. If our FIN was sent, call [`StateReporter::on_kernel_state`] first: the kernel's state is
    /// more exact.
    pub(super) async fn fin_read(&self) {
        if let Some((to, evidence)) = after_peer_fin(self.state()) {
            self.report(to, StateCause::FinArrived, evidence).await;
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

    /// The descriptor is closed: asks sock_diag for the connection's state until it is final, for at most
    /// [`MOST_ASKING`].
    pub(super) async fn after_close(&self, unread: bool) {
        if !self.has_states || matches!(self.state(), TcpState::Closed | TcpState::TimeWait) {
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
                // The connection is gone and the reason is lost, or the kernel does not answer.
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
        let found = crate::net::kernel::sock_diag::query(local, peer)?;
        Ok(found.filter(|held| self.cookies.is_own(held)))
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

/// The kernel's record of a connection without a descriptor; this system has no way to read it.
#[cfg(not(target_os = "linux"))]
struct SocketDiag {
    state: TcpState,
    timer: Option<crate::wire::kernel::view::KernelTimer>,
}

/// The state after the peer's FIN was read, and how it is known, if the kernel reports no state.
///
/// A FIN carries an ACK, and almost always one of our FIN: CLOSING, where both ends close at the same time, is told only
/// if the kernel reports it.
fn after_peer_fin(state: TcpState) -> Option<(TcpState, Evidence)> {
    match state {
        TcpState::Established => Some((TcpState::CloseWait, Evidence::Seen)),
        TcpState::FinWait1 | TcpState::FinWait2 => Some((TcpState::TimeWait, Evidence::Inferred)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peers_fin_without_the_kernels_word_is_no_simultaneous_close() {
        let after = |state| after_peer_fin(state).map(|(to, _)| to);
        assert_eq!(after(TcpState::Established), Some(TcpState::CloseWait));
        assert_eq!(after(TcpState::FinWait1), Some(TcpState::TimeWait));
        assert_eq!(after(TcpState::FinWait2), Some(TcpState::TimeWait));
        assert_eq!(after(TcpState::TimeWait), None);
    }
}
