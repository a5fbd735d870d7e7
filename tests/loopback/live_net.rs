//! The net under test, with a runtime of its own; and the runtime of the servers that it talks to.

use std::ops::Deref;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use sockeye::net::{Net, OverflowPolicy};
use tokio::runtime::{Builder, Runtime};

/// After this, a test that still waits has failed.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Runs the asynchronous servers that tests start as peers. It is never dropped: they end with the process.
pub(crate) static SERVERS: LazyLock<Runtime> = LazyLock::new(runtime);

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A net whose sessions run on two threads of their own, so that a test waits by blocking, as its peers do.
pub(crate) struct LiveNet {
    net: Net,
    runtime: Runtime,
}

impl LiveNet {
    pub(crate) fn new(overflow: OverflowPolicy) -> LiveNet {
        let runtime = runtime();
        LiveNet { net: Net::new(runtime.handle().clone(), overflow), runtime }
    }

    /// Waits until there is something new to look at; false: there was nothing until `end`.
    pub(crate) fn changes_before(&self, end: Instant) -> bool {
        self.runtime.block_on(async { tokio::time::timeout_at(end.into(), self.net.changed()).await.is_ok() })
    }
}

impl Deref for LiveNet {
    type Target = Net;

    fn deref(&self) -> &Net {
        &self.net
    }
}
