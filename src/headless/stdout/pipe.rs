//! Writes into a pipe without blocking on its reader.

use std::io;

use bytes::{Buf as _, Bytes};

use super::taken::TakenBytes;

/// Writes as much as possible without blocking, and removes it from `rest`. After an error of kind `WouldBlock`, `rest`
/// holds the bytes that were not written.
pub(super) fn write(pipe: &impl std::os::fd::AsFd, rest: &mut Bytes, counted: &TakenBytes) -> io::Result<()> {
    use rustix::io::ReadWriteFlags;

    while !rest.is_empty() {
        // Offset -1 means the current file position, which is the only one that a pipe has.
        match rustix::io::pwritev2(pipe, &[io::IoSlice::new(rest)], u64::MAX, ReadWriteFlags::NOWAIT) {
            Ok(taken) => {
                rest.advance(taken);
                counted.add(taken);
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_full_pipe_takes_what_it_can_and_the_rest_when_it_was_read() {
        let (from, to) = std::io::pipe().unwrap();
        let to = File::from(std::os::fd::OwnedFd::from(to));
        let all: Vec<u8> = (0..1_000_000_u32).map(|i| (i >> 3) as u8).collect();
        let mut rest = Bytes::from(all.clone());
        let mut read = Vec::new();
        let mut buffer = vec![0; 50_000];
        let taken = TakenBytes::default();
        while let Err(error) = write(&to, &mut rest, &taken) {
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{error}");
            let count = (&from).read(&mut buffer).unwrap();
            read.extend_from_slice(&buffer[..count]);
        }
        drop(to);
        (&from).read_to_end(&mut read).unwrap();
        assert!(read == all, "{} bytes of {}", read.len(), all.len());
        assert_eq!(taken.all(), all.len() as u64);
    }
}
