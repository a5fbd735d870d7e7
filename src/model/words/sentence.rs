//! News as a sentence with a tone.

use crate::model::wrap;
use crate::text::{quantity, sanitize};
use crate::wire::Failure;

/// The most bytes of one string from outside in a sentence; a longer one is cut, and ends with `…`.
pub const MOST_QUOTED: usize = 400;

/// The most addresses listed in one sentence; further ones are counted.
pub(super) const MOST_LISTED: usize = 8;

/// News, ready to be drawn. It contains no character that a terminal would act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsSentence {
    /// One column: `◇` about to happen, `◆` happened, `✗` went wrong, `↻` again, `!` a warning, `■` the end.
    pub mark: char,
    /// Its tone.
    pub tone: SentenceTone,
    /// One sentence of one line, without a full stop. At most a few kilobytes.
    pub text: String,
}

/// The tone of a sentence; the view chooses the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SentenceTone {
    /// A minor detail.
    Quiet,
    /// It went well.
    Well,
    /// Caused by the user, the peer, or a rule.
    Cause,
    /// It ended, with a failure.
    Failed,
    /// It did not work, but the session goes on.
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
pub(super) fn foreign_text(text: &str) -> String {
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

/// The number of an attempt, unless it is the first.
pub(super) fn attempt_number(attempt: u32, before: &str, after: &str) -> String {
    if attempt > 1 { format!("{before}{attempt}{after}") } else { String::new() }
}

pub(super) fn failure_text(failure: &Failure) -> String {
    foreign_text(&failure.to_string())
}
