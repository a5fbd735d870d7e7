//! A TCP listener: every connection that it accepts becomes a session of its own.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};

use super::accept_loop::{BACKLOG, ConnectionAcceptor, ListenerSettings};
use super::accept_queue::AcceptQueueWatch;
use super::capture::{self, CapturePorts, CaptureTap, CaptureWatch};
use super::children::AcceptedChildren;
use super::stream::{self, StreamConnection, StreamTransport};
use super::{families, fault, kernel, option};
use crate::net::hub::TaskContext;
use crate::sessions::news::{ListenerNews, TcpNews};
use crate::sessions::spec::{ListenSpec, Script};
use crate::sessions::{CloseReason, News};
use crate::wire::option::SocketKind;
use crate::wire::segment::FlowHint;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::{Evidence, FailedOperation, Failure};

/// The task of a listener.
pub(crate) async fn run(spec: ListenSpec, script: Script, capture: bool, mut context: TaskContext) {
    let opened = families::open_or_v4(spec.local, spec.falls_back_to_ipv4, |local| listen(&spec, local, capture));
    let ((listener, local, tap), fell_back) = match opened {
        Ok(opened) => opened,
        Err(failure) => return context.report_not_opened(failure).await,
    };
    let family = families::taken_family(&listener, local);
    let without_ipv6 = fell_back.then_some(FailedOperation::Listen);
    families::report_listening(&context.journal, local, family, without_ipv6).await;
    let listens = state_news(TcpState::Closed, TcpState::Listen, StateCause::Listen, Evidence::Seen);
    context.journal.news(listens).await;
    option::report_all(&listener, &spec.socket.options, local.is_ipv6().into(), &context.journal).await;
    let tap = match tap {
        Some(opened) => tap_or_warning(opened, &context).await,
        None => None,
    };
    let mut queue = AcceptQueueWatch::of_tcp();
    queue.report(&listener, &context.journal).await;
    let (children, ended) = AcceptedChildren::new(local.to_string(), spec.limit, spec.socket.idle_timeout, script);
    let settings = ListenerSettings {
        local: local.to_string(),
        options: spec.socket.options,
        scope: local.is_ipv6().into(),
        children,
        accepting: spec.accepting,
    };
    settings.run(&mut TcpAcceptor { local, tap }, &listener, &mut context, ended, &mut queue).await;
    queue.report(&listener, &context.journal).await;
    drop(listener);
    context.journal.news(state_news(TcpState::Listen, TcpState::Closed, StateCause::WeClosed, Evidence::Seen)).await;
    context.orders.close();
    context.journal.report_closed(CloseReason::Local).await;
}

/// The capture, if it could be opened; its failure is reported.
async fn tap_or_warning(opened: Result<CaptureTap, Failure>, context: &TaskContext) -> Option<CaptureTap> {
    match opened {
        Ok(tap) => Some(tap),
        Err(failure) => {
            capture::report_refusal(failure, &context.journal).await;
            None
        }
    }
}

/// Opens a capture of the packets to a listener at this address.
fn open_tap(local: SocketAddr) -> Result<CaptureTap, Failure> {
    CaptureTap::open(CapturePorts::Port(local.port()))
}

/// A listener, its own address, and its capture if one was requested.
type OpenedListener = (TcpListener, SocketAddr, Option<Result<CaptureTap, Failure>>);

