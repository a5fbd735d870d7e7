//! Reads the user's files, up to a maximum size.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use crate::text::sanitize;

/// The largest settings file that is read: 1 MiB. A larger one is reported as a problem.
pub const LONGEST_SETTINGS: u64 = 1024 * 1024;

/// A problem in one of the user's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, if known.
    pub line: Option<usize>,
    /// What was found, and what is accepted: one line, without characters that a terminal would act on.
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

/// The text of a settings file; `None` if there is no such file.
///
/// # Errors
/// Fails if it cannot be read, is longer than [`crate::files::LONGEST_SETTINGS`], or is not UTF-8.
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

/// The contents of a file; `None` if they are longer than `most` bytes, of which at most `most + 1` are read.
///
/// # Errors
/// Fails with the file system's error, or if it is no regular file.
pub fn read_up_to(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    open_regular(path, fs::OpenOptions::new().read(true))?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most))
}

/// Opens a regular file, or the null device. Never blocks: opening or reading a FIFO would wait for its other end, and
/// a terminal for a key.
///
/// # Errors
/// Fails with the file system's error, or if it is another kind of file.
pub(super) fn open_regular(path: &Path, options: &mut fs::OpenOptions) -> io::Result<fs::File> {
    // Before opening: to open a device may already act on it. A file that does not exist yet may be created.
    if let Ok(about) = fs::metadata(path) {
        check_regular(&about)?;
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path)?;
    // Again: another file may have taken the name meanwhile.
    check_regular(&file.metadata()?)?;
    Ok(file)
}

fn check_regular(about: &fs::Metadata) -> io::Result<()> {
    let kind = about.file_type();
    if kind.is_file() || is_null_device(about) {
        return Ok(());
    }
    let found = if kind.is_dir() { "a folder" } else { special_name(kind) };
    Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {found}; accepted is a regular file")))
}

#[cfg(unix)]
fn special_name(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special_name(_kind: fs::FileType) -> &'static str {
    "no regular file"
}

/// Whether it is `/dev/null`, which stands for an empty file.
#[cfg(unix)]
fn is_null_device(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    about.file_type().is_char_device() && fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == about.rdev())
}

#[cfg(not(unix))]
fn is_null_device(_about: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn settings_that_are_not_utf_8_name_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, b"a = 1\nb = \xff\n").unwrap();
        assert_eq!(read_settings(&path).unwrap_err().line, Some(2));
        assert_eq!(read_settings(&folder.path().join("none")), Ok(None));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_no_regular_one_is_a_problem_and_never_waited_for() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        let folder = tempfile::tempdir().unwrap();
        let (fifo, socket, link) =
            (folder.path().join("fifo"), folder.path().join("socket"), folder.path().join("link"));
        mknodat(CWD, &fifo, FileType::Fifo, Mode::RWXU, 0).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        std::os::unix::fs::symlink(&fifo, &link).unwrap();
        let cases = [
            (fifo.as_path(), "a FIFO"),
            (&link, "a FIFO"),
            (&socket, "a socket"),
            (folder.path(), "a folder"),
            (Path::new("/dev/zero"), "a device"),
            (Path::new("/dev/full"), "a device"),
        ];
        for (path, found) in cases {
            let problem = read_settings(path).unwrap_err();
            let expected = format!("cannot be read: it is {found}; accepted is a regular file");
            assert_eq!(problem.what, expected, "{path:?}");
        }
        assert_eq!(read_settings(Path::new("/dev/null")), Ok(Some(String::new())));
    }
}
