//! A connection that carries another protocol, as HTTP: the codec reads and writes it, and its states, gauges, reads,
//! writes and timestamps are reported as those of a TCP session.

use std::convert::Infallible;
use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::BufMut;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::moved::{ByteCounts, CallCounts};
use super::shared::{ConnectionEnd, SharedConnection};
use super::socket::StreamSocket;
use super::transport::StreamTransport;
use super::{error_watch, read, sampling, urgent};
use crate::net::capture::CaptureWatch;
use crate::net::fault;
use crate::net::journal::Journal;
use crate::sessions::{Verb, panic_guard};
use crate::wire::{Both, Direction, FailedOperation};

/// How long a close waits for the codec to let go of the connection.
const MOST_LETTING_GO: Duration = Duration::from_millis(200);

/// An open connection, watched until [`CarrierConnection::close`].
#[derive(Debug)]
pub(crate) struct CarrierConnection {
    end: CarrierEnd,
    watch: JoinSet<()>,
    /// Ends once the codec holds no end of the connection any more.
    let_go: mpsc::Receiver<Infallible>,
}

/// A codec's end of the connection.
#[derive(Clone, Debug)]
pub(crate) struct CarrierEnd {
    carrier: Arc<Carrier>,
    /// Dropped with the end.
    _held: Option<mpsc::Sender<Infallible>>,
}

#[derive(Debug)]
struct Carrier {
    shared: SharedConnection,
    calls: Arc<CallCounts>,
    /// A second descriptor to write on, used once the runtime has wrong readiness for the first: see
    /// [`super::transport::TransportWriter`].
    registered_anew: Mutex<Option<StreamSocket>>,
    /// The error number of the first call that failed; 0 if none did. The kernel tells a RST to one call only: later
    /// reads end as after a FIN.
    errno: AtomicI32,
}

impl CarrierConnection {
    /// Watches a connection that was just opened. `peer` names it in failures.
    pub(in crate::net) async fn open(
        stream: StreamSocket,
        peer: String,
        capture: Option<CaptureWatch>,
        journal: &Arc<Journal>,
    ) -> Self {
        let calls = Arc::new(CallCounts::default());
        let counts = ByteCounts::Calls(Arc::clone(&calls));
        let shared = SharedConnection::new(StreamTransport::Plain(stream), peer, journal, counts, capture);
        shared.report_sample().await;
        let carrier = Arc::new(Carrier { shared, calls, registered_anew: Mutex::default(), errno: AtomicI32::new(0) });
        let mut watch = JoinSet::new();
        let watched = Arc::clone(&carrier);
        let watching = panic_guard::guard_task(Box::pin(async move { watch_connection(&watched.shared).await }));
        watch.spawn(async move {
            // A panic there ends the watching only.
            let _panicked: bool = watching.await.is_err();
        });
        let (held, let_go) = mpsc::channel(1);
        CarrierConnection { end: CarrierEnd { carrier, _held: Some(held) }, watch, let_go }
    }

    /// An end for a codec.
    pub(in crate::net) fn end(&self) -> CarrierEnd {
        self.end.clone()
    }

    /// An end for an order, which does not keep the connection from being closed.
    pub(in crate::net) fn order_end(&self) -> CarrierEnd {
        CarrierEnd { carrier: Arc::clone(&self.end.carrier), _held: None }
    }

    /// The bytes that the calls moved.
    pub(in crate::net) fn bytes(&self) -> Both<u64> {
        self.end.carrier.calls.bytes()
    }

    /// Closes the connection, once the codec let it go, and reports its states until then; with `reset`, by RST.
    /// Returns the bytes that the calls moved.
    pub(in crate::net) async fn close(self, reset: bool) -> Both<u64> {
        let CarrierConnection { end: CarrierEnd { carrier, _held: held }, mut watch, mut let_go } = self;
        drop(held);
        // Nothing is ever sent: it ends when the last end was dropped.
        let _still_held = tokio::time::timeout(MOST_LETTING_GO, let_go.recv()).await.is_err();
        watch.shutdown().await;
        let shared = &carrier.shared;
        if reset {
            shared.prepare_reset().await;
        }
        shared.report_sample().await;
        let end = match first_error(&carrier) {
            Some(error) => ConnectionEnd::Failed(fault::from_io(FailedOperation::Read, &shared.peer, &error)),
            None if reset => ConnectionEnd::Reset,
            None => ConnectionEnd::Closed,
        };
        let moved = carrier.calls.bytes();
        if let Some(Carrier { shared, .. }) = Arc::into_inner(carrier) {
            shared.close(end).await;
        }
        moved
    }
}

