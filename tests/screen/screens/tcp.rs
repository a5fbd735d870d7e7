//! Connections with all that a kernel tells of them.

use std::time::Duration;

use bytes::Bytes;
use sockeye::sessions::{Block, CloseReason, News, Record, SessionId};
use sockeye::wire::Direction::{Received, Sent};
use sockeye::wire::kernel::tcp_info::TcpInfo;
use sockeye::wire::kernel::view::{KernelTimer, KernelView, PeerEnd, TimerKind};
use sockeye::wire::option::{self, OptionValue, SocketOption};
use sockeye::wire::tcp::cause::StateCause;
use sockeye::wire::tcp::state::TcpState;
use sockeye::wire::{Both, Class, Evidence, FailedOperation, Failure, Totals};

use super::scenes::{others, refuse};
use crate::bench::{Bench, address, tcp_to};
use sockeye::sessions::news::{DialNews, ListenerNews, OptionNews, TcpNews};

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

fn sample(bench: &mut Bench, id: SessionId, micros: u64, info: TcpInfo, queues: (u64, u64)) {
    let view = KernelView {
        state: info.state,
        rtt: info.rtt,
        send_queue_bytes: Some(queues.0),
        recv_queue_bytes: Some(queues.1),
        tcp: Some(info),
        ..KernelView::default()
    };
    bench.reading_with(id, micros, Vec::new(), |reading| reading.kernel = Some(view.into()));
}

fn state(
    bench: &mut Bench,
    id: SessionId,
    micros: u64,
    from: TcpState,
    to: TcpState,
    cause: StateCause,
    sure: Evidence,
) {
    let remaining = (to == TcpState::TimeWait).then(|| Duration::from_secs(60));
    bench.news(id, micros, News::Tcp(TcpNews::State { from, to, cause, evidence: sure, remaining }));
}

fn stamps(bench: &mut Bench, id: SessionId, micros: u64, byte: u64, after: u64) {
    let acked = Some(Duration::from_micros(after));
    bench.news(id, micros, News::Tcp(TcpNews::Stamps { byte, scheduled: None, sent: None, again: Vec::new(), acked }));
}

/// A connection that talks, and that we half-close.
fn talk(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, tcp_to("127.0.0.1:7001"));
    let peer = address("127.0.0.1:7001");
    bench.news(id, 0, News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }));
    state(&mut bench, id, 0, TcpState::Closed, TcpState::SynSent, StateCause::Connect, Evidence::Inferred);
    let (from, to) = (TcpState::SynSent, TcpState::Established);
    state(&mut bench, id, 92, from, to, StateCause::SynAckArrived, Evidence::Kernel);
    let took = Duration::from_micros(92);
    bench.news(id, 92, News::Dial(DialNews::Connected { local: address("127.0.0.1:53122"), peer, took, attempt: 1 }));
    others(&mut bench);
    for step in 0..40_u64 {
        let busy = TcpInfo {
            rtt: Some(Duration::from_micros(28 + step * 7 % 23)),
            unacked: Some(u32::from(step == 20)),
            snd_cwnd: Some(10 + u32::try_from(step).unwrap_or(0) / 8),
            ..idle(TcpState::Established)
        };
        sample(&mut bench, id, 700_000 + step * 100_000, busy, (if step == 20 { 12 } else { 0 }, step % 9 / 8 * 40));
    }
    bench.data(id, 4_720_000, Sent, b"hello world\n");
    bench.data(id, 4_720_080, Received, b"hello world\n");
    stamps(&mut bench, id, 4_720_090, 11, 14);
    bench.data(id, 9_732_000, Sent, b"GET /status HTTP/1.1\r\nHost: lab\r\n\r\n");
    bench.data(id, 9_732_071, Received, &[b'x'; 1_200]);
    stamps(&mut bench, id, 9_732_080, 11 + 37, 13);
    bench.news(id, 12_001_000, News::Tcp(TcpNews::WeFinished));
    let (from, to) = (TcpState::Established, TcpState::FinWait1);
    state(&mut bench, id, 12_001_000, from, to, StateCause::WeShutDown, Evidence::Inferred);
    state(&mut bench, id, 12_001_022, to, TcpState::FinWait2, StateCause::AckOfFin, Evidence::Kernel);
    sample(&mut bench, id, 12_100_000, idle(TcpState::FinWait2), (0, 0));
    bench.data(id, 12_340_000, Received, b"bye\n");
    bench.wake(12_500_000);
    bench.keys("1");
    bench
}

