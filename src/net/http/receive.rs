//! Receives a response's body: decodes, joins, counts and keeps it.

use std::task::Poll;
use std::time::Instant;

use bytes::Bytes;

use super::body_frame::{BodyFailure, BodyFrame};
use super::coalesce::BlockCoalescer;
use super::coding::{BodyDecoder, ContentCodings};
use super::exchange::{ExchangeTask, GAUGE_EVERY};
use super::fault::TransferStage;
use super::own::UploadFault;
use super::response::{HttpResponse, ResponseTimes};
use crate::net::fault::from_io;
use crate::sessions::news::{HttpNews, HttpPhase};
use crate::sessions::{Block, News};
use crate::text::sanitize::quoted;
use crate::wire::{Class, Direction, FailedOperation, Failure, FailureReason};

/// A body of at least this length is read from the socket itself, past the reader of HTTP: 256 KiB.
const WORTH_IT: u64 = 256 * 1024;

/// A body that is being received.
pub(super) struct BodyReceiver {
    promised: Option<u64>,
    /// Bytes of it as received, before decoding.
    pub(super) arrived: u64,
    joined: BlockCoalescer,
    decoder: Option<BodyDecoder>,
    /// A byte of it was decoded.
    is_decoded: bool,
    gauged: Instant,
}

impl BodyReceiver {
    /// The current stage, with the bytes so far.
    pub(super) fn transfer_stage(&self) -> TransferStage {
        TransferStage::Body { arrived: self.arrived, promised: self.promised }
    }
}

fn bad_coding(operation: FailedOperation, url: &str, why: String) -> Failure {
    Failure::new(Class::Protocol, operation, url, why).with_reason(FailureReason::BadContentCoding)
}

/// The response is whole, and the request was not sent to its end.
fn upload_warning(fault: UploadFault, url: &str) -> Failure {
    match fault {
        UploadFault::Body(failure) => failure,
        UploadFault::Socket(error) => {
            let failure = from_io(FailedOperation::Send, url, &error);
            let message =
                format!("the response came, but the request's body was not sent to its end: {}", failure.message);
            Failure { message, ..failure }
        }
        UploadFault::GivenUp => {
            let why = "the response was whole before the request's body was sent: the rest is not sent";
            Failure::new(Class::CutShort, FailedOperation::Send, url, why)
        }
    }
}

impl ExchangeTask {
    /// Receives the body, piece by piece, and the trailer fields after it.
    ///
    /// # Errors
    /// Fails if the body is not what its head promised, or if the connection broke. What came before is kept.
    pub(super) async fn receive(&self, mut answer: HttpResponse, url: &str) -> Result<(), Failure> {
        let broken = |why: String| bad_coding(FailedOperation::Read, url, why);
        let promised = answer.declared_length();
        self.update_gauge(|gauge| gauge.expected_bytes = promised);
        let mut decoder = None;
        if self.spec.compressed {
            match BodyDecoder::from_codings(answer.values("content-encoding")).map_err(broken)? {
                ContentCodings::Plain => {}
                ContentCodings::Known(known) => decoder = Some(known),
                ContentCodings::Unknown(name) => {
                    let why = format!("content coding {} is not known: the body is shown as it comes", quoted(&name));
                    self.gate.news(News::Warned(bad_coding(FailedOperation::Decode, url, why))).await;
                }
            }
        }
        let mut taking = BodyReceiver {
            promised,
            arrived: 0,
            joined: BlockCoalescer::default(),
            decoder,
            is_decoded: false,
            gauged: Instant::now(),
        };
        let is_long = taking.decoder.is_none() && promised.is_some_and(|promised| promised >= WORTH_IT);
        let mut took = if is_long { self.receive_directly(&mut answer, &mut taking, url).await } else { Ok(()) };
        if took.is_ok() {
            took = self.take_all(&mut answer, &mut taking, url).await;
        }
        self.store_joined(&mut taking).await;
        took?;
        let ResponseTimes { asked, first_byte } = answer.times();
        self.gate.phase(HttpPhase::Receive, first_byte, Instant::now()).await;
        if answer.status() < 400 {
            // Only an error says that the rest of the request is not wanted (RFC 9112 §9.5).
            std::future::poll_fn(|cx| answer.poll_sent(cx)).await;
        }
        if let Some(sent) = answer.take_sent_at() {
            self.gate.phase(HttpPhase::Send, asked, sent).await;
        }
        if let Some(fault) = answer.take_upload_fault() {
            self.gate.news(News::Warned(upload_warning(fault, url))).await;
        }
        taking.decoder.map_or(Ok(()), |decoder| decoder.finish().map_err(broken))
    }

    async fn take_all(&self, answer: &mut HttpResponse, taking: &mut BodyReceiver, url: &str) -> Result<(), Failure> {
        while let Some(frame) = self.next_frame(answer, taking).await? {
            self.receive_frame(frame, taking, url).await?;
        }
        Ok(())
    }

