//! Renders records into output blocks, inline or on a blocking thread when a block is large.

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

use super::format::{PendingItems, RecordFormat};

/// A format and its queue of items. While a block is rendered on another thread, that thread owns both.
#[derive(Debug)]
pub(crate) struct Renderer<F: RecordFormat> {
    here: Option<FormatQueue<F>>,
    under_way: Option<JoinHandle<(FormatQueue<F>, Bytes)>>,
}

type FormatQueue<F> = (F, PendingItems<<F as RecordFormat>::Item>);

impl<F: RecordFormat + Send + 'static> Renderer<F> {
    /// A renderer with an empty queue.
    pub(crate) fn new(format: F) -> Self {
        Renderer { here: Some((format, PendingItems::new())), under_way: None }
    }

    /// Whether there is nothing to render, and no block is being rendered.
    pub(crate) fn is_idle(&self) -> bool {
        self.here.as_ref().is_some_and(|(format, pending)| pending.is_empty() && !format.has_output_waiting())
    }

    /// The format and its queue; `None` while a block is rendered on another thread.
    pub(crate) fn idle(&mut self) -> Option<(&mut F, &mut PendingItems<F::Item>)> {
        self.here.as_mut().map(|(format, pending)| (format, pending))
    }

    /// The next block; may be empty. Cancel-safe: a block that was begun is returned by the next call.
    pub(crate) async fn next(&mut self) -> Bytes {
        if let Some((mut format, mut pending)) = self.here.take() {
            if !format.is_heavy(&pending) {
                let block = format.render(&mut pending);
                self.here = Some((format, pending));
                return block;
            }
            self.under_way = Some(spawn_blocking(move || {
                let block = format.render(&mut pending);
                ((format, pending), block)
            }));
        }
        let Some(under_way) = &mut self.under_way else { return Bytes::new() };
        match under_way.await {
            Ok((queue, block)) => {
                (self.here, self.under_way) = (Some(queue), None);
                block
            }
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is shutting down.
                Err(_) => std::future::pending().await,
            },
        }
    }
}
