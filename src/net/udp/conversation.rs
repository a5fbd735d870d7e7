//! A UDP conversation: a socket that is connected to one peer.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use socket2::SockAddr;

use super::open::{
    OpenedSocket, broadcast_not_asked_for, configured_socket, register, report_receive_buffer, unspecified_address,
};
use super::orders::UdpOrders;
use super::shared::{SharedSocket, UdpEnding, UdpLimits, UdpPlan};
use crate::net::hub::TaskContext;
use crate::net::journal::Journal;
use crate::net::{fault, option, order_queue, resolve, route};
use crate::sessions::news::DialNews;
use crate::sessions::order::SocketVerb;
use crate::sessions::spec::UdpSpec;
use crate::sessions::{CloseReason, News, Verb};
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
    let (opened, peer) = match opened {
        Ok(opened) => opened,
        Err(failure) => return UdpEnding::Failed(failure).report(&journal).await,
    };
    report_receive_buffer(&journal, &opened, spec.receive).await;
    option::report_all(&opened.socket, &spec.socket.options, opened.local.is_ipv6(), &journal).await;
    let shared =
        SharedSocket::new(journal, opened, Some(peer), UdpLimits { idle_timeout: spec.socket.idle_timeout, answers });
    if !reading {
        shared.set_reading(false).await;
    }
    shared.run(UdpOrders { urgent, plain }, script).await;
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

/// Tries the addresses in order; the peer is the first one that the kernel can connect to.
///
/// UDP's `connect()` sends nothing, so the first address with a route wins, whether or not anybody listens there.
async fn open_first(
    spec: &UdpSpec,
    addresses: &[SocketAddr],
    journal: &Arc<Journal>,
) -> Result<(OpenedSocket, SocketAddr), Failure> {
    let usable = |peer: &&SocketAddr| spec.socket.bind.is_none_or(|bind| bind.is_ipv4() == peer.is_ipv4());
    let usable: Vec<SocketAddr> = addresses.iter().filter(usable).copied().collect();
    let mut last = Failure::new(
        Class::Local,
        FailedOperation::Bind,
        spec.target.to_string(),
        "the local address and the target are of different families: bind an address of the target's family",
    );
    for (place, peer) in usable.iter().enumerate() {
        let begun = Instant::now();
        journal.news(News::Dial(DialNews::Connecting { peer: *peer, attempt: 1, begun: true })).await;
        match open_one(spec, *peer) {
            Ok(opened) => {
                let took = begun.elapsed();
                journal
                    .news(News::Dial(DialNews::Connected { local: opened.local, peer: *peer, took, attempt: 1 }))
                    .await;
                route::report_route(opened.local, *peer, journal).await;
                return Ok((opened, *peer));
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

/// Opens a socket that is connected to `peer`.
fn open_one(spec: &UdpSpec, peer: SocketAddr) -> Result<OpenedSocket, Failure> {
    if peer.ip() == IpAddr::V4(Ipv4Addr::BROADCAST) && !spec.broadcast {
        return Err(broadcast_not_asked_for(FailedOperation::Connect, peer));
    }
    let local = spec.socket.bind.unwrap_or_else(|| unspecified_address(peer));
    let (socket, merged) = configured_socket(local, spec.broadcast, spec.receive)?;
    option::set_all(&socket, &spec.socket.options, local.is_ipv6())?;
    socket.bind(&SockAddr::from(local)).map_err(|error| fault::from_bind(FailedOperation::Bind, local, &error))?;
    let failed = |error: std::io::Error| fault::from_io(FailedOperation::Connect, peer.to_string(), &error);
    socket.connect(&SockAddr::from(peer)).map_err(failed)?;
    register(socket, merged).map_err(failed)
}
