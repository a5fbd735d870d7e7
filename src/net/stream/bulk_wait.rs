//! How a reader waits for more data during a bulk transfer (here: a flood).
//!
//! The sender wakes a sleeping reader in the middle of its own work, once for every piece that arrives. On two
//! processors that costs up to half of the throughput.

use std::io;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::socket::StreamSocket;
use crate::net::system::readable_bytes;

/// A read of this many bytes or more counts as large.
const LARGE: usize = 32 * 1024;
/// This many large reads within [`SOON`] are a flood.
const MANY: u8 = 8;
/// The time limit for [`MANY`] large reads: 128 MB/s.
const SOON: Duration = Duration::from_millis(2);
/// How often a spinning reader polls for more data; it yields its processor between two polls.
const LOOKS: u32 = 50;
/// Bytes that are worth waking a sleeping reader for.
const WORTH: i32 = 256 * 1024;
/// How long fewer bytes than that may stay unread.
const PATIENCE: Duration = Duration::from_millis(2);

/// Detects a flood from the sizes of one socket's reads, and waits for more data.
#[derive(Debug, Default)]
pub(crate) struct FloodDetector {
    awake: bool,
    /// Large reads so far, minus the small reads between them.
    large: u8,
    /// When the first of these large reads returned.
    since: Option<Instant>,
    floods: bool,
    /// SO_RCVLOWAT is set: the kernel wakes us for [`WORTH`] bytes only.
    marked: bool,
}

impl FloodDetector {
    /// A reader that spins for some microseconds after each read. Not for use with a screen: the UI needs the processor
    /// to respond to keys.
    pub(crate) fn spinning() -> Self {
        FloodDetector { awake: true, ..FloodDetector::default() }
    }

    /// A reader that sleeps, and in a flood is not woken for every piece that arrives.
    pub(crate) fn sleeping() -> Self {
        FloodDetector::default()
    }

    /// Counts one read; in a flood, a spinning reader then polls for more data.
    pub(crate) fn read(&mut self, stream: &StreamSocket, count: usize) {
        if count < LARGE {
            self.large = self.large.saturating_sub(1);
            self.floods &= self.large > 0;
        } else if self.large < MANY {
            if self.large == 0 {
                self.since = Some(Instant::now());
            }
            self.large += 1;
            if self.large == MANY && !self.floods {
                self.floods = self.since.is_some_and(|since| since.elapsed() < SOON);
                if !self.floods {
                    self.large = 0;
                }
            }
        }
        if self.floods && self.awake && !spin_for_more(stream) {
            self.on_flood_end();
        }
    }

    fn on_flood_end(&mut self) {
        (self.large, self.floods) = (0, false);
    }

    /// Waits until there is something to read. In a flood, sleeps until much has arrived or 2 ms have passed; a FIN or
    /// RST ends the wait at once. Cancel-safe.
    ///
    /// # Errors
    /// Fails if the connection broke.
    pub(crate) async fn readable(&mut self, stream: &StreamSocket) -> io::Result<()> {
        if self.floods && !self.marked && !self.awake {
            self.marked = wake_for(stream, WORTH);
            self.floods = self.marked;
        }
        if self.marked {
            if let Ok(ready) = timeout(PATIENCE, stream.readable()).await {
                return ready;
            }
            // Resetting SO_RCVLOWAT wakes us at once if fewer bytes have already arrived.
            self.marked = !wake_for(stream, 1);
            self.on_flood_end();
        }
        stream.readable().await
    }
}

/// Polls the socket for a short time; returns whether more data came.
fn spin_for_more(stream: &StreamSocket) -> bool {
    (0..LOOKS).any(|_| {
        let more = readable_bytes(stream).is_some_and(|waiting| waiting > 0);
        if !more {
            std::thread::yield_now();
        }
        more
    })
}

/// Asks the kernel to wake a sleeping reader only for this many bytes (SO_RCVLOWAT); returns whether it does. Never for
/// more than a quarter of the receive buffer, so that the kernel does not resize the buffer.
#[cfg(target_os = "linux")]
fn wake_for(stream: &StreamSocket, bytes: i32) -> bool {
    use crate::net::kernel;

    // The kernel wakes the reader of a Unix socket for any byte.
    if !stream.is_tcp() {
        return bytes == 1;
    }
    let room = kernel::read_int(stream, libc::SOL_SOCKET, libc::SO_RCVBUF).unwrap_or(0);
    kernel::set_int(stream, libc::SOL_SOCKET, libc::SO_RCVLOWAT, bytes.min(room / 4).max(1)).is_ok()
}

/// Other systems wake a reader for any byte that arrives.
#[cfg(not(target_os = "linux"))]
fn wake_for(_stream: &StreamSocket, bytes: i32) -> bool {
    bytes == 1
}
