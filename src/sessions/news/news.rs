//! Facts: what happened once in a session and may not be lost.

use std::path::PathBuf;

use super::dial::DialNews;
use super::dns::DnsNews;
use super::http::HttpNews;
use super::listener::ListenerNews;
use super::option::OptionNews;
use super::tcp::TcpNews;
use super::udp::UdpNews;
use crate::wire::{Both, Failure, Totals};

/// What happened. The order is roughly that of a session's life.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// What happens until a conversation is open: look-ups, attempts, the route.
    Dial(DialNews),
    /// What happens at a listener.
    Listener(ListenerNews),
    /// What happens on a TCP connection.
    Tcp(TcpNews),
    /// What happens on a UDP socket, and what ICMP says.
    Udp(UdpNews),
    /// What happens in an HTTP exchange.
    Http(HttpNews),
    /// What became of socket options.
    Option(OptionNews),
    /// We stopped reading, by the user's wish.
    ReadingPaused,
    /// We read again.
    ReadingContinued,
    /// Something that was asked for did not work, and the session goes on (a datagram too large, say).
    Warned(Failure),
    /// A file was sent whole.
    FileSent {
        /// Which.
        path: PathBuf,
        /// Bytes of it.
        bytes: u64,
    },
    /// DNS is asked: a fact of it.
    Dns(Box<DnsNews>),
    /// It did not work, and this is the end of it. [`News::Closed`] follows.
    Failed(Failure),
    /// The last news of a session, with its final totals.
    Closed {
        /// The totals, exact.
        totals: Both<Totals>,
        /// How it ended.
        how: CloseReason,
    },
}

impl News {
    /// Whether this tells how a connection works rather than what happened in the conversation: it belongs on the
    /// ladder, in the diagram of states, beside the conversation or in the dialog of socket options, not between the bytes.
    pub fn is_inner(&self) -> bool {
        match self {
            News::Tcp(
                TcpNews::State { .. }
                | TcpNews::Call { .. }
                | TcpNews::Stamps { .. }
                | TcpNews::PeerSyn(_)
                | TcpNews::Kernel(_),
            )
            | News::Option(OptionNews::Reported(_))
            | News::Dial(DialNews::Route(_)) => true,
            News::Dial(DialNews::Compared(compared)) => !compared.differs(),
            _ => false,
        }
    }
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// Both sides finished: FIN and FIN.
    Fin,
    /// A RST ended it, the peer's or ours.
    Rst,
    /// We closed it.
    Local,
    /// It failed.
    Error,
}

impl CloseReason {
    /// The name in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            CloseReason::Fin => "fin",
            CloseReason::Rst => "rst",
            CloseReason::Local => "local",
            CloseReason::Error => "error",
        }
    }
}
