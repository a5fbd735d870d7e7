//! The look-up of a conversation's target.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use crate::net::journal::Journal;
use crate::wire::spec::Family;
use crate::wire::{Class, Failure, News};

/// The addresses of `host` that `family` admits, in the order in which the system gives them; never empty.
///
/// Only a name is told as news; an address needs no look-up.
pub(super) async fn resolve(
    host: &str,
    port: u16,
    family: Family,
    journal: &Arc<Journal>,
) -> Result<Vec<SocketAddr>, Failure> {
    let literal = is_literal(host);
    if !literal {
        journal.news(News::Resolving { host: host.to_owned() }).await;
    }
    let begun = Instant::now();
    let found = tokio::net::lookup_host((host, port)).await.map_err(|error| {
        let mut failure = Failure::new(Class::Resolve, "resolve", host, error.to_string());
        failure.os_code = error.raw_os_error();
        failure
    })?;
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in found.filter(|address| family.admits(address.ip())) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        let message = match family {
            Family::Any => "the name has no address",
            Family::V4 => "it has no IPv4 address",
            Family::V6 => "it has no IPv6 address",
        };
        return Err(Failure::new(Class::Resolve, "resolve", host, message));
    }
    if !literal {
        let list: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
        journal.news(News::Resolved { host: host.to_owned(), addresses: list, took: begun.elapsed() }).await;
    }
    Ok(addresses)
}

/// Whether `host` is an address, a zone as in `fe80::1%eth0` included.
fn is_literal(host: &str) -> bool {
    let without_zone = host.split('%').next().unwrap_or(host);
    host.parse::<IpAddr>().is_ok() || without_zone.parse::<Ipv6Addr>().is_ok()
}
