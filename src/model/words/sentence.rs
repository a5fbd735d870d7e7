//! A fact as a sentence with a tone.

use crate::model::wrap;
use crate::text::{quantity, sanitize};
use crate::wire::Failure;

/// The most bytes of one string from outside that stand in a sentence; the rest is cut, and `…` says so.
pub const MOST_QUOTED: usize = 400;

/// The most addresses that one sentence lists; more are counted.
pub(super) const MOST_LISTED: usize = 8;

/// A fact, ready to be drawn. Nothing in it is obeyed by a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsSentence {
    /// One column: `◇` about to happen, `◆` happened, `✗` went wrong, `↻` again, `!` a warning, `■` the end.
    pub mark: char,
    /// How it is meant.
    pub tone: SentenceTone,
    /// One sentence of one line, without a full stop. At most a few kilobytes.
    pub text: String,
}

/// How a sentence is meant; the colours are the view's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SentenceTone {
    /// By the way.
    Quiet,
    /// It went well.
    Well,
    /// Somebody did this: the user, the peer, or a rule.
    Cause,
    /// It is over, and not well.
    Failed,
    /// It did not work, and things go on.
    Warned,
}

pub(super) fn sentence_with(mark: char, tone: SentenceTone, text: String) -> NewsSentence {
    NewsSentence { mark, tone, text }
}

pub(super) fn quiet_sentence(mark: char, text: String) -> NewsSentence {
    sentence_with(mark, SentenceTone::Quiet, text)
}

pub(super) fn good_sentence(mark: char, text: String) -> NewsSentence {
    sentence_with(mark, SentenceTone::Well, text)
}

pub(super) fn cause(mark: char, text: String) -> NewsSentence {
    sentence_with(mark, SentenceTone::Cause, text)
}

pub(super) fn warning_sentence(mark: char, text: String) -> NewsSentence {
    sentence_with(mark, SentenceTone::Warned, text)
}

/// A string from outside: neutralised, and cut at [`crate::model::words::MOST_QUOTED`].
pub(super) fn quoted(text: &str) -> String {
    if text.len() <= MOST_QUOTED {
        return sanitize::line(text);
    }
    let end = wrap::character_end(text.as_bytes(), MOST_QUOTED);
    format!("{}…", sanitize::line(&text[..end]))
}

/// An exact number of bytes: `1 byte`, `1,204 bytes`.
pub(super) fn exact_bytes(bytes: u64) -> String {
    format!("{} {}", quantity::grouped(bytes), if bytes == 1 { "byte" } else { "bytes" })
}

/// The number of an attempt that is not the first.
pub(super) fn attempt_number(attempt: u32, before: &str, after: &str) -> String {
    if attempt > 1 { format!("{before}{attempt}{after}") } else { String::new() }
}

pub(super) fn failure_text(failure: &Failure) -> String {
    quoted(&failure.to_string())
}
