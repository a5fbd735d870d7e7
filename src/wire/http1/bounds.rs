//! How much a reader holds at most.

/// The longest head, from its first byte to its empty line: 1 MiB. The number of fields has no bound of its own.
///
/// A longer one is refused ([`HeadTooLong`](crate::wire::http1::Http1Refusal::HeadTooLong)). Each interim head has the
/// same bound.
pub const MOST_HEAD_BYTES: usize = 1 << 20;

/// The longest trailer section, with its empty line: 256 KiB. A longer one is refused.
pub const MOST_TRAILER_BYTES: usize = 256 << 10;

/// The longest line of a chunk, with its extensions and its line end: 64 KiB. A longer one is refused.
///
/// All the extensions of a body together have no bound, because a reader holds those of one chunk.
pub const MOST_CHUNK_LINE_BYTES: usize = 64 << 10;

/// How many breaches of one rule a head or a trailer section lists with their places; further ones are counted.
pub const MOST_LISTED_OF_A_RULE: usize = 16;
