//! Pooled large read buffers, so that a flood does not fault in fresh memory for every read.

use std::fs::File;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Bytes of one buffer.
pub(crate) const BUFFER: usize = 256 * 1024;

/// How many buffers the pool keeps, for the whole process (10 MiB): slightly more than one journal holds, so that a
/// flood reuses the same ones. More go back to the allocator.
const MOST_SPARE: usize = 40;

/// Last in, first out: the buffer returned last is the likeliest to be in a cache.
static SPARE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

fn lock_pool() -> MutexGuard<'static, Vec<Vec<u8>>> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An empty buffer of [`BUFFER`] bytes.
pub(crate) fn take_buffer() -> Vec<u8> {
    lock_pool().pop().unwrap_or_else(|| Vec::with_capacity(BUFFER))
}

/// Returns a buffer to the pool; its content is discarded.
pub(crate) fn give_back(mut buffer: Vec<u8>) {
    buffer.clear();
    let mut spare = lock_pool();
    if buffer.capacity() >= BUFFER && spare.len() < MOST_SPARE {
        spare.push(buffer);
    }
}

/// Turns a buffer into `Bytes`; the buffer returns to the pool when the last holder drops them. A buffer less than
/// three quarters full is copied, so that kept bytes need little more memory than they have.
pub(crate) fn freeze(buffer: Vec<u8>) -> Bytes {
    if buffer.len() < BUFFER / 4 * 3 {
        let bytes = Bytes::copy_from_slice(&buffer);
        give_back(buffer);
        return bytes;
    }
    Bytes::from_owner(LentBuffer(buffer))
}

/// Reads once from a file, up to [`BUFFER`] bytes; empty at its end.
///
/// # Errors
/// Fails if the read fails.
pub(crate) fn read(file: &File) -> io::Result<Bytes> {
    let mut buffer = take_buffer();
    match read_at(file, &mut buffer) {
        Ok(()) => Ok(freeze(buffer)),
        Err(error) => {
            give_back(buffer);
            Err(error)
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut Vec<u8>) -> io::Result<()> {
    rustix::io::read(file, rustix::buffer::spare_capacity(buffer))?;
    Ok(())
}

#[cfg(not(unix))]
fn read_at(mut file: &File, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.resize(BUFFER, 0);
    let length = io::Read::read(&mut file, buffer)?;
    buffer.truncate(length);
    Ok(())
}

struct LentBuffer(Vec<u8>);

impl AsRef<[u8]> for LentBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for LentBuffer {
    fn drop(&mut self) {
        give_back(std::mem::take(&mut self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_the_same_whether_it_fills_its_buffer_or_not() {
        for len in [1, BUFFER / 2, BUFFER] {
            let mut buffer = take_buffer();
            assert!(buffer.is_empty() && buffer.capacity() >= BUFFER);
            buffer.resize(len, 7);
            let bytes = freeze(buffer);
            assert!(bytes.len() == len && bytes.iter().all(|byte| *byte == 7));
        }
    }

    #[test]
    fn no_more_than_a_number_of_buffers_wait() {
        let all: Vec<Vec<u8>> = (0..MOST_SPARE + 9).map(|_| Vec::with_capacity(BUFFER)).collect();
        all.into_iter().for_each(give_back);
        assert!(lock_pool().len() <= MOST_SPARE);
    }
}
