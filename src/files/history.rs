//! What was typed into the composer, the form and the `:` line, kept between runs: one JSON object per line, oldest
//! first, readable by its owner only.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::paths::AppPaths;
use super::read::open_regular;
use super::write::{append_private_regular, write_whole};
use crate::model::compose_mode::ComposeMode;
use crate::model::history::ComposedText;
use crate::model::msg::LineKind;

/// The most entries that are kept; beyond that, the oldest are dropped.
pub const MOST_ENTRIES: usize = 1_000;

/// The longest entry that is kept: 64 KiB. Longer ones are sent, but not kept.
pub const LONGEST_ENTRY: usize = 64 * 1024;

/// How much of the file is read, from its end: 16 MiB.
const MOST_READ: u64 = 16 * 1024 * 1024;

/// One line of the file. Unknown fields, which later versions may add, are ignored.
#[derive(Serialize, Deserialize)]
struct HistoryEntry<'a> {
    /// The text as it was typed, with its escapes.
    text: Cow<'a, str>,
    /// What it was typed into; without it, a composer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<Cow<'a, str>>,
    /// How a composer's text is read; with escapes if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mode: Option<Cow<'a, str>>,
}

impl<'a> HistoryEntry<'a> {
    fn new(kind: Option<LineKind>, entry: &'a ComposedText) -> Self {
        HistoryEntry {
            text: entry.text.as_str().into(),
            line: kind.map(|kind| name_of(kind).into()),
            mode: (entry.mode != ComposeMode::Text).then(|| entry.mode.name().into()),
        }
    }
}

/// An entry: what it was typed into (`None`: a composer), and its text.
pub type RememberedText = (Option<LineKind>, ComposedText);

/// The name of a kind of line in the file.
fn name_of(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Target => "target",
        LineKind::Command => "command",
    }
}

/// The kind with this name; `None` for one of a later version, whose entries are ignored.
fn kind_named(name: &str) -> Option<LineKind> {
    [LineKind::Target, LineKind::Command].into_iter().find(|kind| name_of(*kind) == name)
}

/// Like [`read_from`], with the user's own file; empty if there is no home directory.
///
/// # Errors
/// Fails if the file cannot be read.
pub fn read() -> io::Result<Vec<RememberedText>> {
    AppPaths::from_environment().map_or_else(|| Ok(Vec::new()), |paths| read_from(&paths.history_file()))
}

/// Like [`append_to`], with the user's own file; does nothing if there is no home directory.
///
/// # Errors
/// Fails if the file cannot be written.
pub fn append(kind: Option<LineKind>, entry: &ComposedText) -> io::Result<()> {
    AppPaths::from_environment().map_or(Ok(()), |paths| append_to(&paths.history_file(), kind, entry))
}

