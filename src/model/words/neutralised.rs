//! What was neutralised, in words.

use crate::sessions::reading::EscapeCounts;
use crate::text::quantity;

/// How much there was of all kinds, with `≥` if not all bytes were searched.
pub fn neutralised_total(of: EscapeCounts) -> String {
    format!("{}{}", at_least(of), quantity::grouped(of.found.total()))
}

/// Each kind with its number: `3 escape sequences, 2 bidi controls`, with `≥` before them if not all bytes were
/// searched.
pub fn neutralised_kinds(of: EscapeCounts) -> String {
    let found = of.found.kinds().into_iter().filter(|(count, _, _)| *count > 0);
    let kinds: Vec<String> = found
        .map(|(count, one, several)| format!("{} {}", quantity::grouped(count), if count == 1 { one } else { several }))
        .collect();
    format!("{}{}", at_least(of), kinds.join(", "))
}

fn at_least(of: EscapeCounts) -> &'static str {
    if of.unsearched > 0 { "≥ " } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sanitize::SanitizeCounts;

    #[test]
    fn each_kind_is_told_and_where_not_all_was_searched_it_is_the_least_that_there_are() {
        let one = SanitizeCounts { escape_sequences: 1, ..SanitizeCounts::default() };
        let many = SanitizeCounts { escape_sequences: 1_234, bidi_controls: 2, invalid_bytes: 1, ..one };
        let said = |found, unsearched| {
            let counts = EscapeCounts { found, unsearched };
            (neutralised_kinds(counts), neutralised_total(counts))
        };
        assert_eq!(said(one, 0), ("1 escape sequence".into(), "1".into()));
        assert_eq!(said(many, 0), ("1,234 escape sequences, 2 bidi controls, 1 invalid byte".into(), "1,237".into()));
        assert_eq!(said(one, 1), ("≥ 1 escape sequence".into(), "≥ 1".into()));
    }
}
