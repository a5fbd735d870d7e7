//! The way of an order to a session's task.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

use super::journal::Journal;
use crate::sessions::{News, Verb};
use crate::wire::Failure;

/// How many orders may wait for one session; one more is refused aloud.
pub(super) const MOST_ORDERS: usize = 32;

/// Where orders for a session are put. They are boxed, as room for all of them is made when the session begins.
pub(super) type OrderSender = mpsc::Sender<Box<Verb>>;

/// What is wanted of a session; closed when the program ends.
#[derive(Debug)]
pub(crate) struct OrderReceiver(mpsc::Receiver<Box<Verb>>);

/// Both ends.
pub(super) fn order_channel() -> (OrderSender, OrderReceiver) {
    let (sender, receiver) = mpsc::channel(MOST_ORDERS);
    (sender, OrderReceiver(receiver))
}

impl OrderReceiver {
    /// The next one; `None`: nobody is left to give any. Cancel-safe.
    pub(crate) async fn recv(&mut self) -> Option<Verb> {
        self.0.recv().await.map(|verb| *verb)
    }

    /// Takes no more; those that are there already stay to be taken.
    pub(crate) fn close(&mut self) {
        self.0.close();
    }

    /// The next one, where it is there.
    ///
    /// # Errors
    /// There is none now, or nobody is left to give any.
    pub(crate) fn try_recv(&mut self) -> Result<Verb, TryRecvError> {
        self.0.try_recv().map(|verb| *verb)
    }
}

/// Takes orders until one of them ends the session; of any other it is said why it is not taken.
pub(super) async fn refuse_until_closed(orders: &mut OrderReceiver, journal: &Arc<Journal>, why_not: &str) {
    while let Some(verb) = orders.recv().await {
        if matches!(verb, Verb::Close | Verb::Reset) {
            return;
        }
        journal.news(News::Warned(Failure::usage(why_not))).await;
    }
}
