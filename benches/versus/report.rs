//! Figures, their medians, and the table.

use std::fmt;
use std::time::Duration;

/// The table's head.
pub const HEAD: &str = "\
| row | ours (median) | theirs (median) | ratio: median (min–max) | floor | verdict |
| --- | --- | --- | --- | --- | --- |";

/// What a figure counts.
#[derive(Clone, Copy, Debug)]
pub enum Unit {
    /// Bytes a second.
    BytesPerSecond,
    /// Datagrams a second.
    DatagramsPerSecond,
    /// Requests a second.
    RequestsPerSecond,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// A part of one processor's time.
    Core,
}

impl Unit {
    fn of(self, figure: f64) -> String {
        match self {
            Unit::BytesPerSecond => format!("{:.2} GB/s", figure / 1e9),
            Unit::DatagramsPerSecond | Unit::RequestsPerSecond => format!("{:.0} k/s", figure / 1e3),
            Unit::Seconds => format!("{:.2} ms", figure * 1e3),
            Unit::Bytes if figure < 1_048_576.0 => format!("{:.1} KiB", figure / 1024.0),
            Unit::Bytes => format!("{:.1} MiB", figure / 1_048_576.0),
            Unit::Core => format!("{:.3} %", figure * 100.0),
        }
    }
}

/// The bar to pass.
#[derive(Clone, Copy, Debug)]
pub enum Floor {
    /// The ratio, or the figure, must be this or more.
    AtLeast(f64),
    /// The ratio, or the figure, must be this or less.
    AtMost(f64),
    /// None: it is only shown.
    None,
}

impl Floor {
    fn verdict(self, figure: f64) -> &'static str {
        match self {
            Floor::AtLeast(floor) if figure >= floor => "met",
            Floor::AtMost(floor) if figure <= floor => "met",
            Floor::AtLeast(_) | Floor::AtMost(_) => "**missed**",
            Floor::None => "–",
        }
    }

    fn words(self, unit: impl Fn(f64) -> String) -> String {
        match self {
            Floor::AtLeast(floor) => format!("≥ {}", unit(floor)),
            Floor::AtMost(floor) => format!("≤ {}", unit(floor)),
            Floor::None => "–".to_owned(),
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Line {
    cells: [String; 6],
    failure: bool,
}

impl Line {
    /// Whether it could not be measured, or what was counted was wrong.
    pub fn is_failure(&self) -> bool {
        self.failure
    }

    /// The same with something said beside the verdict.
    pub fn note(mut self, note: impl fmt::Display) -> Self {
        self.cells[5] = format!("{}; {note}", self.cells[5]);
        self
    }

    /// The same, and wrong: `problem` is said beside the verdict.
    pub fn wrong(mut self, problem: Option<String>) -> Self {
        if let Some(problem) = problem {
            self.failure = true;
            self = self.note(format_args!("**WRONG: {problem}**"));
        }
        self
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {} |", self.cells.join(" | "))
    }
}

fn line(name: &str, cells: [String; 5]) -> Line {
    let [ours, theirs, ratio, floor, verdict] = cells;
    Line { cells: [name.to_owned(), ours, theirs, ratio, floor, verdict], failure: false }
}

/// Rounds of ours and theirs: medians, and the ratio ours : theirs of each round.
pub fn compared(name: &str, unit: Unit, rounds: &[(f64, f64)], floor: Floor) -> Line {
    let ours: Vec<f64> = rounds.iter().map(|round| round.0).collect();
    let theirs: Vec<f64> = rounds.iter().map(|round| round.1).collect();
    let ratios: Vec<f64> = rounds.iter().map(|(ours, theirs)| ours / theirs).collect();
    let ratio = median(&ratios);
    let spread = format!("{ratio:.2} ({:.2}–{:.2})", percentile(&ratios, 0.0), percentile(&ratios, 1.0));
    let words = floor.words(|floor| format!("{floor} × theirs"));
    line(name, [unit.of(median(&ours)), unit.of(median(&theirs)), spread, words, floor.verdict(ratio).to_owned()])
}

/// A figure of ours alone, against a floor in the same unit.
pub fn alone(name: &str, unit: Unit, figure: f64, floor: Floor) -> Line {
    let words = floor.words(|floor| unit.of(floor));
    line(name, [unit.of(figure), "–".into(), "–".into(), words, floor.verdict(figure).to_owned()])
}

/// A count of ours alone.
pub fn counted(name: &str, count: u64, floor: Floor) -> Line {
    let words = floor.words(|floor| format!("{floor:.0}"));
    line(name, [count.to_string(), "–".into(), "–".into(), words, floor.verdict(count as f64).to_owned()])
}

/// A row that was not measured, and why.
pub fn skipped(name: &str, why: &str) -> Line {
    line(name, ["–".into(), "–".into(), "–".into(), "–".into(), format!("skipped: {why}")])
}

/// A row that could not be measured though it should.
pub fn failed(name: &str, error: &anyhow::Error) -> Line {
    let why = in_a_cell(error);
    let mut line = line(name, ["–".into(), "–".into(), "–".into(), "–".into(), format!("**failed**: {why}")]);
    line.failure = true;
    line
}

/// The first line of an error, for a cell; the rest of it, mostly a screen, goes to standard error.
pub fn in_a_cell(error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    eprintln!("{text}\n");
    text.lines().next().unwrap_or_default().replace('|', "¦")
}

/// The median; 0 of nothing.
pub fn median(figures: &[f64]) -> f64 {
    percentile(figures, 0.5)
}

/// The figure below which this part of all stands, by nearest rank; 0 of nothing.
pub fn percentile(figures: &[f64], part: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (part * (sorted.len().max(1) - 1) as f64).round() as usize;
    sorted.get(place).copied().unwrap_or(0.0)
}

/// So much in so long, a second.
pub fn per_second(amount: u64, took: Duration) -> f64 {
    amount as f64 / took.as_secs_f64()
}

/// Runs both in turn, ours first, and gathers the rounds.
///
/// # Errors
/// The first one that either gave.
pub fn in_turn(
    rounds: usize,
    mut ours: impl FnMut() -> anyhow::Result<f64>,
    mut theirs: impl FnMut() -> anyhow::Result<f64>,
) -> anyhow::Result<Vec<(f64, f64)>> {
    (0..rounds).map(|_| Ok((ours()?, theirs()?))).collect()
}
