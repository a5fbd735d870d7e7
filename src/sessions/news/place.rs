//! Where an event is shown.

/// Where an event is shown. An event about how the connection works is not shown between the bytes, but on the ladder,
/// in the state diagram, beside the conversation or in the dialog of socket options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewsPlace {
    /// In the transcript, and in the timeline of the session.
    Everywhere,
    /// In the transcript only.
    Transcript,
    /// In the timeline only.
    Timeline,
    /// In neither.
    Elsewhere,
}

impl NewsPlace {
    /// Whether the event is an entry of the transcript.
    pub fn in_transcript(self) -> bool {
        matches!(self, NewsPlace::Everywhere | NewsPlace::Transcript)
    }

    /// Whether the event is kept for the timeline.
    pub fn in_timeline(self) -> bool {
        matches!(self, NewsPlace::Everywhere | NewsPlace::Timeline)
    }
}
