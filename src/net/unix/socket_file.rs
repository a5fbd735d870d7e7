//! The file of a socket that we bound: made by `bind()`, never over another file unasked, removed at the end.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use socket2::{Domain, Socket, Type};

use super::address;
use crate::net::fault::{self, PathTaken};
use crate::net::journal::Journal;
use crate::sessions::News;
use crate::sessions::news::UnixNews;
use crate::wire::unix::UnixAddress;
use crate::wire::{FailedOperation, Failure};

/// The file of our socket. Dropped, it removes the file, if it is still the one that we made.
#[derive(Debug)]
pub(in crate::net) struct SocketFile {
    path: PathBuf,
    /// Device and inode.
    identity: (u64, u64),
    removed: AtomicBool,
}

/// The files of this process's sockets; one whose session has ended is gone from here with the next one.
static OURS: Mutex<Vec<Weak<SocketFile>>> = Mutex::new(Vec::new());

/// Removes the files of our Unix sockets, if they are still ours. Call before the process ends: sessions that are still
/// open do not come to an end of their own.
pub(crate) fn remove_socket_files() {
    let files = std::mem::take(&mut *OURS.lock().unwrap_or_else(PoisonError::into_inner));
    for file in files.iter().filter_map(Weak::upgrade) {
        file.remove();
    }
}

/// How our file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) enum FileEnd {
    /// We removed it.
    Removed,
    /// It is another file now, or was removed by somebody else, or cannot be removed.
    NotOurs,
}

impl SocketFile {
    /// Binds a socket. Returns its file, if the address has one, and whether a stale file was removed first, which is
    /// done only with `replace`.
    ///
    /// # Errors
    /// Fails with what stands in the way.
    pub(super) fn bind(
        socket: &Socket,
        local: &UnixAddress,
        replace: bool,
        operation: FailedOperation,
    ) -> Result<(Option<Arc<Self>>, bool), Failure> {
        let failed = |error: io::Error, taken| fault::from_unix_bind(operation, local, &error, taken);
        let place = address::to_system(local).map_err(|error| failed(error, None))?;
        let mut replaced = false;
        if let Err(error) = socket.bind(&place) {
            let taken = (error.kind() == io::ErrorKind::AddrInUse).then(|| what_is_there(local));
            if !(replace && taken == Some(PathTaken::Stale)) {
                return Err(failed(error, taken));
            }
            if let Some(path) = path_of(local) {
                std::fs::remove_file(path).map_err(|error| failed(error, None))?;
            }
            socket.bind(&place).map_err(|error| failed(error, Some(what_is_there(local))))?;
            replaced = true;
        }
        let file = path_of(local).and_then(|path| {
            let identity = identity(&path)?;
            let file = Arc::new(SocketFile { path, identity, removed: AtomicBool::new(false) });
            file.keep_in_mind();
            Some(file)
        });
        Ok((file, replaced))
    }

    /// So that [`remove_socket_files`] finds it.
    fn keep_in_mind(self: &Arc<Self>) {
        let mut files = OURS.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|file| file.strong_count() > 0);
        files.push(Arc::downgrade(self));
    }

    /// The address of the file.
    pub(super) fn address(&self) -> UnixAddress {
        UnixAddress::Path(self.path.as_os_str().as_bytes().into())
    }

    /// Removes the file, once, if it is still ours.
    pub(in crate::net) fn remove(&self) -> FileEnd {
        if self.removed.swap(true, Ordering::AcqRel) {
            return FileEnd::Removed;
        }
        let ours = identity(&self.path) == Some(self.identity);
        if ours && std::fs::remove_file(&self.path).is_ok() { FileEnd::Removed } else { FileEnd::NotOurs }
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Removes our file, and reports that.
pub(super) async fn report_file_end(file: Option<Arc<SocketFile>>, path: UnixAddress, journal: &Arc<Journal>) {
    let Some(file) = file else { return };
    journal
        .news(News::Unix(match file.remove() {
            FileEnd::Removed => UnixNews::FileRemoved { path },
            FileEnd::NotOurs => UnixNews::FileLeft { path },
        }))
        .await;
}

/// Device and inode of the file itself; `None`: there is none.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let about = std::fs::symlink_metadata(path).ok()?;
    Some((about.dev(), about.ino()))
}

