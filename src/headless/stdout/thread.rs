//! A thread that writes, so that a slow reader holds up nobody but itself.

use std::fs::File;
use std::io::{self, Write as _};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::taken::{StdoutGone, TakenBytes};

/// How many blocks wait for the writer; then nothing more is taken from the sessions.
const MOST_BLOCKS: usize = 4;

/// How much is written at once: what a slow reader takes is seen while it takes it.
const PORTION: usize = 64 * 1024;

/// A writer on a thread of its own.
#[derive(Debug)]
pub(super) struct WriterThread {
    /// Closed once writing has failed.
    blocks: mpsc::Sender<Bytes>,
    permit: Option<mpsc::OwnedPermit<Bytes>>,
    written: oneshot::Receiver<io::Result<()>>,
}

impl WriterThread {
    /// Starts the writer.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub(super) fn start(mut file: File, taken: &TakenBytes) -> io::Result<Self> {
        let (blocks, mut queue) = mpsc::channel::<Bytes>(MOST_BLOCKS);
        let (done, written) = oneshot::channel();
        let taken = taken.clone();
        std::thread::Builder::new().name("stdout".to_owned()).spawn(move || {
            let mut write = || {
                while let Some(block) = queue.blocking_recv() {
                    for portion in block.chunks(PORTION) {
                        file.write_all(portion)?;
                        taken.add(portion.len());
                    }
                }
                Ok(())
            };
            let result = write();
            drop(queue);
            // Whoever does not wait for it does not want to know.
            done.send(result).unwrap_or_default();
        })?;
        Ok(WriterThread { blocks, permit: None, written })
    }

    /// Waits until there is room for a block. Cancel-safe.
    ///
    /// # Errors
    /// Writing has failed.
    pub(super) async fn ready(&mut self) -> Result<(), StdoutGone> {
        if self.permit.is_none() {
            self.permit = Some(self.blocks.clone().reserve_owned().await.map_err(|_| StdoutGone)?);
        }
        Ok(())
    }

    /// Takes a block: into the room that was waited for, or, for the first one, into an empty queue.
    pub(super) fn write(&mut self, block: Bytes) {
        match self.permit.take() {
            Some(permit) => drop(permit.send(block)),
            // A writer that failed says so at the end.
            None => self.blocks.try_send(block).unwrap_or_default(),
        }
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// Writing failed.
    pub(super) async fn finish(self) -> io::Result<()> {
        drop(self.permit);
        drop(self.blocks);
        self.written.await.unwrap_or(Ok(()))
    }
}
