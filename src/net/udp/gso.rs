//! Sends datagrams of one size to the peer of a connected socket in as few calls as possible, without news for each.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;

use super::mmsg::{self, MessageBatch};
use super::receive::most_payload;
use super::send::{CANNOT_CUT, MOST_CUT};

/// What is known of the route to the peer.
#[derive(Clone, Copy, Debug)]
pub(in crate::net) struct GsoSender {
    peer: SocketAddr,
    /// Whether several datagrams go to the kernel as one message that it splits (`UDP_SEGMENT`).
    cut: bool,
}

impl GsoSender {
    /// A sender to the peer of a socket.
    pub(in crate::net) fn new(peer: SocketAddr) -> Self {
        GsoSender { peer, cut: true }
    }

    /// Sends datagrams of `segment` bytes, stored back to back: as many as the kernel accepts at once, after waiting
    /// until it accepts the first. Returns how many it accepted.
    ///
    /// # Errors
    /// Fails if none was accepted: an error of the call, or a pending error of the socket.
    pub(in crate::net) async fn send_some(
        &mut self,
        socket: &UdpSocket,
        bytes: &[u8],
        segment: usize,
    ) -> io::Result<usize> {
        let mut waits = 0;
        loop {
            let room = most_payload(self.peer) / segment.max(1);
            let together = if self.cut && bytes.len() > segment { room.clamp(1, MOST_CUT) } else { 1 };
            match mmsg::send(socket, None, MessageBatch { bytes, segment, message: segment * together }) {
                Ok(messages) => return Ok((messages * together).min(bytes.len().div_ceil(segment.max(1))).max(1)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // After an ICMP error the runtime always reports the socket as writable (EPOLLERR).
                    if waits > 1 {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                    waits += 1;
                    socket.writable().await?;
                }
                Err(error) if together > 1 && CANNOT_CUT.contains(&error.raw_os_error().unwrap_or_default()) => {
                    self.cut = false;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