pub(crate) fn ladder(columns: u16, rows: u16) -> Bench {
    let mut bench = talk(columns, rows);
    bench.keys("f8");
    bench
}

pub(crate) fn ladder_picked(columns: u16, rows: u16) -> Bench {
    let mut bench = ladder(columns, rows);
    bench.keys("k k");
    bench
}

pub(crate) fn ladder_flood(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.connected(0, "127.0.0.1:7001");
    let bytes = Bytes::from(vec![7_u8; 65_536]);
    for step in 0..204 {
        let at = bench.at(1_000_000 + step * 750);
        let record = Record::Block(Block::single_piece(Received, at, bytes.clone()));
        bench.reading_with(id, 1_000_000 + step * 750, vec![record], |_| {});
    }
    for (step, window) in [(0, 65_536), (1, 0), (2, 0), (3, 32_768)] {
        let backoff = Some(u8::from(step == 2));
        let info = TcpInfo { snd_wnd: Some(window), backoff, ..idle(TcpState::Established) };
        sample(&mut bench, id, 2_000_000 + step * 100_000, info, (4_096, 0));
    }
    bench.keys("1 f8");
    bench
}

pub(crate) fn ladder_timeout(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, tcp_to("10.0.0.9:443"));
    bench.news(id, 0, News::Dial(DialNews::Connecting { peer: address("10.0.0.9:443"), attempt: 1, begun: true }));
    let failure = Failure::new(Class::ConnectTimeout, FailedOperation::Connect, "10.0.0.9:443", "no answer in 3 s");
    bench.news(id, 3_000_000, News::Failed(failure));
    bench.news(id, 3_000_000, News::Closed { totals: Both::<Totals>::default(), how: CloseReason::Error });
    bench.keys("1 f8");
    bench
}

pub(crate) fn ladder_refused(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.open(0, tcp_to("127.0.0.1:9"));
    refuse(&mut bench, id, 0);
    bench.keys("1 f8");
    bench
}

pub(crate) fn states(columns: u16, rows: u16) -> Bench {
    let mut bench = talk(columns, rows);
    bench.keys("f9");
    bench
}

/// Both ends of one connection are ours: the peer finished first.
pub(crate) fn states_twins(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.connected(0, "127.0.0.1:7001");
    let listener = SessionId(9);
    let (local, peer) = (address("127.0.0.1:7001"), address("127.0.0.1:53122"));
    let child = SessionId(10);
    bench.news(child, 90, News::Listener(ListenerNews::Accepted { listener, local, peer }));
    bench.news(child, 5_000_000, News::Tcp(TcpNews::WeFinished));
    bench.kernel(child, 5_000_100, TcpState::FinWait2);
    bench.news(id, 5_000_120, News::Tcp(TcpNews::PeerFinished { received_bytes: 0 }));
    bench.kernel(id, 5_000_150, TcpState::CloseWait);
    bench.keys("1 f9");
    bench
}

pub(crate) fn states_unborn(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    bench.open(0, tcp_to("127.0.0.1:7001"));
    bench.keys("1 f9");
    bench
}

pub(crate) fn kernel(columns: u16, rows: u16) -> Bench {
    let mut bench = talk(columns, rows);
    bench.keys("f10 j j j");
    bench
}

pub(crate) fn kernel_unknown(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    bench.open(0, tcp_to("127.0.0.1:7001"));
    bench.keys("1 f10");
    bench
}

/// The dialog of socket options, as a kernel reports them.
pub(crate) fn options(columns: u16, rows: u16) -> Bench {
    let mut bench = talk(columns, rows);
    bench.keys("o");
    let texts = [
        "nodelay=on",
        "quickack=on",
        "cork=off",
        "keepalive=off",
        "keepidle=7200s",
        "keepintvl=75s",
        "keepcnt=9",
        "user_timeout=0",
        "syncnt=6",
        "rcvbuf=131072",
        "sndbuf=2626560",
        "notsent_lowat=0",
        "linger=off",
        "ttl=64",
        "tos=0xb8",
        "congestion=cubic",
        "maxseg=1448",
        "reuseaddr=off",
        "reuseport=off",
        "bindtodevice=",
    ];
    let all = texts.iter().map(|text| option::parse(text).map(|(option, value)| (option, Ok(value))));
    let id = SessionId(1);
    bench.news(
        id,
        12_600_000,
        News::Option(OptionNews::Reported(all.collect::<Result<_, _>>().expect("the test's own"))),
    );
    let (asked, now) = (OptionValue::Bytes(65_536), OptionValue::Bytes(131_072));
    bench.news(id, 12_600_000, News::Option(OptionNews::Set { option: SocketOption::RecvBuffer, asked, now }));
    let asked = SocketOption::Congestion.assignment_text(&OptionValue::Name("bbr2".into()));
    let why = "this kernel has no such congestion control (see net.ipv4.tcp_available_congestion_control)";
    bench.news(id, 12_600_100, News::Warned(Failure::new(Class::Local, FailedOperation::SetOption, asked, why)));
    bench.keys("j j j j j j j j j");
    bench
}

