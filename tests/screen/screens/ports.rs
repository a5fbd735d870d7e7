//! A range of ports on the screen.

use std::time::Duration;

use sockeye::sessions::news::{PortCounts, PortNews, PortProbe, PortState};
use sockeye::sessions::spec::PortScanSpec;
use sockeye::sessions::{CloseReason, News, SpecKind};
use sockeye::wire::{Both, Class, FailedOperation, Failure};

use crate::bench::{Bench, address};

fn probe(port: u16) -> PortProbe {
    let peer = address(&format!("192.0.2.1:{port}"));
    let fail = |class, message: &str| Some(Failure::new(class, FailedOperation::Connect, peer.to_string(), message));
    let (state, failure, micros) = match port % 5 {
        0 => (PortState::Open, None, 310),
        3 => (PortState::Filtered, fail(Class::ConnectTimeout, "no answer within 2.0 s"), 2_000_000),
        4 => (PortState::Unreachable, fail(Class::Unreachable, "no route to the host"), 1_200),
        _ => (PortState::Refused, fail(Class::Refused, "connection refused"), 290),
    };
    PortProbe { peer, state, failure, took: Duration::from_micros(micros) }
}

/// A range, some of whose ports are known; not in their order.
pub(crate) fn trying(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let spec = PortScanSpec::parse("192.0.2.1:8000-8010").expect("a range").expect("a good one");
    let id = bench.open(0, SpecKind::Ports(spec));
    let begun = PortNews::Begun { ports: 11, addresses: vec![address("192.0.2.1:1").ip()] };
    bench.news(id, 100, News::Ports(begun));
    for (at, port) in [8001, 8000, 8005, 8002, 8004, 8003].into_iter().enumerate() {
        bench.news(id, 1_000 + at as u64, News::Ports(PortNews::Probed(probe(port))));
    }
    bench
}

/// All of them.
pub(crate) fn known(columns: u16, rows: u16) -> Bench {
    let mut bench = trying(columns, rows);
    let id = sockeye::sessions::SessionId(1);
    for port in 8006..=8010 {
        bench.news(id, 2_000_000, News::Ports(PortNews::Probed(probe(port))));
    }
    let mut counts = PortCounts::default();
    (8000..=8010).for_each(|port| counts.add(probe(port).state));
    bench.news(id, 2_001_000, News::Ports(PortNews::Done { counts, took: Duration::from_millis(2_001) }));
    bench.news(id, 2_001_100, News::Closed { totals: Both::default(), how: CloseReason::Finished });
    bench.keys("j j");
    bench
}
