//! The gauges: the kernel field of each one, and a one-line explanation.

use crate::wire::kernel::view::KernelView;

/// A kernel value of a socket, shown over time. Durations are in microseconds, windows and queues in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gauge {
    /// The smoothed round-trip time.
    Rtt,
    /// The mean deviation of the round-trip time.
    RttVariance,
    /// The retransmission timeout.
    Rto,
    /// The congestion window, in segments.
    Cwnd,
    /// The slow-start threshold, in segments.
    Ssthresh,
    /// The greatest segment payload that we send, in bytes.
    Mss,
    /// Bytes sent and not acknowledged.
    InFlight,
    /// Bytes written and not acknowledged.
    SendQueue,
    /// Bytes arrived and not read.
    RecvQueue,
    /// Bytes written and not sent yet.
    NotSent,
    /// The window that the peer advertises.
    PeerWindow,
    /// The window that we advertise.
    OurWindow,
    /// The recent rate of acknowledged bytes, a second.
    DeliveryRate,
    /// The greatest rate at which the kernel sends, in bytes a second.
    PacingRate,
    /// Segments sent again since the start.
    Retransmits,
    /// Segments considered lost now.
    Lost,
    /// How far segments were reordered.
    Reordering,
    /// Probes that were not answered.
    Probes,
    /// How often the timer was doubled.
    Backoff,
}

impl Gauge {
    /// Every gauge, in the order of the screen.
    pub const ALL: [Gauge; 19] = [
        Gauge::Rtt,
        Gauge::RttVariance,
        Gauge::Rto,
        Gauge::Cwnd,
        Gauge::Ssthresh,
        Gauge::Mss,
        Gauge::InFlight,
        Gauge::SendQueue,
        Gauge::RecvQueue,
        Gauge::NotSent,
        Gauge::PeerWindow,
        Gauge::OurWindow,
        Gauge::DeliveryRate,
        Gauge::PacingRate,
        Gauge::Retransmits,
        Gauge::Lost,
        Gauge::Reordering,
        Gauge::Probes,
        Gauge::Backoff,
    ];

    /// The gauges shown in a column beside the conversation.
    pub const FEW: [Gauge; 9] = [
        Gauge::Rtt,
        Gauge::Cwnd,
        Gauge::InFlight,
        Gauge::SendQueue,
        Gauge::RecvQueue,
        Gauge::PeerWindow,
        Gauge::Rto,
        Gauge::Retransmits,
        Gauge::Probes,
    ];

