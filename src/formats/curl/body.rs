//! A request's body, collected from `-d` and its variants, `--json` and `-F`.

use std::path::PathBuf;

use bytes::Bytes;

use super::form_field;
use super::request::StdinBody;
use super::typed_url::percent_encoded;
use crate::sessions::spec::http::{BodySpec, FormPart, PartValue};
use crate::text::sanitize::quoted;

/// The parts of the body so far.
#[derive(Debug, Default)]
pub(super) struct CurlBody {
    text: Option<String>,
    file: Option<PathBuf>,
    is_json: bool,
    stdin: Option<StdinBody>,
    parts: Vec<FormPart>,
}

impl CurlBody {
    /// `-d`: text, joined with `&` to the text before it.
    pub(super) fn data(&mut self, value: &str) -> Result<(), String> {
        if value == "@-" {
            return self.standard_input(StdinBody::WithoutLineEnds);
        }
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
            Some("-") => self.standard_input(StdinBody::AsItIs)?,
            Some(path) => self.file(path)?,
        }
        Ok(())
    }

    /// A body that is read from standard input; until then it is empty.
    fn standard_input(&mut self, how: StdinBody) -> Result<(), String> {
        if !self.is_empty() {
            return Err("a body from standard input (@-) is the whole body: accepted without other data".to_owned());
        }
        self.stdin = Some(how);
        self.text("");
        Ok(())
    }

    /// How a body from standard input is sent, if there is one.
    pub(super) fn stdin_body(&self) -> Option<StdinBody> {
        self.stdin
    }

    /// Whether nothing was given so far.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_none() && self.file.is_none() && self.parts.is_empty()
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
        let text = urlencoded("--data-urlencode", value)?;
        self.text(&text);
        Ok(())
    }

    /// `--json`: texts joined without a separator, or a file.
    pub(super) fn json(&mut self, value: &str) -> Result<(), String> {
        self.is_json = true;
        match value.strip_prefix('@') {
            None => self.text.get_or_insert_default().push_str(value),
            Some("-") => self.standard_input(StdinBody::AsItIs)?,
            Some(path) => self.file(path)?,
        }
        Ok(())
    }

    /// `-F`: `NAME=TEXT` or `NAME=@FILE`. Returns what of it has no effect, as in curl.
    pub(super) fn form(&mut self, value: &str) -> Result<Option<String>, String> {
        let field = form_field::read(value)?;
        let named = |attribute: &&String| {
            ["type=", "filename=", "headers=", "encoder="].iter().any(|name| attribute.starts_with(*name))
        };
        if let Some(attribute) = field.attributes.iter().find(named) {
            let attribute = quoted(&format!(";{attribute}"));
            return Err(format!("-F {} has {attribute}, which is not understood here", quoted(value)));
        }
        let content = match (field.content.strip_prefix('@'), field.content.starts_with('<')) {
            (Some("" | "-"), _) => return Err(format!("-F {} names no file; accepted: NAME=@FILE", quoted(value))),
            (Some(path), _) if path.contains(',') => {
                return Err(format!("-F {} names several files; accepted: NAME=@FILE, once for each", quoted(value)));
            }
            (Some(path), _) => PartValue::File(PathBuf::from(path)),
            (None, true) => {
                return Err(format!(
                    "-F {} reads a file as text, which is not done; accepted: NAME=@FILE",
                    quoted(value)
                ));
            }
            (None, false) => PartValue::Text(field.content),
        };
        self.parts.push(FormPart { name: field.name, value: content });
        let lost = field.attributes.first();
        Ok(lost.map(|lost| {
            format!("-F: {} behind the semicolon is not sent, as in curl; accepted: NAME=\"TEXT\"", quoted(lost))
        }))
    }

    /// `--form-string`: `NAME=TEXT`, without special characters in the text.
    pub(super) fn form_string(&mut self, value: &str) -> Result<(), String> {
        let (name, content) = form_field::split(value)?;
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
        if self.stdin.is_some() && self.text.as_deref() != Some("") {
            return Err("a body from standard input (@-) is the whole body: accepted without other data".to_owned());
        }
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

/// `TEXT`, `=TEXT` or `NAME=TEXT`: the text is encoded, the name is not.
///
/// # Errors
/// Fails for a file.
pub(super) fn urlencoded(named: &str, value: &str) -> Result<String, String> {
    let (name, text) = match (value.find('='), value.find('@')) {
        (Some(equals), at) if at.is_none_or(|at| equals < at) => (&value[..equals], &value[equals + 1..]),
        (_, Some(_)) => return Err(format!("{named} {} names a file, which is not read here", quoted(value))),
        (_, None) => ("", value),
    };
    let parting = if name.is_empty() { "" } else { "=" };
    Ok(format!("{name}{parting}{}", percent_encoded(text)))
}
