//! The most bytes that text fields hold.

/// The composer: 1 MiB.
pub const COMPOSER: usize = 1024 * 1024;
/// One-line fields: 64 KiB, enough for a long curl command.
pub const FIELD: usize = 64 * 1024;
