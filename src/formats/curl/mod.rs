//! curl lines.

mod body;
mod curl;
mod form_field;
mod globs;
mod meaning;
mod options;
mod request;
mod value;

pub use curl::parse;
pub use options::{KnownOption, OPTIONS};
pub use request::{CurlRequest, CurlStyle, StdinBody};
pub use value::usual_method;
