//! What is understood of a curl line.

use super::output::BodyOutput;
use crate::sessions::spec::http::HttpSpec;

/// Whose habits are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurlStyle {
    /// curl's: no content coding is requested without `--compressed`, and `[]` and `{}` in a URL mean several requests.
    Curl,
    /// Ours, with curl's spellings: compressed content is requested, and decoded.
    Sockeye,
    /// A URL as a browser has it: brackets and braces are a part of it.
    Browser,
}

/// What was understood of curl's arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurlRequest {
    /// The request.
    pub spec: HttpSpec,
    /// What has no effect here, a sentence each.
    pub notes: Vec<String>,
    /// How the answer's body is written without a screen.
    pub output: BodyOutput,
    /// Whether the body is read from standard input.
    pub stdin_body: Option<StdinBody>,
}

/// How a body from standard input is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StdinBody {
    /// As it is (`--data-binary @-`, `-T -`).
    AsItIs,
    /// Without CR, LF and NUL (`-d @-`).
    WithoutLineEnds,
}

impl StdinBody {
    /// The body for these bytes of standard input.
    pub fn body(self, mut bytes: Vec<u8>) -> Vec<u8> {
        match self {
            StdinBody::AsItIs => bytes,
            StdinBody::WithoutLineEnds => {
                bytes.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
                bytes
            }
        }
    }
}
