//! Parameters of peers (`name=value,name=value`): how they are declared, parsed and printed.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::text::quantity;
use crate::text::sanitize::quoted;

/// A parameter of a peer, declared as a constant in the peer's file. Its type determines its unit.
#[derive(Debug)]
pub(super) struct PeerParam<T> {
    /// Its name on the command line, unique within the peer.
    pub(super) name: &'static str,
    /// What it sets, in one line.
    pub(super) help: &'static str,
    /// The accepted values.
    pub(super) range: RangeInclusive<T>,
    /// Its default value, within the range.
    pub(super) default: T,
}

/// A count of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ByteCount(pub(super) u64);

/// A parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParamValue {
    /// A time.
    Duration(Duration),
    /// A size.
    Bytes(ByteCount),
}

/// A unit of parameters.
pub(super) trait ParamUnit: Copy + PartialOrd + fmt::Debug + Send + Sync + 'static {
    /// The placeholder of a value in the help.
    const PLACEHOLDER: &'static str;

    /// Parses a value, without checking its range.
    ///
    /// # Errors
    /// Fails if it is not of this unit; the line says what is accepted.
    fn read(text: &str) -> Result<Self, String>;

    /// Converts the value to the type for any unit.
    fn to_value(self) -> ParamValue;

    /// The value, if it is of this unit.
    fn of_value(value: ParamValue) -> Option<Self>;
}

impl ParamUnit for Duration {
    const PLACEHOLDER: &'static str = "DURATION";

    fn read(text: &str) -> Result<Duration, String> {
        quantity::parse_duration(text)
    }

    fn to_value(self) -> ParamValue {
        ParamValue::Duration(self)
    }

    fn of_value(value: ParamValue) -> Option<Duration> {
        match value {
            ParamValue::Duration(duration) => Some(duration),
            ParamValue::Bytes(_) => None,
        }
    }
}

impl ParamUnit for ByteCount {
    const PLACEHOLDER: &'static str = "SIZE";

    fn read(text: &str) -> Result<ByteCount, String> {
        quantity::parse_size(text).map(ByteCount)
    }

    fn to_value(self) -> ParamValue {
        ParamValue::Bytes(self)
    }

    fn of_value(value: ParamValue) -> Option<ByteCount> {
        match value {
            ParamValue::Bytes(bytes) => Some(bytes),
            ParamValue::Duration(_) => None,
        }
    }
}

