//! TCP segments on the wire: parsed from packets, numbered, and classified.

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
