//! Makes outside text safe to show, and formats quantities. Knows nothing of networks.

pub mod escapes;
pub mod latin1;
pub mod quantity;
pub mod sanitize;
pub mod secret;
