//! Ladders of whole conversations, as text.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sockeye::sessions::tcp::history::TcpHistory;
use sockeye::sessions::tcp::ladder::{KernelCounters, MOST_RUNGS, Rung, SystemCall, explain_rung};
use sockeye::sessions::{Block, CloseReason, News, Record, SessionId};
use sockeye::wire::kernel::view::KernelView;
use sockeye::wire::segment::{CaptureReading, Segment, SegmentFlow, TcpFlags, TcpOptions};
use sockeye::wire::tcp::state::TcpState;
use sockeye::wire::tcp::syn::SynView;
use sockeye::wire::{Both, Class, Direction, Evidence, FailedOperation, Failure, FailureReason, Totals};

use crate::drawn::snapshots;
use sockeye::sessions::news::{DialNews, ListenerNews, TcpNews};

/// A story being told: every record has a time in milliseconds and gets the next entries.
struct Teller {
    story: TcpHistory,
    start: Instant,
    entry: u64,
}

impl Teller {
    fn new() -> Self {
        Teller { story: TcpHistory::default(), start: Instant::now(), entry: 1 }
    }

    fn at(&self, millis: u64) -> Instant {
        self.start + Duration::from_millis(millis)
    }

    fn news(&mut self, millis: u64, news: News) {
        let at = self.at(millis);
        self.story.record(Some(self.entry), &Record::News { at, news }, at);
        self.entry += 1;
    }

    fn data(&mut self, millis: u64, direction: Direction, bytes: &'static [u8]) {
        let at = self.at(millis);
        let block = Block::single_piece(direction, at, Bytes::from_static(bytes));
        self.story.record(Some(self.entry), &Record::Block(block), at);
        self.entry += 1;
    }

    fn kernel(&mut self, millis: u64, state: TcpState) {
        let view = KernelView { state: Some(state), ..KernelView::default() };
        self.story.kernel(&view, self.at(millis), self.at(millis));
    }

    fn counters(&mut self, millis: u64, counters: KernelCounters) {
        let at = self.at(millis);
        self.story.ladder.sample(counters, at);
    }

    fn connected(&mut self) {
        self.news(0, News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: true }));
        let took = Duration::from_millis(1);
        self.news(1, News::Dial(DialNews::Connected { local: peer(), peer: peer(), took, attempt: 1 }));
    }

    fn closed(&mut self, millis: u64, how: CloseReason) {
        self.news(millis, News::Closed { totals: Both::<Totals>::default(), how });
    }

    fn drawn(&self) -> String {
        let line = |rung: &Rung| {
            let call = rung.call.as_ref().map(SystemCall::text).unwrap_or_default();
            let arrow = match rung.direction.filter(|_| !rung.lone) {
                Some(Direction::Sent) => "──▶",
                Some(Direction::Received) => "◀──",
                None => "   ",
            };
            let known = match rung.evidence {
                Evidence::Seen => "seen",
                Evidence::Kernel => "kernel",
                Evidence::Inferred => "inferred",
            };
            let entry = rung.entry.map_or("-".to_owned(), |entry| entry.to_string());
            format!("{call:>10} {arrow} {} · {known} · {entry}\n", rung.label.text())
        };
        self.story.ladder.rungs().map(line).collect()
    }
}

fn peer() -> SocketAddr {
    ([127, 0, 0, 1], 7001).into()
}

fn refused() -> Failure {
    Failure::new(Class::Refused, FailedOperation::Connect, "127.0.0.1:9", "connection refused")
}

#[test]
fn a_handshake_data_and_our_half_close_are_a_rung_each() {
    let mut teller = Teller::new();
    teller.connected();
    teller.kernel(1, TcpState::Established);
    teller.data(4_120, Direction::Sent, b"hello world\n");
    teller.data(4_121, Direction::Received, b"hello world\n");
    let acked = Some(Duration::from_micros(14));
    teller.news(4_121, News::Tcp(TcpNews::Stamps { byte: 11, scheduled: None, sent: None, again: Vec::new(), acked }));
    teller.news(12_000, News::Tcp(TcpNews::WeFinished));
    teller.kernel(12_001, TcpState::FinWait2);
    teller.data(12_340, Direction::Received, b"bye\n");
    teller.news(12_341, News::Tcp(TcpNews::PeerFinished { received_bytes: 16 }));
    teller.closed(12_341, CloseReason::Fin);
    snapshots().bind(|| insta::assert_snapshot!(teller.drawn()));
}

