//! The route to a peer.

#[cfg(target_os = "linux")]
mod netlink;
mod route;

pub(crate) use route::{observed_route, report_route};
