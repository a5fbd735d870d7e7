//! The kernel's view of a TCP socket, and of the peer's end on this host.

use std::net::SocketAddr;

use super::SocketCookies;
#[cfg(target_os = "linux")]
use super::{sock_diag, sockopt};
use crate::net::system::AsFd;
#[cfg(target_os = "linux")]
use crate::net::system::readable_bytes;
#[cfg(target_os = "linux")]
use crate::wire::kernel::tcp_info::TcpInfo;
use crate::wire::kernel::view::{KernelTimer, KernelView};

/// The kernel's view of this socket now. Unknown values are `None`.
///
/// Cost: three system calls, 1 to 2 µs together.
#[cfg(target_os = "linux")]
pub(crate) fn sample_socket(socket: &impl AsFd) -> KernelView {
    let tcp = tcp_info(socket);
    let info = tcp.unwrap_or_default();
    KernelView {
        state: info.state,
        rtt: info.rtt,
        send_queue_bytes: sockopt::send_queue(socket.as_fd()),
        recv_queue_bytes: readable_bytes(socket),
        tcp,
        ..KernelView::default()
    }
}

/// The socket's TCP_INFO now; `None` if it is not a TCP socket.
#[cfg(target_os = "linux")]
pub(crate) fn tcp_info(socket: &impl AsFd) -> Option<TcpInfo> {
    let mut bytes = [0; TcpInfo::LEN];
    let filled = sockopt::get(socket.as_fd(), libc::IPPROTO_TCP, libc::TCP_INFO, &mut bytes).ok()?;
    (filled > 0).then(|| TcpInfo::parse(&bytes[..filled]))
}

/// The kernel's view of this socket: empty on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn sample_socket(_socket: &impl AsFd) -> KernelView {
    KernelView::default()
}

/// The kernel's view of a socket that waits for its SYN-ACK, with the timer that sends the SYN again.
///
/// Cost: some 2 µs more than [`sample_socket`].
pub(crate) fn sample_connecting(socket: &impl AsFd, peer: SocketAddr) -> KernelView {
    let mut view = sample_socket(socket);
    let local = socket2::SockRef::from(socket).local_addr().ok().and_then(|local| local.as_socket());
    view.timer = local.and_then(|local| retransmission_timer(local, peer));
    view
}

#[cfg(target_os = "linux")]
fn retransmission_timer(local: SocketAddr, peer: SocketAddr) -> Option<KernelTimer> {
    sock_diag::query(local, peer).ok().flatten().and_then(|held| held.timer)
}

#[cfg(not(target_os = "linux"))]
fn retransmission_timer(_local: SocketAddr, _peer: SocketAddr) -> Option<KernelTimer> {
    None
}

/// Adds what sock_diag reports of a connection: the running timer if the connection waits for one, and the other end if
/// that is on this host.
///
/// Cost: nothing for a flowing connection to another host; some 2 µs for each of the two.
#[cfg(target_os = "linux")]
pub(crate) fn add_socket_diag(view: &mut KernelView, local: SocketAddr, peer: SocketAddr, cookies: &SocketCookies) {
    if view.is_waiting_on_timer() {
        let own = sock_diag::query(local, peer).ok().flatten().filter(|held| cookies.is_own(held));
        view.timer = own.and_then(|held| held.timer);
    }
    // A peer with our own address, or a loopback address, is on this host; no query is made for other hosts.
    if peer.ip().is_loopback() || peer.ip() == local.ip() {
        let theirs = sock_diag::query(peer, local).ok().flatten().filter(|held| cookies.is_peer(held));
        view.peer_end = theirs.map(sock_diag::SocketDiag::peer_end);
    }
}

/// Adds nothing: this system does not report the other end.
#[cfg(not(target_os = "linux"))]
pub(crate) fn add_socket_diag(_view: &mut KernelView, _local: SocketAddr, _peer: SocketAddr, _cookies: &SocketCookies) {
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use crate::net::kernel::view::sample_socket;
    use crate::wire::kernel::tcp_info::TcpInfo;
    use crate::wire::tcp::state::TcpState;

    #[test]
    fn the_kernel_tells_state_queues_and_gauges_of_a_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let theirs = listener.accept().unwrap().0;
        std::io::Write::write_all(&mut &theirs, b"hello").unwrap();
        let view = sample_socket(&ours);
        assert_eq!(view.state, Some(TcpState::Established));
        assert_eq!((view.send_queue_bytes, view.recv_queue_bytes), (Some(0), Some(5)));
        assert_eq!(view.tcp.and_then(|info| info.bytes_received), Some(5));
        assert_eq!(crate::net::kernel::view::sample_socket(&listener).state, Some(TcpState::Listen));
    }

    #[test]
    fn the_fields_stand_where_the_system_has_them() {
        use std::mem::offset_of;

        type Theirs = libc::tcp_info;
        let mut bytes = [0; TcpInfo::LEN];
        let mut put = |offset: usize, number: u32| bytes[offset..offset + 4].copy_from_slice(&number.to_ne_bytes());
        put(offset_of!(Theirs, tcpi_snd_cwnd), 10);
        put(offset_of!(Theirs, tcpi_total_retrans), 3);
        put(offset_of!(Theirs, tcpi_notsent_bytes), 4);
        put(offset_of!(Theirs, tcpi_rcv_ooopack), 5);
        put(offset_of!(Theirs, tcpi_last_ack_recv), 6);
        let info = TcpInfo::parse(&bytes);
        assert_eq!((info.snd_cwnd, info.total_retrans), (Some(10), Some(3)));
        assert_eq!((info.notsent_bytes, info.rcv_ooopack), (Some(4), Some(5)));
        assert_eq!(info.last_ack_recv, Some(std::time::Duration::from_millis(6)));
        // All C libraries have the same offsets; glibc and musl only declare different lengths.
        assert_eq!(offset_of!(Theirs, tcpi_rtt), 68);
    }

    #[test]
    #[ignore = "a measurement, to be read"]
    fn what_a_look_costs() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let looks = 200_000_u32;
        let mut best = std::time::Duration::MAX;
        for _ in 0..5 {
            let began = std::time::Instant::now();
            for _ in 0..looks {
                std::hint::black_box(sample_socket(&ours));
            }
            best = best.min(began.elapsed() / looks);
        }
        println!("a look costs {best:?}");
    }
}