#[test]
fn the_peers_half_close_leaves_us_sending() {
    let mut teller = Teller::new();
    teller.news(0, News::Listener(ListenerNews::Accepted { listener: SessionId(1), local: peer(), peer: peer() }));
    let syn = SynView {
        ttl: 64,
        window: 65_535,
        isn: 7,
        mss: Some(65_495),
        wscale: Some(7),
        sack_permitted: true,
        timestamp: None,
        ecn: false,
        raw: Bytes::new(),
    };
    teller.news(1, News::Tcp(TcpNews::PeerSyn(syn)));
    teller.news(2, News::Tcp(TcpNews::PeerFinished { received_bytes: 0 }));
    teller.data(3, Direction::Sent, b"still here");
    teller.closed(4, CloseReason::Fin);
    snapshots().bind(|| insta::assert_snapshot!(teller.drawn()));
}

#[test]
fn a_refused_attempt_is_one_rst_however_often_it_is_told() {
    let mut teller = Teller::new();
    teller.news(0, News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: true }));
    teller.news(1, News::Dial(DialNews::AttemptFailed { failure: refused(), took: Duration::from_millis(1) }));
    teller.news(1, News::Failed(refused()));
    teller.closed(1, CloseReason::Error);
    snapshots().bind(|| insta::assert_snapshot!(teller.drawn()));
}

#[test]
fn nobody_answers_a_syn() {
    let mut teller = Teller::new();
    teller.news(0, News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: true }));
    teller.counters(
        1_100,
        KernelCounters { state: Some(TcpState::SynSent), retransmits: Some(1), ..KernelCounters::default() },
    );
    teller.counters(
        2_100,
        KernelCounters { state: Some(TcpState::SynSent), retransmits: Some(2), ..KernelCounters::default() },
    );
    teller.news(
        3_000,
        News::Failed(Failure::new(Class::ConnectTimeout, FailedOperation::Connect, "", "no answer in 3 s")),
    );
    teller.closed(3_000, CloseReason::Error);
    snapshots().bind(|| insta::assert_snapshot!(teller.drawn()));
}

#[test]
fn resets_of_both_sides_are_told_apart() {
    let mut teller = Teller::new();
    teller.connected();
    teller.news(5, News::Failed(Failure::new(Class::Reset, FailedOperation::Read, "", "connection reset")));
    teller.closed(5, CloseReason::Rst);
    let mut ours = Teller::new();
    ours.connected();
    ours.closed(5, CloseReason::Rst);
    snapshots().bind(|| insta::assert_snapshot!(format!("{}\n{}", teller.drawn(), ours.drawn())));
}

#[test]
fn a_closed_window_is_probed_and_opens_again() {
    let mut teller = Teller::new();
    teller.connected();
    let window = |bytes, backoff| KernelCounters {
        state: Some(TcpState::Established),
        peer_window: Some(bytes),
        probes: Some(0),
        backoff: Some(backoff),
        ..KernelCounters::default()
    };
    for (millis, bytes, backoff) in [(10, 65_535, 0), (110, 0, 0), (310, 0, 1), (710, 0, 2), (910, 32_768, 0)] {
        teller.counters(millis, window(bytes, backoff));
    }
    teller.counters(1_010, KernelCounters { probes: Some(2), ..window(32_768, 0) });
    teller.counters(1_110, KernelCounters { retransmits: Some(3), ..window(32_768, 0) });
    snapshots().bind(|| insta::assert_snapshot!(teller.drawn()));
}

#[test]
fn a_flood_folds_into_one_run_a_direction() {
    let mut teller = Teller::new();
    teller.connected();
    for millis in 0..1_000 {
        teller.data(10 + millis, Direction::Received, b"0123456789");
        if millis % 2 == 0 {
            teller.data(10 + millis, Direction::Sent, b"01234");
        }
    }
    snapshots().bind(|| insta::assert_snapshot!(teller.drawn()));
}

#[test]
fn the_oldest_rungs_are_counted_when_they_go() {
    let mut teller = Teller::new();
    for round in 0..6_000 {
        teller.data(round * 2_000, Direction::Sent, b"x");
    }
    let ladder = &teller.story.ladder;
    assert_eq!(ladder.len(), MOST_RUNGS);
    assert_eq!(ladder.folded_count() as usize + ladder.len(), 6_000 + 5_999);
    assert_eq!(ladder.rung_of_entry(6_000).and_then(|rung| ladder.index_of(rung.id)), Some(MOST_RUNGS - 1));
}

#[test]
fn every_rung_is_explained_with_its_section() {
    let mut teller = Teller::new();
    teller.connected();
    teller.data(2_000, Direction::Sent, b"x");
    teller.news(3_000, News::Tcp(TcpNews::WeFinished));
    teller.kernel(3_001, TcpState::FinWait2);
    teller.closed(3_002, CloseReason::Rst);
    for rung in teller.story.ladder.rungs() {
        let explained = explain_rung(rung);
        assert!(explained.cite.starts_with("RFC 9293 §3."), "{explained:?}");
        assert!(explained.means.ends_with('.') && explained.known.ends_with('.'), "{explained:?}");
        assert!(!explained.title.is_empty());
    }
}

