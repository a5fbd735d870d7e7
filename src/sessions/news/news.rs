//! Facts: events that happen once in a session and must not be lost.

use std::path::PathBuf;

use super::dial::DialNews;
use super::dns::DnsNews;
use super::http::HttpNews;
use super::listener::ListenerNews;
use super::option::OptionNews;
use super::place::NewsPlace;
use super::ports::PortNews;
use super::tcp::TcpNews;
use super::tls::TlsNews;
use super::udp::UdpNews;
use super::unix::UnixNews;
use crate::wire::{Both, Failure, Totals};

/// One event. The order is roughly that of a session's life.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// An event until a conversation is open: lookup, attempt, route.
    Dial(DialNews),
    /// An event of a listener.
    Listener(ListenerNews),
    /// An event of a TCP connection.
    Tcp(TcpNews),
    /// An event of a UDP socket, or an ICMP message.
    Udp(UdpNews),
    /// An event of TLS.
    Tls(TlsNews),
    /// An event of an HTTP exchange.
    Http(HttpNews),
    /// A change or report of socket options.
    Option(OptionNews),
    /// We stopped reading, as the user ordered.
    ReadingPaused,
    /// We started to read again.
    ReadingContinued,
    /// An order failed, and the session goes on (a datagram too large, say).
    Warned(Failure),
    /// A file was sent whole.
    FileSent {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        bytes: u64,
    },
    /// An event of a DNS lookup.
    Dns(Box<DnsNews>),
    /// An event of a range of ports.
    Ports(PortNews),
    /// An event of a socket of the Unix domain.
    Unix(UnixNews),
    /// The session failed and ends. [`News::Closed`] follows.
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
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            News::Dial(news) => news.place(),
            News::Listener(news) => news.place(),
            News::Tcp(news) => news.place(),
            News::Udp(news) => news.place(),
            News::Tls(news) => news.place(),
            News::Http(news) => news.place(),
            News::Option(news) => news.place(),
            News::Ports(news) => news.place(),
            News::Unix(news) => news.place(),
            News::Dns(_)
            | News::ReadingPaused
            | News::ReadingContinued
            | News::Warned(_)
            | News::FileSent { .. }
            | News::Failed(_)
            | News::Closed { .. } => NewsPlace::Everywhere,
        }
    }
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// Both sides finished: FIN and FIN.
    Fin,
    /// Both sides finished a conversation that has no FIN: of a Unix socket.
    Finished,
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
            CloseReason::Finished => "finished",
            CloseReason::Rst => "rst",
            CloseReason::Local => "local",
            CloseReason::Error => "error",
        }
    }
}
