//! `--json`: each record as one or more lines.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Map, Value};

use super::event::fields::EventFields;
use super::event::secrets::mask_fields;
use super::event::{kernel, news, udp};
use super::format::{PendingItems, RecordFormat};
use super::job::OutputFormat;
use super::json_item::{DatagramBlock, JsonItem, StreamBlock};
use super::json_line::{line, seconds};
use super::payload::{self, MOST_IN_A_LINE};
use super::repeat;
use super::segment_events::{SegmentEvent, SegmentQueue};
use crate::net::OverflowPolicy;
use crate::sessions::news::{ListenerNews, TcpNews, UnixNews};
use crate::sessions::panic_guard::panic_point;
use crate::sessions::repeat::run::RepeatReading;
use crate::sessions::{News, Reading, Record, Session, SessionId, Spec};
use crate::text::secret::SecretDisplay;
use crate::wire::kernel::view::KernelView;
use crate::wire::{Direction, Totals};

/// Bytes in one block for standard output, approximately: 128 KiB.
const BLOCK: usize = 128 * 1024;

/// Lines are written on another thread if the next block has at least this many bytes, or if [`MANY`] records wait.
const LARGE: usize = 32 * 1024;
const MANY: usize = 64;

/// How often the state of a repeated run is reported while it goes on.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The JSON format, and the values besides records that wait to be written.
#[derive(Debug)]
pub(crate) struct JsonFormat {
    started: Instant,
    asks_beside: bool,
    /// When the repeated run was last reported; there is at most one such run.
    looked: Option<Instant>,
    /// Readings of repeated runs that wait to be written: one, or the last two.
    looks: Vec<(SessionId, Instant, Arc<RepeatReading>)>,
    secrets: SecretDisplay,
    /// True: samples of the kernel's gauges are written.
    gauges: bool,
    /// Kernel samples that wait to be written: one for each session that was sampled.
    samples: Vec<(SessionId, Instant, Arc<KernelView>)>,
    segments: SegmentQueue,
}

/// Whether a view has more than the queues that any socket has.
fn has_gauges(view: &KernelView) -> bool {
    view.tcp.is_some() || view.unix.is_some() || view.accept_queue.is_some()
}

impl RecordFormat for JsonFormat {
    const MANNER: OutputFormat = OutputFormat::Json;
    const OVERFLOW: OverflowPolicy = OverflowPolicy::DropOldest;
    const LEDGERS: bool = true;

    type Item = JsonItem;

    fn wants_second_opinion(&self) -> bool {
        self.asks_beside
    }

    fn adjust_spec(&mut self, _spec: &mut Spec) {}

    fn on_reading(&mut self, session: &Session, reading: &Reading) {
        if self.gauges
            && let Some(view) =
                reading.kernel.as_ref().filter(|view| session.kernel.as_ref() != Some(view) && has_gauges(view))
        {
            let is_fact = |record: &Record| match record {
                Record::News { news, .. } => matches!(
                    news,
                    News::Tcp(TcpNews::Kernel(_))
                        | News::Unix(UnixNews::Kernel(_))
                        | News::Listener(ListenerNews::Kernel(_))
                ),
                Record::Block(_) | Record::NotKept { .. } => false,
            };
            if !reading.records.iter().any(is_fact) {
                self.samples.push((reading.id, Instant::now(), Arc::clone(view)));
            }
        }
        if let Some(capture) = &reading.capture {
            self.segments.on_capture(reading.id, capture);
        }
        if let Some(look) = &reading.repeat {
            let now = Instant::now();
            let due = self.looked.is_none_or(|at| now.duration_since(at) >= LOOK_EVERY);
            if due || look.final_one {
                self.looked = Some(now);
                self.looks.push((reading.id, now, Arc::clone(look)));
            }
        }
    }

    fn has_output_waiting(&self) -> bool {
        !self.looks.is_empty() || !self.samples.is_empty() || !self.segments.is_empty()
    }

    fn item(&self, session: &Session, record: Record) -> JsonItem {
        JsonItem::of(session, record)
    }

