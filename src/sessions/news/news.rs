//! Facts: what happened once in a session and may not be lost.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::call::CallResult;
use super::dns::DnsNews;
use crate::sessions::id::SessionId;
use crate::sessions::kinds::dns_compare::ResolverComparison;
use crate::wire::http::head::{InterimHead, RequestHead, ResponseHead};
use crate::wire::icmp::IcmpMessage;
use crate::wire::kernel::view::KernelView;
use crate::wire::option::{OptionValue, SocketOption};
use crate::wire::route::Route;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::tcp::syn::SynView;
use crate::wire::udp::mtu::{MtuReport, MtuStep};
use crate::wire::{Both, Evidence, Failure, Totals};

/// What happened. The order is roughly that of a session's life.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// A name is being looked up.
    Resolving {
        /// The name.
        host: String,
    },
    /// The look-up gave these addresses, in the order in which they will be tried.
    Resolved {
        /// The name.
        host: String,
        /// Its addresses.
        addresses: Vec<IpAddr>,
        /// How long it took.
        took: Duration,
    },
    /// One address is being tried (several may be under way: RFC 8305).
    Connecting {
        /// The address.
        peer: SocketAddr,
        /// Which of the application's attempts this belongs to, from 1.
        attempt: u32,
    },
    /// One address of an attempt failed; others may still be under way.
    AttemptFailed {
        /// Why; its peer names the address.
        failure: Failure,
        /// How long it took to fail.
        took: Duration,
    },
    /// A conversation is open; for UDP, the socket has a peer.
    Connected {
        /// Our address.
        local: SocketAddr,
        /// The peer's.
        peer: SocketAddr,
        /// From the first SYN of the winning address to the end of `connect()`.
        took: Duration,
        /// Which attempt it was, from 1.
        attempt: u32,
    },
    /// The whole attempt failed; another follows.
    Retrying {
        /// The number of the attempt to come, from 2.
        attempt: u32,
        /// How many there will be at the most, the first included.
        of: u32,
        /// How long until then, jitter included.
        after: Duration,
        /// Why the last one failed.
        because: Failure,
    },
    /// A listener or an unconnected UDP socket is bound.
    Listening {
        /// Where, with the port that the kernel chose for port 0.
        local: SocketAddr,
    },
    /// This session was accepted by a listener: the first news of an accepted session.
    Accepted {
        /// The listener's session.
        listener: SessionId,
        /// Our address.
        local: SocketAddr,
        /// The peer's.
        peer: SocketAddr,
    },
    /// A listener turned a peer away: its limit is reached, or it refuses.
    TurnedAway {
        /// Whom.
        peer: SocketAddr,
        /// Why, in words.
        why: String,
    },
    /// One accepted session of this listener ended.
    ChildEnded {
        /// Which.
        child: SessionId,
    },
    /// An accepted connection could not be taken, but the listener goes on (no descriptors left, say).
    AcceptFailed(Failure),
    /// We shut down our sending side: FIN.
    WeFinished,
    /// The peer sent FIN; we may still send.
    PeerFinished {
        /// Octets received up to then.
        received_bytes: u64,
    },
    /// We stopped reading, by the user's wish.
    ReadingPaused,
    /// We read again.
    ReadingContinued,
    /// A socket joined a multicast group.
    Joined {
        /// The group.
        group: IpAddr,
    },
    /// A socket left a multicast group.
    Left {
        /// The group.
        group: IpAddr,
    },
    /// Something that was asked for did not work, and the session goes on (a datagram too large, say).
    Warned(Failure),
    /// An ICMP error came back for a datagram of ours, and the socket goes on.
    Icmp(IcmpMessage),
    /// One datagram of a probe of the path MTU, and what came of it.
    MtuStep(MtuStep),
    /// A probe of the path MTU ended.
    PathMtu(Box<MtuReport>),
    /// A file was sent whole.
    FileSent {
        /// Which.
        path: PathBuf,
        /// Octets of it.
        bytes: u64,
    },
    /// A burst ended: it is complete, or was stopped.
    BurstEnded {
        /// How many datagrams of it the kernel took.
        datagrams: u64,
        /// From the first to the last.
        took: Duration,
    },
    /// An HTTP request is being sent, as we wrote it.
    Request(RequestHead),
    /// An interim answer arrived: 1xx, of which HTTP/1.1 may send any number before the response.
    Interim(InterimHead),
    /// An HTTP response's head arrived.
    Response(ResponseHead),
    /// Fields came after a response's body (RFC 9110 §6.5), in order.
    Trailers(Vec<(String, Vec<u8>)>),
    /// A redirect is being followed.
    Redirect {
        /// The status that asked for it.
        status: u16,
        /// Where it leads, absolute.
        location: String,
    },
    /// DNS is asked: a fact of it.
    Dns(Box<DnsNews>),
    /// What the system's resolver says of a name, beside what name servers told us.
    Compared(Box<ResolverComparison>),
    /// Which way packets to the peer leave this machine.
    Route(Box<Route>),
    /// The connection came from one state of RFC 9293 to the next.
    State {
        /// The state before.
        from: TcpState,
        /// The state after.
        to: TcpState,
        /// Why.
        cause: StateCause,
        /// How we know.
        evidence: Evidence,
        /// For TIME-WAIT: how long the kernel still holds the port. `None` elsewhere, or where it does not tell.
        remaining: Option<Duration>,
    },
    /// A rare system call of ours returned; reads and writes are bytes, and tell themselves.
    Call {
        /// Its name, as `connect`.
        name: &'static str,
        /// Its arguments after the descriptor, short, as one would write them; may be empty.
        args: String,
        /// What it gave back.
        result: CallResult,
        /// How long it took: it began that long before this was told.
        took: Duration,
    },
    /// When the kernel had a write's last octet where (SO_TIMESTAMPING): each since the write, `None` where it was
    /// not told. Told once a write, and for writes that are rarer than 200 a second only.
    Stamps {
        /// Which octet of what we sent: the offset of the write's last one, from 0.
        octet: u64,
        /// It entered the queue in front of the network device.
        scheduled: Option<Duration>,
        /// It was given to the device.
        sent: Option<Duration>,
        /// The peer acknowledged it.
        acked: Option<Duration>,
    },
    /// The peer's SYN, as the kernel kept it for an accepted session (TCP_SAVED_SYN).
    PeerSyn(SynView),
    /// What the kernel said of a connection at its beginning, and again at its end; in between its gauges are looked at,
    /// and not told.
    Kernel(Box<KernelView>),
    /// A socket option was set.
    OptionSet {
        /// Which.
        option: SocketOption,
        /// What was asked for.
        asked: OptionValue,
        /// What it is now, as the kernel reports it back.
        now: OptionValue,
    },
    /// All socket options that were asked for, with what the kernel reports; an option that cannot be read has the
    /// reason in its place.
    Options(Vec<(SocketOption, Result<OptionValue, String>)>),
    /// It did not work, and this is the end of it. [`News::Closed`] follows.
    Failed(Failure),
    /// The last news of a session, with its final totals.
    Closed {
        /// The totals, exact.
        totals: Both<Totals>,
        /// How it ended.
        how: CloseReason,
    },
}

impl News {
    /// Whether this tells how a connection works rather than what happened in the conversation: it belongs on the
    /// ladder, in the diagram of states, beside the conversation or in the dialog of socket options, not between the bytes.
    pub fn is_inner(&self) -> bool {
        match self {
            News::State { .. }
            | News::Call { .. }
            | News::Stamps { .. }
            | News::PeerSyn(_)
            | News::Kernel(_)
            | News::Options(_)
            | News::Route(_) => true,
            News::Compared(compared) => !compared.differs(),
            _ => false,
        }
    }
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// Both sides finished: FIN and FIN.
    Fin,
    /// A RST ended it, the peer's or ours.
    Rst,
    /// We closed it.
    Local,
    /// It failed.
    Error,
}

impl CloseReason {
    /// The name in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            CloseReason::Fin => "fin",
            CloseReason::Rst => "rst",
            CloseReason::Local => "local",
            CloseReason::Error => "error",
        }
    }
}
