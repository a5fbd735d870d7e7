//! The kernel's gauges of a connection: values, the last minute as bars, and an explanation of each.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, area_of, columns_of, part};
use super::chart;
use super::marks::ShownRange;
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::sessions::Session;
use crate::sessions::tcp::gauges::{Gauge, GaugeRange, Gauges};
use crate::text::quantity;

/// The columns of a name, with a blank after it.
const NAME: u16 = 14;

/// The columns of a value.
const VALUE: u16 = 11;

/// The columns of a remark.
const REMARK: u16 = 14;

/// The rows of the box that explains the gauge under the cursor, with its rule: those with the least chart, and those
/// with the tallest useful one.
const BOX: (u16, u16) = (8, 15);

/// Draws all gauges, and the explanation of the one under the cursor.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, session: &Session, panel: &Panel) -> ShownRange {
    let Some(gauges) = panel.tcp_history(session).map(|story| &story.gauges) else { return ShownRange::default() };
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    if gauges.is_empty() {
        canvas.seen.view = area_of(place);
        let text = no_data(session);
        canvas.draw_sentence(place, 0, 0, text, Role::Dim);
        return ShownRange::default();
    }
    let spare = area.height.saturating_sub(u16::try_from(Gauge::ALL.len()).unwrap_or(0));
    let boxed = if area.height >= 12 { spare.clamp(BOX.0.min(area.height / 2), BOX.1) } else { 0 };
    let rows = part(place, 0, 0, place.width, place.height - boxed);
    canvas.seen.view = area_of(rows);
    let lines = lines(usize::from(rows.height));
    let all = Gauge::ALL.len();
    let picked = panel.gauge.min(all - 1);
    let count = usize::from(rows.height) / lines;
    let first = picked.saturating_sub(count / 2).min(all.saturating_sub(count));
    let step = u16::try_from(lines).unwrap_or(1);
    for (y, (index, gauge)) in (0_u16..).zip(Gauge::ALL.into_iter().enumerate().skip(first).take(count)) {
        let line = part(rows, 0, y * step, rows.width, 1);
        row(canvas, line, gauges, gauge);
        if lines > 1 {
            canvas.draw_text(part(rows, 2, y * step + 1, rows.width, 1), 0, 0, gauge.explain(), Role::Dim);
        }
        if index == picked && boxed > 0 {
            canvas.tint(line, Role::Selection);
            canvas.seen.picked = Some(area_of(line));
        }
    }
    if boxed > 0 {
        let gauge = Gauge::ALL[picked];
        draw_explanation(canvas, part(area, 0, area.height - boxed, area.width, boxed), gauges, gauge);
    }
    let whole = all as f64;
    let below = all.saturating_sub(first + count);
    ShownRange { above: first as f64 / whole, below: below as f64 / whole, entries_below: 0 }
}

/// Why there is nothing to show of a connection.
pub(super) fn no_data(session: &Session) -> &'static str {
    if session.is_over() {
        "the socket was gone before the kernel was asked"
    } else {
        "no kernel data of this socket yet"
    }
}

/// How many rows a gauge has: 1; 2 with its explanation; 3 with a blank row.
fn lines(rows: usize) -> usize {
    let all = Gauge::ALL.len();
    if rows >= all * 3 {
        3
    } else if rows >= all * 2 {
        2
    } else {
        1
    }
}

/// Draws the few most important gauges, for a narrow column.
pub(super) fn draw_short(canvas: &mut Canvas<'_>, area: Rect, gauges: &Gauges) {
    for (y, gauge) in (0..area.height).zip(Gauge::FEW) {
        row(canvas, part(area, 0, y, area.width, 1), gauges, gauge);
    }
}

/// Draws one gauge: name, value, the last minute, a remark.
pub(super) fn row(canvas: &mut Canvas<'_>, area: Rect, gauges: &Gauges, gauge: Gauge) {
    canvas.draw_text(part(area, 0, 0, NAME - 1, 1), 0, 0, gauge.name(), Role::Dim);
    let value = gauges.text(gauge);
    let known = gauges.last_value(gauge).is_some();
    let values = part(area, NAME, 0, VALUE, 1);
    let role = if known { Role::Strong } else { Role::Dim };
    canvas.draw_text(values, VALUE.saturating_sub(columns_of(&value)).min(values.width), 0, &value, role);
    let remark = if area.width >= NAME + VALUE + REMARK + 8 { REMARK } else { 0 };
    let bars = part(area, NAME + VALUE + 2, 0, area.width.saturating_sub(NAME + VALUE + 2 + remark), 1);
    let bars = part(bars, 0, 0, bars.width.min(60), 1);
    if known {
        draw_sparkline(canvas, bars, gauges, gauge);
    }
    if remark > 0 {
        canvas.draw_text(area, NAME + VALUE + 2 + bars.width + 2, 0, &gauges.remark(gauge), Role::Dim);
    }
}

