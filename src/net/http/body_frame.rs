//! A part of a response's body.

use bytes::Bytes;

use crate::sessions::news::BrokenRuleNews;
use crate::wire::Failure;

/// A part of a body.
pub(super) enum BodyFrame {
    /// Bytes of it.
    Data(Bytes),
    /// The fields behind it, in order.
    Trailers(Vec<(String, Vec<u8>)>),
    /// A rule that it breaks.
    Broken(BrokenRuleNews),
}

/// Why a body could not be received to its end.
pub(super) struct BodyFailure {
    /// The failure.
    pub(super) failure: Failure,
    /// What came last and is no part of the body.
    pub(super) not_understood: Option<Box<BrokenRuleNews>>,
}

impl From<Failure> for BodyFailure {
    fn from(failure: Failure) -> Self {
        BodyFailure { failure, not_understood: None }
    }
}
