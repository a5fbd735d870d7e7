//! How a reader waits for more of a flood.
//!
//! A reader that sleeps is woken by the sender, in the middle of the sender's own work and for every piece that arrives:
//! on two processors that costs the flood up to half of its speed.

use std::io;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::timeout;

/// A read of so many bytes speaks for a flood.
const LARGE: usize = 32 * 1024;
/// So many of them make one, where they come [`SOON`] after each other.
const MANY: u8 = 8;
/// In what time they come: 128 MB/s.
const SOON: Duration = Duration::from_millis(2);
/// How often a flood is looked for more by a reader that stays awake; between two looks others may run on its processor.
const LOOKS: u32 = 50;
/// What is worth waking a reader that sleeps.
const WORTH: i32 = 256 * 1024;
/// How long less than that may wait to be read.
const PATIENCE: Duration = Duration::from_millis(2);

/// Sees from the reads of one socket whether a flood comes in, and waits for more of it.
#[derive(Debug, Default)]
pub(crate) struct FloodDetector {
    awake: bool,
    /// Large reads, less the small ones in between.
    large: u8,
    /// When the first of them was done.
    since: Option<Instant>,
    floods: bool,
    /// The kernel wakes us for [`WORTH`] bytes only.
    marked: bool,
}

impl FloodDetector {
    /// For a reader that stays awake, some microseconds for each read. Not where a screen is open: that needs the
    /// processor to answer its person.
    pub(crate) fn spinning() -> Self {
        FloodDetector { awake: true, ..FloodDetector::default() }
    }

    /// For a reader that sleeps, but not for every piece that arrives.
    pub(crate) fn sleeping() -> Self {
        FloodDetector::default()
    }

    /// Takes notice of a read; a reader that stays awake then looks for more.
    pub(crate) fn read(&mut self, stream: &TcpStream, count: usize) {
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

    /// Waits until there is something to read; asleep until much of it is there (or 2 ms are over), where a flood comes
    /// in. A FIN and a RST end the wait at once. Cancel-safe.
    ///
    /// # Errors
    /// The connection broke.
    pub(crate) async fn readable(&mut self, stream: &TcpStream) -> io::Result<()> {
        if self.floods && !self.marked && !self.awake {
            self.marked = wake_for(stream, WORTH);
            self.floods = self.marked;
        }
        if self.marked {
            if let Ok(ready) = timeout(PATIENCE, stream.readable()).await {
                return ready;
            }
            // The kernel tells at once of what has come meanwhile.
            self.marked = !wake_for(stream, 1);
            self.on_flood_end();
        }
        stream.readable().await
    }
}

/// Whether more came while we looked for it.
fn spin_for_more(stream: &TcpStream) -> bool {
    (0..LOOKS).any(|_| {
        let more = rustix::io::ioctl_fionread(stream).is_ok_and(|waiting| waiting > 0);
        if !more {
            std::thread::yield_now();
        }
        more
    })
}

/// Asks the kernel to wake a sleeping reader for so many bytes at the least (SO_RCVLOWAT), never for more than a quarter
/// of what its buffer holds now, so that nothing of the buffer changes. Whether it does.
#[cfg(target_os = "linux")]
fn wake_for(stream: &TcpStream, bytes: i32) -> bool {
    use crate::net::kernel;

    let room = kernel::read_int(stream, libc::SOL_SOCKET, libc::SO_RCVBUF).unwrap_or(0);
    kernel::set_int(stream, libc::SOL_SOCKET, libc::SO_RCVLOWAT, bytes.min(room / 4).max(1)).is_ok()
}

/// Elsewhere a reader is woken for whatever comes.
#[cfg(not(target_os = "linux"))]
fn wake_for(_stream: &TcpStream, bytes: i32) -> bool {
    bytes == 1
}
