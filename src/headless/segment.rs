//! Captured segments as events.

use std::collections::VecDeque;
use std::time::Instant;

use serde_json::{Map, Value, json};

use super::event::Fields;
use crate::sessions::SessionId;
use crate::wire::Direction;
use crate::wire::segment::{CaptureReading, Captured};

/// How many segments wait to be written at the most; more are counted in `not_captured`.
const MOST_WAITING: usize = 65_536;

/// What waits to be written, in order.
#[derive(Debug, Default)]
pub(super) struct Segments {
    waiting: VecDeque<(SessionId, Item)>,
}

#[derive(Debug)]
enum Item {
    /// Capture began or ended.
    Turned(bool),
    Segment(Box<Captured>),
    Missed(u64),
}

/// One line.
pub(super) struct Event {
    pub(super) id: SessionId,
    /// When it happened; `None` is now.
    pub(super) at: Option<Instant>,
    pub(super) name: &'static str,
    pub(super) fields: Fields,
}

impl Segments {
    /// Takes in what was captured.
    pub(super) fn take(&mut self, id: SessionId, capture: &CaptureReading) {
        let mut missed = capture.missed;
        for segment in &capture.segments {
            if self.waiting.len() < MOST_WAITING {
                self.waiting.push_back((id, Item::Segment(Box::new(segment.clone()))));
            } else {
                missed += 1;
            }
        }
        match self.waiting.back_mut() {
            Some((last, Item::Missed(before))) if *last == id => *before += missed,
            _ if missed > 0 => self.waiting.push_back((id, Item::Missed(missed))),
            _ => {}
        }
        if !capture.on {
            self.waiting.push_back((id, Item::Turned(false)));
        }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next line.
    pub(super) fn next(&mut self) -> Option<Event> {
        self.waiting.pop_front().map(|(id, item)| event(id, &item))
    }

    /// The next line, if it is of before that time, or of this session.
    pub(super) fn next_before(&mut self, until: Option<Instant>, of: Option<SessionId>) -> Option<Event> {
        if let Some(of) = of {
            let place = self.waiting.iter().position(|(id, _)| *id == of)?;
            return self.waiting.remove(place).map(|(id, item)| event(id, &item));
        }
        let (_, item) = self.waiting.front()?;
        let due = match item {
            Item::Segment(segment) => until.is_some_and(|until| segment.at <= until),
            Item::Turned(_) | Item::Missed(_) => true,
        };
        if due { self.next() } else { None }
    }
}

fn event(id: SessionId, item: &Item) -> Event {
    let (at, name, value) = match item {
        Item::Turned(on) => (None, "capture", json!({"on": on})),
        Item::Missed(packets) => (None, "not_captured", json!({"packets": packets})),
        Item::Segment(segment) => (Some(segment.at), "segment", fields(segment)),
    };
    let fields = match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    Event { id, at, name, fields }
}

fn fields(captured: &Captured) -> Value {
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
    put("options", Some(options.into()).filter(|_| segment.options.octets > 0));
    let note = captured.note();
    put("note", Some(note.as_str().into()).filter(|_| !note.is_empty()));
    fields
}

fn options(captured: &Captured) -> Fields {
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
