//! What every stream session does until it has a connection: handle orders meanwhile, and report why there is none.

use super::hub::TaskContext;
use super::{order_queue, stream};
use crate::sessions::order::{SocketVerb, StreamVerb};
use crate::sessions::spec::{RequestedOptions, Script, request_option};
use crate::sessions::{CloseReason, News, Verb};
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
    let how = match end {
        NotOpen::GivenUp => CloseReason::Local,
        NotOpen::Failed(failure) => {
            context.journal.news(News::Failed(failure)).await;
            CloseReason::Error
        }
    };
    context.journal.report_closed(how).await;
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
