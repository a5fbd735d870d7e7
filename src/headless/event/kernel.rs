//! The kernel's gauges of a connection as JSON fields.

use std::time::Duration;

use serde_json::json;

use super::fields::{EventFields, into_fields, milliseconds};
use crate::wire::kernel::tcp_info::TcpInfo;
use crate::wire::kernel::view::{KernelTimer, KernelView, PeerEnd};

/// One sample of the kernel's gauges. A value that the kernel does not report, or has not measured yet, is absent.
pub(crate) fn gauges(view: &KernelView) -> EventFields {
    let mut fields = EventFields::new();
    let tcp = view.tcp.unwrap_or_default();
    if let Some(state) = view.state {
        fields.insert("state".to_owned(), state.name().into());
    }
    if let Some(about) = tcp.ca_state {
        fields.insert("ca_state".to_owned(), about.name().into());
    }
    let micros = |time: Option<Duration>| time.and_then(|time| u64::try_from(time.as_micros()).ok());
    let millis = |time: Option<Duration>| time.and_then(|time| u64::try_from(time.as_millis()).ok());
    let wide = |count: Option<u32>| count.map(u64::from);
    let small = |count: Option<u8>| count.map(u64::from);
    let numbers = [
        ("rtt_us", micros(view.rtt)),
        ("rttvar_us", micros(tcp.rttvar)),
        ("min_rtt_us", micros(tcp.min_rtt)),
        ("rto_us", micros(tcp.rto)),
        ("snd_cwnd", wide(tcp.snd_cwnd)),
        ("snd_ssthresh", wide(tcp.snd_ssthresh.filter(|segments| *segments < TcpInfo::NO_THRESHOLD))),
        ("snd_mss", wide(tcp.snd_mss)),
        ("rcv_mss", wide(tcp.rcv_mss)),
        ("pmtu", wide(tcp.pmtu)),
        ("snd_wnd", wide(tcp.snd_wnd)),
        ("rcv_wnd", wide(tcp.rcv_wnd)),
        ("unacked", wide(tcp.unacked)),
        ("sacked", wide(tcp.sacked)),
        ("lost", wide(tcp.lost)),
        ("retrans", wide(tcp.retrans)),
        ("retransmits", small(tcp.retransmits)),
        ("total_retrans", wide(tcp.total_retrans)),
        ("total_rto", tcp.total_rto.map(u64::from)),
        ("backoff", small(tcp.backoff)),
        ("probes", small(tcp.probes)),
        ("reordering", wide(tcp.reordering)),
        ("reord_seen", wide(tcp.reord_seen)),
        ("rcv_ooopack", wide(tcp.rcv_ooopack)),
        ("dsack_dups", wide(tcp.dsack_dups)),
        ("send_queue_bytes", view.send_queue_bytes),
        ("recv_queue_bytes", view.recv_queue_bytes),
        ("notsent_bytes", wide(tcp.notsent_bytes)),
        ("delivery_rate", tcp.delivery_rate),
        ("pacing_rate", tcp.pacing_rate),
        ("bytes_sent", tcp.bytes_sent),
        ("bytes_retrans", tcp.bytes_retrans),
        ("bytes_acked", tcp.bytes_acked),
        ("bytes_received", tcp.bytes_received),
        ("segs_out", wide(tcp.segs_out)),
        ("segs_in", wide(tcp.segs_in)),
        ("delivered", wide(tcp.delivered)),
        ("last_data_sent_ms", millis(tcp.last_data_sent)),
        ("last_data_recv_ms", millis(tcp.last_data_recv)),
        ("last_ack_recv_ms", millis(tcp.last_ack_recv)),
        ("busy_ms", millis(tcp.busy_time)),
        ("rwnd_limited_ms", millis(tcp.rwnd_limited)),
        ("sndbuf_limited_ms", millis(tcp.sndbuf_limited)),
    ];
    let unix = view.unix.unwrap_or_default();
    let queue = view.accept_queue;
    let more = [
        ("peer_unread_bytes", unix.peer_unread_bytes),
        ("send_memory_bytes", unix.send_memory_bytes),
        ("send_buffer_bytes", unix.send_buffer_bytes),
        ("accept_queue", queue.map(|queue| queue.waiting.into())),
        ("backlog", queue.map(|queue| queue.bound.into())),
        ("listen_overflows", queue.and_then(|queue| queue.overflows)),
        ("listen_drops", queue.and_then(|queue| queue.drops)),
    ];
    let known = numbers.into_iter().chain(more).filter_map(|(name, number)| Some((name.to_owned(), number?.into())));
    fields.extend(known);
    fields.extend(timer(view.timer));
    if let Some(end) = &view.peer_end {
        fields.insert("peer_end".to_owned(), peer_end(end).into());
    }
    fields
}

/// The running timer: its purpose, and the time until it fires.
fn timer(timer: Option<KernelTimer>) -> EventFields {
    let Some(timer) = timer else { return EventFields::new() };
    into_fields(json!({"timer": timer.kind.name(), "timer_expires_ms": milliseconds(timer.expires)}))
}

/// The other end of a connection within this host: its state, its queues, and its flow control values.
fn peer_end(end: &PeerEnd) -> EventFields {
    let mut fields = into_fields(json!({
        "state": end.state.name(),
        "send_queue_bytes": end.send_queue_bytes,
        "recv_queue_bytes": end.recv_queue_bytes,
    }));
    let tcp = end.tcp.unwrap_or_default();
    let numbers = [
        ("notsent_bytes", tcp.notsent_bytes),
        ("snd_wnd", tcp.snd_wnd),
        ("rcv_wnd", tcp.rcv_wnd),
        ("backoff", tcp.backoff.map(u32::from)),
        ("probes", tcp.probes.map(u32::from)),
    ];
    fields.extend(numbers.into_iter().filter_map(|(name, number)| Some((name.to_owned(), number?.into()))));
    fields.extend(timer(end.timer));
    fields
}
