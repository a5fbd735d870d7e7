//! The meaning of a gauge's current value, as one sentence: the value, its meaning, and a citation.

use super::gauges::Gauges;
use super::name::Gauge;
use super::words::{FIRST_FLIGHT, NO_THRESHOLD, RTO_FLOOR, micros, value};

/// Linux's initial reordering metric: three duplicate ACKs mean a loss.
const FIRST_REORDERING: u64 = 3;

/// The greatest payload of a segment over Ethernet with timestamps: 1,500 less 40 of headers and 12 of the option.
const ETHERNET: u64 = 1_448;

/// A segment of at least this size is too large for Ethernet: the connection uses loopback.
const LOOPBACK: u64 = 16_384;

impl Gauges {
    /// The meaning of the current value, as a sentence: `cwnd 10 × 1,448 B: the first flight of a new connection, RFC
    /// 6928.` An unknown value has a sentence, too.
    pub fn sentence(&self, gauge: Gauge) -> String {
        gauge_sentence(self, gauge)
    }
}

pub(super) fn gauge_sentence(gauges: &Gauges, gauge: Gauge) -> String {
    let name = gauge.name();
    match gauges.last_value(gauge) {
        Some(now) => {
            let unit = if gauge == Gauge::Cwnd && gauges.last_value(Gauge::Mss).is_some() { " B" } else { "" };
            format!("{name} {}{unit}: {}.", value(gauges, gauge), value_meaning(gauges, gauge, now))
        }
        None => format!("{name} –: not known."),
    }
}

/// The meaning of a value, without a full stop.
fn value_meaning(gauges: &Gauges, gauge: Gauge, now: u64) -> String {
    let text = |of: Gauge| value(gauges, of);
    let over = |of: Gauge| gauges.last_value(of).is_some_and(|value| value > 0);
    let fixed = match gauge {
        Gauge::Rtt => return rtt(gauges, now),
        Gauge::Cwnd => return cwnd(gauges, now),
        Gauge::Rto if over(Gauge::Backoff) => {
            return format!("doubled {} times, as no ACK came, RFC 6298 §5.5", text(Gauge::Backoff));
        }
        Gauge::SendQueue if over(Gauge::NotSent) => {
            return format!("of it {} was never sent, the rest has no ACK yet", text(Gauge::NotSent));
        }
        Gauge::InFlight if now > 0 => {
            return format!("sent, and no ACK yet; the peer has room for {}", text(Gauge::PeerWindow));
        }
        Gauge::RttVariance => "how far round trips stray from the mean; four times that is added to the rto",
        Gauge::Rto if now <= micros(RTO_FLOOR) + micros(RTO_FLOOR) / 50 => {
            "Linux's floor of 200 ms, however short the round trip; RFC 6298 §2.4 asks for 1 s"
        }
        Gauge::Rto => "SRTT + 4 × RTTVAR, then the segment is sent again, RFC 6298 §2",
        Gauge::Ssthresh if now >= NO_THRESHOLD => {
            "no loss yet, so that slow start has no end of its own, RFC 5681 §3.1"
        }
        Gauge::Ssthresh => "set when something was lost: slow start ends here, RFC 5681 §3.1",
        Gauge::Mss if now == ETHERNET => "1,500 of the link less 40 of headers and 12 of timestamps",
        Gauge::Mss if now >= LOOPBACK => "loopback's: no link cuts it, and the kernel cuts no smaller",
        Gauge::Mss => "the smaller of the peer's MSS option and what the path's MTU leaves",
        Gauge::SendQueue if now > 0 => "all of it was sent, and has no ACK yet",
        Gauge::InFlight | Gauge::SendQueue => "all that we sent is acknowledged",
        Gauge::RecvQueue if now > 0 => "arrived and acknowledged, and our program has not read it",
        Gauge::RecvQueue => "all that arrived is read",
        Gauge::NotSent if now > 0 && gauges.last_value(Gauge::PeerWindow) == Some(0) => {
            "held back by the peer's window, which is closed"
        }
        Gauge::NotSent if now > 0 => "held back by cwnd, the peer's window or Nagle",
        Gauge::NotSent => "nothing is held back",
        Gauge::PeerWindow if now == 0 => {
            "closed, as the program there does not read; we may only probe, RFC 9293 §3.8.6.1"
        }
        Gauge::PeerWindow => "the peer accepts this many more bytes, then we wait, RFC 9293 §3.8.6",
        Gauge::OurWindow if now == 0 => "closed, as we do not read; the peer may only probe, RFC 9293 §3.8.6.1",
        Gauge::OurWindow => "so much we told the peer that we still take, RFC 9293 §3.8.6",
        Gauge::DeliveryRate => "acknowledged so fast at the last measure; a short burst says little of the path",
        Gauge::PacingRate => "segments leave no faster, so that bursts fill no queue on the way",
        Gauge::Retransmits if now > 0 => "sent again since the beginning, lost or late, RFC 9293 §3.8.1",
        Gauge::Retransmits => "nothing was sent twice",
        Gauge::Lost if now > 0 => "taken for lost, and to be sent again, RFC 6675 §4",
        Gauge::Lost => "nothing is missing",
        Gauge::Reordering if now <= FIRST_REORDERING => "three duplicate ACKs mean a loss, RFC 5681 §3.2",
        Gauge::Reordering => "segments were seen to overtake each other, so that a loss is believed later, RFC 4653",
        Gauge::Probes if now > 0 => "asked so often without an answer whether the window is open or the peer is there",
        Gauge::Probes => "no probe waits for an answer",
        Gauge::Backoff if now > 0 => "the wait was doubled so often, RFC 6298 §5.5",
        Gauge::Backoff => "nothing waits longer than the rto",
    };
    fixed.to_owned()
}

