//! One HTTP exchange: a request, the redirects it leads through, and the body that comes of it.
//!
//! The connection is dialled as every TCP session is, and spoken to by hyper; only where a proxy stands between us and
//! the host are the sockets reqwest's. The hops, the decoding, the counts on both sides of it and the words for what
//! went wrong are ours in both cases.

mod answer;
mod ask;
mod body;
mod client;
mod coder;
mod decode;
mod dial;
mod driven;
mod exchange;
mod fault;
mod gzip;
mod headers;
mod joined;
mod link;
mod many;
mod receive;
mod redirect;
mod straight;
mod tap;
mod teller;
mod tls;
mod wire_count;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Post, lane};
use crate::sessions::spec::http::HttpSpec;
use crate::sessions::{How, News, Verb};
use crate::text::quantity;
use crate::wire::{Class, Failure};
use exchange::Exchange;
use teller::Teller;

pub(crate) use driven::Driven;

pub(crate) use fault::{Stage, of_hyper};
pub(crate) use many::Many;

/// Runs one HTTP exchange to its end, and tells it to the post's journal.
///
/// Ends with [`News::Closed`] in every case. [`Verb::Close`] and [`Verb::Reset`] cancel at any point.
pub(crate) async fn run(spec: HttpSpec, post: Post) {
    let Post { journal, mut orders, net: _ } = post;
    let teller = Arc::new(Teller::new(Arc::clone(&journal)));
    let (pause, paused) = watch::channel(false);
    let timeout = spec.timeout;
    let url = spec.url.clone();
    let exchange = Exchange::new(spec, Arc::clone(&teller), paused);
    let end = {
        // Dropping the exchange at the end of this block drops the client, and with it the connection.
        let going = exchange.go();
        tokio::select! {
            biased;
            // Stopped while the connection still stands: a RST must come before the FIN that dropping it sends.
            how = async { exchange.stop(obey(&mut orders, &exchange, &teller, &pause).await) } => End::Stopped(how),
            outcome = going => outcome.map_or_else(End::Failed, |()| End::Done),
            () = run_out(timeout) => End::Failed(too_long(timeout, &url)),
        }
    };
    let how = match end {
        End::Done => How::Fin,
        End::Stopped(how) => how,
        End::Failed(failure) => {
            let how = if failure.class == Class::Reset { How::Rst } else { How::Error };
            exchange.failed(how == How::Rst);
            teller.news(News::Failed(failure)).await;
            how
        }
    };
    exchange.finish();
    teller.finish().await;
    journal.closed(how).await;
}

/// Why an exchange is over.
enum End {
    Done,
    Stopped(How),
    Failed(Failure),
}

/// How the user wants it to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Close the connection.
    Close,
    /// Reset it, where the kernel lets us.
    Reset,
}

/// Takes orders until one of them ends the exchange.
async fn obey(orders: &mut lane::Receiver, exchange: &Exchange, teller: &Teller, pause: &watch::Sender<bool>) -> Stop {
    while let Some(verb) = orders.recv().await {
        match verb {
            Verb::Close => return Stop::Close,
            Verb::Reset => return Stop::Reset,
            Verb::PauseReading => {
                if !pause.send_replace(true) {
                    teller.news(News::ReadingPaused).await;
                }
            }
            Verb::ContinueReading => {
                if pause.send_replace(false) {
                    teller.news(News::ReadingContinued).await;
                }
            }
            Verb::Send(_) | Verb::SendTo(..) | Verb::SendFile(_) | Verb::Burst(_) | Verb::FinishSending => {
                refuse(teller, "an HTTP request sends only its own body").await;
            }
            Verb::ProbeMtu => refuse(teller, "an HTTP request probes no path: a UDP session does").await,
            Verb::CloseUnread => {
                refuse(teller, "an HTTP request's connection is its client's own: close or reset it").await;
            }
            Verb::StopBurst => refuse(teller, "an HTTP request sends no burst").await,
            Verb::Join(_) | Verb::Leave(_) => refuse(teller, "an HTTP request has no multicast groups").await,
            Verb::Limit(_) => refuse(teller, "an HTTP request accepts no connections").await,
            Verb::Capture(_) => {
                refuse(teller, "the packets of TCP sessions can be captured, not those of a request").await;
            }
            Verb::SetOption(name, value) => match exchange.dial() {
                Some(dial) => dial.set_option(name, value).await,
                None => refuse(teller, "there is no connection yet whose options could be set").await,
            },
            Verb::ReadOptions => {
                if let Some(dial) = exchange.dial() {
                    dial.tell_options().await;
                }
            }
            Verb::SampleEvery(_) => refuse(teller, "the gauges of an HTTP request's connection are not watched").await,
        }
    }
    Stop::Close
}

async fn refuse(teller: &Teller, why: &str) {
    teller.news(News::Warned(Failure::usage(why))).await;
}

async fn run_out(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}

fn too_long(timeout: Option<Duration>, url: &str) -> Failure {
    let allowed = quantity::duration(timeout.unwrap_or_default());
    Failure::new(Class::IdleTimeout, "request", url, format!("the whole exchange took longer than {allowed}"))
}
