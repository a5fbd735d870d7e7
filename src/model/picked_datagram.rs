//! The datagram at the cursor, shown in full.

use super::panel::{Panel, ScrollPosition, SearchSubject};
use crate::sessions::Session;
use crate::sessions::transcript::{EntryData, EntryKind, TranscriptEntry};

/// How many entries are examined to find a datagram: there are seldom more than a few notes between two.
const MOST_LOOKED_AT: usize = 256;

/// The datagram at the cursor, or at the current search hit; else the first one of the visible rows; else, if the transcript follows its
/// end, the last one. `None` if none is near.
pub fn selected<'a>(session: &'a Session, panel: &'a Panel) -> Option<(TranscriptEntry<'a>, EntryData<'a>)> {
    let transcript = panel.transcript(session);
    let data = |entry: TranscriptEntry<'a>| match entry.kind {
        EntryKind::Data(data) => Some((entry, data)),
        EntryKind::Note(_) | EntryKind::Gap(_) => None,
    };
    let search = panel.search.as_ref().filter(|search| search.subject == SearchSubject::Transcript);
    let hit = search.and_then(|search| search.hits.as_ref()?.get(search.at?).map(|hit| hit.entry));
    let first = match (panel.cursor, panel.scroll) {
        (Some(cursor), _) => Some(cursor.at.entry),
        (None, ScrollPosition::At(place)) => Some(place.entry),
        (None, ScrollPosition::Tail) => None,
    };
    match panel.cursor.map(|cursor| cursor.at.entry).or(hit).or(first) {
        Some(number) => transcript.entries_from(number).take(MOST_LOOKED_AT).find_map(data),
        None => transcript.entries_back().take(MOST_LOOKED_AT).find_map(data),
    }
}
