use std::ffi::OsString;
use std::time::Duration;

use clap::CommandFactory as _;

use super::args::CliArgs;
use super::invocation::{Invocation, ParsedCommand, RunMode, StdioTerminals};
use super::parse::parse;
use crate::formats::curl::StdinBody;
use crate::lab::ChosenPeer;
use crate::sessions::spec::http::{BodySpec, HttpVersion};
use crate::sessions::spec::repeat::{RepeatKind, StartPace};
use crate::sessions::spec::{IpFamily, RetryPolicy, ScriptStep};
use crate::sessions::{Retention, SpecKind};

const PIPE: StdioTerminals = StdioTerminals { stdin: false, stdout: false };
const TERMINAL: StdioTerminals = StdioTerminals { stdin: true, stdout: true };

fn words(line: &str) -> Vec<OsString> {
    let words = ["sockeye", "--config", "/dev/null"].into_iter().chain(line.split(' ').filter(|word| !word.is_empty()));
    words.map(|word| word.replace('~', " ").into()).collect()
}

fn run(line: &str, terminals: StdioTerminals) -> Result<Invocation, String> {
    match parse(words(line), terminals)? {
        ParsedCommand::Run(invocation) => Ok(*invocation),
        ParsedCommand::Print(_) => Err("printed".to_owned()),
    }
}

