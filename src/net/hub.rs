//! All sessions: their tasks, their order queues, and the bell that signals news.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::journal::{Bell, Journal, OverflowPolicy};
use super::order_queue;
use super::order_queue::MOST_ORDERS;
use super::splice::SpliceSink;
use crate::sessions::panic_guard;
use crate::sessions::{Order, Reading, RefusedOrder, Retention, SessionId, Verb};
use crate::wire::Failure;

/// All sessions, and the interface to their tasks.
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

/// The order queues of one session.
#[derive(Debug)]
struct OrderQueues {
    plain: order_queue::OrderSender,
    /// For verbs that overtake: a reset must not wait behind a blocked write.
    urgent: Option<order_queue::OrderSender>,
    journal: Arc<Journal>,
}

impl OrderQueues {
    fn queue_for(&self, verb: &Verb) -> &order_queue::OrderSender {
        self.urgent.as_ref().filter(|_| verb.is_urgent()).unwrap_or(&self.plain)
    }
}

/// What a session's task receives.
#[derive(Debug)]
pub(crate) struct TaskContext {
    /// The journal that it reports to.
    pub(crate) journal: Arc<Journal>,
    /// Its orders.
    pub(crate) orders: order_queue::OrderReceiver,
    /// To open sessions of its own (a listener's connections).
    pub(crate) net: Net,
}

impl TaskContext {
    /// Ends a session that could not be opened: takes no more orders, and reports why.
    pub(super) async fn report_not_opened(mut self, failure: Failure) {
        self.orders.close();
        self.journal.report_end(Err(failure)).await;
    }
}

impl Net {
    /// A `Net` whose tasks run on `runtime`.
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

    /// The next stream to open splices the bytes that it receives into this sink; they are only counted. If the sink
    /// refuses, later bytes are kept as usual.
    pub fn set_splice_sink(&self, outlet: SpliceSink) {
        *self.shared.outlet.lock().unwrap_or_else(PoisonError::into_inner) = Some(outlet);
    }

