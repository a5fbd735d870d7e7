//! A TCP listener: every connection that it accepts becomes a session of its own.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::accept_queue::AcceptQueueWatch;
use super::capture::{self, CapturePorts, CaptureTap, CaptureWatch};
use super::children::{AcceptedChildren, EndedChildren};
use super::stream::{self, StreamConnection, StreamTransport};
use super::{fault, kernel, option};
use crate::net::hub::TaskContext;
use crate::sessions::news::{ListenerNews, TcpNews};
use crate::sessions::order::{ListenerVerb, OrderRefuser, SocketVerb, StreamVerb};
use crate::sessions::spec::{self, ListenSpec, RequestedOptions, Script};
use crate::sessions::{CloseReason, News, Verb};
use crate::wire::option::SocketKind;
use crate::wire::segment::FlowHint;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::{Evidence, FailedOperation, Failure};

/// How many completed connections the kernel queues before we accept them, unless the user says otherwise.
pub(super) const BACKLOG: u32 = 1024;

/// How long to wait after a failed accept: without a free descriptor, the next one would fail at once, forever.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The task of a listener.
pub(crate) async fn run(spec: ListenSpec, script: Script, capture: bool, mut context: TaskContext) {
    let (listener, local, tap) = match listen(&spec, capture) {
        Ok(opened) => opened,
        Err(failure) => {
            context.orders.close();
            context.journal.news(News::Failed(failure)).await;
            context.journal.report_closed(CloseReason::Error).await;
            return;
        }
    };
    context.journal.news(News::Listener(ListenerNews::Listening { local })).await;
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
    let acceptor = Acceptor {
        local,
        options: spec.socket.options,
        children,
        accepting: spec.accepting,
        accepting_fails: false,
        tap,
    };
    acceptor.run(&listener, &mut context, ended, &mut queue).await;
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

fn listen(spec: &ListenSpec, capture: bool) -> Result<OpenedListener, Failure> {
    let local = spec.local;
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

struct Acceptor {
    local: SocketAddr,
    /// Options set on the listener; its connections get them too.
    options: RequestedOptions,
    children: AcceptedChildren,
    /// Whether connections are accepted; otherwise they stay in the kernel's queue.
    accepting: bool,
    accepting_fails: bool,
    /// The capture for the packets of later connections.
    tap: Option<CaptureTap>,
}

impl Acceptor {
    /// Accepts until the listener is closed. Its connections stay open.
    async fn run(
        mut self,
        listener: &TcpListener,
        context: &mut TaskContext,
        mut ended: EndedChildren,
        queue: &mut AcceptQueueWatch,
    ) {
        let mut accept_from = Instant::now();
        loop {
            tokio::select! {
                biased;
                verb = context.orders.recv() => match verb {
                    None | Some(Verb::Close | Verb::Reset) => return,
                    Some(Verb::Socket(SocketVerb::SampleEvery(period))) => queue.set_period(period),
                    Some(verb) => self.handle_order(verb, listener, context).await,
                },
                Some(child) = ended.recv() => self.children.on_end(child, context).await,
                () = queue.wait() => queue.sample(listener, &context.journal),
                accepted = accept(listener, accept_from), if self.accepting => match accepted {
                    Ok((stream, peer)) => {
                        self.accepting_fails = false;
                        self.accept(listener, stream, peer, context).await;
                    }
                    Err(error) => {
                        accept_from = Instant::now() + ACCEPT_PAUSE;
                        if !self.accepting_fails {
                            self.accepting_fails = true;
                            let failure = fault::from_io(FailedOperation::Accept, self.local.to_string(), &error);
                            context.journal.news(News::Listener(ListenerNews::AcceptFailed(failure))).await;
                        }
                    }
                },
            }
        }
    }

    /// Carries out an order that does not end the listener.
    async fn handle_order(&mut self, verb: Verb, listener: &TcpListener, context: &TaskContext) {
        match verb {
            Verb::Listener(ListenerVerb::Limit(limit)) => self.children.limit = limit,
            Verb::PauseReading | Verb::ContinueReading => {
                let accepting = verb == Verb::ContinueReading;
                if std::mem::replace(&mut self.accepting, accepting) != accepting {
                    context.journal.news(News::Listener(ListenerNews::Accepting(accepting))).await;
                }
            }
            Verb::Socket(SocketVerb::SetOption(name, value)) => {
                let v6 = self.local.is_ipv6();
                if option::set_and_report(listener, name, value.clone(), v6.into(), &context.journal).await {
                    spec::request_option(&mut self.options, name, Some(value));
                }
            }
            Verb::Socket(SocketVerb::ReadOptions) => {
                let all = option::all_values_news(listener, SocketKind::Listener, self.local.is_ipv6().into());
                context.journal.news(all).await;
            }
            Verb::Stream(StreamVerb::Capture(false)) => self.tap = None,
            Verb::Stream(StreamVerb::Capture(true)) => {
                if self.tap.is_none() {
                    self.tap = tap_or_warning(open_tap(self.local), context).await;
                }
            }
            Verb::Send(bytes) => self.children.send_to_all(&bytes, context).await,
            refused @ (Verb::SendFile(_)
            | Verb::Reset
            | Verb::Close
            | Verb::Stream(_)
            | Verb::Datagram(_)
            | Verb::Socket(SocketVerb::SampleEvery(_))) => {
                let failure = refused.refused(OrderRefuser::Listener, self.local.to_string());
                context.journal.news(News::Warned(failure)).await;
            }
        }
    }

    async fn accept(&mut self, listener: &TcpListener, stream: TcpStream, peer: SocketAddr, context: &TaskContext) {
        if let Some(why) = self.children.turn_away_reason() {
            drop(stream);
            context.journal.news(News::Listener(ListenerNews::TurnedAway { peer, why })).await;
            return;
        }
        let (child, tell_end) = self.children.admit(context);
        let id = child.journal.id;
        let local = stream.local_addr().unwrap_or(self.local);
        let v6 = self.local.is_ipv6();
        let inherited = option::read_inheritable(listener, &self.options, v6.into());
        let listener = context.journal.id;
        let mut connection = StreamConnection {
            transport: StreamTransport::Plain(stream.into()),
            peer: peer.to_string(),
            script: self.children.script.clone(),
            idle_timeout: self.children.idle_timeout,
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
            option::apply_inherited(connection.transport.socket(), &inherited, v6.into(), &child.journal).await;
            stream::run(connection, child).await;
            // An error means that the listener is closed: nobody receives the report.
            let _closed = tell_end.send(id).await.is_err();
        });
    }
}

fn state_news(from: TcpState, to: TcpState, cause: StateCause, evidence: Evidence) -> News {
    News::Tcp(TcpNews::State { from, to, cause, evidence, remaining: None })
}

async fn accept(listener: &TcpListener, from: Instant) -> std::io::Result<(TcpStream, SocketAddr)> {
    if Instant::now() < from {
        tokio::time::sleep_until(from).await;
    }
    listener.accept().await
}
