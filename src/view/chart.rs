//! A chart of one gauge over time, several rows high, with a second gauge for comparison.

use ratatui::layout::Rect;
use ratatui::symbols::bar;

use super::canvas::{Canvas, StyledText, columns_of, part};
use crate::files::theme::Role;
use crate::sessions::tcp::gauges::{Gauge, Gauges};
use crate::text::quantity;
use crate::wire::kernel::tcp_info::TcpInfo;

const BARS: [&str; 8] = [
    bar::ONE_EIGHTH,
    bar::ONE_QUARTER,
    bar::THREE_EIGHTHS,
    bar::HALF,
    bar::FIVE_EIGHTHS,
    bar::THREE_QUARTERS,
    bar::SEVEN_EIGHTHS,
    bar::FULL,
];

/// The columns of the axis, with a blank after it.
const AXIS: u16 = 12;

/// The least height of a chart: two rows of bars, and one of times.
pub(super) const LEAST_ROWS: u16 = 3;

/// A bar of one cell: the lowest for 0, the whole cell for `most`.
pub(super) fn symbol(value: u128, most: u128) -> &'static str {
    usize::try_from(value * 7 / most.max(1)).ok().and_then(|level| BARS.get(level)).copied().unwrap_or(bar::FULL)
}

/// Draws the recorded samples, from 0 to the maximum of both gauges: the gauge as bars, the compared one as a line at
/// its value.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, gauges: &Gauges, gauge: Gauge, role: Role) {
    if area.height < LEAST_ROWS || area.width < AXIS + 8 {
        return;
    }
    let plot = part(area, AXIS, 0, area.width - AXIS, area.height - 1);
    let columns = usize::from(plot.width);
    let each = gauges.len().div_ceil(columns).max(1);
    let values = chunks(gauges, gauge, columns, each);
    let partner = gauge
        .compared_with()
        .filter(|partner| gauges.last_value(*partner).is_some_and(|value| in_scale(*partner, value)));
    let others = partner.map(|partner| chunks(gauges, partner, columns, each)).unwrap_or_default();
    let most = |all: &[Option<u64>]| all.iter().flatten().copied().max().unwrap_or(0);
    // If the compared gauge is far above, its value is written in the legend, and its line is not drawn.
    let top = most(&values).max(1);
    let seen = partner.filter(|_| most(&others) <= top.saturating_mul(8));
    let top = if seen.is_some() { top.max(most(&others)) } else { top };
    label(canvas, area, 0, &gauges.label(gauge, top));
    label(canvas, area, plot.height - 1, "0");
    let steps = u128::from(plot.height) * 8;
    let level = |value: u64| u128::from(value.min(top)) * steps / u128::from(top);
    let known = || values.iter().flatten();
    let flat = known().max() == known().min() && known().max().is_some_and(|value| *value > 0);
    for (x, value) in (0_u16..plot.width).zip(&values) {
        let Some(value) = value else { continue };
        if flat {
            // A filled area would shout that nothing changes.
            canvas.draw_repeated(plot, x, row_of(&plot, level(*value)), "━", 1, role);
        } else {
            bar(canvas, plot, x, level(*value), role);
        }
    }
    for (x, value) in (0_u16..plot.width).zip(&others).filter(|_| seen.is_some()) {
        let Some(value) = value else { continue };
        // On a bar, the bar's colour stays behind the line.
        let y = row_of(&plot, level(*value));
        let style = canvas.look.style(Role::Warn);
        let covered = canvas.buffer.cell((plot.x + x, plot.y + y)).filter(|cell| cell.symbol() == "█");
        let style = covered.map_or(style, |cell| style.bg(cell.fg));
        canvas.put_styled(plot, x, y, "─", style);
    }
    let mark = StyledText::single(if flat { "━ " } else { "█ " }, role).with(gauge.name(), Role::Dim);
    times(canvas, part(area, AXIS, plot.height, plot.width, 1), gauges, &mark, (partner, seen.is_some()));
}

/// The row of the plot in which a level ends, in eighths of a row.
fn row_of(plot: &Rect, level: u128) -> u16 {
    let height = level.saturating_sub(1) / 8;
    plot.height - 1 - u16::try_from(height).unwrap_or(plot.height).min(plot.height - 1)
}

/// The values in so many columns, each the maximum of `each` samples; the newest is last.
fn chunks(gauges: &Gauges, gauge: Gauge, columns: usize, each: usize) -> Vec<Option<u64>> {
    let values: Vec<Option<u64>> = gauges.series(gauge, each * columns).collect();
    let (old, new) = values.split_at(values.len() % each);
    let first = (!old.is_empty()).then_some(old);
    let all = first.into_iter().chain(new.chunks(each)).map(|chunk| chunk.iter().flatten().copied().max());
    let all: Vec<Option<u64>> = all.collect();
    all[all.len().saturating_sub(columns)..].to_vec()
}

/// Whether a value is a real figure, and not the kernel's value for "no threshold".
fn in_scale(gauge: Gauge, value: u64) -> bool {
    gauge != Gauge::Ssthresh || value < u64::from(TcpInfo::NO_THRESHOLD)
}

fn label(canvas: &mut Canvas<'_>, area: Rect, y: u16, text: &str) {
    let x = (AXIS - 2).saturating_sub(columns_of(text));
    canvas.draw_text(part(area, 0, 0, AXIS - 1, area.height), x, y, text, Role::Dim);
    canvas.draw_text(part(area, 0, 0, AXIS, area.height), AXIS - 1, y, "┤", Role::Border);
}

/// One column, `level` eighths of a row high.
fn bar(canvas: &mut Canvas<'_>, plot: Rect, x: u16, level: u128, role: Role) {
    let full = u16::try_from(level / 8).unwrap_or(plot.height).min(plot.height);
    for up in 0..full {
        canvas.draw_repeated(plot, x, plot.height - 1 - up, "█", 1, role);
    }
    let rest = usize::try_from(level % 8).unwrap_or(0);
    if full == 0 && rest == 0 {
        // The value is known to be 0: draw a foot, so that it differs from an unknown value.
        canvas.draw_repeated(plot, x, plot.height - 1, "▁", 1, Role::Border);
    } else if let Some(symbol) = rest.checked_sub(1).and_then(|rest| BARS.get(rest))
        && full < plot.height
    {
        canvas.draw_repeated(plot, x, plot.height - 1 - full, symbol, 1, role);
    }
}

/// The row below: the span of time, and the legend, which begins with the gauge's own mark.
fn times(
    canvas: &mut Canvas<'_>,
    row: Rect,
    gauges: &Gauges,
    mark: &StyledText,
    (partner, drawn): (Option<Gauge>, bool),
) {
    let since = format!("−{} to now", quantity::duration(gauges.span()));
    let compared = partner.map(|partner| match drawn {
        true => partner.name().to_owned(),
        false => format!("{} {}, far above", partner.name(), gauges.text(partner)),
    });
    let spaced = |gap: &str| {
        let legend = StyledText::single(format!("{since}{gap}"), Role::Dim).append(mark.clone());
        match &compared {
            Some(name) => legend.with(format!("{gap}─ "), Role::Warn).with(name.clone(), Role::Dim),
            None => legend,
        }
    };
    let wide = spaced("   ");
    canvas.draw_styled_text(row, 0, 0, &if wide.columns() <= row.width { wide } else { spaced(" ") });
}
