//! A request as a curl command line, to run again or to hand over.

use std::net::SocketAddr;

use url::Url;

use crate::sessions::spec::http::{BodySpec, HttpSpec, HttpVersion, PartValue};
use crate::sessions::spec::{IpFamily, SocketSpec};
use crate::wire::http::request_target::has_dot_segments;
use crate::wire::unix::UnixAddress;

/// The `curl` line that sends this request. It has everything that the user gave, passwords included: for a copy that
/// the user asked for.
pub fn curl_line(http: &HttpSpec) -> String {
    let mut words = vec!["curl".to_owned()];
    let usual = if http.body == BodySpec::None { "GET" } else { "POST" };
    if http.method == "HEAD" && http.body == BodySpec::None {
        words.push("--head".to_owned());
    } else if http.method != usual || http.keeps_method {
        words.push(format!("-X {}", quoted_word(http.method.as_bytes())));
    }
    let (url, resolve) = zoned_url(http);
    if url.contains(['[', ']', '{', '}']) {
        words.push("-g".to_owned());
    }
    words.extend(has_dot_segments(&url).then(|| "--path-as-is".to_owned()));
    words.push(quoted_word(url.as_bytes()));
    for (name, value) in &http.headers {
        // For curl, `Name:` removes a field, and `Name;` sends an empty one.
        let field = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        words.push(format!("-H {}", quoted_word(field.as_bytes())));
    }
    words.extend(http.without_defaults.iter().map(|name| format!("-H {}", quoted_word(format!("{name}:").as_bytes()))));
    words.extend(http.user.as_ref().map(|user| format!("-u {}", quoted_word(user.as_bytes()))));
    let mut named = http.headers.iter().map(|(name, _)| name).chain(&http.without_defaults);
    let typed = named.any(|name| name.eq_ignore_ascii_case("content-type"));
    if matches!(http.body, BodySpec::Bytes(_) | BodySpec::File(_)) && !typed {
        // Otherwise curl adds the type of a form.
        words.push("-H Content-Type:".to_owned());
    }
    match &http.body {
        BodySpec::None => {}
        BodySpec::Bytes(bytes) => words.push(format!("--data-raw {}", quoted_word(bytes))),
        BodySpec::File(path) => {
            words.push(format!("--data-binary {}", quoted_word(format!("@{}", path.display()).as_bytes())));
        }
        BodySpec::Multipart(parts) => {
            for part in parts {
                let (flag, value) = match &part.value {
                    PartValue::Text(text) => ("--form-string", text.clone()),
                    PartValue::File(path) => ("-F", format!("@{}", path.display())),
                };
                words.push(format!("{flag} {}", quoted_word(format!("{}={value}", part.name).as_bytes())));
            }
        }
    }
    let flags = [(http.compressed, "--compressed"), (http.insecure, "-k"), (http.fail_on_status, "--fail")];
    words.extend(flags.into_iter().filter(|(on, _)| *on).map(|(_, flag)| flag.to_owned()));
    if let Some(path) = &http.ca_file {
        words.push(format!("--cacert {}", quoted_word(path.to_string_lossy().as_bytes())));
    }
    if http.redirects > 0 || http.refuses_redirects {
        words.push(format!("-L --max-redirs {}", http.redirects));
    }
    match http.version {
        HttpVersion::Any => {}
        HttpVersion::Http1 => words.push("--http1.1".to_owned()),
        HttpVersion::Http2 => words.push("--http2-prior-knowledge".to_owned()),
    }
    match http.socket.family {
        IpFamily::Any => {}
        IpFamily::V4 => words.push("-4".to_owned()),
        IpFamily::V6 => words.push("-6".to_owned()),
    }
    if let Some((option, path)) = http.unix.as_ref().and_then(unix_socket_option) {
        words.push(format!("{option} {}", quoted_word(path)));
    }
    words.extend(http.proxy.as_ref().map(|proxy| format!("-x {}", quoted_word(proxy.as_bytes()))));
    for (place, address) in resolve {
        words.push(format!("--resolve {}", quoted_word(format!("{place}:{}", zoned(address)).as_bytes())));
    }
    let most = http.socket.connect_timeout;
    if most != SocketSpec::default().connect_timeout {
        words.push(format!("--connect-timeout {}", most.as_secs_f64()));
    }
    words.extend(http.timeout.map(|most| format!("-m {}", most.as_secs_f64())));
    words.join(" ")
}

/// The URL with the zone of its address, and the other addresses to use for hosts. A request keeps the zone apart from
/// its URL, but curl takes it only there.
fn zoned_url(http: &HttpSpec) -> (String, Vec<&(String, SocketAddr)>) {
    let (mut url, mut others) = (http.url.clone(), Vec::new());
    for entry in &http.resolve {
        match with_zone(&url, entry) {
            Some(zoned) => url = zoned,
            None => others.push(entry),
        }
    }
    (url, others)
}

