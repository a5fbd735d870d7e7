//! State of a socket of the Unix domain: a conversation, or a bound socket that waits.

use std::net::SocketAddr;
use std::time::Instant;

use super::kind_state::{KindState, RecordContext};
use super::udp_socket::UdpSocketView;
use crate::sessions::news::{ListenerNews, News, UnixNews};
use crate::sessions::phase::OpenState;
use crate::sessions::reading::Reading;
use crate::sessions::record::Record;
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;
use crate::wire::unix::{PeerCredentials, UnixAddress, UnixForm};

/// State of a conversation, ours or an accepted one.
#[derive(Clone, Debug, PartialEq)]
pub struct UnixSession {
    /// A stream, or datagrams.
    pub form: UnixForm,
    /// Our address, once known.
    pub local: Option<UnixAddress>,
    /// The peer's, once known.
    pub peer: Option<UnixAddress>,
    /// Who the peer is, once known.
    pub credentials: Option<PeerCredentials>,
}

impl UnixSession {
    /// The state of a conversation that was just requested.
    pub fn new(form: UnixForm) -> Self {
        UnixSession { form, local: None, peer: None, credentials: None }
    }
}

/// State of a bound socket.
#[derive(Clone, Debug, PartialEq)]
pub struct UnixListenerSession {
    /// Streams, or datagrams.
    pub form: UnixForm,
    /// Its address, once it is bound.
    pub local: Option<UnixAddress>,
    /// How many connections it accepted.
    pub accepted: u64,
    /// How many of them are open.
    pub open: u64,
    /// How many connections it refused.
    pub turned_away: u64,
    /// Connections are left in the kernel's queue, as the user ordered.
    pub holds: bool,
    /// The sender of the newest datagram.
    pub sender: Option<UnixAddress>,
}

impl UnixListenerSession {
    /// The state of a socket that was just requested.
    pub fn new(form: UnixForm) -> Self {
        UnixListenerSession { form, local: None, accepted: 0, open: 0, turned_away: 0, holds: false, sender: None }
    }
}

/// The answers that any socket without IP addresses and TCP gives.
macro_rules! without_tcp_and_udp {
    () => {
        fn local(&self) -> Option<SocketAddr> {
            None
        }

        fn peer(&self) -> Option<SocketAddr> {
            None
        }

        fn history(&self) -> Option<&TcpHistory> {
            None
        }

        fn history_mut(&mut self) -> Option<&mut TcpHistory> {
            None
        }

        fn udp(&self) -> Option<&UdpSocketView> {
            None
        }

        fn udp_mut(&mut self) -> Option<&mut UdpSocketView> {
            None
        }

        fn on_sample(&mut self, _reading: &Reading, _now: Instant) -> Option<OpenState> {
            None
        }

        fn on_kernel(
            &mut self,
            _kernel: Option<(&KernelView, Instant)>,
            _capture: Option<CaptureReading>,
            _now: Instant,
        ) {
        }

        fn advance(&mut self, _now: Instant) {}
    };
}

impl KindState for UnixSession {
    without_tcp_and_udp!();

    fn is_stream(&self) -> bool {
        self.form == UnixForm::Stream
    }

    fn on_record(&mut self, record: &Record, _context: &RecordContext) -> Option<OpenState> {
        if let Record::News {
            news:
                News::Unix(
                    UnixNews::Connected { local, peer, credentials, .. }
                    | UnixNews::Accepted { local, peer, credentials, .. },
                ),
            ..
        } = record
        {
            (self.local, self.peer, self.credentials) = (Some(local.clone()), Some(peer.clone()), *credentials);
        }
        None
    }
}

impl KindState for UnixListenerSession {
    without_tcp_and_udp!();

    fn is_stream(&self) -> bool {
        false
    }

    fn on_record(&mut self, record: &Record, _context: &RecordContext) -> Option<OpenState> {
        match record {
            Record::News { news: News::Unix(UnixNews::Listening { local, .. }), .. } => {
                self.local = Some(local.clone());
            }
            Record::News { news: News::Unix(UnixNews::TurnedAway { .. }), .. } => self.turned_away += 1,
            Record::News { news: News::Listener(ListenerNews::Accepting(accepting)), .. } => self.holds = !accepting,
            Record::News { news: News::Unix(UnixNews::Sender { peer }), .. } => self.sender = Some(peer.clone()),
            Record::News { news: News::Listener(ListenerNews::ChildEnded { .. }), .. } => {
                self.open = self.open.saturating_sub(1);
            }
            Record::News { .. } | Record::Block(_) | Record::NotKept { .. } => {}
        }
        None
    }
}
