//! Events of a TCP connection.

use std::time::Duration;

use super::call::{CallResult, SocketCall};
use super::place::NewsPlace;
use crate::wire::Evidence;
use crate::wire::kernel::view::KernelView;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::tcp::syn::SynView;

/// Events of a TCP connection. The order is roughly chronological.
#[derive(Clone, Debug, PartialEq)]
pub enum TcpNews {
    /// We shut down our sending side: FIN.
    WeFinished,
    /// The peer sent FIN; we may still send.
    PeerFinished {
        /// Bytes received before the FIN.
        received_bytes: u64,
    },
    /// The connection moved from one state of RFC 9293 to another.
    State {
        /// The state before.
        from: TcpState,
        /// The state after.
        to: TcpState,
        /// The cause.
        cause: StateCause,
        /// How we know it.
        evidence: Evidence,
        /// For TIME-WAIT: how long the kernel still holds the port. `None` elsewhere, or if the kernel does not report
        /// it.
        remaining: Option<Duration>,
    },
    /// A rare system call returned. Reads and writes are not reported here: they appear as bytes.
    Call {
        /// The call.
        name: SocketCall,
        /// Its arguments after the descriptor, short, as one would write them; may be empty.
        args: String,
        /// The result.
        result: CallResult,
        /// How long it took, up to the time of this news.
        took: Duration,
    },
    /// Kernel timestamps of a write's last byte (SO_TIMESTAMPING), each as the time since the write; `None` where the
    /// kernel sent none. Reported once a write, and only for writes at fewer than 200 a second.
    Stamps {
        /// The offset of the write's last byte in the stream we sent, from 0.
        byte: u64,
        /// When it entered the queue of the network device.
        scheduled: Option<Duration>,
        /// When it was first passed to the device.
        sent: Option<Duration>,
        /// When it was passed to the device again, in order: each is a retransmission. The first 16 are kept.
        again: Vec<Duration>,
        /// When the peer acknowledged it.
        acked: Option<Duration>,
    },
    /// The peer's SYN, as the kernel kept it for an accepted session (TCP_SAVED_SYN).
    PeerSyn(SynView),
    /// The kernel's view at the beginning of a connection and again at its end; in between it is sampled, not reported
    /// as news.
    Kernel(Box<KernelView>),
}

impl TcpNews {
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            TcpNews::WeFinished | TcpNews::PeerFinished { .. } => NewsPlace::Everywhere,
            TcpNews::State { .. }
            | TcpNews::Call { .. }
            | TcpNews::Stamps { .. }
            | TcpNews::PeerSyn(_)
            | TcpNews::Kernel(_) => NewsPlace::Elsewhere,
        }
    }
}
