//! curl lines.

mod body;
mod curl;
mod options;
mod value;

pub use curl::{MOST_REDIRECTS, REDIRECTS, curl_args, http_args};
