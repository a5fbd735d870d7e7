//! The interface of the state that only one kind of session has; each kind implements it in its own file.

use std::net::SocketAddr;
use std::time::Instant;

use super::udp_socket::UdpSocketView;
use crate::sessions::phase::OpenState;
use crate::sessions::reading::Reading;
use crate::sessions::record::Record;
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;

/// State of one kind of session, and how it is updated. There are no default methods: a new kind does not compile until
/// it handles each part of a reading.
pub trait KindState {
    /// The socket's local address, once bound.
    fn local(&self) -> Option<SocketAddr>;

    /// The one peer that the socket is connected to, once it is; `None`: many peers, or no socket of its own.
    fn peer(&self) -> Option<SocketAddr>;

    /// Whether the bytes form one stream in each direction, so that reads and writes have no boundaries to show.
    fn is_stream(&self) -> bool;

    /// States, ladder and gauges of the TCP connection.
    fn history(&self) -> Option<&TcpHistory>;

    /// The same, mutable.
    fn history_mut(&mut self) -> Option<&mut TcpHistory>;

    /// State of the UDP socket; `None`: the session has no datagrams.
    fn udp(&self) -> Option<&UdpSocketView>;

    /// The same, mutable.
    fn udp_mut(&mut self) -> Option<&mut UdpSocketView>;

    /// Applies a reading's measurements, before its records. Returns the new open state, if they determine one.
    fn on_sample(&mut self, reading: &Reading, now: Instant) -> Option<OpenState>;

    /// Applies a record, after the session did. Returns the new open state, if the record determines one.
    fn on_record(&mut self, record: &Record, context: &RecordContext) -> Option<OpenState>;

    /// Applies a kernel sample, with its time, and captured segments, after the records of the same reading.
    fn on_kernel(&mut self, kernel: Option<(&KernelView, Instant)>, capture: Option<CaptureReading>, now: Instant);

    /// Updates what depends on time alone.
    fn advance(&mut self, now: Instant);
}

/// The context of a record, for a kind that needs more than the record.
#[derive(Clone, Copy, Debug)]
pub struct RecordContext {
    /// The record's entry number in the transcript; `None`: it has none.
    pub entry: Option<u64>,
    /// When the session was opened.
    pub opened: Instant,
    /// When the reading was taken.
    pub now: Instant,
}
