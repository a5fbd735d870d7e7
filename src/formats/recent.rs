//! What is remembered of a target between runs: the line as it was typed, unless it has a secret.

use std::borrow::Cow;

use url::Url;

use super::paste;
use crate::sessions::SpecKind;
use crate::sessions::spec::http::{BodySpec, HttpSpec};
use crate::sessions::spec::system_names::SystemNames;
use crate::text::secret::{has_secret, is_secret_name, mask_field};

/// The line to remember for a target that was opened; `None` if it is none, or if nothing of it can be kept.
///
/// A line without secrets is kept as it is, with its blanks trimmed. Of an HTTP request with one, only the method and
/// the URL are kept, without userinfo, without the values of a query, without headers and body. Of any other line with
/// a secret nothing is kept.
pub fn without_secrets(line: &str, names: &SystemNames) -> Option<String> {
    let line = line.trim();
    let spec = paste::parse_anything(line, names).ok()?.spec;
    let SpecKind::Http(http) = &spec.what else {
        return (!has_secret(line)).then(|| line.to_owned());
    };
    if !is_secret(line, http) {
        return Some(line.to_owned());
    }
    let mut url = Url::parse(&http.url).ok()?;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    url.set_fragment(None);
    if url.query().is_some_and(names_secret) {
        url.set_query(None);
    }
    let method = if http.method == "GET" { String::new() } else { format!("{} ", http.method) };
    Some(format!("{method}{url}"))
}

fn is_secret(line: &str, http: &HttpSpec) -> bool {
    let body = match &http.body {
        BodySpec::None | BodySpec::File(_) => false,
        BodySpec::Bytes(bytes) => names_secret(&String::from_utf8_lossy(bytes)),
        BodySpec::Multipart(_) => names_secret(line),
    };
    let is_masked = |(name, value): &(String, String)| matches!(mask_field(name, value.as_bytes()), Cow::Owned(_));
    let query = http.url.split_once('?').map_or("", |(_, query)| query);
    has_secret(line) || names_secret(query) || http.user.is_some() || body || http.headers.iter().any(is_masked)
}

/// Whether a text has one of the names that a secret bears.
fn names_secret(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'))
        .any(|name| is_secret_name(name) || name == "key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, kept: Option<&str>) {
        assert_eq!(without_secrets(line, &SystemNames::usual()).as_deref(), kept, "{line}");
    }

    #[test]
    fn a_line_without_a_secret_is_kept_as_it_was_typed() {
        for line in ["127.0.0.1:80", "nc -u 127.0.0.1 53", "dns example.org MX", "listen tcp 9000"] {
            check(line, Some(line));
        }
        check("  http://127.0.0.1/a?page=2 ", Some("http://127.0.0.1/a?page=2"));
        check("curl -H 'Accept: text/plain' http://127.0.0.1/", Some("curl -H 'Accept: text/plain' http://127.0.0.1/"));
        check("POST http://127.0.0.1/ {\"a\":1}", Some("POST http://127.0.0.1/ {\"a\":1}"));
    }

    #[test]
    fn a_secret_is_left_out_wherever_it_stands() {
        check("http://ann:hunter2@127.0.0.1/a", Some("http://127.0.0.1/a"));
        check("curl -u ann:hunter2 http://127.0.0.1/a", Some("http://127.0.0.1/a"));
        check("curl -H 'Authorization: Bearer abc' http://127.0.0.1/a", Some("http://127.0.0.1/a"));
        check("curl -b 'sid=abc' http://127.0.0.1/a", Some("http://127.0.0.1/a"));
        check("curl -H 'X-Api-Key: abc' -X DELETE http://127.0.0.1/a", Some("DELETE http://127.0.0.1/a"));
        check("http://127.0.0.1/a?access_token=abc", Some("http://127.0.0.1/a"));
        check("http://127.0.0.1/a?key=abc", Some("http://127.0.0.1/a"));
        check("http://ann:hunter2@127.0.0.1/a?page=2#token", Some("http://127.0.0.1/a?page=2"));
        check("POST http://127.0.0.1/login {\"password\":\"x\"}", Some("POST http://127.0.0.1/login"));
        check("curl -x http://ann:pw@127.0.0.1:3128 http://127.0.0.1/", Some("http://127.0.0.1/"));
    }

    #[test]
    fn what_is_no_target_is_not_kept() {
        check("", None);
        check("what is this", None);
    }
}
