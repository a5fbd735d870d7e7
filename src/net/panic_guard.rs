//! Tasks whose panic is caught: the task fails, and the rest of the program continues.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::text::sanitize;
use crate::wire::{Class, FailedOperation, Failure};

thread_local! {
    static CATCHES: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread would be caught now, and reported by its session. A panic hook checks this before it
/// restores the terminal.
pub fn catches_panic() -> bool {
    CATCHES.get()
}

/// Runs a task to its end or its panic; after a panic the failure contains the panic's message. Dropping the future
/// drops what the task held.
pub(crate) fn catch_panic<T>(task: Pin<Box<impl Future<Output = T>>>) -> impl Future<Output = Result<T, Failure>> {
    CatchPanic { task }
}

struct CatchPanic<F> {
    task: Pin<Box<F>>,
}

impl<F: Future> Future for CatchPanic<F> {
    type Output = Result<F::Output, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // A session shares only data behind locks and atomics, and a poisoned lock is taken all the same.
        let before = CATCHES.replace(true);
        let polled = catch_unwind(AssertUnwindSafe(|| self.task.as_mut().poll(context)));
        CATCHES.set(before);
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(failure(panic.as_ref()))),
        }
    }
}

/// Converts a panic to a failure.
fn failure(panic: &(dyn Any + Send)) -> Failure {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given");
    let message = format!("this is our fault, please report it: {}", sanitize::line(said));
    Failure::new(Class::Internal, FailedOperation::Run, "", message)
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Handle;

    use super::*;
    use crate::net::hub::Net;
    use crate::net::journal::OverflowPolicy;
    use crate::sessions::{CloseReason, News, Record, Retention};

    #[tokio::test]
    async fn a_task_that_panics_ends_its_session_as_internal_and_no_other() {
        let net = Net::new(Handle::current(), OverflowPolicy::DropOldest);
        let (broken, whole) = (net.task_context(Retention::default()), net.task_context(Retention::default()));
        let (first, second) = (broken.journal.id, whole.journal.id);
        net.spawn(first, async move {
            let _held = broken;
            tokio::task::yield_now().await;
            assert!(catches_panic());
            panic!("no such \x1b[2J thing");
        });
        net.spawn(second, async move {
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
