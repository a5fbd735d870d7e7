//! The value of `-F`: `NAME=CONTENT`, where the content may be quoted and have attributes behind semicolons.

use crate::text::sanitize::quoted;

/// A field's name and content, and the attributes behind it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CurlFormField {
    pub(super) name: String,
    pub(super) content: String,
    /// Attributes: `type=text/html`.
    pub(super) attributes: Vec<String>,
}

/// Reads a field as curl does: in quotes `\"` and `\\` are escapes; without quotes it ends at the first semicolon (a
/// text) or also at a comma (a list of files).
///
/// # Errors
/// Fails without a name, or without the closing quote.
pub(super) fn read(value: &str) -> Result<CurlFormField, String> {
    let (name, rest) = split(value)?;
    let (sign, rest) = match rest.chars().next() {
        Some(sign @ ('@' | '<')) => (sign.to_string(), &rest[1..]),
        _ => (String::new(), rest),
    };
    let (word, mut rest) = word(value, rest)?;
    let mut attributes = Vec::new();
    while let Some(after) = rest.strip_prefix(';') {
        let after = after.trim_start();
        let (key, quoted_value) = match after.split_once('=') {
            Some((key, value)) if !key.contains([';', '"']) => (format!("{key}="), value),
            _ => (String::new(), after),
        };
        let (text, left) = self::word(value, quoted_value)?;
        attributes.push(format!("{key}{text}"));
        rest = left;
    }
    Ok(CurlFormField { name: name.to_owned(), content: format!("{sign}{word}{rest}"), attributes })
}

/// The name and the rest of `NAME=…`.
pub(super) fn split(value: &str) -> Result<(&str, &str), String> {
    value
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| format!("-F {} is no field; accepted: NAME=TEXT or NAME=@FILE", quoted(value)))
}

/// A quoted word, or the text up to the next semicolon; and what follows.
fn word<'a>(whole: &str, text: &'a str) -> Result<(String, &'a str), String> {
    let Some(inner) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Ok((text[..end].to_owned(), &text[end..]));
    };
    let mut word = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Ok((word, inner[at + 1..].trim_start())),
            '\\' => match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => word.push(escaped),
                Some((_, other)) => {
                    word.push('\\');
                    word.push(other);
                }
                None => break,
            },
            _ => word.push(c),
        }
    }
    Err(format!("-F {} has a quote that is not closed; accepted: NAME=\"TEXT\"", quoted(whole)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_taken_off_and_a_semicolon_begins_an_attribute() {
        let told = |value: &str| {
            let field = read(value).unwrap_or_else(|error| panic!("{value}: {error}"));
            format!("{}|{}|{}", field.name, field.content, field.attributes.join("|"))
        };
        let cases = [
            (r#"a="b;c""#, "a|b;c|"),
            ("a=b;c", "a|b|c"),
            (r#"a="b\"c\\d\e""#, r#"a|b"c\d\e|"#),
            ("a=b c=d", "a|b c=d|"),
            ("a=", "a||"),
            (r#"f=@"x;y";type=text/html; filename="z;z""#, "f|@x;y|type=text/html|filename=z;z"),
            ("f=<x;type=t", "f|<x|type=t"),
        ];
        for (value, expected) in cases {
            assert_eq!(told(value), expected, "{value}");
        }
        assert!(read("=x").is_err() && read("x").is_err() && read(r#"a="b"#).is_err());
    }
}
