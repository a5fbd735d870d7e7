//! `--json`: each record as one or more lines.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Map, Value};

use super::event;
use super::event::fields::{EventFields, milliseconds};
use super::explanation::ExplanationFacts;
use super::format::{PendingRecords, RecordFormat};
use super::job::OutputFormat;
use super::json_line::{line, seconds};
use super::payload::{self, MOST_IN_A_LINE};
use super::repeat;
use super::segment_events::{self, SegmentQueue};
use crate::net::OverflowPolicy;
use crate::sessions::kinds::http::HttpGauge;
use crate::sessions::kinds::udp_ledger::UdpLedger;
use crate::sessions::news::{DialNews, ListenerNews, TcpNews};
use crate::sessions::repeat::run::RepeatReading;
use crate::sessions::{Block, CloseReason, News, Reading, Record, SessionId, Spec, SpecKind};
use crate::wire::kernel::view::KernelView;
use crate::wire::{Both, Direction, Totals};

/// How much is handed to standard output at once, about: 128 KiB.
const BLOCK: usize = 128 * 1024;

/// From so many octets in one block, or so many records that wait, lines are written beside the loop.
const LARGE: usize = 32 * 1024;
const MANY: usize = 64;

/// How often a run of many is told while it goes on.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Events, and what has to be remembered for them.
#[derive(Debug)]
pub(crate) struct JsonFormat {
    started: Instant,
    asks_beside: bool,
    /// Those that are not over; an entry goes with its `closed`.
    told: HashMap<SessionId, JsonSession>,
    /// Looks at runs of many that are to be told: one, or the last two.
    looks: Vec<(SessionId, Instant, Arc<RepeatReading>)>,
    /// True: looks at the kernel's gauges are told.
    gauges: bool,
    /// Looks at the kernel's gauges that are to be told: one for each session that was looked at.
    samples: Vec<(SessionId, Instant, Arc<KernelView>)>,
    segments: SegmentQueue,
}

/// What was told of a session so far.
#[derive(Debug)]
struct JsonSession {
    opened: Instant,
    datagrams: bool,
    http: bool,
    bytes: Both<u64>,
    peer: Option<SocketAddr>,
    gauge: Option<HttpGauge>,
    dropped_datagrams: Option<u64>,
    ledger: UdpLedger,
    facts: ExplanationFacts,
    /// When a run of many was told last.
    looked: Option<Instant>,
    /// The kernel's gauges as they were told last.
    kernel: Option<Arc<KernelView>>,
}

impl JsonSession {
    fn new(opened: Instant) -> Self {
        JsonSession {
            opened,
            datagrams: false,
            http: false,
            bytes: Both::default(),
            peer: None,
            gauge: None,
            dropped_datagrams: None,
            ledger: UdpLedger::default(),
            facts: ExplanationFacts::default(),
            looked: None,
            kernel: None,
        }
    }
}

impl RecordFormat for JsonFormat {
    const MANNER: OutputFormat = OutputFormat::Json;
    const OVERFLOW: OverflowPolicy = OverflowPolicy::DropOldest;

    fn asks_beside(&self) -> bool {
        self.asks_beside
    }

    fn prepare(&self, _spec: &mut Spec) {}

    fn opened(&mut self, id: SessionId, spec: &Spec) {
        let http = matches!(spec.what, SpecKind::Http(_));
        let datagrams = matches!(spec.what, SpecKind::Udp(_) | SpecKind::UdpBound(_));
        let mut told = JsonSession { datagrams, http, ..JsonSession::new(Instant::now()) };
        told.facts.spec = Some(spec.clone());
        if matches!(spec.what, SpecKind::UdpBound(_)) {
            told.ledger = UdpLedger::of_many();
        }
        self.told.insert(id, told);
    }

    fn measured(&mut self, reading: &Reading) {
        let told = self.told.entry(reading.id).or_insert_with(|| JsonSession::new(Instant::now()));
        told.gauge = reading.http.or(told.gauge);
        told.dropped_datagrams = reading.dropped_datagrams;
        if self.gauges
            && let Some(view) =
                reading.kernel.as_ref().filter(|view| told.kernel.as_ref() != Some(view) && view.tcp.is_some())
        {
            told.kernel = Some(Arc::clone(view));
            let is_fact = |record: &Record| matches!(record, Record::News { news: News::Tcp(TcpNews::Kernel(_)), .. });
            if !reading.records.iter().any(is_fact) {
                self.samples.push((reading.id, Instant::now(), Arc::clone(view)));
            }
        }
        if let Some(capture) = &reading.capture {
            self.segments.take(reading.id, capture);
        }
        if let Some(look) = &reading.repeat {
            let now = Instant::now();
            let due = told.looked.is_none_or(|at| now.duration_since(at) >= LOOK_EVERY);
            if due || look.final_one {
                told.looked = Some(now);
                self.looks.push((reading.id, now, Arc::clone(look)));
            }
        }
    }

