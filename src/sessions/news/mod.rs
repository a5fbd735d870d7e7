//! Facts: events that happen once in a session and must not be lost.

pub mod call;
mod dial;
pub mod dns;
mod http;
mod listener;
mod news;
mod option;
mod place;
mod ports;
mod tcp;
pub mod tls;
mod udp;
mod unix;

pub use dial::{DialNews, MOST_ADDRESSES};
pub use http::{BrokenRuleNews, HttpNews, HttpPhase};
pub use listener::ListenerNews;
pub use news::{CloseReason, News};
pub use option::OptionNews;
pub use place::NewsPlace;
pub use ports::{PortCounts, PortNews, PortProbe, PortState};
pub use tcp::TcpNews;
pub use tls::TlsNews;
pub use udp::UdpNews;
pub use unix::UnixNews;
