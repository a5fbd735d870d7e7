//! The file that takes the place of standard output (`-o`, `-O`).

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::report;
use crate::files::{WholeFile, append_private};
use crate::formats::curl::OutputFile;
use crate::text::sanitize;
use crate::wire::Class;

/// An open file.
#[derive(Debug)]
pub(crate) struct BodyFile {
    /// Its path, for messages.
    pub(crate) name: String,
    whole: Option<WholeFile>,
    file: File,
}

impl BodyFile {
    /// Opens the file: with `appends` to add to it, which keeps what came if the transfer fails; else it is written
    /// whole or not at all, unless it is a device or a pipe.
    ///
    /// # Errors
    /// Fails with a sentence that names the file.
    pub(crate) fn open(output: &OutputFile, appends: bool) -> Result<Self, String> {
        let name = sanitize::line(&output.path.to_string_lossy());
        let open = || -> io::Result<(Option<WholeFile>, File)> {
            if output.creates_folders
                && let Some(folder) = output.path.parent()
            {
                std::fs::create_dir_all(folder)?;
            }
            if appends {
                return Ok((None, append_private(&output.path)?));
            }
            if std::fs::metadata(&output.path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
                return Ok((None, File::options().write(true).open(&output.path)?));
            }
            let path = if output.keeps_existing { free_name(&output.path) } else { output.path.clone() };
            let whole = WholeFile::create(&path)?;
            let file = whole.file()?;
            Ok((Some(whole), file))
        };
        let (whole, file) = open().map_err(|error| format!("{}: {name} cannot be written: {error}", output.named))?;
        Ok(BodyFile { name, whole, file })
    }

    /// Another handle of the file.
    ///
    /// # Errors
    /// Fails if the system has no more handles.
    pub(crate) fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// The run has ended with this code: gives the file its name if everything has come. Returns the exit code.
    pub(crate) fn finish(self, code: u8, is_whole: bool) -> u8 {
        match self.whole {
            None => code,
            Some(whole) if is_whole => match whole.persist() {
                Ok(()) => code,
                Err(error) => {
                    report::problem(&format!("{} is not written: {error}", self.name));
                    Class::Local.exit_code()
                }
            },
            // The temporary file is removed.
            Some(_) => {
                report::problem(&format!("{} is not written; with -C - it keeps what comes", self.name));
                code
            }
        }
    }
}

/// The path, or the first one with a number behind it that is free, as curl has it.
fn free_name(path: &Path) -> PathBuf {
    let numbered = |number: u32| {
        let mut name = path.to_owned().into_os_string();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    let mut candidates = std::iter::once(path.to_owned()).chain((1..=100).map(numbered));
    candidates.find(|candidate| !candidate.exists()).unwrap_or_else(|| path.to_owned())
}
