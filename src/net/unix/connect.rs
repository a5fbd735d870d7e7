//! A conversation that we open: connection attempts, waits between them, then the open connection.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::net::UnixStream;
use tokio::time::Instant;

use super::{address, credentials, socket_file};
use crate::net::dialling::{ConnectAttempt, connect_with_retries, report_not_open};
use crate::net::hub::TaskContext;
use crate::net::journal::Journal;
use crate::net::stream::{self, StreamConnection, StreamTransport};
use crate::net::{fault, option, order_queue};
use crate::sessions::News;
use crate::sessions::news::UnixNews;
use crate::sessions::spec::{Script, SocketSpec, UnixSpec};
use crate::text::quantity;
use crate::wire::option::OptionScope;
use crate::wire::unix::UnixAddress;
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// The first wait while a listener's queue is full; doubled up to [`LONGEST_PAUSE`]. The kernel does not tell when there
/// is room.
const FIRST_PAUSE: Duration = Duration::from_millis(2);

const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// The task of a stream.
pub(super) async fn run(
    mut spec: UnixSpec,
    script: Script,
    mut context: TaskContext,
    mut urgent: order_queue::OrderReceiver,
) {
    match connect_with_retries(&mut StreamDial(&mut spec), &context, &mut urgent).await {
        Ok(socket) => {
            let connection = StreamConnection {
                transport: StreamTransport::Plain(socket.into()),
                peer: spec.target.to_string(),
                script,
                idle_timeout: spec.socket.idle_timeout,
                urgent,
                capture: None,
            };
            stream::run(connection, context).await;
        }
        Err(end) => report_not_open(end, &spec.target.to_string(), script, &mut context).await,
    }
}

/// A stream that is dialled.
struct StreamDial<'a>(&'a mut UnixSpec);

impl ConnectAttempt for StreamDial<'_> {
    type Opened = UnixStream;
    type Socket = UnixStream;

    fn socket_spec(&mut self) -> &mut SocketSpec {
        &mut self.0.socket
    }

    async fn connect(&self, attempt: u32, context: &TaskContext) -> Result<UnixStream, Failure> {
        connect_stream(&self.0.target, &self.0.socket, attempt, &context.journal).await
    }

    fn is_retryable(failure: &Failure) -> bool {
        may_pass(failure)
    }

    fn option_socket(opened: &UnixStream) -> (&UnixStream, OptionScope) {
        (opened, OptionScope::UNIX)
    }
}

/// Whether a later attempt may succeed: nobody listens yet, or the queue is full.
pub(super) fn may_pass(failure: &Failure) -> bool {
    matches!(failure.class, Class::Refused | Class::ConnectTimeout) || failure.reason == Some(FailureReason::UnixNoFile)
}

/// One attempt to connect a stream, within the connect time-out. Reports that it began and that it is open; the caller
/// reports its failure.
///
/// # Errors
/// Fails with what the kernel said; with [`Class::ConnectTimeout`] if the listener's queue stayed full.
pub(crate) async fn connect_stream(
    target: &UnixAddress,
    spec: &SocketSpec,
    attempt: u32,
    journal: &Arc<Journal>,
) -> Result<UnixStream, Failure> {
    journal.news(News::Unix(UnixNews::Connecting { peer: target.clone(), attempt })).await;
    let began = Instant::now();
    let deadline = began + spec.connect_timeout;
    let failed = |error: std::io::Error| {
        fault::from_unix(FailedOperation::Connect, target.to_string(), &error, socket_file::is_other_file(target))
    };
    let place = address::to_system(target).map_err(failed)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    option::set_all(&socket, &spec.options, OptionScope::UNIX)?;
    let mut pause = FIRST_PAUSE;
    while let Err(error) = socket.connect(&place) {
        if error.kind() == ErrorKind::Interrupted {
            continue;
        }
        if error.kind() != ErrorKind::WouldBlock {
            return Err(failed(error));
        }
        if pause == FIRST_PAUSE {
            journal.news(News::Unix(UnixNews::QueueFull { peer: target.clone() })).await;
        }
        if Instant::now() + pause > deadline {
            let allowed = quantity::duration(spec.connect_timeout);
            let message = format!("the listener's queue of connections stayed full for {allowed} (EAGAIN)");
            let failure = Failure { message, ..failed(error) };
            return Err(failure);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    let took = began.elapsed();
    let socket = UnixStream::from_std(socket.into()).map_err(failed)?;
    let credentials = credentials::of_peer(&socket);
    let (local, peer) = (UnixAddress::Unnamed, target.clone());
    journal.news(News::Unix(UnixNews::Connected { local, peer, credentials, took, attempt })).await;
    option::report_all(&socket, &spec.options, OptionScope::UNIX, journal).await;
    Ok(socket)
}
