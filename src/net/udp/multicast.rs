//! Multicast groups: joining and leaving them on an interface.

use std::io;
use std::net::{IpAddr, Ipv4Addr};

use socket2::{InterfaceIndexOrAddress, SockRef};
use tokio::net::UdpSocket;

use crate::net::fault;
use crate::net::system::interface_index;
use crate::sessions::News;
use crate::sessions::news::UdpNews;
use crate::sessions::spec::MulticastGroup;
use crate::wire::{Class, FailedOperation, Failure};

/// Joins the group; returns the result as news.
pub(super) fn join(socket: &UdpSocket, group: &MulticastGroup) -> News {
    match change(socket, group, GroupChange::Join) {
        Ok(()) => News::Udp(UdpNews::Joined { group: group.address }),
        Err(failure) => News::Warned(failure),
    }
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

    async fn joining(address: &str, interface: Option<&str>) -> String {
        joining_from("127.0.0.1:0", address, interface).await
    }

    async fn joining_from(local: &str, address: &str, interface: Option<&str>) -> String {
        let socket = UdpSocket::bind(local).await.unwrap();
        let group = MulticastGroup { address: address.parse().unwrap(), interface: interface.map(str::to_owned) };
        match join(&socket, &group) {
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
