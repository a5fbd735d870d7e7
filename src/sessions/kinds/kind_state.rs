//! What every kind of session answers and folds by itself: in its own file.

use std::net::SocketAddr;
use std::time::Instant;

use super::udp_socket::UdpSocketView;
use crate::sessions::phase::OpenState;
use crate::sessions::reading::Reading;
use crate::sessions::record::Record;
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;

/// What only one kind of session knows, and how it learns it. Nothing is done by default: a new kind does not compile
/// until it has said what it does with each part of a reading.
pub trait KindState {
    /// Where its socket is bound, once it is.
    fn local(&self) -> Option<SocketAddr>;

    /// The one peer that its socket is connected with, once it is; `None`: it has many, or no socket of its own.
    fn peer(&self) -> Option<SocketAddr>;

    /// Whether its bytes are one stream in each direction, so that a read or a write has no bounds to be shown.
    fn is_stream(&self) -> bool;

    /// The states, ladder and gauges of its TCP connection.
    fn history(&self) -> Option<&TcpHistory>;

    /// The same, to change.
    fn history_mut(&mut self) -> Option<&mut TcpHistory>;

    /// What is known of its UDP socket; `None`: it sends and receives no datagrams.
    fn udp(&self) -> Option<&UdpSocketView>;

    /// The same, to change.
    fn udp_mut(&mut self) -> Option<&mut UdpSocketView>;

    /// Takes in what is measured, before the records of the same reading. Returns how open the session is by that,
    /// where it tells.
    fn on_sample(&mut self, reading: &Reading, now: Instant) -> Option<OpenState>;

    /// Takes in a record, after the session did. Returns how open the session is by that, where it tells.
    fn on_record(&mut self, record: &Record, context: &RecordContext) -> Option<OpenState>;

    /// Takes in what the kernel says, and what was captured, after the records of the same reading.
    fn on_kernel(&mut self, kernel: Option<&KernelView>, capture: Option<CaptureReading>, now: Instant);

    /// Lets time pass.
    fn advance(&mut self, now: Instant);
}

/// What a kind may need to know of the session beside the record itself.
#[derive(Clone, Copy, Debug)]
pub struct RecordContext {
    /// The number that the record has in the transcript; `None`: it does not stand there.
    pub entry: Option<u64>,
    /// When the session was opened.
    pub opened: Instant,
    /// The time of the look.
    pub now: Instant,
}
