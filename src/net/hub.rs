//! All sessions: their tasks, their orders, and the bell that tells of news.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::journal::{Bell, Journal, OverflowPolicy};
use super::order_queue::MOST_ORDERS;
use super::splice::SpliceSink;
use super::{order_queue, panic_guard};
use crate::sessions::order::{DatagramVerb, SocketVerb, StreamVerb};
use crate::sessions::{CloseReason, News, Order, Reading, RefusedOrder, Retention, SessionId, Verb};

/// All sessions' tasks, and the door to them.
#[derive(Clone, Debug)]
pub struct Net {
    shared: Arc<HubState>,
}

#[derive(Debug)]
struct HubState {
    runtime: Handle,
    overflow: OverflowPolicy,
    bell: Arc<Bell>,
    last_id: AtomicU32,
    asks_beside: AtomicBool,
    orders: Mutex<HashMap<SessionId, OrderQueues>>,
    outlet: Mutex<Option<SpliceSink>>,
}

/// The ways into one session.
#[derive(Debug)]
struct OrderQueues {
    plain: order_queue::OrderSender,
    /// For verbs that overtake: a reset must not wait behind a write that blocks.
    urgent: Option<order_queue::OrderSender>,
    journal: Arc<Journal>,
}

impl OrderQueues {
    fn queue_for(&self, verb: &Verb) -> &order_queue::OrderSender {
        let urgent = matches!(
            verb,
            Verb::Reset
                | Verb::Close
                | Verb::Stream(StreamVerb::CloseUnread | StreamVerb::Capture(_))
                | Verb::PauseReading
                | Verb::ContinueReading
                | Verb::Datagram(DatagramVerb::StopBurst)
                | Verb::Socket(SocketVerb::SetOption(..) | SocketVerb::ReadOptions | SocketVerb::SampleEvery(_))
        );
        self.urgent.as_ref().filter(|_| urgent).unwrap_or(&self.plain)
    }
}

/// What a session's task is given.
#[derive(Debug)]
pub(crate) struct TaskContext {
    /// Where it tells what happens.
    pub(crate) journal: Arc<Journal>,
    /// What is wanted of it.
    pub(crate) orders: order_queue::OrderReceiver,
    /// For opening sessions of its own (a listener's connections).
    pub(crate) net: Net,
}

impl Net {
    /// A net whose tasks run on `runtime`.
    pub fn new(runtime: Handle, overflow: OverflowPolicy) -> Self {
        let shared = HubState {
            runtime,
            overflow,
            bell: Arc::default(),
            last_id: AtomicU32::new(0),
            asks_beside: AtomicBool::new(true),
            orders: Mutex::default(),
            outlet: Mutex::default(),
        };
        Net { shared: Arc::new(shared) }
    }

    /// What the first stream that is open from now on receives goes there, and is counted only, as long as that takes
    /// it; what comes after that is kept as ever.
    pub fn set_splice_sink(&self, outlet: SpliceSink) {
        *self.shared.outlet.lock().unwrap_or_else(PoisonError::into_inner) = Some(outlet);
    }

