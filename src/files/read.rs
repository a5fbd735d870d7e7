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
/// Fails with the file system's error.
pub fn read_up_to(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most))
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
}
