//! The text of an HTTP body, laid out as it comes.

use std::time::{Duration, Instant};

use super::document::{Document, Fold};

/// A response's body, gathered from the transcript for reading as one text.
#[derive(Debug, Default)]
pub struct BodyText {
    /// Whether JSON is to be laid out.
    pub pretty: bool,
    /// The body as a document, made again when it grew or the wish changed.
    pub document: Option<Document>,
    /// The document folded to the width that it was last drawn with: so that a frame measures no line again.
    pub fold: Option<Fold>,
    /// The bytes gathered so far, bounded.
    pub bytes: Vec<u8>,
    /// The entry from which on the transcript has not been gathered yet.
    pub gathered_to: u64,
    /// How many bytes of the body were gathered or passed over for want of room.
    pub passed: u64,
    /// How many bytes were gone before they could be gathered.
    pub missing: u64,
    /// How often the document was made.
    pub edition: u64,
    /// When the document was made last.
    pub laid_out: Option<Instant>,
    /// True: the body has grown since, and what is shown of it with it.
    pub stale: bool,
    /// True: the body has grown since, be it beyond what is shown of it.
    pub longer: bool,
    /// Why JSON could not be laid out.
    pub problem: Option<String>,
}

/// How long a body that grows is shown as it is before it is laid out again.
pub const BODY_PAUSE: Duration = Duration::from_millis(250);

impl BodyText {
    /// When a body that has grown is to be laid out again.
    pub fn next_layout_at(&self) -> Option<Instant> {
        self.laid_out.filter(|_| self.stale).map(|at| at + BODY_PAUSE)
    }
}
