//! Orders from the user to an open session.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::id::SessionId;
use super::spec::{DatagramBurst, MulticastGroup};
use crate::wire::option::{OptionValue, SocketOption};

/// One order to one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The session.
    pub id: SessionId,
    /// What to do.
    pub verb: Verb,
}

/// What a session can be ordered to do. A session refuses, with a message, what makes no sense for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Send bytes to the peer; a listener sends them to all its open connections, a bound UDP socket to the peer that
    /// sent the newest datagram.
    Send(Bytes),
    /// Send a file's bytes.
    SendFile(PathBuf),
    /// Reset the connection: RST, whatever is still queued.
    Reset,
    /// Close: a stream sends what is queued, then FIN; a request is cancelled; a listener stops.
    Close,
    /// Stop reading; the kernel's queue fills, and the window closes.
    PauseReading,
    /// Start to read again.
    ContinueReading,
    /// An order for a TCP connection only.
    Stream(StreamVerb),
    /// An order for a UDP socket only.
    Datagram(DatagramVerb),
    /// An order for a listener only.
    Listener(ListenerVerb),
    /// An order for any session with a socket of its own.
    Socket(SocketVerb),
}

/// An order for a TCP connection only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamVerb {
    /// Finish sending: FIN. Receiving goes on.
    FinishSending,
    /// Stop reading, and close as soon as received bytes are unread: the kernel then sends RST (RFC 2525 §2.17).
    /// [`Verb::ContinueReading`] cancels it.
    CloseUnread,
    /// Start (true) or stop capturing a TCP connection's packets; for a listener, those of future connections.
    Capture(bool),
}

/// An order for a UDP socket only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatagramVerb {
    /// Send one datagram to this address, from a bound UDP socket.
    SendTo(SocketAddr, Bytes),
    /// Send one datagram again and again (UDP); later orders wait until the burst ends.
    Burst(DatagramBurst),
    /// End the burst that is being sent, if there is one.
    StopBurst,
    /// Probe the path MTU with the don't-fragment bit, on a separate socket (UDP); later orders wait until the probe
    /// ends.
    ProbeMtu,
    /// Join a multicast group.
    Join(MulticastGroup),
    /// Leave a multicast group.
    Leave(MulticastGroup),
}

/// An order for a listener only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenerVerb {
    /// How many accepted connections may be open at once; `None` is no limit, 0 refuses everybody.
    Limit(Option<usize>),
}

/// An order for any session with a socket of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketVerb {
    /// Set a socket option of a connection or a listener, and report the kernel's value after that.
    SetOption(SocketOption, OptionValue),
    /// Read all socket options.
    ReadOptions,
    /// Sample the kernel's gauges this often, whether bytes move or not; `None` samples only while something moves.
    /// Less than 10 ms counts as 10 ms.
    SampleEvery(Option<Duration>),
}

/// An order that was refused. It contains the order, so that nothing a person typed is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedOrder {
    /// The order, whole.
    pub order: Order,
    /// The reason, in words.
    pub why: String,
}
