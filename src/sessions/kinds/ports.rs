//! State of a range of ports.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::kind_state::{KindState, RecordContext};
use super::udp_socket::UdpSocketView;
use crate::sessions::news::{News, PortCounts, PortNews, PortProbe};
use crate::sessions::phase::OpenState;
use crate::sessions::reading::Reading;
use crate::sessions::record::Record;
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;

/// State of a range of ports. Bounded by the most ports that a range may have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PortScan {
    /// What is known of each port, by its number.
    pub probes: BTreeMap<u16, PortProbe>,
    /// How many of them are in which state.
    pub counts: PortCounts,
    /// How long it took, once it is over.
    pub took: Option<Duration>,
}

impl KindState for PortScan {
    fn local(&self) -> Option<SocketAddr> {
        None
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
        let Record::News { news: News::Ports(news), .. } = record else { return None };
        match news {
            PortNews::Begun { .. } => return Some(OpenState::default()),
            PortNews::Probed(probe) => {
                if self.probes.insert(probe.peer.port(), probe.clone()).is_none() {
                    self.counts.add(probe.state);
                }
            }
            PortNews::Done { took, .. } => self.took = Some(*took),
        }
        None
    }

    fn on_kernel(&mut self, _kernel: Option<(&KernelView, Instant)>, _capture: Option<CaptureReading>, _now: Instant) {}

    fn advance(&mut self, _now: Instant) {}
}
