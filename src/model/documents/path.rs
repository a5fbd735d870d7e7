//! The path to the peer as a document: the resolvers' answers, the connection attempts as bars, the route.

use std::time::{Duration, Instant};

use super::document::{DocLine, Document, TextRole, TextSpan};
use super::time_bars::BarAxis;
use crate::model::wrap;
use crate::sessions::attempts::{AddressAttempt, AddressOutcome, Attempts};
use crate::sessions::path::PeerPath;
use crate::text::{quantity, sanitize};

/// The narrowest bar that is readable, in columns.
const NARROWEST: usize = 8;

/// The known facts of the path at `now`, for this many columns.
pub fn path_document(path: &PeerPath, attempts: &Attempts, now: Instant, columns: u16) -> Document {
    let mut document = Document::default();
    let room = usize::from(columns);
    add_lookup(&mut document, path, now, room);
    add_race(&mut document, attempts, now, room);
    if let Some(route) = &path.route {
        title(&mut document, "route");
        let via = match route.gateway {
            Some(gateway) => format!("by router {gateway}"),
            None if route.interface.as_deref() == Some("lo") => "within this machine".to_owned(),
            None => "on the link, or by an unknown router".to_owned(),
        };
        let interface = route.interface.as_deref().unwrap_or("an unknown interface");
        push_paragraph(&mut document, TextRole::Value, "", &format!("from {} over {interface}", route.source), room);
        push_paragraph(&mut document, TextRole::Comment, "", &via, room);
    }
    if document.lines.is_empty() {
        document.remark("nothing is known of the way yet");
    }
    document
}

fn title(document: &mut Document, name: &str) {
    if !document.lines.is_empty() {
        document.push(DocLine::default());
    }
    document.push(DocLine::single_span(TextRole::Title, name));
}

fn add_lookup(document: &mut Document, path: &PeerPath, now: Instant, columns: usize) {
    let Some(lookup) = &path.lookup else { return };
    title(document, "name");
    let host = &lookup.host;
    let (role, text) = match (&lookup.found, &lookup.failed) {
        (Some((addresses, took)), _) => {
            let count = addresses.len();
            let word = if count == 1 { "address" } else { "addresses" };
            (
                TextRole::Value,
                format!("{host}: {count} {word} from the system's resolver in {}", quantity::duration(*took)),
            )
        }
        (None, Some((why, took))) => {
            let after = quantity::duration(*took);
            (TextRole::Bad, format!("{host}: no address from the system's resolver after {after}: {why}"))
        }
        (None, None) => {
            let since = whole_seconds(now.saturating_duration_since(lookup.began));
            (TextRole::Value, format!("{host}: the system's resolver has not answered yet, {since}"))
        }
    };
    push_paragraph(document, role, "", &text, columns);
    for address in lookup.found.iter().flat_map(|(addresses, _)| addresses).take(8) {
        document.push(DocLine::single_span(TextRole::Comment, format!("  {address}")));
    }
    if let Some(compared) = &path.compared {
        let (role, word) = match compared.differs() {
            true => (TextRole::Bad, "name servers say something else"),
            false => (TextRole::Good, "name servers"),
        };
        push_paragraph(document, role, "", &format!("{word}: {}", compared.own_text()), columns);
    }
}

fn add_race(document: &mut Document, attempts: &Attempts, now: Instant, columns: usize) {
    let race = attempts.race();
    let Some(start) = race.clone().next().map(|lane| lane.began) else { return };
    title(document, "race");
    let length = |lane: &AddressAttempt| {
        lane.end.as_ref().map_or_else(|| now.saturating_duration_since(lane.began), |end| end.took)
    };
    let from = |lane: &AddressAttempt| lane.began.saturating_duration_since(start);
    let whole = race.clone().map(|lane| from(lane) + length(lane)).max();
    let room = columns.saturating_sub(2).max(NARROWEST);
    let axis = BarAxis::new(start, whole.unwrap_or_default(), room);
    for lane in race {
        let took = length(lane);
        let (mark, role, words) = match lane.end.as_ref().map(|end| &end.outcome) {
            None => ("◌", TextRole::Keyword, format!("under way, {}", whole_seconds(took))),
            Some(AddressOutcome::Won) => ("✓", TextRole::Good, format!("connected in {}", quantity::duration(took))),
            Some(AddressOutcome::GivenUp) => {
                ("–", TextRole::Comment, format!("given up after {}", quantity::duration(took)))
            }
            Some(AddressOutcome::Failed(failure)) => {
                ("✗", TextRole::Bad, format!("{} after {}", failure.message, quantity::duration(took)))
            }
        };
        document.push(DocLine::new([
            TextSpan::new(role, format!("{mark} ")),
            TextSpan::new(TextRole::Value, lane.peer.to_string()),
        ]));
        push_paragraph(document, role, "  ", &words, columns);
        let ([before, bar], _) = axis.bar(lane.began, took, role);
        document.push(DocLine::new([TextSpan::new(TextRole::Punctuation, "  "), before, bar]));
    }
    let end = quantity::duration(axis.whole());
    document.push(DocLine::single_span(TextRole::Comment, format!("  0{end:>width$}", width = room.saturating_sub(1))));
}

