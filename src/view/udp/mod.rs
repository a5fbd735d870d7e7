//! The views of a UDP session.

mod datagram;
mod ledger;
mod socket;
pub(crate) mod suffix;

pub(super) use ledger::{draw as draw_ledger, draw_short};
pub(super) use socket::draw as draw_socket;
