//! The header fields of curl's options.

use super::value;
use crate::text::sanitize::quoted;

/// The fields so far.
#[derive(Debug, Default)]
pub(super) struct CurlFields {
    pub(super) headers: Vec<(String, String)>,
    /// Header names given without a value (`-H 'Accept:'`, `-A ''`), for which no default is sent.
    pub(super) suppressed: Vec<String>,
    pub(super) cookies: Vec<String>,
    agent_and_referer: Vec<(String, String)>,
}

impl CurlFields {
    /// `-A`, `-e`: a field; without text none is sent, not even the default.
    pub(super) fn default_field(&mut self, name: &str, value: &str) -> Result<(), String> {
        if !value.is_empty() {
            self.agent_and_referer.push(value::header(name, value)?);
        } else if !self.suppressed.iter().any(|known| known == name) {
            self.suppressed.push(name.to_owned());
        }
        Ok(())
    }

    /// `-H`: a field, or the name of one that is left out.
    pub(super) fn header(&mut self, text: &str) -> Result<(), String> {
        if let Some(name) = text.strip_suffix(';').filter(|name| !name.contains(':')) {
            self.headers.push(value::header(name.trim(), "")?);
            return Ok(());
        }
        let (name, content) = text.split_once(':').ok_or_else(|| {
            let hint = if text.starts_with('@') { " (a file of headers is not read)" } else { "" };
            // What follows may be a secret.
            let name = text.split([' ', '\t', '=']).next().unwrap_or_default();
            let shown = if name.len() == text.len() { quoted(text) } else { quoted(&format!("{name}…")) };
            format!("header {shown} has no colon{hint}; accepted: -H 'NAME: VALUE'")
        })?;
        let (name, content) = value::header(name.trim(), content.trim())?;
        if !content.is_empty() {
            self.headers.push((name, content));
        } else if name.eq_ignore_ascii_case("host") {
            return Err("-H 'Host:' leaves out what HTTP/1.1 needs (RFC 9112 §3.2); accepted: -H 'Host: NAME'".into());
        } else if !self.suppressed.contains(&name) {
            self.suppressed.push(name);
        }
        Ok(())
    }

    /// Whether a field is given, or left out.
    pub(super) fn contains(&self, wanted: &str) -> bool {
        let mut names = self.headers.iter().map(|(name, _)| name).chain(&self.suppressed);
        names.any(|name| name.eq_ignore_ascii_case(wanted))
    }

    /// The fields, in curl's order: its own, then the user's, then those that describe the body.
    pub(super) fn all(&mut self, defaults: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut headers: Vec<(String, String)> = std::mem::take(&mut self.agent_and_referer);
        headers.retain(|(name, _)| !self.contains(name));
        // RFC 6265 §5.4: one Cookie field. As in curl, the one that was written out counts.
        if !self.cookies.is_empty() && !self.contains("Cookie") {
            headers.push(("Cookie".into(), self.cookies.join("; ")));
        }
        headers.extend_from_slice(&self.headers);
        let missing = defaults.iter().filter(|(name, _)| !self.contains(name));
        headers.extend(missing.map(|(name, content)| ((*name).to_owned(), (*content).to_owned())));
        headers
    }
}
