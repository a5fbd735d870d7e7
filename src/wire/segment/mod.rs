//! TCP segments as they were on the wire: read from a packet's bytes, numbered, and named for what they are.

mod captured;
mod flags;
mod flow;
mod note;
mod options;
mod parse;
mod side;

pub use captured::{CaptureReading, CapturedSegment, MOST_SEGMENTS, SequenceDisplay};
pub use flags::TcpFlags;
pub use flow::{FlowHint, SegmentFlow};
pub use note::SegmentNote;
pub use options::TcpOptions;
pub(super) use options::iterate_options;
pub(super) use parse::IpHeader;
pub use parse::Segment;
