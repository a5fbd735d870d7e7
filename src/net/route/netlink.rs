//! Queries the kernel's routing and neighbour tables, byte by byte (netlink(7), rtnetlink(7)).

use std::net::IpAddr;
use std::os::fd::AsRawFd as _;

use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket};

/// The kernel's answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RouteReply {
    /// The interface's index.
    pub(super) interface: Option<u32>,
    /// The router.
    pub(super) gateway: Option<IpAddr>,
}

/// The lengths of `struct nlmsghdr` and `struct rtmsg`.
const HEADER: usize = 16;
const ROUTE: usize = 12;

/// Queries the route from `source` to `peer`. Never waits: the kernel answers within the call, or not at all.
pub(super) fn query_route(source: IpAddr, peer: IpAddr) -> Option<RouteReply> {
    read(&query(&route_request(source, peer))?)
}

/// Whether the kernel waits for this neighbour's answer, or has given up (neighbour states INCOMPLETE and FAILED, Linux
/// 5.0 and newer).
pub(super) fn is_neighbour_silent(interface: u32, hop: IpAddr) -> bool {
    let reply = query(&neighbour_request(interface, hop)).unwrap_or_default();
    neighbour_state(&reply).is_some_and(|state| state & (libc::NUD_INCOMPLETE | libc::NUD_FAILED) != 0)
}

fn query(request: &[u8]) -> Option<Vec<u8>> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let socket = socket(AddressFamily::Netlink, SockType::Raw, flags, SockProtocol::NetlinkRoute).ok()?;
    send(socket.as_raw_fd(), request, MsgFlags::empty()).ok()?;
    let mut buffer = vec![0; 4_096];
    let length = recv(socket.as_raw_fd(), &mut buffer, MsgFlags::MSG_DONTWAIT).ok()?;
    buffer.truncate(length);
    Some(buffer)
}

fn route_request(source: IpAddr, peer: IpAddr) -> Vec<u8> {
    let mut attributes = attribute(libc::RTA_DST, peer);
    if source.is_ipv4() == peer.is_ipv4() && !source.is_unspecified() {
        attributes.extend(attribute(libc::RTA_SRC, source));
    }
    let bits = |ip: IpAddr| if ip.is_ipv4() { 32 } else { 128 };
    let mut header = vec![family(peer), bits(peer), bits(source), 0];
    header.extend([0; 8]);
    message(libc::RTM_GETROUTE, &header, &attributes)
}

fn neighbour_request(interface: u32, hop: IpAddr) -> Vec<u8> {
    // `struct ndmsg`: the family, padding, the interface, then state, flags and type.
    let header = [&[family(hop), 0, 0, 0][..], &interface.to_ne_bytes(), &[0; 4]].concat();
    message(libc::RTM_GETNEIGH, &header, &attribute(libc::NDA_DST, hop))
}

fn message(kind: u16, header: &[u8], attributes: &[u8]) -> Vec<u8> {
    let length = HEADER + header.len() + attributes.len();
    let mut bytes = Vec::with_capacity(length);
    bytes.extend(u32::try_from(length).unwrap_or(u32::MAX).to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(u16::try_from(libc::NLM_F_REQUEST).unwrap_or_default().to_ne_bytes());
    bytes.extend([0; 8]);
    bytes.extend(header);
    bytes.extend(attributes);
    bytes
}

fn family(ip: IpAddr) -> u8 {
    let family = if ip.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
    u8::try_from(family).unwrap_or_default()
}

/// The state in a neighbour's entry; `None` if there is no entry.
fn neighbour_state(bytes: &[u8]) -> Option<u16> {
    let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
    let state = bytes.get(HEADER + 8..HEADER + 10)?.try_into().ok()?;
    (kind == libc::RTM_NEWNEIGH).then(|| u16::from_ne_bytes(state))
}

fn attribute(kind: u16, ip: IpAddr) -> Vec<u8> {
    let value = match ip {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    let length = u16::try_from(4 + value.len()).unwrap_or_default();
    [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), &value].concat()
}

/// Parses the answer; `None` if it is an error or is not valid.
fn read(bytes: &[u8]) -> Option<RouteReply> {
    let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
    if kind != libc::RTM_NEWROUTE {
        return None;
    }
    let mut answer = RouteReply::default();
    let mut rest = bytes.get(HEADER + ROUTE..)?;
    while let Some(head) = rest.get(..4) {
        let length = usize::from(u16::from_ne_bytes([head[0], head[1]]));
        let kind = u16::from_ne_bytes([head[2], head[3]]);
        let value = rest.get(4..length)?;
        match kind {
            libc::RTA_OIF => answer.interface = value.try_into().ok().map(u32::from_ne_bytes),
            libc::RTA_GATEWAY => answer.gateway = address(value),
            _ => {}
        }
        // Attributes begin at multiples of four bytes.
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(answer)
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from);
    v4.or_else(|| <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_interface_and_router() {
        let mut bytes = vec![0; HEADER + ROUTE];
        bytes[4..6].copy_from_slice(&libc::RTM_NEWROUTE.to_ne_bytes());
        bytes.extend(attribute(libc::RTA_DST, "192.0.2.1".parse().unwrap()));
        bytes.extend(attribute(libc::RTA_GATEWAY, "192.0.2.254".parse().unwrap()));
        bytes.extend([8_u16.to_ne_bytes(), libc::RTA_OIF.to_ne_bytes()].concat());
        bytes.extend(3_u32.to_ne_bytes());
        let expected = RouteReply { interface: Some(3), gateway: "192.0.2.254".parse().ok() };
        assert_eq!(read(&bytes), Some(expected));
        for cut in 0..bytes.len() {
            read(&bytes[..cut]);
        }
    }
}
