//! The columns before the text of a transcript's row: time, mark, size, peer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::model::state::Model;
use crate::model::transcript_layout::hex_bytes_per_row;
use crate::sessions::Session;
use crate::text::quantity;
use crate::wire::Direction;

/// The widths of the columns before the text; 0 leaves one out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gutter {
    /// The time, and a space after it.
    pub(super) time: u16,
    /// The mark, and a space after it.
    pub(super) mark: u16,
    /// The size, and a space after it.
    pub(super) size: u16,
    /// The peer, and a space after it.
    pub(super) peer: u16,
    /// The number of the read or write, and a space after it.
    pub(super) op: u16,
}

impl Gutter {
    /// The columns for a pane of this width.
    pub(super) fn for_session(model: &Model, session: &Session, columns: u16) -> Self {
        let time = if model.settings.wall_clock { 14 } else { 9 };
        let peers = session.kind.peer_list().is_some();
        let several = has_several_addresses(session);
        Gutter {
            time: if columns >= time + 20 { time } else { 0 },
            mark: if columns >= 10 { 2 } else { 0 },
            size: if columns >= if several { 76 } else { 60 } { 9 } else { 0 },
            peer: match columns {
                _ if !peers => 0,
                84.. => 22,
                // An address takes more columns than a port.
                60.. if several => 22,
                46.. if several => 16,
                44.. => 8,
                _ => 0,
            },
            op: 0,
        }
    }

    /// Adds the number of each read and write, if a pane of this width has room for it.
    pub(super) fn with_operation_numbers(self, columns: u16) -> Self {
        Gutter { op: if columns >= 46 { 9 } else { 0 }, ..self }
    }

    /// The columns for hex: times and sizes are left out if a row then holds more bytes.
    pub(super) fn for_hex(self, columns: u16) -> Self {
        let bytes = |gutter: Gutter| hex_bytes_per_row(columns.saturating_sub(gutter.columns() + 1));
        let narrow = Gutter { size: 0, ..self };
        let timeless = Gutter { time: 0, ..narrow };
        let bare = Gutter { op: 0, ..timeless };
        let most = bytes(bare);
        [self, narrow, timeless, bare].into_iter().find(|gutter| bytes(*gutter) == most).unwrap_or(self)
    }

    /// Where the text begins.
    pub(super) fn columns(self) -> u16 {
        self.time + self.mark + self.op + self.size + self.peer
    }
}

/// A time for the transcript: since the session's start, below 10 ms in microseconds; or as wall clock time.
pub(super) fn time_text(model: &Model, session: &Session, at: Instant) -> String {
    if model.settings.wall_clock {
        wall_clock(model, at)
    } else {
        let since = at.saturating_duration_since(session.opened);
        // On loopback a whole conversation takes less than a millisecond.
        let micros = since.as_micros();
        let text = if micros < 10_000 { format!("{micros} µs") } else { quantity::clock(since) };
        format!("{text:>8}")
    }
}

/// `12:34:56.789` in the zone that the program was started in.
pub(super) fn wall_clock(model: &Model, at: Instant) -> String {
    let (start, offset) = model.wall_start;
    let start = Duration::try_from_secs_f64(start.max(0.0)).unwrap_or_default();
    let since = at.saturating_duration_since(model.started);
    let before = model.started.saturating_duration_since(at);
    let millis = (start + since).saturating_sub(before).as_millis() as i128 + i128::from(offset) * 1000;
    let day = millis.rem_euclid(86_400_000);
    let (seconds, millis) = (day / 1000, day % 1000);
    format!(" {:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A size with aligned numbers and units: `   12 B `, `  1.2 kB`.
pub(super) fn size(bytes: u64) -> String {
    let text = quantity::bytes(bytes);
    match text.split_once(' ') {
        Some((number, unit)) => format!("{number:>5} {unit:<2}"),
        None => text,
    }
}

/// The number of a read or a write, in at most eight columns: `write 12`, `#123,456`.
pub(super) fn operation_text(direction: Direction, number: u64) -> String {
    let name = match direction {
        Direction::Sent => "write",
        Direction::Received => "read",
    };
    let text = format!("{name} {number}");
    if text.len() <= 8 { text } else { format!("#{}", quantity::grouped(number)) }
}

/// Whether the peers of a bound socket have more than one address, so that a port alone does not tell them apart.
pub(super) fn has_several_addresses(session: &Session) -> bool {
    let Some(heard) = session.kind.peer_list() else { return false };
    let ends = (heard.peers.first_key_value(), heard.peers.last_key_value());
    matches!(ends, (Some((first, _)), Some((last, _))) if first.ip() != last.ip())
}

/// A peer in at most this many columns: whole, or the part that tells it from the others. With `several` addresses
/// among the peers that is the address, or its end; else the end, which has the port.
pub(super) fn peer(peer: SocketAddr, columns: u16, several: bool) -> String {
    let columns = usize::from(columns);
    let text = peer.to_string();
    if text.len() <= columns {
        return text;
    }
    if several {
        let address = peer.ip().to_string();
        let kept = (address.len() + 1).saturating_sub(columns);
        return if address.len() <= columns {
            address
        } else {
            format!("…{}", address.get(kept..).unwrap_or_default())
        };
    }
    let port = format!(":{}", peer.port());
    if columns < 12 || columns < port.len() {
        return port;
    }
    let kept = text.len() - (columns - 1);
    format!("…{}", text.get(kept..).unwrap_or(&port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_and_units_begin_in_one_column() {
        for (bytes, shown) in [(0, "    0 B "), (12, "   12 B "), (1200, "  1.2 kB"), (999_900_000, "999.9 MB")] {
            let (text, wanted) = (size(bytes), shown);
            assert_eq!(text.len(), wanted.len(), "{text:?}");
            assert_eq!(text.find(|c: char| c.is_ascii_alphabetic()), wanted.find(|c: char| c.is_ascii_alphabetic()));
        }
    }

    #[test]
    fn a_peer_that_is_too_long_keeps_its_port() {
        let v6: SocketAddr = "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535".parse().unwrap();
        assert_eq!(peer(v6, 21, false), "…ef0:1234:5678]:65535");
        assert_eq!(peer(v6, 7, false), ":65535");
        assert_eq!(peer("1.2.3.4:5".parse().unwrap(), 21, false), "1.2.3.4:5");
    }

    #[test]
    fn with_several_addresses_the_address_comes_before_the_port() {
        let v4: SocketAddr = "192.168.100.201:65535".parse().unwrap();
        assert_eq!(peer(v4, 21, true), "192.168.100.201:65535");
        assert_eq!(peer(v4, 15, true), "192.168.100.201");
        assert_eq!(peer(v4, 8, true), "…100.201");
        let v6: SocketAddr = "[2001:db8:1234:5678:9abc:def0:1234:5678]:5".parse().unwrap();
        assert_eq!(peer(v6, 10, true), "…1234:5678");
    }
}
