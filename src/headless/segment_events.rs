//! Captured segments as events.

use std::collections::VecDeque;
use std::time::Instant;

use serde_json::{Map, Value, json};

use super::event::fields::EventFields;
use crate::sessions::SessionId;
use crate::wire::Direction;
use crate::wire::segment::{CaptureReading, CapturedSegment};

/// How many segments may wait to be written; further ones are counted in `not_captured`.
const MOST_WAITING: usize = 65_536;

/// Events that wait to be written, in order.
#[derive(Debug, Default)]
pub(super) struct SegmentQueue {
    waiting: VecDeque<(SessionId, QueuedSegment)>,
}

#[derive(Debug)]
enum QueuedSegment {
    /// Capture was switched on or off.
    Turned(bool),
    Segment(Box<CapturedSegment>),
    Missed(u64),
}

/// One line of output.
pub(super) struct SegmentEvent {
    pub(super) id: SessionId,
    /// When it happened; `None`: now.
    pub(super) at: Option<Instant>,
    pub(super) name: &'static str,
    pub(super) fields: EventFields,
}

impl SegmentQueue {
    /// Queues the segments of a capture reading.
    pub(super) fn on_capture(&mut self, id: SessionId, capture: &CaptureReading) {
        let mut missed = capture.missed;
        for segment in &capture.segments {
            if self.waiting.len() < MOST_WAITING {
                self.waiting.push_back((id, QueuedSegment::Segment(Box::new(segment.clone()))));
            } else {
                missed += 1;
            }
        }
        match self.waiting.back_mut() {
            Some((last, QueuedSegment::Missed(before))) if *last == id => *before += missed,
            _ if missed > 0 => self.waiting.push_back((id, QueuedSegment::Missed(missed))),
            _ => {}
        }
        if !capture.on {
            self.waiting.push_back((id, QueuedSegment::Turned(false)));
        }
    }

    /// Whether the queue is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes the next line.
    pub(super) fn next(&mut self) -> Option<SegmentEvent> {
        self.waiting.pop_front().map(|(id, item)| event(id, &item))
    }

    /// Takes the next line that happened before `until`; with `of`, the next line of that session.
    pub(super) fn next_before(&mut self, until: Option<Instant>, of: Option<SessionId>) -> Option<SegmentEvent> {
        if let Some(of) = of {
            let place = self.waiting.iter().position(|(id, _)| *id == of)?;
            return self.waiting.remove(place).map(|(id, item)| event(id, &item));
        }
        let (_, item) = self.waiting.front()?;
        let due = match item {
            QueuedSegment::Segment(segment) => until.is_some_and(|until| segment.at <= until),
            QueuedSegment::Turned(_) | QueuedSegment::Missed(_) => true,
        };
        if due { self.next() } else { None }
    }
}

fn event(id: SessionId, item: &QueuedSegment) -> SegmentEvent {
    let (at, name, value) = match item {
        QueuedSegment::Turned(on) => (None, "capture", json!({"on": on})),
        QueuedSegment::Missed(packets) => (None, "not_captured", json!({"packets": packets})),
        QueuedSegment::Segment(segment) => (Some(segment.at), "segment", fields(segment)),
    };
    let fields = match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    SegmentEvent { id, at, name, fields }
}

fn fields(captured: &CapturedSegment) -> Value {
    let segment = &captured.segment;
    let direction = match captured.direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    };
    let flags: Vec<&str> = segment.flags.names().collect();
    let mut fields = json!({
        "direction": direction, "flags": flags, "seq": segment.seq, "relative_seq": captured.relative_seq,
        "length": segment.len, "ttl": segment.ttl,
    });
    let mut put = |name: &str, value: Option<Value>| {
        if let (Some(value), Some(fields)) = (value, fields.as_object_mut()) {
            fields.insert(name.to_owned(), value);
        }
    };
    put("ack", captured.relative_ack.map(|_| segment.ack.into()));
    put("relative_ack", captured.relative_ack.map(Into::into));
    put("window_field", Some(segment.window.into()));
    put("window", captured.window.map(Into::into));
    put("wire_segments", captured.offload.map(Into::into));
    let options = options(captured);
    put("options", Some(options.into()).filter(|_| segment.options.bytes > 0));
    let note = captured.notes_text();
    put("note", Some(note.as_str().into()).filter(|_| !note.is_empty()));
    fields
}

fn options(captured: &CapturedSegment) -> EventFields {
    let options = &captured.segment.options;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("mss", options.mss.map(Into::into));
    put("wscale", options.wscale.map(Into::into));
    put("sack_permitted", options.sack_permitted.then_some(true.into()));
    put("sack", Some(json!(options.sack())).filter(|_| !options.sack().is_empty()));
    put("timestamps", options.timestamps.map(|(own, echo)| json!([own, echo])));
    put("fast_open_bytes", options.fast_open.map(Into::into));
    fields
}
