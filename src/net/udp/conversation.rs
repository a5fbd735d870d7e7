//! A UDP conversation: a socket that is connected to one peer, or one that sends to a target and hears every address.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::multicast;
use super::open::{
    OpenedSocket, broadcast_not_asked_for, configured_socket, register, report_receive_buffer, unspecified_address,
};
use super::orders::UdpOrders;
use super::shared::{SendTarget, SharedSocket, UdpEnding, UdpLimits, UdpPlan};
use super::strangers::StrangerWatch;
use crate::net::hub::TaskContext;
use crate::net::journal::Journal;
use crate::net::{fault, option, order_queue, resolve, route};
use crate::sessions::news::DialNews;
use crate::sessions::order::SocketVerb;
use crate::sessions::spec::UdpSpec;
use crate::sessions::{CloseReason, News, Verb};
use crate::wire::errno;
use crate::wire::option::OptionScope;
use crate::wire::{Class, FailedOperation, Failure};

/// Runs a UDP conversation, from the look-up of its target to [`News::Closed`]. The urgent queue is open before this
/// returns, so that no order is lost.
pub(crate) fn run(spec: UdpSpec, plan: UdpPlan, context: TaskContext) -> impl Future<Output = ()> {
    let urgent = context.net.urgent(context.journal.id);
    run_connected(spec, plan, context, urgent)
}

async fn run_connected(
    spec: UdpSpec,
    (script, answers): UdpPlan,
    context: TaskContext,
    mut urgent: order_queue::OrderReceiver,
) {
    let TaskContext { journal, orders: plain, net: _net } = context;
    let mut reading = true;
    let found = tokio::select! {
        found = resolve::resolve(&spec.target.host, spec.target.port, spec.socket.family, &journal) => found,
        () = cancelled(&mut urgent, &mut reading, &journal) => return journal.report_closed(CloseReason::Local).await,
    };
    let opened = match found {
        Ok(addresses) => open_first(&spec, &addresses, &journal).await,
        Err(failure) => Err(failure),
    };
    let (opened, target, others) = match opened {
        Ok(opened) => opened,
        Err(failure) => return UdpEnding::Failed(failure).report(&journal).await,
    };
    report_receive_buffer(&journal, &opened, spec.receive).await;
    let scope = OptionScope::new(opened.local.is_ipv6(), target.is_group());
    option::report_all(&opened.socket, &spec.socket.options, scope, &journal).await;
    let strangers = match target {
        SendTarget::Peer(_) => StrangerWatch::beside(&opened.socket),
        SendTarget::Address(_) | SendTarget::LastHeard => StrangerWatch::none(),
    };
    let idle_timeout = spec.socket.idle_timeout;
    let limits = UdpLimits { idle_timeout, answers, datagram_size: spec.datagram_size };
    let mut shared = SharedSocket::new(journal, opened, target, limits);
    shared.others = others;
    if !reading {
        shared.set_reading(false).await;
    }
    shared.run(UdpOrders { urgent, plain }, script, strangers).await;
}

/// Resolves when the session is closed or reset; updates `reading` on pause and continue.
async fn cancelled(urgent: &mut order_queue::OrderReceiver, reading: &mut bool, journal: &Arc<Journal>) {
    loop {
        match urgent.recv().await {
            None | Some(Verb::Close | Verb::Reset) => return,
            Some(Verb::PauseReading) => *reading = false,
            Some(Verb::ContinueReading) => *reading = true,
            Some(Verb::Socket(SocketVerb::ReadOptions | SocketVerb::SampleEvery(_))) => {}
            Some(_too_early) => {
                journal
                    .news(News::Warned(Failure::new(Class::Usage, FailedOperation::Order, "", "not open yet")))
                    .await;
            }
        }
    }
}

