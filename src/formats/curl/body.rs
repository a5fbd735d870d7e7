//! A request's body, collected from `-d` and its variants, `--json` and `-F`.

use std::path::PathBuf;

use bytes::Bytes;
use url::form_urlencoded::byte_serialize;

use crate::sessions::spec::http::{BodySpec, FormPart, PartValue};
use crate::text::sanitize::quoted;

/// The parts of the body so far.
#[derive(Debug, Default)]
pub(super) struct CurlBody {
    text: Option<String>,
    file: Option<PathBuf>,
    is_json: bool,
    parts: Vec<FormPart>,
}

impl CurlBody {
    /// `-d`: text, joined with `&` to the text before it.
    pub(super) fn data(&mut self, value: &str) -> Result<(), String> {
        if value.starts_with('@') {
            let why = "would lose the file's line ends, as curl drops them";
            return Err(format!("-d {} {why}; accepted: --data-binary @FILE, which sends it as it is", quoted(value)));
        }
        self.text(value);
        Ok(())
    }

    /// `--data-raw`: like [`CurlBody::data`], but `@` has no special meaning.
    pub(super) fn text(&mut self, value: &str) {
        match &mut self.text {
            None => self.text = Some(value.to_owned()),
            Some(text) => {
                text.push('&');
                text.push_str(value);
            }
        }
    }

    /// `--data-binary`: like [`CurlBody::data`], or a file, sent unchanged.
    pub(super) fn binary(&mut self, value: &str) -> Result<(), String> {
        match value.strip_prefix('@') {
            None => self.text(value),
            Some(path) => self.file(path)?,
        }
        Ok(())
    }

    fn file(&mut self, path: &str) -> Result<(), String> {
        if matches!(path, "" | "-") {
            return Err(format!("{} names no file; standard input is not read; accepted: @FILE", quoted(path)));
        }
        match self.file.replace(PathBuf::from(path)) {
            None => Ok(()),
            Some(_) => Err(format!("{} is a second file; accepted: one file is the whole body", quoted(path))),
        }
    }

    /// `--data-urlencode`: `TEXT`, `=TEXT` or `NAME=TEXT`; the text is encoded, the name is not.
    pub(super) fn urlencode(&mut self, value: &str) -> Result<(), String> {
        let (name, text) = match (value.find('='), value.find('@')) {
            (Some(equals), at) if at.is_none_or(|at| equals < at) => (&value[..equals], &value[equals + 1..]),
            (_, Some(_)) => {
                return Err(format!("--data-urlencode {} names a file, which is not read here", quoted(value)));
            }
            (_, None) => ("", value),
        };
        // curl encodes a blank as %20, forms as a plus.
        let encoded = byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        let parting = if name.is_empty() { "" } else { "=" };
        self.text(&format!("{name}{parting}{encoded}"));
        Ok(())
    }

    /// `--json`: texts joined without a separator, or a file.
    pub(super) fn json(&mut self, value: &str) -> Result<(), String> {
        self.is_json = true;
        match value.strip_prefix('@') {
            None => self.text.get_or_insert_default().push_str(value),
            Some(path) => self.file(path)?,
        }
        Ok(())
    }

    /// `-F`: `NAME=TEXT` or `NAME=@FILE`.
    pub(super) fn form(&mut self, value: &str) -> Result<(), String> {
        let (name, content) = form_field(value)?;
        if let Some(attribute) =
            [";type=", ";filename=", ";headers=", ";encoder="].iter().find(|it| content.contains(**it))
        {
            return Err(format!("-F {} has {attribute}, which is not understood here", quoted(value)));
        }
        let content = match (content.strip_prefix('@'), content.starts_with('<')) {
            (Some("" | "-"), _) => return Err(format!("-F {} names no file; accepted: NAME=@FILE", quoted(value))),
            (Some(path), _) => PartValue::File(PathBuf::from(path)),
            (None, true) => {
                return Err(format!(
                    "-F {} reads a file as text, which is not done; accepted: NAME=@FILE",
                    quoted(value)
                ));
            }
            (None, false) => PartValue::Text(content.to_owned()),
        };
        self.parts.push(FormPart { name: name.to_owned(), value: content });
        Ok(())
    }

    /// `--form-string`: `NAME=TEXT`, without special characters in the text.
    pub(super) fn form_string(&mut self, value: &str) -> Result<(), String> {
        let (name, content) = form_field(value)?;
        self.parts.push(FormPart { name: name.to_owned(), value: PartValue::Text(content.to_owned()) });
        Ok(())
    }

    /// The default headers of the body; a header of the same name on the command line replaces one.
    pub(super) fn default_headers(&self) -> &'static [(&'static str, &'static str)] {
        if !self.parts.is_empty() {
            // The boundary, and the header with it, are chosen when the form is written.
            &[]
        } else if self.is_json {
            &[("Content-Type", "application/json"), ("Accept", "application/json")]
        } else {
            &[("Content-Type", "application/x-www-form-urlencoded")]
        }
    }

    /// The body.
    pub(super) fn into_body(self) -> Result<BodySpec, String> {
        let kinds = [self.text.is_some(), self.file.is_some(), !self.parts.is_empty()];
        if kinds.iter().filter(|given| **given).count() > 1 {
            return Err("a body is one of: text (-d, --json), one file (--data-binary @FILE), or a form (-F)".into());
        }
        Ok(match (self.text, self.file) {
            (Some(text), _) => BodySpec::Bytes(Bytes::from(text)),
            (None, Some(path)) => BodySpec::File(path),
            (None, None) if self.parts.is_empty() => BodySpec::None,
            (None, None) => BodySpec::Multipart(self.parts),
        })
    }
}

fn form_field(value: &str) -> Result<(&str, &str), String> {
    value
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| format!("-F {} is no field; accepted: NAME=TEXT or NAME=@FILE", quoted(value)))
}
