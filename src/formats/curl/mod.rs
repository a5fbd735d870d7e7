//! curl lines.

mod body;
mod curl;
mod options;
mod value;

pub use curl::{REDIRECTS, curl_args, http_args};
pub use value::MOST_REDIRECTS;
