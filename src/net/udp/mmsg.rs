//! Many datagrams per system call: `recvmmsg(2)` with `UDP_GRO`, `sendmmsg(2)` with `UDP_SEGMENT` (udp(7)).

#![cfg_attr(
    target_os = "linux",
    expect(unsafe_code, reason = "no safe crate offers recvmmsg and sendmmsg with a message's own controls")
)]

use std::io;
use std::net::SocketAddr;

use tokio::net::UdpSocket;

use super::cmsg::RawPacket;

/// The most messages that one call moves.
pub(super) const MOST_MESSAGES: usize = 64;

/// One message from the kernel. Its bytes are in the slot with the message's index in the call.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReceivedMessage {
    /// Bytes of it in its slot.
    pub(super) len: usize,
    /// Its full length in bytes, before it was cut short.
    pub(super) full_len: usize,
    /// Who sent it.
    pub(super) peer: Option<SocketAddr>,
    /// If the kernel merged several datagrams: the bytes of each; the last one may have fewer.
    pub(super) segment: Option<usize>,
    /// What is known of the packet, or of the first packet of a merged message.
    pub(super) packet: RawPacket,
}

/// The messages of one call to the kernel, taken from `bytes`.
#[derive(Clone, Copy, Debug)]
pub(super) struct MessageBatch<'a> {
    /// Datagrams back to back.
    pub(super) bytes: &'a [u8],
    /// Bytes of each datagram; the last one may have fewer.
    pub(super) segment: usize,
    /// Bytes of each message: `segment`, or a multiple of it that the kernel splits (`UDP_SEGMENT`).
    pub(super) message: usize,
}

