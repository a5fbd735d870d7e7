//! The kernel's view of a TCP socket: all of `struct tcp_info`, by its layout in Linux's user-space interface.

use std::time::Duration;

use crate::wire::tcp::state::TcpState;

/// As much of `struct tcp_info` as the running kernel filled in; `None`: not supported, or not measured yet.
///
/// Lengths are in bytes, segments are counted, congestion windows are in segments, rates in bytes a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpInfo {
    /// The state, by its RFC 9293 name.
    pub state: Option<TcpState>,
    /// The state of congestion control.
    pub ca_state: Option<CaState>,
    /// Consecutive retransmissions of the oldest unacknowledged segment; 0 once it is acknowledged.
    pub retransmits: Option<u8>,
    /// Unanswered window probes or keepalive probes.
    pub probes: Option<u8>,
    /// How often the retransmission or probe timer was doubled.
    pub backoff: Option<u8>,
    /// The options that both SYNs negotiated.
    pub options: Option<AgreedOptions>,
    /// The window scale of the peer, in bits (RFC 7323).
    pub snd_wscale: Option<u8>,
    /// Our window scale, in bits.
    pub rcv_wscale: Option<u8>,
    /// Whether our application limited the delivery rate, because it had nothing to send.
    pub app_limited: Option<bool>,
    /// The retransmission timeout.
    pub rto: Option<Duration>,
    /// The timeout of a delayed acknowledgement.
    pub ato: Option<Duration>,
    /// The greatest payload of a segment that we send.
    pub snd_mss: Option<u32>,
    /// The peer's segment size, estimated from its segments.
    pub rcv_mss: Option<u32>,
    /// The MSS that we advertised to the peer.
    pub advmss: Option<u32>,
    /// The path's MTU.
    pub pmtu: Option<u32>,
    /// Segments sent and not acknowledged; on a listener, connections waiting for `accept()`.
    pub unacked: Option<u32>,
    /// Segments that the peer received out of order (SACK); on a listener, the greatest number that may wait.
    pub sacked: Option<u32>,
    /// Segments considered lost.
    pub lost: Option<u32>,
    /// Segments retransmitted and not acknowledged yet.
    pub retrans: Option<u32>,
    /// Retransmitted segments since the start.
    pub total_retrans: Option<u32>,
    /// How far apart segments may arrive before one is considered lost.
    pub reordering: Option<u32>,
    /// Time since we last sent data; resolution 1 ms.
    pub last_data_sent: Option<Duration>,
    /// Time since data last arrived.
    pub last_data_recv: Option<Duration>,
    /// Time since an acknowledgement last arrived.
    pub last_ack_recv: Option<Duration>,
    /// The smoothed round-trip time.
    pub rtt: Option<Duration>,
    /// Its mean deviation.
    pub rttvar: Option<Duration>,
    /// The recent minimum of the round-trip time.
    pub min_rtt: Option<Duration>,
    /// The round-trip time, estimated by the receiving side.
    pub rcv_rtt: Option<Duration>,
    /// The congestion window, in segments.
    pub snd_cwnd: Option<u32>,
    /// The slow start threshold, in segments; [`TcpInfo::NO_THRESHOLD`] before the first loss.
    pub snd_ssthresh: Option<u32>,
    /// The limit to which our window may grow before the buffer is adjusted again.
    pub rcv_ssthresh: Option<u32>,
    /// How much the application reads in a round-trip time; the kernel sizes the buffer by it.
    pub rcv_space: Option<u32>,
    /// The peer's window: how many more bytes it accepts.
    pub snd_wnd: Option<u32>,
    /// Our window, as last advertised to the peer.
    pub rcv_wnd: Option<u32>,
    /// Bytes in the send queue that were never sent.
    pub notsent_bytes: Option<u32>,
    /// The recent rate of acknowledged bytes.
    pub delivery_rate: Option<u64>,
    /// The pacing rate; `None` if segments are not paced.
    pub pacing_rate: Option<u64>,
    /// Bytes acknowledged by the peer; its acknowledgement of our SYN counts as one.
    pub bytes_acked: Option<u64>,
    /// Bytes received in order; the peer's FIN counts as one.
    pub bytes_received: Option<u64>,
    /// Bytes sent, retransmissions included.
    pub bytes_sent: Option<u64>,
    /// Bytes sent again.
    pub bytes_retrans: Option<u64>,
    /// Segments sent.
    pub segs_out: Option<u32>,
    /// Segments received.
    pub segs_in: Option<u32>,
    /// Segments sent that had data.
    pub data_segs_out: Option<u32>,
    /// Segments received that had data.
    pub data_segs_in: Option<u32>,
    /// Segments acknowledged.
    pub delivered: Option<u32>,
    /// Segments that the peer reported as duplicates (DSACK).
    pub dsack_dups: Option<u32>,
    /// How often the sender detected reordering.
    pub reord_seen: Option<u32>,
    /// Segments that arrived out of order.
    pub rcv_ooopack: Option<u32>,
    /// How long the send queue was not empty.
    pub busy_time: Option<Duration>,
    /// How much of that time the peer's window limited us.
    pub rwnd_limited: Option<Duration>,
    /// How much of that time our send buffer limited us.
    pub sndbuf_limited: Option<Duration>,
    /// Retransmission timeouts since the start.
    pub total_rto: Option<u16>,
}

