//! Multicast groups: joining and leaving them on an interface.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use socket2::{InterfaceIndexOrAddress, SockRef, Socket};
use tokio::net::UdpSocket;

#[cfg(target_os = "linux")]
use crate::net::kernel;
use crate::net::system::{AsFd, interface_index};
use crate::net::{fault, resolve};
use crate::sessions::News;
use crate::sessions::news::UdpNews;
use crate::sessions::spec::MulticastGroup;
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// Joins the group; returns the result as news, and a warning if nothing that is sent to the group can arrive.
pub(super) fn join(socket: &UdpSocket, group: &MulticastGroup) -> Vec<News> {
    let local = socket.local_addr().ok();
    hear_joined_only(socket, local.is_some_and(|local| local.is_ipv6()));
    match change(socket, group, GroupChange::Join) {
        Ok(()) => {
            let joined = News::Udp(UdpNews::Joined { group: group.address });
            let warning = local.and_then(|local| out_of_reach(local, group.address));
            [joined].into_iter().chain(warning.map(News::Warned)).collect()
        }
        Err(failure) => vec![News::Warned(failure)],
    }
}

/// Lets the socket hear the groups that it joined itself, and not those that other programs joined on this host
/// (ip(7)). Best effort: older kernels lack the option for IPv6.
pub(super) fn hear_joined_only(socket: &impl AsFd, v6: bool) {
    #[cfg(target_os = "linux")]
    {
        if v6 {
            kernel::set_int(socket, libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_ALL, 0).ok();
        }
        // An IPv6 socket may hear IPv4 groups too.
        kernel::set_int(socket, libc::IPPROTO_IP, libc::IP_MULTICAST_ALL, 0).ok();
    }
    #[cfg(not(target_os = "linux"))]
    let _system_has_no_such_option = (socket, v6);
}

/// Chooses the interface for what is sent to the group `target`: the zone of `host`, if it has one.
pub(super) fn send_on_zone(socket: &Socket, target: SocketAddr, host: &str) -> Result<(), Failure> {
    let Some((_, zone)) = host.split_once('%') else { return Ok(()) };
    let index = resolve::zone_index(host, zone)?;
    let chosen = match target {
        #[cfg(target_os = "linux")]
        SocketAddr::V4(_) => kernel::set_multicast_interface_v4(socket, index),
        #[cfg(not(target_os = "linux"))]
        SocketAddr::V4(_) => Err(io::ErrorKind::Unsupported.into()),
        SocketAddr::V6(_) => socket.set_multicast_if_v6(index),
    };
    chosen.map_err(|error| Failure {
        class: Class::Local,
        ..fault::from_io(FailedOperation::SetOption, target.to_string(), &error)
    })
}

/// A warning if a socket with this local address cannot get what is sent to the group: the kernel compares the local
/// address with the destination of each datagram.
fn out_of_reach(local: SocketAddr, group: IpAddr) -> Option<Failure> {
    let bound = local.ip().to_canonical();
    if bound.is_unspecified() || bound == group {
        return None;
    }
    let (port, any) = (local.port(), if group.is_ipv4() { "0.0.0.0" } else { "[::]" });
    let message = format!(
        "joined, but nothing sent to the group arrives here: the socket is bound to {bound}, and gets only what is sent \
         to that address; bind {any}:{port}"
    );
    let failure = Failure::new(Class::Local, FailedOperation::Join, group.to_string(), message);
    Some(failure.with_reason(FailureReason::GroupOutOfReach))
}

/// Leaves the group; returns the result as news.
pub(super) fn leave(socket: &UdpSocket, group: &MulticastGroup) -> News {
    match change(socket, group, GroupChange::Leave) {
        Ok(()) => News::Udp(UdpNews::Left { group: group.address }),
        Err(failure) => News::Warned(failure),
    }
}

#[derive(Clone, Copy, Debug)]
enum GroupChange {
    Join,
    Leave,
}

impl GroupChange {
    fn operation_name(self) -> FailedOperation {
        match self {
            GroupChange::Join => FailedOperation::Join,
            GroupChange::Leave => FailedOperation::Leave,
        }
    }
}

