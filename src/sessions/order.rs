//! Orders from the user to an open session.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::id::SessionId;
use super::spec::{DatagramBurst, MulticastGroup};
use crate::wire::option::{OptionValue, SocketOption};
use crate::wire::{Class, FailedOperation, Failure};

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

/// The kind of session that refuses an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderRefuser {
    /// A TCP connection.
    Connection,
    /// A UDP socket.
    Datagrams,
    /// A TCP listener.
    Listener,
    /// A socket of the Unix domain.
    Unix,
    /// An HTTP request.
    Request,
    /// A DNS query.
    Query,
    /// A run of many connections, datagrams or requests.
    Run,
}

impl Verb {
    /// Whether the order overtakes sends that were given before it.
    pub fn is_urgent(&self) -> bool {
        match self {
            Verb::Reset | Verb::Close | Verb::PauseReading | Verb::ContinueReading | Verb::Socket(_) => true,
            Verb::Send(_) | Verb::SendFile(_) | Verb::Listener(_) => false,
            Verb::Stream(verb) => verb.is_urgent(),
            Verb::Datagram(verb) => verb.is_urgent(),
        }
    }

    /// How many payload bytes the order sends; a file and a burst count as 0. `None`: it sends nothing.
    pub fn payload_len(&self) -> Option<usize> {
        match self {
            Verb::Send(bytes) | Verb::Datagram(DatagramVerb::SendTo(_, bytes)) => Some(bytes.len()),
            Verb::SendFile(_) | Verb::Datagram(DatagramVerb::Burst(_)) => Some(0),
            Verb::Reset
            | Verb::Close
            | Verb::PauseReading
            | Verb::ContinueReading
            | Verb::Stream(_)
            | Verb::Datagram(_)
            | Verb::Listener(_)
            | Verb::Socket(_) => None,
        }
    }

    /// What the order does, as a failure names it.
    pub fn operation(&self) -> FailedOperation {
        match self {
            Verb::Send(_) | Verb::SendFile(_) => FailedOperation::Send,
            Verb::Reset => FailedOperation::Reset,
            Verb::Close => FailedOperation::Close,
            Verb::PauseReading | Verb::ContinueReading => FailedOperation::Read,
            Verb::Stream(verb) => verb.operation(),
            Verb::Datagram(verb) => verb.operation(),
            Verb::Listener(ListenerVerb::Limit(_)) => FailedOperation::Limit,
            Verb::Socket(SocketVerb::SetOption(..)) => FailedOperation::SetOption,
            Verb::Socket(SocketVerb::ReadOptions) => FailedOperation::GetOption,
            Verb::Socket(SocketVerb::SampleEvery(_)) => FailedOperation::Sample,
        }
    }

    /// The warning of a session of this kind that does not carry out this order.
    pub fn refused(&self, by: OrderRefuser, peer: impl Into<String>) -> Failure {
        Failure::new(Class::Usage, self.operation(), peer, self.refusal(by))
    }

    /// Why a session of this kind does not carry out this order, in words. Only for a session that does not.
    pub fn refusal(&self, by: OrderRefuser) -> &'static str {
        let own = match self {
            Verb::Stream(verb) => verb.refusal(by),
            Verb::Datagram(verb) => verb.refusal(by),
            Verb::Listener(verb) => verb.refusal(by),
            Verb::Socket(verb) => verb.refusal(by),
            Verb::Send(_) | Verb::SendFile(_) if by == OrderRefuser::Request => Some(ONLY_ITS_BODY),
            Verb::Reset if by == OrderRefuser::Unix => {
                Some("a Unix socket has no RST: close it; the peer gets ECONNRESET if bytes of it are then unread")
            }
            Verb::Send(_)
            | Verb::SendFile(_)
            | Verb::Reset
            | Verb::Close
            | Verb::PauseReading
            | Verb::ContinueReading => None,
        };
        own.unwrap_or(match by {
            OrderRefuser::Connection => "a TCP connection has no such order",
            OrderRefuser::Datagrams => "a UDP socket has no such order",
            OrderRefuser::Unix => "a Unix socket has no such order",
            OrderRefuser::Listener => "a listener has no such order; give it to one of its connections",
            OrderRefuser::Request => "this order does not apply to an HTTP request; close or reset it",
            OrderRefuser::Query => "a DNS query takes no orders but close",
            OrderRefuser::Run => "a repeat session takes no orders but pause, continue and close",
        })
    }
}

