//! A line of the timeline.

use std::time::Instant;

use crate::wire::Evidence;

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineLine {
    /// When; `None` for a gap, and for an event without a time.
    pub at: Option<Instant>,
    /// What, in a few words.
    pub what: String,
    /// The evidence, with its figures.
    pub how: String,
    /// Its tone.
    pub tone: TimelineTone,
    /// The kind of evidence.
    pub known: Evidence,
}

/// The tone of a line; the view chooses the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineTone {
    /// It happened.
    Plain,
    /// It went well.
    Well,
    /// It went wrong.
    Bad,
    /// Only time passed.
    Quiet,
}

/// A fact in a few words, without its time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FactText {
    /// What happened.
    pub(super) what: String,
    /// The evidence, with its figures.
    pub(super) how: String,
    /// Its tone.
    pub(super) tone: TimelineTone,
    /// The kind of evidence.
    pub(super) known: Evidence,
}

impl FactText {
    /// A fact that a call of ours gave.
    pub(super) fn seen(what: impl Into<String>, how: impl std::fmt::Display, tone: TimelineTone) -> Self {
        FactText { what: what.into(), how: format!("seen: {how}"), tone, known: Evidence::Seen }
    }

    /// A fact that the kernel gave when it was asked.
    pub(super) fn kernel(what: impl Into<String>, how: impl std::fmt::Display, tone: TimelineTone) -> Self {
        FactText { what: what.into(), how: format!("kernel: {how}"), tone, known: Evidence::Kernel }
    }

    /// A fact that follows from another one.
    pub(super) fn inferred(what: impl Into<String>, how: impl std::fmt::Display) -> Self {
        FactText {
            what: what.into(),
            how: format!("inferred: {how}"),
            tone: TimelineTone::Plain,
            known: Evidence::Inferred,
        }
    }

    /// The line of this fact.
    pub(super) fn at(self, at: Option<Instant>) -> TimelineLine {
        let FactText { what, how, tone, known } = self;
        TimelineLine { at, what, how, tone, known }
    }
}
