//! Connections with all that a kernel tells of them.

use std::time::Duration;

use bytes::Bytes;
use sockeye::wire::change::Cause;
use sockeye::wire::kernel::TcpInfo;
use sockeye::wire::reading::{KernelView, TcpState};
use sockeye::wire::{Block, Both, Class, Direction, Evidence, Failure, How, News, Record, SessionId, Totals};

use crate::scenes::{Story, address, others, refuse, tcp_to};

use Direction::{Received, Sent};

/// What a kernel on loopback tells of an idle connection.
fn idle(state: TcpState) -> TcpInfo {
    TcpInfo {
        state: Some(state),
        rtt: Some(Duration::from_micros(41)),
        rttvar: Some(Duration::from_micros(12)),
        rto: Some(Duration::from_millis(201)),
        snd_cwnd: Some(10),
        snd_ssthresh: Some(TcpInfo::NO_THRESHOLD),
        snd_mss: Some(1_448),
        unacked: Some(0),
        notsent_bytes: Some(0),
        snd_wnd: Some(65_536),
        rcv_wnd: Some(65_536),
        total_retrans: Some(0),
        lost: Some(0),
        reordering: Some(3),
        probes: Some(0),
        backoff: Some(0),
        delivery_rate: Some(35_300_000),
        ..TcpInfo::default()
    }
}

fn sample(story: &mut Story, id: SessionId, micros: u64, info: TcpInfo, queues: (u64, u64)) {
    let view = KernelView {
        state: info.state,
        rtt: info.rtt,
        send_queue_bytes: Some(queues.0),
        recv_queue_bytes: Some(queues.1),
        tcp: Some(info),
        udp: None,
    };
    story.reading_with(id, micros, Vec::new(), |reading| reading.kernel = Some(view));
}

fn state(story: &mut Story, id: SessionId, micros: u64, from: TcpState, to: TcpState, cause: Cause, sure: Evidence) {
    let remaining = (to == TcpState::TimeWait).then(|| Duration::from_secs(60));
    story.news(id, micros, News::State { from, to, cause, evidence: sure, remaining });
}

fn stamps(story: &mut Story, id: SessionId, micros: u64, octet: u64, after: u64) {
    let acked = Some(Duration::from_micros(after));
    story.news(id, micros, News::Stamps { octet, scheduled: None, sent: None, acked });
}

/// A connection that talks, and that we half-close.
fn talk(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let id = story.open(0, tcp_to("127.0.0.1:7001"));
    let peer = address("127.0.0.1:7001");
    story.news(id, 0, News::Connecting { peer, attempt: 1 });
    state(&mut story, id, 0, TcpState::Closed, TcpState::SynSent, Cause::Connect, Evidence::Inferred);
    let (from, to) = (TcpState::SynSent, TcpState::Established);
    state(&mut story, id, 92, from, to, Cause::SynAckArrived, Evidence::Kernel);
    let took = Duration::from_micros(92);
    story.news(id, 92, News::Connected { local: address("127.0.0.1:53122"), peer, took, attempt: 1 });
    others(&mut story);
    for step in 0..40_u64 {
        let busy = TcpInfo {
            rtt: Some(Duration::from_micros(28 + step * 7 % 23)),
            unacked: Some(u32::from(step == 20)),
            snd_cwnd: Some(10 + u32::try_from(step).unwrap_or(0) / 8),
            ..idle(TcpState::Established)
        };
        sample(&mut story, id, 700_000 + step * 100_000, busy, (if step == 20 { 12 } else { 0 }, step % 9 / 8 * 40));
    }
    story.data(id, 4_720_000, Sent, b"hello world\n");
    story.data(id, 4_720_080, Received, b"hello world\n");
    stamps(&mut story, id, 4_720_090, 11, 14);
    story.data(id, 9_732_000, Sent, b"GET /status HTTP/1.1\r\nHost: lab\r\n\r\n");
    story.data(id, 9_732_071, Received, &[b'x'; 1_200]);
    stamps(&mut story, id, 9_732_080, 11 + 37, 13);
    story.news(id, 12_001_000, News::WeFinished);
    let (from, to) = (TcpState::Established, TcpState::FinWait1);
    state(&mut story, id, 12_001_000, from, to, Cause::WeShutDown, Evidence::Inferred);
    state(&mut story, id, 12_001_022, to, TcpState::FinWait2, Cause::AckOfFin, Evidence::Kernel);
    sample(&mut story, id, 12_100_000, idle(TcpState::FinWait2), (0, 0));
    story.data(id, 12_340_000, Received, b"bye\n");
    story.wake(12_500_000);
    story.keys("1");
    story
}

