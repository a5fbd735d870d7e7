//! The reader: bytes of a connection in, events out.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::Bytes;

use crate::wire::http1::bounds::MOST_HEAD_BYTES;
use crate::wire::http1::chunks::{ChunkDecoder, ChunkStep};
use crate::wire::http1::collector::{Collected, SectionCollector};
use crate::wire::http1::error::{Http1Error, Http1Fault, Http1Refusal};
use crate::wire::http1::event::{BodyPiece, HeadlessBegin, Http1Event, MessageEnd, SurplusCause, SurplusPiece};
use crate::wire::http1::framing::{BodilessCause, BodyFraming, CloseCause, Persistence, TunnelCause};
use crate::wire::http1::head::{Http1Head, parse_head};
use crate::wire::http1::place::ReadingPlace;
use crate::wire::http1::role::MessageRole;
use crate::wire::http1::start::HeadStart;

/// The next event, none until more bytes come, or the end of reading.
pub type ReadOutcome<S> = Result<Option<Http1Event<S>>, Http1Error>;

/// Where the reader is.
#[derive(Debug)]
enum ReaderStage {
    /// Between two messages.
    Idle,
    /// In a head.
    Head(SectionCollector),
    /// In a body of known length.
    Length { promised: u64, left: u64 },
    /// In a chunked body.
    Chunked(Box<ChunkDecoder>),
    /// In a body until the connection is closed.
    UntilClose { arrived: u64 },
    /// In a tunnel.
    Tunnel,
    /// No message may follow.
    Over,
    /// Reading failed.
    Failed(Http1Error),
}

/// Reads the messages that arrive on one connection, in whatever slices they come.
///
/// It holds a head, a trailer section or the line of a chunk, each within its bound (1 MiB, 256 KiB, 64 KiB), and no byte
/// of a body. The bytes may be split in any way: the events are the same, but that pieces of bodies and surplus follow the
/// slices. The time is linear in the bytes.
#[derive(Debug)]
pub struct Http1Reader<R: MessageRole> {
    pub(super) role: R,
    stage: ReaderStage,
    /// The offset of the next byte.
    offset: u64,
    /// Events that are found and not yet given: the few of one step.
    pending: VecDeque<Http1Event<R::Start>>,
    /// Interim heads since the last final one.
    interim: u64,
    /// What the connection can be used for behind the current message.
    persistence: Persistence,
    surplus_cause: SurplusCause,
    saw_surplus: bool,
}

impl<R: MessageRole> Http1Reader<R> {
    pub(super) fn of_role(role: R) -> Http1Reader<R> {
        Http1Reader {
            role,
            stage: ReaderStage::Idle,
            offset: 0,
            pending: VecDeque::new(),
            interim: 0,
            persistence: Persistence::Kept,
            surplus_cause: SurplusCause::Unasked,
            saw_surplus: false,
        }
    }

    /// Takes bytes from the beginning of the input, up to the next event. Says how many it took, also with an error.
    ///
    /// Call it with the rest of the input until it says `Ok(None)`: then all of the input was taken, or a tunnel begins
    /// with the rest. With an empty input it gives events that are already found. After an error it takes nothing, and
    /// says the same error again.
    pub fn read(&mut self, input: &[u8]) -> (usize, ReadOutcome<R::Start>) {
        let mut taken = 0;
        loop {
            if let Some(event) = self.pending.pop_front() {
                return (taken, Ok(Some(event)));
            }
            if let ReaderStage::Failed(error) = &self.stage {
                return (taken, Err(error.clone()));
            }
            let before = taken;
            taken = self.step(input, taken);
            if taken == before && self.pending.is_empty() && !matches!(self.stage, ReaderStage::Failed(_)) {
                return (taken, Ok(None));
            }
        }
    }

    /// The peer finished sending (FIN). Call it until it says `Ok(None)` or an error; a message that is cut short is one.
    pub fn finish(&mut self) -> ReadOutcome<R::Start> {
        if self.pending.is_empty() {
            self.finish_stage();
        }
        match (self.pending.pop_front(), &self.stage) {
            (Some(event), _) => Ok(Some(event)),
            (None, ReaderStage::Failed(error)) => Err(error.clone()),
            (None, _) => Ok(None),
        }
    }

