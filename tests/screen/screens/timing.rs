//! The phases of an HTTP exchange, as they pass and when they are over.

use std::time::Duration;

use sockeye::sessions::kinds::http::HttpGauge;
use sockeye::sessions::news::{CloseReason, DialNews, HttpNews, HttpPhase};
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::{News, SessionId, SpecKind};
use sockeye::wire::http::head::{RequestHead, ResponseHead};
use sockeye::wire::{Both, Class, FailedOperation, Failure};

use crate::bench::{Bench, address};

fn phase(bench: &mut Bench, id: SessionId, phase: HttpPhase, from: u64, to: u64) {
    let (start, took) = (Duration::from_micros(from), Duration::from_micros(to - from));
    let began = bench.at(from);
    bench.news(id, to, News::Http(HttpNews::Phase { phase, began, start, took }));
}

fn request(bench: &mut Bench, id: SessionId, at: u64, url: &str) {
    let head = RequestHead { method: "GET".into(), url: url.into(), headers: Vec::new(), body_bytes: Some(0) };
    bench.news(id, at, News::Http(HttpNews::Request(head)));
}

fn response(bench: &mut Bench, id: SessionId, at: u64, status: u16) {
    let head = ResponseHead {
        version: "HTTP/1.1".into(),
        status,
        reason: "OK".into(),
        headers: Vec::new(),
        after: Duration::from_millis(40),
        peer: None,
    };
    bench.news(id, at, News::Http(HttpNews::Response(head)));
}

/// Two addresses are tried, one after the other was refused.
fn connect(bench: &mut Bench, id: SessionId, from: u64) {
    let (first, second) = (address("[::1]:8443"), address("127.0.0.1:8443"));
    bench.news(id, from, News::Dial(DialNews::Connecting { peer: first, attempt: 1, begun: true }));
    let failure = Failure::new(Class::Refused, FailedOperation::Connect, first.to_string(), "refused");
    let took = Duration::from_millis(2);
    bench.news(id, from + 2_000, News::Dial(DialNews::AttemptFailed { failure, took }));
    bench.news(id, from + 2_000, News::Dial(DialNews::Connecting { peer: second, attempt: 1, begun: true }));
    let (local, took) = (address("127.0.0.1:50000"), Duration::from_millis(16));
    bench.news(id, from + 18_000, News::Dial(DialNews::Connected { local, peer: second, took, attempt: 1 }));
    phase(bench, id, HttpPhase::Connect, from, from + 18_000);
}

fn begun(columns: u16, rows: u16) -> (Bench, SessionId) {
    let mut bench = Bench::new(columns, rows);
    let url = "https://lab.test:8443/old";
    let id = bench.open(0, SpecKind::Http(HttpSpec { redirects: 5, ..HttpSpec::get(url) }));
    bench.news(id, 1_000, News::Dial(DialNews::Resolving { host: "lab.test".into() }));
    let addresses = vec![[0, 0, 0, 0, 0, 0, 0, 1].into(), [127, 0, 0, 1].into()];
    let took = Duration::from_millis(11);
    bench.news(id, 12_000, News::Dial(DialNews::Resolved { host: "lab.test".into(), addresses, took }));
    phase(&mut bench, id, HttpPhase::Dns, 1_000, 12_000);
    connect(&mut bench, id, 12_000);
    phase(&mut bench, id, HttpPhase::Tls, 30_000, 71_000);
    request(&mut bench, id, 71_000, url);
    phase(&mut bench, id, HttpPhase::Send, 71_000, 71_200);
    (bench, id)
}

/// The response is waited for.
pub(super) fn waiting(columns: u16, rows: u16) -> Bench {
    let (mut bench, _) = begun(columns, rows);
    bench.wake(1_400_000);
    bench.keys("d");
    bench
}

/// A redirect was followed on the same connection, and the body has come.
pub(super) fn done(columns: u16, rows: u16) -> Bench {
    let (mut bench, id) = begun(columns, rows);
    phase(&mut bench, id, HttpPhase::Wait, 71_200, 110_000);
    response(&mut bench, id, 110_200, 302);
    phase(&mut bench, id, HttpPhase::Receive, 110_000, 110_400);
    let location = "https://lab.test:8443/big.json".to_owned();
    bench.news(id, 110_400, News::Http(HttpNews::Redirect { status: 302, location: location.clone() }));
    request(&mut bench, id, 110_500, &location);
    phase(&mut bench, id, HttpPhase::Send, 110_500, 110_600);
    phase(&mut bench, id, HttpPhase::Wait, 110_600, 143_000);
    response(&mut bench, id, 143_100, 200);
    let gauge = HttpGauge { wire_body_bytes: 1_200_000, body_bytes: 1_200_000, ..HttpGauge::default() };
    bench.reading_with(id, 150_000, Vec::new(), |reading| reading.http = Some(gauge));
    phase(&mut bench, id, HttpPhase::Receive, 143_000, 183_000);
    bench.news(id, 184_000, News::Closed { totals: Both::default(), how: CloseReason::Fin });
    bench.wake(2_000_000);
    bench.keys("d");
    bench
}
