//! A listener of the Unix domain: every connection that it accepts becomes a session of its own.

use std::io;
use std::sync::Arc;

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::Instant;

use super::socket_file::{SocketFile, report_file_end};
use super::{address, credentials};
use crate::net::accept_queue::AcceptQueueWatch;
use crate::net::children::{AcceptedChildren, EndedChildren};
use crate::net::hub::TaskContext;
use crate::net::listen::{ACCEPT_PAUSE, BACKLOG};
use crate::net::stream::{self, StreamConnection, StreamTransport};
use crate::net::{fault, option};
use crate::sessions::news::{ListenerNews, UnixNews};
use crate::sessions::order::{ListenerVerb, OrderRefuser, SocketVerb};
use crate::sessions::spec::{self, RequestedOptions, Script, UnixListenSpec};
use crate::sessions::{CloseReason, News, Verb};
use crate::wire::option::SocketKind;
use crate::wire::unix::UnixAddress;
use crate::wire::{FailedOperation, Failure};

/// The task of a listener.
pub(super) async fn run(spec: UnixListenSpec, script: Script, mut context: TaskContext) {
    let (listener, file, replaced) = match listen(&spec) {
        Ok(opened) => opened,
        Err(failure) => {
            context.orders.close();
            context.journal.news(News::Failed(failure)).await;
            context.journal.report_closed(CloseReason::Error).await;
            return;
        }
    };
    context.net.keep_socket_file(file.as_ref());
    let local = spec.local.clone();
    context.journal.news(News::Unix(UnixNews::Listening { local: local.clone(), replaced })).await;
    option::report_all(&listener, &spec.socket.options, false.into(), &context.journal).await;
    let mut queue = AcceptQueueWatch::of_unix();
    queue.report(&listener, &context.journal).await;
    let (children, ended) = AcceptedChildren::new(local.to_string(), spec.limit, spec.socket.idle_timeout, script);
    let acceptor = UnixAcceptor {
        local: local.clone(),
        options: spec.socket.options,
        children,
        accepting: spec.accepting,
        accepting_fails: false,
    };
    acceptor.run(&listener, &mut context, ended, &mut queue).await;
    queue.report(&listener, &context.journal).await;
    drop(listener);
    context.orders.close();
    report_file_end(file, local, &context.journal).await;
    context.journal.report_closed(CloseReason::Local).await;
}

/// A listener, its file, and whether a stale file was removed first.
fn listen(spec: &UnixListenSpec) -> Result<(UnixListener, Option<Arc<SocketFile>>, bool), Failure> {
    let failed = |error: io::Error| fault::from_unix_bind(FailedOperation::Listen, &spec.local, &error, None);
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    option::set_all(&socket, &spec.socket.options, false.into())?;
    let (file, replaced) = SocketFile::bind(&socket, &spec.local, spec.replace, FailedOperation::Listen)?;
    let backlog = i32::try_from(spec.backlog.unwrap_or(BACKLOG)).unwrap_or(i32::MAX);
    socket.listen(backlog).map_err(failed)?;
    Ok((UnixListener::from_std(socket.into()).map_err(failed)?, file, replaced))
}

struct UnixAcceptor {
    local: UnixAddress,
    /// Options set on the listener; its connections get them too.
    options: RequestedOptions,
    children: AcceptedChildren,
    /// Whether connections are accepted; otherwise they stay in the kernel's queue.
    accepting: bool,
    accepting_fails: bool,
}

impl UnixAcceptor {
    /// Accepts until the listener is closed. Its connections stay open.
    async fn run(
        mut self,
        listener: &UnixListener,
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
                        self.accept(stream, peer, context).await;
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
    async fn handle_order(&mut self, verb: Verb, listener: &UnixListener, context: &TaskContext) {
        match verb {
            Verb::Listener(ListenerVerb::Limit(limit)) => self.children.limit = limit,
            Verb::PauseReading | Verb::ContinueReading => {
                let accepting = verb == Verb::ContinueReading;
                if std::mem::replace(&mut self.accepting, accepting) != accepting {
                    context.journal.news(News::Listener(ListenerNews::Accepting(accepting))).await;
                }
            }
            Verb::Socket(SocketVerb::SetOption(name, value)) => {
                if option::set_and_report(listener, name, value.clone(), false.into(), &context.journal).await {
                    spec::request_option(&mut self.options, name, Some(value));
                }
            }
            Verb::Socket(SocketVerb::ReadOptions) => {
                context.journal.news(option::all_values_news(listener, SocketKind::Unix, false.into())).await;
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

    async fn accept(&mut self, stream: UnixStream, peer: UnixAddress, context: &TaskContext) {
        let credentials = credentials::of_peer(&stream);
        if let Some(why) = self.children.turn_away_reason() {
            drop(stream);
            context.journal.news(News::Unix(UnixNews::TurnedAway { credentials, why })).await;
            return;
        }
        let (child, tell_end) = self.children.admit(context);
        let id = child.journal.id;
        // A socket of the Unix domain does not inherit its listener's buffers.
        let options = self.options.clone();
        let (listener, local) = (context.journal.id, self.local.clone());
        let name = credentials.map_or_else(|| peer.to_string(), |who| format!("{local} ({who})"));
        let connection = StreamConnection {
            transport: StreamTransport::Plain(stream.into()),
            peer: name,
            script: self.children.script.clone(),
            idle_timeout: self.children.idle_timeout,
            urgent: context.net.urgent(id),
            capture: None,
        };
        context.net.spawn(id, "accepted", async move {
            child.journal.news(News::Unix(UnixNews::Accepted { listener, local, peer, credentials })).await;
            for (name, value) in options {
                option::set_and_report(connection.transport.socket(), name, value, false.into(), &child.journal).await;
            }
            stream::run(connection, child).await;
            // An error means that the listener is closed: nobody receives the report.
            let _closed = tell_end.send(id).await.is_err();
        });
    }
}

async fn accept(listener: &UnixListener, from: Instant) -> io::Result<(UnixStream, UnixAddress)> {
    if Instant::now() < from {
        tokio::time::sleep_until(from).await;
    }
    let (stream, _) = listener.accept().await?;
    let peer = peer_address(&stream);
    Ok((stream, peer))
}

/// The address that the peer has bound; nearly always none.
fn peer_address(stream: &UnixStream) -> UnixAddress {
    let peer: io::Result<SockAddr> = socket2::SockRef::from(stream).peer_addr();
    peer.map_or(UnixAddress::Unnamed, |peer| address::from_system(&peer))
}
