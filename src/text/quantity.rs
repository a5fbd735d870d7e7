//! Durations, sizes and rates: as people type them, and as the screen shows them.

use std::time::Duration;

use super::sanitize::quoted;

/// The forms that [`parse_duration`] accepts.
pub const ACCEPTED_DURATIONS: &str = "500us, 500ms, 2s, 1.5s, 1m, 1m30s, 1h, 1d, or seconds without a unit";

/// The forms that [`parse_size`] accepts.
pub const ACCEPTED_SIZES: &str = "100, 100B, 10kB, 10MB, 1.5GB, 64KiB, 64MiB, 1GiB";

/// The longest accepted duration: a year. Longer ones are typing errors, and could overflow a clock.
pub const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// The most columns that [`clock`] needs.
pub const CLOCK_COLUMNS: usize = 8;

/// Splits a number into the digits before and after the point, and the rest of the text. `None`: no number.
fn split_number(text: &str) -> Option<(u128, u128, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.len() > 9 || fraction.contains('.') || whole.len() > 20 {
        return None;
    }
    let billionths = fraction.parse::<u128>().ok()? * 10_u128.pow(9 - u32::try_from(fraction.len()).ok()?);
    Some((whole.parse().ok()?, billionths, rest))
}

/// Parses a duration: one or more numbers, each with its unit (`us`, `ms`, `s`, `m`, `h`, `d`), or one number of seconds
/// without a unit.
///
/// # Errors
/// Fails if the text is something else, or more than [`LONGEST`]; the message says what was found and what is accepted.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let shown = quoted(text);
    let wrong = |why: &str| format!("{shown} {why}; accepted: {ACCEPTED_DURATIONS}");
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong("is no duration"));
    }
    let mut nanoseconds: u128 = 0;
    while !rest.is_empty() {
        let (whole, billionths, after) = split_number(rest).ok_or_else(|| wrong("is no duration"))?;
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        let scale: u128 = match unit.trim() {
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" | "min" => 60 * 1_000_000_000,
            "h" => 3_600 * 1_000_000_000,
            "d" => 86_400 * 1_000_000_000,
            "" if nanoseconds == 0 && next.is_empty() && !text.contains(char::is_alphabetic) => 1_000_000_000,
            "" => return Err(wrong("has no unit")),
            _ => return Err(wrong("is no duration")),
        };
        nanoseconds = nanoseconds.saturating_add(whole.saturating_mul(scale));
        nanoseconds = nanoseconds.saturating_add(billionths.saturating_mul(scale) / 1_000_000_000);
        rest = next;
    }
    u64::try_from(nanoseconds)
        .map(Duration::from_nanos)
        .ok()
        .filter(|duration| *duration <= LONGEST)
        .ok_or_else(|| wrong("is more than a year"))
}

/// Parses a size in bytes: a number, with or without a unit; `kB` is 1000, `KiB` is 1024, in upper or lower case.
///
/// # Errors
/// Fails if the text is something else; the message says what was found and what is accepted. `64K` is refused because
/// it is ambiguous.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let shown = quoted(text);
    let wrong = |why: &str| format!("{shown} {why}; accepted: {ACCEPTED_SIZES}");
    let (whole, billionths, unit) = split_number(text.trim()).ok_or_else(|| wrong("is no size"))?;
    let scale: u128 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        "k" | "m" | "g" | "t" => return Err(wrong("could mean 1000 or 1024")),
        _ => return Err(wrong("is no size")),
    };
    let bytes = whole.saturating_mul(scale).saturating_add(billionths * scale / 1_000_000_000);
    u64::try_from(bytes).map_err(|_| wrong("is too large"))
}

/// Parses the first and the longest wait between attempts: `FIRST..MAX`.
///
/// # Errors
/// Fails if the text is something else; the message says what was found and what is accepted.
pub fn parse_backoff(text: &str) -> Result<(Duration, Duration), String> {
    let wrong = |why: &str| format!("{} {why}; accepted: FIRST..MAX, as 500ms..30s", quoted(text));
    let (first, max) = text.split_once("..").ok_or_else(|| wrong("is no pair of durations"))?;
    let (first, max) = (parse_duration(first)?, parse_duration(max)?);
    if first.is_zero() {
        return Err(wrong("starts with no wait at all"));
    }
    if first > max {
        return Err(wrong("starts with more than its end"));
    }
    Ok((first, max))
}