    fn is_heavy(&self, pending: &PendingItems<JsonItem>) -> bool {
        pending.len() >= MANY || pending.front().is_some_and(|(_, item)| item.bytes() >= LARGE)
    }

    fn render(&mut self, pending: &mut PendingItems<JsonItem>) -> Bytes {
        panic_point("render");
        let mut lines = Vec::new();
        self.write_looks(&mut lines, pending.is_empty());
        for (id, at, view) in std::mem::take(&mut self.samples) {
            self.write(&mut lines, at, id, "kernel", kernel::gauges(&view));
        }
        while lines.len() < BLOCK
            && let Some((id, item)) = pending.pop_front()
        {
            self.write_segments_before(&mut lines, id, &item);
            self.write_summary_before(&mut lines, id, &item);
            match item {
                JsonItem::Stream(stream) => self.write_stream(&mut lines, id, &stream, pending),
                JsonItem::Datagrams(datagrams) => self.write_datagrams(&mut lines, id, &datagrams),
                JsonItem::NotKept { direction, totals, datagrams } => {
                    self.write(&mut lines, Instant::now(), id, "not_kept", not_kept(direction, totals, datagrams));
                }
                JsonItem::Fact { at, news, meaning } => {
                    let (name, mut fields) = news::event(&news, self.secrets);
                    let mut meaning = meaning;
                    mask_fields(&mut meaning, SecretDisplay::Masked);
                    fields.extend(meaning);
                    self.write(&mut lines, at, id, name, fields);
                }
                JsonItem::Closed { at, fields } => self.write(&mut lines, at, id, "closed", fields),
            }
        }
        while pending.is_empty()
            && lines.len() < BLOCK
            && let Some(event) = self.segments.next()
        {
            self.write_segment(&mut lines, event);
        }
        lines.into()
    }
}

impl JsonFormat {
    /// Writes the readings of repeat runs. While facts wait, the summary of a run that is over waits for its end.
    fn write_looks(&mut self, lines: &mut Vec<u8>, all: bool) {
        let (now, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.looks).into_iter().partition(|(.., look)| all || !look.final_one);
        self.looks = later;
        for (id, at, look) in now {
            let (name, fields) = repeat::event(&look);
            self.write(lines, at, id, name, fields);
        }
    }

    /// Writes the summary of a run before the fact that ends it, with the time of that.
    fn write_summary_before(&mut self, lines: &mut Vec<u8>, id: SessionId, item: &JsonItem) {
        let end = match item {
            JsonItem::Fact { at, news: News::Failed(_), .. } | JsonItem::Closed { at, .. } => *at,
            JsonItem::Fact { .. } | JsonItem::Stream(_) | JsonItem::Datagrams(_) | JsonItem::NotKept { .. } => return,
        };
        if let Some(place) = self.looks.iter().position(|(of, ..)| *of == id) {
            let (_, _, look) = self.looks.remove(place);
            let (name, fields) = repeat::event(&look);
            self.write(lines, end, id, name, fields);
        }
    }

    /// A format whose event times count from `started`.
    pub(crate) fn new(started: Instant) -> Self {
        JsonFormat {
            started,
            asks_beside: true,
            secrets: SecretDisplay::default(),
            looked: None,
            looks: Vec::new(),
            gauges: false,
            samples: Vec::new(),
            segments: SegmentQueue::default(),
        }
    }

    /// Sets whether name servers are also queried directly, in addition to the system's resolver.
    pub(crate) fn with_second_opinion(self, asks_beside: bool) -> Self {
        JsonFormat { asks_beside, ..self }
    }

    /// Sets whether secrets in heads and URLs are written.
    pub(crate) fn with_secrets(self, secrets: SecretDisplay) -> Self {
        JsonFormat { secrets, ..self }
    }

    /// Sets whether every sample of the kernel's gauges is written.
    pub(crate) fn gauging(self, gauges: bool) -> Self {
        JsonFormat { gauges, ..self }
    }

    /// Writes one line: the three fields that every line has, then the fields of the event.
    fn write(&self, lines: &mut Vec<u8>, at: Instant, id: SessionId, name: &str, fields: EventFields) {
        let mut event = Map::with_capacity(fields.len() + 3);
        event.insert("at".to_owned(), seconds(self.started, at).into());
        event.insert("session".to_owned(), id.0.into());
        event.insert("event".to_owned(), name.into());
        event.extend(fields);
        line(lines, &Value::Object(event));
    }

