//! A URL as it was typed: its path and query are kept as they are written.

use std::net::SocketAddr;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Position, Url};

use super::value;
use crate::sessions::spec::http::BodySpec;
use crate::sessions::spec::target::AddressReader;
use crate::text::sanitize::quoted;
use crate::wire::http::request_target::{without_dot_segments, written_target};

/// All but the unreserved characters (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What cannot be sent, beside all that is not ASCII.
const UNSENDABLE: &AsciiSet = &CONTROLS.add(b' ');

/// The URL of a request.
#[derive(Debug)]
pub(super) struct TypedUrl {
    /// The URL as the library has it, which may have rewritten its path and query.
    pub(super) url: Url,
    /// The path and query, as they are sent.
    pub(super) target: String,
    /// What was changed, in words.
    pub(super) note: Option<String>,
    /// The address to use for the host, if the URL has a zone.
    pub(super) zoned: Option<(String, SocketAddr)>,
}

impl TypedUrl {
    /// Reads it as curl does: `.` and `..` in the path are taken out unless the path is sent as it is.
    ///
    /// # Errors
    /// Fails with a sentence that quotes the URL.
    pub(super) fn read(text: &str, path_as_is: bool, addresses: AddressReader<'_>) -> Result<Self, String> {
        let (url, zoned) = value::url(text, addresses)?;
        let written = written_target(&value::with_scheme(text));
        let as_is = if path_as_is { written.clone() } else { without_dot_segments(&written) };
        let target = ascii(&as_is);
        let note = (target != written).then(|| {
            let hint = if as_is == written { "" } else { "; --path-as-is leaves . and .. in it" };
            format!("the URL was changed: {} → {}{hint}", quoted(&written), quoted(&target))
        });
        Ok(TypedUrl { url, target, note, zoned })
    }

    /// Adds text to the query.
    pub(super) fn add_query(&mut self, added: &str) {
        let sign = match self.target.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        self.target = ascii(&format!("{}{sign}{added}", self.target));
    }

    /// Adds the text of a body to the query, for `-G`.
    ///
    /// # Errors
    /// Fails if the body is a file or a form.
    pub(super) fn add_body(&mut self, body: &BodySpec) -> Result<(), String> {
        match body {
            BodySpec::None => {}
            BodySpec::Bytes(bytes) => self.add_query(&String::from_utf8_lossy(bytes)),
            BodySpec::File(_) | BodySpec::Multipart(_) => {
                return Err(
                    "-G puts text into the URL, so that no file or form can go with it; accepted: -G -d TEXT".into()
                );
            }
        }
        Ok(())
    }

    /// Adds a file's name to a path that ends with a slash, for `-T`.
    pub(super) fn add_file_name(&mut self, name: &str) {
        let (path, query) = self.target.find('?').map_or((self.target.as_str(), ""), |at| self.target.split_at(at));
        if path.ends_with('/') {
            self.target = format!("{path}{}{query}", percent_encoded(name));
        }
    }

    /// The whole URL, with the target as it is sent.
    pub(super) fn into_text(self) -> String {
        let end = &self.url[Position::AfterQuery..];
        format!("{}{}{end}", &self.url[..Position::BeforePath], self.target)
    }
}

/// Percent-encodes all but the unreserved characters, as curl does.
pub(super) fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Percent-encodes what cannot be sent: all but visible ASCII.
fn ascii(text: &str) -> String {
    utf8_percent_encode(text, UNSENDABLE).to_string()
}
