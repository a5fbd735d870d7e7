//! Sockets of the Unix domain, and the queue of a listener, on the screen.

use std::sync::Arc;
use std::time::Duration;

use sockeye::sessions::news::{ListenerNews, UnixNews};
use sockeye::sessions::spec::{IpFamily, ListenSpec, UnixListenSpec, UnixSpec};
use sockeye::sessions::{News, SessionId, SpecKind};
use sockeye::wire::Direction;
use sockeye::wire::kernel::view::KernelView;
use sockeye::wire::tcp::state::TcpState;
use sockeye::wire::unix::{AcceptQueue, PeerCredentials, UnixAddress, UnixForm, UnixQueues};

use crate::bench::{Bench, address};

fn path(path: &str) -> UnixAddress {
    UnixAddress::path(path).expect("it fits")
}

fn who(pid: u32) -> Option<PeerCredentials> {
    Some(PeerCredentials { pid: Some(pid), uid: 1000, gid: 998 })
}

/// A stream with an answer, of which the peer has not read all.
pub(crate) fn stream(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let target = path("/run/app/control.sock");
    let id = bench.open(0, SpecKind::Unix(UnixSpec::new(target.clone(), UnixForm::Stream)));
    bench.news(id, 20, News::Unix(UnixNews::Connecting { peer: target.clone(), attempt: 1 }));
    let (local, took) = (UnixAddress::Unnamed, Duration::from_micros(31));
    let connected = UnixNews::Connected { local, peer: target, credentials: who(4711), took, attempt: 1 };
    bench.news(id, 51, News::Unix(connected));
    bench.data(id, 4_120_000, Direction::Sent, b"status\n");
    bench.data(id, 4_120_400, Direction::Received, b"ok 3 jobs\n");
    bench.news(id, 9_000_000, News::Unix(UnixNews::PeerFinished { received_bytes: 10 }));
    let unix =
        UnixQueues { send_memory_bytes: Some(1_280), send_buffer_bytes: Some(212_992), peer_unread_bytes: Some(7) };
    let view = KernelView { recv_queue_bytes: Some(0), unix: Some(unix), ..KernelView::default() };
    bench.reading_with(id, 9_001_000, Vec::new(), |reading| reading.kernel = Some(Arc::new(view)));
    bench
}

/// The same, in its kernel view.
pub(crate) fn stream_kernel(columns: u16, rows: u16) -> Bench {
    let mut bench = stream(columns, rows);
    bench.keys("esc f10");
    bench
}

/// The same, after the key for a view that it does not have.
pub(crate) fn stream_without_ladder(columns: u16, rows: u16) -> Bench {
    let mut bench = stream(columns, rows);
    bench.keys("esc f8");
    bench
}

fn queue(bench: &mut Bench, id: SessionId, micros: u64, accept_queue: AcceptQueue) {
    let view = KernelView { state: Some(TcpState::Listen), accept_queue: Some(accept_queue), ..KernelView::default() };
    bench.reading_with(id, micros, Vec::new(), |reading| reading.kernel = Some(Arc::new(view)));
}

/// A TCP listener that accepts nobody, with a full queue.
pub(crate) fn full_queue(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let local = address("127.0.0.1:9000");
    let id = bench.open(0, SpecKind::Listen(ListenSpec { backlog: Some(2), ..ListenSpec::at(local) }));
    bench.news(id, 20, News::Listener(ListenerNews::Listening { local, family: IpFamily::V4 }));
    bench.news(id, 1_000_000, News::Listener(ListenerNews::Accepting(false)));
    queue(&mut bench, id, 5_000_000, AcceptQueue { waiting: 3, bound: 2, overflows: Some(4), drops: Some(5) });
    bench.keys("f10");
    bench
}

/// What the explain view says of it.
pub(crate) fn full_queue_explained(columns: u16, rows: u16) -> Bench {
    let mut bench = full_queue(columns, rows);
    bench.keys("w");
    bench
}

/// A listener of the Unix domain with one connection.
pub(crate) fn listener(columns: u16, rows: u16) -> Bench {
    let mut bench = Bench::new(columns, rows);
    let local = path("/tmp/app.sock");
    let id = bench.open(0, SpecKind::UnixListen(UnixListenSpec::at(local.clone(), UnixForm::Stream)));
    bench.news(id, 20, News::Unix(UnixNews::Listening { local: local.clone(), replaced: true }));
    let child = bench.next_id();
    let (peer, credentials) = (UnixAddress::Unnamed, who(815));
    bench.news(child, 2_000_000, News::Unix(UnixNews::Accepted { listener: id, local, peer, credentials }));
    bench.data(child, 2_000_300, Direction::Received, b"hello\n");
    bench
}
