//! A question for DNS, and the way to a peer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sockeye::sessions::kinds::dns_compare::{DirectLookup, FamilyAnswer, ResolverComparison};
use sockeye::sessions::news::dns::{DnsAnswer, DnsNews, DnsPlan, DnsQuery, DnsTransport};
use sockeye::sessions::spec::dns::DnsSpec;
use sockeye::sessions::{CloseReason, News, SpecKind};
use sockeye::wire::dns::message::{DnsMessage, DnsQuestion};
use sockeye::wire::dns::record_type::RecordType;
use sockeye::wire::route::Route;
use sockeye::wire::{Class, FailedOperation, Failure, FailureReason};

use super::{LARGE, SMALL, USUAL, WIDE, check};
use crate::bench::{Bench, address, tcp_to};
use sockeye::sessions::news::DialNews;

const QUERY: &[u8] =
    b"\x12\x34\x01\x20\0\x01\0\0\0\0\0\x01\x03www\x07example\0\0\x01\0\x01\0\0\x29\x04\xd0\0\0\0\0\0\0";

const ANSWER: &[u8] = b"\x12\x34\x81\xa0\0\x01\0\x02\0\0\0\x01\x03www\x07example\0\0\x01\0\x01\
    \xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x06\x03web\xc0\x10\
    \xc0\x29\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01\
    \0\0\x29\x04\xd0\0\0\0\0\0\0";

fn told(news: DnsNews) -> News {
    News::Dns(Box::new(news))
}

fn asked(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, SpecKind::Dns(DnsSpec::new("www.example")));
    let server = address("192.0.2.53:53");
    let plan = DnsPlan {
        names: vec!["www.example.".into(), "www.example.corp.test.".into()],
        servers: vec![server],
        source: "/etc/resolv.conf".into(),
        ndots: 1,
        timeout: Duration::from_secs(5),
        tries: 2,
        hosts: Vec::new(),
    };
    bench.news(id, 500, told(DnsNews::Plan(plan)));
    for (micros, kind, number) in [(600, RecordType::A, 0x1234), (620, RecordType::AAAA, 0x4321)] {
        let question = DnsQuestion { name: "www.example.".into(), kind, class: 1 };
        let bytes = Bytes::from_static(QUERY);
        let query = DnsQuery { question, server, wire: DnsTransport::Udp, attempt: 1, id: number, bytes };
        bench.news(id, micros, told(DnsNews::Query(query)));
    }
    let (bytes, message) = (Bytes::from_static(ANSWER), Arc::new(DnsMessage::read(ANSWER)));
    let answer = DnsAnswer { server, wire: DnsTransport::Udp, took: Duration::from_micros(12_400), bytes, message };
    bench.news(id, 13_000, told(DnsNews::Answer(answer)));
    bench
}

#[test]
fn an_answer_is_a_table_while_another_is_waited_for() {
    check("dns", asked, &[SMALL, USUAL, LARGE, WIDE]);
}

#[test]
fn every_field_of_a_message_stands_at_its_bytes() {
    let fields = |columns, rows| {
        let mut bench = asked(columns, rows);
        bench.keys("A");
        bench
    };
    check("dns-fields", fields, &[USUAL, LARGE]);
}

fn raced(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, tcp_to("www.example:80"));
    let (v6, v4) = (address("[2001:db8::1]:80"), address("192.0.2.1:80"));
    bench.news(id, 100, News::Dial(DialNews::Resolving { host: "www.example".into() }));
    let took = Duration::from_micros(4_200);
    bench.news(
        id,
        4_300,
        News::Dial(DialNews::Resolved { host: "www.example".into(), addresses: vec![v6.ip(), v4.ip()], took }),
    );
    bench.news(id, 4_400, News::Dial(DialNews::Connecting { peer: v6, attempt: 1, begun: true }));
    bench.news(id, 254_400, News::Dial(DialNews::Connecting { peer: v4, attempt: 1, begun: true }));
    let failure = Failure::new(Class::Unreachable, FailedOperation::Connect, v6.to_string(), "no route to the host");
    bench.news(id, 260_000, News::Dial(DialNews::AttemptFailed { failure, took: Duration::from_micros(255_600) }));
    let (local, took) = (address("192.0.2.9:53122"), Duration::from_micros(18_000));
    bench.news(id, 272_400, News::Dial(DialNews::Connected { local, peer: v4, took, attempt: 1 }));
    let route = Route {
        peer: v4.ip(),
        source: local.ip(),
        interface: Some("eth0".into()),
        gateway: Some([192, 0, 2, 254].into()),
    };
    bench.news(id, 272_500, News::Dial(DialNews::Route(Box::new(route))));
    let family = FamilyAnswer {
        kind: RecordType::A,
        name: "www.example.".into(),
        server: Some(address("192.0.2.53:53")),
        addresses: vec![[192, 0, 2, 77].into()],
        ttl: Some(60),
        said: "NOERROR".into(),
        is_answer: true,
        took: Duration::from_micros(3_100),
    };
    let own = DirectLookup::Asked(vec![family]);
    let compared = ResolverComparison { host: "www.example".into(), system: Ok(vec![v6.ip(), v4.ip()]), own };
    bench.news(id, 273_000, News::Dial(DialNews::Compared(Box::new(compared))));
    bench
}

#[test]
fn a_race_is_drawn_as_lanes_beside_the_conversation() {
    check("way-beside", raced, &[WIDE]);
}

#[test]
fn a_race_is_drawn_as_lanes_in_a_view_of_its_own() {
    let way = |columns, rows| {
        let mut bench = raced(columns, rows);
        bench.keys("R");
        bench
    };
    check("way", way, &[SMALL, USUAL]);
}

#[test]
fn a_name_that_does_not_exist_says_who_said_so() {
    let failed = |columns, rows| {
        let mut bench = asked(columns, rows);
        let id = sockeye::sessions::SessionId(1);
        let message = "there is no such name (NXDOMAIN from 192.0.2.53:53)";
        let failure = Failure::new(Class::Resolve, FailedOperation::Ask, "www.example. A", message)
            .with_reason(FailureReason::DnsNoSuchName);
        bench.news(id, 20_000, News::Failed(failure));
        bench.news(id, 20_001, News::Closed { totals: Default::default(), how: CloseReason::Error });
        bench
    };
    check("dns-failed", failed, &[USUAL]);
}
