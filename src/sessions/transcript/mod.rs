//! The transcript: bytes and notes of a session, in order, within its retention.

mod byte_index;
mod entries;
mod item;
mod stream;
mod transcript;

pub(crate) use entries::NoteText;
pub use entries::{EntryData, EntryKind, TranscriptEntry};
pub use stream::{MOST_CUTS, StreamShares};
pub use transcript::Transcript;