#[cfg(target_os = "linux")]
pub(super) use linux::{ReceiveSpace, ask_for_merged, receive, send};
#[cfg(not(target_os = "linux"))]
pub(super) use plain::{ReceiveSpace, ask_for_merged, receive, send};

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::{AsFd, AsRawFd};
    use std::ptr;

    use socket2::SockAddr;
    use tokio::io::Interest;

    use super::{MOST_MESSAGES, MessageBatch, ReceivedMessage, SocketAddr, UdpSocket, io};
    use crate::net::udp::cmsg::{ControlBuffer, ControlLength, cut_at, read};

    #[cfg(target_env = "musl")]
    type MessageFlags = libc::c_uint;
    #[cfg(not(target_env = "musl"))]
    type MessageFlags = libc::c_int;

    /// The memory that calls read into, reused for every call. Pages that no datagram reaches cost nothing.
    pub(in crate::net::udp) struct ReceiveSpace {
        store: Box<[u8]>,
        room: usize,
        names: Box<[libc::sockaddr_in6; MOST_MESSAGES]>,
        controls: Box<[ControlBuffer; MOST_MESSAGES]>,
    }

    impl ReceiveSpace {
        /// Slots of `room` bytes each.
        pub(in crate::net::udp) fn new(room: usize) -> Self {
            let nobody = libc::sockaddr_in6 {
                sin6_family: 0,
                sin6_port: 0,
                sin6_flowinfo: 0,
                sin6_addr: libc::in6_addr { s6_addr: [0; 16] },
                sin6_scope_id: 0,
            };
            ReceiveSpace {
                store: vec![0; MOST_MESSAGES * room].into_boxed_slice(),
                room,
                names: Box::new([nobody; MOST_MESSAGES]),
                controls: Box::new([ControlBuffer::NONE; MOST_MESSAGES]),
            }
        }

        /// The slot of a message.
        pub(in crate::net::udp) fn slot(&self, place: usize) -> &[u8] {
            &self.store[place * self.room..(place + 1) * self.room]
        }
    }

    impl std::fmt::Debug for ReceiveSpace {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("Space").field("room", &self.room).finish_non_exhaustive()
        }
    }

    /// Asks the kernel to merge datagrams that arrive in one batch into one message (`UDP_GRO`).
    pub(in crate::net::udp) fn ask_for_merged(socket: &impl AsFd) -> io::Result<()> {
        Ok(nix::sys::socket::setsockopt(socket, nix::sys::socket::sockopt::UdpGroSegment, &true)?)
    }

    /// Reads what has arrived, at most `most` and [`MOST_MESSAGES`] messages, and replaces the content of `arrivals`.
    /// Never waits.
    ///
    /// # Errors
    /// Fails if nothing was read: `WouldBlock`, or a pending error of the socket.
    pub(in crate::net::udp) fn receive(
        socket: &UdpSocket,
        space: &mut ReceiveSpace,
        arrivals: &mut Vec<ReceivedMessage>,
        most: usize,
    ) -> io::Result<()> {
        arrivals.clear();
        let nothing = libc::iovec { iov_base: ptr::null_mut(), iov_len: 0 };
        let mut vectors = [nothing; MOST_MESSAGES];
        // SAFETY: a zeroed header has no address, vectors or control messages (recvmsg(2)).
        let mut headers: [libc::mmsghdr; MOST_MESSAGES] = unsafe { std::mem::zeroed() };
        let slots = space.store.chunks_exact_mut(space.room).zip(&mut vectors);
        let labels = space.names.iter_mut().zip(space.controls.iter_mut());
        for ((header, (slot, vector)), (name, control)) in headers.iter_mut().zip(slots).zip(labels) {
            *vector = libc::iovec { iov_base: slot.as_mut_ptr().cast(), iov_len: slot.len() };
            header.msg_hdr.msg_iov = ptr::from_mut(vector);
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_name = ptr::from_mut(name).cast();
            header.msg_hdr.msg_namelen = size_of::<libc::sockaddr_in6>() as libc::socklen_t;
            header.msg_hdr.msg_control = control.0.as_mut_ptr().cast();
            header.msg_hdr.msg_controllen = size_of::<ControlBuffer>() as ControlLength;
        }
        let count = socket.try_io(Interest::READABLE, || {
            // MSG_TRUNC as an input flag makes the kernel return the datagram's full length (recv(2)).
            const FLAGS: MessageFlags = (libc::MSG_TRUNC | libc::MSG_DONTWAIT) as MessageFlags;
            retry_interrupted(|| {
                let (fd, most) = (socket.as_raw_fd(), most.min(MOST_MESSAGES) as libc::c_uint);
                // SAFETY: the descriptor is open while it is borrowed. Every header points to one vector of a slot, a
                // name and a control buffer, with their lengths; all of them live, unshared, until the call returns.
                unsafe { libc::recvmmsg(fd, headers.as_mut_ptr(), most, FLAGS, ptr::null_mut()) }
            })
        })?;
        for (header, name) in headers.iter().zip(space.names.iter()).take(count) {
            let full_len = header.msg_len as usize;
            let (segment, packet) = read(&header.msg_hdr);
            let (len, peer) = (full_len.min(space.room), address(name));
            arrivals.push(ReceivedMessage { len, full_len, peer, segment, packet });
        }
        Ok(())
    }

    /// Sends messages of `train`, at most [`MOST_MESSAGES`], to the given address or to the socket's peer; returns how
    /// many the kernel accepted, each of them whole. Never waits. No bytes at all are one empty message.
    ///
    /// # Errors
    /// Fails if nothing was accepted: `WouldBlock`, a pending error of the socket, or the first message's own error.
    pub(in crate::net::udp) fn send(
        socket: &UdpSocket,
        to: Option<SocketAddr>,
        train: MessageBatch<'_>,
    ) -> io::Result<usize> {
        let to = to.map(SockAddr::from);
        let nothing = libc::iovec { iov_base: ptr::null_mut(), iov_len: 0 };
        let mut vectors = [nothing; MOST_MESSAGES];
        // SAFETY: a zeroed header has no address, vectors or control messages (sendmsg(2)).
        let mut headers: [libc::mmsghdr; MOST_MESSAGES] = unsafe { std::mem::zeroed() };
        let mut control = ControlBuffer::NONE;
        let control_bytes = u16::try_from(train.segment).map_or(0, |segment| cut_at(&mut control, segment));
        let mut most: libc::c_uint = 0;
        let empty = train.bytes.is_empty().then_some(train.bytes);
        let messages = train.bytes.chunks(train.message.max(1)).chain(empty);
        for ((header, vector), message) in headers.iter_mut().zip(&mut vectors).zip(messages) {
            *vector = libc::iovec { iov_base: message.as_ptr().cast_mut().cast(), iov_len: message.len() };
            header.msg_hdr.msg_iov = ptr::from_mut(vector);
            header.msg_hdr.msg_iovlen = 1;
            if let Some(to) = &to {
                header.msg_hdr.msg_name = to.as_ptr().cast_mut().cast();
                header.msg_hdr.msg_namelen = to.len();
            }
            if message.len() > train.segment {
                header.msg_hdr.msg_control = control.0.as_mut_ptr().cast();
                header.msg_hdr.msg_controllen = control_bytes;
            }
            most += 1;
        }
        socket.try_io(Interest::WRITABLE, || {
            const FLAGS: MessageFlags = (libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) as MessageFlags;
            // SAFETY: the descriptor is open while it is borrowed. Each of the first `most` headers points to one
            // vector, of bytes that the kernel only reads, and to the address and control buffer; all of them live
            // until the call returns.
            retry_interrupted(|| unsafe { libc::sendmmsg(socket.as_raw_fd(), headers.as_mut_ptr(), most, FLAGS) })
        })
    }

    /// Repeats the call until no signal interrupts it; returns how many messages were moved.
    fn retry_interrupted(mut call: impl FnMut() -> libc::c_int) -> io::Result<usize> {
        loop {
            match usize::try_from(call()) {
                Ok(count) => return Ok(count),
                Err(_negative) => {
                    let error = io::Error::last_os_error();
                    if error.kind() != io::ErrorKind::Interrupted {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Converts the kernel's address to the standard library's.
    fn address(name: &libc::sockaddr_in6) -> Option<SocketAddr> {
        let port = u16::from_be(name.sin6_port);
        match libc::c_int::from(name.sin6_family) {
            // An IPv4 address starts like an IPv6 one: family, port, then the address where IPv6 has its flow label.
            libc::AF_INET => Some(SocketAddr::from((name.sin6_flowinfo.to_ne_bytes(), port))),
            libc::AF_INET6 => {
                let ip = name.sin6_addr.s6_addr.into();
                Some(std::net::SocketAddrV6::new(ip, port, name.sin6_flowinfo, name.sin6_scope_id).into())
            }
            _ => None,
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod plain {
    use crate::net::system::AsFd;
    use crate::wire::errno;

    use super::{MOST_MESSAGES, MessageBatch, ReceivedMessage, SocketAddr, UdpSocket, io};
    use crate::net::udp::cmsg::RawPacket;

    /// The memory that calls read into, reused for every call.
    #[derive(Debug)]
    pub(in crate::net::udp) struct ReceiveSpace {
        store: Box<[u8]>,
        room: usize,
    }

    impl ReceiveSpace {
        /// Slots of `room` bytes each.
        pub(in crate::net::udp) fn new(room: usize) -> Self {
            ReceiveSpace { store: vec![0; MOST_MESSAGES * room].into_boxed_slice(), room }
        }

        /// The slot of a message.
        pub(in crate::net::udp) fn slot(&self, place: usize) -> &[u8] {
            &self.store[place * self.room..(place + 1) * self.room]
        }
    }

    /// Not available on this system.
    pub(in crate::net::udp) fn ask_for_merged(_socket: &impl AsFd) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Reads what has arrived, one datagram per call. This system does not report whether one was cut short.
    ///
    /// # Errors
    /// Fails if nothing was read: `WouldBlock`, or a pending error of the socket.
    pub(in crate::net::udp) fn receive(
        socket: &UdpSocket,
        space: &mut ReceiveSpace,
        arrivals: &mut Vec<ReceivedMessage>,
        most: usize,
    ) -> io::Result<()> {
        arrivals.clear();
        for slot in space.store.chunks_exact_mut(space.room).take(most) {
            match socket.try_recv_from(slot) {
                Ok((len, peer)) => {
                    let packet = RawPacket::default();
                    arrivals.push(ReceivedMessage { len, full_len: len, peer: Some(peer), segment: None, packet });
                }
                Err(error) if arrivals.is_empty() => return Err(error),
                // The next call returns the error again, or the queue is empty.
                Err(_later) => return Ok(()),
            }
        }
        Ok(())
    }

    /// Sends the datagrams of `train`, one per call; returns how many messages the kernel accepted. No bytes at all are
    /// one empty message.
    ///
    /// # Errors
    /// Fails if nothing was accepted, or if a message has several datagrams, which this system cannot send.
    pub(in crate::net::udp) fn send(
        socket: &UdpSocket,
        to: Option<SocketAddr>,
        train: MessageBatch<'_>,
    ) -> io::Result<usize> {
        if train.message > train.segment {
            return Err(io::Error::from_raw_os_error(errno::EOPNOTSUPP));
        }
        let mut taken = 0;
        let empty = train.bytes.is_empty().then_some(train.bytes);
        for datagram in train.bytes.chunks(train.message.max(1)).chain(empty).take(MOST_MESSAGES) {
            let sent = match to {
                Some(to) => socket.try_send_to(datagram, to),
                None => socket.try_send(datagram),
            };
            match sent {
                Ok(_) => taken += 1,
                Err(error) if taken == 0 => return Err(error),
                Err(_later) => break,
            }
        }
        Ok(taken)
    }
}