/// Tries the addresses in order; the target is the first one that the kernel has a route to.
///
/// UDP's `connect()` sends nothing, so the first address with a route wins, whether or not anybody listens there. The
/// addresses after it, which are not used, come back too.
async fn open_first(
    spec: &UdpSpec,
    addresses: &[SocketAddr],
    journal: &Arc<Journal>,
) -> Result<(OpenedSocket, SendTarget, Vec<SocketAddr>), Failure> {
    let usable = |target: &&SocketAddr| spec.socket.bind.is_none_or(|bind| bind.is_ipv4() == target.is_ipv4());
    let usable: Vec<SocketAddr> = addresses.iter().filter(usable).copied().collect();
    let mut last = Failure::new(
        Class::Local,
        FailedOperation::Bind,
        spec.target.to_string(),
        "the local address and the target are of different families: bind an address of the target's family",
    );
    for (place, address) in usable.iter().enumerate() {
        let (begun, target) = (Instant::now(), *address);
        let hears_all = spec.any_peer || target.ip().is_multicast() || (spec.broadcast && is_broadcast(target));
        let opened = if hears_all {
            open_unconnected(spec, target)
        } else {
            journal.news(News::Dial(DialNews::Connecting { peer: target, attempt: 1, begun: true })).await;
            open_connected(spec, target).map(|opened| (opened.local, opened))
        };
        match opened {
            Ok((source, opened)) => {
                let (local, took) = (opened.local, begun.elapsed());
                let (news, to) = if hears_all {
                    (DialNews::Opened { local, target }, SendTarget::Address(target))
                } else {
                    (DialNews::Connected { local, peer: target, took, attempt: 1 }, SendTarget::Peer(target))
                };
                journal.news(News::Dial(news)).await;
                route::report_route(source, target, journal).await;
                return Ok((opened, to, usable[place + 1..].to_vec()));
            }
            Err(failure) => {
                if place + 1 < usable.len() {
                    let news = News::Dial(DialNews::AttemptFailed { failure: failure.clone(), took: begun.elapsed() });
                    journal.news(news).await;
                }
                last = failure;
            }
        }
    }
    Err(last)
}

/// Whether the kernel routes this address as a broadcast: without the broadcast option it refuses to connect to it.
fn is_broadcast(target: SocketAddr) -> bool {
    let connect = || -> std::io::Result<()> {
        let socket = Socket::new(Domain::for_address(target), Type::DGRAM, Some(Protocol::UDP))?;
        socket.connect(&SockAddr::from(target))
    };
    target.ip() == IpAddr::V4(Ipv4Addr::BROADCAST)
        || connect().is_err_and(|error| error.raw_os_error() == Some(errno::EACCES))
}

/// Opens a socket that is connected to `peer`.
fn open_connected(spec: &UdpSpec, peer: SocketAddr) -> Result<OpenedSocket, Failure> {
    let local = local_address(spec, peer)?;
    let (socket, merged) = bound_socket(spec, local, peer)?;
    let failed = |error: std::io::Error| connect_failure(spec, peer, &error);
    socket.connect(&SockAddr::from(peer)).map_err(failed)?;
    register(socket, merged).map_err(failed)
}

/// Opens a socket that sends to `target` and hears every address. Also returns the source address of its datagrams.
fn open_unconnected(spec: &UdpSpec, target: SocketAddr) -> Result<(SocketAddr, OpenedSocket), Failure> {
    let local = local_address(spec, target)?;
    let (socket, merged) = bound_socket(spec, local, target)?;
    // A socket that is connected for this moment only shows whether there is a route, and from which address.
    let mut from = local;
    from.set_port(0);
    let (probe, _merged) = bound_socket(spec, from, target)?;
    let failed = |error: std::io::Error| connect_failure(spec, target, &error);
    probe.connect(&SockAddr::from(target)).map_err(failed)?;
    let source = probe.local_addr().map_err(failed)?.as_socket().unwrap_or(local);
    let opened = register(socket, merged).map_err(failed)?;
    Ok((source, opened))
}

/// Our own address, or that of any interface. Fails if the target is the broadcast address and that was not allowed.
fn local_address(spec: &UdpSpec, target: SocketAddr) -> Result<SocketAddr, Failure> {
    if target.ip() == IpAddr::V4(Ipv4Addr::BROADCAST) && !spec.broadcast {
        return Err(broadcast_not_asked_for(FailedOperation::Connect, target));
    }
    Ok(spec.socket.bind.unwrap_or_else(|| unspecified_address(target)))
}

/// The failure of a connect(), or of a call after it. Without the broadcast option the kernel refuses a network's
/// broadcast address with EACCES.
fn connect_failure(spec: &UdpSpec, target: SocketAddr, error: &std::io::Error) -> Failure {
    match error.raw_os_error() {
        Some(errno::EACCES) if target.is_ipv4() && !spec.broadcast => {
            broadcast_not_asked_for(FailedOperation::Connect, target)
        }
        _ => fault::from_io(FailedOperation::Connect, target.to_string(), error),
    }
}

/// A socket with the options of the spec, bound to `local`; for a group also on the interface that its zone names.
fn bound_socket(spec: &UdpSpec, local: SocketAddr, target: SocketAddr) -> Result<(Socket, bool), Failure> {
    let is_group = target.ip().is_multicast();
    let (socket, merged) = configured_socket(local, spec.broadcast, spec.receive)?;
    option::set_all(&socket, &spec.socket.options, OptionScope::new(local.is_ipv6(), is_group))?;
    if is_group {
        multicast::hear_joined_only(&socket, local.is_ipv6());
        multicast::send_on_zone(&socket, target, &spec.target.host)?;
    }
    socket.bind(&SockAddr::from(local)).map_err(|error| fault::from_bind(FailedOperation::Bind, local, &error))?;
    Ok((socket, merged))
}
