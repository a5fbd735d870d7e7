//! How many escape sequences were neutralised, in words.

use crate::sessions::reading::EscapeCounts;
use crate::text::quantity;

/// Their number, with `≥` if not all bytes were searched.
pub fn escapes(of: EscapeCounts) -> String {
    let least = if of.unsearched > 0 { "≥ " } else { "" };
    format!("{least}{}", quantity::grouped(of.found))
}

/// Their number with a noun.
pub fn escape_sequences(of: EscapeCounts) -> String {
    let word = if of.found == 1 { "sequence" } else { "sequences" };
    format!("{} escape {word}", escapes(of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::reading::EscapeCounts;

    #[test]
    fn where_not_all_was_searched_it_is_the_least_that_there_are() {
        let said = |found, unsearched| escape_sequences(EscapeCounts { found, unsearched });
        assert_eq!(said(1, 0), "1 escape sequence");
        assert_eq!(said(1_234, 0), "1,234 escape sequences");
        assert_eq!(said(1_234, 1), "≥ 1,234 escape sequences");
    }
}
