//! curl's URL globs: `[1-3]` and `{a,b}` mean several requests.

use crate::text::sanitize::quoted;

/// The URL without the backslashes that keep brackets and braces from being globs; refuses one of which curl would make several requests, or none.
///
/// # Errors
/// Fails if the URL has a bracket or a brace that is not escaped with a backslash and not part of an IPv6 address.
pub(super) fn unescaped(url: &str) -> Result<String, String> {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url[authority..].find(['/', '?', '#']).map_or(url.len(), |at| authority + at);
    let host = url[authority..end].rfind('@').map_or(authority, |at| authority + at + 1);
    // The brackets of an IPv6 address.
    let skipped = match url[host..end].find(']') {
        Some(close) if url[host..].starts_with('[') && url[host..host + close].contains(':') => host..host + close + 1,
        _ => host..host,
    };
    let mut escaped = false;
    let mut plain = String::with_capacity(url.len());
    for (at, c) in url.char_indices() {
        if !escaped && matches!(c, '[' | ']' | '{' | '}') && !skipped.contains(&at) {
            return Err(format!(
                "URL {} has a glob, of which curl makes several requests; accepted: one URL, \
                                or -g to send {} as it is",
                quoted(url),
                quoted(c.encode_utf8(&mut [0; 4]))
            ));
        }
        escaped = c == '\\' && url[at + 1..].starts_with(['[', ']', '{', '}']);
        if !escaped {
            plain.push(c);
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_braces_are_globs_but_those_of_an_address_are_not() {
        for url in
            ["http://h/[1-3]", "http://h/{a,b}", "h/x?a[]=1", "http://h/}", "http://[1-3].h/", "http://[::1]/[a-c]"]
        {
            assert!(unescaped(url).unwrap_err().contains("or -g"), "{url}");
        }
        for url in ["http://h/a", "http://[::1]:80/", "[fe80::1%25lo]/", "http://u@[::1]/x", r"http://h/\a\\b"] {
            assert_eq!(unescaped(url).as_deref(), Ok(url));
        }
        assert_eq!(unescaped(r"http://h/\[1\]\{").as_deref(), Ok("http://h/[1]{"));
    }
}
