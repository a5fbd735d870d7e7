//! A UDP conversation on the screen: its datagrams with what their packets said, its ledger, its socket, its path.

use std::time::Duration;

use bytes::Bytes;
use sockeye::sessions::spec::{HostPort, UdpSpec};
use sockeye::sessions::{Block, News, Record, SessionId, SpecKind};
use sockeye::wire::Direction;
use sockeye::wire::icmp::{IcmpMessage, QuotedDatagram};
use sockeye::wire::kernel::udp_info::{MtuDiscovery, UdpInfo};
use sockeye::wire::kernel::view::KernelView;
use sockeye::wire::udp::mtu::{MtuOutcome, MtuRefusal, MtuRefuser, MtuReport, MtuStep};
use sockeye::wire::udp::packet::PacketInfo;

use crate::bench::Bench;
use sockeye::sessions::news::{DialNews, UdpNews};

struct Talk {
    bench: Bench,
    id: SessionId,
    sent: u64,
    received: u64,
}

impl Talk {
    fn said(&mut self, micros: u64, direction: Direction, text: &str, packet: Option<PacketInfo>) {
        let mut block = Block::single_piece(direction, self.bench.at(micros), Bytes::copy_from_slice(text.as_bytes()));
        let count = if direction == Direction::Sent { &mut self.sent } else { &mut self.received };
        block.first = *count;
        *count += 1;
        block.packets = packet.into_iter().collect();
        let change = |reading: &mut sockeye::sessions::Reading| reading.dropped_datagrams = Some(3);
        self.bench.reading_with(self.id, micros, vec![Record::Block(block)], change);
    }
}

fn talked(columns: u16, rows: u16) -> Talk {
    let mut bench = Bench::new(columns, rows);
    let target = HostPort { host: "10.98.0.9".into(), port: 7 };
    let id = bench.open(0, SpecKind::Udp(UdpSpec::new(target)));
    let (local, peer) = ("10.99.0.1:40000".parse().expect("an address"), "10.98.0.9:7".parse().expect("an address"));
    bench.news(id, 100, News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }));
    bench.news(id, 200, News::Dial(DialNews::Connected { local, peer, took: Duration::from_micros(90), attempt: 1 }));
    let mut talk = Talk { bench, id, sent: 0, received: 0 };
    let packet = |tos| PacketInfo {
        ttl: Some(63),
        tos: Some(tos),
        interface: Some("eth0".into()),
        destination: Some([10, 99, 0, 1].into()),
    };
    talk.said(1_000_000, Direction::Sent, "hello\n", None);
    talk.said(1_000_400, Direction::Received, "hello\n", Some(packet(0)));
    talk.said(2_000_000, Direction::Sent, "marked\n", None);
    talk.said(2_000_500, Direction::Received, "marked\n", Some(packet(0xbb)));
    talk.said(3_000_000, Direction::Sent, "lost\n", None);
    talk.said(4_000_000, Direction::Sent, &"too big ".repeat(170), None);
    let icmp = IcmpMessage {
        kind: 3,
        code: 4,
        offender: Some([10, 99, 0, 9].into()),
        destination: Some(peer),
        os_code: 90,
        mtu: Some(1300),
        about: Some(QuotedDatagram { ordinal: 3, bytes: 1360, alike: 0, after: Duration::from_micros(310) }),
        ..IcmpMessage::default()
    };
    talk.bench.news(id, 4_000_310, News::Udp(UdpNews::Icmp(icmp)));
    let view = UdpInfo {
        next_bytes: Some(0),
        send_queue_bytes: Some(0),
        receive_memory_bytes: Some(6_500_000),
        receive_buffer_bytes: Some(8_388_608),
        send_buffer_bytes: Some(212_992),
        mtu: Some(1300),
        discover: Some(MtuDiscovery::Want),
        ttl: Some(64),
        tos: Some(0),
    };
    let kernel = KernelView { udp: Some(view), ..KernelView::default() };
    talk.bench.reading_with(id, 4_100_000, Vec::new(), |reading| reading.kernel = Some(kernel.into()));
    talk
}

pub(crate) fn conversation(columns: u16, rows: u16) -> Bench {
    let mut talk = talked(columns, rows);
    talk.bench.wake(6_000_000);
    talk.bench.keys("1 tab");
    talk.bench
}

/// With what a probe of the path found.
fn probed(columns: u16, rows: u16) -> Bench {
    let Talk { mut bench, id, .. } = talked(columns, rows);
    let router = MtuRefuser::Router { address: Some([10, 99, 0, 9].into()), mtu: Some(1300) };
    let steps = [
        (60, MtuOutcome::Answered),
        (65_535, MtuOutcome::TooBig(MtuRefuser::Here { mtu: Some(1500) })),
        (1500, MtuOutcome::TooBig(router)),
        (1300, MtuOutcome::Answered),
        (1301, MtuOutcome::TooBig(router)),
    ];
    for (bytes, outcome) in steps {
        let step = MtuStep { bytes, outcome, took: Duration::from_micros(310) };
        bench.news(id, 5_000_000, News::Udp(UdpNews::MtuStep(step)));
    }
    let report = MtuReport {
        peer: "10.98.0.9:7".parse().expect("an address"),
        passed: Some(1300),
        answers: true,
        refused: Some(MtuRefusal { bytes: 1301, by: router }),
        settled: true,
        datagrams: 4,
        took: Duration::from_millis(2),
        kernel_before: Some(1500),
        kernel_after: Some(1300),
        failure: None,
    };
    bench.news(id, 5_001_000, News::Udp(UdpNews::PathMtu(Box::new(report))));
    bench.wake(6_000_000);
    bench.keys("1 tab");
    bench
}

pub(crate) fn ledger(columns: u16, rows: u16) -> Bench {
    let mut bench = probed(columns, rows);
    bench.keys("f9");
    bench
}

pub(crate) fn socket(columns: u16, rows: u16) -> Bench {
    let mut bench = probed(columns, rows);
    bench.keys("f10");
    bench
}

/// A query for an address and its answer, sent by hand; the view of fields shows the last datagram.
pub(super) fn dns_fields(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, SpecKind::Udp(UdpSpec::new(HostPort { host: "192.0.2.53".into(), port: 53 })));
    let (local, peer) = ("192.0.2.1:40000".parse().expect("an address"), "192.0.2.53:53".parse().expect("an address"));
    bench.news(id, 200, News::Dial(DialNews::Connected { local, peer, took: Duration::from_micros(90), attempt: 1 }));
    let question = b"\x03www\x07example\0\0\x01\0\x01";
    let query = [&b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0"[..], question].concat();
    let record = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x09";
    let answer = [&b"\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0"[..], question, record].concat();
    bench.data(id, 1_000_000, Direction::Sent, &query);
    bench.data(id, 1_004_000, Direction::Received, &answer);
    bench.keys("A");
    bench
}
