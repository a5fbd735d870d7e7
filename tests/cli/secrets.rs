//! Secrets: on the wire as they are, and masked wherever they are shown, stored or told, with their names and lengths.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;

use crate::peers::nobody;
use crate::program::{ends_with, run_alone, stderr};

/// What must be seen nowhere: each class of secret has a text of its own, and `me:SECRET-user` in Base64.
const SECRETS: &[&str] = &[
    "SECRET-user",
    "bWU6U0VDUkVULXVzZXI=",
    "SECRET-bearer",
    "SECRET-proxy",
    "SECRET-cookie",
    "SECRET-set",
    "SECRET-key",
    "SECRET-query",
    "SECRET-location",
];

const ANSWER: &str = "HTTP/1.1 302 Found\r\nSet-Cookie: id=SECRET-set; Path=/\r\n\
    Location: http://u:SECRET-location@h/?access_token=SECRET-location\r\nContent-Length: 4\r\n\r\nbody";

/// A server that answers every request with this, and tells what it was asked; without an answer it stays silent.
fn server(answer: Option<&'static str>) -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, asked) = mpsc::channel();
    let serve = move |mut stream: TcpStream| {
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.ends_with(b"\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(count @ 1..) => request.extend_from_slice(&buffer[..count]),
                Ok(0) | Err(_) => break,
            }
        }
        drop(tell.send(String::from_utf8_lossy(&request).into_owned()));
        match answer {
            Some(answer) => drop(stream.write_all(answer.as_bytes())),
            None => drop(stream.read(&mut buffer)),
        }
    };
    std::thread::spawn(move || listener.incoming().for_each(|stream| serve(stream.unwrap())));
    (address, asked)
}

/// The words of a request with every class of secret.
fn request(address: SocketAddr) -> Vec<String> {
    let url = format!("http://me:SECRET-user@{address}/a?api_key=SECRET-query&x=1");
    let mut words = vec!["http".to_owned(), url];
    for header in [
        "Proxy-Authorization: Bearer SECRET-proxy",
        "Cookie: sid=SECRET-cookie; b=SECRET-cookie",
        "X-Api-Key: SECRET-key",
        "X-Auth-Token: SECRET-bearer",
    ] {
        words.extend(["-H".to_owned(), header.to_owned()]);
    }
    words
}

fn run_with(words: &[String], more: &[&str]) -> std::process::Output {
    let words: Vec<&str> = words.iter().map(String::as_str).chain(more.iter().copied()).collect();
    run_alone(&words)
}

#[track_caller]
fn tells_no_secret(what: &str, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    let told: Vec<&&str> = SECRETS.iter().filter(|secret| text.contains(**secret)).collect();
    assert!(told.is_empty(), "{what} tells {told:?}: {text}");
}