/// Reports gauges, timestamps and the peer's FIN. Never ends.
async fn watch_connection(shared: &SharedConnection) {
    tokio::select! {
        never = sampling::run(shared) => match never {},
        never = error_watch::run(shared) => match never {},
        () = watch_fin(shared) => {}
    }
}

/// Reports the state after the peer's FIN; does not end.
async fn watch_fin(shared: &SharedConnection) {
    // The sender lives as long as `shared`, so the wait cannot fail.
    let _finished = shared.state.subscribe().wait_for(|state| state.peer_finished).await.is_ok();
    read::report_fin_state(shared).await;
    std::future::pending::<()>().await;
}

fn first_error(carrier: &Carrier) -> Option<io::Error> {
    let errno = carrier.errno.load(Ordering::Relaxed);
    (errno != 0).then(|| io::Error::from_raw_os_error(errno))
}

impl CarrierEnd {
    /// The socket.
    pub(in crate::net) fn socket(&self) -> &StreamSocket {
        self.carrier.shared.transport.socket()
    }

    /// The error of the first call that failed, if one did: the end of the stream is no FIN then.
    pub(in crate::net) fn first_error(&self) -> Option<io::Error> {
        first_error(&self.carrier)
    }

    /// Appends what has arrived to `buffer`; 0 is the peer's end. Never waits.
    ///
    /// # Errors
    /// Fails with `WouldBlock` if nothing has arrived; otherwise the connection broke.
    pub(in crate::net) fn try_read_buf(&self, buffer: &mut impl BufMut) -> io::Result<usize> {
        let read = self.socket().try_read_buf(buffer);
        match &read {
            Ok(0) => self.carrier.shared.change(|state| state.peer_finished = true),
            Ok(bytes) => {
                self.carrier.record(Direction::Received, *bytes, Instant::now());
            }
            Err(error) => self.carrier.note_error(error),
        }
        read
    }

    /// Writes with this call once there is room.
    pub(in crate::net) fn poll_write(
        &self,
        cx: &mut Context<'_>,
        call: impl Fn(&StreamSocket) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let Carrier { shared, registered_anew, .. } = &*self.carrier;
        let mut registered_anew = registered_anew.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let socket = registered_anew.as_ref().unwrap_or(shared.transport.socket());
            ready!(socket.poll_write_ready(cx))?;
            // The kernel's timestamps are relative to this moment, so take it just before the write.
            let at = Instant::now();
            let stamped = shared.stamps.before_write(&shared.transport);
            match call(socket) {
                Ok(bytes) => {
                    let before = self.carrier.record(Direction::Sent, bytes, at);
                    if let Some(began) = stamped.filter(|_| bytes > 0) {
                        shared.stamps.on_write(before + bytes as u64 - 1, began);
                    }
                    return Poll::Ready(Ok(bytes));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if socket.poll_write_ready(cx).is_ready() {
                        // The runtime takes a timestamp on the error queue for an error.
                        for news in shared.stamps.drain(&shared.transport) {
                            shared.journal.news_if_open(news);
                        }
                        *registered_anew = None;
                        *registered_anew = shared.transport.socket().duplicate().ok();
                        if registered_anew.is_none() {
                            // No spare descriptor: try again at the next turn.
                            cx.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                    }
                }
                Err(error) => {
                    self.carrier.note_error(&error);
                    return Poll::Ready(Err(error));
                }
            }
        }
    }

    /// Ends sending: a FIN. Reading continues.
    ///
    /// # Errors
    /// Fails if the call fails.
    pub(in crate::net) fn shutdown_write(&self) -> io::Result<()> {
        self.socket().shutdown_write()
    }

    /// Carries out an order about the connection itself: options, gauges, capture.
    pub(in crate::net) async fn order(&self, verb: Verb) {
        Box::pin(urgent::order(&self.carrier.shared, Some(verb), false)).await;
    }
}

impl Carrier {
    /// Counts and reports bytes that a call moved; returns how many were moved before.
    fn record(&self, direction: Direction, bytes: usize, at: Instant) -> u64 {
        let before = self.calls.add(direction, bytes as u64);
        self.shared.journal.socket_moved(direction, bytes as u64, at);
        self.shared.gauge.mark_activity();
        before
    }

    fn note_error(&self, error: &io::Error) {
        if !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
            && let Some(errno) = error.raw_os_error()
        {
            // Only the first one is kept.
            self.errno.compare_exchange(0, errno, Ordering::Relaxed, Ordering::Relaxed).unwrap_or_default();
        }
    }
}
