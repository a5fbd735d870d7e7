//! NETLINK_SOCK_DIAG of the Unix domain: the queues of a socket, and which socket is its peer.

use std::os::fd::AsFd;

use super::sock_diag;

/// `struct nlmsghdr` and `struct unix_diag_req`.
const REQUEST: usize = sock_diag::HEADER + 24;
/// The length of `struct unix_diag_msg`, which precedes the attributes.
const MESSAGE: usize = 16;
/// `UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN`.
const SHOW: u32 = 0x04 | 0x10;
/// `UNIX_DIAG_PEER`: the inode of the peer.
const PEER: u16 = 2;
/// `UNIX_DIAG_RQLEN`: `struct unix_diag_rqlen`.
const QUEUES: u16 = 4;

/// The kernel's record of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnixDiag {
    /// The inode of the socket at the other end; `None`: not connected, or in another network namespace.
    pub(crate) peer: Option<u32>,
    /// Of a listener: how many connections wait, and the bound. Of a connected socket: bytes unread, and memory of what
    /// it sent and its peer has not read.
    pub(crate) queues: Option<(u32, u32)>,
}

/// The record of one of our sockets; `None` if the kernel does not tell.
pub(crate) fn of_socket(socket: &impl AsFd) -> Option<UnixDiag> {
    let inode = rustix::fs::fstat(socket).ok()?.st_ino;
    query(u32::try_from(inode).ok()?)
}

/// The record of the socket with this inode, in this network namespace.
pub(crate) fn query(inode: u32) -> Option<UnixDiag> {
    let mut answer = [0; 256];
    let len = sock_diag::ask(&request(inode), &mut answer).ok()?;
    parse(answer.get(..len)?, inode)
}

fn request(inode: u32) -> Vec<u8> {
    let mut out = sock_diag::header(REQUEST);
    out.extend([libc::AF_UNIX as u8, 0, 0, 0]);
    out.extend(u32::MAX.to_ne_bytes()); // any state
    out.extend(inode.to_ne_bytes());
    out.extend(SHOW.to_ne_bytes());
    out.extend([0xff; 8]); // any cookie
    out
}

/// Reads the answer to a query for this inode; `None` if it is an error, or about another socket.
fn parse(answer: &[u8], inode: u32) -> Option<UnixDiag> {
    let body = sock_diag::answer_body(answer)?;
    let word = |bytes: &[u8], offset: usize| {
        bytes.get(offset..offset + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_ne_bytes)
    };
    if i32::from(*body.first()?) != libc::AF_UNIX || word(body, 4)? != inode {
        return None;
    }
    let attributes = body.get(MESSAGE..)?;
    let queues = sock_diag::attribute(attributes, QUEUES).and_then(|found| Some((word(found, 0)?, word(found, 4)?)));
    let peer = sock_diag::attribute(attributes, PEER).and_then(|found| word(found, 0)).filter(|peer| *peer != 0);
    Some(UnixDiag { peer, queues })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn what_the_peer_has_not_read_is_known_to_the_byte() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        ours.write_all(b"hello").unwrap();
        let record = of_socket(&ours).unwrap();
        let peer = query(record.peer.unwrap()).unwrap();
        assert_eq!(peer.queues.map(|(unread, _)| unread), Some(5));
        assert_eq!(of_socket(&theirs), Some(peer));
    }

    #[test]
    fn an_answer_about_another_socket_is_none() {
        for len in 0..64 {
            assert_eq!(parse(&vec![20; len], 1), None);
        }
        assert_eq!(query(u32::MAX), None);
    }
}
