//! Tests of pasted texts.

use std::time::Duration;

use proptest::prelude::*;

use super::{LONGEST, parse_anything};
use crate::sessions::SpecKind;
use crate::sessions::spec::IpFamily;
use crate::sessions::spec::http::BodySpec;
use crate::text::sanitize;

/// A short description of the spec, for tables.
fn told(text: &str) -> String {
    let what = parse_anything(text).unwrap_or_else(|error| panic!("{text}: {error}")).what;
    let local = |bind: Option<std::net::SocketAddr>| bind.map(|bind| format!(" from {bind}")).unwrap_or_default();
    let family = |family| match family {
        IpFamily::Any => "",
        IpFamily::V4 => " v4",
        IpFamily::V6 => " v6",
    };
    match what {
        SpecKind::Tcp(tcp) => format!("tcp {}{}{}", tcp.target, family(tcp.socket.family), local(tcp.socket.bind)),
        SpecKind::Udp(udp) => format!("udp {}{}{}", udp.target, family(udp.socket.family), local(udp.socket.bind)),
        SpecKind::Listen(listen) => format!("listen tcp {}", listen.local),
        SpecKind::UdpBound(bound) => format!("listen udp {}", bound.local),
        SpecKind::Http(http) => format!("{} {}", http.method, http.url),
        SpecKind::Dns(dns) => {
            let server = dns.server.as_ref().map(|server| format!(" @{server}")).unwrap_or_default();
            format!("dns {}{server}", dns.question_text())
        }
        SpecKind::Accepted(_) | SpecKind::UnixAccepted(_) => "accepted".into(),
        SpecKind::Repeat(_) => "repeat".into(),
        unix @ (SpecKind::Unix(_) | SpecKind::UnixListen(_)) => unix.facets().title(None),
        SpecKind::Ports(range) => format!("ports {}{}", range.range_text(), family(range.socket.family)),
    }
}

#[test]
fn targets_urls_and_commands_are_understood() {
    let cases = [
        ("example.com:80", "tcp example.com:80"),
        ("  example.com 80\n", "tcp example.com:80"),
        ("::1 80", "tcp [::1]:80"),
        ("[::1]:80", "tcp [::1]:80"),
        ("tcp://h:1/", "tcp h:1"),
        ("h:8000-8010", "ports h:8000-8010"),
        ("tcp -6 h:8000-8010", "ports h:8000-8010 v6"),
        ("unix:/run/a.sock", "stream unix:/run/a.sock"),
        ("tcp unix:/run/a.sock", "stream unix:/run/a.sock"),
        ("udp unix:/dev/log", "dgram unix:/dev/log"),
        ("listen tcp unix:/tmp/a b", "listen stream unix:/tmp/a b"),
        ("sockeye listen udp unix:/tmp/a", "listen dgram unix:/tmp/a"),
        ("listen unix:/tmp/a b", "listen stream unix:/tmp/a b"),
        ("listen  udp  unix:/tmp/a", "listen dgram unix:/tmp/a"),
        ("listen  udp  9000", "listen udp 0.0.0.0:9000"),
        ("UDP://h:1", "udp h:1"),
        ("tcp h:1", "tcp h:1"),
        ("tcp -6 h:1", "tcp h:1 v6"),
        ("udp h:1", "udp h:1"),
        ("$ sockeye udp h:1", "udp h:1"),
        ("sockeye h:1", "tcp h:1"),
        ("tcp:80", "tcp tcp:80"),
        ("nc:80", "tcp nc:80"),
        ("https://h/a?b", "GET https://h/a?b"),
        ("GET h/a", "GET http://h/a"),
        ("delete http://h/", "DELETE http://h/"),
        ("http h/a", "GET http://h/a"),
        ("http POST h/a -d x", "POST http://h/a"),
        ("http -X PUT -L h", "PUT http://h/"),
        ("GET http://h/ -H 'A: b'", "GET http://h/"),
        ("listen tcp 9000", "listen tcp 0.0.0.0:9000"),
        ("sockeye listen udp [::1]:0", "listen udp [::1]:0"),
        ("listen 9000", "listen tcp 0.0.0.0:9000"),
        ("listen localhost:1", "listen tcp 127.0.0.1:1"),
        ("dns example.org", "dns example.org A AAAA"),
        ("sockeye dns @::1 example.org MX", "dns example.org MX @[::1]:53"),
        ("dig @1.2.3.4 example.org", "dns example.org A @1.2.3.4:53"),
        ("dig -x 192.0.2.1 +short", "dns 1.2.0.192.in-addr.arpa. PTR"),
        ("dns:53", "tcp dns:53"),
        ("telnet h", "tcp h:23"),
        ("telnet h 25", "tcp h:25"),
        ("curl -sSL https://h/ \\\n  -H 'A: b' \\\n  -d '{\"a\": 1}'", "POST https://h/"),
        ("/usr/bin/curl h", "GET http://h/"),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn netcats_options_are_understood() {
    let cases = [
        ("nc h 80", "tcp h:80"),
        ("nc -v -u -4 h 80", "udp h:80 v4"),
        ("nc -vun6 h 80", "udp h:80 v6"),
        ("nc -p 5000 h 80", "tcp h:80 v4 from 0.0.0.0:5000"),
        ("nc -6 -p5000 h 80", "tcp h:80 v6 from [::]:5000"),
        ("nc -s ::1 h 80", "tcp h:80 v6 from [::1]:0"),
        ("nc -l 9000", "listen tcp 0.0.0.0:9000"),
        ("nc -lvnp 9000", "listen tcp 0.0.0.0:9000"),
        ("nc -lk6 9000", "listen tcp [::]:9000"),
        ("nc -l 127.0.0.1 9000", "listen tcp 127.0.0.1:9000"),
        ("nc -l -u -s 127.0.0.1 -p 9000", "listen udp 127.0.0.1:9000"),
        ("ncat --udp --listen --keep-open localhost 9000", "listen udp 127.0.0.1:9000"),
        ("ncat --source-port=7 h 80", "tcp h:80 v4 from 0.0.0.0:7"),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), expected, "{text}");
    }
    let waits = |text: &str| match parse_anything(text).unwrap().what {
        SpecKind::Tcp(tcp) => (tcp.socket.connect_timeout, tcp.socket.idle_timeout),
        _ => panic!("{text} is TCP"),
    };
    let three = Duration::from_secs(3);
    assert_eq!(waits("nc -w 3 h 80"), (three, Some(three)));
    assert_eq!(waits("ncat -w 3s h 80"), (three, None));
}

