//! An open TCP connection, dialled or accepted: two independent halves, and what ends them.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::moved::ByteCounts;
use super::shared::{
    self, ConnectionEnd, KernelSample, ReadState, SharedConnection, ShutdownIntent, StreamConnection, StreamState,
};
use super::transport::StreamTransport;
use super::unsent::{UnsentOrders, report_unsent};
use super::urgent::{AfterOrder, order};
use super::{error_watch, read, sampling, states, why_ended, write};
use crate::net::hub::TaskContext;
use crate::net::journal::Journal;
use crate::net::optional_sleep::sleep_until_some;
use crate::net::system::readable_bytes;
use crate::net::{fault, kernel, order_queue, syscall};
use crate::sessions::news::call::SocketCall;
use crate::sessions::news::{TcpNews, UnixNews};
use crate::sessions::spec::Script;
use crate::sessions::{Block, CloseReason, News};
use crate::wire::kernel::view::KernelView;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Evidence, FailedOperation};

/// How long to wait for the kernel's last acknowledgements once both sides finished, or for the last bytes of a
/// connection that broke.
const MOST_SETTLING: Duration = Duration::from_secs(2);

/// Interval between checks for unread bytes while a close waits for them.
const UNREAD_LOOK: Duration = Duration::from_millis(10);

impl SharedConnection {
    pub(crate) fn change(&self, change: impl FnOnce(&mut StreamState)) {
        self.state.send_modify(change);
    }

    pub(crate) async fn stopped(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        let _stop = self.state.subscribe().wait_for(|state| state.wish == ShutdownIntent::Stop).await.is_ok();
    }

    /// Records bytes that moved, in the journal and as activity.
    pub(crate) async fn record(&self, block: Block) {
        self.gauge.begin_wait();
        self.gauge.mark_activity();
        self.journal.block(block).await;
        self.gauge.end_wait();
        self.gauge.mark_activity();
    }

    /// Samples the kernel and records the view; returns only what decides the next sample.
    ///
    /// The view is large, and five tasks of each connection sample: do not hold it across an await.
    pub(crate) async fn sample(&self) -> KernelSample {
        let looked = shared::sample_of(&self.record_sample());
        self.way.on_kernel_state(looked.state).await;
        looked
    }

    fn record_sample(&self) -> KernelView {
        let socket = self.transport.socket();
        let mut view = if socket.is_tcp() { kernel::sample_socket(socket) } else { kernel::sample_unix(socket) };
        self.way.add_socket_diag(&mut view);
        self.journal.kernel(view);
        self.queued.store(view.send_queue_bytes.unwrap_or(u64::MAX), Ordering::Relaxed);
        view
    }

    /// Samples the gauges and reports them as a fact, at the connection's beginning and end.
    pub(super) async fn report_sample(&self) {
        let view = Box::new(self.record_sample());
        self.way.on_kernel_state(view.state).await;
        if view.tcp.is_some() {
            self.journal.news(News::Tcp(TcpNews::Kernel(view))).await;
        } else if view.unix.is_some() {
            self.journal.news(News::Unix(UnixNews::Kernel(view))).await;
        }
    }

    /// Bytes in the send queue at the last sample.
    pub(super) fn queued_bytes(&self) -> Option<u64> {
        Some(self.queued.load(Ordering::Relaxed)).filter(|bytes| *bytes != u64::MAX)
    }

    /// Ends when bytes are unread and the session is to be closed with them unread.
    async fn closed_with_unread(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        let _wished = self.state.subscribe().wait_for(|state| state.close_unread).await.is_ok();
        while readable_bytes(self.transport.socket()).unwrap_or(0) == 0 {
            tokio::time::sleep(UNREAD_LOOK).await;
        }
    }

    /// Samples the gauges now, and again after they had time to change.
    pub(super) async fn sample_and_recheck(&self) {
        self.sample().await;
        self.gauge.mark_activity();
    }

