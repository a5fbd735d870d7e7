//! A bound UDP socket: it receives from any peer, and sends to any.

use std::net::SocketAddr;

use socket2::{SockAddr, Socket};

use super::multicast;
use super::open::{OpenedSocket, configured_socket, register, report_receive_buffer};
use super::orders::UdpOrders;
use super::shared::{SendTarget, SharedSocket, UdpEnding, UdpLimits, UdpPlan};
use super::strangers::StrangerWatch;
use crate::net::hub::TaskContext;
use crate::net::{families, fault, option, order_queue};
use crate::sessions::spec::UdpBoundSpec;
use crate::wire::{FailedOperation, Failure};

/// Runs a bound UDP socket, from its binding to [`News::Closed`](crate::sessions::News::Closed).
///
/// The script waits for the first datagram: before that there is no peer to send to.
pub(crate) fn run_bound(spec: UdpBoundSpec, plan: UdpPlan, context: TaskContext) -> impl Future<Output = ()> {
    let urgent = context.net.urgent(context.journal.id);
    open_and_run(spec, plan, context, urgent)
}

async fn open_and_run(
    spec: UdpBoundSpec,
    (script, answers): UdpPlan,
    context: TaskContext,
    urgent: order_queue::OrderReceiver,
) {
    let TaskContext { journal, orders: plain, net: _net } = context;
    let opened = families::open_or_v4(spec.local, spec.falls_back_to_ipv4, |local| open(&spec, local));
    let (opened, fell_back) = match opened {
        Ok(opened) => opened,
        Err(failure) => return UdpEnding::Failed(failure).report(&journal).await,
    };
    let family = families::taken_family(&opened.socket, opened.local);
    let without_ipv6 = fell_back.then_some(FailedOperation::Bind);
    families::report_listening(&journal, opened.local, family, without_ipv6).await;
    report_receive_buffer(&journal, &opened, spec.receive).await;
    option::report_all(&opened.socket, &spec.socket.options, opened.local.is_ipv6().into(), &journal).await;
    for wanted in &spec.groups {
        for news in multicast::join(&opened.socket, wanted) {
            journal.news(news).await;
        }
    }
    let idle_timeout = spec.socket.idle_timeout;
    let limits = UdpLimits { idle_timeout, answers, datagram_size: spec.datagram_size };
    let shared = SharedSocket::new(journal, opened, SendTarget::LastHeard, limits);
    shared.run(UdpOrders { urgent, plain }, script, StrangerWatch::none()).await;
}

fn open(spec: &UdpBoundSpec, local: SocketAddr) -> Result<OpenedSocket, Failure> {
    let failed = |error: std::io::Error| fault::from_bind(FailedOperation::Bind, local, &error);
    let (socket, merged) = configured_socket(local, spec.broadcast, spec.receive)?;
    option::set_all(&socket, &spec.socket.options, local.is_ipv6().into())?;
    allow_shared_group_port(&socket, spec).map_err(failed)?;
    families::choose_family(&socket, local, spec.socket.family).map_err(failed)?;
    socket.bind(&SockAddr::from(local)).map_err(failed)?;
    register(socket, merged).map_err(failed)
}

/// Lets other programs bind the same port of a group; a unicast address stays ours alone.
fn allow_shared_group_port(socket: &Socket, spec: &UdpBoundSpec) -> std::io::Result<()> {
    if spec.groups.is_empty() && !spec.local.ip().is_multicast() {
        return Ok(());
    }
    socket.set_reuse_address(true)
}