const ONLY_ITS_BODY: &str = "an HTTP request sends only its own body";

impl StreamVerb {
    fn operation(&self) -> FailedOperation {
        match self {
            StreamVerb::FinishSending => FailedOperation::Finish,
            StreamVerb::CloseUnread => FailedOperation::Close,
            StreamVerb::Capture(_) => FailedOperation::Capture,
        }
    }

    fn is_urgent(&self) -> bool {
        match self {
            StreamVerb::FinishSending => false,
            StreamVerb::CloseUnread | StreamVerb::Capture(_) => true,
        }
    }

    fn refusal(&self, by: OrderRefuser) -> Option<&'static str> {
        match (by, self) {
            (OrderRefuser::Datagrams, StreamVerb::FinishSending) => {
                Some("UDP has no FIN: the peer cannot be told that nothing more comes")
            }
            (OrderRefuser::Datagrams, StreamVerb::CloseUnread) => {
                Some("UDP has no reset: a close discards unread datagrams")
            }
            (OrderRefuser::Datagrams, StreamVerb::Capture(_)) => Some("the packets of TCP sessions can be captured"),
            (OrderRefuser::Unix, StreamVerb::FinishSending) => {
                Some("datagrams have no end: the peer cannot be told that nothing more comes")
            }
            (OrderRefuser::Unix, StreamVerb::CloseUnread) => Some("a close discards unread datagrams"),
            (OrderRefuser::Unix, StreamVerb::Capture(_)) => {
                Some("nothing of a Unix socket crosses a network interface: there are no packets to capture")
            }
            (OrderRefuser::Request, StreamVerb::FinishSending) => Some(ONLY_ITS_BODY),
            (OrderRefuser::Request, StreamVerb::Capture(_)) => {
                Some("the packets of TCP sessions can be captured, not those of a request")
            }
            (_, StreamVerb::FinishSending | StreamVerb::CloseUnread | StreamVerb::Capture(_)) => None,
        }
    }
}

impl DatagramVerb {
    fn operation(&self) -> FailedOperation {
        match self {
            DatagramVerb::SendTo(..) | DatagramVerb::Burst(_) | DatagramVerb::StopBurst => FailedOperation::Send,
            DatagramVerb::ProbeMtu => FailedOperation::Probe,
            DatagramVerb::Join(_) => FailedOperation::Join,
            DatagramVerb::Leave(_) => FailedOperation::Leave,
        }
    }

    fn is_urgent(&self) -> bool {
        match self {
            DatagramVerb::StopBurst => true,
            DatagramVerb::SendTo(..)
            | DatagramVerb::Burst(_)
            | DatagramVerb::ProbeMtu
            | DatagramVerb::Join(_)
            | DatagramVerb::Leave(_) => false,
        }
    }