fn listen(spec: &ListenSpec, local: SocketAddr, capture: bool) -> Result<OpenedListener, Failure> {
    let create = || {
        let socket = socket2::Socket::new(socket2::Domain::for_address(local), socket2::Type::STREAM, None)?;
        // On Linux this allows a port in TIME-WAIT, but never a port with another listener.
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    };
    let failed = |error: std::io::Error| fault::from_bind(FailedOperation::Listen, local, &error);
    let socket = create().map_err(failed)?;
    option::set_all(&socket, &spec.socket.options, local.is_ipv6().into())?;
    let bind = || {
        families::choose_family(&socket, local, spec.socket.family)?;
        socket.bind(&local.into())?;
        kernel::syn::enable_saved_syn(&socket);
        socket.local_addr()
    };
    let bound = bind().map_err(failed)?.as_socket().unwrap_or(local);
    // Before listening: otherwise the first handshakes would not be captured.
    let tap = capture.then(|| open_tap(bound));
    let listen = || {
        socket.listen(i32::try_from(spec.backlog.unwrap_or(BACKLOG)).unwrap_or(i32::MAX))?;
        TcpListener::from_std(socket.into())
    };
    Ok((listen().map_err(failed)?, bound, tap))
}

struct TcpAcceptor {
    local: SocketAddr,
    /// The capture for the packets of later connections.
    tap: Option<CaptureTap>,
}

impl ConnectionAcceptor for TcpAcceptor {
    type Listener = TcpListener;
    type Accepted = (TcpStream, SocketAddr);
    const SOCKET: SocketKind = SocketKind::Listener;

    async fn accept(listener: &TcpListener) -> std::io::Result<(TcpStream, SocketAddr)> {
        listener.accept().await
    }

    async fn capture(&mut self, on: bool, context: &TaskContext) -> bool {
        if !on {
            self.tap = None;
        } else if self.tap.is_none() {
            self.tap = tap_or_warning(open_tap(self.local), context).await;
        }
        true
    }

    async fn admit(
        &mut self,
        listener: &TcpListener,
        (stream, peer): (TcpStream, SocketAddr),
        settings: &mut ListenerSettings,
        context: &TaskContext,
    ) {
        let peer = families::unmapped(peer);
        if let Some(why) = settings.children.turn_away_reason() {
            drop(stream);
            context.journal.news(News::Listener(ListenerNews::TurnedAway { peer, why })).await;
            return;
        }
        let (child, tell_end) = settings.children.admit(context);
        let id = child.journal.id;
        let local = families::unmapped(stream.local_addr().unwrap_or(self.local));
        // An IPv4 connection of an IPv6 socket has the options of IPv4.
        let scope = peer.is_ipv6().into();
        let inherited = option::read_inheritable(listener, &settings.options, scope);
        let listener = context.journal.id;
        let mut connection = StreamConnection {
            transport: StreamTransport::Plain(stream.into()),
            peer: peer.to_string(),
            script: settings.children.script.clone(),
            idle_timeout: settings.children.idle_timeout,
            urgent: context.net.urgent(id),
            capture: None,
        };
        let tap = self.tap.clone();
        context.net.spawn(id, "accepted", async move {
            let syn = kernel::syn::saved_syn(connection.transport.socket());
            child.journal.news(News::Listener(ListenerNews::Accepted { listener, local, peer })).await;
            if let Some(tap) = &tap {
                let watch = CaptureWatch::new(tap, &child.journal);
                watch.assign(local, peer, FlowHint::default());
                connection.capture = Some(watch);
            }
            let known = if syn.is_some() { Evidence::Kernel } else { Evidence::Inferred };
            child
                .journal
                .news(state_news(TcpState::Listen, TcpState::SynReceived, StateCause::SynArrived, known))
                .await;
            if let Some(syn) = syn {
                child.journal.news(News::Tcp(TcpNews::PeerSyn(syn))).await;
            }
            let accepted =
                state_news(TcpState::SynReceived, TcpState::Established, StateCause::Accepted, Evidence::Seen);
            child.journal.news(accepted).await;
            option::apply_inherited(connection.transport.socket(), &inherited, scope, &child.journal).await;
            stream::run(connection, child).await;
            // An error means that the listener is closed: nobody receives the report.
            let _closed = tell_end.send(id).await.is_err();
        });
    }
}

fn state_news(from: TcpState, to: TcpState, cause: StateCause, evidence: Evidence) -> News {
    News::Tcp(TcpNews::State { from, to, cause, evidence, remaining: None })
}
