//! A line of the timeline.

use std::time::Instant;

use crate::wire::Evidence;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineLine {
    /// When; `None` stands for a gap, or for what has no time of its own.
    pub at: Option<Instant>,
    /// What, in a few words.
    pub what: String,
    /// How it is known, with the figures.
    pub how: String,
    /// How it is meant.
    pub tone: TimelineTone,
    /// How sure it is.
    pub known: Evidence,
}

/// How a line is meant; the colours are the view's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineTone {
    /// It happened.
    Plain,
    /// It went well.
    Well,
    /// It went wrong.
    Bad,
    /// Time passes.
    Quiet,
}

/// A fact in a few words, without its time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FactText {
    /// What happened.
    pub(super) what: String,
    /// How it is known, with the figures.
    pub(super) how: String,
    /// How it is meant.
    pub(super) tone: TimelineTone,
    /// How sure it is.
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