fn change(socket: &UdpSocket, group: &MulticastGroup, change: GroupChange) -> Result<(), Failure> {
    let refused =
        |message: String| Failure::new(Class::Local, change.operation_name(), group.address.to_string(), message);
    if !group.address.is_multicast() {
        let message = "it is no multicast group: IPv4 groups are 224.0.0.0 to 239.255.255.255, IPv6 groups ff00::/8";
        return Err(refused(message.into()));
    }
    if group.address.is_ipv6() && socket.local_addr().is_ok_and(|local| local.is_ipv4()) {
        return Err(refused("an IPv6 group needs an IPv6 socket, and this one is IPv4: bind it to [::]".into()));
    }
    let interface = GroupInterface::find(group.interface.as_deref())
        .map_err(|error| refused(format!("no interface {}: {error}", group.interface.as_deref().unwrap_or("?"))))?;
    let changed = match group.address {
        IpAddr::V4(address) => {
            let socket = SockRef::from(socket);
            match change {
                GroupChange::Join => socket.join_multicast_v4_n(&address, &interface.to_v4()),
                GroupChange::Leave => socket.leave_multicast_v4_n(&address, &interface.to_v4()),
            }
        }
        IpAddr::V6(address) => {
            let index = interface.index().ok_or_else(|| {
                refused("an IPv6 group is joined on an interface that is given by its name, not its address".into())
            })?;
            match change {
                GroupChange::Join => socket.join_multicast_v6(&address, index),
                GroupChange::Leave => socket.leave_multicast_v6(&address, index),
            }
        }
    };
    changed.map_err(|error| match (error.kind(), change) {
        (io::ErrorKind::AddrInUse, GroupChange::Join) => refused("this socket is in the group already".into()),
        (io::ErrorKind::AddrNotAvailable, GroupChange::Leave) => refused("this socket is not in the group".into()),
        // Whatever the number is, nothing was sent: no peer and no router said this.
        _ => Failure {
            class: Class::Local,
            ..fault::from_io(change.operation_name(), group.address.to_string(), &error)
        },
    })
}

/// Where to join: an interface by its index or one of its IPv4 addresses, or the kernel's choice.
#[derive(Clone, Copy, Debug)]
enum GroupInterface {
    Any,
    Index(u32),
    Address(Ipv4Addr),
}

impl GroupInterface {
    fn find(name: Option<&str>) -> io::Result<Self> {
        let Some(name) = name else { return Ok(GroupInterface::Any) };
        match name.parse() {
            Ok(address) => Ok(GroupInterface::Address(address)),
            Err(_) => match interface_index(name) {
                Some(index) => Ok(GroupInterface::Index(index)),
                None => Err(io::Error::other("this host has none of that name")),
            },
        }
    }

    fn to_v4(self) -> InterfaceIndexOrAddress {
        match self {
            GroupInterface::Any => InterfaceIndexOrAddress::Address(Ipv4Addr::UNSPECIFIED),
            GroupInterface::Index(index) => InterfaceIndexOrAddress::Index(index),
            GroupInterface::Address(address) => InterfaceIndexOrAddress::Address(address),
        }
    }

    /// 0 is the kernel's choice (RFC 3493 §5.2).
    fn index(self) -> Option<u32> {
        match self {
            GroupInterface::Any => Some(0),
            GroupInterface::Index(index) => Some(index),
            GroupInterface::Address(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::spec::MulticastGroup;

    #[test]
    fn a_group_is_out_of_reach_where_the_socket_has_another_address() {
        let told = |local: &str, group: &str| {
            out_of_reach(local.parse().unwrap(), group.parse().unwrap()).map(|failure| failure.message)
        };
        for (local, group) in [
            ("0.0.0.0:5", "239.1.2.3"),
            ("[::]:5", "239.1.2.3"),
            ("[::]:5", "ff02::5"),
            ("239.1.2.3:5", "239.1.2.3"),
            ("[ff02::5]:5", "ff02::5"),
        ] {
            assert_eq!(told(local, group), None, "{local} {group}");
        }
        for (local, group, cure) in [
            ("127.0.0.1:5", "239.1.2.3", "bind 0.0.0.0:5"),
            ("239.1.2.4:5", "239.1.2.3", "bind 0.0.0.0:5"),
            ("[::1]:5", "ff02::5", "bind [::]:5"),
        ] {
            assert!(told(local, group).is_some_and(|message| message.ends_with(cure)), "{local} {group}");
        }
    }

    async fn joining(address: &str, interface: Option<&str>) -> String {
        joining_from("127.0.0.1:0", address, interface).await
    }

    async fn joining_from(local: &str, address: &str, interface: Option<&str>) -> String {
        let socket = UdpSocket::bind(local).await.unwrap();
        let group = MulticastGroup { address: address.parse().unwrap(), interface: interface.map(str::to_owned) };
        match join(&socket, &group).remove(0) {
            News::Warned(failure) => {
                assert_eq!(failure.class, Class::Local);
                failure.message
            }
            other => format!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_cannot_be_joined_is_told_with_the_reason() {
        assert!(joining("192.0.2.1", None).await.contains("no multicast group"));
        assert!(joining("239.1.2.3", Some("nosuch0")).await.contains("no interface nosuch0"));
        assert!(joining_from("[::1]:0", "ff02::1234", Some("127.0.0.1")).await.contains("by its name"));
        for local in ["0.0.0.0:0", "127.0.0.1:0"] {
            for interface in [None, Some("lo")] {
                let told = joining_from(local, "ff02::1", interface).await;
                assert!(told.contains("an IPv6 group needs an IPv6 socket"), "{local}: {told}");
            }
        }
    }
}
