//! A listener of the Unix domain: every connection that it accepts becomes a session of its own.

use std::io;
use std::sync::Arc;

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::{UnixListener, UnixStream};

use super::socket_file::{SocketFile, report_file_end};
use super::{address, credentials};
use crate::net::accept_loop::{BACKLOG, ConnectionAcceptor, ListenerSettings};
use crate::net::accept_queue::AcceptQueueWatch;
use crate::net::children::AcceptedChildren;
use crate::net::hub::TaskContext;
use crate::net::stream::{self, StreamConnection, StreamTransport};
use crate::net::{fault, option};
use crate::sessions::news::UnixNews;
use crate::sessions::spec::{Script, UnixListenSpec};
use crate::sessions::{CloseReason, News};
use crate::wire::option::{OptionScope, SocketKind};
use crate::wire::unix::UnixAddress;
use crate::wire::{FailedOperation, Failure};

/// The task of a listener.
pub(super) async fn run(spec: UnixListenSpec, script: Script, mut context: TaskContext) {
    let (listener, file, replaced) = match listen(&spec) {
        Ok(opened) => opened,
        Err(failure) => return context.report_not_opened(failure).await,
    };
    let local = spec.local.clone();
    context.journal.news(News::Unix(UnixNews::Listening { local: local.clone(), replaced })).await;
    option::report_all(&listener, &spec.socket.options, OptionScope::UNIX, &context.journal).await;
    let mut queue = AcceptQueueWatch::of_unix();
    queue.report(&listener, &context.journal).await;
    let (children, ended) = AcceptedChildren::new(local.to_string(), spec.limit, spec.socket.idle_timeout, script);
    let settings = ListenerSettings {
        local: local.to_string(),
        options: spec.socket.options,
        scope: OptionScope::UNIX,
        children,
        accepting: spec.accepting,
    };
    let mut acceptor = UnixAcceptor { local: local.clone() };
    settings.run(&mut acceptor, &listener, &mut context, ended, &mut queue).await;
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
    option::set_all(&socket, &spec.socket.options, OptionScope::UNIX)?;
    let (file, replaced) = SocketFile::bind(&socket, &spec.local, spec.replace, FailedOperation::Listen)?;
    let backlog = i32::try_from(spec.backlog.unwrap_or(BACKLOG)).unwrap_or(i32::MAX);
    socket.listen(backlog).map_err(failed)?;
    Ok((UnixListener::from_std(socket.into()).map_err(failed)?, file, replaced))
}

struct UnixAcceptor {
    local: UnixAddress,
}

impl ConnectionAcceptor for UnixAcceptor {
    type Listener = UnixListener;
    type Accepted = UnixStream;
    const SOCKET: SocketKind = SocketKind::Unix;

    async fn accept(listener: &UnixListener) -> io::Result<UnixStream> {
        listener.accept().await.map(|(stream, _)| stream)
    }

    async fn capture(&mut self, _on: bool, _context: &TaskContext) -> bool {
        false
    }

    async fn admit(
        &mut self,
        _listener: &UnixListener,
        stream: UnixStream,
        settings: &mut ListenerSettings,
        context: &TaskContext,
    ) {
        let (peer, credentials) = (peer_address(&stream), credentials::of_peer(&stream));
        if let Some(why) = settings.children.turn_away_reason() {
            drop(stream);
            context.journal.news(News::Unix(UnixNews::TurnedAway { credentials, why })).await;
            return;
        }
        let (child, tell_end) = settings.children.admit(context);
        let id = child.journal.id;
        // A socket of the Unix domain does not inherit its listener's buffers.
        let (options, scope) = (settings.options.clone(), settings.scope);
        let (listener, local) = (context.journal.id, self.local.clone());
        let name = credentials.map_or_else(|| peer.to_string(), |who| format!("{local} ({who})"));
        let connection = StreamConnection {
            transport: StreamTransport::Plain(stream.into()),
            peer: name,
            script: settings.children.script.clone(),
            idle_timeout: settings.children.idle_timeout,
            urgent: context.net.urgent(id),
            capture: None,
        };
        context.net.spawn(id, "accepted", async move {
            child.journal.news(News::Unix(UnixNews::Accepted { listener, local, peer, credentials })).await;
            for (name, value) in options {
                option::set_and_report(connection.transport.socket(), name, value, scope, &child.journal).await;
            }
            stream::run(connection, child).await;
            // An error means that the listener is closed: nobody receives the report.
            let _closed = tell_end.send(id).await.is_err();
        });
    }
}

/// The address that the peer has bound; nearly always none.
fn peer_address(stream: &UnixStream) -> UnixAddress {
    let peer: io::Result<SockAddr> = socket2::SockRef::from(stream).peer_addr();
    peer.map_or(UnixAddress::Unnamed, |peer| address::from_system(&peer))
}
