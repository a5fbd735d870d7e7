//! One capture: a packet socket, a task that reads it, and the sessions that get its segments.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::task::AbortHandle;

use super::flows::CaptureFlows;
use super::packets::{MOST_AT_ONCE, PacketSocket};
use super::ports::CapturePorts;
use crate::net::async_fd::registered;
use crate::net::fault;
use crate::net::journal::Journal;
use crate::sessions::panic_guard;
use crate::wire::segment::{FlowHint, Segment};
use crate::wire::{FailedOperation, Failure};

/// How many reads are done before other tasks have their turn.
const TURN: usize = 16;

/// Interval between checks whether the last segments of a connection have arrived.
const LOOK: Duration = Duration::from_millis(2);

/// A running capture; it ends when its last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct CaptureTap {
    running: Arc<RunningCapture>,
}

#[derive(Debug)]
struct RunningCapture {
    state: Arc<Mutex<CaptureState>>,
    task: AbortHandle,
}

impl Drop for RunningCapture {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug)]
struct CaptureState {
    packets: PacketSocket,
    wanted: CapturePorts,
    flows: CaptureFlows,
}

impl CaptureTap {
    /// Starts to capture; segments have no session until [`CaptureTap::assign`].
    ///
    /// # Errors
    /// Fails if this program may not capture here; the message says which privilege it needs.
    pub(crate) fn open(wanted: CapturePorts) -> Result<Self, Failure> {
        let open = || {
            let packets = PacketSocket::open(wanted)?;
            let bell = registered(packets.duplicate_fd()?, Interest::READABLE)?;
            Ok((CaptureState { packets, wanted, flows: CaptureFlows::default() }, bell))
        };
        let (state, bell) = open().map_err(|error| permission_failure(&error))?;
        let state = Arc::new(Mutex::new(state));
        let task = tokio::spawn(run_guarded(Arc::clone(&state), bell)).abort_handle();
        Ok(CaptureTap { running: Arc::new(RunningCapture { state, task }) })
    }

    /// Changes which packets are wanted. If that fails, the packets wanted before still arrive.
    pub(crate) fn set_filter(&self, wanted: CapturePorts) {
        let mut state = self.state();
        if state.packets.set_filter(wanted).is_ok() {
            state.wanted = wanted;
        }
    }

    /// Assigns segments between these addresses to this session, including those since the SYN.
    pub(crate) fn assign(&self, local: SocketAddr, peer: SocketAddr, journal: &Arc<Journal>, hint: FlowHint) {
        self.state().flows.assign(local, peer, journal, hint);
    }

    /// Segments between these addresses no longer belong to a session.
    pub(crate) fn unassign(&self, local: SocketAddr, peer: SocketAddr) {
        self.state().flows.unassign(local, peer);
    }

    /// Delivers all segments that the kernel has captured so far.
    pub(crate) fn deliver(&self) {
        let mut state = self.state();
        // Bounded: in a flood packets arrive as fast as we read them.
        for _ in 0..TURN * 4 {
            if state.read().is_none() {
                break;
            }
        }
    }

    /// Waits until a connection's last segments have arrived, for at most `most`.
    pub(crate) async fn wait_for_last(&self, local: SocketAddr, peer: SocketAddr, most: Duration) {
        let deadline = tokio::time::Instant::now() + most;
        loop {
            self.deliver();
            if self.state().flows.is_over(local, peer) || tokio::time::Instant::now() >= deadline {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, CaptureState> {
        self.running.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CaptureState {
    /// Reads once; `None` if nothing more has arrived.
    fn read(&mut self) -> Option<()> {
        // The timestamps use the system's clock, which may be set, so read it each time.
        let (now, wall) = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        let CaptureState { packets, wanted, flows } = self;
        let mut unread = 0;
        let read = packets.read(|packet| {
            let at = now.checked_sub(wall.saturating_sub(packet.at)).unwrap_or(now);
            match Segment::parse(packet.bytes) {
                Some(segment) if wanted.matches(segment.source.port(), segment.destination.port()) => {
                    flows.on_segment(at, packet.interface, segment);
                }
                Some(_) => {}
                // For IPv4 the filter passes only our segments, so this one could not be parsed.
                None => unread += u64::from(packet.bytes.first().is_some_and(|first| first >> 4 == 4)),
            }
        });
        let count = read.unwrap_or(0);
        // Reading the counter resets it; while more packets are there, that can wait.
        let dropped = if count < MOST_AT_ONCE { packets.take_dropped() } else { 0 };
        flows.deliver(dropped + unread);
        (count == MOST_AT_ONCE).then_some(())
    }
}

/// Captures until it is dropped; after a panic, every session with a capture is told that it ended.
async fn run_guarded(state: Arc<Mutex<CaptureState>>, bell: AsyncFd<OwnedFd>) {
    if let Err(failure) = panic_guard::guard_task(Box::pin(run(Arc::clone(&state), bell))).await {
        state.lock().unwrap_or_else(PoisonError::into_inner).flows.report_end(&failure);
    }
}

async fn run(state: Arc<Mutex<CaptureState>>, bell: AsyncFd<OwnedFd>) {
    loop {
        let Ok(mut ready) = bell.readable().await else { return };
        panic_guard::panic_point("capture");
        let mut turns = 0;
        // The lock is released after each read, so that [`CaptureTap::assign`] does not wait long.
        while state.lock().unwrap_or_else(PoisonError::into_inner).read().is_some() {
            turns += 1;
            if turns % TURN == 0 {
                tokio::task::yield_now().await;
            }
        }
        ready.clear_ready();
    }
}

/// The failure, with the privilege that is missing.
fn permission_failure(error: &io::Error) -> Failure {
    let mut failure = fault::from_io(FailedOperation::Capture, "", error);
    if matches!(error.raw_os_error(), Some(libc::EPERM | libc::EACCES)) {
        let program = std::env::current_exe().map_or_else(|_| "sockeye".into(), |path| path.display().to_string());
        failure.message = format!(
            "packets may not be captured: that needs CAP_NET_RAW (setcap cap_net_raw+ep {program}) or root; \
             the ladder stays inferred"
        );
    }
    failure
}
