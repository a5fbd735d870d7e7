//! Tests of curl's options.

use proptest::prelude::*;

use super::{curl_args, http_args, *};
use crate::formats::shell;
use crate::sessions::spec::http::{BodySpec, FormPart, HttpSpec, HttpVersion, PartValue};
use crate::text::sanitize;

fn curl(line: &str) -> Result<HttpSpec, String> {
    curl_args(&shell::split_words(line)?)
}

fn good(line: &str) -> HttpSpec {
    curl(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn text(body: &str) -> BodySpec {
    BodySpec::Bytes(bytes::Bytes::copy_from_slice(body.as_bytes()))
}

fn headers(spec: &HttpSpec) -> Vec<String> {
    spec.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

#[test]
fn a_bare_url_is_a_get_that_follows_nothing() {
    let spec = good("example.com/a?b#c");
    assert_eq!(spec, HttpSpec { compressed: false, ..HttpSpec::get("http://example.com/a?b#c") });
    assert!(http_args(&["h".into()]).unwrap().compressed, "our own default");
    assert_eq!(good("DELETE http://h/").method, "DELETE");
    assert_eq!(good("--url https://[::1]:8443").url, "https://[::1]:8443/");
}

#[test]
fn flags_may_be_joined_and_values_may_stick_to_them() {
    let spec = good("-sSLkf -XPUT -HA:b --compressed -m2.5 --http1.1 http://h/");
    assert_eq!((spec.redirects, spec.insecure, spec.fail_on_status, spec.compressed), (10, true, true, true));
    assert_eq!((spec.method.as_str(), headers(&spec)), ("PUT", vec!["A: b".to_owned()]));
    assert_eq!((spec.timeout, spec.version), (Some(Duration::from_millis(2500)), HttpVersion::Http1));
    assert_eq!(good("-Lskd a=b h").body, text("a=b"));
    assert_eq!((good("-L --max-redirs 3 h").redirects, good("--max-redirs 3 h").redirects), (3, 0));
    assert_eq!(good("--max-time 500ms --http2 h").version, HttpVersion::Http2);
}

#[test]
fn data_makes_a_post_of_a_form_and_is_joined() {
    let spec = good("-d a=1 --data-raw @b --data-urlencode 'c=d e&ü' --data-urlencode '=x y' h");
    assert_eq!((spec.method.as_str(), spec.body.clone()), ("POST", text("a=1&@b&c=d%20e%26%C3%BC&x%20y")));
    assert_eq!(headers(&spec), ["Content-Type: application/x-www-form-urlencoded"]);
    assert_eq!(headers(&good("-d x -H 'content-type: text/plain' h")), ["content-type: text/plain"]);
    assert_eq!(headers(&good("-d x -H 'Content-Type:' h")), Vec::<String>::new());
    assert_eq!(good("--data-binary @a/b h").body, BodySpec::File("a/b".into()));
    assert_eq!(good("-d '' h").body, text(""), "an empty body is a body");
}

#[test]
fn json_is_joined_with_nothing_and_names_its_type_once() {
    let spec = good(r#"--json '{"a":' --json 1} h"#);
    assert_eq!(spec.body, text(r#"{"a":1}"#));
    assert_eq!(headers(&spec), ["Content-Type: application/json", "Accept: application/json"]);
    assert_eq!(headers(&good("--json 1 -H Accept:x h")), ["Accept: x", "Content-Type: application/json"]);
}

#[test]
fn get_puts_data_into_the_query_and_head_asks_for_no_body() {
    let spec = good("-G -d a=1 -d 'b=x y' 'http://h/p?q=0#f'");
    assert_eq!((spec.method.as_str(), spec.url.as_str()), ("GET", "http://h/p?q=0&a=1&b=x%20y#f"));
    assert_eq!((spec.body, spec.headers.len()), (BodySpec::None, 0));
    assert_eq!(good("-I h").method, "HEAD");
    assert_eq!(good("-I -X PROPFIND h").method, "PROPFIND");
}

#[test]
fn a_form_has_parts() {
    let part = |name: &str, value| FormPart { name: name.into(), value };
    let parts = vec![
        part("a", PartValue::Text("b=c".into())),
        part("f", PartValue::File("x y".into())),
        part("s", PartValue::Text("@x;type=y".into())),
    ];
    let spec = good("-F a=b=c -F 'f=@x y' --form-string 's=@x;type=y' h");
    assert_eq!((spec.method.as_str(), spec.body), ("POST", BodySpec::Multipart(parts)));
    assert!(spec.headers.is_empty());
}

#[test]
fn agent_referer_cookies_and_user_are_headers_and_a_user() {
    let spec = good("-A me -e http://r/ -b a=1 -b 'c=2; d=3' -u me:se:cret -H 'X-Empty;' h");
    assert_eq!(headers(&spec), ["User-Agent: me", "Referer: http://r/", "Cookie: a=1; c=2; d=3", "X-Empty: "]);
    assert_eq!(spec.user.as_deref(), Some("me:se:cret"));
    assert_eq!(headers(&good("-A me -H 'User-Agent: you' h")), ["User-Agent: you"]);
}

#[test]
fn proxies_have_a_scheme_and_a_port() {
    let proxy = |value: &str| good(&format!("-x {value} h")).proxy.unwrap();
    assert_eq!(proxy("p"), "http://p:1080");
    assert_eq!(proxy("u:w@p:80/"), "http://u:w@p:80");
    assert_eq!(proxy("socks5h://[::1]:9"), "socks5h://[::1]:9");
    assert_eq!(proxy("https://p"), "https://p:443");
}

#[test]
fn resolve_gives_a_host_its_addresses() {
    let entry = |host: &str, address: &str| (host.to_owned(), address.parse().unwrap());
    let spec = good("--resolve example.com:443:127.0.0.1,[::1] --resolve +[::2]:80:::3 https://example.com");
    let expected = [
        entry("example.com:443", "127.0.0.1:443"),
        entry("example.com:443", "[::1]:443"),
        entry("[::2]:80", "[::3]:80"),
    ];
    assert_eq!(spec.resolve, expected);
}

#[test]
fn what_makes_no_sense_is_named_with_what_is_accepted() {
    let cases = [
        ("", "there is no URL"),
        ("a b", r#""b" is a second URL"#),
        ("-o f h", r#"curl option "-o" is not understood here (the answer is shown"#),
        ("-sw x h", r#"curl option "-w""#),
        ("--retry 3 h", r#"curl option "--retry" is not understood here; accepted: -X -H -d"#),
        ("h -H", r#"curl option "-H" needs a value"#),
        ("h --request", r#"curl option "--request" needs a value"#),
        ("--insecure=1 h", "--insecure takes no value"),
        ("- h", r#"curl option "-""#),
        ("-H nope h", r#"header "nope" has no colon"#),
        ("-H @f h", "a file of headers is not read"),
        ("-H 'a b: c' h", r#"header name "a b""#),
        ("-H $'a: b\\nc: d' h", "control character"),
        ("-X 'GE T' h", r#"method "GE T""#),
        ("-d @f h", "accepted: --data-binary @FILE"),
        ("--data-binary @- h", "standard input is not read"),
        ("--data-binary @f -d x h", "a body is one of"),
        ("-F a=b -d x h", "a body is one of"),
        ("-F x h", "is no field"),
        ("-F 'a=@f;type=x' h", "has ;type="),
        ("-F 'a=<f' h", "reads a file as text"),
        ("-G -F a=b h", "-G puts text into the URL"),
        ("-I -d x h", "-I asks for no body"),
        ("-u me h", "has no password"),
        ("-b jar h", "cookie file"),
        ("-x ftp://p h", "proxy"),
        ("-x 'p:x' h", "proxy"),
        ("-m soon h", "number of seconds"),
        ("-L --max-redirs -1 h", "0 to 1000"),
        ("--resolve h:80 h", "has no address"),
        ("--resolve h:80:x h", r#""x", which is no address"#),
        ("--resolve h:0:::1 h", "from 1 to 65535"),
        ("ftp://h/", r#"scheme "ftp""#),
        ("http://", "URL"),
        ("http://h:0/", "port 0"),
        ("'http://h/a b'", "blank or a control"),
    ];
    for (line, part) in cases {
        let error = curl(line).unwrap_err();
        assert!(error.contains(part), "{line}: {error}");
    }
}

proptest! {
    #[test]
    fn any_arguments_are_a_request_or_a_shown_error(
        near in proptest::collection::vec("-[XHdFuxmLkIGb]{1,3}[a:=@/é]{0,4}|--[a-z-]{3,9}|[a-z:/@=\\[\\].0-9]{0,12}", 0..6),
        far in proptest::collection::vec(any::<String>(), 0..4),
    ) {
        for tokens in [near, far] {
            match curl_args(&tokens) {
                Ok(spec) => prop_assert!(spec.url.starts_with("http")),
                Err(error) => prop_assert!(!error.chars().any(sanitize::is_hostile), "{}", error),
            }
        }
    }

    #[test]
    fn a_header_and_a_body_arrive_as_they_were_quoted(value in "[!-~]([ -~]{0,20}[!-~])?", body in "[^']{1,40}") {
        let line = format!("-H 'X-A: {}' --data-raw '{body}' h", value.replace('\'', r"'\''"));
        let spec = good(&line);
        prop_assert_eq!(&spec.headers[0].1, &value);
        prop_assert_eq!(spec.body, text(&body));
    }
}
