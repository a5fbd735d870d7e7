//! Orders that a connection could not carry out before it ended: counted and reported, never dropped in silence.

use std::sync::Arc;

use crate::net::journal::Journal;
use crate::net::order_queue;
use crate::sessions::News;
use crate::sessions::spec::ScriptStep;
use crate::wire::{Class, FailedOperation, Failure, FailureReason};

/// Orders that were given but not carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::net) struct UnsentOrders {
    /// Orders and script steps that were not completed.
    pub(in crate::net) orders: usize,
    /// Bytes among them; files and bursts are not counted.
    pub(in crate::net) bytes: u64,
}

/// Counts what is left of a script and of the order queue; later orders are refused.
pub(in crate::net) fn count_unsent(
    steps: impl IntoIterator<Item = ScriptStep>,
    orders: &mut order_queue::OrderReceiver,
) -> UnsentOrders {
    orders.close();
    let mut unsent = UnsentOrders::default();
    let mut count = |bytes: usize| {
        unsent.orders += 1;
        unsent.bytes += bytes as u64;
    };
    for step in steps {
        match step {
            ScriptStep::Send(bytes) => count(bytes.len()),
            ScriptStep::SendFile(_) | ScriptStep::Burst(_) => count(0),
            ScriptStep::Finish | ScriptStep::ProbeMtu => {}
        }
    }
    while let Ok(verb) = orders.try_recv() {
        if let Some(bytes) = verb.payload_len() {
            count(bytes);
        }
    }
    unsent
}

/// Reports what was not sent, if anything.
pub(in crate::net) async fn report_unsent(journal: &Arc<Journal>, peer: &str, unsent: UnsentOrders) {
    if unsent.orders == 0 {
        return;
    }
    let sends = if unsent.orders == 1 { "send was" } else { "sends were" };
    let message = format!("{} {sends} not carried out: {} bytes were not sent", unsent.orders, unsent.bytes);
    journal
        .news(News::Warned(
            Failure::new(Class::Local, FailedOperation::Send, peer, message).with_reason(FailureReason::NotSent),
        ))
        .await;
}