/// What is captured of a handshake, twelve bytes, their ACK and our FIN, from 0 ms and 5,000 ms on.
fn segments(teller: &Teller) -> CaptureReading {
    use sockeye::wire::Direction::{Received, Sent};
    let ack = TcpFlags::ACK;
    let rows = [
        (100, Sent, TcpFlags::SYN, 0, 0, 0),
        (120, Received, TcpFlags::SYN.union(ack), 0, 1, 0),
        (130, Sent, ack, 1, 1, 0),
        (4_999_990, Sent, ack.union(TcpFlags::PSH), 1, 1, 12),
        (4_999_999, Received, ack, 1, 13, 0),
        (9_000_010, Sent, ack.union(TcpFlags::FIN), 13, 1, 0),
        (9_000_020, Received, ack, 1, 14, 0),
    ];
    let mut flow = SegmentFlow::default();
    let mut take = |(micros, direction, flags, seq, ack, len)| {
        let (source, destination) = (peer(), peer());
        let options = TcpOptions::default();
        let segment = Segment { source, destination, ttl: 64, seq, ack, flags, window: 512, options, len };
        flow.on_segment(teller.start + Duration::from_micros(micros), direction, segment)
    };
    CaptureReading { on: true, segments: rows.map(&mut take).to_vec(), missed: 0 }
}

#[test]
fn a_call_joins_the_segment_that_shows_it_whichever_is_known_first() {
    let told = [false, true].map(|segments_first| {
        let mut teller = Teller::new();
        let captured = segments(&teller);
        teller.story.set_capturing(&captured, teller.at(0));
        if segments_first {
            teller.story.add_segments(captured.clone(), teller.at(9_100));
        }
        teller.connected();
        teller.data(5_000, Direction::Sent, b"hello world\n");
        let acked = Some(Duration::from_micros(14));
        teller.news(
            5_001,
            News::Tcp(TcpNews::Stamps { byte: 11, scheduled: None, sent: None, again: Vec::new(), acked }),
        );
        teller.news(9_000, News::Tcp(TcpNews::WeFinished));
        teller.kernel(9_040, TcpState::FinWait2);
        if !segments_first {
            teller.story.add_segments(captured, teller.at(9_100));
        }
        // A read that no segment shows stands alone, at its time.
        teller.data(9_200, Direction::Received, b"bye\n");
        teller.drawn()
    });
    assert_eq!(told[0], told[1]);
    snapshots().bind(|| insta::assert_snapshot!(told[0]));
}

#[test]
fn a_captured_flood_folds_and_what_is_noted_is_counted() {
    let mut teller = Teller::new();
    let mut flow = SegmentFlow::default();
    let options = TcpOptions::default();
    let mut all = Vec::new();
    for number in 0..20_000_u32 {
        let seq = if number % 100 == 99 { 1 } else { 1 + number * 10 };
        let (source, destination) = (peer(), peer());
        let flags = TcpFlags::ACK;
        let segment = Segment { source, destination, ttl: 64, seq, ack: 1, flags, window: 512, options, len: 10 };
        all.push(flow.on_segment(teller.start + Duration::from_micros(number.into()), Direction::Received, segment));
    }
    let reading = CaptureReading { on: true, segments: all, missed: 7 };
    teller.story.set_capturing(&reading, teller.at(0));
    teller.story.add_segments(reading, teller.at(100));
    let ladder = &teller.story.ladder;
    assert!(ladder.len() < 200, "{}", ladder.len());
    assert_eq!(ladder.missed_packets(), 7);
    let counted: u64 = ladder
        .rungs()
        .map(|rung| match &rung.label {
            sockeye::sessions::tcp::ladder::RungLabel::Segment(_) => 1,
            sockeye::sessions::tcp::ladder::RungLabel::Segments { segments, .. } => *segments,
            _ => 0,
        })
        .sum();
    assert_eq!(counted, 20_000);
}

