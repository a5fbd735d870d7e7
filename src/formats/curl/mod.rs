//! curl lines.

mod body;
mod curl;
mod fields;
mod form_field;
mod globs;
mod meaning;
mod options;
mod output;
mod request;
mod typed_url;
mod value;

pub use curl::parse;
pub use options::{KnownOption, OPTIONS};
pub use output::{BodyOutput, OutputFile, ResumePoint};
pub use request::{CurlRequest, CurlStyle, StdinBody};
pub use value::{range_from, usual_method};
