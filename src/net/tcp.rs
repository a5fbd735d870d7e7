//! A TCP session that we dial: connection attempts, waits between them, then the open connection.

use tokio::net::TcpStream;

use super::capture::{CapturePorts, CaptureWatch};
use super::dialling::{ConnectAttempt, connect_with_retries, report_not_open};
use super::stream::{self, StreamConnection, StreamTransport};
use super::{dial, order_queue};
use crate::net::hub::TaskContext;
use crate::sessions::spec::{Script, SocketSpec, TcpSpec};
use crate::wire::option::OptionScope;
use crate::wire::{Class, Failure};

/// The task of a dialled session. The urgent queue is open before this returns, so that no order is lost.
pub(crate) fn run(
    spec: TcpSpec,
    script: Script,
    capture: bool,
    context: TaskContext,
) -> impl Future<Output = ()> + Send + 'static {
    let urgent = context.net.urgent(context.journal.id);
    session(spec, script, capture, context, urgent)
}

async fn session(
    mut spec: TcpSpec,
    script: Script,
    capture: bool,
    mut context: TaskContext,
    mut urgent: order_queue::OrderReceiver,
) {
    let capture = CaptureWatch::start(capture, CapturePorts::Port(spec.target.port), &context.journal).await;
    let mut dialled = TcpDial { spec: &mut spec, capture: capture.as_ref() };
    match connect_with_retries(&mut dialled, &context, &mut urgent).await {
        Ok(stream) => {
            let peer = stream.peer_addr().map_or_else(|_| spec.target.to_string(), |peer| peer.to_string());
            if let (Some(watch), Ok(local), Ok(peer)) = (&capture, stream.local_addr(), stream.peer_addr()) {
                watch.narrow_to(local, peer);
            }
            let transport = StreamTransport::Plain(stream.into());
            let connection =
                StreamConnection { transport, peer, script, idle_timeout: spec.socket.idle_timeout, urgent, capture };
            stream::run(connection, context).await;
        }
        Err(end) => {
            if let Some(watch) = &capture {
                watch.deliver();
            }
            report_not_open(end, &spec.target.to_string(), script, &mut context).await;
        }
    }
}

/// A TCP session that is dialled.
struct TcpDial<'a> {
    spec: &'a mut TcpSpec,
    capture: Option<&'a CaptureWatch>,
}

impl ConnectAttempt for TcpDial<'_> {
    type Opened = TcpStream;
    type Socket = TcpStream;

    fn socket_spec(&mut self) -> &mut SocketSpec {
        &mut self.spec.socket
    }

    async fn connect(&self, attempt: u32, context: &TaskContext) -> Result<TcpStream, Failure> {
        dial::connect(self.spec, attempt, &context.journal, self.capture).await
    }

    fn is_retryable(failure: &Failure) -> bool {
        is_retryable(failure.class)
    }

    fn option_socket(opened: &TcpStream) -> (&TcpStream, OptionScope) {
        (opened, opened.peer_addr().is_ok_and(|peer| peer.is_ipv6()).into())
    }
}

/// Whether a later attempt may succeed. A fault on our side stays.
pub(super) fn is_retryable(class: Class) -> bool {
    matches!(class, Class::Resolve | Class::Refused | Class::ConnectTimeout | Class::Unreachable | Class::Reset)
}
