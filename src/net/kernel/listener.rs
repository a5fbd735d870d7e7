//! What the kernel tells of a listening socket: its queue of connections that wait to be accepted.

use std::os::fd::AsFd;

use super::{sockopt, unix_diag};
use crate::wire::kernel::view::KernelView;
use crate::wire::tcp::state::TcpState;
use crate::wire::unix::AcceptQueue;

/// `ListenOverflows` and `ListenDrops` of `/proc/net/netstat`: of all listeners in this network namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListenCounters {
    /// How often a queue was full when a connection came, or completed.
    pub(crate) overflows: u64,
    /// How many SYNs and ACKs to listeners were dropped, for whatever reason.
    pub(crate) drops: u64,
}

/// The kernel's view of a TCP listener: state and queue. Of the other fields of TCP_INFO none means anything here.
pub(crate) fn tcp_listener_view(socket: &impl AsFd) -> KernelView {
    let Some(info) = super::tcp_info(socket).filter(|info| info.state == Some(TcpState::Listen)) else {
        return KernelView::default();
    };
    // tcp_get_info(): a listener has its queue in tcpi_unacked, and the bound in tcpi_sacked.
    let queue = info.unacked.zip(info.sacked);
    let accept_queue = queue.map(|(waiting, bound)| AcceptQueue { waiting, bound, overflows: None, drops: None });
    KernelView { state: info.state, accept_queue, ..KernelView::default() }
}

/// The kernel's view of a listener of the Unix domain.
pub(crate) fn unix_listener_view(socket: &impl AsFd) -> KernelView {
    let listens = sockopt::read_int(socket, libc::SOL_SOCKET, libc::SO_ACCEPTCONN).is_ok_and(|listens| listens == 1);
    let found = listens.then(|| unix_diag::of_socket(socket)).flatten();
    let accept_queue = found.and_then(|found| {
        let (waiting, bound) = found.queues?;
        Some(AcceptQueue { waiting, bound, overflows: None, drops: None })
    });
    KernelView { accept_queue, ..KernelView::default() }
}

/// The counters now; `None` if the file cannot be read.
pub(crate) fn listen_counters() -> Option<ListenCounters> {
    parse_counters(&std::fs::read_to_string("/proc/net/netstat").ok()?)
}

/// The two counters in the file's pairs of lines: one with names, one with values.
fn parse_counters(text: &str) -> Option<ListenCounters> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("TcpExt:"));
    let (names, values) = (lines.next()?, lines.next()?);
    let of = |wanted: &str| {
        let place = names.split_whitespace().position(|name| name == wanted)?;
        values.split_whitespace().nth(place)?.parse().ok()
    };
    Some(ListenCounters { overflows: of("ListenOverflows")?, drops: of("ListenDrops")? })
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::{UnixListener, UnixStream};

    use super::*;

    #[test]
    fn the_queue_counts_connections_that_nobody_accepted_yet() {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(5).unwrap();
        let listener = TcpListener::from(socket);
        let queue =
            |listener: &TcpListener| tcp_listener_view(listener).accept_queue.map(|queue| (queue.waiting, queue.bound));
        assert_eq!(queue(&listener), Some((0, 5)));
        let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert_eq!(queue(&listener), Some((1, 5)));
        let _accepted = listener.accept().unwrap();
        assert_eq!(queue(&listener), Some((0, 5)));
        assert_eq!(tcp_listener_view(&peer).accept_queue, None, "a connection has no such queue");
    }

    #[test]
    fn a_listener_of_the_unix_domain_has_a_queue_too() {
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(dir.path().join("a")).unwrap();
        let queue = |listener: &UnixListener| unix_listener_view(listener).accept_queue.map(|queue| queue.waiting);
        assert_eq!(queue(&listener), Some(0));
        let peer = UnixStream::connect(dir.path().join("a")).unwrap();
        assert_eq!(queue(&listener), Some(1));
        assert_eq!(unix_listener_view(&peer).accept_queue, None);
    }

    #[test]
    fn the_counters_are_found_by_their_names() {
        let text = "TcpExt: SyncookiesSent ListenOverflows ListenDrops X\nTcpExt: 1 2 3 4\nIpExt: A\nIpExt: 9\n";
        assert_eq!(parse_counters(text), Some(ListenCounters { overflows: 2, drops: 3 }));
        for text in ["", "TcpExt: ListenDrops\nTcpExt: 1\n", "TcpExt: ListenOverflows ListenDrops\nTcpExt: 1\n"] {
            assert_eq!(parse_counters(text), None);
        }
        assert!(listen_counters().is_some());
    }
}