    /// Bytes of the body that are to come, where they can be moved past the reader with [`pass_body`](Self::pass_body): the
    /// rest of a body of known length, or of a chunk's data. `None` elsewhere, and while events wait to be read.
    pub fn body_remaining(&self) -> Option<u64> {
        match &self.stage {
            _ if !self.pending.is_empty() => None,
            ReaderStage::Length { left, .. } => Some(*left),
            ReaderStage::Chunked(decoder) => Some(decoder.data_left()).filter(|left| *left > 0),
            ReaderStage::Idle
            | ReaderStage::Head(_)
            | ReaderStage::UntilClose { .. }
            | ReaderStage::Tunnel
            | ReaderStage::Over
            | ReaderStage::Failed(_) => None,
        }
    }

    /// Counts bytes of the body as arrived that the reader does not see. Says how many it counted: at most
    /// [`body_remaining`](Self::body_remaining), or all in a body until the connection is closed. Then read on, first with
    /// an empty input: the end of the message may be found.
    pub fn pass_body(&mut self, bytes: u64) -> u64 {
        let passed = match &mut self.stage {
            _ if !self.pending.is_empty() => 0,
            ReaderStage::UntilClose { arrived } => {
                *arrived = arrived.saturating_add(bytes);
                bytes
            }
            ReaderStage::Length { left, .. } => {
                let passed = bytes.min(*left);
                *left -= passed;
                passed
            }
            ReaderStage::Chunked(decoder) => decoder.pass_data(bytes),
            ReaderStage::Idle
            | ReaderStage::Head(_)
            | ReaderStage::Tunnel
            | ReaderStage::Over
            | ReaderStage::Failed(_) => 0,
        };
        self.offset = self.offset.saturating_add(passed);
        self.end_whole_length();
        passed
    }

    /// Ends HTTP on this connection: a server agreed to CONNECT or Upgrade. What follows is not taken. It may be called
    /// behind the end of a message; elsewhere it does nothing and says so.
    pub fn begin_tunnel(&mut self) -> bool {
        let is_between = matches!(self.stage, ReaderStage::Idle | ReaderStage::Over) && self.pending.is_empty();
        if is_between {
            self.stage = ReaderStage::Tunnel;
        }
        is_between
    }

    /// The offset of the next byte, from the first byte of the connection.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether another message can follow: the last one is whole, keeps the connection, and no surplus came.
    pub fn is_reusable(&self) -> bool {
        matches!(self.stage, ReaderStage::Idle) && self.pending.is_empty() && !self.saw_surplus
    }

    /// Where the reader is: what a RST or a time-out now cuts short.
    pub fn place(&self) -> ReadingPlace {
        match &self.stage {
            ReaderStage::Idle | ReaderStage::Over if !self.role.may_finish() => {
                ReadingPlace::BeforeHead { interim: self.interim }
            }
            ReaderStage::Idle => ReadingPlace::Idle,
            ReaderStage::Head(head) if head.len() == 0 => ReadingPlace::BeforeHead { interim: self.interim },
            ReaderStage::Head(head) => ReadingPlace::InHead { arrived: head.len() as u64 },
            ReaderStage::Length { promised, left } => {
                ReadingPlace::InBody { promised: *promised, arrived: promised - left }
            }
            ReaderStage::Chunked(decoder) => decoder.place(),
            ReaderStage::UntilClose { arrived } => ReadingPlace::UntilClose { arrived: *arrived },
            ReaderStage::Tunnel => ReadingPlace::Tunnel,
            ReaderStage::Over => ReadingPlace::Over,
            ReaderStage::Failed(_) => ReadingPlace::Failed,
        }
    }

