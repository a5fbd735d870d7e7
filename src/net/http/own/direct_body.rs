//! A body of a known length, read from the socket itself.

use std::io;

use crate::net::buffers;
use crate::net::http::exchange::ExchangeTask;
use crate::net::http::fault;
use crate::net::http::receive::BodyReceiver;
use crate::net::http::response::HttpResponse;
use crate::net::stream::bulk_wait::FloodDetector;
use crate::wire::Failure;

/// How many reads are done before other tasks have their turn.
const TURN: u32 = 32;

impl ExchangeTask {
    /// Takes the part of the body that was read with the head, then reads the rest from the socket itself, as far as
    /// nothing but the body can come on it.
    ///
    /// # Errors
    /// Fails if the peer ended the body early, or if the connection broke.
    pub(in crate::net::http) async fn receive_directly(
        &self,
        answer: &mut HttpResponse,
        taking: &mut BodyReceiver,
        url: &str,
    ) -> Result<(), Failure> {
        loop {
            match answer.buffered_frame(taking.transfer_stage()) {
                Ok(Some(frame)) => self.receive_frame(frame, taking, url).await?,
                Ok(None) => break,
                Err(failed) => return Err(self.not_understood(failed, taking).await),
            }
        }
        self.store_joined(taking).await;
        let Some((source, all)) = answer.raw_body() else { return Ok(()) };
        let mut left = all;
        let mut paused = self.paused.clone();
        let mut reads = 0_u32;
        let mut flood = FloodDetector::sleeping();
        while left > 0 {
            // An error means that nobody can pause or continue any more.
            paused.wait_for(|paused| !paused).await.ok();
            tokio::select! {
                biased;
                Ok(()) = paused.changed() => continue,
                ready = flood.readable(source.stream()) => {
                    ready.map_err(|error| fault::from_read(&error, url, taking.transfer_stage()))?;
                }
            }
            match source.read(left).map_err(|error| fault::from_read(&error, url, taking.transfer_stage()))? {
                None => continue,
                Some(end) if end.is_empty() => {
                    let early = source.first_error().unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into());
                    return Err(fault::from_read(&early, url, taking.transfer_stage()));
                }
                Some(bytes) => {
                    let arrived = bytes.len() as u64;
                    left -= arrived;
                    taking.arrived += arrived;
                    answer.pass_body(arrived);
                    flood.read(source.stream(), bytes.len());
                    self.keep_block(buffers::freeze(bytes), taking).await;
                }
            }
            reads = reads.wrapping_add(1);
            if reads.is_multiple_of(TURN) {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }
}