    /// The sink, for the first caller.
    pub(crate) fn take_outlet(&self) -> Option<SpliceSink> {
        self.shared.outlet.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether new sessions also query name servers directly, beside the system resolver (default: yes).
    /// Never if the sessions feed a pipe ([`OverflowPolicy::Wait`]): nobody would see the result.
    pub fn set_second_opinion(&self, wanted: bool) {
        self.shared.asks_beside.store(wanted, Ordering::Relaxed);
    }

    /// The context of a new session: its number, journal and orders. With `of_datagrams`, each piece that it receives
    /// is a datagram.
    pub(crate) fn task_context(&self, retain: Retention, of_datagrams: bool) -> TaskContext {
        let id = SessionId(self.shared.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        let (plain, orders) = order_queue::order_channel();
        let journal = Journal::new(id, retain, of_datagrams, self.shared.overflow, Arc::clone(&self.shared.bell));
        journal.set_second_opinion(self.shared.asks_beside.load(Ordering::Relaxed));
        self.orders().insert(id, OrderQueues { plain, urgent: None, journal: Arc::clone(&journal) });
        TaskContext { journal, orders, net: self.clone() }
    }

    /// Opens a session's second queue, on which reset, close, pause, continue, options, gauges and the end of a burst
    /// overtake other orders. It is as long as the plain queue, and also refuses and reports orders when full.
    pub(crate) fn urgent(&self, id: SessionId) -> order_queue::OrderReceiver {
        let (sender, urgent) = order_queue::order_channel();
        if let Some(lanes) = self.orders().get_mut(&id) {
            lanes.urgent = Some(sender);
        }
        urgent
    }

    /// Runs a session's task to its end, then removes its order queues. A task that panics ends its session as failed,
    /// class `internal`; all other sessions continue. `kind` names the task to [`panic_guard::panic_point`].
    pub(crate) fn spawn(&self, id: SessionId, kind: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let net = self.clone();
        let task = async move {
            panic_guard::panic_point(kind);
            task.await;
        };
        // Boxed: otherwise the generated future stores the task twice, as argument and as awaited value.
        let task = panic_guard::guard_task(Box::pin(task));
        self.shared.runtime.spawn(async move {
            let outcome = task.await;
            let lanes = net.orders().remove(&id);
            if let (Err(failure), Some(lanes)) = (outcome, lanes)
                && !lanes.journal.is_over()
            {
                lanes.journal.report_end(Err(failure)).await;
            }
        });
    }

    fn orders(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, OrderQueues>> {
        self.shared.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn order_queue(&self, id: SessionId, verb: &Verb) -> Option<order_queue::OrderSender> {
        self.orders().get(&id).map(|lanes| lanes.queue_for(verb).clone())
    }

    /// Changes how much of a session is kept; how much may wait unread follows it, and connections that a listener
    /// accepts later use the same. Does nothing if the session is over.
    pub fn retain(&self, id: SessionId, retention: Retention) {
        if let Some(lanes) = self.orders().get(&id) {
            lanes.journal.set_retention(retention);
        }
    }

    /// Sends an order to a session. Never waits: a refused order is returned.
    ///
    /// # Errors
    /// Fails if the session is over, or if its queue is full of earlier orders.
    pub fn send_order(&self, order: Order) -> Result<(), RefusedOrder> {
        let Order { id, verb } = order;
        let Some(sender) = self.order_queue(id, &verb) else {
            return Err(RefusedOrder { order: Order { id, verb }, why: format!("session {id} is over") });
        };
        sender.try_send(Box::new(verb)).map_err(|error| {
            let (verb, why) = match error {
                mpsc::error::TrySendError::Full(verb) => {
                    (*verb, format!("session {id}: {MOST_ORDERS} orders are waiting already"))
                }
                mpsc::error::TrySendError::Closed(verb) => (*verb, format!("session {id} is over")),
            };
            RefusedOrder { order: Order { id, verb }, why }
        })
    }

    /// Sends an order to a session, and waits while its queue is full.
    ///
    /// # Errors
    /// Fails if the session is over; the verb is returned.
    pub async fn perform_waiting(&self, order: Order) -> Result<(), RefusedOrder> {
        let Order { id, verb } = order;
        let sender = self.order_queue(id, &verb);
        let refused = |verb| RefusedOrder { order: Order { id, verb }, why: format!("session {id} is over") };
        match sender {
            None => Err(refused(verb)),
            Some(sender) => sender.send(Box::new(verb)).await.map_err(|error| refused(*error.0)),
        }
    }

    /// Waits until a session has news. One waiter at a time.
    pub async fn changed(&self) {
        self.shared.bell.changed().await;
    }

    /// Waits until a session has so much news that it should be read soon, frame or not. One waiter at a time.
    pub async fn pressed(&self) {
        self.shared.bell.pressed().await;
    }

    /// Reads every session that has news, the lowest number first.
    pub fn sample(&self) -> Vec<Reading> {
        self.sample_some(usize::MAX)
    }

    /// Reads at most `most` sessions, those that have waited longest. The others keep their news.
    pub fn sample_some(&self, most: usize) -> Vec<Reading> {
        self.shared.bell.sample(most)
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Handle;

    use super::*;
    use crate::sessions::panic_guard::catches_panic;
    use crate::sessions::{CloseReason, News, Record, Retention};
    use crate::wire::Class;

    #[tokio::test]
    async fn a_task_that_panics_ends_its_session_as_internal_and_no_other() {
        let net = Net::new(Handle::current(), OverflowPolicy::DropOldest);
        let (broken, whole) =
            (net.task_context(Retention::default(), false), net.task_context(Retention::default(), false));
        let (first, second) = (broken.journal.id, whole.journal.id);
        net.spawn(first, "test", async move {
            let _held = broken;
            tokio::task::yield_now().await;
            assert!(catches_panic());
            panic!("no such \x1b[2J thing");
        });
        net.spawn(second, "test", async move {
            let mut whole = whole;
            whole.orders.recv().await;
            whole.journal.report_closed(CloseReason::Local).await;
        });
        let mut told = Vec::new();
        while told.len() < 3 {
            net.changed().await;
            for reading in net.sample() {
                told.extend(reading.records.into_iter().map(|record| (reading.id, record)));
            }
            if told.len() == 2 {
                net.send_order(crate::sessions::Order { id: second, verb: crate::sessions::Verb::Close }).unwrap();
            }
        }
        let [(a, Record::News { news: News::Failed(failure), .. }), (b, end), (c, _)] = &told[..] else {
            unreachable!("{told:?}");
        };
        assert_eq!((*a, *b, *c), (first, first, second));
        assert_eq!((failure.class, failure.message.contains('\x1b')), (Class::Internal, false));
        assert!(failure.message.contains("no such"), "{failure}");
        assert!(matches!(end, Record::News { news: News::Closed { how: CloseReason::Error, .. }, .. }), "{end:?}");
        assert!(!catches_panic());
        let late = crate::sessions::Order { id: first, verb: crate::sessions::Verb::Close };
        assert!(net.send_order(late).unwrap_err().why.contains("over"));
    }
}