/// The URL with the zone of an address (RFC 6874), if its host is that address.
fn with_zone(url: &str, (place, address): &(String, SocketAddr)) -> Option<String> {
    let SocketAddr::V6(v6) = address else { return None };
    let host = format!("[{}]", v6.ip());
    let parsed = Url::parse(url).ok()?;
    let is_its_host = parsed.host_str() == Some(&host)
        && parsed.port_or_known_default() == Some(v6.port())
        && *place == format!("{host}:{}", v6.port());
    (is_its_host && v6.scope_id() != 0).then(|| url.replacen(&host, &format!("[{}%25{}]", v6.ip(), v6.scope_id()), 1))
}

/// An address without its port, with its zone.
pub(super) fn zoned(address: &SocketAddr) -> String {
    match address {
        SocketAddr::V6(v6) if v6.scope_id() != 0 => format!("[{}%{}]", v6.ip(), v6.scope_id()),
        other => other.ip().to_string(),
    }
}

/// curl's option for a Unix socket, and its path or name; `None` for one without an address.
pub(super) fn unix_socket_option(address: &UnixAddress) -> Option<(&'static str, &[u8])> {
    match address {
        UnixAddress::Unnamed => None,
        UnixAddress::Path(path) => Some(("--unix-socket", path)),
        UnixAddress::Abstract(name) => Some(("--abstract-unix-socket", name)),
    }
}

/// A word for a shell: bare if it is harmless, in quotes, or as `$'…'` (bash, zsh, ksh) if it has bytes that a line of
/// text cannot have.
fn quoted_word(word: &[u8]) -> String {
    let harmless = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:%=+,@".contains(byte);
    if !word.is_empty() && word.iter().all(harmless) {
        return String::from_utf8_lossy(word).into_owned();
    }
    match std::str::from_utf8(word) {
        Ok(text) if !text.chars().any(char::is_control) => format!("'{}'", text.replace('\'', r"'\''")),
        Ok(_) | Err(_) => {
            let escaped: String = word.iter().map(|byte| escaped_byte(*byte)).collect();
            format!("$'{escaped}'")
        }
    }
}

fn escaped_byte(byte: u8) -> String {
    match byte {
        b'\n' => r"\n".to_owned(),
        b'\r' => r"\r".to_owned(),
        b'\t' => r"\t".to_owned(),
        b'\\' | b'\'' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        // Three digits, so that a digit after it is no part of the escape.
        _ => format!("\\{byte:03o}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::paste::parse_anything;
    use crate::sessions::SpecKind;
    use crate::sessions::spec::system_names::SystemNames;

    #[test]
    fn the_line_asks_for_the_same_request_again() {
        for line in [
            "curl http://127.0.0.1:1/a",
            "curl -I http://127.0.0.1:1/a",
            r"curl --path-as-is 'http://127.0.0.1:1/a/../%2e/b\c?d='\''e'",
            "curl -g 'http://127.0.0.1:1/{a}[1]'",
            "curl -H User-Agent: -A '' -L --max-redirs 0 -X GET http://127.0.0.1:1/",
            "curl -X DELETE 'http://127.0.0.1:1/a?b=c&d' -H 'X-One: two three' -u me:secret",
            "curl http://127.0.0.1:1/ --data-raw 'it'\\''s=1' -H 'content-type: text/plain' --compressed -k -L",
            "curl http://127.0.0.1:1/ -F a=b --http1.1 -m 3",
            "curl http://127.0.0.1:1/ --data-raw $'a\\nb\\x01' -H 'content-type: x/y'",
            "curl --unix-socket '/run/a b.sock' http://h/ --connect-timeout 2.5",
            "curl --abstract-unix-socket name http://h/ -4",
            "curl -g 'http://[fe80::1%251]:1/a'",
            "curl --resolve 'h:80:[fe80::1%1],127.0.0.1' http://h/",
        ] {
            let asked = parse_anything(line, &SystemNames::usual()).unwrap_or_else(|why| panic!("{line}: {why}"));
            let SpecKind::Http(asked) = asked.spec.what else { panic!("{line}") };
            let copied = curl_line(&asked);
            let again = parse_anything(&copied, &SystemNames::usual()).unwrap_or_else(|why| panic!("{copied}: {why}"));
            let SpecKind::Http(again) = again.spec.what else { panic!("{copied}") };
            assert_eq!(again, asked, "{copied}");
        }
    }

    #[test]
    fn a_zone_stands_in_the_url_where_curl_takes_it() {
        let mut http = HttpSpec { compressed: false, ..HttpSpec::get("http://[fe80::1]/") };
        http.resolve.push(("[fe80::1]:80".into(), "[fe80::1%2]:80".parse().unwrap()));
        assert_eq!(curl_line(&http), "curl -g 'http://[fe80::1%252]/'");
    }

    #[test]
    fn a_word_that_a_shell_would_change_is_quoted() {
        assert_eq!(quoted_word(b"a-b_c/d"), "a-b_c/d");
        assert_eq!(quoted_word(b"a b'c"), r"'a b'\''c'");
        assert_eq!(quoted_word(b"a\n\x1b1'\\\xff"), r"$'a\n\0331\'\\\377'");
        assert_eq!(quoted_word(b""), "''");
    }
}
