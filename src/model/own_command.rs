//! Commands of this program, with their own options, where a target is typed: `tcp HOST:PORT --retry 3`.

use crate::formats::{PastedSession, paste, shell};
use crate::sessions::spec::system_names::SystemNames;

/// Reads a command of the program's own command line, without the program's name.
///
/// The command line is read above this room, so the program puts its reader in.
pub type CommandReader = fn(&[String]) -> Result<PastedSession, String>;

/// There is no command line.
pub(crate) fn no_reader(_words: &[String]) -> Result<PastedSession, String> {
    Err("options of a command cannot be read here".to_owned())
}

/// Reads what was typed or pasted for a new session.
///
/// # Errors
/// Fails with what was found, and what is accepted.
pub(crate) fn read(text: &str, names: &SystemNames, reader: CommandReader) -> Result<PastedSession, String> {
    paste::parse_anything(text, names).or_else(|problem| match words_with_options(text) {
        Some(words) => reader(&words),
        None => Err(problem),
    })
}

/// The words, if they are a command of the program with options of its own.
pub fn words_with_options(text: &str) -> Option<Vec<String>> {
    let mut words = shell::split_words(text).ok()?;
    if words.first().is_some_and(|word| word == "sockeye") {
        words.remove(0);
    }
    let own = words.first().is_some_and(|word| ["tcp", "udp", "http", "listen", "dns"].contains(&word.as_str()));
    (own && words.iter().any(|word| word.starts_with("--"))).then_some(words)
}
