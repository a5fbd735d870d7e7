//! A listener's queue of connections that wait to be accepted: how many there are, the bound, and how often it was full.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::journal::Journal;
use super::kernel;
use super::system::AsFd;
use crate::sessions::News;
use crate::sessions::news::ListenerNews;
use crate::sessions::tcp::gauges::SHORTEST_PERIOD;
use crate::wire::kernel::view::KernelView;

/// How often the queue is sampled while something waits in it.
const LOOK: Duration = Duration::from_millis(100);

/// How often it is sampled while it is empty.
const QUIET_LOOK: Duration = Duration::from_secs(1);

/// Samples the queue of one listener, and reports what changed.
pub(super) struct AcceptQueueWatch {
    /// Whether it is of TCP; else of the Unix domain.
    is_tcp: bool,
    /// The counters of the network namespace when the listener began.
    before: Option<kernel::ListenCounters>,
    /// A fixed sampling period; `None`: faster while something waits.
    period: Option<Duration>,
    next: Instant,
}

impl AcceptQueueWatch {
    /// For a TCP listener.
    pub(super) fn of_tcp() -> Self {
        AcceptQueueWatch {
            is_tcp: true,
            before: kernel::listen_counters(),
            period: None,
            next: Instant::now() + QUIET_LOOK,
        }
    }

    /// For a listener of the Unix domain, which has no counters.
    #[cfg(unix)]
    pub(super) fn of_unix() -> Self {
        AcceptQueueWatch { is_tcp: false, before: None, ..AcceptQueueWatch::of_tcp() }
    }

    /// Sets a fixed sampling period; `None`: a tenth of a second while something waits, else a second.
    pub(super) fn set_period(&mut self, period: Option<Duration>) {
        self.period = period.map(|period| period.max(SHORTEST_PERIOD));
        self.next = Instant::now();
    }

    /// Waits until the next sample is due. Cancel-safe.
    pub(super) async fn wait(&self) {
        tokio::time::sleep_until(self.next).await;
    }

    /// Samples the queue for the gauges.
    pub(super) fn sample(&mut self, listener: &impl AsFd, journal: &Arc<Journal>) {
        let view = self.view(listener);
        journal.kernel(view);
        let waits = view.accept_queue.is_some_and(|queue| queue.waiting > 0);
        let pause = self.period.unwrap_or(if waits { LOOK } else { QUIET_LOOK });
        self.next = Instant::now() + pause;
    }

    /// Samples the queue, and reports it as a fact: at the beginning and at the end.
    pub(super) async fn report(&mut self, listener: &impl AsFd, journal: &Arc<Journal>) {
        let view = self.view(listener);
        journal.kernel(view);
        if view.accept_queue.is_some() {
            journal.news(News::Listener(ListenerNews::Kernel(Box::new(view)))).await;
        }
    }

    fn view(&self, listener: &impl AsFd) -> KernelView {
        let mut view = match self.is_tcp {
            true => kernel::tcp_listener_view(listener),
            false => kernel::unix_listener_view(listener),
        };
        if let (Some(queue), Some(before)) = (&mut view.accept_queue, self.before)
            && let Some(now) = kernel::listen_counters()
        {
            queue.overflows = Some(now.overflows.saturating_sub(before.overflows));
            queue.drops = Some(now.drops.saturating_sub(before.drops));
        }
        view
    }
}
