//! A thread that writes, so that a slow reader blocks only this thread.

use std::fs::File;
use std::io::{self, Write as _};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::taken::{StdoutGone, TakenBytes};
use crate::sessions::panic_guard::panic_point;

/// How many blocks may wait for the writer; when the queue is full, nothing more is taken from the sessions.
const MOST_BLOCKS: usize = 4;

/// Bytes of one write: small enough that the count shows progress of a slow reader.
const PORTION: usize = 64 * 1024;

/// A writer on its own thread.
#[derive(Debug)]
pub(super) struct WriterThread {
    /// Closed when writing has failed.
    blocks: mpsc::Sender<Bytes>,
    permit: Option<mpsc::OwnedPermit<Bytes>>,
    written: oneshot::Receiver<io::Result<()>>,
}

impl WriterThread {
    /// Starts the writer.
    ///
    /// # Errors
    /// Fails if no thread can be started.
    pub(super) fn start(mut file: File, taken: &TakenBytes) -> io::Result<Self> {
        let (blocks, mut queue) = mpsc::channel::<Bytes>(MOST_BLOCKS);
        let (done, written) = oneshot::channel();
        let taken = taken.clone();
        std::thread::Builder::new().name("stdout".to_owned()).spawn(move || {
            let mut write = || {
                panic_point("stdout");
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
            // If nobody waits for the result, nobody needs it.
            done.send(result).unwrap_or_default();
        })?;
        Ok(WriterThread { blocks, permit: None, written })
    }

    /// Waits until there is room for a block. Cancel-safe.
    ///
    /// # Errors
    /// Fails if writing has failed.
    pub(super) async fn ready(&mut self) -> Result<(), StdoutGone> {
        if self.permit.is_none() {
            self.permit = Some(self.blocks.clone().reserve_owned().await.map_err(|_| StdoutGone)?);
        }
        Ok(())
    }

    /// Waits until writing has failed. Cancel-safe.
    pub(super) async fn until_failed(&self) {
        self.blocks.closed().await;
    }

    /// Takes a block. Needs the room that [`WriterThread::ready`] waited for; the first block may come without it.
    pub(super) fn write(&mut self, block: Bytes) {
        match self.permit.take() {
            Some(permit) => drop(permit.send(block)),
            // If the writer has failed, `finish` returns the error.
            None => self.blocks.try_send(block).unwrap_or_default(),
        }
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// Fails if writing failed.
    pub(super) async fn finish(self) -> io::Result<()> {
        drop(self.permit);
        drop(self.blocks);
        self.written.await.unwrap_or(Ok(()))
    }
}
