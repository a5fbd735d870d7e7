//! What was typed into the composer, from run to run: one JSON object a line, oldest first, readable by its owner only.

use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{append_private, write_whole};

/// How many entries are kept; the oldest go.
pub const MOST_ENTRIES: usize = 1_000;

/// The longest entry that is remembered: 64 KiB. Longer ones are sent, but not remembered.
pub const LONGEST_ENTRY: usize = 64 * 1024;

/// How much of a file is read, from its end: 16 MiB.
const MOST_READ: u64 = 16 * 1024 * 1024;

/// One thing that was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// As it was typed, escapes and all.
    pub text: String,
    /// True: it was hex.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hex: bool,
}

/// The newest [`MOST_ENTRIES`] entries, oldest first; none where there is no file. A file that has grown to more
/// than twice as many lines is rewritten with those that are kept. Lines that make no sense are passed over.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    let skipped = length.saturating_sub(MOST_READ);
    file.seek(SeekFrom::Start(skipped))?;
    let mut bytes = Vec::new();
    file.take(MOST_READ).read_to_end(&mut bytes)?;
    // Where the beginning was skipped, the first line is cut and does not parse.
    let mut lines = 0;
    let mut entries: Vec<Entry> = bytes
        .split(|byte| *byte == b'\n')
        .inspect(|_| lines += 1)
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    entries.drain(..entries.len().saturating_sub(MOST_ENTRIES));
    if lines > 2 * MOST_ENTRIES || skipped > 0 {
        let mut kept = Vec::new();
        for entry in &entries {
            serde_json::to_writer(&mut kept, entry)?;
            kept.push(b'\n');
        }
        write_whole(path, &kept, true)?;
    }
    Ok(entries)
}

/// Adds an entry at the end; one that is longer than [`LONGEST_ENTRY`] is not remembered.
///
/// # Errors
/// The file cannot be written.
pub fn append(path: &Path, entry: &Entry) -> io::Result<()> {
    if entry.text.len() > LONGEST_ENTRY {
        return Ok(());
    }
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    append_private(path)?.write_all(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Entry {
        Entry { text: text.to_owned(), hex: false }
    }

    #[test]
    fn what_was_typed_is_there_again_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/history.jsonl");
        assert_eq!(read(&path).unwrap(), []);
        let entries = [typed("one\ntwo \u{1b}[2J"), Entry { text: "48 65".to_owned(), hex: true }];
        for entry in &entries {
            append(&path, entry).unwrap();
        }
        assert_eq!(read(&path).unwrap(), entries);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn the_newest_thousand_are_kept_and_the_file_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        let lines: String = (0..2_500).map(|n| format!("{{\"text\":\"{n}\"}}\n")).collect();
        fs::write(&path, lines).unwrap();
        let entries = read(&path).unwrap();
        assert_eq!((entries.len(), entries[0].text.as_str()), (1_000, "1500"));
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1_000);
    }

    #[test]
    fn a_broken_line_is_passed_over_and_a_huge_entry_not_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        fs::write(&path, b"{\"text\":\"a\"}\n\xff{\n{\"text\":\"b\"}\n").unwrap();
        append(&path, &typed(&"x".repeat(LONGEST_ENTRY + 1))).unwrap();
        assert_eq!(read(&path).unwrap(), [typed("a"), typed("b")]);
    }
}
