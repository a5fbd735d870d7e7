//! Values that several options take.

use std::time::Duration;

use crate::text::quantity;

/// The duration of an option.
pub(super) fn option(name: &str, text: &str) -> Result<Duration, String> {
    quantity::parse_duration(text).map_err(|why| format!("{name}: {why}"))
}