    fn waiting(&self) -> bool {
        !self.looks.is_empty() || !self.samples.is_empty() || !self.segments.is_empty()
    }

    fn is_heavy(&self, pending: &PendingRecords) -> bool {
        let large =
            |(_, record): &(SessionId, Record)| matches!(record, Record::Block(block) if block.bytes.len() >= LARGE);
        pending.len() >= MANY || pending.front().is_some_and(large)
    }

    fn render(&mut self, pending: &mut PendingRecords) -> Bytes {
        let mut lines = Vec::new();
        for (id, at, look) in std::mem::take(&mut self.looks) {
            let (name, fields) = repeat::event(&look);
            self.write(&mut lines, at, id, name, fields);
        }
        for (id, at, view) in std::mem::take(&mut self.samples) {
            self.write(&mut lines, at, id, "kernel", event::kernel::gauges(&view));
        }
        while lines.len() < BLOCK
            && let Some((id, record)) = pending.pop_front()
        {
            self.before(&mut lines, id, &record);
            if let Some(told) = self.told.get_mut(&id).filter(|told| told.datagrams) {
                told.ledger.record(&record);
            }
            match record {
                Record::Block(block) => self.block(&mut lines, id, &block, pending),
                Record::NotKept { direction, totals } => self.not_kept(&mut lines, id, direction, totals),
                Record::News { at, news } => self.news(&mut lines, id, at, &news),
            }
        }
        while pending.is_empty()
            && lines.len() < BLOCK
            && let Some(event) = self.segments.next()
        {
            self.segment(&mut lines, event);
        }
        lines.into()
    }
}

impl JsonFormat {
    /// Events whose times count from `started`.
    pub(crate) fn new(started: Instant) -> Self {
        JsonFormat {
            started,
            asks_beside: true,
            told: HashMap::new(),
            looks: Vec::new(),
            gauges: false,
            samples: Vec::new(),
            segments: SegmentQueue::default(),
        }
    }

    /// Chooses whether name servers are asked beside the system's resolver.
    pub(crate) fn asking_beside(self, asks_beside: bool) -> Self {
        JsonFormat { asks_beside, ..self }
    }

    /// Chooses whether every look at the kernel's gauges is told.
    pub(crate) fn gauging(self, gauges: bool) -> Self {
        JsonFormat { gauges, ..self }
    }

    fn told(&mut self, id: SessionId) -> &mut JsonSession {
        self.told.entry(id).or_insert_with(|| JsonSession::new(Instant::now()))
    }

    /// The three fields that every line has, then its own.
    fn write(&self, lines: &mut Vec<u8>, at: Instant, id: SessionId, name: &str, fields: EventFields) {
        let mut event = Map::with_capacity(fields.len() + 3);
        event.insert("at".to_owned(), seconds(self.started, at).into());
        event.insert("session".to_owned(), id.0.into());
        event.insert("event".to_owned(), name.into());
        event.extend(fields);
        line(lines, &Value::Object(event));
    }

    /// Writes the segments that were captured before a record; all of its session before that one's last line.
    fn before(&mut self, lines: &mut Vec<u8>, id: SessionId, record: &Record) {
        let (until, last) = match record {
            Record::Block(block) => (Some(block.at), false),
            Record::News { at, news } => (Some(*at), matches!(news, News::Closed { .. })),
            Record::NotKept { .. } => (None, false),
        };
        while let Some(event) = self.segments.next_before(until, last.then_some(id)) {
            self.segment(lines, event);
        }
    }

    fn segment(&mut self, lines: &mut Vec<u8>, event: segment_events::SegmentEvent) {
        let segment_events::SegmentEvent { id, at, name, fields } = event;
        // Behind its last line nothing is told of a session.
        if self.told.contains_key(&id) {
            self.write(lines, at.unwrap_or_else(Instant::now), id, name, fields);
        }
    }

    fn block(&mut self, lines: &mut Vec<u8>, id: SessionId, block: &Block, pending: &mut PendingRecords) {
        if self.told(id).datagrams || !block.peers.is_empty() {
            self.datagrams(lines, id, block);
            return;
        }
        let small = joined(id, block, pending);
        let bytes = small.as_deref().unwrap_or(&block.bytes);
        for piece in payload::pieces(bytes) {
            let fields = self.payload(id, block.direction, piece, piece.len());
            self.write(lines, block.at, id, name(block.direction), fields);
        }
    }

