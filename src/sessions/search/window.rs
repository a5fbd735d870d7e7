//! Consecutive reads of one direction, searched as one text: small reads cost little, and a match may span several.

use super::needle::{Needle, SearchHit};

/// A read of at least this many bytes is searched in place.
const LARGE: usize = 16 * 1024;

/// How many bytes of small reads are gathered before they are searched.
const GATHERED: usize = 64 * 1024;

/// Bytes of one direction that were not searched yet.
#[derive(Debug, Default)]
pub(super) struct SearchWindow {
    /// Whether a match may span reads: true for a stream, whose reads have no meaning; false for datagrams.
    joined: bool,
    text: Vec<u8>,
    parts: Vec<WindowPart>,
    /// Everything before this offset was searched, and the last match ended here.
    from: usize,
    /// The end of the window's own bytes, if lookahead bytes follow.
    owned: Option<usize>,
}

/// Where a part of the text comes from; it extends to the start of the next part.
#[derive(Clone, Copy, Debug)]
struct WindowPart {
    start: usize,
    entry: u64,
    offset: usize,
}

impl SearchWindow {
    pub(super) fn new(joined: bool) -> Self {
        SearchWindow { joined, ..SearchWindow::default() }
    }

    /// Adds a read, and searches once enough bytes are gathered.
    pub(super) fn add(&mut self, entry: u64, bytes: &[u8], needle: &Needle, hits: &mut Vec<SearchHit>) {
        if bytes.len() < LARGE {
            self.parts.push(WindowPart { start: self.text.len(), entry, offset: 0 });
            self.text.extend_from_slice(bytes);
            if self.text.len() >= GATHERED {
                self.search(needle, hits);
                self.keep_tail(needle);
            }
            return;
        }
        // How far a match that began earlier extends into this read.
        let mut from = 0;
        if self.joined && !self.text.is_empty() {
            let before = self.text.len();
            self.own_ends();
            self.borrow_bytes(&bytes[..needle.longest_match().min(bytes.len())]);
            self.search(needle, hits);
            from = self.from.saturating_sub(before);
        } else {
            self.search(needle, hits);
        }
        self.clear();
        while let Some((at, len)) = needle.place_from(bytes, from) {
            hits.push(SearchHit::new(entry, at, len));
            from = at + len;
        }
        if self.joined {
            let offset = bytes.len().saturating_sub(needle.longest_match());
            self.parts.push(WindowPart { start: 0, entry, offset });
            self.text.extend_from_slice(&bytes[offset..]);
            self.from = from.saturating_sub(offset);
        }
    }

    /// Marks the end of the own bytes: in bytes added later, a match may end but not begin.
    pub(super) fn own_ends(&mut self) {
        self.owned = Some(self.text.len());
    }

    /// Adds lookahead bytes, which follow the own ones.
    pub(super) fn borrow_bytes(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    /// Searches the rest; the next read does not follow it.
    pub(super) fn finish(&mut self, needle: &Needle, hits: &mut Vec<SearchHit>) {
        self.search(needle, hits);
        self.clear();
    }

    fn clear(&mut self) {
        self.text.clear();
        self.parts.clear();
        self.from = 0;
        self.owned = None;
    }

    /// Drops searched bytes, except the tail in which a match may begin that ends in the next read.
    fn keep_tail(&mut self, needle: &Needle) {
        let gone = if self.joined { self.text.len().saturating_sub(needle.longest_match()) } else { self.text.len() };
        self.text.drain(..gone);
        let first = self.parts.partition_point(|part| part.start <= gone).saturating_sub(1);
        self.parts.drain(..first);
        if self.text.is_empty() {
            self.parts.clear();
        }
        for part in &mut self.parts {
            part.offset += gone.saturating_sub(part.start);
            part.start = part.start.saturating_sub(gone);
        }
        self.from = self.from.saturating_sub(gone);
    }

    fn search(&mut self, needle: &Needle, hits: &mut Vec<SearchHit>) {
        let owned = self.owned.unwrap_or(self.text.len());
        let mut part = 0;
        while let Some((at, len)) = needle.place_from(&self.text, self.from) {
            if at >= owned {
                return;
            }
            let behind = self.parts[part..].partition_point(|part| part.start <= at);
            let Some(index) = (part + behind).checked_sub(1) else { return };
            part = index;
            let WindowPart { start, entry, offset } = self.parts[part];
            let part_end = self.parts.get(part + 1).map_or(self.text.len(), |next| next.start);
            if self.joined || at + len <= part_end {
                hits.push(SearchHit::new(entry, offset + at - start, len));
                self.from = at + len;
            } else if let Some((at, len)) = needle.place_from(&self.text[..part_end], at + 1) {
                hits.push(SearchHit::new(entry, offset + at - start, len));
                self.from = at + len;
            } else {
                self.from = part_end;
            }
        }
    }
}
