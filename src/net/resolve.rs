//! Resolves a host name for a connection, with the system's resolver.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::Arc;

use tokio::time::Instant;

use super::dns::SecondOpinion;
use super::fault;
use super::journal::Journal;
use crate::net::system::interface_index;
use crate::sessions::News;
use crate::sessions::news::{DialNews, MOST_ADDRESSES};
use crate::sessions::spec::IpFamily;
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// A host's addresses of the requested family, in the order in which to try them: families interleaved, IPv6 first.
///
/// An address, with or without a zone, is returned as it is and reports nothing; a name reports [`DialNews::Resolving`]
/// and [`DialNews::Resolved`].
///
/// # Errors
/// Fails with [`Class::Resolve`] if the name has no address, or none of this family.
pub(crate) async fn resolve(
    host: &str,
    port: u16,
    family: IpFamily,
    journal: &Arc<Journal>,
) -> Result<Vec<SocketAddr>, Failure> {
    if let Some(literal) = literal(host, port)? {
        return match family.admits(literal.ip()) {
            true => Ok(vec![literal]),
            false => Err(none_left(host, family)),
        };
    }
    let began = Instant::now();
    journal.news(News::Dial(DialNews::Resolving { host: host.to_owned() })).await;
    let beside = SecondOpinion::start(host, family, journal);
    let found = match tokio::net::lookup_host((host, port)).await {
        Ok(found) => found.collect::<Vec<SocketAddr>>().into_iter(),
        Err(error) => {
            let failure = fault::from_io(FailedOperation::Resolve, host, &error);
            beside.on_system_failure(failure.message.clone()).await;
            return Err(failure);
        }
    };
    beside.on_system_answer(found.clone().map(|address| address.ip()).collect());
    let addresses = in_order(found.filter(|address| family.admits(address.ip())));
    if addresses.is_empty() {
        return Err(none_left(host, family));
    }
    let ips = addresses.iter().map(SocketAddr::ip).collect();
    journal.news(News::Dial(DialNews::Resolved { host: host.to_owned(), addresses: ips, took: began.elapsed() })).await;
    Ok(addresses)
}

pub(super) fn none_left(host: &str, family: IpFamily) -> Failure {
    let (reason, message) = match family {
        IpFamily::Any => (FailureReason::NoAddress, "the name has no address"),
        IpFamily::V4 => (FailureReason::NoAddressOfFamily, "there is no IPv4 address, and only IPv4 was asked for"),
        IpFamily::V6 => (FailureReason::NoAddressOfFamily, "there is no IPv6 address, and only IPv6 was asked for"),
    };
    Failure::new(Class::Resolve, FailedOperation::Resolve, host, message).with_reason(reason)
}

/// The address that `host` spells, with its zone (`fe80::1%eth0`, `fe80::1%2`); `None` for a name.
pub(super) fn literal(host: &str, port: u16) -> Result<Option<SocketAddr>, Failure> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(Some(SocketAddr::new(ip, port)));
    }
    let Some((address, zone)) = host.split_once('%') else { return Ok(None) };
    // The zone of an IPv4 group chooses the interface for what is sent; it is no part of the address.
    if let Some(group) = address.parse::<Ipv4Addr>().ok().filter(Ipv4Addr::is_multicast) {
        zone_index(host, zone)?;
        return Ok(Some(SocketAddr::new(group.into(), port)));
    }
    let Ok(ip) = address.parse::<Ipv6Addr>() else { return Ok(None) };
    Ok(Some(SocketAddrV6::new(ip, port, 0, zone_index(host, zone)?).into()))
}

/// The index of the interface that the zone of `host` names, by its name or its number.
pub(super) fn zone_index(host: &str, zone: &str) -> Result<u32, Failure> {
    interface_index(zone).ok_or_else(|| {
        Failure::new(
            Class::Resolve,
            FailedOperation::Resolve,
            host,
            format!("this host has no network interface named {zone}"),
        )
        .with_reason(FailureReason::NoSuchInterface)
    })
}

/// RFC 8305 §4: families alternate, IPv6 first; each address once.
pub(super) fn in_order(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut seen = HashSet::new();
    let unique = found.filter(|address| seen.insert(*address)).take(MOST_ADDRESSES);
    let (v6, v4): (Vec<_>, Vec<_>) = unique.partition(SocketAddr::is_ipv6);
    let (mut v6, mut v4) = (v6.into_iter(), v4.into_iter());
    let mut ordered = Vec::with_capacity(v6.len() + v4.len());
    while v6.len() + v4.len() > 0 {
        ordered.extend(v6.next().into_iter().chain(v4.next()));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns_and_ipv6_begins() {
        let found = ["1.1.1.1:1", "1.1.1.1:1", "2.2.2.2:1", "3.3.3.3:1", "[::1]:1", "[::2]:1"];
        let ordered = in_order(found.iter().map(|address| address.parse().unwrap()));
        let expected = ["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "3.3.3.3:1"];
        assert_eq!(ordered, expected.map(|address| address.parse().unwrap()));
    }

    #[test]
    fn a_zone_is_a_number_or_an_interface() {
        let zoned = literal("fe80::1%7", 80).unwrap().unwrap();
        assert_eq!(zoned, SocketAddrV6::new("fe80::1".parse().unwrap(), 80, 0, 7).into());
        assert_eq!(literal("fe80::1%nosuchinterface", 80).unwrap_err().class, Class::Resolve);
        assert_eq!(literal("example.org", 80).unwrap(), None);
    }
}
