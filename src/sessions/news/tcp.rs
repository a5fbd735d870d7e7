//! What happens on a TCP connection.

use std::time::Duration;

use super::call::{CallResult, SocketCall};
use crate::wire::Evidence;
use crate::wire::kernel::view::KernelView;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::tcp::syn::SynView;

/// What happens on a TCP connection. The order is roughly that in which it happens.
#[derive(Clone, Debug, PartialEq)]
pub enum TcpNews {
    /// We shut down our sending side: FIN.
    WeFinished,
    /// The peer sent FIN; we may still send.
    PeerFinished {
        /// Bytes received up to then.
        received_bytes: u64,
    },
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
        /// Which one.
        name: SocketCall,
        /// Its arguments after the descriptor, short, as one would write them; may be empty.
        args: String,
        /// What it gave back.
        result: CallResult,
        /// How long it took: it began that long before this was told.
        took: Duration,
    },
    /// When the kernel had a write's last byte where (SO_TIMESTAMPING): each since the write, `None` where it was
    /// not told. Told once a write, and for writes that are rarer than 200 a second only.
    Stamps {
        /// Which byte of what we sent: the offset of the write's last one, from 0.
        byte: u64,
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
}
