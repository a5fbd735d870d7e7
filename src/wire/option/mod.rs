//! Socket options: names, values, and what they mean.

mod meaning;
mod option;
mod value;

pub use meaning::SocketKind;
pub use option::{OptionUnit, OptionValue, SocketOption, parse};
