//! Tests of pasted texts: a table of lines, and what each gives.

use crate::text::sanitize::is_hostile;
use std::time::Duration;

use proptest::prelude::*;

use super::{LONGEST, parse_anything};
use crate::formats::PastedSession;
use crate::sessions::SpecKind;
use crate::sessions::spec::http::BodySpec;
use crate::sessions::spec::socket_options::requested_options;
use crate::sessions::spec::system_names::SystemNames;
use crate::sessions::spec::{IpFamily, ScriptStep, target};
use crate::text::sanitize;

fn names() -> SystemNames {
    SystemNames::usual().with_interfaces(vec![("lo".into(), 1)])
}

fn parsed(text: &str) -> PastedSession {
    parse_anything(text, &names()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A short description of the session, for tables; what has no effect stands behind an exclamation mark.
fn told(text: &str) -> String {
    let PastedSession { spec, notes } = parsed(text);
    let local = |bind: Option<std::net::SocketAddr>| bind.map(|bind| format!(" from {bind}")).unwrap_or_default();
    let family = |family| match family {
        IpFamily::Any => "",
        IpFamily::V4 => " v4",
        IpFamily::V6 => " v6",
    };
    let mut line = match &spec.what {
        SpecKind::Tcp(tcp) => format!("tcp {}{}{}", tcp.target, family(tcp.socket.family), local(tcp.socket.bind)),
        SpecKind::Udp(udp) => format!("udp {}{}{}", udp.target, family(udp.socket.family), local(udp.socket.bind)),
        SpecKind::Listen(listen) => {
            let limit = listen.limit.map(|limit| format!(" limit {limit}")).unwrap_or_default();
            format!("listen tcp {}{limit}", target::listening_text(listen.local, listen.socket.family))
        }
        SpecKind::UdpBound(bound) => {
            format!("listen udp {}", target::listening_text(bound.local, bound.socket.family))
        }
        SpecKind::Http(http) => {
            let headers: String = http.headers.iter().map(|(name, value)| format!(" [{name}: {value}]")).collect();
            let body = match &http.body {
                BodySpec::None => String::new(),
                BodySpec::Bytes(bytes) => format!(" {}", String::from_utf8_lossy(bytes).escape_debug()),
                BodySpec::File(path) => format!(" @{}", path.display()),
                BodySpec::Multipart(parts) => format!(" form of {}", parts.len()),
            };
            format!("{} {}{headers}{body}", http.method, http.url)
        }
        SpecKind::Dns(dns) => {
            let server = dns.server.as_ref().map(|server| format!(" @{server}")).unwrap_or_default();
            format!("dns {}{server}", dns.question_text())
        }
        SpecKind::Accepted(_) | SpecKind::UnixAccepted(_) => "accepted".into(),
        unix @ (SpecKind::Unix(_) | SpecKind::UnixListen(_)) => unix.facets().title(None),
        SpecKind::Ports(range) => format!("ports {}{}", range.range_text(), family(range.socket.family)),
        SpecKind::Repeat(_) => "repeat".into(),
    };
    for (option, value) in requested_options(&spec.what).into_iter().flatten() {
        line += &format!(" {}", option.assignment_text(value));
    }
    if spec.input.crlf {
        line += " crlf";
    }
    if let Some(answers) = spec.answers {
        line += &format!(" answers {answers}");
    }
    for step in &spec.script.steps {
        line += &match step {
            ScriptStep::Send(bytes) => format!(" sends {}", String::from_utf8_lossy(bytes).escape_debug()),
            ScriptStep::SendFile(path) => format!(" sends @{}", path.display()),
            ScriptStep::Finish => " finishes".to_owned(),
            other => format!(" {other:?}"),
        };
    }
    line + &"!".repeat(notes.len())
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(told(text), *expected, "{text}");
    }
}

#[track_caller]
fn refused(cases: &[(&str, &str)]) {
    for (text, part) in cases {
        let error = parse_anything(text, &names()).map(|pasted| format!("{pasted:?}")).expect_err(text);
        assert!(error.contains(part), "{text}: {error}");
        assert!(error.chars().count() <= 200, "two rows, or a little more: {error}");
        assert_eq!(error.matches("accepted:").count().min(2), error.matches("accepted:").count(), "{error}");
    }
}

#[test]
fn targets_urls_and_commands_are_understood() {
    check(&[
        ("example.com:80", "tcp example.com:80"),
        ("  example.com 80\n", "tcp example.com:80"),
        ("example.com:http", "tcp example.com:80"),
        ("example.com https", "tcp example.com:443"),
        ("<example.com:80>", "tcp example.com:80"),
        ("\"example.com:80\"", "tcp example.com:80"),
        ("'127.0.0.1:80'", "tcp 127.0.0.1:80"),
        ("::1 80", "tcp [::1]:80"),
        ("[::1]:80", "tcp [::1]:80"),
        ("[fe80::1%lo]:80", "tcp [fe80::1%lo]:80"),
        ("tcp://h:1/", "tcp h:1"),
        ("tcp://127.0.0.1:http", "tcp 127.0.0.1:80"),
        ("UDP://h:1", "udp h:1"),
        ("tcp h:1", "tcp h:1"),
        ("tcp h 1", "tcp h:1"),
        ("tcp h ssh", "tcp h:22"),
        ("tcp -6 h:1", "tcp h:1 v6"),
        ("tcp tcp://h:1", "tcp h:1"),
        ("udp h:1", "udp h:1"),
        ("udp h 1", "udp h:1"),
        ("udp h domain", "udp h:53"),
        ("$ sockeye udp h:1", "udp h:1"),
        ("sockeye h:1", "tcp h:1"),
        ("tcp:80", "tcp tcp:80"),
        ("h:8000-8010", "ports h:8000-8010"),
        ("h 8000-8010", "ports h:8000-8010"),
        ("tcp -6 h:8000-8010", "ports h:8000-8010 v6"),
        ("unix:/run/a.sock", "stream unix:/run/a.sock"),
        ("tcp unix:/run/a.sock", "stream unix:/run/a.sock"),
        ("udp unix:/dev/log", "dgram unix:/dev/log"),
        ("listen tcp unix:/tmp/a b", "listen stream unix:/tmp/a b"),
        ("sockeye listen udp unix:/tmp/a", "listen dgram unix:/tmp/a"),
        ("listen unix:/tmp/a b", "listen stream unix:/tmp/a b"),
        ("listen  udp  unix:/tmp/a", "listen dgram unix:/tmp/a"),
        ("listen  udp  9000", "listen udp *:9000"),
        ("nc:80", "tcp nc:80"),
        ("ping:80", "tcp ping:80"),
        ("https://h/a?b", "GET https://h/a?b"),
        ("https://h/a[1]", "GET https://h/a[1]"),
        ("<https://h/a>", "GET https://h/a"),
        ("http://[fe80::1%25lo]:9/", "GET http://[fe80::1]:9/"),
        ("GET h/a", "GET http://h/a"),
        ("delete http://h/", "DELETE http://h/"),
        ("http h/a", "GET http://h/a"),
        ("http POST h/a -d x", "POST http://h/a [Content-Type: application/x-www-form-urlencoded] x"),
        ("http -X PUT -L h", "PUT http://h/"),
        ("http h/a | jq .", "GET http://h/a!"),
        ("GET http://h/ -H 'A: b'", "GET http://h/ [A: b]"),
        ("listen tcp 9000", "listen tcp *:9000"),
        ("listen tcp -4 9000", "listen tcp 0.0.0.0:9000"),
        ("listen tcp -6 9000", "listen tcp [::]:9000"),
        ("listen tcp 127.0.0.1 9000", "listen tcp 127.0.0.1:9000"),
        ("sockeye listen udp [::1]:0", "listen udp [::1]:0"),
        ("listen udp [fe80::1%lo]:5000", "listen udp [fe80::1%1]:5000"),
        ("listen 9000", "listen tcp *:9000"),
        ("listen localhost:1", "listen tcp 127.0.0.1:1"),
        ("dns example.org", "dns example.org A AAAA"),
        ("sockeye dns @::1 example.org MX", "dns example.org MX @[::1]:53"),
        ("dig @1.2.3.4 example.org", "dns example.org A @1.2.3.4:53"),
        ("dig @fe80::1%lo example.org", "dns example.org A @[fe80::1%lo]:53"),
        ("dns:53", "tcp dns:53"),
        ("telnet h", "tcp h:23 crlf!"),
        ("telnet h 25", "tcp h:25 crlf"),
        ("telnet -6 h smtp", "tcp h:25 v6 crlf"),
        ("telnet ::1 25", "tcp [::1]:25 crlf"),
        ("telnet [::1]", "tcp [::1]:23 crlf!"),
        ("telnet h:25", "tcp h:25 crlf"),
        ("/usr/bin/curl h", "GET http://h/"),
        ("root@host:~# curl h", "GET http://h/"),
        ("user@host:~/dir$ nc h 80", "tcp h:80"),
        ("PS C:\\Users\\me> curl.exe h", "GET http://h/"),
        ("# what it does\ncurl h", "GET http://h/"),
    ]);
}

#[test]
fn a_curl_line_is_read_on_many_lines_whatever_ends_them() {
    let chrome = "curl 'http://h/x' \\\n  -H 'A: b' \\\n  --data-raw '{\"a\":\"x\ny\"}' \\\n  --compressed";
    let expected = "POST http://h/x [A: b] [Content-Type: application/x-www-form-urlencoded] {\\\"a\\\":\\\"x\\ny\\\"}";
    for line in [chrome.to_owned(), chrome.replace('\n', "\r\n"), chrome.replace('\n', "\r")] {
        let got = told(&line).replace("\\r\\n", "\\n").replace("\\r", "\\n");
        assert_eq!(got, expected, "{line:?}");
    }
    let lost = "curl 'http://h/x'\n-H 'A: b'";
    assert_eq!(told(lost), "GET http://h/x [A: b]", "backslashes that were lost on the way");
    let cmd = "curl ^\"http://h/x?a=1^&b=2^\" ^\r  -H ^\"A: b^\" ^\r  --data-raw ^\"^{^\\^\"a^\\^\":1^}^\"";
    let cmd_expected = "POST http://h/x?a=1&b=2 [A: b] [Content-Type: application/x-www-form-urlencoded] {\\\"a\\\":1}";
    for line in [cmd.to_owned(), cmd.replace('\r', "\n"), cmd.replace('\r', "\r\n")] {
        assert_eq!(told(&line), cmd_expected, "{line:?}");
    }
}

#[test]
fn curls_options_are_done_noted_or_refused() {
    check(&[
        ("curl -o f h", "GET http://h/!"),
        ("curl -O h/f", "GET http://h/f!"),
        ("curl -w '%{http_code}' h", "GET http://h/!"),
        ("curl -sS -o /dev/null -w x h", "GET http://h/!!!"),
        ("curl -i -v h", "GET http://h/!"),
        ("curl -T f http://h/d/", "PUT http://h/d/f @f"),
        ("curl -r 0-9 h", "GET http://h/ [Range: bytes=0-9]"),
        ("curl --retry 3 h", "GET http://h/!"),
        ("curl --connect-to h:80:127.0.0.1:80 h", "GET http://h/"),
        ("curl --socks5 127.0.0.1:1080 h", "GET http://h/"),
        ("curl -c jar h", "GET http://h/!"),
        ("curl --tlsv1.2 https://h", "GET https://h/"),
        ("curl h | jq .a", "GET http://h/!"),
        ("curl h > out.html 2>/dev/null", "GET http://h/!!"),
        ("sudo curl h", "GET http://h/"),
        (
            "echo '{\"a\":1}' | curl --json @- h",
            "POST http://h/ [Content-Type: application/json] [Accept: application/json] {\\\"a\\\":1}\\n",
        ),
        ("printf 'a\\nb' | curl -d @- h", "POST http://h/ [Content-Type: application/x-www-form-urlencoded] ab"),
        ("curl --data-binary @- h < f", "POST http://h/ [Content-Type: application/x-www-form-urlencoded] @f"),
        ("echo x | curl h", "GET http://h/!"),
    ]);
    refused(&[
        ("curl --capath f https://h", "is about certificates of your own"),
        ("curl --cert f https://h", "is about certificates of your own"),
        ("curl -d @file h", "accepted: --data-binary @FILE"),
        ("curl -d @- h", "reads standard input, which the form has not"),
        ("curl $HOST", "needs a shell"),
    ]);
}

#[test]
fn netcats_options_are_done_noted_or_refused() {
    check(&[
        ("nc h 80", "tcp h:80"),
        ("nc h http", "tcp h:80"),
        ("nc -u h domain", "udp h:53"),
        ("nc -v -u -4 h 80", "udp h:80 v4"),
        ("nc -vun6 h 80", "udp h:80 v6"),
        ("nc -p 5000 h 80", "tcp h:80 v4 from 0.0.0.0:5000"),
        ("nc -6 -p5000 h 80", "tcp h:80 v6 from [::]:5000"),
        ("nc -s ::1 h 80", "tcp h:80 v6 from [::1]:0"),
        ("nc -s fe80::1%lo h 80", "tcp h:80 v6 from [fe80::1%1]:0"),
        ("nc -C h 25", "tcp h:25 crlf"),
        ("nc -z h 80", "tcp h:80 finishes!"),
        ("nc -zv h 80", "tcp h:80 finishes!"),
        ("nc -N h 80", "tcp h:80!"),
        ("nc -q 1 h 80", "tcp h:80!"),
        ("nc -W 1 h 80", "tcp h:80 answers 1"),
        ("nc -uW 2 h 80", "udp h:80 answers 2"),
        ("printf q | nc -N h 80", "tcp h:80 sends q finishes"),
        ("printf q | nc h 80", "tcp h:80 sends q"),
        ("printf q | nc -uN h 80", "udp h:80 sends q"),
        ("printf q | ncat --no-shutdown h 80", "tcp h:80 sends q"),
        ("ncat --no-shutdown h 80", "tcp h:80!"),
        ("nc -M 5 h 80", "tcp h:80 ttl=5"),
        ("nc -I 4096 h 80", "tcp h:80 rcvbuf=4096"),
        ("nc h:80", "tcp h:80"),
        ("nc h 80-90", "ports h:80-90"),
        ("nc -zv h 80-90", "ports h:80-90"),
        ("nc -U /tmp/s", "stream unix:/tmp/s"),
        ("nc -uU /tmp/s", "dgram unix:/tmp/s"),
        ("nc -CU /tmp/s", "stream unix:/tmp/s crlf"),
        ("ncat -U @name", "stream unix:@name"),
        ("printf q | nc -NU /tmp/s", "stream unix:/tmp/s sends q finishes"),
        ("nc -lU /tmp/s", "listen stream unix:/tmp/s"),
        ("nc -l 9000", "listen tcp *:9000"),
        ("nc -lvnp 9000", "listen tcp *:9000"),
        ("nc -lk6 9000", "listen tcp [::]:9000"),
        ("nc -l4 9000", "listen tcp 0.0.0.0:9000"),
        ("nc -l 127.0.0.1 9000", "listen tcp 127.0.0.1:9000"),
        ("nc -l -u -s 127.0.0.1 -p 9000", "listen udp 127.0.0.1:9000"),
        ("ncat --udp --listen --keep-open localhost 9000", "listen udp 127.0.0.1:9000"),
        ("ncat -lk -m 3 9000", "listen tcp *:9000 limit 3"),
        ("ncat --source-port=7 h 80", "tcp h:80 v4 from 0.0.0.0:7"),
        ("ncat --crlf h 80", "tcp h:80 crlf"),
        ("ncat -o f h 80", "tcp h:80!"),
        ("sudo nc -l 80", "listen tcp *:80"),
        ("printf 'PING\\r\\n' | nc h 6379", "tcp h:6379 sends PING\\r\\n"),
        ("echo hi | nc -u -w1 h 9", "udp h:9 sends hi\\n"),
        ("echo -n hi | sudo ncat h 9", "tcp h:9 sends hi finishes"),
        ("nc h 80 < request", "tcp h:80 sends @request"),
        ("nc h 80 <<EOF\nGET /\nEOF", "tcp h:80 sends GET /\\n"),
        ("nc h 80 | cat", "tcp h:80!"),
        ("nc h 80 > f", "tcp h:80!"),
        ("nc -lu 9000 < f", "listen udp *:9000!"),
    ]);
    let waits = |text: &str| match parsed(text).spec.what {
        SpecKind::Tcp(tcp) => (tcp.socket.connect_timeout, tcp.socket.idle_timeout),
        _ => panic!("{text} is TCP"),
    };
    let three = Duration::from_secs(3);
    assert_eq!(waits("nc -w 3 h 80"), (three, Some(three)));
    assert_eq!(waits("ncat -w 3s h 80"), (three, None));
    refused(&[
        ("nc h", "needs a host and a port; accepted: nc"),
        ("nc h 1-9999", "accepted: at most 1,024"),
        ("nc -e sh h 80", "nc -e runs a program"),
        ("nc -c sh h 80", "nc -c runs a shell command"),
        ("nc -x p:1080 h 80", "nc -x goes through a proxy"),
        ("nc -X 5 -x p:1080 h 80", "nc -X goes through a proxy"),
        ("nc -t h 23", "nc -t answers telnet's negotiation"),
        ("nc -Y h 80", r#"no option "-Y" that is known here; accepted: -4"#),
        ("ncat --ssl h 443", "ncat --ssl is TLS"),
        ("ncat --ssl-verify h 443", "ncat --ssl-verify is TLS"),
        ("ncat --proxy p:1 h 80", "ncat --proxy goes through a proxy"),
        ("nc -l", "takes one port"),
        ("nc -l -p 9000 x", "takes one port"),
        ("nc -4 -s ::1 h 80", "family that -4 or -6 asks for"),
        ("nc -w 0 h 80", "more than 0"),
        ("nc -zu h 53", "finds open TCP ports"),
        ("nc -W none h 53", r#"-W "none" is no number"#),
        ("nc -4U /tmp/s", "has no IP address and no port"),
        ("nc -zlU /tmp/s", "without -u and -l"),
        ("yes | nc h 80", r#"what "yes" writes is not known"#),
        ("nc h nosuchservice", r#"port "nosuchservice" is no TCP service"#),
    ]);
}

#[test]
fn what_a_listeners_line_says_of_it_is_done() {
    let unix = |text: &str| match parsed(text).spec.what {
        SpecKind::UnixListen(spec) => (spec.replace, spec.limit, spec.backlog),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(unix("nc -lU /tmp/s"), (true, None, None), "nc and ncat remove what an earlier listener left");
    assert_eq!(unix("ncat -lU -m 3 /tmp/s"), (true, Some(3), None));
    assert_eq!(unix("socat UNIX-LISTEN:/tmp/s -"), (false, None, None));
    let line = "socat UNIX-LISTEN:/tmp/s,unlink-early,max-children=2,backlog=7 -";
    assert_eq!(unix(line), (true, Some(2), Some(7)));
    let SpecKind::Listen(listen) = parsed("socat TCP-LISTEN:80,backlog=7 -").spec.what else { panic!() };
    assert_eq!(listen.backlog, Some(7));
    let udp = |text: &str| match parsed(text).spec.what {
        SpecKind::Udp(spec) => (spec.broadcast, spec.any_peer),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(udp("socat - UDP-DATAGRAM:255.255.255.255:9,broadcast"), (true, true));
    assert_eq!(udp("socat - UDP:h:9"), (false, false));
}

#[test]
fn socats_times_are_seconds_or_have_a_unit() {
    for (typed, seconds) in [("5", 5.0), ("0.5", 0.5), ("5m", 300.0), ("5s", 5.0), ("250ms", 0.25)] {
        let SpecKind::Tcp(tcp) = parsed(&format!("socat -T {typed} - TCP:h:1,connect-timeout={typed}")).spec.what
        else {
            panic!("{typed}")
        };
        let wait = Duration::from_secs_f64(seconds);
        assert_eq!((tcp.socket.idle_timeout, tcp.socket.connect_timeout), (Some(wait), wait), "{typed}");
    }
}

#[test]
fn socats_addresses_are_understood() {
    check(&[
        ("socat - TCP:h:80", "tcp h:80"),
        ("socat TCP:h:80 -", "tcp h:80"),
        ("socat - tcp:h:http", "tcp h:80"),
        ("socat STDIO TCP4:h:80", "tcp h:80 v4"),
        ("socat - TCP6:[::1]:80", "tcp [::1]:80 v6"),
        ("socat - TCP-CONNECT:h:80,crnl", "tcp h:80 crlf"),
        ("socat -,crnl TCP:h:80", "tcp h:80 crlf"),
        ("socat - TCP:h:80,bind=127.0.0.2,sourceport=7", "tcp h:80 v4 from 127.0.0.2:7"),
        ("socat - TCP:h:80,nodelay,ttl=5", "tcp h:80 nodelay=on ttl=5"),
        ("socat -d -d - UDP:h:53", "udp h:53!!"),
        ("socat - UDP4-SENDTO:h:53", "udp h:53 v4"),
        ("socat TCP-LISTEN:9000,reuseaddr,fork -", "listen tcp *:9000"),
        ("socat TCP4-LISTEN:9000,max-children=2 STDOUT", "listen tcp 0.0.0.0:9000 limit 2"),
        ("socat TCP6-LISTEN:9000 -", "listen tcp [::]:9000"),
        ("socat TCP-L:9000,bind=127.0.0.1 -", "listen tcp 127.0.0.1:9000"),
        ("socat UDP-LISTEN:5000 -", "listen udp *:5000"),
        ("socat -u UDP-RECV:5000 STDOUT", "listen udp *:5000!"),
        ("echo hi | socat - TCP:h:80", "tcp h:80 sends hi\\n finishes"),
        ("echo hi | socat - TCP:h:80,shut-none", "tcp h:80 sends hi\\n"),
        ("sudo socat - TCP:h:80", "tcp h:80"),
        ("socat - UNIX-CONNECT:/run/s", "stream unix:/run/s"),
        ("socat UNIX-LISTEN:/run/s,fork -", "listen stream unix:/run/s"),
        ("socat - ABSTRACT-CONNECT:n", "stream unix:@n"),
        ("socat - UNIX-SENDTO:/run/s", "dgram unix:/run/s"),
        ("socat - UNIX-CONNECT:/run/s,crnl", "stream unix:/run/s crlf"),
        ("socat -u UNIX-RECV:/run/s -", "listen dgram unix:/run/s!"),
    ]);
    refused(&[
        ("socat - OPENSSL:h:443", r#"socat's "OPENSSL" is TLS"#),
        ("socat - SSL:h:443,verify=0", r#"socat's "SSL" is TLS"#),
        ("socat TCP-LISTEN:80 TCP:h:81", "passes on between two sockets"),
        ("socat TCP-LISTEN:80 EXEC:sh", "passes on between two sockets"),
        ("socat - EXEC:sh", r#"socat's "EXEC" runs a program"#),
        ("socat - PROXY:p:h:80", "goes through a proxy"),
        ("socat - TCP:h:80,readbytes=5", r#"option "readbytes=5" is not known here"#),
        ("socat - UNIX-CONNECT:/run/s,bind=/run/c", r#"option "bind=/run/c" is not done for a Unix address"#),
        ("socat UNIX-LISTEN:/run/s,mode=600 -", r#"option "mode=600" is not done"#),
        ("socat - NOSUCH:x", "is not known here; accepted: socat -"),
        ("socat", "names no socket"),
    ]);
}

#[test]
fn httpies_items_are_understood() {
    check(&[
        (
            "http POST h/p a=1 b:=2 X-H:v",
            "POST http://h/p [X-H: v] [Content-Type: application/json] [Accept: application/json] {\\\"a\\\":\\\"1\\\",\\\"b\\\":2}",
        ),
        ("http h/p q==x", "GET http://h/p?q=x"),
        (
            "http PUT h a=1",
            "PUT http://h/ [Content-Type: application/json] [Accept: application/json] {\\\"a\\\":\\\"1\\\"}",
        ),
        (
            "POST h a=1 b:=2",
            "POST http://h/ [Content-Type: application/json] [Accept: application/json] {\\\"a\\\":\\\"1\\\",\\\"b\\\":2}",
        ),
        ("http POST h X-H:v", "POST http://h/ [X-H: v]"),
        ("POST h a=1&b=2", "POST http://h/ [Content-Type: application/x-www-form-urlencoded] a=1&b=2"),
    ]);
    refused(&[("http POST h f@x", "reads a file"), ("http POST h a:=x", "no JSON"), ("http POST h a[b]=1", "nested")]);
}

#[test]
fn a_body_behind_the_url_is_sent_as_it_stands() {
    let request = |text: &str| match parsed(text).spec.what {
        SpecKind::Http(http) => (http.body, http.headers[0].1.clone()),
        _ => panic!("{text} is HTTP"),
    };
    let body = |text: &'static str| BodySpec::Bytes(bytes::Bytes::from_static(text.as_bytes()));
    assert_eq!(request(r#"POST http://h/ {"a": "b c"}"#), (body(r#"{"a": "b c"}"#), "application/json".into()));
    assert_eq!(request("POST http://h/ {\"a\":\n1}"), (body("{\"a\":\n1}"), "application/json".into()));
    assert_eq!(request("PUT h a=1&b=2").1, "application/x-www-form-urlencoded");
    assert_eq!(request("POST h '[1]'"), (body("[1]"), "application/json".into()));
}

#[test]
fn what_is_not_understood_says_so_and_what_is_accepted() {
    refused(&[
        ("", "nothing to open; accepted: HOST:PORT"),
        ("example.com", r#""example.com" has no port; accepted: HOST:PORT"#),
        ("example.com:nope", r#"port "nope" is no TCP service that this system knows"#),
        ("example.com nope", r#"port "nope" is no TCP service"#),
        ("example.com:0", r#"port "0" is not a number from 1 to 65535"#),
        ("rm -rf /", r#""rm" is no command of ours"#),
        ("ping 127.0.0.1", r#""ping" is no command of ours; accepted: tcp HOST:PORT"#),
        ("ping 80", r#""ping" is no command of ours"#),
        ("wget http://h/", r#""wget" is no command of ours; accepted: http URL"#),
        ("ssh a@b", r#""ssh" is no command of ours; accepted: tcp HOST:22"#),
        ("tls 127.0.0.1:443", r#""tls" is no command of ours; accepted: https://"#),
        ("sudo ping h", r#""ping" is no command that is known here; accepted: tcp"#),
        (
            "openssl s_client -connect h:443",
            "openssl is TLS alone, which is not spoken here yet; accepted: https://h:443",
        ),
        ("openssl s_client -servername x -connect h:443 < /dev/null", "accepted: https://h:443"),
        ("openssl s_client -starttls smtp -connect h:25", "accepted: tcp h:25, in the clear"),
        ("openssl x509 -in f", r#"openssl "x509" opens no connection"#),
        ("frobnicate a b c", r#""frobnicate" is no command that is known here"#),
        ("ftp://h/", "scheme that is not spoken here"),
        ("tcp://h:1 x", "something behind its address"),
        ("tcp udp://h:1", "is no TCP address; accepted: sockeye udp"),
        ("tcp h:1 --for 2s", r#""--for" is not understood here; accepted: tcp [-4|-6] HOST:PORT"#),
        ("listen", "accepted: listen tcp|udp"),
        ("listen tcp", "accepted: listen tcp|udp"),
        ("tcp 80", r#""80" has no port"#),
        ("listen sctp 9000", "accepted: listen tcp|udp"),
        ("listen sctp unix:/tmp/a", "accepted: listen tcp|udp"),
        ("listen udp 9000 9001", "accepted: listen tcp|udp"),
        ("listen tcp nope", r#"port "nope""#),
        ("listen tcp [fe80::1%nope]:1", r#"no interface "nope"; accepted: lo"#),
        ("telnet", "telnet HOST [PORT]"),
        ("telnet -l root h", r#"telnet "-l" is not done here"#),
        ("GET http://h/ body", "follows the URL of GET"),
        ("https h", "accepted: http [METHOD] https://"),
        ("http http://h/[1-2]", "has a glob"),
        ("\u{1b}]0;x\u{7}", "␛"),
    ]);
    assert!(parse_anything(&"x".repeat(LONGEST + 1), &names()).unwrap_err().contains("too many"));
}

proptest! {
    #[test]
    fn anything_pasted_is_a_session_or_a_shown_error(
        far in any::<String>(),
        words in proptest::collection::vec(
            "nc|curl|http|tcp|udp|listen|telnet|socat|sudo|echo|POST|-[a-zA-Z]{1,3}|[a-z0-9:.\\[\\]/%]{0,9}|'[^']{0,6}'|[|<>&;$#^\\\\\r\n]{1,2}|TCP:[a-z:0-9,=]{0,9}|[a-z]{1,3}[:=]{1,2}[a-z0-9]{0,3}",
            0..7,
        ),
    ) {
        for text in [far, words.join(" ")] {
            if let Err(error) = parse_anything(&text, &names()) {
                prop_assert!(!error.chars().any(sanitize::is_hostile), "{}", error);
                prop_assert!(!error.is_empty());
            }
        }
    }
}

/// What is said of a line, whether it is understood or refused, has none of its hostile characters.
#[test]
fn what_is_said_of_a_hostile_line_can_be_shown() {
    let lines = [
        "curl -F 'a=@f;encoder=\u{1b}[2J' http://h/",
        "curl -F 'a=b;type=\u{202e}x' http://h/",
        "curl http://h/ > '\u{1b}]0;x'",
        "curl http://h/ 2>> '\u{9b}m'",
        "dig +\u{1b}c=1 h",
        "dig +nos\u{202e}=x h",
        "nc -\u{1b} h 1",
        "socat -\u{1b} TCP:h:1 -",
        "curl --interface '\u{1b}' http://h/",
        "openssl s_client -connect '\u{1b}[2J'",
    ];
    for line in lines {
        let said = match parse_anything(line, &SystemNames::usual()) {
            Ok(pasted) => pasted.notes,
            Err(why) => vec![why],
        };
        assert!(!said.is_empty(), "{line:?}");
        assert!(!said.iter().any(|text| text.chars().any(is_hostile)), "{line:?}: {said:?}");
    }
}
