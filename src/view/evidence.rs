//! The three kinds of evidence: a line style, a role and a word for each.

use super::canvas::StyledText;
use crate::files::theme::Role;
use crate::wire::Evidence;

/// The style of a horizontal line.
pub(super) fn arrow_line(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Seen => "─",
        Evidence::Kernel => "╌",
        Evidence::Inferred => "┄",
    }
}

/// The style of a vertical line.
pub(super) fn rung_line(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Seen => "│",
        Evidence::Kernel => "╎",
        Evidence::Inferred => "┆",
    }
}

/// The colour of the word.
pub(super) fn role(evidence: Evidence) -> Role {
    match evidence {
        Evidence::Seen => Role::Good,
        Evidence::Kernel => Role::Received,
        Evidence::Inferred => Role::Dim,
    }
}

/// The word.
pub(super) fn evidence_word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Seen => "seen",
        Evidence::Kernel => "kernel",
        Evidence::Inferred => "inferred",
    }
}

/// The legend of the three line styles.
pub(super) fn legend() -> StyledText {
    [Evidence::Seen, Evidence::Kernel, Evidence::Inferred].into_iter().fold(StyledText::new(), |strip, evidence| {
        let gap = if strip.parts.is_empty() { "" } else { "   " };
        let line = arrow_line(evidence).repeat(2);
        strip.with(format!("{gap}{line} "), role(evidence)).with(evidence_word(evidence), role(evidence))
    })
}
