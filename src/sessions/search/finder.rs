//! Search of a transcript, slice by slice: forwards from one entry, then backwards from it.

use std::collections::VecDeque;
use std::ops::Range;

use super::needle::{Needle, SearchHit};
use super::window::SearchWindow;
use crate::sessions::news::DialNews;
use crate::sessions::news::News;
use crate::sessions::transcript::{EntryKind, NoteText, Transcript};
use crate::wire::Both;

/// The most hits of a search that are kept.
pub const MOST_HITS: usize = 100_000;

/// The approximate size of one slice in bytes.
const SLICE_BYTES: usize = 1024 * 1024;

/// The approximate size of one slice in entries.
const SLICE_ENTRIES: u64 = 16 * 1024;

/// How many entries after a slice are read to complete a match that begins in it.
const MOST_AHEAD: usize = 4096;

/// A search under way. Each step costs some milliseconds at most.
#[derive(Debug)]
pub struct Finder<'a> {
    transcript: &'a Transcript,
    needle: &'a Needle,
    note_text: NoteText,
    /// Entries before this were not searched.
    before: u64,
    /// Entries from this on were not searched.
    after: u64,
    most: usize,
    hits: VecDeque<SearchHit>,
}

impl<'a> Finder<'a> {
    /// A search for the `most` nearest hits: first those from entry `from` on, then those before it.
    pub fn new(
        transcript: &'a Transcript,
        needle: &'a Needle,
        note_text: NoteText,
        from: u64,
        most: usize,
    ) -> Finder<'a> {
        let from = from.min(transcript.end_number());
        Finder { transcript, needle, note_text, before: from, after: from, most, hits: VecDeque::new() }
    }

    /// Searches one more slice; false if none is left.
    pub fn search_slice(&mut self) -> bool {
        let room = self.most - self.hits.len();
        if room == 0 {
            return false;
        }
        if self.after < self.transcript.end_number() {
            let slice = self.after..self.transcript.slice_from(self.after, SLICE_BYTES, SLICE_ENTRIES);
            self.after = slice.end;
            let found = self.slice(slice);
            self.hits.extend(found.into_iter().take(room));
            return true;
        }
        if self.before > 0 {
            let slice = self.transcript.slice_before(self.before, SLICE_BYTES, SLICE_ENTRIES)..self.before;
            self.before = slice.start;
            for hit in self.slice(slice).into_iter().rev().take(room) {
                self.hits.push_front(hit);
            }
            return true;
        }
        false
    }

    /// The hits so far, in order.
    pub fn hits(&self) -> Vec<SearchHit> {
        self.hits.iter().copied().collect()
    }

    /// Whether there is any hit so far.
    pub fn has_hits(&self) -> bool {
        !self.hits.is_empty()
    }

    /// All hits that begin in these entries, in order.
    fn slice(&self, entries: Range<u64>) -> Vec<SearchHit> {
        let joined = self.transcript.is_stream();
        let mut hits = Vec::new();
        let mut windows: Both<SearchWindow> =
            Both { sent: SearchWindow::new(joined), received: SearchWindow::new(joined) };
        for entry in self.transcript.entries_from(entries.start) {
            if entry.number >= entries.end {
                break;
            }
            match entry.kind {
                EntryKind::Data(data) => {
                    windows.of_mut(data.direction).add(entry.number, data.bytes, self.needle, &mut hits);
                }
                EntryKind::Note(news) => {
                    if matches!(news, News::Dial(DialNews::Connecting { .. })) {
                        // A new connection starts a new stream.
                        windows.sent.finish(self.needle, &mut hits);
                        windows.received.finish(self.needle, &mut hits);
                    }
                    let text = (self.note_text)(news);
                    hits.extend(
                        self.needle.places(text.as_bytes()).map(|(at, len)| SearchHit::new(entry.number, at, len)),
                    );
                }
                // The bytes in a gap are unknown.
                EntryKind::Gap(_) => {
                    windows.sent.finish(self.needle, &mut hits);
                    windows.received.finish(self.needle, &mut hits);
                }
            }
        }
        if joined {
            self.add_lookahead(entries.end, &mut windows);
        }
        windows.sent.finish(self.needle, &mut hits);
        windows.received.finish(self.needle, &mut hits);
        hits.sort_unstable();
        hits
    }

    /// Adds the bytes after a slice that may complete a match which begins in it.
    fn add_lookahead(&self, from: u64, windows: &mut Both<SearchWindow>) {
        let wanted = self.needle.longest_match();
        windows.sent.own_ends();
        windows.received.own_ends();
        let mut have = Both { sent: 0, received: 0 };
        for entry in self.transcript.entries_from(from).take(MOST_AHEAD) {
            match entry.kind {
                EntryKind::Data(data) => {
                    let have = have.of_mut(data.direction);
                    let part = &data.bytes[..data.bytes.len().min(wanted - *have)];
                    *have += part.len();
                    windows.of_mut(data.direction).borrow_bytes(part);
                }
                EntryKind::Gap(_) | EntryKind::Note(News::Dial(DialNews::Connecting { .. })) => return,
                EntryKind::Note(_) => {}
            }
            if have.sent == wanted && have.received == wanted {
                return;
            }
        }
    }
}

/// All hits of a needle in a transcript, in order: the newest `most`, in bytes and in the text of notes.
///
/// In a stream a match may begin in one read and end in a later one of the same direction; in datagrams it does not.
/// Cost: all that is kept, at about memory speed (64 MiB take some tens of milliseconds), so run it outside the main
/// loop, on a clone of the [`Transcript`], which is a snapshot. [`Finder`] searches in steps.
pub fn find_all(transcript: &Transcript, needle: &Needle, note_text: NoteText, most: usize) -> Vec<SearchHit> {
    let mut finder = Finder::new(transcript, needle, note_text, transcript.end_number(), most);
    while finder.search_slice() {}
    finder.hits()
}
