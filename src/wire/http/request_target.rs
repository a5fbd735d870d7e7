//! The target of a request as its URL writes it (RFC 9112 §3.2.1). A library that reads URLs rewrites it: it takes out
//! `%2e%2e`, and encodes characters that may stand there.

/// The path and query of an absolute URL as they are written, without the fragment. Without a path it is `/`.
pub fn written_target(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let target = rest[authority..].split('#').next().unwrap_or_default();
    if target.starts_with('/') { target.to_owned() } else { format!("/{target}") }
}

/// Whether it can be sent as it is: it has only visible ASCII characters.
pub fn is_sendable(target: &str) -> bool {
    target.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether the path of an absolute URL has segments `.` or `..`.
pub fn has_dot_segments(url: &str) -> bool {
    let target = written_target(url);
    without_dot_segments(&target) != target
}

/// The target without the segments `.` and `..` of its path, which are taken out as RFC 3986 §5.2.4 says. Those that
/// are written with `%2e` stay.
pub fn without_dot_segments(target: &str) -> String {
    let (path, query) = target.find('?').map_or((target, ""), |at| target.split_at(at));
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}{query}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_what_stands_behind_the_authority() {
        for (url, target) in [
            ("http://h", "/"),
            ("http://h?x", "/?x"),
            ("http://u@h:1/a'b/%2e%2e\\?c=/../#d?e", "/a'b/%2e%2e\\?c=/../"),
            ("http://[::1%251]/#x", "/"),
        ] {
            assert_eq!(written_target(url), target);
        }
        assert!(is_sendable("/\"<>|^`'\\{}[]") && !is_sendable("/a b") && !is_sendable("/\u{e4}"));
    }

    #[test]
    fn dot_segments_are_taken_out_as_curl_does_it() {
        for (written, left) in [
            ("/a/../b", "/b"),
            ("/a/./b//c?x=/../y", "/a/b//c?x=/../y"),
            ("/..", "/"),
            ("/a/..", "/"),
            ("/a/b/.", "/a/b/"),
            ("/../../a", "/a"),
            ("/a/%2e%2e/b", "/a/%2e%2e/b"),
            ("/...", "/..."),
            ("/", "/"),
        ] {
            assert_eq!(without_dot_segments(written), left);
            assert_eq!(has_dot_segments(&format!("http://h{written}")), written != left);
        }
    }
}
