//! What was said in a session, in order, within its retention.

mod entries;
mod item;
mod octets;
mod stream;
mod transcript;

pub(crate) use entries::NoteText;
pub use entries::{Data, Entry, EntryKind};
pub use stream::{MOST_CUTS, Shares};
pub use transcript::Transcript;
