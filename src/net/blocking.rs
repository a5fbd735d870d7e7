//! Calls that block, on a thread of their own.

use std::panic::resume_unwind;

use tokio::task::{JoinHandle, spawn_blocking};

use crate::sessions::panic_guard::{self, PanicPayload};

/// A blocking call that was started; it goes on even if nobody waits for it.
#[derive(Debug)]
pub(crate) struct BlockingCall<T> {
    handle: JoinHandle<Result<T, PanicPayload>>,
}

/// Starts a blocking call on a thread for such calls.
pub(crate) fn start_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> BlockingCall<T> {
    let work = move || {
        panic_guard::panic_point("blocking call");
        work()
    };
    BlockingCall { handle: spawn_blocking(move || panic_guard::catch_panic(work)) }
}

/// Runs a blocking call to its end.
pub(crate) async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    start_blocking(work).result().await
}

impl<T> BlockingCall<T> {
    /// Waits for the result; a panic of the call goes on in the caller, whose session then fails. Cancel-safe.
    pub(crate) async fn result(&mut self) -> T {
        match (&mut self.handle).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => resume_unwind(panic),
            // The runtime is shutting down, and the caller with it.
            Err(_) => std::future::pending().await,
        }
    }
}