/// The recorded samples; each bar is the maximum of as many samples as it takes to show all.
fn draw_sparkline(canvas: &mut Canvas<'_>, area: Rect, gauges: &Gauges, gauge: Gauge) {
    let columns = usize::from(area.width.max(1));
    let Some(range) = gauges.range(gauge) else { return };
    let each = gauges.len().div_ceil(columns).max(1);
    let values: Vec<Option<u64>> = gauges.series(gauge, each * columns).collect();
    // Each bar holds a fixed number of samples, counted from the newest, so that bars do not flicker as time passes.
    let skip = values.len() % each;
    let old = values.get(..skip).unwrap_or_default();
    let new = values.get(skip..).unwrap_or_default();
    let bars = (!old.is_empty()).then_some(old).into_iter().chain(new.chunks(each));
    let flat = range.max == range.min;
    for (x, chunk) in (0_u16..).zip(bars.take(columns)) {
        let Some(value) = chunk.iter().flatten().max() else { continue };
        // What does not change, and what is 0, is no news.
        let role = if flat || *value == 0 { Role::Faint } else { role(gauge) };
        canvas.draw_repeated(area, x, 0, bar(*value, range), 1, role);
    }
}

/// Scaled from the least value to the greatest; a constant value is a thin line in the middle, a constant 0 one at the
/// bottom.
fn bar(value: u64, range: GaugeRange) -> &'static str {
    let span = u128::from(range.max - range.min);
    match (range.max, span) {
        (0, _) => chart::symbol(0, 1),
        (_, 0) => "─",
        _ => chart::symbol(value.saturating_sub(range.min).into(), span),
    }
}

fn role(gauge: Gauge) -> Role {
    match gauge {
        Gauge::Rtt | Gauge::RecvQueue | Gauge::PeerWindow | Gauge::DeliveryRate => Role::Received,
        Gauge::Cwnd | Gauge::Ssthresh => Role::Good,
        Gauge::InFlight | Gauge::SendQueue | Gauge::NotSent | Gauge::OurWindow | Gauge::PacingRate => Role::Sent,
        Gauge::Retransmits | Gauge::Lost | Gauge::Probes | Gauge::Backoff => Role::Bad,
        Gauge::RttVariance | Gauge::Rto | Gauge::Mss | Gauge::Reordering => Role::Dim,
    }
}

fn draw_explanation(canvas: &mut Canvas<'_>, area: Rect, gauges: &Gauges, gauge: Gauge) {
    canvas.draw_repeated(area, 0, 0, "─", area.width, Role::Border);
    let rule = part(area, 1, 0, area.width.saturating_sub(2), 1);
    canvas.draw_text(rule, 0, 0, &format!(" {} ", gauge.name()), Role::Dim);
    let span = format!(" the last {} ", quantity::duration(gauges.span()));
    canvas.draw_right(rule, 0, &StyledText::single(span, Role::Dim));
    let inner = part(area, 1, 1, area.width.saturating_sub(2), area.height - 1);
    let mut y = canvas.draw_sentence(inner, 0, 0, &gauges.sentence(gauge), Role::Text);
    let rest = |y: u16| part(inner, 0, y, inner.width, inner.height.saturating_sub(y));
    // Its meaning in general, unless the sentence has it, or the chart needs the room.
    let said = matches!(gauge, Gauge::Rtt | Gauge::RttVariance) && gauges.last_value(gauge).is_some();
    let general = Canvas::sentence_rows(inner.width, gauge.explain());
    if !said && y + general + chart::LEAST_ROWS < inner.height {
        y += canvas.draw_sentence(rest(y), 0, 0, gauge.explain(), Role::Dim);
    }
    if rest(y).height >= chart::LEAST_ROWS {
        chart::draw(canvas, rest(y), gauges, gauge, role(gauge));
    } else if y < inner.height {
        canvas.draw_text(inner, 0, y, &gauges.bounds_text(gauge), Role::Dim);
    }
}
