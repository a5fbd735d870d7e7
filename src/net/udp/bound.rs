//! A bound UDP socket: it hears anybody, and answers whom it likes.

use std::collections::VecDeque;
use std::net::SocketAddr;

use socket2::{SockAddr, Socket};
use tokio::net::UdpSocket;

use super::talk::{Ending, Talk};
use super::{adopt, fault, group, prepare};
use crate::net::Post;
use crate::wire::spec::{Script, UdpBoundSpec};
use crate::wire::{Failure, News};

/// Runs a bound UDP socket, from its binding to [`News::Closed`].
///
/// The script waits until a peer was heard: before that there is nobody to send to.
pub(crate) async fn run_bound(spec: UdpBoundSpec, script: Script, post: Post) {
    let Post { journal, orders, net: _net } = post;
    let (socket, local) = match open(&spec) {
        Ok(opened) => opened,
        Err(failure) => return Ending::Failed(failure).tell(&journal).await,
    };
    journal.news(News::Listening { local }).await;
    for wanted in &spec.groups {
        journal.news(group::join(&socket, wanted)).await;
    }
    let talk = Talk::new(journal, socket, local, None, spec.idle_timeout);
    talk.run(orders, VecDeque::new(), script).await;
}

fn open(spec: &UdpBoundSpec) -> Result<(UdpSocket, SocketAddr), Failure> {
    let failed = |error: std::io::Error| fault::failure("bind", spec.local, &error);
    let socket = prepare(spec.local, spec.broadcast)?;
    several_may_hear_a_group(&socket, spec).map_err(failed)?;
    if spec.local.is_ipv6() && spec.local.ip().is_unspecified() {
        // `[::]` hears IPv4 too, whatever the system's default is (RFC 3493 §5.3). Where that cannot be
        // had it is an IPv6 socket, as its address says.
        socket.set_only_v6(false).ok();
    }
    socket.bind(&SockAddr::from(spec.local)).map_err(failed)?;
    adopt(socket).map_err(failed)
}

/// Lets other programs bind the same group's port; a plain address stays ours alone.
fn several_may_hear_a_group(socket: &Socket, spec: &UdpBoundSpec) -> std::io::Result<()> {
    if spec.groups.is_empty() && !spec.local.ip().is_multicast() {
        return Ok(());
    }
    socket.set_reuse_address(true)
}
