//! Runs of many on the screen.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sockeye::sessions::SpecKind;
use sockeye::sessions::repeat::run::{CompletedAttempt, RepeatReading, RepeatTally};
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::spec::repeat::{EchoSpec, RepeatKind, RepeatSpec, StartPace};
use sockeye::sessions::spec::{HostPort, UdpSpec};
use sockeye::wire::Class;

use crate::bench::Bench;

/// Requests that get slower, and some that fail, in the same way each time.
fn tally(count: u64) -> RepeatTally {
    let mut tally = RepeatTally::default();
    for number in 0..count {
        let at = Duration::from_millis(number * 20);
        if number % 97 == 5 {
            tally.count_failed(if number % 2 == 0 { Class::Reset } else { Class::Protocol }, at);
            continue;
        }
        let latency = Duration::from_micros(180 + (number * 7919) % 400 + if number % 50 == 0 { 20_000 } else { 0 });
        tally.count_done(CompletedAttempt { at, latency, service: None });
        tally.count_status(if number % 40 == 3 { 503 } else { 200 });
    }
    tally.totals.received.bytes = 512 * tally.done;
    tally
}

pub(crate) fn running(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let mut spec = RepeatSpec::times(RepeatKind::Http(HttpSpec::get("http://127.0.0.1:8080/small")), 1000);
    spec.pace = StartPace::per_second(50.0).expect("a rate");
    spec.concurrency = 20;
    let id = bench.open(0, SpecKind::Repeat(Box::new(spec)));
    let tally = tally(600);
    let reading = RepeatReading {
        asked: Some(1000),
        started: tally.finished_count() + 2,
        in_flight: 2,
        corrected: true,
        elapsed: Duration::from_secs(12),
        tally,
        ..RepeatReading::default()
    };
    bench.reading_with(id, 12_000_000, Vec::new(), |look| look.repeat = Some(Arc::new(reading)));
    bench
}

pub(crate) fn lossy(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let udp = UdpSpec::new(HostPort { host: "127.0.0.1".into(), port: 7 });
    let payload = Bytes::from_static(b"ping");
    let echo = EchoSpec { udp, payload, tagged: true, patience: Duration::from_secs(1) };
    let mut spec = RepeatSpec::times(RepeatKind::Echo(echo), 200);
    spec.count = None;
    spec.pace = StartPace::Interval(Duration::from_millis(20));
    let id = bench.open(0, SpecKind::Repeat(Box::new(spec)));
    let mut tally = tally(90);
    tally.statuses = [0; 6];
    tally.count_lost(10, Duration::from_secs(1));
    tally.stray = 3;
    tally.totals.sent.bytes = 1600;
    let reading = RepeatReading {
        started: tally.finished_count(),
        elapsed: Duration::from_millis(2_041),
        jitter: Some(Duration::from_micros(41)),
        paused: true,
        tally,
        ..RepeatReading::default()
    };
    bench.reading_with(id, 2_100_000, Vec::new(), |look| look.repeat = Some(Arc::new(reading)));
    bench
}