fn rtt(gauges: &Gauges, now: u64) -> String {
    let variance = value(gauges, Gauge::RttVariance);
    match gauges.range(Gauge::Rtt) {
        Some(range) if range.min < now => {
            let least = super::words::text(Gauge::Rtt, range.min, None);
            format!("± {variance}; the least was {least}, what is above it are queues and delayed ACKs")
        }
        _ => format!("± {variance}, a segment and its ACK, smoothed, RFC 6298 §2"),
    }
}

fn cwnd(gauges: &Gauges, now: u64) -> String {
    let threshold = gauges.last_value(Gauge::Ssthresh);
    match threshold {
        _ if now == FIRST_FLIGHT => "the first flight of a new connection, RFC 6928".to_owned(),
        _ if now == 1 => "one segment at a time: a retransmission timed out, RFC 5681 §3.1".to_owned(),
        Some(threshold) if now < threshold => {
            "slow start, one segment more for each one acknowledged, RFC 5681 §3.1".to_owned()
        }
        Some(_) => {
            let threshold = value(gauges, Gauge::Ssthresh);
            format!("above ssthresh {threshold}: congestion avoidance, slowly upwards, RFC 5681 §3.1, RFC 9438")
        }
        None => "so much may be under way, RFC 5681 §3.1".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::wire::kernel::tcp_info::TcpInfo;
    use crate::wire::kernel::view::KernelView;

    fn says(info: TcpInfo, gauge: Gauge) -> String {
        let mut gauges = Gauges::default();
        let view = KernelView { rtt: info.rtt, tcp: Some(info), send_queue_bytes: Some(900), ..KernelView::default() };
        gauges.sample(&view, Instant::now());
        gauge_sentence(&gauges, gauge)
    }

    #[test]
    fn a_window_says_which_phase_of_its_life_it_is_in() {
        let fresh = TcpInfo {
            snd_cwnd: Some(10),
            snd_mss: Some(1_448),
            snd_ssthresh: Some(TcpInfo::NO_THRESHOLD),
            ..TcpInfo::default()
        };
        assert_eq!(says(fresh, Gauge::Cwnd), "cwnd 10 × 1,448 B: the first flight of a new connection, RFC 6928.");
        let grown = TcpInfo { snd_cwnd: Some(40), ..fresh };
        assert!(says(grown, Gauge::Cwnd).contains("slow start"));
        let hurt = TcpInfo { snd_ssthresh: Some(20), ..grown };
        assert!(says(hurt, Gauge::Cwnd).contains("above ssthresh 20: congestion avoidance"));
        assert!(says(fresh, Gauge::Ssthresh).contains("no loss yet"));
        assert!(says(fresh, Gauge::Mss).contains("12 of timestamps"));
    }

    #[test]
    fn a_queue_that_is_held_back_says_by_what() {
        let closed = TcpInfo { snd_wnd: Some(0), notsent_bytes: Some(500), ..TcpInfo::default() };
        assert!(says(closed, Gauge::NotSent).contains("by the peer's window, which is closed"));
        assert!(says(closed, Gauge::SendQueue).contains("of it 500 B was never sent"));
        assert_eq!(says(closed, Gauge::InFlight), "in flight 400 B: sent, and no ACK yet; the peer has room for 0 B.");
        let slow = TcpInfo { rto: Some(Duration::from_secs(3)), backoff: Some(4), ..TcpInfo::default() };
        assert!(says(slow, Gauge::Rto).contains("doubled 4 times"));
    }
}
