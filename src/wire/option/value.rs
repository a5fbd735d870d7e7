//! Values of socket options: accepted forms, parsing, and text.

use std::fmt;
use std::time::Duration;

use super::option::{MOST_BYTES, MOST_NAME, OptionUnit, OptionValue, SocketOption};
use crate::text::quantity;

impl SocketOption {
    /// The accepted values, in words: `on or off`.
    pub fn accepted_text(self) -> String {
        match self.unit() {
            OptionUnit::Switch => "on or off".to_owned(),
            OptionUnit::Count(least, most) => format!("a number from {least} to {most}"),
            OptionUnit::Bytes => format!("a number of bytes of at most {MOST_BYTES}, as 65536, 64KiB or 4MiB"),
            OptionUnit::Seconds => "a time of whole seconds from 1s to 32767s".to_owned(),
            OptionUnit::Millis => "a time of whole milliseconds, as 500ms or 30s; 0 is the system's rule".to_owned(),
            OptionUnit::Linger => "off, 0 (RST), or a time of whole seconds, as 5s".to_owned(),
            OptionUnit::Name => format!("a name of at most {MOST_NAME} bytes, of letters, digits and signs"),
        }
    }

    /// Parses a value of this option.
    ///
    /// # Errors
    /// Fails if the value is not of the option's unit, or out of bounds; the message says what is accepted.
    pub fn parse_value(self, text: &str) -> Result<OptionValue, String> {
        let text = text.trim();
        let read = match self.unit() {
            OptionUnit::Switch => match text.to_ascii_lowercase().as_str() {
                "on" | "1" | "true" | "yes" => Some(OptionValue::Switch(true)),
                "off" | "0" | "false" | "no" => Some(OptionValue::Switch(false)),
                _ => None,
            },
            OptionUnit::Count(least, most) => {
                parse_number(text).filter(|count| (least..=most).contains(count)).map(OptionValue::Count)
            }
            OptionUnit::Bytes => {
                let bytes = quantity::parse_size(text).ok().filter(|bytes| *bytes <= MOST_BYTES);
                bytes.and_then(|bytes| u32::try_from(bytes).ok()).map(OptionValue::Bytes)
            }
            OptionUnit::Seconds => time(text, Duration::from_secs(1))
                .filter(|time| (1..=32_767).contains(&time.as_secs()))
                .map(OptionValue::Time),
            OptionUnit::Millis => time(text, Duration::from_millis(1))
                .filter(|time| time.as_millis() <= i32::MAX as u128)
                .map(OptionValue::Time),
            OptionUnit::Linger if text.eq_ignore_ascii_case("off") => Some(OptionValue::Linger(None)),
            OptionUnit::Linger => time(text, Duration::from_secs(1))
                .filter(|time| time.as_secs() <= 65_535)
                .map(|time| OptionValue::Linger(Some(time))),
            OptionUnit::Name => {
                let good = text.len() <= MOST_NAME && text.bytes().all(|byte| byte.is_ascii_graphic());
                good.then(|| OptionValue::Name(text.to_owned()))
            }
        };
        read.ok_or_else(|| format!("{} is {}", self.name(), self.accepted_text()))
    }
}

impl OptionValue {
    /// The value as typed: [`SocketOption::parse_value`] reads it back.
    pub fn input_text(&self) -> String {
        match self {
            OptionValue::Switch(on) => if *on { "on" } else { "off" }.to_owned(),
            OptionValue::Count(count) | OptionValue::Bytes(count) => count.to_string(),
            OptionValue::Time(time) if time.subsec_millis() > 0 => format!("{}ms", time.as_millis()),
            OptionValue::Linger(Some(time)) | OptionValue::Time(time) => format!("{}s", time.as_secs()),
            OptionValue::Linger(None) => "off".to_owned(),
            OptionValue::Name(name) => name.clone(),
        }
    }
}

/// A number in decimal, or in hexadecimal after `0x`, as a DS field is written.
fn parse_number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// A time that is a whole number of `unit`s; a bare number means that many units.
fn time(text: &str, unit: Duration) -> Option<Duration> {
    let time = match text.parse::<u32>() {
        Ok(count) => unit.checked_mul(count)?,
        Err(_) => quantity::parse_duration(text).ok()?,
    };
    (time.as_nanos() % unit.as_nanos() == 0).then_some(time)
}

impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OptionValue::Switch(true) => f.write_str("on"),
            OptionValue::Switch(false) | OptionValue::Linger(None) => f.write_str("off"),
            OptionValue::Count(count) => write!(f, "{count}"),
            OptionValue::Bytes(bytes) => write!(f, "{} bytes", quantity::grouped(u64::from(*bytes))),
            OptionValue::Time(time) | OptionValue::Linger(Some(time)) if time.is_zero() => f.write_str("0"),
            OptionValue::Time(time) | OptionValue::Linger(Some(time)) => {
                write!(f, "{}", quantity::duration(*time))
            }
            OptionValue::Name(name) if name.is_empty() => f.write_str("none"),
            OptionValue::Name(name) => f.write_str(name),
        }
    }
}
