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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::news::UdpNews;
    use crate::sessions::spec::{HostPort, UdpSpec};
    use crate::sessions::{News, Record, SessionId, Spec, SpecKind};
    use crate::wire::icmp::{IcmpMessage, QuotedDatagram};

    #[test]
    fn a_datagram_of_any_number_is_told() {
        // Found by the fuzz target `json`: the number is counted from 0, and told from 1.
        let started = Instant::now();
        let target = HostPort { host: "127.0.0.1".into(), port: 53 };
        let mut session = Session::of_facts(SessionId(1), Spec::new(SpecKind::Udp(UdpSpec::new(target))), started);
        for (ordinal, told) in [(0, 1_u64), (u64::MAX, u64::MAX)] {
            let about = QuotedDatagram { ordinal, bytes: 1, alike: 0, after: std::time::Duration::ZERO };
            let news = News::Udp(UdpNews::Icmp(IcmpMessage { about: Some(about), ..IcmpMessage::default() }));
            let records = vec![Record::News { at: started, news }];
            let lines = json_lines(&mut session, Reading { records, ..Reading::empty(SessionId(1)) }, started);
            let line: serde_json::Value = serde_json::from_slice(lines.trim_ascii()).unwrap();
            assert_eq!((&line["event"], &line["datagram"]), (&"icmp".into(), &told.into()));
        }
    }
}
