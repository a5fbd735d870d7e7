//! Tests of curl's options.

use proptest::prelude::*;

use super::*;
use crate::formats::shell;
use crate::sessions::spec::http::{BodySpec, FormPart, HttpSpec, HttpVersion, PartValue};
use crate::text::sanitize;

fn request(line: &str) -> Result<CurlRequest, String> {
    let names = SystemNames::usual().with_interfaces(vec![("lo".into(), 1)]);
    parse(&shell::split_words(line)?, CurlStyle::Curl, &names)
}

fn curl(line: &str) -> Result<HttpSpec, String> {
    request(line).map(|request| request.spec)
}

fn notes(line: &str) -> Vec<String> {
    request(line).unwrap_or_else(|error| panic!("{line}: {error}")).notes
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
fn a_host_that_noproxy_names_is_asked_without_the_proxy() {
    let proxy = |line: &str| {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        parse(&words, CurlStyle::Curl, &SystemNames::usual()).unwrap().spec.proxy.is_some()
    };
    assert!(proxy("-x p:3128 http://h/") && proxy("-x p:3128 --noproxy other http://h/"));
    assert!(!proxy("-x p:3128 --noproxy * http://h/"));
    assert!(!proxy("--noproxy a,example.org -x p:3128 http://www.example.org/"));
    assert!(proxy("-x p:3128 --noproxy example.org http://notexample.org/"));
    assert!(!proxy("-x p:3128 --noproxy ::1 http://[::1]/"));
}

#[test]
fn a_bare_url_is_a_get_that_follows_nothing() {
    let spec = good("example.com/a?b#c");
    assert_eq!(spec, HttpSpec { compressed: false, ..HttpSpec::get("http://example.com/a?b#c") });
    let ours = parse(&["h".into()], CurlStyle::Sockeye, &SystemNames::usual()).unwrap();
    assert!(ours.spec.compressed, "our own default");
    assert_eq!(good("DELETE http://h/").method, "DELETE");
    assert_eq!(good("--url https://[::1]:8443").url, "https://[::1]:8443/");
}

#[test]
fn flags_may_be_joined_and_values_may_stick_to_them() {
    let spec = good("-sSLkf -XPUT -HA:b --compressed -m2.5 --http1.1 http://h/");
    assert_eq!((spec.redirects, spec.insecure, spec.fail_on_status, spec.compressed), (50, true, true, true));
    assert_eq!((spec.method.as_str(), headers(&spec)), ("PUT", vec!["A: b".to_owned()]));
    assert_eq!((spec.timeout, spec.version), (Some(Duration::from_millis(2500)), HttpVersion::Http1));
    assert_eq!(good("-Lskd a=b h").body, text("a=b"));
    assert_eq!((good("-L --max-redirs 3 h").redirects, good("--max-redirs 3 h").redirects), (3, 0));
    assert_eq!(good("--max-time 500ms --http2-prior-knowledge h").version, HttpVersion::Http2);
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
        ("--nonsense h", r#"curl option "--nonsense" is not known here; accepted: -X -H -d"#),
        ("--retry x h", r#""x" is no number"#),
        ("--capath f h", "curl --capath is about certificates of your own, which are not read here"),
        ("-E f h", "curl -E is about certificates"),
        ("--unix-socket /s -x p h", "exclude each other"),
        ("--tlsv1.3 h", "curl --tlsv1.3 chooses how TLS is spoken"),
        ("--digest -u a:b h", "curl --digest is a login that is not spoken here"),
        ("-K f h", "curl -K reads or writes a file of curl's"),
        ("-p h", "curl -p is about the proxy"),
        ("--limit-rate 1k h", "curl --limit-rate is a limit that is not kept here"),
        ("--dns-servers 1.1.1.1 h", "curl --dns-servers chooses the name server"),
        ("--http3 h", "curl --http3 is a version of HTTP"),
        ("--post301 h", "curl --post301 changes what a redirect may do"),
        ("--max-filesize 5 h", "curl --max-filesize changes how the answer is read"),
        ("--request-target / h", "--request-target changes what is sent"),
        ("h --next h", "curl --next changes what is sent"),
        ("-e ';auto' h", "sets the Referer of redirects"),
        ("-e 'http://r/;auto' h", "sets the Referer of redirects"),
        ("-H 'Host:' h", "leaves out what HTTP/1.1 needs"),
        ("http://h/[1-3]", r#"accepted: one URL, or -g to send "[" as it is"#),
        ("'http://h/{a,b}'", "has a glob"),
        ("-x /server h", "proxy \"/server\" makes no sense"),
        ("-T - -d x h", "-T sends a file as the whole body"),
        ("-T '{a,b}' h", "several uploads"),
        ("-r x h", "no range of bytes; accepted: 0-499"),
        ("-C - h", "-C - -o FILE, or -C OFFSET"),
        ("--connect-to h:80:other:80 h", "leads to no address"),
        ("--connect-to ::127.0.0.1:81 h", "leads to another port"),
        ("--connect-to x h", "has not four parts"),
        ("--interface nosuch0 h", "is no address and no interface here; there are lo"),
        ("http://[fe80::1%25nosuch0]/", r#"no interface "nosuch0"; accepted: lo"#),
        ("-L --resolve '*:80:127.0.0.1' h", "is not done for the hosts of redirects"),
        ("--resolve '*:x:127.0.0.1' h", "is wrong"),
        ("h -H", r#"curl option "-H" needs a value"#),
        ("h --request", r#"curl option "--request" needs a value"#),
        ("--insecure=1 h", "--insecure takes no value"),
        ("- h", r#"curl option "-""#),
        ("-H nope h", r#"header "nope" has no colon"#),
        ("-H 'Authorization Bearer TTTT' h", r#"header "Authorization…" has no colon"#),
        ("-H Cookie=sid=SSS h", r#"header "Cookie…" has no colon"#),
        ("-H @f h", "a file of headers is not read"),
        ("-H 'a b: c' h", r#"header name "a b""#),
        ("-H $'a: b\\nc: d' h", "control character"),
        ("-X 'GE T' h", r#"method "GE T""#),
        ("-d @f h", "accepted: --data-binary @FILE"),
        ("-d @- -d x h", "is the whole body"),
        ("--data-binary @f -d x h", "a body is one of"),
        ("-F a=b -d x h", "a body is one of"),
        ("-F x h", "is no field"),
        ("-F 'a=@f;type=x' h", "has \";type=x\""),
        ("-F 'a=@f,g' h", "names several files"),
        ("-F 'a=\"b' h", "quote that is not closed"),
        ("-F 'a=<f' h", "reads a file as text"),
        ("-G -F a=b h", "-G puts text into the URL"),
        ("-I -d x h", "-I asks for no body"),
        ("-u me h", "has no password"),
        ("-b jar h", "cookie file"),
        ("-x ftp://p h", "proxy"),
        ("-x 'p:x' h", "proxy"),
        ("-m soon h", "or seconds without a unit"),
        ("-L --max-redirs -1 h", "0 to 1000"),
        ("--resolve h:80 h", "has no address"),
        ("--resolve h:80:x h", r#""x" is no address"#),
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

#[test]
fn what_curl_only_prints_or_keeps_has_no_effect_and_that_is_said() {
    assert_eq!(notes("-D f -N h"), ["-D -N have no effect here: the answer is shown, or goes to standard output"]);
    assert_eq!(
        notes("-w '%{time_total}' h"),
        ["-w has no effect here: times and sizes are on the screen and in --json"]
    );
    assert_eq!(notes("-sS -v h").len(), 2);
    assert_eq!(notes("-c jar h"), ["-c has no effect here: no cookie is kept for another request"]);
    assert!(notes("--retry 3 h")[0].contains("only connecting is tried again"));
    assert_eq!(
        (good("--retry 3 h").socket.retry.times, good("--retry-delay 2 h").socket.retry.first.as_secs()),
        (3, 2)
    );
    assert_eq!(notes("--tlsv1.2 -q -j --basic -g h"), Vec::<String>::new(), "as it is here anyway");
    assert!(request("-i h").unwrap().output.prints_head && request("-I h").unwrap().output.prints_head);
    assert!(notes("--http2 http://h")[0].contains("asks for no Upgrade"));
    assert_eq!(
        (good("--http2 https://h").version, good("--http2 http://h").version),
        (HttpVersion::Any, HttpVersion::Http2)
    );
    assert!(notes("-F 'a=b;c' h")[0].contains("behind the semicolon"));
    assert_eq!(
        notes("-H 'Transfer-Encoding: chunked' h"),
        ["Transfer-Encoding is not sent: there is no body to be coded"]
    );
    assert_eq!(headers(&good("-H 'Transfer-Encoding: chunked' h")), Vec::<String>::new());
}

#[test]
fn a_default_that_is_not_wanted_is_left_out() {
    let without = |line: &str| good(line).without_defaults;
    assert_eq!(without("-H 'User-Agent:' -H 'Accept:' h"), ["User-Agent", "Accept"]);
    assert_eq!(without("-A '' h"), ["User-Agent"]);
    assert_eq!(headers(&good("-A me -H 'User-Agent:' h")), Vec::<String>::new());
    assert_eq!(headers(&good("-b a=1 -H 'Cookie: b=2' h")), ["Cookie: b=2"], "one field, RFC 6265");
}

#[test]
fn redirects_are_followed_as_curl_follows_them() {
    let told = |line: &str| {
        let spec = good(line);
        (spec.redirects, spec.refuses_redirects, spec.keeps_method)
    };
    assert_eq!(told("-L h"), (50, false, false));
    assert_eq!(told("-L --max-redirs 0 h"), (0, true, false));
    assert_eq!(told("--max-redirs 0 h"), (0, false, false));
    assert_eq!(told("-L -X POST h"), (50, false, true));
}

#[test]
fn a_form_field_is_quoted_as_curl_quotes_it() {
    let value = |line: &str| match good(line).body {
        BodySpec::Multipart(parts) => match &parts[0].value {
            PartValue::Text(text) => text.clone(),
            PartValue::File(path) => format!("@{}", path.display()),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(value(r#"-F 'a="b;c"' h"#), "b;c");
    assert_eq!(value("-F 'a=b;c' h"), "b");
    assert_eq!(value(r#"-F 'a="b\"c"' h"#), r#"b"c"#);
    assert_eq!(value("-F 'a=@f' h"), "@f");
}

#[test]
fn uploads_ranges_and_places_are_done() {
    let upload = good("-T a/b.txt http://h/dir/");
    assert_eq!((upload.method.as_str(), upload.url.as_str()), ("PUT", "http://h/dir/b.txt"));
    assert_eq!((upload.body, upload.headers.len()), (BodySpec::File("a/b.txt".into()), 0));
    assert_eq!(request("-T - http://h/x").unwrap().stdin_body, Some(StdinBody::AsItIs));
    assert_eq!(request("-d @- h").unwrap().stdin_body, Some(StdinBody::WithoutLineEnds));
    assert_eq!(StdinBody::WithoutLineEnds.body(b"a\r\nb\0c\n".to_vec()), b"abc");
    assert_eq!(headers(&good("-r 0-499 h")), ["Range: bytes=0-499"]);
    assert_eq!(headers(&good("-C 100 h")), ["Range: bytes=100-"]);
    assert_eq!(headers(&good("--oauth2-bearer tok h")), ["Authorization: Bearer tok"]);
    assert_eq!(
        good("--connect-to ::127.0.0.1: http://h:81/").resolve,
        [("h:81".into(), "127.0.0.1:81".parse().unwrap())]
    );
    assert_eq!(good("--interface 127.0.0.2 --local-port 7 h").socket.bind, Some("127.0.0.2:7".parse().unwrap()));
    assert_eq!(good("--interface lo h").socket.options.len(), 1);
    assert_eq!(good("--socks5 p h").proxy.as_deref(), Some("socks5://p:1080"));
    assert_eq!(good("--socks5-hostname p:9 h").proxy.as_deref(), Some("socks5h://p:9"));
    assert_eq!(good("-x http://p:http h").proxy.as_deref(), Some("http://p:80"));
}

#[test]
fn urls_are_taken_as_curl_takes_them() {
    assert_eq!(good("http:/h/x").url, "http://h/x");
    assert_eq!(good("h/?u=http://x").url, "http://h/?u=http://x");
    assert_eq!(good("h:81/a").url, "http://h:81/a");
    assert_eq!(good("-g 'http://h/[1]'").url, "http://h/[1]");
    for url in ["http://[fe80::1%25lo]:9/x", "http://[fe80::1%lo]:9/x", "[fe80::1%251]:9/x"] {
        let spec = good(url);
        assert_eq!(spec.url, "http://[fe80::1]:9/x", "a zone is not sent, RFC 6874");
        assert_eq!(spec.resolve, [("[fe80::1]:9".into(), "[fe80::1%1]:9".parse().unwrap())]);
    }
    let resolved = good("--resolve 'h:80:[fe80::1%lo]' h").resolve;
    assert_eq!(resolved, [("h:80".into(), "[fe80::1%1]:80".parse().unwrap())]);
}

proptest! {
    #[test]
    fn any_arguments_are_a_request_or_a_shown_error(
        near in proptest::collection::vec("-[XHdFuxmLkIGb]{1,3}[a:=@/é]{0,4}|--[a-z-]{3,9}|[a-z:/@=\\[\\].0-9]{0,12}", 0..6),
        far in proptest::collection::vec(any::<String>(), 0..4),
    ) {
        for tokens in [near, far] {
            match parse(&tokens, CurlStyle::Curl, &SystemNames::usual()) {
                Ok(request) => prop_assert!(request.spec.url.starts_with("http")),
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

#[test]
fn a_url_is_sent_as_it_is_written_and_a_change_is_said() {
    for url in ["http://h/a'b?c='d'", "http://h/a/%2e%2e/b", r"http://h/a\b", "http://h/\"<>|^`\"", "http://h/..."] {
        let asked = request(&format!("'{}'", url.replace('\'', r"'\''"))).unwrap();
        assert_eq!((asked.spec.url.as_str(), asked.notes), (url, Vec::new()));
    }
    assert_eq!(good("-g 'http://h/[1]{a}'").url, "http://h/[1]{a}");
    assert_eq!(good(r"'http://h/\[1\]'").url, "http://h/[1]", "curl takes the backslash off");
    assert_eq!(good("http://h/a/../b").url, "http://h/b");
    assert_eq!(good("--path-as-is http://h/a/../b").url, "http://h/a/../b");
    assert!(notes("http://h/a/../b")[0].contains(r#""/a/../b" → "/b"; --path-as-is"#));
    assert_eq!(good("http://h/\u{e4}?\u{f6}").url, "http://h/%C3%A4?%C3%B6");
    assert!(notes("http://h/\u{e4}")[0].contains("the URL was changed"));
    assert_eq!(good("'HTTP://H:80/a#b'").url, "http://h/a#b");
    assert!(curl(r"'http://h\x/'").unwrap_err().contains("backslash"));
}

#[test]
fn a_query_is_added_as_curl_adds_it() {
    let words =
        "--url-query 'n=a b&c+~*' --url-query +x=y%20z --url-query '=q&r' --url-query 'just text' 'http://h/a?b'";
    assert_eq!(good(words).url, "http://h/a?b&n=a+b%26c%2B~%2A&x=y%20z&q%26r&just+text");
    assert_eq!(good("--url-query n=1 h -d x").url, "http://h/?n=1");
    assert_eq!(good("-G --data-urlencode 'n=a~*+ ' h").url, "http://h/?n=a~%2A%2B%20");
    assert!(curl("-G -d a --url-query b h").unwrap_err().contains("accepted: one of them"));
}

#[test]
fn a_star_stands_for_every_host_and_localhost_has_no_other_address_than_loopback() {
    let resolved = |line: &str| good(line).resolve.iter().map(|(_, address)| address.to_string()).collect::<Vec<_>>();
    assert_eq!(resolved("--resolve '*:80:127.0.0.2' h"), ["127.0.0.2:80"]);
    assert_eq!(resolved("--resolve '*:81:127.0.0.2' h"), Vec::<String>::new());
    assert_eq!(resolved("--resolve '*:80:127.0.0.2' --resolve h:80:127.0.0.3 h"), ["127.0.0.3:80"]);
    assert_eq!(good("--resolve '*:80:127.0.0.2' h").resolve[0].0, "h:80");
    assert_eq!(resolved("http://app.LOCALHOST:81/"), ["127.0.0.1:81", "[::1]:81"]);
    assert_eq!(resolved("--resolve '*:80:127.0.0.2' app.localhost"), ["127.0.0.2:80"]);
    for others in ["localhost", "app.localhost.example", "-x 127.0.0.1:9 app.localhost"] {
        assert_eq!(resolved(others), Vec::<String>::new(), "{others}");
    }
}