    /// Ends when both sides have finished and the kernel has nothing left to send.
    async fn both_finished(&self) {
        let both = |state: &StreamState| state.we_finished && state.peer_finished;
        if self.state.subscribe().wait_for(both).await.is_err() {
            return;
        }
        let deadline = Instant::now() + MOST_SETTLING;
        let mut pause = Duration::from_millis(1);
        while Instant::now() < deadline {
            let looked = self.sample().await;
            if matches!(looked.state, None | Some(TcpState::Closed)) {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }
}

/// Runs a connection to its end, and reports all its news, up to [`News::Closed`].
pub(crate) async fn run(connection: StreamConnection, context: TaskContext) {
    let StreamConnection { transport, peer, script, idle_timeout, urgent, capture } = connection;
    let journal = Arc::clone(&context.journal);
    let counts = ByteCounts::Session(Arc::clone(&journal));
    let shared = SharedConnection::new(transport, peer, &journal, counts, capture);
    shared.report_sample().await;
    shared.gauge.mark_activity();
    let (end, unsent) = run_halves(&shared, script, idle_timeout, urgent, context).await;
    let end = why_ended::explain_reset(&shared, why_ended::explain_timeout(&shared, end));
    let (is_tcp, peer) = (shared.transport.socket().is_tcp(), shared.peer.clone());
    let end = shared.close(end).await;
    report_unsent(&journal, &peer, unsent).await;
    let how = match end {
        ConnectionEnd::BothFinished if is_tcp => CloseReason::Fin,
        ConnectionEnd::BothFinished => CloseReason::Finished,
        ConnectionEnd::Closed => CloseReason::Local,
        ConnectionEnd::Reset => CloseReason::Rst,
        ConnectionEnd::Failed(failure) => {
            let how = if is_tcp && failure.class == Class::Reset { CloseReason::Rst } else { CloseReason::Error };
            journal.news(News::Failed(failure)).await;
            how
        }
    };
    journal.report_closed(how).await;
}

impl SharedConnection {
    /// Prepares a reset, which the close then sends.
    pub(super) async fn prepare_reset(&self) {
        if let Err(error) = socket2::SockRef::from(self.transport.socket()).set_linger(Some(Duration::ZERO)) {
            self.journal.news(News::Warned(fault::from_io(FailedOperation::Reset, &self.peer, &error))).await;
        }
    }

    /// Closes the connection after its last sample: reports the writes that were not acknowledged and the states until
    /// its end, and waits for the last captured packets. Returns how it ended.
    pub(super) async fn close(self, end: ConnectionEnd) -> ConnectionEnd {
        self.stamps.report_unacknowledged(&self.transport, &self.journal).await;
        let SharedConnection { transport, journal, way, capture, ends, .. } = self;
        let end = close_stream(transport, &journal, &way, end).await;
        let capture = capture.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let (Some(watch), Some((local, peer))) = (capture, ends) {
            watch.finish(local, peer).await;
        }
        end
    }
}

/// Closes the descriptor, and reports the connection's state afterwards. Returns how the connection ended: a close is a
/// reset if SO_LINGER is 0, or if received bytes are unread.
async fn close_stream(
    transport: StreamTransport,
    journal: &Arc<Journal>,
    way: &states::StateReporter,
    end: ConnectionEnd,
) -> ConnectionEnd {
    match &end {
        ConnectionEnd::Failed(failure) => way.on_failure(failure).await,
        ConnectionEnd::BothFinished | ConnectionEnd::Closed | ConnectionEnd::Reset => {}
    }
    let socket = transport.socket();
    let is_tcp = socket.is_tcp();
    let unread = readable_bytes(socket).is_some_and(|bytes| bytes > 0);
    let linger = socket2::SockRef::from(socket).linger().ok().flatten();
    // tcp(7), SO_LINGER; the kernel sends a RST in these states only (`tcp_need_reset`).
    let open =
        matches!(way.state(), TcpState::Established | TcpState::CloseWait | TcpState::FinWait1 | TcpState::FinWait2);
    let aborts = is_tcp && linger.is_some_and(|time| time.is_zero()) && open && !unread;
    let began = std::time::Instant::now();
    drop(transport);
    journal.news(syscall::call_news(SocketCall::Close, String::new(), Ok(0), began.elapsed())).await;
    if matches!(end, ConnectionEnd::Reset) || aborts {
        way.report(TcpState::Closed, StateCause::WeReset, Evidence::Inferred).await;
    }
    way.after_close(unread).await;
    match end {
        ConnectionEnd::Closed if aborts || (unread && is_tcp) => ConnectionEnd::Reset,
        end => end,
    }
}

/// Runs both halves until the connection ends, then waits for both; returns how it ended and what was not sent.
async fn run_halves(
    shared: &SharedConnection,
    script: Script,
    idle_timeout: Option<Duration>,
    mut urgent: order_queue::OrderReceiver,
    TaskContext { orders, net, .. }: TaskContext,
) -> (ConnectionEnd, UnsentOrders) {
    let outlet = net.take_outlet();
    let mut reader = pin!(read::run(shared, outlet));
    let mut writer = pin!(write::run(shared, script, orders));
    let mut watchers = pin!(watch_halves(shared, idle_timeout));
    let (mut read, mut written) = (None, None);
    let mut broken = None;
    let mut deadline = None;
    let end = loop {
        tokio::select! {
            biased;
            verb = urgent.recv() => match Box::pin(order(shared, verb, deadline.is_some())).await {
                AfterOrder::GoOn => {}
                AfterOrder::CloseBy(by) => deadline = Some(by),
                AfterOrder::End(end) => break end,
            },
            outcome = &mut reader, if read.is_none() => {
                read = Some(());
                if let Some(failure) = broken.take().or(outcome.err()) {
                    break ConnectionEnd::Failed(failure);
                }
            }
            outcome = &mut writer, if written.is_none() => {
                let write::WriteEnd { unsent, failure } = outcome;
                written = Some(unsent);
                match failure {
                    None => break ConnectionEnd::Closed,
                    // Bytes that arrived before the connection broke are still to be read.
                    Some(failure) if read.is_none() && !shared.state.borrow().peer_finished => {
                        broken = Some(failure);
                        deadline = Some(Instant::now() + MOST_SETTLING);
                        shared.change(|state| state.reading = ReadState::Draining);
                    }
                    Some(failure) => break ConnectionEnd::Failed(failure),
                }
            }
            end = &mut watchers => break end,
            () = sleep_until_some(deadline) => break ConnectionEnd::Closed,
        }
    };
    let end = match (end, broken) {
        (ConnectionEnd::Closed, Some(failure)) => ConnectionEnd::Failed(failure),
        (end, _) => end,
    };
    stop_halves(shared, &end).await;
    // Both halves now end by themselves. They are not dropped: bytes they are still reporting are already in the
    // totals.
    let reads_end = async {
        if read.is_none() {
            // A failure that shows only now did not end the connection.
            let _late = reader.await.is_err();
        }
    };
    let writes_end = async {
        match written {
            Some(unsent) => unsent,
            None => writer.await.unsent,
        }
    };
    let ((), unsent) = tokio::join!(reads_end, writes_end);
    (end, unsent)
}

/// Samples the kernel and reads timestamps while the halves run; returns how the connection ends if neither half ends
/// it.
async fn watch_halves(shared: &SharedConnection, idle_timeout: Option<Duration>) -> ConnectionEnd {
    tokio::select! {
        biased;
        () = shared.both_finished() => ConnectionEnd::BothFinished,
        failure = sampling::idle_timeout(shared, idle_timeout) => ConnectionEnd::Failed(failure),
        () = shared.closed_with_unread() => ConnectionEnd::Closed,
        never = sampling::run(shared) => match never {},
        never = error_watch::run(shared) => match never {},
    }
}

/// Stops both halves after the last sample.
async fn stop_halves(shared: &SharedConnection, end: &ConnectionEnd) {
    if matches!(end, ConnectionEnd::Reset) {
        shared.prepare_reset().await;
    }
    shared.report_sample().await;
    shared.change(|state| state.wish = ShutdownIntent::Stop);
}
