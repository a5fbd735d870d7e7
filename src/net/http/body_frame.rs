//! A part of a response's body.

use bytes::Bytes;

use crate::sessions::news::BrokenRuleNews;

/// A part of a body.
pub(super) enum BodyFrame {
    /// Bytes of it.
    Data(Bytes),
    /// The fields behind it, in order.
    Trailers(Vec<(String, Vec<u8>)>),
    /// A rule that it breaks.
    Broken(BrokenRuleNews),
}
