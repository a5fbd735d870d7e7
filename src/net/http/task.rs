//! The task of an HTTP session: it runs the exchange and handles orders.

use std::sync::Arc;

use tokio::sync::watch;

use super::exchange::{ExchangeTask, StopKind};
use super::fault;
use super::news_gate::NewsGate;
use crate::net::hub::TaskContext;
use crate::net::optional_sleep::sleep_or_forever;
use crate::net::order_queue;
use crate::sessions::order::{OrderRefuser, SocketVerb};
use crate::sessions::spec::http::HttpSpec;
use crate::sessions::{CloseReason, News, Verb};
use crate::wire::{Class, Failure};

/// Runs one HTTP exchange to its end, and reports it to the session's journal.
///
/// Ends with [`News::Closed`] in every case. [`Verb::Close`] and [`Verb::Reset`] cancel at any point.
pub(crate) async fn run(spec: HttpSpec, context: TaskContext) {
    let TaskContext { journal, mut orders, net: _ } = context;
    let gate = Arc::new(NewsGate::new(Arc::clone(&journal)));
    let (pause, paused) = watch::channel(false);
    let timeout = spec.timeout;
    let url = spec.url.clone();
    let exchange = ExchangeTask::new(spec, Arc::clone(&gate), paused);
    let end = {
        // Dropping the exchange at the end of this block drops the client, and with it the connection.
        let going = exchange.run();
        tokio::select! {
            biased;
            // Stop while the connection is open: a RST must precede the FIN that dropping it sends.
            how = async { exchange.end_by_user(handle_orders(&mut orders, &exchange, &gate, &pause).await) } => ExchangeEnd::Stopped(how),
            outcome = going => outcome.map_or_else(ExchangeEnd::Failed, |()| ExchangeEnd::Done),
            () = sleep_or_forever(timeout) => ExchangeEnd::Failed(fault::too_long(timeout.unwrap_or_default(), &url)),
        }
    };
    let how = match end {
        ExchangeEnd::Done => CloseReason::Fin,
        ExchangeEnd::Stopped(how) => how,
        ExchangeEnd::Failed(failure) => {
            let how = if failure.class == Class::Reset { CloseReason::Rst } else { CloseReason::Error };
            exchange.record_failure(how == CloseReason::Rst);
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
    Stopped(CloseReason),
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
            Verb::Socket(SocketVerb::SetOption(name, value)) => match exchange.dial() {
                Some(dial) => dial.set_option(name, value).await,
                None => {
                    let why = "there is no connection yet whose options could be set";
                    gate.news(News::Warned(Failure::usage(why))).await;
                }
            },
            Verb::Socket(SocketVerb::ReadOptions) => {
                if let Some(dial) = exchange.dial() {
                    dial.report_options().await;
                }
            }
            refused @ (Verb::Send(_)
            | Verb::SendFile(_)
            | Verb::Stream(_)
            | Verb::Datagram(_)
            | Verb::Listener(_)
            | Verb::Socket(SocketVerb::SampleEvery(_))) => {
                gate.news(News::Warned(refused.refused(OrderRefuser::Request, ""))).await;
            }
        }
    }
    StopKind::Close
}
