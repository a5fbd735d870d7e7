//! The task of an HTTP session: it runs the exchange and handles orders.

use std::sync::Arc;

use tokio::sync::watch;

use super::exchange::{ExchangeTask, StopKind};
use super::fault;
use super::news_gate::NewsGate;
use crate::net::hub::TaskContext;
use crate::net::optional_sleep::sleep_or_forever;
use crate::net::order_queue;
use crate::sessions::order::{OrderRefuser, StreamVerb};
use crate::sessions::spec::http::HttpSpec;
use crate::sessions::{CloseReason, News, Verb};
use crate::wire::{Class, Failure};

/// Runs one HTTP exchange to its end, and reports it to the session's journal.
///
/// Ends with [`News::Closed`] in every case. [`Verb::Close`] and [`Verb::Reset`] cancel at any point.
pub(crate) async fn run(spec: HttpSpec, captures: bool, context: TaskContext) {
    let TaskContext { journal, mut orders, net: _ } = context;
    let gate = Arc::new(NewsGate::new(Arc::clone(&journal)));
    let (pause, paused) = watch::channel(false);
    let timeout = spec.timeout;
    let url = spec.url.clone();
    let exchange = ExchangeTask::new(spec, captures, Arc::clone(&gate), paused);
    let end = {
        // Dropping the exchange at the end of this block drops the client, and with it the connection.
        let going = exchange.run();
        tokio::select! {
            biased;
            stop = handle_orders(&mut orders, &exchange, &gate, &pause) => {
                ExchangeEnd::Stopped(stop, stop == StopKind::Reset && exchange.reset_library_connection())
            }
            outcome = going => outcome.map_or_else(ExchangeEnd::Failed, |()| ExchangeEnd::Done),
            () = sleep_or_forever(timeout) => ExchangeEnd::Failed(fault::too_long(timeout.unwrap_or_default(), &url)),
        }
    };
    let how = match end {
        ExchangeEnd::Done => {
            exchange.close_connection(false).await;
            CloseReason::Fin
        }
        ExchangeEnd::Stopped(stop, was_reset) => {
            let reset = stop == StopKind::Reset;
            let had_own = exchange.close_connection(reset).await;
            if was_reset || (reset && had_own) { CloseReason::Rst } else { CloseReason::Local }
        }
        ExchangeEnd::Failed(failure) => {
            let how = if failure.class == Class::Reset { CloseReason::Rst } else { CloseReason::Error };
            exchange.record_failure(how == CloseReason::Rst);
            exchange.close_connection(false).await;
            gate.news(News::Failed(failure)).await;
            how
        }
    };
    exchange.finish();
    gate.finish().await;
    journal.report_closed(how).await;
}

/// Why an exchange ended.
enum ExchangeEnd {
    Done,
    /// By the user; and whether reqwest's connection was reset.
    Stopped(StopKind, bool),
    Failed(Failure),
}

/// Handles orders until one of them ends the exchange.
async fn handle_orders(
    orders: &mut order_queue::OrderReceiver,
    exchange: &ExchangeTask,
    gate: &NewsGate,
    pause: &watch::Sender<bool>,
) -> StopKind {
    while let Some(verb) = orders.recv().await {
        match verb {
            Verb::Close => return StopKind::Close,
            Verb::Reset => return StopKind::Reset,
            Verb::PauseReading => {
                if !pause.send_replace(true) {
                    gate.news(News::ReadingPaused).await;
                }
            }
            Verb::ContinueReading => {
                if pause.send_replace(false) {
                    gate.news(News::ReadingContinued).await;
                }
            }
            about_it @ (Verb::Socket(_) | Verb::Stream(StreamVerb::Capture(_))) => {
                exchange.connection_order(about_it).await;
            }
            refused @ (Verb::Send(_)
            | Verb::SendFile(_)
            | Verb::Stream(StreamVerb::FinishSending | StreamVerb::CloseUnread)
            | Verb::Datagram(_)
            | Verb::Listener(_)) => {
                gate.news(News::Warned(refused.refused(OrderRefuser::Request, ""))).await;
            }
        }
    }
    StopKind::Close
}
