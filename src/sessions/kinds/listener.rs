//! State of a TCP listener.

use std::net::SocketAddr;
use std::time::Instant;

use super::kind_state::{KindState, RecordContext};
use super::udp_socket::UdpSocketView;
use crate::sessions::news::{ListenerNews, News};
use crate::sessions::phase::OpenState;
use crate::sessions::reading::Reading;
use crate::sessions::record::Record;
use crate::sessions::spec::IpFamily;
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;

/// State that only a TCP listener has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListenerSession {
    /// Its local address, once it listens.
    pub local: Option<SocketAddr>,
    /// The families of the peers that it takes, once it listens.
    pub family: IpFamily,
    /// How many connections it accepted.
    pub accepted: u64,
    /// How many of them are open.
    pub open: u64,
    /// How many connections it refused.
    pub turned_away: u64,
    /// Connections are left in the kernel's queue, as the user ordered.
    pub holds: bool,
}

impl ListenerSession {
    fn on_news(&mut self, news: &ListenerNews) {
        match news {
            ListenerNews::Listening { local, family } => {
                self.local = Some(*local);
                self.family = *family;
            }
            ListenerNews::TurnedAway { .. } => self.turned_away += 1,
            ListenerNews::ChildEnded { .. } => self.open = self.open.saturating_sub(1),
            ListenerNews::Accepting(accepting) => self.holds = !accepting,
            // An accepted connection is a session of its own and is counted when that session opens.
            ListenerNews::Accepted { .. } | ListenerNews::Kernel(_) | ListenerNews::AcceptFailed(_) => {}
        }
    }
}

impl KindState for ListenerSession {
    fn local(&self) -> Option<SocketAddr> {
        self.local
    }

    fn peer(&self) -> Option<SocketAddr> {
        None
    }

    fn is_stream(&self) -> bool {
        false
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

    fn on_record(&mut self, record: &Record, _context: &RecordContext) -> Option<OpenState> {
        if let Record::News { news: News::Listener(news), .. } = record {
            self.on_news(news);
        }
        None
    }

    fn on_kernel(&mut self, _kernel: Option<(&KernelView, Instant)>, _capture: Option<CaptureReading>, _now: Instant) {}

    fn advance(&mut self, _now: Instant) {}
}
