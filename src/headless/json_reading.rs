//! One reading as JSON lines, without a socket or standard output.

use std::time::Instant;

use bytes::Bytes;

use super::format::{PendingItems, RecordFormat as _};
use super::json::JsonFormat;
use crate::sessions::{Reading, Session};

/// The lines that `--json` writes for one reading of a session, which this applies to the session. Event times count
/// from `started`.
pub fn json_lines(session: &mut Session, reading: Reading, started: Instant) -> Bytes {
    let mut format = JsonFormat::new(started).gauging(true);
    let mut pending = PendingItems::new();
    format.on_reading(session, &reading);
    session.apply_measurements(&reading, started);
    for record in reading.records {
        session.take_facts(&record);
        session.take_datagrams(&record);
        pending.push_back((session.id, format.item(session, record)));
    }
    let mut lines = Vec::new();
    while !pending.is_empty() || format.has_output_waiting() {
        lines.extend_from_slice(&format.render(&mut pending));
    }
    lines.into()
}
