//! What became of socket options.

use crate::wire::option::OptionValue;
use crate::wire::option::SocketOption;

/// What became of socket options. The order is roughly that in which it happens.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionNews {
    /// A socket option was set.
    Set {
        /// Which.
        option: SocketOption,
        /// What was asked for.
        asked: OptionValue,
        /// What it is now, as the kernel reports it back.
        now: OptionValue,
    },
    /// All socket options that were asked for, with what the kernel reports; an option that cannot be read has the
    /// reason in its place.
    Reported(Vec<(SocketOption, Result<OptionValue, String>)>),
}
