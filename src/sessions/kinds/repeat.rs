//! State of a repeat run.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use super::kind_state::{KindState, RecordContext};
use super::udp_socket::UdpSocketView;
use crate::sessions::phase::OpenState;
use crate::sessions::reading::Reading;
use crate::sessions::record::Record;
use crate::sessions::repeat::run::RepeatReading;
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::Class;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;

/// State of a repeat session beside its transcript.
#[derive(Clone, Debug, Default)]
pub struct RepeatView {
    /// The newest reading; `None` before the first.
    pub reading: Option<Arc<RepeatReading>>,
}

impl RepeatView {
    /// The class that failed most often, and how often.
    pub fn commonest_failure(&self) -> Option<(Class, u64)> {
        self.reading.as_ref().and_then(|reading| reading.tally.commonest_failure())
    }
}

impl KindState for RepeatView {
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

    fn on_sample(&mut self, reading: &Reading, _now: Instant) -> Option<OpenState> {
        let repeat = reading.repeat.as_ref()?;
        self.reading = Some(repeat.clone());
        Some(OpenState { paused: repeat.paused, ..OpenState::default() })
    }

    fn on_record(&mut self, _record: &Record, _context: &RecordContext) -> Option<OpenState> {
        None
    }

    fn on_kernel(&mut self, _kernel: Option<(&KernelView, Instant)>, _capture: Option<CaptureReading>, _now: Instant) {}

    fn advance(&mut self, _now: Instant) {}
}
