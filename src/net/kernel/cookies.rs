//! Which sockets a connection's ends are, so that no answer about later sockets with the same addresses is taken for
//! theirs.

#[cfg(target_os = "linux")]
use std::sync::OnceLock;

#[cfg(target_os = "linux")]
use super::sock_diag::SocketDiag;
use crate::net::system::AsFd;

/// The kernel's numbers (SO_COOKIE) of both ends of one connection.
#[cfg(target_os = "linux")]
#[derive(Debug, Default)]
pub(crate) struct SocketCookies {
    /// Ours; `None`: this kernel does not tell it, and every answer is believed.
    own: Option<u64>,
    /// The peer's, if it is on this host: that of the first answer.
    peer: OnceLock<u64>,
}

#[cfg(target_os = "linux")]
impl SocketCookies {
    /// Reads our own socket's number.
    pub(crate) fn of(socket: &impl AsFd) -> Self {
        let mut bytes = [0; size_of::<u64>()];
        let read = super::sockopt::get(socket.as_fd(), libc::SOL_SOCKET, libc::SO_COOKIE, &mut bytes);
        let own = matches!(read, Ok(len) if len == bytes.len()).then(|| u64::from_ne_bytes(bytes));
        SocketCookies { own, peer: OnceLock::new() }
    }

    /// Whether an answer is about our own end.
    pub(crate) fn is_own(&self, held: &SocketDiag) -> bool {
        self.own.is_none_or(|own| own == held.cookie)
    }

    /// Whether an answer is about the same peer's end as the first one.
    pub(crate) fn is_peer(&self, held: &SocketDiag) -> bool {
        *self.peer.get_or_init(|| held.cookie) == held.cookie
    }
}

/// This system has no such numbers.
#[cfg(not(target_os = "linux"))]
#[derive(Debug, Default)]
pub(crate) struct SocketCookies;

#[cfg(not(target_os = "linux"))]
impl SocketCookies {
    pub(crate) fn of(_socket: &impl AsFd) -> Self {
        SocketCookies
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use super::*;
    use crate::net::kernel::sock_diag::query;

    #[test]
    fn a_socket_that_took_the_ports_of_another_one_is_not_taken_for_it() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let there = listener.local_addr().unwrap();
        let connect = |from: SocketAddr| {
            let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
            socket.set_reuse_address(true).unwrap();
            socket.bind(&from.into()).unwrap();
            socket.connect(&there.into()).unwrap();
            socket
        };
        let first = connect(SocketAddr::from(([127, 0, 0, 1], 0)));
        let local = first.local_addr().unwrap().as_socket().unwrap();
        let cookies = SocketCookies::of(&first);
        let looked = || query(local, there).unwrap().filter(|held| cookies.is_own(held));
        assert!(looked().is_some(), "its own socket is found");
        let theirs = query(there, local).unwrap().unwrap();
        assert!(cookies.is_peer(&theirs) && cookies.is_peer(&theirs));
        first.set_linger(Some(Duration::ZERO)).unwrap();
        drop(first);
        let _second = connect(local);
        assert!(query(local, there).unwrap().is_some(), "the ports are in use again");
        assert_eq!(looked(), None, "by another socket");
        let theirs = query(there, local).unwrap().unwrap();
        assert!(!cookies.is_peer(&theirs), "and so are the peer's");
    }
}
