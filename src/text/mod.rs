//! Text from outside made safe, and quantities in words. Knows nothing of networks.

pub mod escapes;
pub mod quantity;
pub mod sanitize;