    fn refusal(&self, by: OrderRefuser) -> Option<&'static str> {
        match (by, self) {
            (OrderRefuser::Connection, DatagramVerb::Burst(_) | DatagramVerb::StopBurst) => {
                Some("a TCP connection cannot send bursts of datagrams")
            }
            (OrderRefuser::Unix, DatagramVerb::Burst(_) | DatagramVerb::StopBurst) => {
                Some("bursts are of UDP datagrams")
            }
            (OrderRefuser::Unix, DatagramVerb::ProbeMtu) => Some("a Unix socket has no path, and so no path MTU"),
            (OrderRefuser::Unix, DatagramVerb::Join(_) | DatagramVerb::Leave(_)) => {
                Some("a Unix socket has no multicast groups")
            }
            (OrderRefuser::Connection, DatagramVerb::ProbeMtu) => {
                Some("TCP finds the path MTU by itself: only a UDP session probes it with datagrams")
            }
            (OrderRefuser::Request, DatagramVerb::SendTo(..) | DatagramVerb::Burst(_)) => Some(ONLY_ITS_BODY),
            (OrderRefuser::Request, DatagramVerb::StopBurst) => Some("an HTTP request sends no burst"),
            (OrderRefuser::Request, DatagramVerb::ProbeMtu) => {
                Some("an HTTP request cannot probe the path MTU; a UDP session can")
            }
            (OrderRefuser::Request, DatagramVerb::Join(_) | DatagramVerb::Leave(_)) => {
                Some("an HTTP request has no multicast groups")
            }
            (
                _,
                DatagramVerb::SendTo(..)
                | DatagramVerb::Burst(_)
                | DatagramVerb::StopBurst
                | DatagramVerb::ProbeMtu
                | DatagramVerb::Join(_)
                | DatagramVerb::Leave(_),
            ) => None,
        }
    }
}

impl ListenerVerb {
    fn refusal(&self, by: OrderRefuser) -> Option<&'static str> {
        let ListenerVerb::Limit(_) = self;
        match by {
            OrderRefuser::Datagrams => Some("a UDP socket has no connections to limit"),
            OrderRefuser::Request => Some("an HTTP request accepts no connections"),
            OrderRefuser::Connection
            | OrderRefuser::Listener
            | OrderRefuser::Unix
            | OrderRefuser::Query
            | OrderRefuser::Run => None,
        }
    }
}

impl SocketVerb {
    fn refusal(&self, by: OrderRefuser) -> Option<&'static str> {
        match (by, self) {
            (OrderRefuser::Datagrams, SocketVerb::SampleEvery(_)) => {
                Some("the kernel has gauges for TCP connections only")
            }
            (OrderRefuser::Request, SocketVerb::SampleEvery(_)) => {
                Some("the connection of an HTTP request is not sampled")
            }
            (_, SocketVerb::SetOption(..) | SocketVerb::ReadOptions | SocketVerb::SampleEvery(_)) => None,
        }
    }
}

/// An order that was refused. It contains the order, so that nothing a person typed is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedOrder {
    /// The order, whole.
    pub order: Order,
    /// The reason, in words.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_order_is_named_by_what_it_would_have_done() {
        let limit = || Verb::Listener(ListenerVerb::Limit(None));
        for (verb, by, operation, part) in [
            (Verb::Datagram(DatagramVerb::ProbeMtu), OrderRefuser::Connection, FailedOperation::Probe, "by itself"),
            (Verb::Datagram(DatagramVerb::StopBurst), OrderRefuser::Listener, FailedOperation::Send, "connections"),
            (Verb::Stream(StreamVerb::FinishSending), OrderRefuser::Datagrams, FailedOperation::Finish, "no FIN"),
            (Verb::Stream(StreamVerb::FinishSending), OrderRefuser::Listener, FailedOperation::Finish, "connections"),
            (limit(), OrderRefuser::Datagrams, FailedOperation::Limit, "no connections to limit"),
            (limit(), OrderRefuser::Connection, FailedOperation::Limit, "a TCP connection"),
            (Verb::PauseReading, OrderRefuser::Query, FailedOperation::Read, "but close"),
            (Verb::Send(Bytes::new()), OrderRefuser::Request, FailedOperation::Send, "its own body"),
        ] {
            assert_eq!(verb.operation(), operation, "{verb:?}");
            assert!(verb.refusal(by).contains(part), "{verb:?}: {}", verb.refusal(by));
        }
    }
}
