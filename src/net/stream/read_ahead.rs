//! Reads a file to send: the next part is read while the last one is written.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use crate::net::blocking::{BlockingCall, run_blocking, start_blocking};
use crate::net::buffers;

/// An open file, and at most one read in progress.
pub(super) struct FileReadAhead {
    file: Arc<File>,
    regular: bool,
    /// The length of a regular file when it was opened.
    length: Option<u64>,
    under_way: Option<BlockingCall<io::Result<Bytes>>>,
}

impl FileReadAhead {
    /// Opens a file.
    ///
    /// # Errors
    /// Fails if the file cannot be opened.
    pub(super) async fn open(path: &Path) -> io::Result<Self> {
        let path = path.to_owned();
        let opened = run_blocking(move || {
            let file = File::open(path)?;
            let about = file.metadata()?;
            let length = about.is_file().then_some(about.len());
            io::Result::Ok((Arc::new(file), length))
        });
        let (file, length) = opened.await?;
        Ok(FileReadAhead { file, regular: length.is_some(), length, under_way: None })
    }

    /// How long a regular file was when it was opened; `None` for a pipe or a device.
    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    /// The file, if it is a regular file (its content is in the page cache), not a pipe or a device.
    #[cfg(target_os = "linux")]
    pub(super) fn as_regular(&self) -> Option<&File> {
        // A read in progress moves the file offset.
        (self.regular && self.under_way.is_none()).then_some(&*self.file)
    }

    /// The next part, up to [`crate::net::buffers::BUFFER`] bytes; empty at the end. Starts the read of the part after
    /// it.
    ///
    /// Cancel-safe: a part that was read but not returned is returned by the next call.
    ///
    /// # Errors
    /// Fails if the read fails.
    pub(super) async fn next(&mut self) -> io::Result<Bytes> {
        let file = &self.file;
        let begin = || {
            let file = Arc::clone(file);
            start_blocking(move || read(&file))
        };
        let read = self.under_way.get_or_insert_with(begin).result().await;
        self.under_way = None;
        let bytes = read?;
        // Only a regular file is read ahead: a terminal or a pipe may have more after an end, which must stay unread.
        if !bytes.is_empty() && self.regular {
            self.under_way = Some(begin());
        }
        Ok(bytes)
    }
}

fn read(file: &File) -> io::Result<Bytes> {
    loop {
        match buffers::read(file) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::buffers;

    #[tokio::test]
    async fn the_parts_of_a_file_are_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let all: Vec<u8> = (0..3 * buffers::BUFFER as u32 + 17).map(|i| (i >> 5) as u8).collect();
        std::fs::write(&path, &all).unwrap();
        let mut ahead = FileReadAhead::open(&path).await.unwrap();
        let mut read = Vec::new();
        loop {
            let part = ahead.next().await.unwrap();
            if part.is_empty() {
                break;
            }
            read.extend_from_slice(&part);
        }
        assert!(read == all, "{} of {}", read.len(), all.len());
    }

    #[tokio::test]
    async fn a_directory_opens_and_says_what_it_is_when_it_is_read() {
        let mut ahead = FileReadAhead::open(Path::new("/")).await.unwrap();
        assert!(ahead.next().await.is_err());
    }
}
