//! The route to a peer.

#[cfg(target_os = "linux")]
mod netlink;
mod route;

pub(crate) use route::{is_next_hop_silent, observed_route, report_route};