/// A sentence as lines that break between words; each line begins with `before`.
fn push_paragraph(document: &mut Document, role: TextRole, before: &str, text: &str, columns: usize) {
    let text = sanitize::line(text);
    let room = u16::try_from(columns.saturating_sub(before.len()).max(NARROWEST)).unwrap_or(u16::MAX);
    for row in wrap::wrap_words(&text, room) {
        let part = text.get(row).unwrap_or_default().trim_end();
        document.push(DocLine::single_span(role, format!("{before}{part}")));
    }
}

/// A running time in whole seconds, so that the screen is not redrawn for every digit.
fn whole_seconds(time: Duration) -> String {
    quantity::duration(Duration::from_secs(time.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::attempts::AttemptEnd;
    use crate::sessions::kinds::dns_compare::{DirectLookup, ResolverComparison};
    use crate::sessions::path::NameResolution;
    use crate::wire::route::Route;

    #[test]
    fn a_lookup_that_failed_is_told_as_that_with_what_name_servers_say() {
        let began = Instant::now();
        let own = DirectLookup::NotAsked { why: "RFC 7686 leaves it to Tor".into() };
        let path = PeerPath {
            lookup: Some(NameResolution {
                host: "x.onion".into(),
                began,
                found: None,
                failed: Some(("there is no such name".into(), Duration::from_millis(30))),
            }),
            compared: Some(ResolverComparison { host: "x.onion".into(), system: Err("no".into()), own }),
            route: None,
        };
        let document = path_document(&path, &Attempts::default(), began + Duration::from_secs(9), 100);
        let text: Vec<String> = document.lines.iter().map(|line| line.text().into_owned()).collect();
        assert_eq!(
            text[1..],
            [
                "x.onion: no address from the system's resolver after 30 ms: there is no such name",
                "name servers: no name server was asked: RFC 7686 leaves it to Tor",
            ]
        );
    }

    #[test]
    fn lanes_stand_on_one_axis_of_time() {
        let began = Instant::now();
        let at = |millis| began + Duration::from_millis(millis);
        let lane = |peer: &str, from, took, outcome| AddressAttempt {
            number: 1,
            peer: peer.parse().unwrap(),
            began: at(from),
            end: Some(AttemptEnd { at: at(from + took), took: Duration::from_millis(took), outcome }),
            syns_again: Vec::new(),
        };
        let path = PeerPath {
            lookup: Some(NameResolution {
                host: "h".into(),
                began,
                found: Some((Vec::new(), Duration::from_millis(2))),
                failed: None,
            }),
            compared: None,
            route: Some(Route {
                peer: [127, 0, 0, 1].into(),
                source: [127, 0, 0, 1].into(),
                interface: Some("lo".into()),
                gateway: None,
            }),
        };
        let attempts = Attempts {
            tried: [
                lane("[::1]:80", 0, 500, AddressOutcome::GivenUp),
                lane("127.0.0.1:80", 250, 250, AddressOutcome::Won),
            ]
            .into(),
            ..Attempts::default()
        };
        let document = path_document(&path, &attempts, at(900), 22);
        let text: Vec<String> = document.lines.iter().map(|line| line.text().into_owned()).collect();
        assert!(text.contains(&format!("  {}", "━".repeat(20))), "{text:#?}");
        assert!(text.contains(&format!("  {}{}", "·".repeat(10), "━".repeat(10))), "{text:#?}");
        assert!(text.contains(&"  connected in 250 ms".to_owned()), "{text:#?}");
        assert!(text.contains(&"from 127.0.0.1 over lo".to_owned()), "{text:#?}");
        for columns in 0..12 {
            path_document(&path, &attempts, at(900), columns);
        }
    }
}
