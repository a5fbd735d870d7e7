//! Open connections whose timers run: the kernel's below our own, on one axis.

use std::time::Duration;

use sockeye::sessions::{News, SessionId, SpecKind};
use sockeye::wire::Direction;
use sockeye::wire::kernel::tcp_info::TcpInfo;
use sockeye::wire::kernel::view::{KernelTimer, KernelView, TimerKind};
use sockeye::wire::option::{OptionValue, SocketOption};
use sockeye::wire::tcp::state::TcpState;

use crate::bench::{Bench, address, tcp_to};
use sockeye::sessions::news::{DialNews, OptionNews};

/// A connection that was opened at 0, with a limit of 40 s for its quiet.
fn connected(columns: u16, rows: u16) -> (Bench, SessionId) {
    let mut bench = Bench::new(columns, rows);
    bench.model.timers.retries = Some(15);
    let SpecKind::Tcp(mut spec) = tcp_to("10.98.0.9:90") else { unreachable!("it is TCP") };
    spec.socket.idle_timeout = Some(Duration::from_secs(40));
    let id = bench.open(0, SpecKind::Tcp(spec));
    let (local, peer) = (address("10.99.0.1:53122"), address("10.98.0.9:90"));
    bench.news(id, 10, News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true }));
    let took = Duration::from_micros(184);
    bench.news(id, 200, News::Dial(DialNews::Connected { local, peer, took, attempt: 1 }));
    (bench, id)
}

fn look(bench: &mut Bench, id: SessionId, millis: u64, tcp: TcpInfo, timer: (TimerKind, u64), queue: u64) {
    let state = Some(TcpState::Established);
    let timer = Some(KernelTimer { kind: timer.0, expires: Duration::from_millis(timer.1) });
    let view = KernelView { state, tcp: Some(tcp), timer, send_queue_bytes: Some(queue), ..KernelView::default() };
    bench.reading_with(id, millis * 1_000, Vec::new(), |reading| reading.kernel = Some(view.into()));
}

/// What was sent at 2 s is never acknowledged: the waits double.
pub(crate) fn unanswered(columns: u16, rows: u16) -> Bench {
    let (mut bench, id) = connected(columns, rows);
    bench.data(id, 2_000_000, Direction::Sent, b"lost\n");
    for (again, millis) in [(0_u8, 2_050_u64), (1, 2_220), (2, 2_640), (3, 3_460), (4, 5_120), (5, 8_450)] {
        let rto = 204_u64 << again;
        let tcp = TcpInfo {
            retransmits: Some(again),
            probes: Some(0),
            rto: Some(Duration::from_millis(rto)),
            last_ack_recv: Some(Duration::from_millis(millis)),
            ..TcpInfo::default()
        };
        look(&mut bench, id, millis, tcp, (TimerKind::Retransmit, rto - 15), 5);
    }
    bench.wake(10_000_000);
    bench.keys("w");
    bench
}

/// The same with `TCP_USER_TIMEOUT`: the kernel's own end comes first.
pub(crate) fn user_timeout(columns: u16, rows: u16) -> Bench {
    let mut bench = unanswered(columns, rows);
    let asked = OptionValue::Time(Duration::from_secs(12));
    let set = News::Option(OptionNews::Set { option: SocketOption::UserTimeout, asked: asked.clone(), now: asked });
    bench.news(SessionId(1), 10_000_000, set);
    bench
}

/// A quiet peer is probed twice, and does not answer.
pub(crate) fn keepalive(columns: u16, rows: u16) -> Bench {
    let (mut bench, id) = connected(columns, rows);
    let options = vec![
        (SocketOption::KeepAlive, Ok(OptionValue::Switch(true))),
        (SocketOption::KeepInterval, Ok(OptionValue::Time(Duration::from_secs(5)))),
        (SocketOption::KeepCount, Ok(OptionValue::Count(9))),
    ];
    bench.news(id, 1_000, News::Option(OptionNews::Reported(options)));
    for (probes, millis) in [(0_u8, 1_100_u64), (1, 10_020), (2, 15_030)] {
        let heard = Some(Duration::from_millis(millis));
        let tcp = TcpInfo { retransmits: Some(0), probes: Some(probes), last_ack_recv: heard, ..TcpInfo::default() };
        let expires = if probes == 0 { 8_900 } else { 4_985 };
        look(&mut bench, id, millis, tcp, (TimerKind::Keepalive, expires), 0);
    }
    bench.wake(16_000_000);
    bench.keys("w");
    bench
}
