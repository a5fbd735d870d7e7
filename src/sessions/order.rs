//! What the user wants of an open session.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::id::SessionId;
use super::spec::{DatagramBurst, MulticastGroup};
use crate::wire::option::{OptionValue, SocketOption};

/// One wish, for one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Whose.
    pub id: SessionId,
    /// What.
    pub verb: Verb,
}

/// What can be wished. A session refuses aloud what makes no sense for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Send bytes to the peer; a listener sends them to every open connection of its own; a bound UDP
    /// socket to the peer that was heard last.
    Send(Bytes),
    /// Send a file's bytes.
    SendFile(PathBuf),
    /// Reset the connection: RST, whatever is still queued.
    Reset,
    /// Close: a stream sends what is queued, then FIN; a request is cancelled; a listener stops.
    Close,
    /// Stop reading; the kernel's queue fills, and the window closes.
    PauseReading,
    /// Read again.
    ContinueReading,
    /// What can be wished of a TCP connection alone.
    Stream(StreamVerb),
    /// What can be wished of a UDP socket alone.
    Datagram(DatagramVerb),
    /// What can be wished of a listener alone.
    Listener(ListenerVerb),
    /// What can be wished of any session with a socket of its own.
    Socket(SocketVerb),
}

/// What can be wished of a TCP connection alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamVerb {
    /// Finish sending: FIN. Receiving goes on.
    FinishSending,
    /// Stop reading, and close as soon as bytes lie unread: the kernel then sends RST (RFC 2525 §2.17). A continue takes
    /// it back.
    CloseUnread,
    /// Capture the packets of a TCP connection from now on, or no more; of a listener, those of connections to come.
    Capture(bool),
}

/// What can be wished of a UDP socket alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatagramVerb {
    /// Send one datagram to this address, from a bound UDP socket.
    SendTo(SocketAddr, Bytes),
    /// Send one datagram again and again (UDP); what is ordered after it waits for its end.
    Burst(DatagramBurst),
    /// End the burst that is being sent, if there is one.
    StopBurst,
    /// Probe the path MTU with the don't-fragment bit, by a socket of its own (UDP); what is ordered after it waits for
    /// its end.
    ProbeMtu,
    /// Join a multicast group.
    Join(MulticastGroup),
    /// Leave a multicast group.
    Leave(MulticastGroup),
}

/// What can be wished of a listener alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenerVerb {
    /// Listener: how many connections may be open at once; `None` is no limit, 0 refuses everybody.
    Limit(Option<usize>),
}

/// What can be wished of any session with a socket of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketVerb {
    /// Set a socket option of a connection or a listener, and tell what the kernel made of it.
    SetOption(SocketOption, OptionValue),
    /// Read all socket options.
    ReadOptions,
    /// Look at the kernel's gauges this often, moved or not; `None` goes back to looking only while something moves.
    /// Less than 10 ms is 10 ms.
    SampleEvery(Option<Duration>),
}

/// An order that was not taken. The order comes back, so that nothing a person typed is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedOrder {
    /// The order, whole.
    pub order: Order,
    /// Why, in words.
    pub why: String,
}