    /// The outlet, for whoever asks first.
    pub(crate) fn take_outlet(&self) -> Option<SpliceSink> {
        self.shared.outlet.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether new sessions also query name servers directly, beside the system resolver (default: yes).
    /// Not where the net is a pipe ([`OverflowPolicy::Wait`]), as nobody would see it.
    pub fn set_second_opinion(&self, wanted: bool) {
        self.shared.asks_beside.store(wanted, Ordering::Relaxed);
    }

    /// A new session's post: number, journal and orders.
    pub(crate) fn task_context(&self, retain: Retention) -> TaskContext {
        let id = SessionId(self.shared.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        let (plain, orders) = order_queue::order_channel();
        let journal = Journal::new(id, retain, self.shared.overflow, Arc::clone(&self.shared.bell));
        journal.set_second_opinion(self.shared.asks_beside.load(Ordering::Relaxed));
        self.orders().insert(id, OrderQueues { plain, urgent: None, journal: Arc::clone(&journal) });
        TaskContext { journal, orders, net: self.clone() }
    }

    /// Opens a second lane into a session, on which reset, close, pause, continue, options, gauges and the end of a
    /// burst overtake other orders.
    /// It is as long as the plain one, and refuses aloud in the same way when it is full.
    pub(crate) fn urgent(&self, id: SessionId) -> order_queue::OrderReceiver {
        let (sender, urgent) = order_queue::order_channel();
        if let Some(lanes) = self.orders().get_mut(&id) {
            lanes.urgent = Some(sender);
        }
        urgent
    }

    /// Runs a session's task to its end, and forgets its orders then. A task that panics ends its session as failed,
    /// class `internal`; every other session goes on.
    pub(crate) fn spawn(&self, id: SessionId, task: impl Future<Output = ()> + Send + 'static) {
        let net = self.clone();
        // Boxed: otherwise the generated future stores the task twice, as argument and as awaited value.
        let task = panic_guard::catch_panic(Box::pin(task));
        self.shared.runtime.spawn(async move {
            let outcome = task.await;
            let lanes = net.orders().remove(&id);
            if let (Err(failure), Some(lanes)) = (outcome, lanes)
                && !lanes.journal.is_over()
            {
                lanes.journal.news(News::Failed(failure)).await;
                lanes.journal.report_closed(CloseReason::Error).await;
            }
        });
    }

    fn orders(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, OrderQueues>> {
        self.shared.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn order_queue(&self, id: SessionId, verb: &Verb) -> Option<order_queue::OrderSender> {
        self.orders().get(&id).map(|lanes| lanes.queue_for(verb).clone())
    }

    /// Changes how much of a session is kept: how much may wait to be looked at follows it, and what a listener accepts
    /// from now on has the same. Nothing where the session is over.
    pub fn retain(&self, id: SessionId, retention: Retention) {
        if let Some(lanes) = self.orders().get(&id) {
            lanes.journal.set_retention(retention);
        }
    }

    /// Gives an order to a session. Never waits: an order that cannot be taken comes back.
    ///
    /// # Errors
    /// The session is over, or has not yet dealt with the orders it was given before.
    pub fn send_order(&self, order: Order) -> Result<(), RefusedOrder> {
        let Order { id, verb } = order;
        let Some(sender) = self.order_queue(id, &verb) else {
            return Err(RefusedOrder { order: Order { id, verb }, why: format!("session {id} is over") });
        };
        sender.try_send(Box::new(verb)).map_err(|error| {
            let (verb, why) = match error {
                mpsc::error::TrySendError::Full(verb) => {
                    (*verb, format!("session {id} is still busy with {MOST_ORDERS} orders before this one"))
                }
                mpsc::error::TrySendError::Closed(verb) => (*verb, format!("session {id} is over")),
            };
            RefusedOrder { order: Order { id, verb }, why }
        })
    }

    /// Gives an order to a session, and waits while the session is busy with others.
    ///
    /// # Errors
    /// The session is over; the verb comes back.
    pub async fn perform_waiting(&self, order: Order) -> Result<(), RefusedOrder> {
        let Order { id, verb } = order;
        let sender = self.order_queue(id, &verb);
        let refused = |verb| RefusedOrder { order: Order { id, verb }, why: format!("session {id} is over") };
        match sender {
            None => Err(refused(verb)),
            Some(sender) => sender.send(Box::new(verb)).await.map_err(|error| refused(*error.0)),
        }
    }

    /// Waits until some session has something new. One waiter at a time.
    pub async fn changed(&self) {
        self.shared.bell.changed().await;
    }

    /// Waits until some session has so much new that it should be looked at soon, frame or not. One waiter at a time.
    pub async fn pressed(&self) {
        self.shared.bell.pressed().await;
    }

    /// Looks at every session that has something new, the lowest number first.
    pub fn sample(&self) -> Vec<Reading> {
        self.sample_some(usize::MAX)
    }

    /// Looks at so many of them, those that have waited longest. The others have something new as before.
    pub fn sample_some(&self, most: usize) -> Vec<Reading> {
        self.shared.bell.sample(most)
    }
}
