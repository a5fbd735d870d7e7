//! An open TCP connection, dialled or accepted: two halves that do not wait for each other, and who ends them.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::shared::{
    self, ConnectionEnd, KernelSample, ReadState, SharedConnection, ShutdownIntent, StreamState, TcpConnection,
};
use super::unsent::{UnsentOrders, tell_unsent};
use super::urgent::{AfterOrder, order};
use super::{activity, error_watch, read, sampling, stamps, states, why_ended, write};
use crate::net::hub::TaskContext;
use crate::net::journal::Journal;
use crate::net::{fault, kernel, order_queue, syscall};
use crate::sessions::news::TcpNews;
use crate::sessions::news::call::SocketCall;
use crate::sessions::spec::Script;
use crate::sessions::{Block, CloseReason, News};
use crate::wire::kernel::view::KernelView;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Evidence, FailedOperation};

/// How long to wait for the kernel's last acknowledgements once both sides finished, or for the last bytes of a
/// connection that broke.
const MOST_SETTLING: Duration = Duration::from_secs(2);

/// Between looks whether octets lie unread, where that is waited for.
const UNREAD_LOOK: Duration = Duration::from_millis(10);

impl SharedConnection {
    pub(crate) fn change(&self, change: impl FnOnce(&mut StreamState)) {
        self.state.send_modify(change);
    }

    pub(crate) async fn stopped(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        let _stop = self.state.subscribe().wait_for(|state| state.wish == ShutdownIntent::Stop).await.is_ok();
    }

    /// Tells bytes that moved.
    pub(crate) async fn tell(&self, block: Block) {
        self.gauge.wait_begins();
        self.gauge.touch();
        self.journal.block(block).await;
        self.gauge.wait_ends();
        self.gauge.touch();
    }

    /// Tells what the kernel says now; what matters of it.
    ///
    /// The view itself is large, and must not be held while something is waited for: five tasks of each connection look.
    pub(crate) async fn look(&self) -> KernelSample {
        let looked = shared::what_matters(&self.tell_view());
        self.way.learn(looked.state).await;
        looked
    }

    fn tell_view(&self) -> KernelView {
        let mut view = kernel::view(&self.stream);
        self.way.look_beside(&mut view);
        self.journal.kernel(view);
        self.queued.store(view.send_queue_bytes.unwrap_or(u64::MAX), Ordering::Relaxed);
        view
    }

    /// Looks at the gauges now, and tells it as a fact: at the connection's beginning and at its end.
    async fn mark(&self) {
        let view = Box::new(self.tell_view());
        self.way.learn(view.state).await;
        if view.tcp.is_some() {
            self.journal.news(News::Tcp(TcpNews::Kernel(view))).await;
        }
    }

    /// Octets in the send queue at the last look.
    pub(super) fn queued(&self) -> Option<u64> {
        Some(self.queued.load(Ordering::Relaxed)).filter(|octets| *octets != u64::MAX)
    }

    /// Ends when octets lie unread and the session is to be closed over them.
    async fn unread(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        let _wished = self.state.subscribe().wait_for(|state| state.close_unread).await.is_ok();
        while !rustix::io::ioctl_fionread(&self.stream).is_ok_and(|octets| octets > 0) {
            tokio::time::sleep(UNREAD_LOOK).await;
        }
    }

    /// Looks at the gauges now, and again when they had time to change.
    pub(super) async fn sample(&self) {
        self.look().await;
        self.gauge.touch();
    }