/// The state of congestion control (Linux, `enum tcp_ca_state`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaState {
    /// Normal.
    Open,
    /// Duplicate acknowledgements or SACK arrived: a loss is possible.
    Disorder,
    /// The window is being reduced, because a router or the local queue signalled congestion.
    Cwr,
    /// A segment was lost and is being retransmitted.
    Recovery,
    /// The retransmission timer fired.
    Loss,
}

impl CaState {
    /// The name in words.
    pub fn name(self) -> &'static str {
        match self {
            CaState::Open => "open",
            CaState::Disorder => "disorder",
            CaState::Cwr => "reducing",
            CaState::Recovery => "recovery",
            CaState::Loss => "loss",
        }
    }
}

/// The options that both SYNs negotiated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AgreedOptions {
    /// Timestamps (RFC 7323).
    pub timestamps: bool,
    /// Selective acknowledgements (RFC 2018).
    pub sack: bool,
    /// Window scaling (RFC 7323).
    pub window_scaling: bool,
    /// Explicit congestion notification (RFC 3168).
    pub ecn: bool,
    /// The SYN carried data (RFC 7413).
    pub syn_data: bool,
}

impl TcpInfo {
    /// A slow start threshold that was never set: slow start goes on until the first loss.
    pub const NO_THRESHOLD: u32 = 0x7fff_ffff;

    /// How many bytes of `struct tcp_info` are read; newer kernels have more.
    pub const LEN: usize = 244;

    /// Parses what a kernel filled in: fields beyond the end of `bytes` are unknown. Never fails.
    pub fn parse(bytes: &[u8]) -> Self {
        let raw = RawTcpInfo(bytes);
        let (agreed, shifts) = (raw.byte(5), raw.byte(6));
        let (low, high) = (shifts.map(|bits| bits & 15), shifts.map(|bits| bits >> 4));
        let (snd_wscale, rcv_wscale) = if cfg!(target_endian = "little") { (low, high) } else { (high, low) };
        let scaled = |shift: Option<u8>| shift.filter(|_| agreed.is_some_and(|bits| bits & 4 != 0));
        TcpInfo {
            state: raw.byte(0).and_then(state),
            ca_state: raw.byte(1).and_then(ca_state),
            retransmits: raw.byte(2),
            probes: raw.byte(3),
            backoff: raw.byte(4),
            options: agreed.map(AgreedOptions::from_bits),
            snd_wscale: scaled(snd_wscale),
            rcv_wscale: scaled(rcv_wscale),
            app_limited: raw.byte(7).map(|bits| bits & if cfg!(target_endian = "little") { 1 } else { 0x80 } != 0),
            rto: raw.micros(8),
            ato: raw.micros(12),
            snd_mss: raw.word(16),
            rcv_mss: raw.word(20),
            unacked: raw.word(24),
            sacked: raw.word(28),
            lost: raw.word(32),
            retrans: raw.word(36),
            last_data_sent: raw.millis(44),
            last_data_recv: raw.millis(52),
            last_ack_recv: raw.millis(56),
            pmtu: raw.word(60).filter(|mtu| *mtu != 0),
            rcv_ssthresh: raw.word(64),
            rtt: raw.nonzero_time(68),
            rttvar: raw.nonzero_time(72).filter(|_| raw.nonzero_time(68).is_some()),
            snd_ssthresh: raw.word(76),
            snd_cwnd: raw.word(80),
            advmss: raw.word(84),
            reordering: raw.word(88),
            rcv_rtt: raw.nonzero_time(92),
            rcv_space: raw.word(96),
            total_retrans: raw.word(100),
            pacing_rate: raw.u64_at(104).filter(|rate| *rate != u64::MAX && *rate != 0),
            bytes_acked: raw.u64_at(120),
            bytes_received: raw.u64_at(128),
            segs_out: raw.word(136),
            segs_in: raw.word(140),
            notsent_bytes: raw.word(144),
            min_rtt: raw.word(148).filter(|micros| *micros != u32::MAX && *micros != 0).map(micros),
            data_segs_in: raw.word(152),
            data_segs_out: raw.word(156),
            delivery_rate: raw.u64_at(160).filter(|rate| *rate != 0),
            busy_time: raw.u64_at(168).map(Duration::from_micros),
            rwnd_limited: raw.u64_at(176).map(Duration::from_micros),
            sndbuf_limited: raw.u64_at(184).map(Duration::from_micros),
            delivered: raw.word(192),
            bytes_sent: raw.u64_at(200),
            bytes_retrans: raw.u64_at(208),
            dsack_dups: raw.word(216),
            reord_seen: raw.word(220),
            rcv_ooopack: raw.word(224),
            snd_wnd: raw.word(228),
            rcv_wnd: raw.word(232),
            total_rto: raw.u16_at(240),
        }
    }
}

