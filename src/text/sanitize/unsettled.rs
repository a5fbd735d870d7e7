//! Characters whose width depends on the terminal.
//!
//! A terminal that takes another width for a character than we do shifts the rest of its row, and what is drawn later
//! leaves parts of it behind. So these characters are shown by their number.

use std::sync::LazyLock;

/// The ranges, in order: code points that were not assigned in Unicode 12.1 (2019), whose width older terminals do not
/// know; private use; and those to which the C library's `wcwidth` (which tmux and xterm ask) gives another width than
/// the crate `unicode-width`. Characters that are hostile anyway may be in them or not.
static UNSETTLED: LazyLock<Vec<(u32, u32)>> =
    LazyLock::new(|| include_str!("unsettled.txt").split_ascii_whitespace().filter_map(parse_range).collect());

fn parse_range(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((u32::from_str_radix(first, 16).ok()?, u32::from_str_radix(last, 16).ok()?))
}

/// Whether terminals disagree about the width of this character. Cost: a binary search for what is not ASCII.
pub fn is_unsettled(c: char) -> bool {
    let code = u32::from(c);
    if code < 0x300 {
        return false;
    }
    let after = UNSETTLED.partition_point(|(first, _)| *first <= code);
    after.checked_sub(1).and_then(|at| UNSETTLED.get(at)).is_some_and(|(_, last)| code <= *last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_are_whole_in_order_and_apart() {
        let words = include_str!("unsettled.txt").split_ascii_whitespace().count();
        assert_eq!(UNSETTLED.len(), words);
        assert!(UNSETTLED.iter().all(|(first, last)| first <= last));
        assert!(UNSETTLED.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn letters_and_emoji_that_every_terminal_knows_are_settled() {
        for c in "aé中😀🥰한אبไทयाकि日ｗ∑→█".chars() {
            assert!(!is_unsettled(c), "{c} U+{:04X}", u32::from(c));
        }
        // Unassigned, private, newer than 2019, and one with a width that differs.
        for c in ['\u{378}', '\u{e000}', '\u{10fffd}', '\u{1abf}', '\u{1fae0}', '\u{3248}', '\u{40000}'] {
            assert!(is_unsettled(c), "U+{:04X}", u32::from(c));
        }
    }
}