/// The file of an address, absolute: the current directory may change before the end.
fn path_of(address: &UnixAddress) -> Option<PathBuf> {
    std::path::absolute(Path::new(OsStr::from_bytes(address.as_path()?))).ok()
}

/// Whether there is a file at an address and it is no socket; `false` if that is not known.
pub(super) fn is_other_file(address: &UnixAddress) -> bool {
    let about = path_of(address).and_then(|path| std::fs::metadata(path).ok());
    about.is_some_and(|about| !about.file_type().is_socket())
}

/// What stands at an address that is taken.
///
/// Asks by connecting a datagram socket, which nobody notices: a listener of streams answers with EPROTOTYPE, and is not
/// woken; of a socket that no process has, the kernel says ECONNREFUSED.
fn what_is_there(address: &UnixAddress) -> PathTaken {
    if matches!(address, UnixAddress::Abstract(_)) {
        return PathTaken::Bound;
    }
    if is_other_file(address) {
        return PathTaken::OtherFile;
    }
    let asked = || -> io::Result<()> {
        let socket = Socket::new(Domain::UNIX, Type::DGRAM, None)?;
        socket.set_nonblocking(true)?;
        socket.connect(&address::to_system(address)?)
    };
    match asked().map_err(|error| error.raw_os_error()) {
        Ok(()) | Err(Some(libc::EPROTOTYPE | libc::EPERM)) => PathTaken::Bound,
        Err(Some(libc::ECONNREFUSED)) => PathTaken::Stale,
        Err(_) => PathTaken::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixDatagram, UnixListener};

    use super::*;
    use crate::wire::{Class, FailureReason};

    fn address_in(dir: &tempfile::TempDir, name: &str) -> UnixAddress {
        UnixAddress::path(dir.path().join(name).to_str().expect("the test's own")).expect("it fits")
    }

    fn bind(local: &UnixAddress, replace: bool) -> Result<(Option<Arc<SocketFile>>, bool), Failure> {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).expect("a socket");
        SocketFile::bind(&socket, local, replace, FailedOperation::Listen)
    }

    #[test]
    fn a_path_that_is_taken_says_by_what() {
        let dir = tempfile::tempdir().unwrap();
        let live = address_in(&dir, "live");
        let listener = UnixListener::bind(dir.path().join("live")).unwrap();
        let reason = |local: &UnixAddress, replace| bind(local, replace).expect_err("it is taken").reason;
        assert_eq!(reason(&live, false), Some(FailureReason::UnixPathInUse));
        assert_eq!(reason(&live, true), Some(FailureReason::UnixPathInUse), "a live socket is never replaced");
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "asking did not reach the listener");
        let _datagrams = UnixDatagram::bind(dir.path().join("dgram")).unwrap();
        assert_eq!(reason(&address_in(&dir, "dgram"), true), Some(FailureReason::UnixPathInUse));
        std::fs::write(dir.path().join("text"), "mine").unwrap();
        assert_eq!(reason(&address_in(&dir, "text"), true), Some(FailureReason::UnixNotASocket));
        assert_eq!(std::fs::read(dir.path().join("text")).unwrap(), b"mine");
        drop(listener);
        assert_eq!(reason(&live, false), Some(FailureReason::UnixPathStale));
        let (file, replaced) = bind(&live, true).unwrap();
        assert!(replaced && file.is_some());
    }

    #[test]
    fn the_file_goes_with_its_socket_only_while_it_is_ours() {
        let dir = tempfile::tempdir().unwrap();
        let local = address_in(&dir, "a");
        let path = dir.path().join("a");
        let (file, _) = bind(&local, false).unwrap();
        assert_eq!(file.expect("a path has a file").remove(), FileEnd::Removed);
        assert!(!path.exists());
        let (file, _) = bind(&local, false).unwrap();
        std::fs::rename(&path, dir.path().join("b")).unwrap();
        std::fs::write(&path, "another").unwrap();
        assert_eq!(file.expect("a path has a file").remove(), FileEnd::NotOurs);
        assert!(path.exists());
    }

    #[test]
    fn a_directory_that_is_missing_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let failure = bind(&address_in(&dir, "no/a"), false).expect_err("there is no such directory");
        assert_eq!((failure.class, failure.os_code), (Class::Local, Some(libc::ENOENT)));
        assert!(failure.message.contains("directory"), "{}", failure.message);
    }
}