#[test]
fn a_request_and_its_answer_are_told_without_secrets_and_sent_with_them() {
    let (address, asked) = server(Some(ANSWER));
    let output = run_with(&request(address), &["--json"]);
    ends_with(&output, 0);
    tells_no_secret("--json", &output.stdout);
    tells_no_secret("standard error", &output.stderr);
    let said = String::from_utf8(output.stdout).unwrap();
    for part in [
        "\"Basic ‹20 bytes›\"",
        "\"Bearer ‹12 bytes›\"",
        "\"sid=‹13 bytes›; b=‹13 bytes›\"",
        "\"id=‹10 bytes›; Path=/\"",
        "\"‹10 bytes›\"",
        "api_key=‹12 bytes›&x=1",
        "http://‹1 byte›:‹15 bytes›@h/?access_token=‹15 bytes›",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let asked = asked.recv().unwrap();
    for part in ["bWU6U0VDUkVULXVzZXI=", "SECRET-proxy", "sid=SECRET-cookie", "SECRET-key", "api_key=SECRET-query"] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    let shown = run_with(&request(address), &["--json", "--show-secrets"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    for secret in SECRETS.iter().filter(|secret| **secret != "SECRET-user") {
        assert!(shown.contains(secret), "{secret}: {shown}");
    }
    let raw = run_with(&request(address), &["--raw"]);
    assert_eq!(raw.stdout, b"body");
}

#[test]
fn a_failure_of_any_kind_tells_no_secret() {
    let (silent, _asked) = server(None);
    let nobody: SocketAddr = nobody().to_string().parse().unwrap();
    for (address, more) in [
        (silent, &["--json", "-m", "0.3"][..]),
        (silent, &["--raw", "-m", "0.3"]),
        (silent, &["--json", "--for", "300ms"]),
        (silent, &["--json", "--repeat", "2", "-m", "0.2"]),
        (nobody, &["--json"]),
        (nobody, &["--raw"]),
        (nobody, &["--json", "--show-secrets"]),
    ] {
        let output = run_with(&request(address), more);
        assert_ne!(output.status.code(), Some(0), "{more:?}");
        tells_no_secret("standard error", &output.stderr);
        if !more.contains(&"--show-secrets") {
            tells_no_secret("standard output", &output.stdout);
        }
    }
}

#[test]
fn a_url_that_does_not_parse_is_quoted_without_its_secrets() {
    let proxied = |proxy: &'static str| vec!["http", "http://127.0.0.1:9/", "-x", proxy];
    let cases: Vec<Vec<&str>> = vec![
        vec!["http", "http://me:SECRET-user@[bad/"],
        vec!["http", "http://me:SECRET-user@h:99999/"],
        vec!["http", "http://me:SECRET-user@h h/"],
        vec!["http", "http://me:SECRET-user@/"],
        vec!["http", "ftp://me:SECRET-user@h/"],
        vec!["http", "me:SECRET-user@h:80"],
        vec!["http", "http://h:bad/?token=SECRET-query"],
        vec!["http", "http://h/", "-H", "Authorization Bearer: \u{1}SECRET-bearer"],
        vec!["tcp", "me:SECRET-user@h:80"],
        vec!["tcp", "http://me:SECRET-user@[bad/"],
        proxied("http://me:SECRET-proxy@[bad"),
        proxied("nope://me:SECRET-proxy@h"),
        proxied("http://me:SECRET-proxy@h:0"),
        proxied("socks5://me:SECRET-proxy@:1080"),
    ];
    for words in cases {
        for manner in ["--json", "--raw"] {
            let output = run_alone(&[&words[..], &[manner, "--for", "5s"]].concat());
            assert_ne!(output.status.code(), Some(0), "{words:?}");
            tells_no_secret(&format!("{words:?}"), &output.stderr);
            tells_no_secret(&format!("{words:?}"), &output.stdout);
            let said = format!("{}{}", stderr(&output), String::from_utf8_lossy(&output.stdout));
            assert!(!said.contains("SECRET"), "{words:?}: {said}");
        }
    }
}

#[test]
fn the_log_tells_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let (address, _asked) = server(Some(ANSWER));
    let mut command = crate::program::sockeye(&[]);
    command.args(request(address)).args(["--json", "--show-secrets", "--log"]).arg(&log).env("SOCKEYE_LOG", "trace");
    let output = crate::program::wait(command.stdin(std::process::Stdio::null()).spawn().unwrap());
    ends_with(&output, 0);
    let logged = std::fs::read(&log).unwrap();
    assert!(String::from_utf8_lossy(&logged).contains("Set-Cookie"), "the log tells the answer");
    tells_no_secret("the log", &logged);
}

#[test]
fn what_is_named_like_a_secret_is_told_with_its_reason() {
    let cases: [(&[&str], &str); 3] = [
        (&["tcp", "unix:/nonexistent/token", "--raw"], "no such"),
        (&["http", "--unix-socket", "/nonexistent/session", "http://h/"], "no such"),
        (&["tcp", "127.0.0.1:9", "--config", "/nonexistent/secret"], "/nonexistent/secret"),
    ];
    for (words, part) in cases {
        let output = crate::program::run_alone(words);
        let said = crate::program::stderr(&output);
        assert!(said.contains(part) && !said.contains('‹'), "{words:?}: {said}");
    }
    // The resolver's answer differs from system to system, its being told does not.
    let output = crate::program::run_alone(&["tcp", "token.invalid:80", "--raw"]);
    let said = crate::program::stderr(&output);
    assert!(said.contains("resolve token.invalid: ") && !said.contains('‹'), "{said}");
}
