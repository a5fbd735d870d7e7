//! The route to a peer.

mod hop_at_begin;
#[cfg(target_os = "linux")]
mod netlink;
mod route;

pub(crate) use hop_at_begin::HopAtBegin;
pub(crate) use route::{observed_route, report_route};
