//! The built program without a terminal: exit codes, the pipe, and one event a line.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod answers;
mod cut_short;
mod dns;
mod download;
mod hostile;
mod json;
mod keep_open;
mod panics;
mod peers;
mod ports;
mod program;
mod raw;
#[cfg(target_os = "linux")]
mod readme_examples;
mod secrets;
mod signals;
#[cfg(target_os = "linux")]
mod unix;
mod ways;

use peers::{nobody, peer, reset};
use program::{ends_with, run, run_alone, stderr};

#[test]
fn a_command_line_that_makes_no_sense_ends_with_2_and_one_line() {
    let cases: &[(&[&str], &str)] = &[
        (&["tcp", "127.0.0.1:0"], "from 1 to 65535"),
        (&["tcp", "127.0.0.1:65536"], "from 1 to 65535"),
        (&["tcp", "127.0.0.1:nosuchservice"], "a service, or 1 to 65535"),
        (&["tcp", "127.0.0.1"], "port"),
        (&["tcp", ":80"], "host"),
        (&["tcp", "a b:80"], "a b"),
        (&["http", "http://"], "host"),
        (&["http", "http:///path"], "host"),
        (&["tcp", "h:1", "--nope"], "--nope"),
        (&["nope"], "nope"),
        (&["tcp", "h:1", "--send-hex", "123"], "--send-hex"),
        (&["tcp", "h:1", "--send", "\\q"], "--send"),
        (&["tcp", "h:1", "--send-file", "/nonexistent"], "/nonexistent"),
        (&["tcp", "h:1", "--for", "soon"], "500ms"),
        (&["tcp", "h:1", "--config", "/nonexistent"], "no such file"),
        (&["lab", "--raw"], "--json"),
        (&[], "terminal"),
        (&["tcp", "\u{1b}]0;owned\u{7}:80"], "␛"),
    ];
    for (words, part) in cases {
        let output = run_alone(words);
        ends_with(&output, 2);
        let said = stderr(&output);
        assert!(said.starts_with("sockeye: ") && said.contains(part), "{words:?}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{words:?}: {said}");
        assert!(output.stdout.is_empty() && !said.contains(['\u{1b}', '\u{7}']), "{words:?}: {said:?}");
    }
}

#[test]
fn a_port_at_which_nobody_listens_ends_with_4() {
    let target = nobody().to_string();
    let output = run(&["tcp", &target], b"lost");
    ends_with(&output, 4);
    assert_eq!(stderr(&output), format!("sockeye: connect {target}: connection refused\n"));
    ends_with(&run_alone(&["udp", &target, "--send", "x"]), 4);
    ends_with(&run_alone(&["http", &format!("http://{target}/")]), 4);
}

#[test]
fn a_name_without_an_address_ends_with_3() {
    let output = run_alone(&["tcp", "name.invalid:80"]);
    ends_with(&output, 3);
    assert!(stderr(&output).contains("name.invalid"));
}

#[test]
fn a_reset_ends_with_7_and_is_not_an_end_like_any_other() {
    let (target, thread) = peer(reset);
    let output = run_alone(&["tcp", &target, "--send", "x", "--json"]);
    thread.join().unwrap();
    ends_with(&output, 7);
    let events = program::events(&output.stdout);
    assert_eq!(program::first(&events, "failed")["class"], "reset");
    assert_eq!(program::first(&events, "closed")["how"], "rst");
}

#[test]
fn a_quiet_peer_ends_with_10() {
    let (target, thread) = peer(|stream| stream);
    let output = run_alone(&["tcp", &target, "--send", "x", "--idle-timeout", "50ms"]);
    ends_with(&output, 10);
    drop(thread.join().unwrap());
}

#[test]
fn an_address_in_use_ends_with_11() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let local = taken.local_addr().unwrap().to_string();
    let output = run_alone(&["listen", "tcp", &local]);
    ends_with(&output, 11);
    assert!(stderr(&output).contains(&local), "{}", stderr(&output));
}

#[test]
fn a_status_is_a_failure_where_that_was_asked_for() {
    let missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone";
    for (words, code, body) in
        [(&["http"][..], 0, &b"gone"[..]), (&["http", "--fail"], 12, b""), (&["http", "--fail-with-body"], 12, b"gone")]
    {
        let (target, thread) = peer(peers::answer(missing));
        let url = format!("http://{target}/");
        let output = run_alone(&[words, &[&url]].concat());
        thread.join().unwrap();
        ends_with(&output, code);
        assert_eq!(output.stdout, body);
    }
}

#[test]
fn settings_that_make_no_sense_are_told_and_the_program_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "mouse = true\ncolour = 1\n").unwrap();
    let (target, thread) = peer(peers::echo);
    let output = run(&["tcp", &target, "--config", path.to_str().unwrap()], b"x");
    thread.join().unwrap();
    ends_with(&output, 0);
    assert_eq!(output.stdout, b"x");
    let said = stderr(&output);
    assert!(said.contains("config.toml:2: unknown field `colour`") && said.contains("defaults"), "{said}");
}

#[test]
fn the_log_goes_to_its_file_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let (target, thread) = peer(peers::echo);
    let output = run(&["tcp", &target, "--log", path.to_str().unwrap()], b"x");
    thread.join().unwrap();
    ends_with(&output, 0);
    assert!(output.stderr.is_empty());
    assert!(std::fs::read_to_string(&path).unwrap().contains("connected"));
}

#[test]
fn completions_and_the_manual_are_printed() {
    for (words, part) in [(&["completions", "bash"][..], "_sockeye"), (&["man"][..], ".TH"), (&["--help"][..], "Usage")]
    {
        let output = run_alone(words);
        ends_with(&output, 0);
        assert!(String::from_utf8_lossy(&output.stdout).contains(part), "{words:?}");
    }
}
