//! The queue of orders to a session's task.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

use super::journal::Journal;
use crate::sessions::order::OrderRefuser;
use crate::sessions::{News, Verb};

/// How many orders may wait for one session; a further one is refused and reported.
pub(super) const MOST_ORDERS: usize = 32;

/// Sends orders to a session. They are boxed, because the queue allocates all its slots when the session begins.
pub(super) type OrderSender = mpsc::Sender<Box<Verb>>;

/// Receives a session's orders; closed when the program ends.
#[derive(Debug)]
pub(crate) struct OrderReceiver(mpsc::Receiver<Box<Verb>>);

/// A new queue: sender and receiver.
pub(super) fn order_channel() -> (OrderSender, OrderReceiver) {
    let (sender, receiver) = mpsc::channel(MOST_ORDERS);
    (sender, OrderReceiver(receiver))
}

impl OrderReceiver {
    /// The next order; `None` if no sender is left. Cancel-safe.
    pub(crate) async fn recv(&mut self) -> Option<Verb> {
        self.0.recv().await.map(|verb| *verb)
    }

    /// Accepts no more orders; those already queued can still be received.
    pub(crate) fn close(&mut self) {
        self.0.close();
    }

    /// The next order, if one is queued.
    ///
    /// # Errors
    /// Fails if none is queued, or if no sender is left.
    pub(crate) fn try_recv(&mut self) -> Result<Verb, TryRecvError> {
        self.0.try_recv().map(|verb| *verb)
    }
}

/// Receives orders until one of them ends the session; for any other, reports why it is refused.
pub(super) async fn refuse_until_closed(orders: &mut OrderReceiver, journal: &Arc<Journal>, by: OrderRefuser) {
    while let Some(verb) = orders.recv().await {
        if matches!(verb, Verb::Close | Verb::Reset) {
            return;
        }
        refuse(&verb, journal, by).await;
    }
}

/// Reports why an order is refused.
pub(super) async fn refuse(verb: &Verb, journal: &Arc<Journal>, by: OrderRefuser) {
    journal.news(News::Warned(verb.refused(by, ""))).await;
}
