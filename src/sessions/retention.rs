//! How much of a session's transcript is kept: in bytes and in segments.

use std::fmt;

use crate::text::quantity;
use crate::text::sanitize::quoted;

/// The forms that [`RetentionChange::parse`] accepts.
pub const ACCEPTED: &str = "64MiB, 5000segments, \"64MiB 5000segments\"";

/// The most segments that can be kept; the default.
pub const MOST_SEGMENTS: usize = 1_000_000;

/// Limits on what one session keeps. The oldest is dropped first and counted as a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Bytes of memory, including the structures that hold the bytes.
    pub bytes: usize,
    /// Reads, writes and datagrams, counted together.
    pub segments: usize,
}

impl Retention {
    /// 64 MiB, and a million segments.
    pub const DEFAULT: Retention = Retention::from_bytes(64 * 1024 * 1024);

    /// This many bytes, and the greatest number of segments.
    pub const fn from_bytes(bytes: usize) -> Self {
        Retention { bytes, segments: MOST_SEGMENTS }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Retention::DEFAULT
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quantity::binary(self.bytes as u64))?;
        if self.segments < MOST_SEGMENTS {
            write!(f, " and {} segments", quantity::grouped(self.segments as u64))?;
        }
        Ok(())
    }
}

/// A change of a retention; a field that is `None` keeps the old value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionChange {
    bytes: Option<usize>,
    segments: Option<usize>,
}

impl RetentionChange {
    /// Parses a size, a number of segments, or both separated by a blank, in any order.
    ///
    /// # Errors
    /// Fails if the text is neither; the message says what was found and what is accepted.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("{} {why}; accepted: {ACCEPTED}", quoted(text.trim()));
        let mut wish = RetentionChange::default();
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let behind = words.next_if(|next| matches!(*next, "segments" | "segment"));
            let number = word.strip_suffix("segments").or(word.strip_suffix("segment")).or(behind.map(|_| word));
            let twice = match number {
                Some(number) => {
                    let segments = number.parse().ok().filter(|n| (1..=MOST_SEGMENTS).contains(n));
                    let segments = segments.ok_or_else(|| {
                        wrong(&format!("needs 1 to {} segments", quantity::grouped(MOST_SEGMENTS as u64)))
                    })?;
                    wish.segments.replace(segments).is_some()
                }
                None => {
                    let bytes = quantity::parse_size(word)?;
                    let bytes = usize::try_from(bytes).map_err(|_| wrong("is more than this machine can address"))?;
                    wish.bytes.replace(bytes).is_some()
                }
            };
            if twice {
                return Err(wrong("has the same unit twice"));
            }
        }
        if wish == RetentionChange::default() {
            return Err(wrong("says nothing"));
        }
        Ok(wish)
    }

    /// The retention after this change.
    pub fn applied_to(self, now: Retention) -> Retention {
        Retention { bytes: self.bytes.unwrap_or(now.bytes), segments: self.segments.unwrap_or(now.segments) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_default(text: &str) -> (usize, usize) {
        let retention = RetentionChange::parse(text).unwrap().applied_to(Retention::DEFAULT);
        (retention.bytes, retention.segments)
    }

    #[test]
    fn a_size_a_number_of_segments_or_both_change_what_they_name() {
        assert_eq!(on_default("1MiB"), (1 << 20, MOST_SEGMENTS));
        assert_eq!(on_default("5000segments"), (64 << 20, 5000));
        assert_eq!(on_default("1 segment"), (64 << 20, 1));
        assert_eq!(on_default(" 2MiB  5000 segments "), (2 << 20, 5000));
        assert_eq!(on_default("5000segments 2MiB"), (2 << 20, 5000));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_is_accepted() {
        for (text, why) in [
            ("", "says nothing"),
            ("64K", "could mean"),
            ("0segments", "1 to 1,000,000 segments"),
            ("2000000 segments", "1 to 1,000,000 segments"),
            ("segments", "1 to 1,000,000 segments"),
            ("1MiB 2MiB", "twice"),
            ("1segment 2segments", "twice"),
            ("1MiB segments", "1 to 1,000,000 segments"),
        ] {
            let said = RetentionChange::parse(text).unwrap_err();
            assert!(said.contains(why) && said.contains("accepted: "), "{text}: {said}");
        }
    }

    #[test]
    fn it_is_said_as_it_is_typed() {
        assert_eq!(Retention::DEFAULT.to_string(), "64 MiB");
        assert_eq!(Retention { bytes: 1 << 20, segments: 5000 }.to_string(), "1 MiB and 5,000 segments");
    }
}