#[test]
fn a_body_behind_the_url_is_sent_as_it_stands() {
    let request = |text: &str| match parse_anything(text).unwrap().what {
        SpecKind::Http(http) => (http.body, http.headers[0].1.clone()),
        _ => panic!("{text} is HTTP"),
    };
    let body = |text: &'static str| BodySpec::Bytes(bytes::Bytes::from_static(text.as_bytes()));
    assert_eq!(request(r#"POST http://h/ {"a": "b c"}"#), (body(r#"{"a": "b c"}"#), "application/json".into()));
    assert_eq!(request("PUT h a=1&b=2").1, "application/x-www-form-urlencoded");
    assert_eq!(request("POST h '[1]'"), (body("[1]"), "application/json".into()));
}

#[test]
fn what_is_not_understood_says_so_and_what_is_accepted() {
    let cases = [
        ("", "nothing to open; accepted: HOST:PORT"),
        ("example.com", r#""example.com" has no port; accepted: HOST:PORT"#),
        ("example.com:http", r#"port "http" is not a number from 1 to 65535"#),
        ("example.com http", r#"port "http" is not"#),
        ("rm -rf /", "no command that is known here"),
        ("ftp://h/", "scheme that is not spoken here"),
        ("tcp://h:1 x", "something behind its address"),
        ("tcp h:1 --for 2s", r#""--for" is not understood here; accepted: tcp [-4|-6] HOST:PORT"#),
        ("listen", "accepted: listen tcp|udp"),
        ("listen tcp", "accepted: listen tcp|udp"),
        ("tcp 80", r#""80" has no port"#),
        ("listen sctp 9000", "accepted: listen tcp|udp"),
        ("listen sctp unix:/tmp/a", "accepted: listen tcp|udp"),
        ("listen udp 9000 9001", "accepted: listen tcp|udp"),
        ("listen tcp http", r#"port "http""#),
        ("telnet", "telnet HOST [PORT]"),
        ("nc h", "needs a host and a port; accepted: nc"),
        ("nc h 80-90", r#"port "80-90""#),
        ("nc -e sh h 80", r#"nc option "-e" is not understood here"#),
        ("ncat --ssl h 80", r#"ncat option "--ssl""#),
        ("nc -l", "takes one port"),
        ("nc -l -p 9000 x", "takes one port"),
        ("nc -4 -s ::1 h 80", "does not go with -4 or -6"),
        ("nc -w 0 h 80", "more than 0"),
        ("nc h 80 | cat", "needs a shell"),
        ("curl --retry 3 h", r#"curl option "--retry""#),
        ("GET http://h/ body", "follows the URL of GET"),
        ("https h", "accepted: http [METHOD] https://"),
        ("\u{1b}]0;x\u{7}", "␛"),
    ];
    for (text, part) in cases {
        let error = parse_anything(text).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
    assert!(parse_anything(&"x".repeat(LONGEST + 1)).unwrap_err().contains("too many"));
}

proptest! {
    #[test]
    fn anything_pasted_is_a_session_or_a_shown_error(
        far in any::<String>(),
        words in proptest::collection::vec(
            "curl|nc|ncat|telnet|listen|tcp|udp|http|https|GET|POST|sockeye|\\$|-[a-zA-Z46]{1,3}|--[a-z-]{1,8}|[a-z]{1,3}:[0-9]{1,6}|[0-9]{1,5}|[a-z]{2,4}://[a-z:/\\[\\]é]{0,6}|['\"@é\u{202e}\u{1b}]",
            0..7,
        ),
    ) {
        for text in [far, words.join(" ")] {
            if let Err(error) = parse_anything(&text) {
                prop_assert!(!error.chars().any(sanitize::is_hostile), "{:?}", error);
                prop_assert!(!error.is_empty());
            }
        }
    }
}