/// A value that is none is being typed.
pub(crate) fn options_wrong(columns: u16, rows: u16) -> Bench {
    let mut bench = options(columns, rows);
    bench.keys("enter ctrl-u");
    bench.type_text("lots");
    bench.keys("enter");
    bench
}

/// What will be set on the session that the form opens.
pub(crate) fn options_wished(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    bench.keys("n");
    bench.type_text("127.0.0.1:80");
    bench.keys("ctrl-o enter j j j enter j enter");
    bench.type_text("30s");
    bench.keys("enter");
    bench
}

/// What a look at a stalled connection tells: the window that we send into, the one that we offer, the queues, the
/// timer with its backoff.
struct Stall {
    windows: (u32, u32),
    queues: (u64, u64),
    timer: Option<(TimerKind, u64, u8)>,
    peer_end: Option<PeerEnd>,
}

fn look(bench: &mut Bench, id: SessionId, micros: u64, stall: &Stall) {
    let info = TcpInfo {
        snd_wnd: Some(stall.windows.0),
        rcv_wnd: Some(stall.windows.1),
        notsent_bytes: u32::try_from(stall.queues.0).ok(),
        backoff: Some(stall.timer.map_or(0, |(_, _, backoff)| backoff)),
        ..idle(TcpState::Established)
    };
    let view = KernelView {
        state: info.state,
        rtt: info.rtt,
        send_queue_bytes: Some(stall.queues.0),
        recv_queue_bytes: Some(stall.queues.1),
        tcp: Some(info),
        timer: stall.timer.map(|(kind, left, _)| KernelTimer { kind, expires: Duration::from_millis(left) }),
        peer_end: stall.peer_end,
        udp: None,
        unix: None,
        accept_queue: None,
    };
    bench.reading_with(id, micros, Vec::new(), |reading| reading.kernel = Some(view.into()));
}

fn accepted(bench: &mut Bench, micros: u64) -> SessionId {
    let child = SessionId(10);
    let (local, peer) = (address("127.0.0.1:7001"), address("127.0.0.1:53122"));
    bench.news(child, micros, News::Listener(ListenerNews::Accepted { listener: SessionId(9), local, peer }));
    child
}

/// Both ends are ours: the other one does not read, and its window is closed.
fn stalled(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.connected(0, "127.0.0.1:7001");
    let child = accepted(&mut bench, 90);
    let calm = Stall { windows: (65_536, 65_536), queues: (0, 0), timer: None, peer_end: None };
    look(&mut bench, id, 900_000, &calm);
    look(&mut bench, child, 900_000, &calm);
    bench.news(child, 1_000_000, News::ReadingPaused);
    for step in 0..20 {
        let growing = Stall { windows: (65_536 - 3_000 * step as u32, 65_536), queues: (130_000 * step, 0), ..calm };
        look(&mut bench, id, 1_000_000 + 20_000 * step, &growing);
    }
    let full = Stall { windows: (65_536, 0), queues: (0, 3_145_728), ..calm };
    look(&mut bench, child, 1_400_000, &full);
    let closed =
        Stall { windows: (0, 65_536), queues: (2_560_000, 0), timer: Some((TimerKind::Probe, 200, 0)), ..calm };
    look(&mut bench, id, 1_400_000, &closed);
    look(&mut bench, id, 3_000_000, &Stall { timer: Some((TimerKind::Probe, 1_600, 3)), ..closed });
    bench.wake(3_600_000);
    bench
}

pub(crate) fn flow(columns: u16, rows: u16) -> Bench {
    let mut bench = stalled(columns, rows);
    bench.keys("1 W");
    bench
}

/// The same beside what was said.
pub(crate) fn flow_beside(columns: u16, rows: u16) -> Bench {
    let mut bench = stalled(columns, rows);
    bench.keys("1");
    bench
}