impl AgreedOptions {
    fn from_bits(bits: u8) -> Self {
        AgreedOptions {
            timestamps: bits & 1 != 0,
            sack: bits & 2 != 0,
            window_scaling: bits & 4 != 0,
            ecn: bits & 8 != 0,
            syn_data: bits & 32 != 0,
        }
    }
}

/// Converts a kernel's state number (Linux, `include/net/tcp_states.h`), as in TCP_INFO and sock_diag.
pub fn state(number: u8) -> Option<TcpState> {
    match number {
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

fn ca_state(number: u8) -> Option<CaState> {
    [CaState::Open, CaState::Disorder, CaState::Cwr, CaState::Recovery, CaState::Loss].get(usize::from(number)).copied()
}

fn micros(count: u32) -> Duration {
    Duration::from_micros(u64::from(count))
}

/// The raw structure: fields in this machine's byte order, as many as the kernel filled in.
struct RawTcpInfo<'a>(&'a [u8]);

impl RawTcpInfo<'_> {
    fn field<const LEN: usize>(&self, offset: usize) -> Option<[u8; LEN]> {
        self.0.get(offset..)?.first_chunk().copied()
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        self.0.get(offset).copied()
    }

    fn u16_at(&self, offset: usize) -> Option<u16> {
        self.field(offset).map(u16::from_ne_bytes)
    }

    fn word(&self, offset: usize) -> Option<u32> {
        self.field(offset).map(u32::from_ne_bytes)
    }

    fn u64_at(&self, offset: usize) -> Option<u64> {
        self.field(offset).map(u64::from_ne_bytes)
    }

    fn micros(&self, offset: usize) -> Option<Duration> {
        self.word(offset).map(micros)
    }

    /// A time that is 0 until it was measured.
    fn nonzero_time(&self, offset: usize) -> Option<Duration> {
        self.micros(offset).filter(|time| !time.is_zero())
    }

    fn millis(&self, offset: usize) -> Option<Duration> {
        self.word(offset).map(|count| Duration::from_millis(u64::from(count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_kernel_does_not_fill_is_unknown() {
        let mut bytes = [0_u8; TcpInfo::LEN];
        bytes[0] = 1;
        bytes[5] = 7;
        bytes[6] = 0xa7;
        bytes[228..232].copy_from_slice(&65_536_u32.to_ne_bytes());
        let whole = TcpInfo::parse(&bytes);
        assert_eq!(whole.state, Some(TcpState::Established));
        assert_eq!((whole.snd_wscale, whole.rcv_wscale), (Some(7), Some(10)));
        assert_eq!((whole.snd_wnd, whole.rcv_wnd), (Some(65_536), Some(0)));
        let older = TcpInfo::parse(&bytes[..231]);
        assert_eq!((older.snd_wnd, older.rcv_wnd), (None, None));
        assert_eq!(older.rcv_ooopack, Some(0));
        assert_eq!(TcpInfo::parse(&[]), TcpInfo::default());
    }

    #[test]
    fn what_was_never_measured_is_not_zero() {
        let info = TcpInfo::parse(&[0; TcpInfo::LEN]);
        assert_eq!((info.rtt, info.rttvar, info.min_rtt), (None, None, None));
        assert_eq!((info.delivery_rate, info.pmtu, info.state), (None, None, None));
        assert_eq!(info.snd_wscale, None, "scaling was not agreed on");
    }
}
