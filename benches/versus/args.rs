//! The command line of the comparison.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

/// One mebibyte.
pub const MIB: u64 = 1024 * 1024;
/// One gibibyte.
pub const GIB: u64 = 1024 * MIB;

/// What was asked for.
#[derive(Debug)]
pub struct Args {
    rows: Vec<String>,
    /// How many rounds each comparison has.
    pub rounds: usize,
    /// Small sizes and short times, to see that everything works.
    pub quick: bool,
    /// The sizes of the floors themselves: 100 GiB, 10,000 connections, 60 s.
    pub full: bool,
    /// The size of a TCP transfer in bytes, where it was given.
    size: Option<u64>,
    /// The program to measure.
    pub sockeye: PathBuf,
}

const USAGE: &str = "\
cargo bench --bench versus -- [ROW…] [--rounds N] [--size 8GiB] [--quick | --full] [--sockeye PATH]

Without a ROW all of them run. --size is that of a TCP transfer. Rows:";

impl Args {
    /// Reads the command line; `None`: help was asked for and given.
    ///
    /// # Errors
    /// What is wrong, and what is accepted.
    pub fn parse(
        mut words: impl Iterator<Item = String>,
        rows: impl Iterator<Item = (&'static str, &'static str)>,
    ) -> anyhow::Result<Option<Self>> {
        let rows: Vec<_> = rows.collect();
        let mut args = Args {
            rows: Vec::new(),
            rounds: 5,
            quick: false,
            full: false,
            size: None,
            sockeye: env!("CARGO_BIN_EXE_sockeye").into(),
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match word.as_str() {
                // What cargo itself adds.
                "--bench" => {}
                "--help" => {
                    println!("{USAGE}");
                    rows.iter().for_each(|(name, about)| println!("  {name:14} {about}"));
                    return Ok(None);
                }
                "--rounds" => args.rounds = value()?.parse().ok().filter(|n| *n > 0).context("--rounds: 1 or more")?,
                "--size" => args.size = Some(size(&value()?)?),
                "--sockeye" => args.sockeye = value()?.into(),
                "--quick" => (args.quick, args.rounds) = (true, args.rounds.min(2)),
                "--full" => args.full = true,
                name if rows.iter().any(|(row, _)| *row == name) => args.rows.push(word),
                _ => bail!("{word:?} is no row and no option; see --help"),
            }
        }
        Ok(Some(args))
    }

    /// Whether this row was asked for.
    pub fn wants(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|name| name == row)
    }

    /// How many bytes a TCP transfer has.
    pub fn transfer_bytes(&self) -> u64 {
        self.size.unwrap_or(if self.quick { 512 * MIB } else { 8 * GIB })
    }

    /// One of two values: for a quick look, or for a real run.
    pub fn pick<T>(&self, quick: T, real: T) -> T {
        if self.quick { quick } else { real }
    }
}

fn size(text: &str) -> anyhow::Result<u64> {
    let (number, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(place) => text.split_at(place),
        None => (text, ""),
    };
    let unit = match unit {
        "" | "B" => 1,
        "MiB" => MIB,
        "GiB" => GIB,
        _ => bail!("{text:?} is no size; accepted: 512MiB, 8GiB"),
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    bytes.filter(|bytes| *bytes > 0).with_context(|| format!("{text:?} is no size; accepted: 512MiB, 8GiB"))
}