    /// Ends when both sides finished and the kernel has nothing left to send.
    async fn both_finished(&self) {
        let both = |state: &StreamState| state.we_finished && state.peer_finished;
        if self.state.subscribe().wait_for(both).await.is_err() {
            return;
        }
        let deadline = Instant::now() + MOST_SETTLING;
        let mut pause = Duration::from_millis(1);
        while Instant::now() < deadline {
            let looked = self.look().await;
            if matches!(looked.state, None | Some(TcpState::Closed)) {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }
}

/// Carries on a connection to its end, and tells all of it, up to [`News::Closed`].
pub(crate) async fn run(connection: TcpConnection, post: TaskContext) {
    let TcpConnection { stream, peer, script, idle_timeout, urgent, capture } = connection;
    let ends = stream.local_addr().and_then(|local| Ok((local, stream.peer_addr()?))).ok();
    let talk = SharedConnection {
        way: states::StateReporter::established(Arc::clone(&post.journal), ends),
        stamps: stamps::StampQueue::begin(&stream),
        queued: AtomicU64::new(u64::MAX),
        v6: ends.is_some_and(|(local, _)| local.is_ipv6()),
        ends,
        capture: Mutex::new(capture),
        stream,
        peer,
        journal: Arc::clone(&post.journal),
        state: watch::Sender::new(StreamState::default()),
        gauge: activity::StreamActivity::new(std::time::Instant::now()),
    };
    talk.mark().await;
    talk.gauge.touch();
    let (end, unsent) = carry_on(&talk, script, idle_timeout, urgent, post).await;
    let end = why_ended::explained(&talk, end);
    talk.stamps.end(&talk.stream, &talk.journal).await;
    let SharedConnection { stream, peer, journal, way, capture, .. } = talk;
    close(stream, &journal, &way, &end).await;
    let capture = capture.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let (Some(watch), Some((local, peer))) = (capture, ends) {
        watch.end(local, peer).await;
    }
    tell_unsent(&journal, &peer, unsent).await;
    let how = match end {
        ConnectionEnd::BothFinished => CloseReason::Fin,
        ConnectionEnd::Closed => CloseReason::Local,
        ConnectionEnd::Reset => CloseReason::Rst,
        ConnectionEnd::Failed(failure) => {
            let how = if failure.class == Class::Reset { CloseReason::Rst } else { CloseReason::Error };
            journal.news(News::Failed(failure)).await;
            how
        }
    };
    journal.closed(how).await;
}

/// Gives the descriptor back, and tells what becomes of the connection.
async fn close(stream: TcpStream, journal: &Arc<Journal>, way: &states::StateReporter, end: &ConnectionEnd) {
    match end {
        ConnectionEnd::Failed(failure) => way.broke(failure).await,
        ConnectionEnd::BothFinished | ConnectionEnd::Closed | ConnectionEnd::Reset => {}
    }
    let unread = rustix::io::ioctl_fionread(&stream).is_ok_and(|bytes| bytes > 0);
    let began = std::time::Instant::now();
    drop(stream);
    journal.news(syscall::told(SocketCall::Close, String::new(), Ok(0), began.elapsed())).await;
    if matches!(end, ConnectionEnd::Reset) {
        way.step(TcpState::Closed, StateCause::WeReset, Evidence::Inferred).await;
    }
    way.after_close(unread).await;
}

async fn carry_on(
    talk: &SharedConnection,
    script: Script,
    idle_timeout: Option<Duration>,
    mut urgent: order_queue::OrderReceiver,
    TaskContext { orders, net, .. }: TaskContext,
) -> (ConnectionEnd, UnsentOrders) {
    let outlet = net.take_outlet();
    let mut reader = pin!(read::run(talk, outlet));
    let mut writer = pin!(write::run(talk, script, orders));
    let mut gauges = pin!(sampling::run(talk));
    let mut stamps = pin!(error_watch::run(talk));
    let mut quiet = pin!(sampling::quiet(talk, idle_timeout));
    let mut unread = pin!(talk.unread());
    let mut both_finished = pin!(talk.both_finished());
    let (mut read, mut written) = (None, None);
    let mut broken = None;
    let mut deadline = None;
    let end = loop {
        tokio::select! {
            biased;
            verb = urgent.recv() => match Box::pin(order(talk, verb, deadline.is_some())).await {
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
                    // What arrived before the connection broke is still to be read.
                    Some(failure) if read.is_none() && !talk.state.borrow().peer_finished => {
                        broken = Some(failure);
                        deadline = Some(Instant::now() + MOST_SETTLING);
                        talk.change(|state| state.reading = ReadState::Draining);
                    }
                    Some(failure) => break ConnectionEnd::Failed(failure),
                }
            }
            () = &mut both_finished => break ConnectionEnd::BothFinished,
            failure = &mut quiet => break ConnectionEnd::Failed(failure),
            () = &mut unread => break ConnectionEnd::Closed,
            () = &mut gauges => {}
            () = &mut stamps => {}
            () = sleep_until(deadline) => break ConnectionEnd::Closed,
        }
    };
    let end = match (end, broken) {
        (ConnectionEnd::Closed, Some(failure)) => ConnectionEnd::Failed(failure),
        (end, _) => end,
    };
    if matches!(end, ConnectionEnd::Reset)
        && let Err(error) = socket2::SockRef::from(&talk.stream).set_linger(Some(Duration::ZERO))
    {
        talk.journal.news(News::Warned(fault::of_io(FailedOperation::Reset, &talk.peer, &error))).await;
    }
    talk.mark().await;
    talk.change(|state| state.wish = ShutdownIntent::Stop);
    // Both halves end by themselves now; they are not dropped, because what they are telling is already counted.
    let reads_end = async {
        if read.is_none() {
            // A failure that shows only now is not why it ended.
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

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
