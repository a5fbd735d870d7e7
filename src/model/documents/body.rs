//! The text of an HTTP body, laid out while it arrives.

use std::time::{Duration, Instant};

use super::document::{Document, Fold};

/// A response's body, collected from the transcript as one text.
#[derive(Debug, Default)]
pub struct BodyText {
    /// Whether JSON is pretty-printed: at first, for a response that says that it is JSON.
    pub pretty: bool,
    /// Whether the whole body was laid out; before its end, JSON cannot be parsed.
    pub laid_out_whole: bool,
    /// The body as a document, built again when it grew or when `pretty` changed.
    pub document: Option<Document>,
    /// The document wrapped to the width of the last frame, so that a frame need not measure its lines again.
    pub fold: Option<Fold>,
    /// The bytes collected so far, bounded.
    pub bytes: Vec<u8>,
    /// The first entry of the transcript that has not been collected.
    pub gathered_to: u64,
    /// Bytes of the body that were collected, or skipped because the bound was reached.
    pub passed: u64,
    /// Bytes that the transcript had dropped before they could be collected.
    pub missing: u64,
    /// Whether the body is a stream of events or lines, which is read at its end.
    pub is_stream: bool,
    /// How many of the exchange's hops the type of the body was looked up for: a redirect has its own.
    pub judged_hops: usize,
    /// How often the document was built.
    pub edition: u64,
    /// When the document was last built.
    pub laid_out: Option<Instant>,
    /// True: the body has grown since then, within the part that is shown.
    pub stale: bool,
    /// True: the body has grown since then, even if only beyond the part that is shown.
    pub longer: bool,
    /// Why JSON could not be pretty-printed.
    pub problem: Option<String>,
}

/// The least time between two layouts of a growing body.
pub const BODY_PAUSE: Duration = Duration::from_millis(250);

impl BodyText {
    /// When a body that has grown is laid out again.
    pub fn next_layout_at(&self) -> Option<Instant> {
        self.laid_out.filter(|_| self.stale).map(|at| at + BODY_PAUSE)
    }
}
