//! What the kernel and its calls tell, as JSON fields.

use std::time::Duration;

use serde_json::{Value, json};

use super::{EventFields, milliseconds, object};
use crate::sessions::News;
use crate::sessions::news::call::CallResult;
use crate::sessions::news::{OptionNews, TcpNews};
use crate::wire::Evidence;
use crate::wire::kernel::tcp_info::TcpInfo;
use crate::wire::kernel::view::{KernelTimer, KernelView, PeerEnd};
use crate::wire::option::OptionValue;
use crate::wire::tcp::syn::SynView;

/// The name and the fields of a fact of the kernel's; a fact of another kind gives no fields.
pub(super) fn fields(news: &News) -> (&'static str, Value) {
    match news {
        News::Tcp(TcpNews::State { from, to, cause, evidence, remaining }) => {
            let (from, to) = (from.name(), to.name());
            let evidence = match evidence {
                Evidence::Seen => "seen",
                Evidence::Kernel => "kernel",
                Evidence::Inferred => "inferred",
            };
            let mut fields = object(json!({"from": from, "to": to, "cause": cause.name(), "evidence": evidence}));
            if let Some(left) = remaining {
                fields.insert("remaining_ms".to_owned(), milliseconds(*left));
            }
            ("state", fields.into())
        }
        News::Tcp(TcpNews::Call { name, args, result, took }) => {
            let mut fields = object(json!({"call": name.name(), "args": args}));
            match result {
                CallResult::Returned(value) => fields.insert("returned".to_owned(), (*value).into()),
                CallResult::Failed { errno, name } => {
                    fields.insert("error".to_owned(), name.as_str().into());
                    fields.insert("errno".to_owned(), (*errno).into())
                }
            };
            fields.insert("ms".to_owned(), milliseconds(*took));
            ("call", fields.into())
        }
        News::Tcp(TcpNews::Stamps { octet, scheduled, sent, acked }) => {
            let mut fields = object(json!({"octet": octet}));
            for (name, time) in [("scheduled_ms", scheduled), ("sent_ms", sent), ("acked_ms", acked)] {
                if let Some(time) = time {
                    fields.insert(name.to_owned(), milliseconds(*time));
                }
            }
            ("stamps", fields.into())
        }
        News::Tcp(TcpNews::PeerSyn(syn)) => ("peer_syn", syn_fields(syn).into()),
        News::Tcp(TcpNews::Kernel(view)) => ("kernel", gauges(view).into()),
        News::Option(OptionNews::Set { option, asked, now }) => {
            ("option", json!({"option": option.name(), "asked": value(asked), "now": value(now)}))
        }
        News::Option(OptionNews::Reported(options)) => {
            let mut fields = EventFields::new();
            for (option, read) in options {
                if let Ok(read) = read {
                    fields.insert(option.name().to_owned(), value(read));
                }
            }
            ("options", fields.into())
        }
        _ => ("", json!({})),
    }
}

/// A number of octets, a count, milliseconds, true or false, a name; null is a lingering that is off.
fn value(value: &OptionValue) -> Value {
    match value {
        OptionValue::Switch(on) => (*on).into(),
        OptionValue::Count(count) | OptionValue::Octets(count) => (*count).into(),
        OptionValue::Time(time) | OptionValue::Linger(Some(time)) => milliseconds(*time),
        OptionValue::Linger(None) => Value::Null,
        OptionValue::Name(name) => name.as_str().into(),
    }
}

/// A look at the kernel's gauges; what it does not tell, or has not measured yet, is absent.
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
    let known = numbers.into_iter().filter_map(|(name, number)| Some((name.to_owned(), number?.into())));
    fields.extend(known);
    fields.extend(timer(view.timer));
    if let Some(end) = &view.peer_end {
        fields.insert("peer_end".to_owned(), peer_end(end).into());
    }
    fields
}

/// The timer that runs: what it is for, and how long until it fires.
fn timer(timer: Option<KernelTimer>) -> EventFields {
    let Some(timer) = timer else { return EventFields::new() };
    object(json!({"timer": timer.kind.name(), "timer_expires_ms": milliseconds(timer.expires)}))
}

/// The other end of a connection within this host: its state and queues, and what flow control goes by.
fn peer_end(end: &PeerEnd) -> EventFields {
    let mut fields = object(json!({
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

fn syn_fields(syn: &SynView) -> EventFields {
    let mut fields = object(json!({"ttl": syn.ttl, "window": syn.window, "isn": syn.isn}));
    if let Some(mss) = syn.mss {
        fields.insert("mss".to_owned(), mss.into());
    }
    if let Some(shift) = syn.wscale {
        fields.insert("wscale".to_owned(), shift.into());
    }
    fields.insert("sack_permitted".to_owned(), syn.sack_permitted.into());
    if let Some(clock) = syn.timestamp {
        fields.insert("timestamp".to_owned(), clock.into());
    }
    fields.insert("ecn".to_owned(), syn.ecn.into());
    fields
}
