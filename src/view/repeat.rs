//! A repeated run: count, rate, latency, and their course over time.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, area_of, part};
use super::chart;
use super::marks::ShownRange;
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::sessions::kinds::repeat::RepeatView;
use crate::sessions::repeat::latency::{HistogramBar, PERCENTILES};
use crate::sessions::repeat::run::RepeatReading;
use crate::sessions::repeat::series::SeriesSlot;
use crate::sessions::spec::repeat::{RepeatKind, RepeatSpec};
use crate::text::quantity;

/// Parts of a cell, from the left.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// The number of bars in the histogram.
const BARS: usize = 12;

/// The columns of a label.
const LABEL: usize = 10;

/// The columns of the percentiles' table, if the histogram is beside it.
const TABLE: u16 = 23;

/// The width that the histogram and the table need side by side.
const SIDE_BY_SIDE: u16 = 48;

/// Draws the results of a run so far.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    spec: &RepeatSpec,
    view: &RepeatView,
    panel: &Panel,
) -> ShownRange {
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    canvas.seen.view = area_of(place);
    let Some(reading) = &view.reading else {
        canvas.draw_text(place, 0, 0, "nothing was started yet", Role::Dim);
        return ShownRange::default();
    };
    let rows = rows(spec, reading, place.width);
    canvas.seen.document_rows = rows.len();
    let height = usize::from(place.height);
    let first = panel.document_scroll.min(rows.len().saturating_sub(height));
    for (y, row) in (0_u16..).zip(rows.iter().skip(first).take(height)) {
        canvas.draw_styled_text(place, 0, y, row);
    }
    let whole = rows.len().max(1) as f64;
    let below = rows.len().saturating_sub(first + height);
    ShownRange { above: first as f64 / whole, below: below as f64 / whole, entries_below: below as u64 }
}

fn rows(spec: &RepeatSpec, reading: &RepeatReading, width: u16) -> Vec<StyledText> {
    let mut rows = headline_rows(spec, reading);
    rows.push(StyledText::new());
    rows.extend(over_time(reading, width));
    rows.push(StyledText::new());
    let mut table = percentiles(reading);
    if width < SIDE_BY_SIDE {
        rows.append(&mut table);
        rows.push(StyledText::new());
        rows.extend(histogram(reading, width));
    } else {
        let bars = histogram(reading, width - TABLE);
        let count = table.len().max(bars.len());
        let (mut left, mut right) = (table.into_iter(), bars.into_iter());
        for _ in 0..count {
            let strip = left.next().unwrap_or_default();
            let pad = TABLE.saturating_sub(strip.columns());
            rows.push(strip.with(" ".repeat(usize::from(pad)), Role::Dim).append(right.next().unwrap_or_default()));
        }
    }
    rows
}

fn row_label(label: &str) -> StyledText {
    StyledText::single(format!("{label:<LABEL$}"), Role::Dim)
}

fn per_second(reading: &RepeatReading) -> String {
    reading.per_second().map_or_else(|| "–".to_owned(), |rate| quantity::grouped(rate.round() as u64))
}

