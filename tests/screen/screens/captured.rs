//! A ladder of captured segments: a handshake, a gap that is asked for and filled, a window that closes, an end.

use sockeye::sessions::{News, SessionId};
use sockeye::wire::Direction::{self, Received, Sent};
use sockeye::wire::Evidence;
use sockeye::wire::segment::{CaptureReading, Segment, SegmentFlow, TcpFlags, TcpOptions};
use sockeye::wire::tcp::cause::StateCause;
use sockeye::wire::tcp::state::TcpState;

use super::scenes::others;
use crate::bench::{Bench, address, tcp_to};
use sockeye::sessions::news::{DialNews, TcpNews};

const ACK: TcpFlags = TcpFlags::ACK;
const DATA: TcpFlags = TcpFlags::PSH.union(TcpFlags::ACK);

struct Wire {
    bench: Bench,
    id: SessionId,
    flow: SegmentFlow,
    told: Vec<sockeye::wire::segment::CapturedSegment>,
}

impl Wire {
    /// One segment: when, who, flags, relative number and acknowledgement, bytes, window field.
    fn one(&mut self, micros: u64, direction: Direction, flags: TcpFlags, numbers: (u32, u32), len: u32, window: u16) {
        let ends = (address("127.0.0.1:53122"), address("127.0.0.1:7001"));
        let (own, other, source, destination) = match direction {
            Sent => (2_814_878_442, 418_732_809, ends.0, ends.1),
            Received => (418_732_809, 2_814_878_442, ends.1, ends.0),
        };
        let options = if flags.contains(TcpFlags::SYN) {
            TcpOptions::read(&[2, 4, 0xff, 0xd7, 4, 2, 1, 3, 3, 7])
        } else {
            TcpOptions::default()
        };
        let ack = if flags.contains(ACK) { other + numbers.1 } else { 0 };
        let seq = own + numbers.0;
        let segment = Segment { source, destination, ttl: 64, seq, ack, flags, window, options, len };
        let at = self.bench.at(micros);
        self.told.push(self.flow.on_segment(at, direction, segment));
    }

    fn tell(&mut self, micros: u64, missed: u64) {
        let segments = std::mem::take(&mut self.told);
        let reading = CaptureReading { on: true, segments, missed };
        self.bench.reading_with(self.id, micros, Vec::new(), |to| to.capture = Some(Box::new(reading)));
    }
}

fn talk(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, tcp_to("127.0.0.1:7001"));
    let mut wire = Wire { bench, id, flow: SegmentFlow::default(), told: Vec::new() };
    wire.tell(0, 0);
    let peer = address("127.0.0.1:7001");
    wire.bench.news(id, 0, News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }));
    let step = |from, to, cause, evidence| News::Tcp(TcpNews::State { from, to, cause, evidence, remaining: None });
    let (closed, syn_sent, open) = (TcpState::Closed, TcpState::SynSent, TcpState::Established);
    wire.bench.news(id, 0, step(closed, syn_sent, StateCause::Connect, Evidence::Inferred));
    wire.one(12, Sent, TcpFlags::SYN, (0, 0), 0, 65_495);
    wire.one(30, Received, TcpFlags::SYN.union(ACK), (0, 1), 0, 65_483);
    wire.one(38, Sent, ACK, (1, 1), 0, 512);
    wire.bench.news(id, 92, step(syn_sent, open, StateCause::SynAckArrived, Evidence::Seen));
    let took = std::time::Duration::from_micros(92);
    wire.bench.news(
        id,
        92,
        News::Dial(DialNews::Connected { local: address("127.0.0.1:53122"), peer, took, attempt: 1 }),
    );
    wire.bench.data(id, 4_720_000, Sent, b"hello world\n");
    wire.one(4_719_980, Sent, DATA, (1, 1), 12, 512);
    wire.one(4_719_991, Received, ACK, (1, 13), 0, 512);
    let acked = Some(std::time::Duration::from_micros(14));
    wire.bench.news(
        id,
        4_720_040,
        News::Tcp(TcpNews::Stamps { byte: 11, scheduled: None, sent: None, again: Vec::new(), acked }),
    );
    wire.one(4_720_100, Received, DATA, (101, 13), 100, 512);
    wire.one(4_720_110, Sent, ACK, (13, 1), 0, 512);
    wire.one(4_720_120, Received, DATA, (201, 13), 100, 512);
    wire.one(4_720_130, Sent, ACK, (13, 1), 0, 512);
    wire.one(4_720_140, Received, DATA, (301, 13), 100, 512);
    wire.one(4_720_150, Sent, ACK, (13, 1), 0, 512);
    wire.one(4_724_300, Received, DATA, (1, 13), 100, 512);
    wire.one(4_724_310, Sent, ACK, (13, 401), 0, 512);
    wire.bench.data(id, 4_724_400, Received, &[b'x'; 400]);
    wire.one(6_000_000, Sent, DATA, (13, 401), 65_460, 512);
    wire.bench.data(id, 6_000_020, Sent, &[b'y'; 65_460]);
    wire.one(6_000_040, Received, ACK, (401, 65_473), 0, 0);
    wire.one(6_210_000, Sent, ACK, (65_472, 401), 0, 512);
    wire.one(6_210_010, Received, ACK, (401, 65_473), 0, 0);
    wire.one(6_400_000, Received, ACK, (401, 65_473), 0, 512);
    wire.tell(6_500_000, 3);
    wire.one(7_000_000, Sent, TcpFlags::FIN.union(ACK), (65_473, 401), 0, 512);
    wire.bench.news(id, 7_000_010, News::Tcp(TcpNews::WeFinished));
    wire.bench.news(id, 7_000_010, step(open, TcpState::FinWait1, StateCause::WeShutDown, Evidence::Inferred));
    wire.one(7_000_030, Received, ACK, (401, 65_474), 0, 512);
    wire.tell(7_000_100, 0);
    wire.bench.news(
        id,
        7_100_000,
        step(TcpState::FinWait1, TcpState::FinWait2, StateCause::AckOfFin, Evidence::Kernel),
    );
    let mut bench = wire.bench;
    others(&mut bench);
    bench.wake(7_500_000);
    bench.keys("1");
    bench
}

pub(crate) fn ladder(columns: u16, rows: u16) -> Bench {
    let mut bench = talk(columns, rows);
    bench.keys("f8");
    bench
}

/// The retransmission picked, with the numbers as they stand in the header.
pub(crate) fn absolute(columns: u16, rows: u16) -> Bench {
    let mut bench = ladder(columns, rows);
    bench.keys("# g j j j j j j j j j j");
    bench
}

/// From the newest segment with payload to its bytes.
pub(crate) fn jumped(columns: u16, rows: u16) -> Bench {
    let mut bench = ladder(columns, rows);
    bench.keys("k k k k k k k enter");
    bench
}

/// And back: to the segment that carried them.
pub(crate) fn back(columns: u16, rows: u16) -> Bench {
    let mut bench = jumped(columns, rows);
    bench.keys("f8");
    bench
}
