//! State of a UDP conversation, and of a bound UDP socket.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use super::kind_state::{KindState, RecordContext};
use super::tcp::Endpoints;
use super::udp_ledger::UdpLedger;
use super::udp_socket::UdpSocketView;
use crate::sessions::news::{DialNews, ListenerNews, News};
use crate::sessions::phase::OpenState;
use crate::sessions::reading::Reading;
use crate::sessions::record::{Block, Record};
use crate::sessions::spec::IpFamily;
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;
use crate::wire::{Both, Direction, Totals};

/// How many peers of a bound UDP socket are listed; datagrams of further peers are only counted.
pub const MOST_PEERS: usize = 10_000;

/// Counters of one peer of a UDP socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerCount {
    /// Datagrams and bytes, both ways.
    pub totals: Both<Totals>,
}

/// The peers of a UDP socket that hears every address.
#[derive(Clone, Debug, Default)]
pub struct PeerList {
    /// Peers that it exchanged datagrams with; at most [`MOST_PEERS`].
    pub peers: BTreeMap<SocketAddr, PeerCount>,
    /// How many datagrams belong to peers that are not listed.
    pub unlisted: u64,
    /// The peer that sent the newest datagram.
    pub last: Option<SocketAddr>,
    /// The address to which a conversation sends; `None` for a bound socket.
    pub target: Option<SocketAddr>,
}

impl PeerList {
    /// Where a plain send goes; `None`: nowhere, until a datagram was received.
    pub fn default_target(&self) -> Option<SocketAddr> {
        self.target.or(self.last)
    }

    fn count(&mut self, block: &Block) {
        for piece in &block.pieces {
            let Some(peer) = block.peers.get(usize::from(piece.peer)) else { continue };
            if block.direction == Direction::Received {
                self.last = Some(*peer);
            }
            if self.peers.len() >= MOST_PEERS && !self.peers.contains_key(peer) {
                self.unlisted += 1;
                continue;
            }
            let count = self.peers.entry(*peer).or_default();
            count.totals.of_mut(block.direction).add(u64::from(piece.full_len));
        }
    }
}

/// State that only a UDP conversation has.
#[derive(Clone, Debug, Default)]
pub struct UdpSession {
    /// Both addresses, once known; no peer if it hears every address.
    pub ends: Endpoints,
    /// Its peers, if it hears every address.
    pub heard: Option<PeerList>,
    /// State of its socket.
    pub socket: UdpSocketView,
}

impl KindState for UdpSession {
    fn local(&self) -> Option<SocketAddr> {
        self.ends.local
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.ends.peer
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
        Some(&self.socket)
    }

    fn udp_mut(&mut self) -> Option<&mut UdpSocketView> {
        Some(&mut self.socket)
    }

    fn on_sample(&mut self, reading: &Reading, _now: Instant) -> Option<OpenState> {
        self.socket.dropped = reading.dropped_datagrams;
        None
    }

    fn on_record(&mut self, record: &Record, _context: &RecordContext) -> Option<OpenState> {
        self.ends.on_record(record);
        if let Record::News { news: News::Dial(DialNews::Opened { local, target }), .. } = record {
            self.ends = Endpoints { local: Some(*local), peer: None };
            self.heard = Some(PeerList { target: Some(*target), ..PeerList::default() });
            self.socket.ledger = UdpLedger::for_many_peers();
        }
        if let (Record::Block(block), Some(heard)) = (record, &mut self.heard) {
            heard.count(block);
        }
        self.socket.on_record(record);
        None
    }

    fn on_kernel(&mut self, _kernel: Option<(&KernelView, Instant)>, _capture: Option<CaptureReading>, _now: Instant) {}

    fn advance(&mut self, _now: Instant) {}
}

/// State that only a bound UDP socket has.
#[derive(Clone, Debug)]
pub struct UdpBoundSession {
    /// Its local address, once bound.
    pub local: Option<SocketAddr>,
    /// The families of the peers that it takes, once bound.
    pub family: IpFamily,
    /// Its peers.
    pub heard: PeerList,
    /// State of its socket.
    pub socket: UdpSocketView,
}

impl UdpBoundSession {
    /// A socket that has received nothing yet.
    pub fn new() -> Self {
        let socket = UdpSocketView { ledger: UdpLedger::for_many_peers(), ..UdpSocketView::default() };
        UdpBoundSession { local: None, family: IpFamily::Any, heard: PeerList::default(), socket }
    }
}

impl Default for UdpBoundSession {
    fn default() -> Self {
        UdpBoundSession::new()
    }
}

impl KindState for UdpBoundSession {
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
        Some(&self.socket)
    }

    fn udp_mut(&mut self) -> Option<&mut UdpSocketView> {
        Some(&mut self.socket)
    }

    fn on_sample(&mut self, reading: &Reading, _now: Instant) -> Option<OpenState> {
        self.socket.dropped = reading.dropped_datagrams;
        None
    }

    fn on_record(&mut self, record: &Record, _context: &RecordContext) -> Option<OpenState> {
        self.socket.on_record(record);
        match record {
            Record::News { news: News::Listener(ListenerNews::Listening { local, family }), .. } => {
                self.local = Some(*local);
                self.family = *family;
            }
            Record::Block(block) => self.heard.count(block),
            Record::News { .. } | Record::NotKept { .. } => {}
        }
        None
    }

    fn on_kernel(&mut self, _kernel: Option<(&KernelView, Instant)>, _capture: Option<CaptureReading>, _now: Instant) {}

    fn advance(&mut self, _now: Instant) {}
}
