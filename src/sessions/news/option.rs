//! Results of setting and reading socket options.

use super::place::NewsPlace;
use crate::wire::option::OptionValue;
use crate::wire::option::SocketOption;

/// Results of setting and reading socket options. The order is roughly chronological.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionNews {
    /// A socket option was set.
    Set {
        /// The option.
        option: SocketOption,
        /// The requested value.
        asked: OptionValue,
        /// The value that the kernel reports after that.
        now: OptionValue,
    },
    /// All requested socket options with the kernel's values; for an option that cannot be read, the reason instead.
    Reported(Vec<(SocketOption, Result<OptionValue, String>)>),
}

impl OptionNews {
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            OptionNews::Set { .. } => NewsPlace::Transcript,
            OptionNews::Reported(_) => NewsPlace::Elsewhere,
        }
    }
}