/// A count of bytes, short: `999 B`, `1.2 kB`, `268.4 MB`. Steps of 1000, rounded to one decimal.
pub fn bytes(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut step: u64 = 1000;
    for unit in ["kB", "MB", "GB", "TB", "PB"] {
        let tenths = (u128::from(bytes) * 10 + u128::from(step / 2)) / u128::from(step);
        if tenths < 10_000 {
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
        step *= 1000;
    }
    let tenths = (u128::from(bytes) * 10 + u128::from(step / 2)) / u128::from(step);
    format!("{}.{} EB", tenths / 10, tenths % 10)
}

/// A count of bytes in units of 1024, for settings with such values: `64 MiB`, `1.5 GiB`. A whole number of the largest
/// unit that fits, else rounded to one decimal.
pub fn binary(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let place = (u64::BITS - 1).saturating_sub(bytes.leading_zeros()) / 10;
    let step = 1_u64 << (place * 10);
    let unit = units.get(place as usize).copied().unwrap_or("B");
    if bytes.is_multiple_of(step) {
        return format!("{} {unit}", bytes / step);
    }
    let tenths = (u128::from(bytes) * 10 + u128::from(step / 2)) / u128::from(step);
    match units.get(place as usize + 1).filter(|_| tenths >= 10_240) {
        Some(next) => format!("1 {next}"),
        None => format!("{}.{} {unit}", tenths / 10, tenths % 10),
    }
}

/// An exact count, in groups of three digits: `268,369,920`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Bytes a second, short: `3.4 MB/s`; `–` if the rate is negative, infinite or not a number.
pub fn rate(bytes_per_second: f64) -> String {
    if !bytes_per_second.is_finite() || bytes_per_second < 0.0 {
        return "–".to_owned();
    }
    // `as` saturates; above 2^53 the float's loss is too small to change the shown decimal.
    format!("{}/s", bytes(bytes_per_second.round() as u64))
}

/// A duration, short, never rounded up: `92 µs`, `3.1 ms`, `184 ms`, `3.0 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`.
pub fn duration(duration: Duration) -> String {
    let (seconds, micros) = (duration.as_secs(), duration.subsec_micros());
    match (seconds, micros) {
        (0, 0) if duration.is_zero() => "0 µs".to_owned(),
        (0, 0) => format!("{} ns", duration.subsec_nanos()),
        (0, ..1_000) => format!("{micros} µs"),
        (0, ..10_000) => format!("{}.{} ms", micros / 1000, micros / 100 % 10),
        (0, _) => format!("{} ms", micros / 1000),
        (..60, _) => format!("{seconds}.{} s", micros / 100_000),
        (..3_600, _) => format!("{} min {} s", seconds / 60, seconds % 60),
        (..86_400, _) => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// A time since a session's start for the transcript's left edge, at most [`CLOCK_COLUMNS`] wide, unpadded: `12.001`
/// up to `9999.999` in seconds, then `2:46:40` in hours, then `4d04h`.
pub fn clock(since_start: Duration) -> String {
    let seconds = since_start.as_secs();
    if seconds < 10_000 {
        format!("{seconds}.{:03}", since_start.subsec_millis())
    } else if seconds < 100 * 3_600 {
        format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
    } else if seconds < 10_000 * 86_400 {
        format!("{}d{:02}h", seconds / 86_400, seconds / 3_600 % 24)
    } else {
        ">27years".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_taken_with_their_unit() {
        let cases = [
            ("500ms", 500_000),
            ("2s", 2_000_000),
            ("1.5s", 1_500_000),
            ("1m", 60_000_000),
            ("1m30s", 90_000_000),
            ("1 h", 3_600_000_000),
            ("0s", 0),
            ("7µs", 7),
            ("10", 10_000_000),
            ("0.3", 300_000),
            ("0", 0),
            ("365d", 365 * 86_400_000_000),
        ];
        for (text, micros) in cases {
            assert_eq!(parse_duration(text).unwrap(), Duration::from_micros(micros), "{text}");
        }
    }

    #[test]
    fn a_duration_that_makes_no_sense_says_what_is_accepted() {
        let cases = [
            ("", "is no duration"),
            ("1m30", "has no unit"),
            ("0s5", "has no unit"),
            ("-1s", "is no duration"),
            ("1x", "is no duration"),
            ("1..5s", "is no duration"),
            ("s", "is no duration"),
            ("366d", "more than a year"),
            ("99999999999999999999d", "more than a year"),
            ("\u{1b}[2Js", "\"␛[2Js\""),
        ];
        for (text, part) in cases {
            let error = parse_duration(text).unwrap_err();
            assert!(error.contains(part) && error.contains(ACCEPTED_DURATIONS), "{text}: {error}");
        }
    }

    #[test]
    fn sizes_are_taken_in_thousands_and_in_1024s() {
        let cases = [
            ("100", 100),
            ("64KiB", 65_536),
            ("10MB", 10_000_000),
            ("10 mb", 10_000_000),
            ("1.5kB", 1_500),
            ("64MiB", 67_108_864),
            ("18446744073709551615", u64::MAX),
        ];
        for (text, size) in cases {
            assert_eq!(parse_size(text).unwrap(), size, "{text}");
        }
        for (text, part) in
            [("64K", "1000 or 1024"), ("x", "is no size"), ("-1", "is no size"), ("99999999TB", "large")]
        {
            let error = parse_size(text).unwrap_err();
            assert!(error.contains(part) && error.contains(ACCEPTED_SIZES), "{text}: {error}");
        }
    }

    #[test]
    fn a_backoff_is_a_pair_that_grows() {
        assert_eq!(parse_backoff("500ms..30s").unwrap(), (Duration::from_millis(500), Duration::from_secs(30)));
        for (text, part) in
            [("500ms", "no pair"), ("30s..1s", "more than its end"), ("0s..1s", "no wait"), ("a..b", "a")]
        {
            let error = parse_backoff(text).unwrap_err();
            assert!(error.contains(part) && error.contains("accepted"), "{text}: {error}");
        }
    }

    #[test]
    fn byte_counts_are_short_and_never_show_a_thousand_of_a_unit() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (1_234, "1.2 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (268_369_920, "268.4 MB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (count, text) in cases {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn counts_in_steps_of_1024_are_whole_where_they_are() {
        let cases = [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1 KiB"),
            (1_536, "1.5 KiB"),
            (1_048_575, "1 MiB"),
            (67_108_864, "64 MiB"),
            (1_000_000, "976.6 KiB"),
            (u64::MAX, "16.0 EiB"),
        ];
        for (count, text) in cases {
            assert_eq!(binary(count), text);
        }
    }

    #[test]
    fn exact_counts_are_grouped_in_threes() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (268_369_920, "268,369,920")] {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn rates_that_cannot_be_known_are_a_dash() {
        for (value, text) in
            [(0.0, "0 B/s"), (3_400_000.0, "3.4 MB/s"), (f64::NAN, "–"), (-1.0, "–"), (1e300, "18.4 EB/s")]
        {
            assert_eq!(rate(value), text);
        }
    }

    #[test]
    fn durations_are_short_in_the_unit_that_fits() {
        let cases = [
            (0, "0 µs"),
            (400, "400 ns"),
            (92_000, "92 µs"),
            (999_999, "999 µs"),
            (1_550_000, "1.5 ms"),
            (184_000_000, "184 ms"),
            (3_000_000_000, "3.0 s"),
            (59_999_999_999, "59.9 s"),
            (250_000_000_000, "4 min 10 s"),
            (7_500_000_000_000, "2 h 5 min"),
            (273_600_000_000_000, "3 d 4 h"),
        ];
        for (nanoseconds, text) in cases {
            assert_eq!(duration(Duration::from_nanos(nanoseconds)), text);
        }
    }

    #[test]
    fn the_transcripts_clock_keeps_to_its_columns() {
        let cases = [
            (0, "0.000"),
            (12_001, "12.001"),
            (9_999_999, "9999.999"),
            (10_000_000, "2:46:40"),
            (359_999_000, "99:59:59"),
            (360_000_000, "4d04h"),
        ];
        for (millis, text) in cases {
            assert_eq!(clock(Duration::from_millis(millis)), text);
        }
    }

    proptest! {
        #[test]
        fn no_clock_is_wider_than_its_column(seconds in any::<u64>(), nanos in 0_u32..1_000_000_000) {
            prop_assert!(clock(Duration::new(seconds, nanos)).chars().count() <= CLOCK_COLUMNS);
        }

        #[test]
        fn whole_milliseconds_and_bytes_parse_as_printed(count in 0_u64..1_000_000_000) {
            prop_assert_eq!(parse_duration(&format!("{count}ms")).unwrap(), Duration::from_millis(count));
            prop_assert_eq!(parse_size(&count.to_string()).unwrap(), count);
            prop_assert_eq!(parse_size(&format!("{count}KiB")).unwrap(), count * 1024);
            prop_assert_eq!(grouped(count).replace(',', ""), count.to_string());
        }

        #[test]
        fn anything_typed_is_a_quantity_or_an_error(text in any::<String>(), near in "[0-9.µsmhdkKiB ]{0,24}") {
            for text in [&text, &near] {
                drop((parse_duration(text), parse_size(text), parse_backoff(text)));
            }
        }
    }
}
