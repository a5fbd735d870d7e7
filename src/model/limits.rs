//! How many bytes text fields take.

/// The composer: 1 MiB.
pub const COMPOSER: usize = 1024 * 1024;
/// One-line fields: 64 KiB, so that a long curl command fits.
pub const FIELD: usize = 64 * 1024;