/// Count, rate, and failures.
fn headline_rows(spec: &RepeatSpec, reading: &RepeatReading) -> Vec<StyledText> {
    let tally = &reading.tally;
    let asked = reading.asked.map_or_else(String::new, |asked| format!(" of {}", quantity::grouped(asked)));
    let mut first = row_label("done").with(quantity::grouped(tally.done), Role::Strong).with(asked, Role::Text);
    if reading.in_flight > 0 {
        let word = if reading.final_one { "cut off" } else { "under way" };
        first = first.with(format!(" · {} {word}", quantity::grouped(reading.in_flight)), Role::Dim);
    }
    // During the run, whole seconds, so that the screen is not redrawn for every digit.
    let lasted =
        if reading.final_one { reading.elapsed } else { std::time::Duration::from_secs(reading.elapsed.as_secs()) };
    first = first.with(format!(" · in {}", quantity::duration(lasted)), Role::Dim);
    let mut rows = vec![first];
    let mut speed = row_label("average").with(per_second(reading), Role::Strong).with(" a second", Role::Text);
    if reading.corrected {
        speed = speed.with(" · times count from when each should have been started", Role::Dim);
    }
    rows.push(speed);
    let mut failed = row_label("failed");
    let failures: Vec<String> = tally
        .failures()
        .map(|(class, count)| format!("{} {}", quantity::grouped(count), class.name().replace('_', " ")))
        .collect();
    failed =
        if failures.is_empty() { failed.with("0", Role::Text) } else { failed.with(failures.join(" · "), Role::Bad) };
    rows.push(failed);
    if matches!(&spec.what, RepeatKind::Echo(echo) if echo.patience.is_zero()) {
        rows.push(row_label("lost").with("–", Role::Text).with(" · answers are not waited for", Role::Dim));
    } else if let RepeatKind::Echo(_) = spec.what {
        let loss = reading.loss_ratio().map_or_else(|| "–".to_owned(), |loss| format!("{:.2} %", loss * 100.0));
        let role = if tally.lost > 0 { Role::Warn } else { Role::Text };
        let jitter = reading.jitter.map_or_else(|| "–".to_owned(), quantity::duration);
        let mut row = row_label("lost").with(format!("{} · {loss}", quantity::grouped(tally.lost)), role);
        row = row.with(" · jitter ", Role::Dim).with(jitter, Role::Text);
        if tally.stray > 0 {
            row = row.with(format!(" · {} late or twice", quantity::grouped(tally.stray)), Role::Warn);
        }
        rows.push(row);
    }
    if let RepeatKind::Http(_) = spec.what {
        let names = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"];
        let mut row = row_label("status");
        for (place, (name, count)) in names.into_iter().zip(tally.statuses).filter(|(_, count)| *count > 0).enumerate()
        {
            let role = if matches!(name, "4xx" | "5xx" | "other") { Role::Bad } else { Role::Good };
            let gap = if place > 0 { " · " } else { "" };
            row = row.with(gap, Role::Dim).with(name, role).with(format!(" {}", quantity::grouped(count)), Role::Text);
        }
        rows.push(row);
    }
    if !matches!(spec.what, RepeatKind::Connect(_)) {
        let totals = &tally.totals;
        rows.push(
            row_label(if matches!(spec.what, RepeatKind::Http(_)) { "bodies" } else { "bytes" })
                .with("▲ ", Role::Sent)
                .with(quantity::bytes(totals.sent.bytes), Role::Text)
                .with("  ▼ ", Role::Received)
                .with(quantity::bytes(totals.received.bytes), Role::Text),
        );
    }
    rows
}

/// Two charts of the whole run: completions per second, and the greatest latency of each slot.
fn over_time(reading: &RepeatReading, width: u16) -> Vec<StyledText> {
    let series = &reading.tally.series;
    let room = usize::from(width).saturating_sub(LABEL + 18).max(1);
    let step = series.slots().len().div_ceil(room).max(1);
    let slots: Vec<SeriesSlot> = series.slots().chunks(step).map(merged_slots).collect();
    let lasts = series.slot_length().saturating_mul(u32::try_from(step).unwrap_or(u32::MAX));
    let rates: Vec<u128> = slots.iter().map(|slot| u128::from(slot.done + slot.failed)).collect();
    let slowest: Vec<u128> = slots.iter().map(|slot| slot.slowest.as_nanos()).collect();
    // The last bar may not be full yet. No average is above the maximum.
    let full = rates.iter().max().copied().unwrap_or(0) as f64 / lasts.as_secs_f64().max(1e-9);
    let most = full.max(reading.per_second().unwrap_or(0.0));
    let longest = slots.iter().map(|slot| slot.slowest).max().unwrap_or_default();
    let slowest_of_all = if longest.is_zero() { "–".to_owned() } else { quantity::duration(longest) };
    let line = |label: &str, levels: &[u128], bad: &dyn Fn(usize) -> bool, text: String| {
        let most = levels.iter().max().copied().unwrap_or(0).max(1);
        let mut strip = row_label(label);
        for (place, level) in levels.iter().enumerate() {
            let symbol = if *level == 0 { " " } else { chart::symbol(*level, most) };
            strip = strip.with(symbol, if bad(place) { Role::Bad } else { Role::Received });
        }
        strip.with(format!(" {text}"), Role::Dim)
    };
    let failed = |place: usize| slots.get(place).is_some_and(|slot| slot.failed > 0);
    vec![
        line("over time", &rates, &failed, format!("peak {}/s", quantity::grouped(most.round() as u64))),
        line("slowest", &slowest, &|_| false, format!("the slowest: {slowest_of_all}")),
    ]
}

