//! Socket options: names, values, and what they mean.

mod meaning;
mod option;
mod value;

pub use meaning::SocketKind;
pub use option::{OptionScope, OptionUnit, OptionValue, SocketOption, parse};
