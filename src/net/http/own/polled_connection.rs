//! A connection's own future, polled by the task that waits for something on it.

use std::pin::Pin;
use std::task::{Context, Poll};

/// The future that reads and writes for a connection, and its result.
#[derive(Debug)]
pub(in crate::net) struct PolledConnection<C> {
    connection: C,
    ended: Option<hyper::Result<()>>,
}

impl<C: Future<Output = hyper::Result<()>> + Unpin> PolledConnection<C> {
    pub(in crate::net) fn new(connection: C) -> Self {
        PolledConnection { connection, ended: None }
    }

    /// Polls the connection, which reads and writes; keeps its result.
    pub(in crate::net) fn poll_connection(&mut self, cx: &mut Context<'_>) {
        if self.ended.is_none()
            && let Poll::Ready(ended) = Pin::new(&mut self.connection).poll(cx)
        {
            self.ended = Some(ended);
        }
    }

    pub(in crate::net) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// The connection's own error, which is more specific than "canceled".
    pub(in crate::net) fn root_error(&mut self, error: hyper::Error) -> hyper::Error {
        match self.ended.take() {
            Some(Err(own)) => {
                self.ended = Some(Ok(()));
                own
            }
            other => {
                self.ended = other;
                error
            }
        }
    }
}
