//! The state of a repeated run as JSON fields, and as a plain table.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::event::fields::{EventFields, milliseconds};
use crate::sessions::repeat::latency::{LatencyHistogram, PERCENTILES};
use crate::sessions::repeat::run::RepeatReading;
use crate::text::quantity;

/// Number of bars in the histogram of the summary.
const BARS: usize = 20;

/// Width of the longest bar of the table, in columns.
const BAR_WIDTH: u128 = 40;

/// The event for a reading: `repeat` while the run goes on, `summary` at its end.
pub(crate) fn event(look: &RepeatReading) -> (&'static str, EventFields) {
    let tally = &look.tally;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("asked", look.asked.map(Value::from));
    put("started", Some(look.started.into()));
    put("done", Some(tally.done.into()));
    put("failed", Some(tally.failed_in_all().into()));
    let errors: Map<String, Value> =
        tally.failures().map(|(class, count)| (class.name().to_owned(), count.into())).collect();
    put("errors", Some(Value::Object(errors)).filter(|_| tally.failed_in_all() > 0));
    put("lost", Some(tally.lost.into()).filter(|_| look.jitter.is_some() || tally.lost > 0));
    put("loss", look.loss_ratio().filter(|_| look.jitter.is_some() || tally.lost > 0).map(Value::from));
    put("stray", Some(tally.stray.into()).filter(|_| tally.stray > 0));
    put("jitter_ms", look.jitter.map(milliseconds));
    let statuses: Map<String, Value> = statuses(look).map(|(name, count)| (name.to_owned(), count.into())).collect();
    put("statuses", Some(Value::Object(statuses)).filter(|_| tally.statuses.iter().any(|count| *count > 0)));
    put(if look.final_one { "cut_off" } else { "in_flight" }, Some(look.in_flight.into()));
    put("per_second", look.per_second().map(rounded));
    put("sent_bytes", Some(tally.totals.sent.bytes.into()));
    put("received_bytes", Some(tally.totals.received.bytes.into()));
    put("elapsed_ms", Some(milliseconds(look.elapsed)));
    put("corrected", Some(look.corrected.into()));
    put("latency", latency(&tally.latency));
    if !look.final_one {
        return ("repeat", fields);
    }
    put("service", latency(&tally.service));
    let bars = tally.latency.bars(BARS);
    let bars: Vec<Value> =
        bars.iter().map(|bar| json!({"up_to_ms": milliseconds(bar.up_to), "count": bar.count})).collect();
    put("histogram", Some(bars.into()));
    ("summary", fields)
}

fn rounded(value: f64) -> Value {
    ((value * 1e3).round() / 1e3).into()
}

/// Minimum, mean, percentiles, maximum; `None` if no time was measured yet.
fn latency(latency: &LatencyHistogram) -> Option<Value> {
    let mut fields = Map::new();
    let mut put = |name: String, time| fields.insert(name, milliseconds(time));
    put("min_ms".to_owned(), latency.minimum()?);
    put("mean_ms".to_owned(), latency.mean()?);
    for (part, name) in PERCENTILES {
        put(format!("{}_ms", name.replace('.', "_")), latency.quantile(part)?);
    }
    put("max_ms".to_owned(), latency.maximum()?);
    Some(Value::Object(fields))
}

fn statuses(look: &RepeatReading) -> impl Iterator<Item = (&'static str, u64)> {
    let names = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"];
    names.into_iter().zip(look.tally.statuses).filter(|(_, count)| *count > 0)
}

/// The summary as a plain table, for `--raw`.
pub(crate) fn table(look: &RepeatReading) -> String {
    let tally = &look.tally;
    let mut table = String::new();
    let mut row = |name: &str, value: String| {
        // Writing to a string cannot fail.
        writeln!(table, "{name:<12} {value}").unwrap_or_default();
    };
    let of = look.asked.map_or_else(String::new, |asked| format!(" of {}", quantity::grouped(asked)));
    row("done", format!("{}{of}", quantity::grouped(tally.done)));
    for (class, count) in tally.failures() {
        row("failed", format!("{} {}", quantity::grouped(count), class.name()));
    }
    if let Some(loss) = look.loss_ratio().filter(|_| look.jitter.is_some() || tally.lost > 0) {
        row("lost", format!("{} ({:.3} %)", quantity::grouped(tally.lost), loss * 100.0));
    }
    if tally.stray > 0 {
        row("stray", quantity::grouped(tally.stray));
    }
    if let Some(jitter) = look.jitter {
        row("jitter", quantity::duration(jitter));
    }
    for (name, count) in statuses(look) {
        row("status", format!("{name} {}", quantity::grouped(count)));
    }
    if look.in_flight > 0 {
        row("cut off", quantity::grouped(look.in_flight));
    }
    row("elapsed", quantity::duration(look.elapsed));
    row("per second", look.per_second().map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}")));
    row("sent", quantity::bytes(tally.totals.sent.bytes));
    row("received", quantity::bytes(tally.totals.received.bytes));
    let times = [("fastest", tally.latency.minimum()), ("mean", tally.latency.mean())].into_iter();
    let times = times.chain(PERCENTILES.map(|(part, name)| (name, tally.latency.quantile(part))));
    for (name, time) in times.chain([("slowest", tally.latency.maximum())]) {
        row(name, time.map_or_else(|| "–".to_owned(), quantity::duration));
    }
    if look.corrected {
        row("", "times count from when each one should have been started".to_owned());
    }
    let bars = tally.latency.bars(BARS);
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    for bar in bars {
        let width = (u128::from(bar.count) * BAR_WIDTH).div_ceil(u128::from(most));
        let marks = "#".repeat(usize::try_from(width).unwrap_or(0));
        row(
            &quantity::duration(bar.up_to),
            format!("{:>10} {marks}", quantity::grouped(bar.count)).trim_end().to_owned(),
        );
    }
    table
}
