//! An open TCP connection, from its first byte to its end.

mod activity;
pub(crate) mod bulk_wait;
mod capture;
mod carrier;
mod error_watch;
mod moved;
mod read;
mod read_ahead;
mod sampling;
mod shared;
mod socket;
pub(crate) mod stamps;
mod states;
mod task;
mod transport;
mod unsent;
mod urgent;
mod why_ended;
mod write;

pub(super) use carrier::{CarrierConnection, CarrierEnd};
#[cfg(unix)]
pub(super) use shared::MOST_CLOSING;
pub(crate) use shared::StreamConnection;
pub(crate) use socket::StreamSocket;
pub(crate) use task::run;
pub(super) use transport::StreamTransport;
pub(super) use unsent::{count_unsent, report_unsent};