    /// One step from `from` on; says up to where it took the input.
    fn step(&mut self, input: &[u8], from: usize) -> usize {
        let rest = &input[from..];
        if rest.is_empty() {
            return from;
        }
        let start = self.offset;
        let piece = |bytes: usize| BodyPiece { offset: start, range: from..from + bytes };
        let bytes = match &mut self.stage {
            ReaderStage::Idle if self.role.awaits() && !self.saw_surplus => {
                let judge = <R::Start as HeadStart>::verdict;
                self.stage = ReaderStage::Head(SectionCollector::for_head(start, judge, MOST_HEAD_BYTES));
                return self.step(input, from);
            }
            ReaderStage::Idle | ReaderStage::Over => {
                self.saw_surplus = true;
                let BodyPiece { offset, range } = piece(rest.len());
                self.pending.push_back(Http1Event::Surplus(SurplusPiece { offset, range, cause: self.surplus_cause }));
                rest.len()
            }
            ReaderStage::Head(collector) => {
                let (bytes, collected) = collector.take(rest);
                self.offset += bytes as u64;
                self.on_collected(collected);
                return from + bytes;
            }
            ReaderStage::Length { left, .. } => {
                let bytes = usize::try_from(*left).map_or(rest.len(), |left| left.min(rest.len()));
                *left -= bytes as u64;
                self.pending.push_back(Http1Event::Body(piece(bytes)));
                bytes
            }
            ReaderStage::UntilClose { arrived } => {
                *arrived += rest.len() as u64;
                self.pending.push_back(Http1Event::Body(piece(rest.len())));
                rest.len()
            }
            ReaderStage::Chunked(_) => return from + self.step_chunks(rest, from),
            ReaderStage::Tunnel | ReaderStage::Failed(_) => 0,
        };
        self.offset += bytes as u64;
        self.end_whole_length();
        from + bytes
    }

    fn step_chunks(&mut self, rest: &[u8], from: usize) -> usize {
        let ReaderStage::Chunked(decoder) = &mut self.stage else { return 0 };
        let (bytes, step) = decoder.step(rest, self.offset);
        self.offset += bytes as u64;
        self.pending.extend(decoder.broken.drain(..).map(Http1Event::Broken));
        match step {
            Ok(ChunkStep::Nothing) => {}
            Ok(ChunkStep::Line(line)) => self.pending.push_back(Http1Event::Chunk(line)),
            Ok(ChunkStep::Data(data)) => {
                let offset = self.offset - data as u64;
                let range = from + bytes - data..from + bytes;
                self.pending.push_back(Http1Event::Body(BodyPiece { offset, range }));
            }
            Ok(ChunkStep::End(trailers)) => {
                let body_bytes = decoder.body_bytes;
                self.pending.extend(trailers.map(Http1Event::Trailers));
                self.end_message(body_bytes, SurplusCause::BehindChunks);
            }
            Err(error) => self.stage = ReaderStage::Failed(error),
        }
        bytes
    }

    /// Ends a body of known length that is whole.
    fn end_whole_length(&mut self) {
        if let ReaderStage::Length { promised, left: 0 } = self.stage {
            self.end_message(promised, SurplusCause::BeyondLength);
        }
    }

    fn on_collected(&mut self, collected: Collected) {
        let ReaderStage::Head(collector) = std::mem::replace(&mut self.stage, ReaderStage::Idle) else { return };
        let offset = collector.offset;
        match collected {
            Collected::Part => self.stage = ReaderStage::Head(collector),
            Collected::Whole => self.on_head_bytes(collector.into_bytes(), offset),
            Collected::Differs if self.role.takes_headless() => self.begin_headless(collector),
            Collected::Differs => {
                let at = self.offset - 1;
                self.refuse(Http1Refusal::NotHttp, at, 1, collector.into_bytes());
            }
            Collected::Full => {
                let bytes = collector.len();
                self.refuse(Http1Refusal::HeadTooLong, offset, bytes, collector.into_bytes());
            }
        }
    }

    fn on_head_bytes(&mut self, bytes: Bytes, offset: u64) {
        match parse_head::<R::Start>(bytes.clone(), offset) {
            Ok((start, section)) => {
                let judged = self.role.judge(start, section);
                if judged.is_interim {
                    self.interim += 1;
                    self.pending.push_back(Http1Event::Interim(Box::new(judged.head)));
                } else {
                    self.begin_body(judged.head, judged.refusal);
                }
            }
            Err(refused) => {
                let at = offset + refused.range.start as u64;
                self.refuse(refused.refusal, at, refused.range.len(), bytes);
            }
        }
    }

