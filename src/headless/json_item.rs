//! A record that waits to be written as JSON lines, with the facts of its session that the lines need.

use std::time::Instant;

use bytes::Bytes;
use serde_json::Map;

use super::event::fields::{EventFields, milliseconds};
use super::event::udp;
use super::explanation;
use crate::sessions::kinds::SessionKind;
use crate::sessions::{Block, CloseReason, News, Record, Session};
use crate::wire::{Both, Direction, Totals};

/// What is written for a record.
#[derive(Debug)]
pub(crate) enum JsonItem {
    /// Bytes of a stream.
    Stream(StreamBlock),
    /// Datagrams.
    Datagrams(DatagramBlock),
    /// Bytes that were counted but not kept.
    NotKept {
        /// Their direction.
        direction: Direction,
        /// Their number.
        totals: Totals,
        /// Whether they were datagrams.
        datagrams: bool,
    },
    /// News of a session.
    Fact {
        /// When it happened.
        at: Instant,
        /// What happened.
        news: News,
        /// Its explanation for this session.
        meaning: EventFields,
    },
    /// The end of a session.
    Closed {
        /// When it ended.
        at: Instant,
        /// Its final figures.
        fields: EventFields,
    },
}

/// Bytes of a stream, all of one direction.
#[derive(Debug)]
pub(crate) struct StreamBlock {
    /// Their direction.
    pub(crate) direction: Direction,
    /// When the first byte was sent or received.
    pub(crate) at: Instant,
    /// The bytes.
    pub(crate) bytes: Bytes,
    /// Bytes of this direction in the session before these.
    pub(crate) total_before: u64,
}

/// Datagrams, all of one direction.
#[derive(Debug)]
pub(crate) struct DatagramBlock {
    /// The datagrams.
    pub(crate) block: Block,
    /// The peer of the socket, if it is connected.
    pub(crate) peer: Option<String>,
    /// Bytes of this direction in the session before these.
    pub(crate) total_before: u64,
}

impl JsonItem {
    /// The item for a record that the session has just applied.
    pub(crate) fn of(session: &Session, record: Record) -> Self {
        match record {
            Record::Block(block) => {
                let total_before = session.totals.of(block.direction).bytes - block.bytes.len() as u64;
                if session.has_datagrams() || !block.peers.is_empty() {
                    return JsonItem::Datagrams(DatagramBlock { block, peer: session.peer_name(), total_before });
                }
                let Block { direction, at, bytes, .. } = block;
                JsonItem::Stream(StreamBlock { direction, at, bytes, total_before })
            }
            Record::NotKept { direction, totals } => {
                JsonItem::NotKept { direction, totals, datagrams: session.has_datagrams() }
            }
            Record::News { at, news: News::Closed { totals, how } } => {
                JsonItem::Closed { at, fields: closed(session, totals, how, at) }
            }
            Record::News { at, news } => {
                let meaning = explanation::explanation_fields(session, &news);
                JsonItem::Fact { at, news, meaning }
            }
        }
    }

    /// When it happened; bytes that were not kept have no time.
    pub(crate) fn at(&self) -> Option<Instant> {
        match self {
            JsonItem::Stream(stream) => Some(stream.at),
            JsonItem::Datagrams(datagrams) => Some(datagrams.block.at),
            JsonItem::NotKept { .. } => None,
            JsonItem::Fact { at, .. } | JsonItem::Closed { at, .. } => Some(*at),
        }
    }

    /// How many bytes of payload it holds.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            JsonItem::Stream(stream) => stream.bytes.len(),
            JsonItem::Datagrams(datagrams) => datagrams.block.bytes.len(),
            JsonItem::NotKept { .. } | JsonItem::Fact { .. } | JsonItem::Closed { .. } => 0,
        }
    }
}

/// The final figures of a session.
fn closed(session: &Session, totals: Both<Totals>, how: CloseReason, at: Instant) -> EventFields {
    let mut fields = Map::new();
    let put = |fields: &mut EventFields, name: &str, value: Option<u64>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value.into());
        }
    };
    put(&mut fields, "sent_bytes", Some(totals.sent.bytes));
    put(&mut fields, "received_bytes", Some(totals.received.bytes));
    if session.has_datagrams() && session.udp().is_none() {
        put(&mut fields, "sent_datagrams", Some(totals.sent.ops));
        put(&mut fields, "received_datagrams", Some(totals.received.ops));
    }
    if let Some(socket) = session.udp() {
        put(&mut fields, "sent_datagrams", Some(totals.sent.ops));
        put(&mut fields, "received_datagrams", Some(totals.received.ops));
        put(&mut fields, "dropped_datagrams", socket.dropped);
        udp::ledger(&socket.ledger, &mut fields);
    }
    if let SessionKind::Http(exchange) = &session.kind {
        put(&mut fields, "body_bytes", Some(exchange.gauge.body_bytes));
        put(&mut fields, "wire_body_bytes", Some(exchange.gauge.wire_body_bytes));
        put(&mut fields, "connection_received_bytes", exchange.gauge.connection_received);
        put(&mut fields, "connection_sent_bytes", exchange.gauge.connection_sent);
    }
    fields.insert("how".to_owned(), how.name().into());
    fields.insert("ms".to_owned(), milliseconds(at.saturating_duration_since(session.opened)));
    fields
}
