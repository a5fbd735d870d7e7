//! Writes the program's files, either completely or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::read::open_regular;

/// Writes a file completely or not at all: a temporary file beside it, then a rename. Creates missing directories.
///
/// `private` files are readable by their owner only (0600), because they may contain a peer's data.
///
/// # Errors
/// Fails with the file system's error; an existing file is then unchanged.
pub fn write_whole(path: &Path, bytes: &[u8], private: bool) -> io::Result<()> {
    create_private_dir(folder_of(path))?;
    let mut temporary = temporary_beside(path, private)?;
    temporary.as_file_mut().write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new file in the same directory; it is removed unless it gets its name.
fn temporary_beside(path: &Path, private: bool) -> io::Result<NamedTempFile<File>> {
    let name = path.file_name().ok_or_else(|| io::Error::other("the path names no file"))?;
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let create = |path: &Path| options(private).create_new(true).write(true).open(path);
    tempfile::Builder::new().prefix(&prefix).suffix(".tmp").make_in(folder_of(path), create)
}

/// A file that is written piece by piece, completely or not at all. Readable by its owner only, as it may contain a
/// peer's data; one that replaces a file has that file's permissions.
#[derive(Debug)]
pub struct WholeFile {
    temporary: NamedTempFile<File>,
    path: PathBuf,
}

impl WholeFile {
    /// Creates a file that gets its name at the end; its directory must be there. A symbolic link stays, and the file
    /// that it leads to is replaced.
    ///
    /// # Errors
    /// Fails with the file system's error, also if the path is a directory.
    pub fn create(path: &Path) -> io::Result<Self> {
        let path = match fs::canonicalize(path) {
            Ok(path) if path.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(path) => path,
            Err(_) => path.to_owned(),
        };
        let temporary = temporary_beside(&path, true)?;
        if let Ok(about) = fs::metadata(&path) {
            temporary.as_file().set_permissions(about.permissions())?;
        }
        Ok(WholeFile { temporary, path })
    }

    /// A handle to write to it.
    ///
    /// # Errors
    /// Fails if the system has no more handles.
    pub fn file(&self) -> io::Result<File> {
        self.temporary.as_file().try_clone()
    }

    /// Gives the file its name. If it is dropped instead, nothing is left of it.
    ///
    /// # Errors
    /// Fails with the file system's error; an existing file is then unchanged.
    pub fn persist(self) -> io::Result<()> {
        self.temporary.as_file().sync_all()?;
        self.temporary.persist(&self.path)?;
        Ok(())
    }
}

/// Creates a directory and its parents, accessible by the owner only.
fn create_private_dir(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Options that create a file with mode 0600 if it is private, else with 0666 minus the user's umask.
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

/// Opens a private file for appending; its directory must be there.
///
/// # Errors
/// Fails with the file system's error.
pub fn append_private(path: &Path) -> io::Result<fs::File> {
    options(true).create(true).append(true).open(path)
}

/// Like [`append_private`], but creates the directory, and opens only a regular file; never waits for the other end of a FIFO.
///
/// # Errors
/// Fails with the file system's error, or if it is no regular file.
pub(super) fn append_private_regular(path: &Path) -> io::Result<fs::File> {
    create_parent(path)?;
    open_regular(path, options(true).create(true).append(true))
}

fn create_parent(path: &Path) -> io::Result<()> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(Ok(()), create_private_dir)
}

#[cfg(test)]
mod tests {
    use std::fs;

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
}