pub(crate) fn ladder(columns: u16, rows: u16) -> Story {
    let mut story = talk(columns, rows);
    story.keys("f8");
    story
}

pub(crate) fn ladder_picked(columns: u16, rows: u16) -> Story {
    let mut story = ladder(columns, rows);
    story.keys("k k");
    story
}

pub(crate) fn ladder_flood(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let id = story.connected(0, "127.0.0.1:7001");
    let bytes = Bytes::from(vec![7_u8; 65_536]);
    for step in 0..204 {
        let at = story.at(1_000_000 + step * 750);
        let record = Record::Block(Block::single(Received, at, bytes.clone()));
        story.reading_with(id, 1_000_000 + step * 750, vec![record], |_| {});
    }
    for (step, window) in [(0, 65_536), (1, 0), (2, 0), (3, 32_768)] {
        let backoff = Some(u8::from(step == 2));
        let info = TcpInfo { snd_wnd: Some(window), backoff, ..idle(TcpState::Established) };
        sample(&mut story, id, 2_000_000 + step * 100_000, info, (4_096, 0));
    }
    story.keys("1 f8");
    story
}

pub(crate) fn ladder_timeout(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let id = story.open(0, tcp_to("10.0.0.9:443"));
    story.news(id, 0, News::Connecting { peer: address("10.0.0.9:443"), attempt: 1 });
    let failure = Failure::new(Class::ConnectTimeout, "connect", "10.0.0.9:443", "no answer in 3 s");
    story.news(id, 3_000_000, News::Failed(failure));
    story.news(id, 3_000_000, News::Closed { totals: Both::<Totals>::default(), how: How::Error });
    story.keys("1 f8");
    story
}

pub(crate) fn ladder_refused(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let id = story.open(0, tcp_to("127.0.0.1:9"));
    refuse(&mut story, id, 0);
    story.keys("1 f8");
    story
}

pub(crate) fn states(columns: u16, rows: u16) -> Story {
    let mut story = talk(columns, rows);
    story.keys("f9");
    story
}

/// Both ends of one connection are ours: the peer finished first.
pub(crate) fn states_twins(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    let id = story.connected(0, "127.0.0.1:7001");
    let listener = SessionId(9);
    let (local, peer) = (address("127.0.0.1:7001"), address("127.0.0.1:53122"));
    let child = SessionId(10);
    story.news(child, 90, News::Accepted { listener, local, peer });
    story.news(child, 5_000_000, News::WeFinished);
    story.kernel(child, 5_000_100, TcpState::FinWait2);
    story.news(id, 5_000_120, News::PeerFinished { received_bytes: 0 });
    story.kernel(id, 5_000_150, TcpState::CloseWait);
    story.keys("1 f9");
    story
}

pub(crate) fn states_unborn(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    story.open(0, tcp_to("127.0.0.1:7001"));
    story.keys("1 f9");
    story
}

pub(crate) fn kernel(columns: u16, rows: u16) -> Story {
    let mut story = talk(columns, rows);
    story.keys("f10 j j j");
    story
}

pub(crate) fn kernel_unknown(columns: u16, rows: u16) -> Story {
    let mut story = Story::new(columns, rows);
    story.open(0, tcp_to("127.0.0.1:7001"));
    story.keys("1 f10");
    story
}
