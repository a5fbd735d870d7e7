//! A command line of Windows' cmd.exe, as browsers copy it ("Copy as cURL (cmd)").

/// Whether a text is one: cmd's `^` stands before a quote, or at the end of a line.
pub(super) fn is_cmd(text: &str) -> bool {
    text.contains("^\"") || text.split(['\r', '\n']).any(|line| line.trim_end().ends_with('^'))
}

/// The words: first cmd's own escapes are undone (`^x` is `x`; behind `^` a line break is nothing, and what follows it
/// is literal), then the quotes of the C library (`"…"`, with `\"` in them). Words behind a lone `&` or `|` are others.
///
/// # Errors
/// Fails with a sentence if a quote is not closed.
pub(super) fn split_words(text: &str) -> Result<Vec<String>, String> {
    let text = without_carets(text);
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut in_quotes = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                let mut count = 1;
                while rest.next_if_eq(&'\\').is_some() {
                    count += 1;
                }
                let word = word.get_or_insert_default();
                if rest.peek() == Some(&'"') {
                    word.extend(std::iter::repeat_n('\\', count / 2));
                    if count % 2 == 1 {
                        rest.next();
                        word.push('"');
                    }
                } else {
                    word.extend(std::iter::repeat_n('\\', count));
                }
            }
            '"' if in_quotes && rest.next_if_eq(&'"').is_some() => word.get_or_insert_default().push('"'),
            '"' => {
                in_quotes = !in_quotes;
                word.get_or_insert_default();
            }
            _ if c.is_whitespace() && !in_quotes => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    if in_quotes {
        return Err("a quote of this cmd.exe line is not closed; accepted: the whole line".to_owned());
    }
    words.extend(word);
    if let Some(end) = words.iter().position(|word| matches!(word.as_str(), "&" | "|" | "&&")) {
        words.truncate(end);
    }
    Ok(words)
}

fn without_carets(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '^' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some('\r') => {
                rest.next_if_eq(&'\n');
                plain.extend(literal(&mut rest));
            }
            Some('\n') => plain.extend(literal(&mut rest)),
            Some(escaped) => plain.push(escaped),
            None => {}
        }
    }
    plain
}

/// The character behind an escaped line break; a line break, however it is written, is one character.
fn literal(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match rest.next()? {
        '\r' => {
            rest.next_if_eq(&'\n');
            Some('\n')
        }
        // What is escaped is read again: `^` before a quote is common.
        '^' => rest.next(),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_browsers_copy_is_read_with_every_line_end() {
        let chrome = "curl ^\"https://h/a?b=1^&c=2^\" ^\n  -H ^\"accept: */*^\" ^\n  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"x y^\\^\"^}^\"";
        for line in [chrome.to_owned(), chrome.replace('\n', "\r\n"), chrome.replace('\n', "\r")] {
            let words = split_words(&line).unwrap();
            assert!(is_cmd(&line));
            assert_eq!(
                words,
                ["curl", "https://h/a?b=1&c=2", "-H", "accept: */*", "--data-raw", r#"{"a":"x y"}"#],
                "{line:?}"
            );
        }
        let older = "curl \"http://h/\" ^\r\n  --data-raw \"l1^\r\n\r\nl2\" --compressed";
        assert_eq!(split_words(older).unwrap(), ["curl", "http://h/", "--data-raw", "l1\nl2", "--compressed"]);
        assert_eq!(
            split_words(r#"curl "C:\dir\\" ^"a\\\^"b^" "c""d""#).unwrap(),
            ["curl", "C:\\dir\\", "a\\\"b", "c\"d"]
        );
        assert!(split_words("curl ^\"x").unwrap_err().contains("not closed"));
        assert!(!is_cmd("curl 'a^b' x"));
    }

    proptest! {
        #[test]
        fn any_text_is_words_or_an_error(text in any::<String>(), near in r#"[a^"\\ \r\n&]{0,24}"#) {
            for text in [text, near] {
                drop(split_words(&text));
            }
        }
    }
}