    /// Writes the segments that were captured before an item; before the last line of a session, all segments of that
    /// session.
    fn write_segments_before(&mut self, lines: &mut Vec<u8>, id: SessionId, item: &JsonItem) {
        let last = matches!(item, JsonItem::Closed { .. });
        while let Some(event) = self.segments.next_before(item.at(), last.then_some(id)) {
            self.write_segment(lines, event);
        }
    }

    fn write_segment(&self, lines: &mut Vec<u8>, event: SegmentEvent) {
        let SegmentEvent { id, at, name, fields } = event;
        self.write(lines, at.unwrap_or_else(Instant::now), id, name, fields);
    }

    fn write_stream(
        &self,
        lines: &mut Vec<u8>,
        id: SessionId,
        stream: &StreamBlock,
        pending: &mut PendingItems<JsonItem>,
    ) {
        let small = joined_blocks(id, stream, pending);
        let bytes = small.as_deref().unwrap_or(&stream.bytes);
        let mut total = stream.total_before;
        for piece in payload::split_lines(bytes) {
            total += piece.len() as u64;
            self.write(lines, stream.at, id, direction_name(stream.direction), payload_fields(piece, total));
        }
    }

    fn write_datagrams(&self, lines: &mut Vec<u8>, id: SessionId, datagrams: &DatagramBlock) {
        let DatagramBlock { block, peer, total_before } = datagrams;
        let mut rest: &[u8] = &block.bytes;
        let mut total = *total_before;
        for piece in &block.pieces {
            let length = (piece.len as usize).min(rest.len());
            let (bytes, after) = rest.split_at(length);
            rest = after;
            total += length as u64;
            let mut fields = payload_fields(bytes, total);
            let sender = block.peers.get(usize::from(piece.peer)).map(ToString::to_string);
            if let Some(peer) = sender.or_else(|| peer.clone()) {
                fields.insert("peer".to_owned(), peer.into());
            }
            if let Some(packet) = block.packets.get(usize::from(piece.packet)) {
                udp::packet(packet, &mut fields);
            }
            if piece.full_len > piece.len {
                fields.insert("truncated".to_owned(), true.into());
                fields.insert("full_bytes".to_owned(), piece.full_len.into());
            }
            let at = block.at + Duration::from_micros(u64::from(piece.after_us));
            self.write(lines, at, id, direction_name(block.direction), fields);
        }
    }
}

/// The fields of bytes that were sent or received, with the total of their direction.
fn payload_fields(bytes: &[u8], total: u64) -> EventFields {
    let mut fields = Map::new();
    fields.insert("bytes".to_owned(), bytes.len().into());
    fields.insert("total_bytes".to_owned(), total.into());
    payload::add_payload(&mut fields, bytes);
    fields
}

fn not_kept(direction: Direction, totals: Totals, datagrams: bool) -> EventFields {
    let mut fields = Map::new();
    fields.insert("direction".to_owned(), direction_name(direction).into());
    fields.insert("bytes".to_owned(), totals.bytes.into());
    if datagrams {
        fields.insert("datagrams".to_owned(), totals.ops.into());
    }
    fields
}

/// Joins a block with the following blocks of the same direction, up to one line, so that a peer that sends one byte at
/// a time does not make one line per byte.
fn joined_blocks(id: SessionId, block: &StreamBlock, pending: &mut PendingItems<JsonItem>) -> Option<Vec<u8>> {
    let mut joined: Option<Vec<u8>> = None;
    while let Some((next, JsonItem::Stream(more))) = pending.front() {
        let length = joined.as_ref().map_or(block.bytes.len(), Vec::len);
        if *next != id || more.direction != block.direction || length + more.bytes.len() > MOST_IN_A_LINE {
            break;
        }
        joined.get_or_insert_with(|| block.bytes.to_vec()).extend_from_slice(&more.bytes);
        pending.pop_front();
    }
    joined
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    }
}