    fn begin_body(&mut self, head: Http1Head<R::Start>, refusal: Option<(Http1Refusal, Range<usize>)>) {
        let (framing, head_offset) = (head.framing, head.section.offset());
        self.persistence = head.persistence;
        self.pending.push_back(Http1Event::Head(Box::new(head)));
        match framing {
            BodyFraming::Length(promised) => {
                self.stage = ReaderStage::Length { promised, left: promised };
                self.end_whole_length();
            }
            BodyFraming::Chunked => self.stage = ReaderStage::Chunked(Box::new(ChunkDecoder::new(self.offset))),
            BodyFraming::UntilClose => self.stage = ReaderStage::UntilClose { arrived: 0 },
            BodyFraming::Bodiless(BodilessCause::NotAnnounced) => self.end_message(0, SurplusCause::BeyondLength),
            BodyFraming::Bodiless(
                BodilessCause::Head | BodilessCause::Interim | BodilessCause::NoContent | BodilessCause::NotModified,
            ) => self.end_message(0, SurplusCause::BehindBodiless),
            BodyFraming::Tunnel(cause) => self.enter_tunnel(cause),
            BodyFraming::Unknown => {
                // The role gives the reason with this framing; the head itself is the best that is left to point at.
                let (refusal, range) = refusal.unwrap_or((Http1Refusal::LengthInvalid, 0..0));
                self.refuse(refusal, head_offset + range.start as u64, range.len(), Bytes::new());
            }
        }
    }

    fn enter_tunnel(&mut self, cause: TunnelCause) {
        self.stage = ReaderStage::Tunnel;
        self.role.on_end();
        self.pending.push_back(Http1Event::Tunnel { offset: self.offset, cause });
    }

    fn begin_headless(&mut self, collector: SectionCollector) {
        self.stage = ReaderStage::UntilClose { arrived: collector.len() as u64 };
        self.persistence = Persistence::Closes(CloseCause::UntilClose);
        let offset = collector.offset;
        self.pending.push_back(Http1Event::Headless(HeadlessBegin { offset, came: collector.into_bytes() }));
    }

    fn end_message(&mut self, body_bytes: u64, surplus_cause: SurplusCause) {
        self.role.on_end();
        self.interim = 0;
        self.surplus_cause = surplus_cause;
        let persistence = self.persistence;
        self.stage = if persistence == Persistence::Kept { ReaderStage::Idle } else { ReaderStage::Over };
        self.pending.push_back(Http1Event::End(MessageEnd { offset: self.offset, body_bytes, persistence }));
    }

    fn refuse(&mut self, refusal: Http1Refusal, offset: u64, bytes: usize, came: Bytes) {
        let fault = Http1Fault::Refused(refusal);
        self.stage = ReaderStage::Failed(Http1Error { fault, offset, bytes: bytes as u64, came });
    }

    fn finish_stage(&mut self) {
        let place = self.place();
        let cut_short =
            |offset: u64, came: Bytes| Http1Error { fault: Http1Fault::CutShort(place), offset, bytes: 0, came };
        match std::mem::replace(&mut self.stage, ReaderStage::Over) {
            ReaderStage::Idle | ReaderStage::Over if !self.role.may_finish() => {
                self.stage = ReaderStage::Failed(cut_short(self.offset, Bytes::new()));
            }
            ReaderStage::Idle | ReaderStage::Over => {}
            ReaderStage::Head(collector) if self.role.takes_headless() && !collector.has_begun() => {
                self.begin_headless(collector);
            }
            ReaderStage::Head(collector) => {
                self.stage = ReaderStage::Failed(cut_short(self.offset, collector.into_bytes()));
            }
            ReaderStage::Length { .. } => self.stage = ReaderStage::Failed(cut_short(self.offset, Bytes::new())),
            ReaderStage::Chunked(mut decoder) => match decoder.finish(self.offset) {
                Ok(trailers) => {
                    self.pending.extend(decoder.broken.drain(..).map(Http1Event::Broken));
                    self.pending.extend(trailers.map(Http1Event::Trailers));
                    self.persistence = Persistence::Closes(CloseCause::PeerFinished);
                    self.end_message(decoder.body_bytes, SurplusCause::BehindChunks);
                }
                Err(error) => self.stage = ReaderStage::Failed(error),
            },
            ReaderStage::UntilClose { arrived } => self.end_message(arrived, SurplusCause::BeyondLength),
            ReaderStage::Tunnel => self.stage = ReaderStage::Tunnel,
            ReaderStage::Failed(error) => self.stage = ReaderStage::Failed(error),
        }
    }
}
