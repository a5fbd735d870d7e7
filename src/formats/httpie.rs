//! HTTPie's request items: `name=text`, `name:=json`, `Header:value`, `name==query`.

use url::form_urlencoded::byte_serialize;

use super::json_text;
use crate::text::sanitize::quoted;

/// One item.
#[derive(Debug, PartialEq, Eq)]
enum RequestItem<'a> {
    Text(&'a str, &'a str),
    Json(&'a str, &'a str),
    Header(&'a str, &'a str),
    Query(&'a str, &'a str),
    File(&'a str, &'static str),
}

/// The separators, the longest first; the first one in the text counts.
const SEPARATORS: [&str; 7] = [":=@", "=@", "==", ":=", "=", ":", "@"];

fn item(text: &str) -> Option<RequestItem<'_>> {
    let (at, separator) = (0..text.len()).filter(|at| text.is_char_boundary(*at)).find_map(|at| {
        SEPARATORS.into_iter().find(|separator| text[at..].starts_with(separator)).map(|separator| (at, separator))
    })?;
    let (name, value) = (&text[..at], &text[at + separator.len()..]);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.[]$".contains(c));
    if !is_name {
        return None;
    }
    Some(match separator {
        // A URL is no header.
        ":" if value.starts_with("//") => return None,
        "=" => RequestItem::Text(name, value),
        ":=" => RequestItem::Json(name, value),
        ":" => RequestItem::Header(name, value),
        "==" => RequestItem::Query(name, value),
        file => RequestItem::File(name, file),
    })
}

/// Whether these words are request items, and not a body written out: all of them have a separator.
pub fn are_items(words: &[String]) -> bool {
    !words.is_empty()
        && words.iter().all(|word| !word.starts_with(['{', '[']) && !word.contains('&') && item(word).is_some())
}

/// curl's options for a URL and its items: the fields become one JSON object, as in HTTPie.
///
/// # Errors
/// Fails for an item that reads a file, a nested field, and JSON that is none.
pub fn curl_options(url: &str, words: &[String]) -> Result<Vec<String>, String> {
    let mut options = Vec::new();
    let mut fields: Vec<(&str, String)> = Vec::new();
    let mut set = |name, json| match fields.iter_mut().find(|(known, _)| *known == name) {
        Some((_, before)) => *before = json,
        None => fields.push((name, json)),
    };
    let mut query = Vec::new();
    for word in words {
        let read = item(word).ok_or_else(|| {
            format!(
                "{} is no item of a request; accepted: name=text, name:=json, Header:value, name==query",
                quoted(word)
            )
        })?;
        match read {
            RequestItem::Text(name, _) | RequestItem::Json(name, _) if name.contains('[') => {
                return Err(format!(
                    "{} is a nested field, which is not read here; accepted: --json '{{…}}'",
                    quoted(word)
                ));
            }
            RequestItem::Text(name, value) => set(name, json_text::string(value)),
            RequestItem::Json(name, value) if json_text::is_value(value) => set(name, value.to_owned()),
            RequestItem::Json(..) => {
                let accepted = "name:=5, name:=true, name:='[1]'";
                return Err(format!("{} is no JSON behind :=; accepted: {accepted}", quoted(word)));
            }
            RequestItem::Header(name, "") => options.extend(["-H".to_owned(), format!("{name}:")]),
            RequestItem::Header(name, value) => options.extend(["-H".to_owned(), format!("{name}: {value}")]),
            RequestItem::Query(name, value) => {
                let encoded: String = byte_serialize(value.as_bytes()).collect();
                query.push(format!("{name}={encoded}"));
            }
            RequestItem::File(..) => {
                return Err(format!(
                    "{} reads a file, which is not done here; accepted: --data-binary @FILE",
                    quoted(word)
                ));
            }
        }
    }
    if !fields.is_empty() {
        let members: Vec<String> =
            fields.iter().map(|(name, json)| format!("{}:{json}", json_text::string(name))).collect();
        options.extend(["--json".to_owned(), format!("{{{}}}", members.join(","))]);
    }
    let (path, fragment) = url.split_once('#').map_or((url, None), |(path, fragment)| (path, Some(fragment)));
    let mut url = path.to_owned();
    if !query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&query.join("&"));
    }
    if let Some(fragment) = fragment {
        url.push('#');
        url.push_str(fragment);
    }
    options.extend(["--url".to_owned(), url]);
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(url: &str, items: &str) -> Result<String, String> {
        let words: Vec<String> = items.split_whitespace().map(str::to_owned).collect();
        curl_options(url, &words).map(|options| options.join(" "))
    }

    #[test]
    fn items_are_fields_of_json_headers_and_the_query() {
        assert_eq!(told("h/p", "a=1 b:=2 X-H:v").unwrap(), r#"-H X-H: v --json {"a":"1","b":2} --url h/p"#);
        assert_eq!(told("h/p?x=1#f", "q==a&b r==c").unwrap(), "--url h/p?x=1&q=a%26b&r=c#f");
        let again = told("h", "z=1 a=2 z=\"").unwrap();
        assert_eq!(again, r#"--json {"z":"\"","a":"2"} --url h"#, "in the order of the line");
        assert_eq!(told("h", "Accept:").unwrap(), "-H Accept: --url h");
        assert!(told("h", "a:=nope").unwrap_err().contains("no JSON"));
        assert!(told("h", "a@file").unwrap_err().contains("reads a file"));
        assert!(told("h", "a=@file").unwrap_err().contains("reads a file"));
        assert!(told("h", "a[b]=1").unwrap_err().contains("nested"));
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(are_items(&words("a=1 b:=2")));
        assert!(!are_items(&words("http://h/")));
        assert!(!are_items(&words("a=1&b=2")) && !are_items(&words("{\"a\":1}")) && !are_items(&words("a=1 hello")));
    }

    proptest! {
        #[test]
        fn any_words_are_options_or_an_error(words in proptest::collection::vec("[a-z:=@\\[\\]é]{0,6}", 0..4)) {
            let read = curl_options("h", &words);
            prop_assert!(!are_items(&words) || read.is_ok() || read.is_err_and(|error| error.contains("accepted")));
        }
    }
}
