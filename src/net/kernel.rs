//! What the kernel tells of a TCP socket, without privileges: TCP_INFO, SIOCINQ, SIOCOUTQ.

use std::os::fd::AsFd;

use crate::wire::reading::KernelView;

/// What the kernel says of this socket now. What cannot be known is `None`. Cost: three system calls.
#[cfg(target_os = "linux")]
pub(crate) fn view(socket: &impl AsFd) -> KernelView {
    let info = linux::tcp_info(socket.as_fd());
    KernelView {
        state: info.state(),
        rtt: info.rtt(),
        send_queue_bytes: linux::send_queue(socket.as_fd()),
        recv_queue_bytes: rustix::io::ioctl_fionread(socket).ok(),
    }
}

/// What the kernel says of this socket now: on this system, nothing that we ask for.
#[cfg(not(target_os = "linux"))]
pub(crate) fn view(_socket: &impl AsFd) -> KernelView {
    KernelView::default()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::mem::offset_of;
    use std::os::fd::{AsRawFd, BorrowedFd};
    use std::time::Duration;

    use crate::wire::reading::TcpState;

    /// As much of `struct tcp_info` as the running kernel filled; an older one fills less.
    pub(super) struct TcpInfo {
        bytes: [u8; 128],
        filled: usize,
    }

    impl TcpInfo {
        fn byte(&self, offset: usize) -> Option<u8> {
            self.bytes.get(..self.filled)?.get(offset).copied()
        }

        fn word(&self, offset: usize) -> Option<u32> {
            let bytes = self.bytes.get(..self.filled)?.get(offset..offset + 4)?;
            Some(u32::from_ne_bytes(bytes.try_into().ok()?))
        }

        pub(super) fn state(&self) -> Option<TcpState> {
            // The numbers are those of the kernel's include/net/tcp_states.h.
            match self.byte(offset_of!(libc::tcp_info, tcpi_state))? {
                1 => Some(TcpState::Established),
                2 => Some(TcpState::SynSent),
                3 | 12 => Some(TcpState::SynReceived),
                4 => Some(TcpState::FinWait1),
                5 => Some(TcpState::FinWait2),
                6 => Some(TcpState::TimeWait),
                7 => Some(TcpState::Closed),
                8 => Some(TcpState::CloseWait),
                9 => Some(TcpState::LastAck),
                10 => Some(TcpState::Listen),
                11 => Some(TcpState::Closing),
                _ => None,
            }
        }

        /// `None` also for 0: the kernel has not measured it yet.
        pub(super) fn rtt(&self) -> Option<Duration> {
            let micros = self.word(offset_of!(libc::tcp_info, tcpi_rtt))?;
            (micros != 0).then(|| Duration::from_micros(u64::from(micros)))
        }
    }

    pub(super) fn tcp_info(socket: BorrowedFd<'_>) -> TcpInfo {
        let mut info = TcpInfo { bytes: [0; 128], filled: 0 };
        let mut len: libc::socklen_t = 128;
        #[expect(unsafe_code, reason = "no crate offers TCP_INFO that honours the returned length")]
        // SAFETY: the descriptor is borrowed for the call; the kernel writes at most `len` bytes, the size of
        // the array, and tells in `len` how many it wrote.
        let answer = unsafe {
            libc::getsockopt(
                socket.as_raw_fd(),
                libc::IPPROTO_TCP,
                libc::TCP_INFO,
                info.bytes.as_mut_ptr().cast(),
                &raw mut len,
            )
        };
        if answer == 0 {
            info.filled = usize::try_from(len).unwrap_or(0).min(info.bytes.len());
        }
        info
    }

    /// Octets that we wrote and the peer has not acknowledged; an unacknowledged FIN counts as one.
    pub(super) fn send_queue(socket: BorrowedFd<'_>) -> Option<u64> {
        let mut bytes: libc::c_int = 0;
        #[expect(unsafe_code, reason = "no crate offers SIOCOUTQ")]
        // SAFETY: SIOCOUTQ (the same number as TIOCOUTQ) writes one int to the pointer, which is valid.
        let answer = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
        (answer == 0).then(|| u64::try_from(bytes).unwrap_or(0))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::wire::reading::TcpState;

    #[test]
    fn the_kernel_tells_state_and_queues_of_a_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let theirs = listener.accept().unwrap().0;
        std::io::Write::write_all(&mut &theirs, b"hello").unwrap();
        let view = view(&ours);
        assert_eq!(view.state, Some(TcpState::Established));
        assert_eq!(view.send_queue_bytes, Some(0));
        assert_eq!(view.recv_queue_bytes, Some(5));
        assert_eq!(super::view(&listener).state, Some(TcpState::Listen));
    }
}
