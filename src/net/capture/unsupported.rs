//! Capture is not available on this system.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::ports::CapturePorts;
use crate::net::journal::Journal;
use crate::wire::segment::FlowHint;
use crate::wire::{Class, FailedOperation, Failure};

/// A capture; it has no values on this system.
#[derive(Clone, Debug)]
pub(crate) enum CaptureTap {}

impl CaptureTap {
    /// Always fails.
    ///
    /// # Errors
    /// Fails always.
    pub(crate) fn open(_wanted: CapturePorts) -> Result<Self, Failure> {
        let message = "packets are captured on Linux only; the ladder stays inferred";
        Err(Failure::new(Class::Local, FailedOperation::Capture, "", message))
    }

    /// Cannot be called.
    pub(crate) fn set_filter(&self, _wanted: CapturePorts) {
        match *self {}
    }

    /// Cannot be called.
    pub(crate) fn assign(&self, _local: SocketAddr, _peer: SocketAddr, _journal: &Arc<Journal>, _hint: FlowHint) {
        match *self {}
    }

    /// Cannot be called.
    pub(crate) fn unassign(&self, _local: SocketAddr, _peer: SocketAddr) {
        match *self {}
    }

    /// Cannot be called.
    pub(crate) fn deliver(&self) {
        match *self {}
    }

    /// Cannot be called.
    pub(crate) async fn wait_for_last(&self, _local: SocketAddr, _peer: SocketAddr, _most: Duration) {
        match *self {}
    }
}
