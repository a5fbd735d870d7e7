//! TCP segments as they were on the wire: read from a packet's octets, numbered, and named for what they are.

mod captured;
mod flags;
mod flow;
mod note;
mod options;
mod parse;
mod side;

pub use captured::{CaptureReading, Captured, MOST_SEGMENTS, Numbers};
pub use flags::Flags;
pub use flow::{Flow, Hint};
pub use note::Note;
pub use options::Options;
pub(super) use options::each;
pub(super) use parse::Outer;
pub use parse::Segment;
