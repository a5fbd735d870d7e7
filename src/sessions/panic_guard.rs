//! Work whose panic is caught: what it was for fails, and the rest of the program continues.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use crate::text::sanitize;
use crate::wire::{Class, FailedOperation, Failure};

thread_local! {
    static CATCHES: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread would be caught now, and reported by what it was for. A panic hook checks this before
/// it restores the terminal and ends the program.
pub fn catches_panic() -> bool {
    CATCHES.get()
}

/// What a panic was raised with.
pub type PanicPayload = Box<dyn Any + Send>;

/// Runs `work`, and catches its panic. What it shares with others must be whole after a panic: data behind locks that
/// are taken although they are poisoned, and atomics.
///
/// # Errors
/// Returns what the panic was raised with; [`panic_failure`] makes a failure of it.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, PanicPayload> {
    let before = CATCHES.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    CATCHES.set(before);
    done
}

/// Runs a task to its end or its panic; after a panic the failure contains the panic's message. Dropping the future
/// drops what the task held.
pub fn guard_task<T>(task: Pin<Box<impl Future<Output = T>>>) -> impl Future<Output = Result<T, Failure>> {
    GuardedTask { task }
}

struct GuardedTask<F> {
    task: Pin<Box<F>>,
}

impl<F: Future> Future for GuardedTask<F> {
    type Output = Result<F::Output, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match catch_panic(|| self.task.as_mut().poll(context)) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic_failure(&*panic))),
        }
    }
}

/// Converts a panic to a failure of class `internal`, with the panic's message.
pub fn panic_failure(panic: &(dyn Any + Send)) -> Failure {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given");
    let message = format!("this is our fault, please report it: {}", sanitize::line(said));
    Failure::new(Class::Internal, FailedOperation::Run, "", message)
}

/// The place that panics, if a test chose one.
static ARMED: OnceLock<String> = OnceLock::new();

/// Makes [`panic_point`] panic at this place from now on, in a build with debug assertions.
pub fn arm_panic_point(place: String) {
    ARMED.get_or_init(|| place);
}

/// Panics if a test chose this place; so a test can prove what a panic ends, and what it does not. Does nothing in a
/// build without debug assertions.
pub fn panic_point(place: &str) {
    if cfg!(debug_assertions) {
        assert!(ARMED.get().is_none_or(|armed| armed != place), "a test asked for this panic at \x1b[2J{place}");
    }
}