/// We do not read, and the peer on this host is no session of ours.
pub(crate) fn flow_paused(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.connected(0, "127.0.0.1:7001");
    let calm = Stall { windows: (65_536, 65_536), queues: (0, 0), timer: None, peer_end: None };
    look(&mut bench, id, 900_000, &calm);
    bench.news(id, 1_000_000, News::ReadingPaused);
    let timer = Some(KernelTimer { kind: TimerKind::Probe, expires: Duration::from_millis(1_600) });
    let tcp = TcpInfo { snd_wnd: Some(0), rcv_wnd: Some(65_536), backoff: Some(3), ..idle(TcpState::Established) };
    let sender = PeerEnd {
        state: TcpState::Established,
        send_queue_bytes: 2_560_000,
        recv_queue_bytes: 0,
        timer,
        tcp: Some(tcp),
    };
    look(
        &mut bench,
        id,
        3_000_000,
        &Stall { windows: (65_536, 0), queues: (0, 3_145_728), peer_end: Some(sender), ..calm },
    );
    bench.wake(3_600_000);
    bench.keys("1 W");
    bench
}

/// The peer is on another host: of its end only the window is known.
pub(crate) fn flow_far(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.connected(0, "192.0.2.7:7001");
    let calm = Stall { windows: (65_536, 65_536), queues: (1_448, 0), timer: None, peer_end: None };
    look(&mut bench, id, 900_000, &calm);
    bench.keys("1 W");
    bench
}

/// Three writes of ours that the other end, ours too, read as one; and one that it did not read yet.
fn met(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.connected(0, "127.0.0.1:7001");
    let child = accepted(&mut bench, 90);
    for (step, text) in [(0, "one "), (1, "two "), (2, "three\nand a line more\n")] {
        bench.data(id, 1_000_000 + step * 100, Sent, text.as_bytes());
    }
    bench.data(child, 2_000_000, Received, b"one two three\nand a line more\n");
    bench.data(child, 3_000_000, Sent, b"thanks\n");
    bench.data(id, 3_000_050, Received, b"tha");
    bench.data(id, 3_000_090, Received, b"nks\n");
    bench.data(id, 4_000_000, Sent, b"unread");
    bench
}

pub(crate) fn met_sender(columns: u16, rows: u16) -> Bench {
    let mut bench = met(columns, rows);
    bench.keys("1 b");
    bench.wake(9_000_000);
    bench
}

pub(crate) fn met_reader(columns: u16, rows: u16) -> Bench {
    let mut bench = met(columns, rows);
    bench.keys("1 J");
    bench
}

pub(crate) fn met_hex(columns: u16, rows: u16) -> Bench {
    let mut bench = met(columns, rows);
    bench.keys("1 J b f3");
    bench.wake(9_000_000);
    bench
}

/// Nagle's algorithm held a write, and its ACK came late.
pub(crate) fn ladder_held(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.connected(0, "127.0.0.1:7001");
    bench.data(id, 1_000_000, Sent, b"first");
    bench.data(id, 1_000_200, Sent, b"held");
    let told = |byte, sent, acked| {
        News::Tcp(TcpNews::Stamps {
            byte,
            scheduled: None,
            sent: Some(Duration::from_micros(sent)),
            again: Vec::new(),
            acked: Some(Duration::from_micros(acked)),
        })
    };
    bench.news(id, 1_041_000, told(4, 20, 40_600));
    bench.news(id, 1_082_000, told(8, 40_450, 81_000));
    bench.keys("1 f8 k k");
    bench
}

/// The user pressed the keys that finished sending.
pub(crate) fn states_asked(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let id = bench.connected(0, "127.0.0.1:7001");
    bench.keys("1 c f");
    bench.news(id, 700, News::Tcp(TcpNews::WeFinished));
    let (from, to) = (TcpState::Established, TcpState::FinWait1);
    state(&mut bench, id, 700, from, to, StateCause::WeShutDown, Evidence::Inferred);
    state(&mut bench, id, 722, to, TcpState::FinWait2, StateCause::AckOfFin, Evidence::Kernel);
    bench.keys("f9");
    bench
}

/// Closed; the port rests for another 40 seconds.
pub(crate) fn states_resting(columns: u16, rows: u16) -> Bench {
    let mut bench = states_asked(columns, rows);
    let id = SessionId(1);
    state(&mut bench, id, 5_000_000, TcpState::FinWait2, TcpState::TimeWait, StateCause::FinArrived, Evidence::Kernel);
    bench.news(id, 5_000_100, News::Closed { totals: Both::<Totals>::default(), how: CloseReason::Fin });
    bench.wake(25_000_000);
    bench
}
