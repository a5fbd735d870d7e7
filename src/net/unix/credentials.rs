//! Who the peer of a connected socket is: SO_PEERCRED.

use tokio::net::UnixStream;

use crate::wire::unix::PeerCredentials;

/// The peer's credentials, as the kernel took them when the connection was made; `None`: the system does not say.
pub(super) fn of_peer(socket: &UnixStream) -> Option<PeerCredentials> {
    let found = socket.peer_cred().ok()?;
    // 0: the process is in a PID namespace that we do not see.
    let pid = found.pid().and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid != 0);
    Some(PeerCredentials { pid, uid: found.uid(), gid: found.gid() })
}
