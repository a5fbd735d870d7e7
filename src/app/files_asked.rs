//! The files that the user names in a prompt: one to send, one to write. A name that cannot be used is refused, and the
//! prompt stays open.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::files;
use crate::sessions::Transcript;
use crate::sessions::transcript::EntryKind;
use crate::text::sanitize::quoted;
use crate::text::{quantity, sanitize};
use crate::wire::Direction;

/// Why a file was not sent or written.
#[derive(Debug)]
pub(super) struct FileRefusal {
    /// One line.
    pub(super) why: String,
    /// Whether only a folder is missing.
    pub(super) missing_folder: bool,
}

/// The whole path of a file that can be sent: it is there, it is a file, and it can be read.
///
/// # Errors
/// Fails with the reason why it cannot be sent.
pub(super) fn find(named: &Path) -> Result<PathBuf, FileRefusal> {
    let path = whole(named)?;
    let shown = shown(&path);
    let metadata = fs::metadata(&path).map_err(|error| refused(&reason(&shown, &error)))?;
    if metadata.is_dir() {
        return Err(refused(&format!("{shown} is a folder; accepted is a file")));
    }
    // Opening a FIFO would wait for its writer; the session does that.
    if metadata.is_file() {
        fs::File::open(&path).map_err(|error| refused(&reason(&shown, &error)))?;
    }
    Ok(path)
}

/// Writes the received bytes that are still kept to a file. A folder that is missing is made only if that was asked for.
///
/// Returns what was done, as one line.
///
/// # Errors
/// Fails with the reason why it was not written.
pub(super) fn save(named: &Path, make_folder: bool, transcript: &Transcript) -> Result<String, FileRefusal> {
    let path = whole(named)?;
    let shown = shown(&path);
    if path.is_dir() {
        return Err(refused(&format!("{shown} is a folder; accepted is the name of a file in it")));
    }
    if fs::exists(&path).unwrap_or(false) {
        return Err(refused(&format!("{shown} is there already; it was not overwritten")));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.exists() && !make_folder) {
        let why = format!("there is no folder {}", self::shown(folder));
        return Err(FileRefusal { why, missing_folder: true });
    }
    let mut bytes = Vec::new();
    for entry in transcript.entries() {
        if let EntryKind::Data(data) = entry.kind
            && data.direction == Direction::Received
        {
            bytes.extend_from_slice(data.bytes);
        }
    }
    files::write_whole(&path, &bytes, true).map_err(|error| refused(&format!("{shown} was not written: {error}")))?;
    let missing = transcript.not_kept().received.bytes;
    let gap = if missing > 0 { format!("; {} bytes were not kept", quantity::grouped(missing)) } else { String::new() };
    Ok(sanitize::line(&format!("wrote {} to {shown}{gap}", quantity::bytes(bytes.len() as u64))))
}

/// The whole path, with `~` expanded; as it was named where the current folder is not known.
fn whole(named: &Path) -> Result<PathBuf, FileRefusal> {
    let path = files::expand_home(named).map_err(|why| refused(&why))?;
    Ok(std::path::absolute(&path).unwrap_or(path))
}

fn shown(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

fn reason(shown: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file {shown}"),
        io::ErrorKind::PermissionDenied => format!("{shown} may not be read by this user"),
        _ => format!("{shown} cannot be read: {error}"),
    }
}

fn refused(why: &str) -> FileRefusal {
    FileRefusal { why: sanitize::line(why), missing_folder: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why<T: std::fmt::Debug>(done: Result<T, FileRefusal>) -> String {
        done.expect_err("it was refused").why
    }

    #[test]
    fn a_file_to_send_must_be_there_and_be_a_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(why(find(&folder.path().join("none"))).starts_with("there is no file"));
        assert!(why(find(folder.path())).contains("is a folder"));
        let file = folder.path().join("a b");
        fs::write(&file, b"bytes").unwrap();
        assert_eq!(find(&file).unwrap(), file);
    }

    #[test]
    fn a_folder_is_made_only_if_that_was_asked_for_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/deeper/out");
        let transcript = Transcript::new(1024);
        let Err(FileRefusal { missing_folder: true, why: told }) = save(&file, false, &transcript) else {
            panic!("it was written");
        };
        assert!(told.contains("there is no folder") && !folder.path().join("new").exists(), "{told}");
        assert!(save(&file, true, &transcript).unwrap().starts_with("wrote "));
        assert!(file.exists());
        assert!(why(save(&file, true, &transcript)).contains("is there already"));
        assert!(why(save(folder.path(), true, &transcript)).contains("is a folder"));
    }
}
