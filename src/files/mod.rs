//! The user's files: where they are, what they say, and how they are written.
//!
//! A file that cannot be used is a [`FileProblem`] that names the file, the line, what was found and what is accepted;
//! the program starts all the same, with its defaults.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::text::sanitize;

pub mod config;
pub mod explain;
pub mod history;
pub mod keymap;
pub mod paths;
pub mod theme;

/// The longest file of the user's that is read as settings: 1 MiB. A longer one is a problem, not a crash.
pub const LONGEST_SETTINGS: u64 = 1024 * 1024;

/// Something in a file of the user's that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// Which file.
    pub path: PathBuf,
    /// The line, from 1, where there is one.
    pub line: Option<usize>,
    /// What was found there, and what is accepted: one line, nothing in it controls a terminal.
    pub what: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", sanitize::line(&self.path.to_string_lossy()))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for FileProblem {}

/// The text of a file of settings; `None` where there is no such file.
///
/// # Errors
/// It cannot be read, is longer than [`LONGEST_SETTINGS`], or is not UTF-8.
pub fn read_settings(path: &Path) -> Result<Option<String>, FileProblem> {
    let problem = |what: String| FileProblem { path: path.to_owned(), line: None, what };
    let bytes = match read_up_to(path, LONGEST_SETTINGS) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(problem("is longer than 1 MiB, which no file of settings is".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(problem(format!("cannot be read: {error}"))),
    };
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        FileProblem { line: Some(line), ..problem("is not UTF-8".to_owned()) }
    })
}

/// What a file holds; `None` where that is more than `most` bytes, of which no more are read.
///
/// # Errors
/// What the file system says.
pub fn read_up_to(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most))
}

/// Writes a file whole or not at all: a temporary file beside it, then a rename. Folders are made as needed.
///
/// `private` files are readable by their owner only (0600): those that may hold what a peer said.
///
/// # Errors
/// What the file system says; the old file, if there was one, is untouched then.
pub fn write_whole(path: &Path, bytes: &[u8], private: bool) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder)?;
    let name = path.file_name().ok_or_else(|| io::Error::other("the path names no file"))?;
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let create = |path: &Path| options(private).create_new(true).write(true).open(path);
    let mut temporary = tempfile::Builder::new().prefix(&prefix).suffix(".tmp").make_in(folder, create)?;
    temporary.as_file_mut().write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    Ok(())
}

/// Makes a folder and those above it, for the owner only.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Options that create a file with 0600 where it is private, and with what the user's umask leaves of 0666 otherwise.
fn options(private: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _unused_elsewhere = private;
    options.read(false);
    options
}

/// Opens a private file to append to, and makes its folder.
///
/// # Errors
/// What the file system says.
pub fn append_private(path: &Path) -> io::Result<fs::File> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    options(true).create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/file");
        write_whole(&path, b"one", true).unwrap();
        write_whole(&path, b"two", true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_old_one_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::create_dir(&path).unwrap();
        write_whole(&path, b"x", false).unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn settings_that_are_not_utf_8_name_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, b"a = 1\nb = \xff\n").unwrap();
        assert_eq!(read_settings(&path).unwrap_err().line, Some(2));
        assert_eq!(read_settings(&folder.path().join("none")), Ok(None));
    }
}
