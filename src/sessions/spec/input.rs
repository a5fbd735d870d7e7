//! How standard input is sent, and what its end means.

use std::time::Duration;

/// How standard input is sent, and what its end means. A session on the screen has no standard input: there `crlf` is
/// the composer's line ending, and the rest has no effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputSpec {
    /// Each line is one datagram or one write, its line ending included; otherwise it is each block that is read.
    pub lines: bool,
    /// A line feed without a carriage return before it is sent as CRLF.
    pub crlf: bool,
    /// What its end means.
    pub end: InputEnd,
}

/// What the end of standard input means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputEnd {
    /// A connection finishes sending (FIN) at once; a UDP session, which has nothing to finish, goes on.
    #[default]
    Usual,
    /// A connection finishes sending after this long; a UDP session ends then.
    After(Duration),
    /// Nothing: the peer is not told (what nc does).
    KeepOpen,
}

impl InputSpec {
    /// Whether blocks are sent as they are read, without a change.
    pub fn is_verbatim(self) -> bool {
        !self.lines && !self.crlf
    }
}
