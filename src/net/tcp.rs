//! A TCP session that we dial: connection attempts, waits between them, then the open connection.

use std::time::Duration;

use tokio::net::TcpStream;

use super::capture::{CapturePorts, CaptureWatch};
use super::dialling::{NotOpen, report_not_open, until_given_up};
use super::stream::{self, StreamConnection, StreamTransport};
use super::{dial, option, order_queue};
use crate::net::hub::TaskContext;
use crate::sessions::News;
use crate::sessions::news::DialNews;
use crate::sessions::spec::{RequestedOptions, Script, TcpSpec, request_option};
use crate::wire::Class;

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
    match connect_with_retries(&mut spec, capture.as_ref(), &context, &mut urgent).await {
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

/// Attempts to connect until one succeeds, all attempts failed, or the user gives up. Options requested meanwhile are
/// set on the next attempt's socket; if an attempt connects, on its socket at once.
async fn connect_with_retries(
    spec: &mut TcpSpec,
    capture: Option<&CaptureWatch>,
    context: &TaskContext,
    urgent: &mut order_queue::OrderReceiver,
) -> Result<TcpStream, NotOpen> {
    let of = spec.socket.retry.times.saturating_add(1);
    let mut attempt = 1;
    loop {
        let mut later = RequestedOptions::new();
        let connecting = dial::connect(spec, attempt, &context.journal, capture);
        let outcome = until_given_up(connecting, context, urgent, &mut later).await?;
        let failure = match outcome {
            Ok(stream) => {
                let v6 = stream.peer_addr().is_ok_and(|peer| peer.is_ipv6());
                for (name, value) in later {
                    option::set_and_report(&stream, name, value, v6.into(), &context.journal).await;
                }
                return Ok(stream);
            }
            Err(failure) if attempt < of && is_retryable(failure.class) => failure,
            Err(failure) => return Err(NotOpen::Failed(failure)),
        };
        attempt += 1;
        let after = spec.socket.retry.wait_before(attempt, fastrand::f64());
        context.journal.news(News::Dial(DialNews::Retrying { attempt, of, after, because: failure })).await;
        until_given_up(pause(after), context, urgent, &mut later).await?;
        for (name, value) in later {
            request_option(&mut spec.socket.options, name, Some(value));
        }
    }
}

async fn pause(after: Duration) {
    tokio::time::sleep(after).await;
}

/// Whether a later attempt may succeed. A fault on our side stays.
pub(super) fn is_retryable(class: Class) -> bool {
    matches!(class, Class::Resolve | Class::Refused | Class::ConnectTimeout | Class::Unreachable | Class::Reset)
}