fn merged_slots(slots: &[SeriesSlot]) -> SeriesSlot {
    slots.iter().fold(SeriesSlot::default(), |sum, slot| SeriesSlot {
        done: sum.done + slot.done,
        failed: sum.failed + slot.failed,
        slowest: sum.slowest.max(slot.slowest),
    })
}

/// The minimum, mean, percentiles and maximum, one per row.
fn percentiles(reading: &RepeatReading) -> Vec<StyledText> {
    let latency = &reading.tally.latency;
    let times = [("fastest", latency.minimum()), ("mean", latency.mean())].into_iter();
    let times = times.chain(PERCENTILES.map(|(part, name)| (name, latency.quantile(part))));
    let times = times.chain([("slowest", latency.maximum())]);
    let heading = StyledText::single(format!("{:<LABEL$}{:>9}", "latency", "time"), Role::Dim);
    let rows = times.map(|(name, time)| {
        let text = time.map_or_else(|| "–".to_owned(), quantity::duration);
        row_label(name).with(format!("{text:>9}"), Role::Strong)
    });
    std::iter::once(heading).chain(rows).collect()
}

/// Bars whose length is the number of times in them.
fn histogram(reading: &RepeatReading, width: u16) -> Vec<StyledText> {
    let bars = reading.tally.latency.bars(BARS);
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    let room = u64::from(width).saturating_sub(20).max(1);
    let heading = StyledText::single("histogram: how many up to", Role::Dim);
    std::iter::once(heading).chain(bars.iter().map(|bar| bar_row(*bar, most, room))).collect()
}

fn bar_row(bar: HistogramBar, most: u64, room: u64) -> StyledText {
    let eighths = (u128::from(bar.count) * u128::from(room) * 8).div_ceil(u128::from(most));
    let eighths = usize::try_from(eighths).unwrap_or(0);
    let text = format!("{}{}", "█".repeat(eighths / 8), EIGHTHS.get(eighths % 8).copied().unwrap_or_default());
    let count = if bar.count > 0 { quantity::grouped(bar.count) } else { String::new() };
    StyledText::single(format!("≤ {:<9} ", quantity::duration(bar.up_to)), Role::Dim)
        .with(text, Role::Received)
        .with(format!(" {count}"), Role::Dim)
}

/// The run in a few words, for the list of sessions.
pub(super) fn summary(view: &RepeatView) -> StyledText {
    let Some(reading) = &view.reading else { return StyledText::single("starting", Role::Dim) };
    let tally = &reading.tally;
    let strip = StyledText::single(quantity::grouped(tally.finished_count()), Role::Text).with(" done", Role::Dim);
    let wrong = tally.failed_in_all() + tally.lost;
    let strip = if wrong > 0 { strip.with(format!(" · {} bad", quantity::grouped(wrong)), Role::Bad) } else { strip };
    match tally.latency.quantile(0.99) {
        Some(time) => strip.with(format!(" · p99 {}", quantity::duration(time)), Role::Dim),
        None => strip,
    }
}