/// The newest [`MOST_ENTRIES`] entries, oldest first; none if there is no file. A file of more than twice as many
/// lines, or of which only the end was read, is rewritten with these entries. Invalid lines are ignored.
///
/// # Errors
/// Fails if the file cannot be read or rewritten.
pub fn read_from(path: &Path) -> io::Result<Vec<RememberedText>> {
    let mut file = match open_regular(path, fs::OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    let skipped = length.saturating_sub(MOST_READ);
    file.seek(SeekFrom::Start(skipped))?;
    let mut bytes = Vec::new();
    file.take(MOST_READ).read_to_end(&mut bytes)?;
    // If the beginning was skipped, the first line is incomplete and does not parse.
    let mut lines = 0;
    let mut entries: Vec<RememberedText> = bytes
        .split(|byte| *byte == b'\n')
        .inspect(|_| lines += 1)
        .filter_map(|line| serde_json::from_slice::<HistoryEntry<'_>>(line).ok())
        .filter_map(|HistoryEntry { text, line, mode }| {
            let kind = match line {
                Some(name) => Some(kind_named(&name)?),
                None => None,
            };
            let mode = mode.map_or(ComposeMode::Text, |mode| ComposeMode::from_name(&mode));
            Some((kind, ComposedText { text: text.into_owned(), mode }))
        })
        .collect();
    entries.drain(..entries.len().saturating_sub(MOST_ENTRIES));
    if lines > 2 * MOST_ENTRIES || skipped > 0 {
        let mut kept = Vec::new();
        for (kind, entry) in &entries {
            serde_json::to_writer(&mut kept, &HistoryEntry::new(*kind, entry))?;
            kept.push(b'\n');
        }
        write_whole(path, &kept, true)?;
    }
    Ok(entries)
}

/// Appends an entry; one longer than [`LONGEST_ENTRY`] is not kept.
///
/// # Errors
/// Fails if the file cannot be written.
pub fn append_to(path: &Path, kind: Option<LineKind>, entry: &ComposedText) -> io::Result<()> {
    if entry.text.len() > LONGEST_ENTRY {
        return Ok(());
    }
    let mut line = serde_json::to_vec(&HistoryEntry::new(kind, entry))?;
    line.push(b'\n');
    append_private_regular(path)?.write_all(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(path: &Path) -> Vec<String> {
        read_from(path).unwrap().into_iter().map(|(_, entry)| entry.text).collect()
    }

    #[test]
    fn what_was_typed_is_there_again_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/history.jsonl");
        assert_eq!(texts(&path), Vec::<String>::new());
        let entries = ["one\ntwo \u{1b}[2J", "48 65", "127.0.0.1:80", "theme mono"];
        let kinds = [None, None, Some(LineKind::Target), Some(LineKind::Command)];
        for (kind, entry) in kinds.into_iter().zip(entries) {
            append_to(&path, kind, &entry.into()).unwrap();
        }
        assert_eq!(texts(&path), entries);
        assert_eq!(read_from(&path).unwrap().into_iter().map(|(kind, _)| kind).collect::<Vec<_>>(), kinds);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn an_entry_comes_back_in_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        for mode in [ComposeMode::Text, ComposeMode::Literal, ComposeMode::Hex] {
            let entry = ComposedText { text: "48".to_owned(), mode };
            append_to(&path, None, &entry).unwrap();
            assert_eq!(read_from(&path).unwrap().last(), Some(&(None, entry)));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_history_that_is_no_regular_file_is_neither_read_nor_written_nor_waited_for() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        mknodat(CWD, &fifo, FileType::Fifo, Mode::RWXU, 0).unwrap();
        for path in [fifo.as_path(), folder.path(), Path::new("/dev/zero")] {
            let told = read_from(path).unwrap_err().to_string();
            assert!(told.contains("accepted is a regular file"), "{told}");
            let told = append_to(path, None, &"x".into()).unwrap_err().to_string();
            assert!(told.contains("accepted is a regular file"), "{told}");
        }
        assert_eq!(texts(Path::new("/dev/null")), Vec::<String>::new());
        append_to(Path::new("/dev/null"), None, &"x".into()).unwrap();
    }

    #[test]
    fn the_newest_thousand_are_kept_and_the_file_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        let lines: String = (0..2_500).map(|n| format!("{{\"text\":\"{n}\"}}\n")).collect();
        fs::write(&path, lines).unwrap();
        let entries = read_from(&path).unwrap();
        assert_eq!((entries.len(), entries[0].1.text.as_str()), (1_000, "1500"));
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1_000);
    }

    #[test]
    fn a_broken_line_is_passed_over_and_a_huge_entry_not_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        fs::write(&path, b"{\"text\":\"a\"}\n\xff{\n{\"text\":\"c\",\"line\":\"later\"}\n{\"text\":\"b\"}\n").unwrap();
        append_to(&path, None, &"x".repeat(LONGEST_ENTRY + 1).as_str().into()).unwrap();
        assert_eq!(texts(&path), ["a", "b"]);
    }
}
