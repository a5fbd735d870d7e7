//! Text of a user, a file or a peer, quoted in a message.

use super::sanitize::line;

/// How many characters of a text are shown.
const MOST_SHOWN: usize = 60;

/// A text in quotation marks for a message: every hostile character neutralised, cut at 60 characters. The only way to
/// quote foreign text: `{:?}` and `escape_debug` write other forms, and let some hostile characters through.
pub fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(MOST_SHOWN).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", line(&shown))
}