    fn datagrams(&mut self, lines: &mut Vec<u8>, id: SessionId, block: &Block) {
        let mut rest: &[u8] = &block.bytes;
        for piece in &block.pieces {
            let length = (piece.len as usize).min(rest.len());
            let (bytes, after) = rest.split_at(length);
            rest = after;
            let mut fields = self.payload(id, block.direction, bytes, length);
            let peer = block.peers.get(usize::from(piece.peer)).copied().or(self.told(id).peer);
            if let Some(peer) = peer {
                fields.insert("peer".to_owned(), peer.to_string().into());
            }
            if let Some(packet) = block.packets.get(usize::from(piece.packet)) {
                event::udp::packet(packet, &mut fields);
            }
            if piece.full_len > piece.len {
                fields.insert("truncated".to_owned(), true.into());
                fields.insert("full_bytes".to_owned(), piece.full_len.into());
            }
            let at = block.at + Duration::from_micros(u64::from(piece.after_us));
            self.write(lines, at, id, name(block.direction), fields);
        }
    }

    fn payload(&mut self, id: SessionId, direction: Direction, bytes: &[u8], count: usize) -> EventFields {
        let total = self.told(id).bytes.of_mut(direction);
        *total += count as u64;
        let mut fields = Map::new();
        fields.insert("bytes".to_owned(), count.into());
        fields.insert("total_bytes".to_owned(), (*total).into());
        payload::put(&mut fields, bytes);
        fields
    }

    fn not_kept(&mut self, lines: &mut Vec<u8>, id: SessionId, direction: Direction, totals: Totals) {
        let told = self.told(id);
        *told.bytes.of_mut(direction) += totals.bytes;
        let datagrams = told.datagrams.then_some(totals.ops);
        let mut fields = Map::new();
        fields.insert("direction".to_owned(), name(direction).into());
        fields.insert("bytes".to_owned(), totals.bytes.into());
        if let Some(datagrams) = datagrams {
            fields.insert("datagrams".to_owned(), datagrams.into());
        }
        self.write(lines, Instant::now(), id, "not_kept", fields);
    }

    fn news(&mut self, lines: &mut Vec<u8>, id: SessionId, at: Instant, news: &News) {
        let told = self.told(id);
        // Its task may run before whoever asked for it has looked at the clock.
        told.opened = told.opened.min(at);
        told.facts.learn(news);
        match news {
            News::Dial(DialNews::Connected { peer, .. }) => told.peer = Some(*peer),
            News::Listener(ListenerNews::Accepted { peer, .. }) => {
                told.peer = Some(*peer);
                told.opened = at;
            }
            _ => {}
        }
        let (name, fields) = match news {
            News::Closed { totals, how } => {
                let told = self.told.remove(&id).unwrap_or_else(|| JsonSession::new(at));
                ("closed", closed(&told, *totals, *how, at))
            }
            other => {
                let (name, mut fields) = event::news::event(other);
                self.told(id).facts.explain(other, &mut fields);
                (name, fields)
            }
        };
        self.write(lines, at, id, name, fields);
    }
}

/// The last line of a session.
fn closed(told: &JsonSession, totals: Both<Totals>, how: CloseReason, at: Instant) -> EventFields {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<u64>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value.into());
        }
    };
    put("sent_bytes", Some(totals.sent.bytes));
    put("received_bytes", Some(totals.received.bytes));
    if told.datagrams {
        put("sent_datagrams", Some(totals.sent.ops));
        put("received_datagrams", Some(totals.received.ops));
        put("dropped_datagrams", told.dropped_datagrams);
    }
    if let Some(gauge) = told.gauge.filter(|_| told.http) {
        put("body_bytes", Some(gauge.body_bytes));
        put("wire_body_bytes", Some(gauge.wire_body_bytes));
        put("connection_received_bytes", gauge.connection_received);
        put("connection_sent_bytes", gauge.connection_sent);
    }
    if told.datagrams {
        event::udp::ledger(&told.ledger, &mut fields);
    }
    fields.insert("how".to_owned(), how.name().into());
    fields.insert("ms".to_owned(), milliseconds(at.saturating_duration_since(told.opened)));
    fields
}

/// A block with those that follow it in the same direction, up to one line: one byte a read is not one line a byte.
fn joined(id: SessionId, block: &Block, pending: &mut PendingRecords) -> Option<Vec<u8>> {
    let mut joined: Option<Vec<u8>> = None;
    while let Some((next, Record::Block(more))) = pending.front() {
        let length = joined.as_ref().map_or(block.bytes.len(), Vec::len);
        if *next != id || more.direction != block.direction || length + more.bytes.len() > MOST_IN_A_LINE {
            break;
        }
        joined.get_or_insert_with(|| block.bytes.to_vec()).extend_from_slice(&more.bytes);
        pending.pop_front();
    }
    joined
}

fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    }
}