    pub(super) async fn receive_frame(
        &self,
        frame: BodyFrame,
        taking: &mut BodyReceiver,
        url: &str,
    ) -> Result<(), Failure> {
        match frame {
            BodyFrame::Data(piece) => return self.receive_piece(piece, taking, url).await,
            BodyFrame::Trailers(fields) => {
                self.store_joined(taking).await;
                self.gate.news(News::Http(HttpNews::Trailers(fields))).await;
            }
            BodyFrame::Broken(broken) => {
                self.store_joined(taking).await;
                self.gate.news(News::Http(HttpNews::BrokenRule(broken))).await;
            }
        }
        Ok(())
    }

    /// The next frame, once reading is not paused. During a pause the body is not polled, and the window closes. Joined
    /// bytes are recorded before any wait.
    async fn next_frame(
        &self,
        answer: &mut HttpResponse,
        taking: &mut BodyReceiver,
    ) -> Result<Option<BodyFrame>, Failure> {
        let mut paused = self.paused.clone();
        let stage_now = taking.transfer_stage();
        let stage = || stage_now;
        loop {
            if *paused.borrow_and_update() {
                self.store_joined(taking).await;
                let mut continued = std::pin::pin!(paused.wait_for(|paused| !paused));
                std::future::poll_fn(|cx| {
                    // Only reading is paused.
                    let _sent = answer.poll_sent(cx);
                    // An error means that nobody can pause or continue any more.
                    continued.as_mut().poll(cx).map(|_| ())
                })
                .await;
            }
            let frame = match poll_frame_now(answer, stage_now).await {
                Some(frame) => frame,
                None => {
                    self.store_joined(taking).await;
                    tokio::select! {
                        biased;
                        Ok(()) = paused.changed() => continue,
                        frame = std::future::poll_fn(|cx| answer.poll_frame(cx, stage)) => frame,
                    }
                }
            };
            return match frame.transpose() {
                Ok(frame) => Ok(frame),
                Err(failed) => Err(self.not_understood(failed, taking).await),
            };
        }
    }

    /// Tells what came and is no part of the body, and gives the failure.
    pub(super) async fn not_understood(&self, failed: BodyFailure, taking: &mut BodyReceiver) -> Failure {
        self.store_joined(taking).await;
        if let Some(broken) = failed.not_understood {
            self.gate.news(News::Http(HttpNews::BrokenRule(*broken))).await;
        }
        failed.failure
    }

    async fn receive_piece(&self, piece: Bytes, taking: &mut BodyReceiver, url: &str) -> Result<(), Failure> {
        taking.arrived += piece.len() as u64;
        let mut decoder = taking.decoder.take();
        match &mut decoder {
            None => self.join(piece, taking).await,
            Some(decoder) if !piece.is_empty() => {
                decoder.push_input(piece.clone());
                loop {
                    match decoder.next() {
                        Ok(Some(decoded)) => {
                            taking.is_decoded = true;
                            self.join(decoded, taking).await;
                        }
                        Ok(None) => break,
                        Err(why) => {
                            // What was never coded is kept as it came.
                            if !taking.is_decoded {
                                self.join(piece, taking).await;
                            }
                            return Err(bad_coding(FailedOperation::Read, url, why));
                        }
                    }
                }
            }
            Some(_) => {}
        }
        taking.decoder = decoder;
        Ok(())
    }

    async fn join(&self, mut piece: Bytes, taking: &mut BodyReceiver) {
        while !piece.is_empty() {
            taking.joined.append(&mut piece);
            if taking.joined.is_full() {
                self.store_joined(taking).await;
            }
        }
    }

    /// Counts and keeps the joined bytes.
    pub(super) async fn store_joined(&self, taking: &mut BodyReceiver) {
        match taking.joined.block() {
            Some(block) => self.keep_block(block, taking).await,
            None => self.update_gauge(|gauge| gauge.wire_body_bytes = taking.arrived),
        }
    }

    /// Counts and keeps a block.
    pub(super) async fn keep_block(&self, block: Bytes, taking: &mut BodyReceiver) {
        let arrived = taking.arrived;
        self.update_gauge(|gauge| {
            gauge.wire_body_bytes = arrived;
            gauge.body_bytes += block.len() as u64;
        });
        self.gate.block(Block::single_piece(Direction::Received, Instant::now(), block)).await;
        if taking.gauged.elapsed() >= GAUGE_EVERY {
            taking.gauged = Instant::now();
            self.sample_connection();
        }
    }
}

/// Polls the response once; `None` if nothing has arrived.
async fn poll_frame_now(
    answer: &mut HttpResponse,
    stage: TransferStage,
) -> Option<Option<Result<BodyFrame, BodyFailure>>> {
    std::future::poll_fn(|cx| {
        Poll::Ready(match answer.poll_frame(cx, || stage) {
            Poll::Ready(frame) => Some(frame),
            Poll::Pending => None,
        })
    })
    .await
}