/// Prints a value exactly, in a form that can be parsed again: `1500ms`, `4KiB`.
impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, units): (u128, &[(u128, &str)]) = match self {
            ParamValue::Duration(duration) => {
                (duration.as_nanos(), &[(60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")])
            }
            ParamValue::Bytes(ByteCount(bytes)) => {
                (u128::from(*bytes), &[(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")])
            }
        };
        let whole = units.iter().find(|(unit, _)| count >= *unit && count.is_multiple_of(*unit));
        match (whole, self) {
            (Some((unit, name)), _) => write!(f, "{}{name}", count / unit),
            // Zero, or not a whole number of microseconds.
            (None, ParamValue::Duration(_)) if count == 0 => f.write_str("0ms"),
            (None, ParamValue::Duration(_)) => write!(f, "{}.{:03}us", count / 1_000, count % 1_000),
            (None, ParamValue::Bytes(_)) => write!(f, "{count}B"),
        }
    }
}

/// A parameter of any unit.
pub(super) trait DeclaredParam: fmt::Debug + Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// `name=UNIT`.
    fn usage(&self) -> String;

    /// What it sets, in one line.
    fn help(&self) -> &'static str;

    /// The accepted values: `1ms to 1h`.
    fn range(&self) -> String;

    /// Its default value.
    fn default(&self) -> ParamValue;

    /// Parses a value.
    ///
    /// # Errors
    /// Fails if it is not of the parameter's unit, or not in its range; the line says what is accepted.
    fn read(&self, text: &str) -> Result<ParamValue, String>;
}

impl<T: ParamUnit> DeclaredParam for PeerParam<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn usage(&self) -> String {
        format!("{}={}", self.name, T::PLACEHOLDER)
    }

    fn help(&self) -> &'static str {
        self.help
    }

    fn range(&self) -> String {
        format!("{} to {}", self.range.start().to_value(), self.range.end().to_value())
    }

    fn default(&self) -> ParamValue {
        self.default.to_value()
    }

    fn read(&self, text: &str) -> Result<ParamValue, String> {
        let value = T::read(text).map_err(|why| format!("{}: {why}", self.name))?;
        if !self.range.contains(&value) {
            return Err(format!("{}={} is out of range; accepted: {}", self.name, value.to_value(), self.range()));
        }
        Ok(value.to_value())
    }
}

/// The parameters of a peer: each has the given value, of its unit and in its range, or else its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PeerSettings {
    /// The values that were given, by the parameter's name, in the order of the peer's declarations.
    changed: Vec<(&'static str, ParamValue)>,
}

impl PeerSettings {
    /// Parses `name=value,name=value` for a peer with these parameters.
    ///
    /// # Errors
    /// Fails with one line: what is wrong, and what is accepted.
    pub(super) fn parse(text: &str, params: &[&dyn DeclaredParam]) -> Result<PeerSettings, String> {
        let accepted = || match params {
            [] => "it has no parameters".to_owned(),
            params => {
                let all: Vec<String> =
                    params.iter().map(|param| format!("{} ({})", param.usage(), param.range())).collect();
                format!("accepted: {}", all.join(", "))
            }
        };
        let mut given: Vec<(&'static str, ParamValue)> = Vec::new();
        for word in text.split(',') {
            let Some((name, value)) = word.split_once('=') else {
                return Err(format!("{} is no name=value; {}", quoted(word), accepted()));
            };
            let name = name.trim();
            let param = params.iter().find(|param| param.name() == name);
            let param = param.ok_or_else(|| format!("no parameter is called {}; {}", quoted(name), accepted()))?;
            if given.iter().any(|(other, _)| *other == name) {
                return Err(format!("{name} is given twice; accepted: once"));
            }
            given.push((param.name(), param.read(value)?));
        }
        let changed = params.iter().filter_map(|param| {
            let (name, value) = given.iter().find(|(name, _)| *name == param.name())?;
            (*value != param.default()).then_some((*name, *value))
        });
        Ok(PeerSettings { changed: changed.collect() })
    }

    /// The value of one of the peer's parameters.
    pub(super) fn of<T: ParamUnit>(&self, param: &PeerParam<T>) -> T {
        let changed = self.changed.iter().find(|(name, _)| *name == param.name);
        changed.and_then(|(_, value)| T::of_value(*value)).unwrap_or(param.default)
    }
}

/// Prints the given values in the form that [`PeerSettings::parse`] accepts; empty if all are defaults.
impl fmt::Display for PeerSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.changed.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{name}={value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EVERY: PeerParam<Duration> = PeerParam {
        name: "every",
        help: "between two",
        range: Duration::from_millis(1)..=Duration::from_secs(600),
        default: Duration::from_millis(200),
    };
    const BYTES: PeerParam<ByteCount> =
        PeerParam { name: "bytes", help: "at once", range: ByteCount(1)..=ByteCount(65_536), default: ByteCount(1) };
    const BOTH: &[&dyn DeclaredParam] = &[&EVERY, &BYTES];

    fn read(text: &str) -> Result<(Duration, ByteCount, String), String> {
        let settings = PeerSettings::parse(text, BOTH)?;
        Ok((settings.of(&EVERY), settings.of(&BYTES), settings.to_string()))
    }

    #[test]
    fn what_is_given_holds_and_the_rest_is_as_declared() {
        let cases = [
            ("every=1s", 1_000, 1, "every=1s"),
            ("bytes=4KiB,every=1500ms", 1_500, 4_096, "every=1500ms,bytes=4KiB"),
            ("every=10m,bytes=1000", 600_000, 1_000, "every=10m,bytes=1000B"),
            ("every=0.2s,bytes=1B", 200, 1, ""),
            (" every = 90s", 90_000, 1, "every=90s"),
        ];
        for (text, millis, bytes, written) in cases {
            let expected = (Duration::from_millis(millis), ByteCount(bytes), written.to_owned());
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_names_what_is_accepted() {
        const LIST: &str = "accepted: every=DURATION (1ms to 10m), bytes=SIZE (1B to 64KiB)";
        let cases = [
            ("", format!("\"\" is no name=value; {LIST}")),
            ("every", format!("\"every\" is no name=value; {LIST}")),
            ("every=1s,", format!("\"\" is no name=value; {LIST}")),
            ("evry=1s", format!("no parameter is called \"evry\"; {LIST}")),
            ("\u{1b}[2J=1s", format!("no parameter is called \"␛[2J\"; {LIST}")),
            ("every=1m5", format!("every: \"1m5\" has no unit; accepted: {}", quantity::ACCEPTED_DURATIONS)),
            ("bytes=64K", format!("bytes: \"64K\" could mean 1000 or 1024; accepted: {}", quantity::ACCEPTED_SIZES)),
            ("every=0s", "every=0ms is out of range; accepted: 1ms to 10m".to_owned()),
            ("every=1us", "every=1us is out of range; accepted: 1ms to 10m".to_owned()),
            ("every=11m", "every=11m is out of range; accepted: 1ms to 10m".to_owned()),
            ("bytes=65537", "bytes=65537B is out of range; accepted: 1B to 64KiB".to_owned()),
            ("every=1s,every=2s", "every is given twice; accepted: once".to_owned()),
        ];
        for (text, error) in cases {
            assert_eq!(read(text), Err(error), "{text}");
        }
        let error = PeerSettings::parse("every=1s", &[]).unwrap_err();
        assert_eq!(error, "no parameter is called \"every\"; it has no parameters");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(nanos in 1_000_000_u64..600_000_000_000, micros in 1_000_u64..600_000_000,
            millis in 1_u64..600_000, bytes in 1_u64..65_536) {
            let times = [Duration::from_nanos(nanos), Duration::from_micros(micros), Duration::from_millis(millis)];
            for every in times {
                let text = format!("every={},bytes={}", every.to_value(), ByteCount(bytes).to_value());
                let (every_read, bytes_read, written) = read(&text).unwrap();
                prop_assert_eq!((every_read, bytes_read), (every, ByteCount(bytes)));
                prop_assert!(written.is_empty() || read(&written).unwrap().0 == every);
            }
        }

        #[test]
        fn anything_typed_is_settings_or_an_error(text in any::<String>(), near in "[a-z=,0-9msKB]{0,24}") {
            for text in [&text, &near] {
                drop(read(text));
            }
        }
    }
}