#[test]
fn counts_at_their_greatest_and_times_out_of_order_break_no_ladder() {
    for captures in [false, true] {
        let mut teller = Teller::new();
        teller.connected();
        let totals = Totals { bytes: u64::MAX, ops: u64::MAX };
        for (millis, direction) in
            [(900, Direction::Sent), (3, Direction::Sent), (500, Direction::Received), (1, Direction::Received)]
        {
            let at = teller.at(millis);
            teller.story.record(Some(teller.entry), &Record::NotKept { direction, totals }, at);
            teller.data(millis, direction, b"hello");
            for byte in [0, 4, u64::MAX] {
                let after = Some(Duration::MAX);
                teller.news(
                    millis,
                    News::Tcp(TcpNews::Stamps { byte, scheduled: after, sent: after, again: Vec::new(), acked: after }),
                );
            }
            if captures {
                teller.story.ladder.not_captured(u64::MAX, at);
            }
        }
        for counts in [u64::MAX, 0, u64::MAX, 1, u64::MAX] {
            let count = Some(counts);
            let counters = KernelCounters {
                retransmits: count,
                probes: count,
                backoff: count,
                peer_window: count,
                our_window: count,
                ..KernelCounters::default()
            };
            teller.counters(2, counters);
        }
        teller.closed(0, CloseReason::Fin);
        let drawn = teller.drawn();
        assert!(!drawn.is_empty() && teller.story.ladder.rungs().len() <= MOST_RUNGS, "{drawn}");
    }
}

/// The last rungs, without evidence and entry.
fn last_labels(teller: &Teller, count: usize) -> Vec<String> {
    let all: Vec<String> = teller.story.ladder.rungs().map(|rung| rung.label.text()).collect();
    all[all.len() - count..].to_vec()
}

#[test]
fn a_write_that_is_lost_was_sent_at_once_and_each_time_again_before_its_ack() {
    let mut teller = Teller::new();
    teller.connected();
    teller.data(100, Direction::Sent, b"hello");
    // The kernel's count is seen before the timestamps of the write are told, and once more after that.
    let counted = |retransmits| KernelCounters {
        state: Some(TcpState::Established),
        retransmits: Some(retransmits),
        ..KernelCounters::default()
    };
    teller.counters(150, counted(0));
    teller.counters(460, counted(2));
    let after = Duration::from_millis;
    let stamps = TcpNews::Stamps {
        byte: 4,
        scheduled: Some(Duration::ZERO),
        sent: Some(Duration::ZERO),
        again: vec![after(200), after(400), after(800)],
        acked: Some(after(801)),
    };
    teller.news(901, News::Tcp(stamps));
    teller.counters(950, counted(3));
    let again = "seq 1  sent again";
    assert_eq!(last_labels(&teller, 5), ["5 B  seq 1", again, again, again, "ACK  ack 6"]);
}

#[test]
fn bytes_that_were_read_after_the_kernel_saw_the_fin_came_before_it() {
    let mut teller = Teller::new();
    teller.connected();
    teller.kernel(5, TcpState::CloseWait);
    teller.data(6, Direction::Received, b"bye");
    assert_eq!(last_labels(&teller, 2), ["3 B  seq 1", "FIN"]);
}

#[test]
fn an_attempt_that_did_not_begin_takes_nothing_from_the_one_beside_it() {
    let mut teller = Teller::new();
    teller.news(0, News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: true }));
    teller.news(250, News::Dial(DialNews::Connecting { peer: peer(), attempt: 1, begun: false }));
    let failure = Failure::new(Class::Unreachable, FailedOperation::Connect, "[2001:db8::1]:80", "no route")
        .with_reason(FailureReason::ConnectNotBegun);
    let took = Duration::ZERO;
    teller.news(250, News::Dial(DialNews::AttemptFailed { failure: failure.clone(), took }));
    teller.news(300, News::Dial(DialNews::Retrying { attempt: 2, of: 2, after: took, because: failure }));
    assert_eq!(last_labels(&teller, 2), ["SYN  seq 0", "no route"]);
    let directions: Vec<Option<Direction>> = teller.story.ladder.rungs().map(|rung| rung.direction).collect();
    assert_eq!(directions, [Some(Direction::Sent), None]);
}

#[test]
fn what_the_kernels_timer_announced_has_its_time() {
    let mut teller = Teller::new();
    teller.connected();
    let counters = |probes, timer| KernelCounters {
        state: Some(TcpState::Established),
        probes: Some(probes),
        timer,
        ..KernelCounters::default()
    };
    teller.counters(5_000, counters(0, Some(Duration::from_millis(300))));
    teller.counters(5_490, counters(1, None));
    let probe = teller.story.ladder.rungs().next_back().unwrap();
    assert_eq!((probe.label.text().as_str(), probe.at), ("keepalive probe", teller.at(5_300)));
}

#[test]
fn a_peer_that_speaks_once_a_second_has_a_silence_before_each_line() {
    let mut teller = Teller::new();
    teller.connected();
    // The pauses are a second, some milliseconds more or less.
    for millis in [2, 1_001, 2_002, 3_000] {
        teller.data(millis, Direction::Received, b"tick\n");
    }
    let silences = teller.drawn().lines().filter(|line| line.contains("of silence")).count();
    assert_eq!(silences, 3, "{}", teller.drawn());
}
