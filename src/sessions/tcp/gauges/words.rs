//! A gauge's value as text, and a remark on what it means now.

use std::time::Duration;

use super::gauges::{GaugeRange, Gauges};
use super::name::Gauge;
use crate::text::quantity;
use crate::wire::kernel::tcp_info::TcpInfo;

/// Linux's slow-start threshold before the first loss.
pub(super) const NO_THRESHOLD: u64 = TcpInfo::NO_THRESHOLD as u64;

/// The initial congestion window, in segments: RFC 6928.
pub(super) const FIRST_FLIGHT: u64 = 10;

/// Linux's least retransmission timeout.
pub(super) const RTO_FLOOR: Duration = Duration::from_millis(200);

impl Gauges {
    /// The newest value as text; `–` if it is not known.
    pub fn text(&self, gauge: Gauge) -> String {
        value(self, gauge)
    }

    /// The least and the greatest value among the samples kept: `least 28 µs, greatest 1.2 ms`.
    pub fn bounds_text(&self, gauge: Gauge) -> String {
        match self.range(gauge) {
            Some(GaugeRange { min, max, .. }) => {
                let text = |value| text(gauge, value, self.last_value(Gauge::Mss));
                format!("least {}, greatest {}", text(min), text(max))
            }
            None => "not reported by this system".to_owned(),
        }
    }

    /// A value of a gauge with its unit, short enough for the axis of a chart.
    pub fn label(&self, gauge: Gauge, value: u64) -> String {
        match gauge {
            Gauge::Cwnd => quantity::grouped(value),
            _ => text(gauge, value, None),
        }
    }

    /// What the current value means, in a few words: `min 28 µs`, `slow start`; empty if there is nothing to say.
    pub fn remark(&self, gauge: Gauge) -> String {
        remark(self, gauge)
    }
}

pub(super) fn value(gauges: &Gauges, gauge: Gauge) -> String {
    gauges.last_value(gauge).map_or("–".to_owned(), |value| text(gauge, value, gauges.last_value(Gauge::Mss)))
}

/// A value with its unit.
pub(super) fn text(gauge: Gauge, value: u64, mss: Option<u64>) -> String {
    match gauge {
        Gauge::Rtt | Gauge::RttVariance | Gauge::Rto => quantity::duration(Duration::from_micros(value)),
        Gauge::Cwnd => match mss {
            Some(mss) => format!("{} × {}", quantity::grouped(value), quantity::grouped(mss)),
            None => quantity::grouped(value),
        },
        Gauge::Ssthresh if value >= NO_THRESHOLD => "∞".to_owned(),
        Gauge::Ssthresh | Gauge::Retransmits | Gauge::Lost | Gauge::Reordering | Gauge::Probes | Gauge::Backoff => {
            quantity::grouped(value)
        }
        Gauge::Mss => format!("{} B", quantity::grouped(value)),
        Gauge::InFlight
        | Gauge::SendQueue
        | Gauge::RecvQueue
        | Gauge::NotSent
        | Gauge::PeerWindow
        | Gauge::OurWindow => quantity::bytes(value),
        Gauge::DeliveryRate | Gauge::PacingRate => format!("{}/s", quantity::bytes(value)),
    }
}

pub(super) fn remark(gauges: &Gauges, gauge: Gauge) -> String {
    let Some(range) = gauges.range(gauge) else { return String::new() };
    let last = range.last;
    let (before, most) = (gauges.series(gauge, 2).next().flatten().unwrap_or(last), quantity::bytes(range.max));
    let text = match gauge {
        Gauge::Rtt if range.min < last => {
            return format!("min {}", quantity::duration(Duration::from_micros(range.min)));
        }
        Gauge::Rto if last <= micros(RTO_FLOOR) + micros(RTO_FLOOR) / 50 => "floor",
        Gauge::Rto if last >= 1_000_000 => "backed off",
        Gauge::Cwnd if last == FIRST_FLIGHT => "first flight",
        Gauge::Cwnd => match gauges.last_value(Gauge::Ssthresh) {
            Some(threshold) if last < threshold => "slow start",
            Some(_) => "avoidance",
            None => "",
        },
        Gauge::Ssthresh if last >= NO_THRESHOLD => "no loss yet",
        Gauge::PeerWindow | Gauge::OurWindow if last == 0 => "closed",
        Gauge::PeerWindow | Gauge::OurWindow => "open",
        Gauge::SendQueue | Gauge::RecvQueue | Gauge::NotSent if last > before => "growing",
        Gauge::SendQueue | Gauge::RecvQueue | Gauge::NotSent if range.max > last => return format!("max {most}"),
        _ => "",
    };
    text.to_owned()
}

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::wire::kernel::view::KernelView;

    #[test]
    fn a_value_has_its_unit_and_its_meaning() {
        let now = Instant::now();
        let mut gauges = Gauges::default();
        for (step, rtt) in [(0, 28), (1, 41)] {
            let view = KernelView {
                rtt: Some(Duration::from_micros(rtt)),
                send_queue_bytes: Some(rtt * 1_000),
                ..KernelView::default()
            };
            gauges.sample(&view, now + crate::sessions::tcp::gauges::gauges::EVERY * step);
        }
        assert_eq!((value(&gauges, Gauge::Rtt).as_str(), remark(&gauges, Gauge::Rtt).as_str()), ("41 µs", "min 28 µs"));
        assert_eq!(value(&gauges, Gauge::SendQueue), "41.0 kB");
        assert_eq!(remark(&gauges, Gauge::SendQueue), "growing");
    }
}