fn good(line: &str) -> Invocation {
    run(line, PIPE).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn bad(line: &str) -> String {
    let error = run(line, PIPE).expect_err(line);
    assert!(!error.contains('\n'), "{line}: {error}");
    error
}

/// A text with a character of every hostile class: C0, DEL, C1, bidi, zero-width, and what stands for invalid UTF-8.
const HOSTILE: &str = "\u{1b}[2J\u{7}\u{7f}\u{9b}\u{202e}\u{2066}\u{200b}\u{feff}\u{ad}\u{fffd}";

#[test]
fn no_message_quotes_a_hostile_character_as_it_is() {
    use crate::files::{config, keymap, theme::Theme};
    use crate::model::{command, key::Chord, settings::LineEnding};
    use crate::sessions::retention::RetentionChange;
    use crate::sessions::spec::MulticastGroup;
    use crate::sessions::spec::system_names::{ServiceProtocol, SystemNames};
    use crate::sessions::spec::target::AddressReader;
    use crate::text::{escapes, quantity};
    use crate::wire::option::SocketOption;

    let names = SystemNames::usual();
    let value = HOSTILE.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect::<String>();
    let mut messages = vec![
        quantity::parse_duration(HOSTILE).unwrap_err(),
        quantity::parse_size(HOSTILE).unwrap_err(),
        quantity::parse_backoff(HOSTILE).unwrap_err(),
        Chord::parse(HOSTILE).unwrap_err(),
        Chord::parse(&format!("ctrl-ctrl-{HOSTILE}")).unwrap_err(),
        Chord::parse("shift-\u{202e}").unwrap_err(),
        command::parse(HOSTILE).unwrap_err(),
        command::parse(&format!("quit {HOSTILE}")).unwrap_err(),
        command::parse(&format!("retain {HOSTILE}")).unwrap_err(),
        LineEnding::parse(HOSTILE).unwrap_err(),
        RetentionChange::parse(HOSTILE).unwrap_err(),
        MulticastGroup::parse(HOSTILE).unwrap_err(),
        SocketOption::parse(HOSTILE).unwrap_err(),
        AddressReader::new(&names, ServiceProtocol::Tcp).target(&format!("{HOSTILE}:80")).unwrap_err(),
        ChosenPeer::parse(HOSTILE).unwrap_err(),
        ChosenPeer::parse(&format!("drip:{HOSTILE}")).unwrap_err(),
        ChosenPeer::parse(&format!("drip:{HOSTILE}=1")).unwrap_err(),
        ChosenPeer::parse(&format!("drip:every={HOSTILE}")).unwrap_err(),
        Theme::parse("t", HOSTILE, &format!("base = \"{value}\"")).unwrap_err().to_string(),
        Theme::parse("t", HOSTILE, &format!("[roles]\n\"{value}\" = \"red\"")).unwrap_err().to_string(),
        Theme::parse("t", HOSTILE, &format!("[roles]\ntext = \"{value}\"")).unwrap_err().to_string(),
        config::parse(HOSTILE.as_ref(), &format!("\"{value}\" = 1")).unwrap_err().to_string(),
        config::parse(HOSTILE.as_ref(), &format!("line_ending = \"{value}\"")).unwrap_err().to_string(),
    ];
    messages.extend(escapes::parse_text(&format!("\\{HOSTILE}")).err().map(|error| error.to_string()));
    for binding in [
        "mode = \"X\"\non = \"a\"\nrun = \"quit\"",
        "mode = \"all\"\non = \"X\"\nrun = \"quit\"",
        "mode = \"all\"\non = \"a\"\nrun = \"X\"",
        "\"X\" = 1",
        "mode = \"composer\"\non = \"U+202E\"\nrun = \"quit\"",
    ] {
        let text = format!("[[bind]]\n{}\n", binding.replace('X', &value));
        let (_, problems) = keymap::with_user(HOSTILE, &text);
        assert!(!problems.is_empty(), "{text}");
        messages.extend(problems);
    }
    for message in messages {
        assert!(!message.contains(crate::text::sanitize::is_hostile), "{message:?}");
    }
}

#[test]
fn clap_finds_nothing_wrong_with_the_definition() {
    super::curl::with_curl_options(CliArgs::command()).debug_assert();
}

#[test]
fn a_tcp_target_is_one_word_or_two_as_nc_has_it() {
    for line in ["tcp localhost:80", "tcp localhost 80"] {
        let SpecKind::Tcp(spec) = &good(line).open[0].what.clone() else { panic!("{line}") };
        assert_eq!((spec.target.host.as_str(), spec.target.port), ("localhost", 80));
    }
}

#[test]
fn options_of_a_connection_reach_its_spec() {
    let invocation = good(
        "tcp [::1]:80 -6 --bind [::1]:0 --connect-timeout 2s --idle-timeout 3s --retry 2 --backoff 10ms..1s --for 5s \
         --retain 1MiB",
    );
    let SpecKind::Tcp(spec) = &invocation.open[0].what else { panic!() };
    assert_eq!((spec.socket.family, spec.socket.bind), (IpFamily::V6, Some("[::1]:0".parse().unwrap())));
    assert_eq!(
        (spec.socket.connect_timeout, spec.socket.idle_timeout),
        (Duration::from_secs(2), Some(Duration::from_secs(3)))
    );
    assert_eq!(
        (spec.socket.retry.times, spec.socket.retry.first, spec.socket.retry.max.as_secs()),
        (2, Duration::from_millis(10), 1)
    );
    assert_eq!(
        (invocation.run_for, invocation.open[0].retain),
        (Some(Duration::from_secs(5)), Retention::from_bytes(1 << 20))
    );
}

#[test]
fn a_script_keeps_the_order_of_its_options() {
    let invocation = good("tcp h:1 --send a\\r\\n --send-hex 0x00,ff --send-file /dev/null --send -b --finish");
    let send = |bytes: &'static [u8]| ScriptStep::Send(bytes.into());
    let expected =
        [send(b"a\r\n"), send(&[0, 255]), ScriptStep::SendFile("/dev/null".into()), send(b"-b"), ScriptStep::Finish];
    assert_eq!(invocation.open[0].script.steps, expected);
}

#[test]
fn the_mode_follows_the_terminals_and_the_flags() {
    let mode =
        |line: &str, stdin, stdout| run(line, StdioTerminals { stdin, stdout }).map(|invocation| invocation.mode);
    assert_eq!(mode("tcp h:1", true, true), Ok(RunMode::Screen));
    assert_eq!(mode("tcp h:1", true, false), Ok(RunMode::Raw { force: false }));
    assert_eq!(mode("udp h:1 --json", true, true), Ok(RunMode::Json));
    assert_eq!(mode("http h --raw", false, false), Ok(RunMode::Raw { force: false }));
    assert_eq!(mode("tcp h:1 --raw=force", true, true), Ok(RunMode::Raw { force: true }));
    assert_eq!(mode("lab echo", false, false), Ok(RunMode::Json));
    assert_eq!(mode("lab", true, true), Ok(RunMode::Screen));
    assert_eq!(mode("", true, true), Ok(RunMode::Screen));
    for (line, stdin, stdout) in [("tcp h:1 --raw", true, true), ("tcp h:1", false, true)] {
        let error = mode(line, stdin, stdout).unwrap_err();
        assert!(error.contains("--raw=force, --json"), "{error}");
    }
    assert!(mode("", false, false).unwrap_err().contains("needs a terminal"));
}

#[test]
fn a_request_is_spelled_as_curl_spells_it() {
    let invocation = good("http --json -d a=1 -d b=2 -H X-A:~b -kL --max-redirs 3 --http1.1 -m 2 http://h/p");
    let SpecKind::Http(spec) = &invocation.open[0].what else { panic!() };
    assert_eq!((spec.method.as_str(), spec.redirects, spec.insecure), ("POST", 3, true));
    assert_eq!(spec.body, BodySpec::Bytes("a=1&b=2".into()));
    assert_eq!((spec.version, spec.timeout), (HttpVersion::Http1, Some(Duration::from_secs(2))));
    assert_eq!((invocation.mode, spec.compressed), (RunMode::Json, true));
    let put = good("http put http://h/p --json={} --no-compressed");
    let SpecKind::Http(spec) = &put.open[0].what else { panic!() };
    assert_eq!((spec.method.as_str(), &spec.body, spec.compressed), ("PUT", &BodySpec::Bytes("{}".into()), false));
    assert_eq!(put.mode, RunMode::Raw { force: false });
    assert_eq!(good("http -d @- h").stdin_body, Some(StdinBody::WithoutLineEnds));
}

#[test]
fn curls_options_mean_on_the_command_line_what_they_mean_in_curl() {
    let http = |line: &str| match good(line).open.remove(0).what {
        SpecKind::Http(spec) => spec,
        other => panic!("{other:?}"),
    };
    assert_eq!(http("http -H User-Agent: --user-agent= h").without_defaults, ["User-Agent"]);
    assert_eq!(http("http --retry-delay 2 --retry 3 h").socket.retry.first, Duration::from_secs(2));
    let told = |line: &str| {
        let spec = http(line);
        (spec.redirects, spec.refuses_redirects, spec.keeps_method, spec.method)
    };
    assert_eq!(told("http -L --max-redirs 0 h"), (0, true, false, "GET".to_owned()));
    assert_eq!(told("http -L -X POST h"), (50, false, true, "POST".to_owned()));
    assert_eq!(told("http POST h -L"), (50, false, false, "POST".to_owned()), "a method before the URL is no -X");
    assert_eq!(http("http -g http://h/[1]").url, "http://h/[1]");
    assert_eq!(http("http -T /dev/null http://h/d/").url, "http://h/d/null");
    assert_eq!(http("http http://[fe80::1%25lo]:9/").resolve[0].1.to_string(), "[fe80::1%1]:9");
    let noted = good("http -sS -v -o f -w x -O h");
    assert_eq!(noted.notes.len(), 3, "{:?}", noted.notes);
    let named = |line: &str| good(line).output.file.map(|file| file.path.to_string_lossy().into_owned());
    assert_eq!(named("http -o f -O h/g").as_deref(), Some("f"));
    assert_eq!(named("http -O --output-dir /d h/g?x").as_deref(), Some("/d/g"));
    assert_eq!(named("http -o - h"), None);
    let compressed = |line: &str| http(line).compressed;
    assert!(compressed("http h") && compressed("http -r 0-4 --compressed h"));
    assert!(!compressed("http -r 0-4 h") && !compressed("http -C 5 h") && !compressed("http --no-compressed h"));
    assert!(
        good("http -I h").output.prints_head
            && good("http -i h").output.prints_head
            && !good("http h").output.prints_head
    );
    let items = http("http POST h a=1 b:=2 X-H:v");
    assert_eq!(items.body, BodySpec::Bytes(r#"{"a":"1","b":2}"#.into()));
    assert_eq!(items.headers[0], ("X-H".to_owned(), "v".to_owned()));
    let named_like_an_option = http("http --referer=--data h a=1");
    assert_eq!(named_like_an_option.headers[0], ("Referer".to_owned(), "--data".to_owned()));
    for (line, part) in [
        ("http -d x h a=1", "two bodies"),
        ("http --json={} h a=1", "two bodies"),
        ("http http://h/[1-3]", "or -g"),
        ("http --digest h", "curl --digest is a login"),
        ("http -K f h", "curl -K reads or writes a file"),
        ("http h --http3", "curl --http3 is a version of HTTP"),
        ("http -e ;auto h", "sets the Referer"),
        ("http a b", "is a second URL"),
        ("http --json {} h", "accepted: --json='DATA' URL"),
        ("http --nonsense h", "--nonsense"),
    ] {
        let error = bad(line);
        assert!(error.contains(part), "{line}: {error}");
    }
}

#[test]
fn addresses_are_read_alike_by_every_command() {
    let target = |line: &str| match &good(line).open[0].what {
        SpecKind::Tcp(spec) => spec.target.to_string(),
        SpecKind::Udp(spec) => spec.target.to_string(),
        SpecKind::Dns(spec) => spec.server.as_ref().map_or(String::new(), ToString::to_string),
        SpecKind::Listen(spec) => spec.local.to_string(),
        SpecKind::UdpBound(spec) => spec.local.to_string(),
        other => panic!("{other:?}"),
    };
    for (line, place) in [
        ("tcp 127.0.0.1:http", "127.0.0.1:80"),
        ("tcp tcp://127.0.0.1:80", "127.0.0.1:80"),
        ("tcp h domain", "h:53"),
        ("udp udp://h:domain", "h:53"),
        ("dns @fe80::1%lo x", "[fe80::1%lo]:53"),
        ("dns @127.0.0.1:domain x", "127.0.0.1:53"),
        ("listen tcp [fe80::1%lo]:80", "[fe80::1%1]:80"),
        ("listen tcp 80", "[::]:80"),
        ("listen tcp -4 80", "0.0.0.0:80"),
        ("listen udp -6 80", "[::]:80"),
        ("listen udp domain", "[::]:53"),
    ] {
        assert_eq!(target(line), place, "{line}");
    }
    let SpecKind::Tcp(spec) = &good("tcp h:1 --bind fe80::1%lo").open[0].what.clone() else { panic!() };
    assert_eq!(spec.socket.bind, Some("[fe80::1%1]:0".parse().unwrap()));
    assert!(bad("listen tcp 127.0.0.1:80 -6").contains("family"));
    assert!(bad("tcp h:1 --bind fe80::1%nope").contains("this host has no interface \"nope\"; accepted: "));
}

#[test]
fn a_request_has_the_connection_options_of_tcp() {
    let line = "http http://h/ -4 --bind 127.0.0.2 --connect-timeout 3 --retry 2 --backoff 10ms..20ms";
    let SpecKind::Http(spec) = good(line).open.remove(0).what else { panic!() };
    assert_eq!((spec.socket.family, spec.socket.bind), (IpFamily::V4, Some("127.0.0.2:0".parse().unwrap())));
    assert_eq!(spec.socket.connect_timeout, Duration::from_secs(3), "bare numbers are seconds, as curl has them");
    assert_eq!(
        (spec.socket.retry.times, spec.socket.retry.first, spec.socket.retry.max.as_millis()),
        (2, Duration::from_millis(10), 20)
    );
    let SpecKind::Http(spec) = good("http http://h/").open.remove(0).what else { panic!() };
    assert_eq!((spec.socket.connect_timeout, spec.socket.retry), (Duration::from_secs(10), RetryPolicy::default()));
}

#[test]
fn how_datagrams_are_received_is_asked_for() {
    let SpecKind::Udp(spec) = good("udp h:1 --receive-buffer 1MiB --gro").open.remove(0).what else { panic!() };
    assert_eq!((spec.receive.buffer, spec.receive.merged), (Some(1 << 20), true));
    let SpecKind::UdpBound(spec) = good("listen udp 9 --receive-buffer 64KiB").open.remove(0).what else { panic!() };
    assert_eq!((spec.receive.buffer, spec.receive.merged), (Some(65_536), false));
}

#[test]
fn a_command_is_repeated_with_its_own_options() {
    let again = |line: &str| match good(line).open.remove(0).what {
        SpecKind::Repeat(repeat) => *repeat,
        other => panic!("{other:?}"),
    };
    let http = again("http -X POST -d a=1 http://h/p --repeat 500 --concurrency 20 --rate 50/s --for 10s");
    assert_eq!((http.count, http.concurrency, http.duration), (Some(500), 20, Some(Duration::from_secs(10))));
    assert_eq!(http.pace, StartPace::per_second(50.0).unwrap());
    assert!(matches!(&http.what, RepeatKind::Http(spec) if spec.method == "POST"));
    let tcp = again("tcp h:1 -4 --repeat forever --interval 200ms");
    assert_eq!((tcp.count, tcp.pace), (None, StartPace::Interval(Duration::from_millis(200))));
    assert!(matches!(&tcp.what, RepeatKind::Connect(spec) if spec.socket.family == IpFamily::V4));
    let RepeatKind::Echo(udp) = again("udp h:1 --repeat 3").what else { panic!() };
    assert_eq!((udp.payload.len(), udp.tagged, udp.patience), (52, true, Duration::from_secs(1)));
    let RepeatKind::Echo(udp) = again("udp h:1 --repeat 3 --send ping --patience 2s").what else { panic!() };
    assert_eq!((&udp.payload[..], udp.tagged, udp.patience), (&b"ping"[..], false, Duration::from_secs(2)));
    assert_eq!(good("http http://h/ --repeat 5 --for 3s").run_for, None, "it ends the run, and not the program");
}

#[test]
fn listeners_and_the_lab_are_read() {
    let SpecKind::Listen(spec) = &good("listen tcp 0 --limit 2").open[0].what.clone() else { panic!() };
    assert_eq!((spec.limit, spec.local.port()), (Some(2), 0));
    let SpecKind::UdpBound(spec) = &good("listen udp 127.0.0.1:9000 --group 239.1.2.3%lo").open[0].what.clone() else {
        panic!()
    };
    assert_eq!((spec.groups[0].interface.as_deref(), spec.local.port()), (Some("lo"), 9000));
    let peers = |line: &str| good(line).lab.unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(peers("lab"), ChosenPeer::all().iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(good("lab udp-echo").lab.unwrap().len(), 1);
    assert_eq!(peers("lab drip:bytes=1kB,every=1s drip"), ["drip:every=1s,bytes=1000B", "drip"]);
}

#[test]
fn what_makes_no_sense_says_what_was_wrong_and_what_is_accepted() {
    let cases = [
        ("tcp h:0", "from 1 to 65535"),
        ("tcp h:65536", "from 1 to 65535"),
        ("tcp h:nope", "no TCP service"),
        ("tcp h", "port"),
        ("tcp :80", "host"),
        ("tcp ::1:80:x", "accepted"),
        ("tcp", "HOST:PORT"),
        ("tcp h:1 --nope", "--nope"),
        ("nope", "nope"),
        ("tcp h:1 --send \\q", "\\r \\n"),
        ("tcp h:1 --send-hex 123", "--send-hex"),
        ("tcp h:1 --send-hex zz", "--send-hex"),
        ("tcp h:1 --send-file /nonexistent/file", "/nonexistent/file"),
        ("tcp h:1 --send-file /", "cannot be read"),
        ("tcp h:1 --for 1m30", "500ms"),
        ("tcp h:1 --connect-timeout 0s", "more than 0s"),
        ("tcp h:1 --retry -1", "number"),
        ("tcp h:1 --retry=many", "number from 0"),
        ("tcp h:1 --backoff 1s", "FIRST..MAX"),
        ("tcp h:1 --retain 64K", "64KiB"),
        ("tcp h:1 --bind nowhere", "--bind"),
        ("tcp h:1 -6 --bind 127.0.0.1", "family"),
        ("tcp h:1 -4 -6", "cannot be used with"),
        ("tcp h:1 --raw --json", "cannot be used with"),
        ("tcp h:1 --raw=yes", "--raw=force"),
        ("udp h:1 --finish", "--finish"),
        ("http http://", "host"),
        ("http ftp://h/", "http"),
        ("http -X GET POST h", "twice"),
        ("http --raw --json h", "exclude"),
        ("http --data-binary @/nonexistent h", "/nonexistent"),
        ("http -d @- -d x h", "whole body"),
        ("listen tcp 65536", "from 0 to 65535"),
        ("listen sctp 1", "tcp"),
        ("listen udp 1 --limit 2", "listen tcp"),
        ("listen tcp 1 --group 239.1.2.3", "listen udp"),
        ("listen udp 1 --group 10.0.0.1", "multicast"),
        ("lab nobody", "echo"),
        ("lab echo drip:evry=1s", "every=DURATION (1ms to 10m)"),
        ("lab drip:every=1m5", "500ms"),
        ("lab drip:bytes=0", "1B to 64KiB"),
        ("lab drip:every", "name=value"),
        ("lab --raw", "--json"),
        ("completions tcsh", "bash"),
        ("tcp h:1 --repeat 0", "from 1, or forever"),
        ("tcp h:1 --repeat many", "from 1, or forever"),
        ("tcp h:1 --repeat 5 --send x", "without --send"),
        ("tcp h:1 --rate 5", "--repeat"),
        ("http h --repeat 5 --rate 0", "0.001"),
        ("http h --repeat 5 --rate x", "50"),
        ("http h --repeat 5 --rate 5 --interval 1s", "exclude"),
        ("http h --repeat 5 --concurrency 10001", "10,000"),
        ("http h --repeat 5 --patience 1s", "udp"),
        ("http h --repeat 5 -d @-", "@FILE"),
        ("http h --repeat 5 --retry 1", "exclude"),
        ("http h -4 --bind [::1]", "family"),
        ("http h -x http://p:1 --bind 127.0.0.1:5", "--bind ADDR"),
        ("http h --connect-timeout x", "--connect-timeout"),
        ("listen tcp 1 --gro", "listen udp"),
        ("udp h:1 --receive-buffer x", "--receive-buffer"),
        ("udp h:1 --repeat 5 --send a --send b", "one --send"),
        ("tcp \u{1b}[2J:80", "␛"),
    ];
    for (line, part) in cases {
        let error = bad(line);
        assert!(error.contains(part), "{line}: {error}");
        assert!(!error.contains('\u{1b}'), "{error:?}");
    }
}

#[test]
fn help_version_completions_and_the_manual_are_printed() {
    for line in ["--help", "--version", "http --help", "completions bash", "completions zsh", "man"] {
        match parse(words(line), PIPE) {
            Ok(ParsedCommand::Print(text)) => assert!(text.len() > 10, "{line}"),
            other => panic!("{line}: {other:?}"),
        }
    }
    assert!(matches!(parse(words("--help"), TERMINAL), Ok(ParsedCommand::Print(text)) if text.starts_with(b"netcat")));
    let Ok(ParsedCommand::Print(lab)) = parse(words("lab --help"), TERMINAL) else { panic!() };
    assert!(String::from_utf8(lab).unwrap().contains(&crate::lab::help()), "clap wraps none of its lines");
}

#[test]
fn a_theme_that_is_not_there_is_said_with_those_that_are() {
    assert_eq!(good("--theme mono tcp localhost:1").settings.theme.as_deref(), Some("mono"));
    let error = bad("--theme nope tcp localhost:1");
    assert!(error.starts_with("--theme: there is no theme \"nope\"; accepted: dark, light, mono, ansi"), "{error}");
    assert!(bad("--theme ../mono tcp localhost:1").contains("there is no theme"));
}

#[test]
fn what_clap_adds_stands_apart_from_what_it_found() {
    assert!(bad("tcp localhost:1 --nope").starts_with("unexpected argument '--nope' found; tip: "));
}
