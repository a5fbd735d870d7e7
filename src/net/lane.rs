//! The way of an order to a session's task.

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

use crate::sessions::Verb;

/// How many orders may wait for one session; one more is refused aloud.
pub(super) const MOST_ORDERS: usize = 32;

/// Where orders for a session are put. They are boxed, as room for all of them is made when the session begins.
pub(super) type OrderSender = mpsc::Sender<Box<Verb>>;

/// What is wanted of a session; closed when the program ends.
#[derive(Debug)]
pub(crate) struct OrderReceiver(mpsc::Receiver<Box<Verb>>);

/// Both ends.
pub(super) fn lane() -> (OrderSender, OrderReceiver) {
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
