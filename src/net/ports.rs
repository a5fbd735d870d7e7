//! A range of TCP ports: each is connected to once, many at a time, and closed as soon as it is known.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::{self, StreamExt};

use super::dial;
use super::hub::TaskContext;
use super::journal::Journal;
use super::order_queue::refuse_until_closed;
use super::resolve::{none_left, resolve};
use crate::sessions::news::{PortCounts, PortNews, PortProbe, PortState};
use crate::sessions::order::OrderRefuser;
use crate::sessions::spec::{IpFamily, MOST_AT_ONCE, PortScanSpec};
use crate::sessions::{CloseReason, News};
use crate::text::quantity;
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// The task of a range.
pub(crate) async fn run(spec: PortScanSpec, context: TaskContext) {
    let TaskContext { journal, mut orders, net: _net } = context;
    let end = tokio::select! {
        biased;
        () = refuse_until_closed(&mut orders, &journal, OrderRefuser::Run) => Ok(CloseReason::Local),
        done = scan(&spec, &journal) => done.map(|()| CloseReason::Finished),
    };
    journal.report_end(end).await;
}

/// Tries all ports.
///
/// # Errors
/// Fails if the name has no address, or if no port is open: with the class of the commonest state.
async fn scan(spec: &PortScanSpec, journal: &Arc<Journal>) -> Result<(), Failure> {
    let began = Instant::now();
    let family = match spec.socket.bind {
        Some(local) if local.is_ipv4() => IpFamily::V4,
        Some(_) => IpFamily::V6,
        None => spec.socket.family,
    };
    let looked_up = resolve(&spec.host, 0, family, journal);
    let found = tokio::time::timeout(spec.socket.connect_timeout, looked_up).await.unwrap_or_else(|_| {
        let allowed = quantity::duration(spec.socket.connect_timeout);
        let message = format!("no answer from a name server within {allowed}");
        Err(Failure::new(Class::Resolve, FailedOperation::Resolve, &spec.host, message)
            .with_reason(FailureReason::NameServerSilent))
    })?;
    let addresses = one_of_each_family(&found);
    if addresses.is_empty() {
        return Err(none_left(&spec.host, family));
    }
    journal
        .news(News::Ports(PortNews::Begun {
            ports: spec.ports.count(),
            addresses: addresses.iter().map(SocketAddr::ip).collect(),
        }))
        .await;
    let probes = spec.ports.ports().map(|port| probe(spec, port, &addresses));
    let mut probes = std::pin::pin!(stream::iter(probes).buffer_unordered(MOST_AT_ONCE));
    let mut counts = PortCounts::default();
    while let Some(probe) = probes.next().await {
        counts.add(probe.state);
        journal.news(News::Ports(PortNews::Probed(probe))).await;
    }
    journal.news(News::Ports(PortNews::Done { counts, took: began.elapsed() })).await;
    match counts.commonest() {
        Some(commonest) if counts.of(PortState::Open) == 0 => {
            let message = format!("no port is open: {counts}");
            let failure = Failure::new(commonest.class(), FailedOperation::Connect, spec.range_text(), message);
            Err(failure.with_reason(FailureReason::NoPortOpen))
        }
        _ => Ok(()),
    }
}

/// The first address of each family: a port that is closed at one may be open at the other. More are not tried, as each
/// one that is silent takes its time.
fn one_of_each_family(found: &[SocketAddr]) -> Vec<SocketAddr> {
    let first = |v6: bool| found.iter().position(|address| address.is_ipv6() == v6);
    let mut places: Vec<usize> = [first(true), first(false)].into_iter().flatten().collect();
    places.sort_unstable();
    places.into_iter().filter_map(|place| found.get(place).copied()).collect()
}

/// One port: at each address in turn, until it is open there.
async fn probe(spec: &PortScanSpec, port: u16, addresses: &[SocketAddr]) -> PortProbe {
    let mut best: Option<PortProbe> = None;
    for address in addresses {
        let mut peer = *address;
        peer.set_port(port);
        let began = Instant::now();
        let deadline = (began + spec.socket.connect_timeout).into();
        let tried = dial::connect_once(&spec.socket, peer, deadline).await;
        let took = began.elapsed();
        let found = match tried {
            Ok(stream) => {
                drop(stream);
                return PortProbe { peer, state: PortState::Open, failure: None, took };
            }
            Err(failure) => PortProbe { peer, state: PortState::of_failure(&failure), failure: Some(failure), took },
        };
        if best.as_ref().is_none_or(|best| found.state < best.state) {
            best = Some(found);
        }
    }
    // There is an address: the caller has checked.
    best.unwrap_or_else(|| PortProbe {
        peer: SocketAddr::new(IpAddr::from([0, 0, 0, 0]), port),
        state: PortState::Untried,
        failure: None,
        took: std::time::Duration::ZERO,
    })
}
