//! State of a TCP connection.

use std::net::SocketAddr;
use std::time::Instant;

use super::kind_state::{KindState, RecordContext};
use super::udp_socket::UdpSocketView;
use crate::sessions::news::{DialNews, ListenerNews, News};
use crate::sessions::phase::OpenState;
use crate::sessions::reading::Reading;
use crate::sessions::record::Record;
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;

/// Both addresses of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Ours.
    pub local: Option<SocketAddr>,
    /// The peer's.
    pub peer: Option<SocketAddr>,
}

impl Endpoints {
    /// Records the addresses of a new connection, dialled or accepted.
    pub fn on_record(&mut self, record: &Record) {
        if let Record::News {
            news:
                News::Dial(DialNews::Connected { local, peer, .. })
                | News::Listener(ListenerNews::Accepted { local, peer, .. }),
            ..
        } = record
        {
            *self = Endpoints { local: Some(*local), peer: Some(*peer) };
        }
    }
}

/// State that only a TCP connection has.
#[derive(Clone, Debug)]
pub struct TcpSession {
    /// Both addresses, once known.
    pub ends: Endpoints,
    /// Its states, ladder and gauges; `None` where only facts are kept.
    pub history: Option<Box<TcpHistory>>,
}

impl Default for TcpSession {
    fn default() -> Self {
        TcpSession { ends: Endpoints::default(), history: Some(Box::default()) }
    }
}

impl KindState for TcpSession {
    fn local(&self) -> Option<SocketAddr> {
        self.ends.local
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.ends.peer
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn history(&self) -> Option<&TcpHistory> {
        self.history.as_deref()
    }

    fn history_mut(&mut self) -> Option<&mut TcpHistory> {
        self.history.as_deref_mut()
    }

    fn udp(&self) -> Option<&UdpSocketView> {
        None
    }

    fn udp_mut(&mut self) -> Option<&mut UdpSocketView> {
        None
    }

    fn on_sample(&mut self, reading: &Reading, now: Instant) -> Option<OpenState> {
        if let (Some(history), Some(capture)) = (&mut self.history, &reading.capture) {
            history.set_capturing(capture, now);
        }
        None
    }

    fn on_record(&mut self, record: &Record, context: &RecordContext) -> Option<OpenState> {
        self.ends.on_record(record);
        if let Some(history) = &mut self.history {
            history.record(context.entry, record, context.now);
        }
        None
    }

    fn on_kernel(&mut self, kernel: Option<(&KernelView, Instant)>, capture: Option<CaptureReading>, now: Instant) {
        if let Some(history) = &mut self.history {
            history.on_kernel(kernel, capture, now);
        }
    }

    fn advance(&mut self, now: Instant) {
        if let Some(history) = &mut self.history {
            history.advance(now);
        }
    }
}
