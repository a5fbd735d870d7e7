//! Text of a user, a file or a peer, quoted in a message.

use super::sanitize::line;
use crate::text::secret::mask_text;

/// How many characters of a text are shown.
const MOST_SHOWN: usize = 60;

/// A text in quotation marks for a message: every hostile character neutralised, every secret masked, cut at 60
/// characters. The only way to quote foreign text: `{:?}` and `escape_debug` write other forms, and let some hostile characters through.
pub fn quoted(text: &str) -> String {
    let masked = mask_text(text);
    let shown: String = masked.chars().take(MOST_SHOWN).collect();
    let more = if shown.len() < masked.len() { "…" } else { "" };
    format!("\"{}{more}\"", line(&shown))
}
