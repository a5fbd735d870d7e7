//! The route of packets to a peer, as the kernel reports it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

#[cfg(target_os = "linux")]
use super::netlink;
use crate::net::journal::Journal;
#[cfg(target_os = "linux")]
use crate::net::system;
use crate::sessions::News;
use crate::sessions::news::DialNews;
use crate::wire::route::Route;

/// Reports the route of a new connection. Cost: two short queries to the kernel; none in a pipe.
pub(crate) async fn report_route(local: SocketAddr, peer: SocketAddr, journal: &Arc<Journal>) {
    if let Some(route) = observed_route(local, peer, journal) {
        journal.news(News::Dial(DialNews::Route(Box::new(route)))).await;
    }
}

/// The route of a new connection, if the session is observed.
pub(crate) fn observed_route(local: SocketAddr, peer: SocketAddr, journal: &Arc<Journal>) -> Option<Route> {
    journal.is_observed().then(|| look_up_route(local, peer))
}

/// The route of a connection between these two addresses.
fn look_up_route(local: SocketAddr, peer: SocketAddr) -> Route {
    let (source, peer) = (local.ip().to_canonical(), peer.ip().to_canonical());
    let (interface, gateway) = kernel_route(source, peer);
    // The interface with our address is usually the right one, and the best guess without the kernel's answer.
    let interface = interface.or_else(|| interface_of(source));
    Route { peer, source, interface, gateway }
}

/// The interface that has this address of ours.
#[cfg(unix)]
fn interface_of(source: IpAddr) -> Option<String> {
    let mut all = nix::ifaddrs::getifaddrs().ok()?;
    let found = all.find(|interface| {
        interface.address.is_some_and(|address| {
            let v4 = address.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
            let v6 = address.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip()));
            v4.or(v6) == Some(source)
        })
    });
    found.map(|interface| interface.interface_name)
}

/// The interface that has this address of ours: not known on this system.
#[cfg(not(unix))]
fn interface_of(_source: IpAddr) -> Option<String> {
    None
}

/// Whether the kernel has asked on the link for the next hop to `peer`, by ARP or NDP, and has no answer: then no packet
/// to it has left this machine. False if the kernel does not tell. Cost: two short queries to the kernel.
#[cfg(target_os = "linux")]
pub(super) fn is_next_hop_silent(peer: IpAddr) -> bool {
    let peer = peer.to_canonical();
    let unspecified = if peer.is_ipv4() { IpAddr::from([0; 4]) } else { IpAddr::from([0; 16]) };
    let route = netlink::query_route(unspecified, peer).unwrap_or_default();
    let hop = route.gateway.unwrap_or(peer);
    route.interface.is_some_and(|interface| netlink::is_neighbour_silent(interface, hop))
}

/// Not known on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_next_hop_silent(_peer: IpAddr) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn kernel_route(_source: IpAddr, _peer: IpAddr) -> (Option<String>, Option<IpAddr>) {
    (None, None)
}

/// The interface and the router from the kernel's routing tables (rtnetlink(7), RTM_GETROUTE).
#[cfg(target_os = "linux")]
fn kernel_route(source: IpAddr, peer: IpAddr) -> (Option<String>, Option<IpAddr>) {
    let Some(answer) = netlink::query_route(source, peer) else { return (None, None) };
    let interface = answer.interface.and_then(system::interface_name);
    (interface, answer.gateway)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_to_this_machine_takes_the_loopback_interface() {
        let ends = ("127.0.0.1:5".parse().unwrap(), "127.0.0.1:80".parse().unwrap());
        let route = look_up_route(ends.0, ends.1);
        assert_eq!((route.interface.as_deref(), route.gateway), (Some("lo"), None));
    }
}
