//! What every session that dials does until it has a connection: attempt it again, handle orders meanwhile, and report
//! why there is none.

use super::hub::TaskContext;
use super::system::AsFd;
use super::{option, order_queue, stream};
use crate::sessions::news::DialNews;
use crate::sessions::order::{SocketVerb, StreamVerb};
use crate::sessions::spec::{RequestedOptions, Script, SocketSpec, request_option};
use crate::sessions::{CloseReason, News, Verb};
use crate::wire::option::OptionScope;
use crate::wire::{Class, FailedOperation, Failure};

/// Why there is no connection.
pub(super) enum NotOpen {
    /// The user closed the session before it was open.
    GivenUp,
    /// The last attempt failed.
    Failed(Failure),
}

/// Reports what was not sent, and why there is no connection; the session's last news.
pub(super) async fn report_not_open(end: NotOpen, peer: &str, script: Script, context: &mut TaskContext) {
    let unsent = stream::count_unsent(script.steps, &mut context.orders);
    stream::report_unsent(&context.journal, peer, unsent).await;
    context
        .journal
        .report_end(match end {
            NotOpen::GivenUp => Ok(CloseReason::Local),
            NotOpen::Failed(failure) => Err(failure),
        })
        .await;
}

/// What a session connects to, and how.
pub(super) trait ConnectAttempt {
    /// The open connection.
    type Opened: Send;
    /// Its socket.
    type Socket: AsFd + Sync;

    /// How it connects.
    fn socket_spec(&mut self) -> &mut SocketSpec;

    /// One attempt. It reports that it began, and that it is open; the caller reports its failure.
    fn connect(
        &self,
        attempt: u32,
        context: &TaskContext,
    ) -> impl Future<Output = Result<Self::Opened, Failure>> + Send;

    /// Whether a later attempt may succeed.
    fn is_retryable(failure: &Failure) -> bool;

    /// The socket that options are set on, and what decides which of the system's options governs.
    fn option_socket(opened: &Self::Opened) -> (&Self::Socket, OptionScope);
}

/// Attempts to connect until one attempt succeeds, all have failed, or the user gives up. Options requested meanwhile
/// are set on the next attempt's socket; if an attempt connects, on its socket at once.
pub(super) async fn connect_with_retries<A: ConnectAttempt>(
    dialled: &mut A,
    context: &TaskContext,
    urgent: &mut order_queue::OrderReceiver,
) -> Result<A::Opened, NotOpen> {
    let retry = dialled.socket_spec().retry;
    let of = retry.times.saturating_add(1);
    let mut attempt = 1;
    loop {
        let mut later = RequestedOptions::new();
        let failure = match until_given_up(dialled.connect(attempt, context), context, urgent, &mut later).await? {
            Ok(opened) => {
                let (socket, scope) = A::option_socket(&opened);
                for (name, value) in later {
                    option::set_and_report(socket, name, value, scope, &context.journal).await;
                }
                return Ok(opened);
            }
            Err(failure) if attempt < of && A::is_retryable(&failure) => failure,
            Err(failure) => return Err(NotOpen::Failed(failure)),
        };
        attempt += 1;
        let after = retry.wait_before(attempt, fastrand::f64());
        context.journal.news(News::Dial(DialNews::Retrying { attempt, of, after, because: failure })).await;
        until_given_up(tokio::time::sleep(after), context, urgent, &mut later).await?;
        for (name, value) in later {
            request_option(&mut dialled.socket_spec().options, name, Some(value));
        }
    }
}

/// Waits for `work` and handles orders meanwhile. Sends stay queued until there is a connection.
pub(super) async fn until_given_up<T>(
    work: impl Future<Output = T>,
    context: &TaskContext,
    urgent: &mut order_queue::OrderReceiver,
    later: &mut RequestedOptions,
) -> Result<T, NotOpen> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            verb = urgent.recv() => match verb {
                None | Some(Verb::Close | Verb::Stream(StreamVerb::CloseUnread) | Verb::Reset) => return Err(NotOpen::GivenUp),
                Some(Verb::Socket(SocketVerb::SetOption(name, value))) => request_option(later, name, Some(value)),
                // There is no socket to read yet; the request is made again once there is one.
                Some(Verb::Socket(SocketVerb::ReadOptions | SocketVerb::SampleEvery(_))) => {}
                Some(_) => {
                    let failure = Failure::new(Class::Usage, FailedOperation::Read, "", "not connected yet");
                    context.journal.news(News::Warned(failure)).await;
                }
            },
            done = &mut work => return Ok(done),
        }
    }
}