    /// The name on the screen, at most 14 columns.
    pub fn name(self) -> &'static str {
        match self {
            Gauge::Rtt => "rtt",
            Gauge::RttVariance => "rtt variance",
            Gauge::Rto => "rto",
            Gauge::Cwnd => "cwnd",
            Gauge::Ssthresh => "ssthresh",
            Gauge::Mss => "mss",
            Gauge::InFlight => "in flight",
            Gauge::SendQueue => "send queue",
            Gauge::RecvQueue => "recv queue",
            Gauge::NotSent => "not sent",
            Gauge::PeerWindow => "peer window",
            Gauge::OurWindow => "our window",
            Gauge::DeliveryRate => "delivery rate",
            Gauge::PacingRate => "pacing rate",
            Gauge::Retransmits => "retransmits",
            Gauge::Lost => "lost",
            Gauge::Reordering => "reordering",
            Gauge::Probes => "probes",
            Gauge::Backoff => "backoff",
        }
    }

    /// One line: what it is, and where the RFC or manual defines it.
    pub fn explain(self) -> &'static str {
        match self {
            Gauge::Rtt => "How long a segment and its ACK took, smoothed: SRTT, RFC 6298 §2.",
            Gauge::RttVariance => "How much the round trips differ: RTTVAR, RFC 6298 §2.",
            Gauge::Rto => "How long the kernel waits for an ACK before it sends again: SRTT + 4 × RTTVAR, RFC 6298 §2.",
            Gauge::Cwnd => "How many segments may be under way before the network is asked for more: RFC 5681 §3.1.",
            Gauge::Ssthresh => "Up to here cwnd doubles every round trip, then it grows slowly: RFC 5681 §3.1.",
            Gauge::Mss => "The largest segment we send: the peer's MSS option and the path's MTU, RFC 9293 §3.7.1.",
            Gauge::InFlight => "Bytes that we sent and nobody acknowledged yet: SND.NXT − SND.UNA, RFC 9293 §3.3.1.",
            Gauge::SendQueue => "Bytes that we wrote and the peer's kernel has not acknowledged (SIOCOUTQ).",
            Gauge::RecvQueue => "Bytes that arrived and our program has not read (SIOCINQ).",
            Gauge::NotSent => "Bytes that we wrote and the kernel has not sent at all: a window or cwnd holds them.",
            Gauge::PeerWindow => "What the peer has room for: SND.WND, RFC 9293 §3.8.6. At 0 we may only probe.",
            Gauge::OurWindow => "What we have room for: RCV.WND, RFC 9293 §3.8.6. It shrinks while we do not read.",
            Gauge::DeliveryRate => "How fast the peer acknowledged lately; short bursts say little of the path.",
            Gauge::PacingRate => "How fast the kernel sends at the most, so that bursts do not fill a router's queue.",
            Gauge::Retransmits => "Segments that were sent again since the connection began: RFC 9293 §3.8.1.",
            Gauge::Lost => "Segments that the kernel takes for lost now: RFC 6675 §4.",
            Gauge::Reordering => "How far segments may overtake each other before one is taken for lost: RFC 4653 §3.",
            Gauge::Probes => "Probes of a closed window or a silent peer that were not answered: RFC 9293 §3.8.6.1.",
            Gauge::Backoff => "How often the wait for an ACK was doubled: RFC 6298 §5.5.",
        }
    }

    /// The gauge that a chart shows beside it: `ssthresh` for `cwnd`.
    pub fn compared_with(self) -> Option<Gauge> {
        match self {
            Gauge::Rtt => Some(Gauge::RttVariance),
            Gauge::Cwnd => Some(Gauge::Ssthresh),
            Gauge::InFlight => Some(Gauge::PeerWindow),
            Gauge::SendQueue => Some(Gauge::NotSent),
            Gauge::DeliveryRate => Some(Gauge::PacingRate),
            Gauge::RecvQueue => Some(Gauge::OurWindow),
            Gauge::RttVariance
            | Gauge::Rto
            | Gauge::Ssthresh
            | Gauge::Mss
            | Gauge::NotSent
            | Gauge::PeerWindow
            | Gauge::OurWindow
            | Gauge::PacingRate
            | Gauge::Retransmits
            | Gauge::Lost
            | Gauge::Reordering
            | Gauge::Probes
            | Gauge::Backoff => None,
        }
    }

    /// The value of this gauge in the kernel's view.
    pub(super) fn read_from(self, view: &KernelView) -> Option<u64> {
        let micros = |duration: std::time::Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let tcp = view.tcp.unwrap_or_default();
        match self {
            Gauge::Rtt => view.rtt.map(micros),
            Gauge::RttVariance => tcp.rttvar.map(micros),
            Gauge::Rto => tcp.rto.map(micros),
            Gauge::Cwnd => tcp.snd_cwnd.map(u64::from),
            Gauge::Ssthresh => tcp.snd_ssthresh.map(u64::from),
            Gauge::Mss => tcp.snd_mss.map(u64::from),
            // Queued bytes that were sent already are in flight. The two numbers are read at slightly different times.
            Gauge::InFlight => view
                .send_queue_bytes
                .zip(tcp.notsent_bytes)
                .map(|(queued, unsent)| queued.saturating_sub(u64::from(unsent))),
            Gauge::SendQueue => view.send_queue_bytes,
            Gauge::RecvQueue => view.recv_queue_bytes,
            Gauge::NotSent => tcp.notsent_bytes.map(u64::from),
            Gauge::PeerWindow => tcp.snd_wnd.map(u64::from),
            Gauge::OurWindow => tcp.rcv_wnd.map(u64::from),
            Gauge::DeliveryRate => tcp.delivery_rate,
            Gauge::PacingRate => tcp.pacing_rate,
            Gauge::Retransmits => tcp.total_retrans.map(u64::from),
            Gauge::Lost => tcp.lost.map(u64::from),
            Gauge::Reordering => tcp.reordering.map(u64::from),
            Gauge::Probes => tcp.probes.map(u64::from),
            Gauge::Backoff => tcp.backoff.map(u64::from),
        }
    }
}
