//! A panic in one task: its session fails as `internal`, everything else goes on, and the program ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;

use serde_json::Value;

use crate::peers::nobody;
use crate::program::{ends_with, sockeye, stderr, wait};

/// What the program writes when a test lets it panic at one place.
fn panics(place: &str, words: &[&str], input: &[u8]) -> std::process::Output {
    let mut child = sockeye(words).env("SOCKEYE_PANIC_AT", place).env_remove("RUST_BACKTRACE").spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // The program may end before it has read everything.
    drop(stdin.write_all(input));
    // Standard input stays open: the end must not depend on it.
    let output = wait(child);
    drop(stdin);
    output
}

/// A peer that serves one connection after another.
fn peer(talk: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().for_each(|stream| talk(stream.unwrap())));
    address
}

fn events(stdout: &[u8]) -> Vec<Value> {
    stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

fn of<'a>(events: &'a [Value], session: u64, name: &str) -> Option<&'a Value> {
    events.iter().find(|event| event["session"] == session && event["event"] == name)
}

#[test]
fn a_panic_in_the_task_of_any_kind_of_session_ends_it_as_internal() {
    let talks = peer(|mut stream| {
        drop(stream.write_all(b"hello"));
        drop(stream.read(&mut [0; 100]));
    });
    let nobody = nobody().to_string();
    let talks = talks.to_string();
    let url = format!("http://{nobody}/");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let cases: &[(&str, &[&str])] = &[
        ("tcp", &["tcp", &nobody]),
        ("udp", &["udp", &nobody]),
        ("udp", &["listen", "udp", "127.0.0.1:0"]),
        ("listen", &["listen", "tcp", "127.0.0.1:0"]),
        ("http", &["http", &url]),
        ("repeat", &["tcp", &nobody, "--repeat", "3"]),
        ("dns", &["dns", "@127.0.0.1", "a.example"]),
        ("block", &["tcp", &talks]),
        ("blocking call", &["tcp", &talks, "--send-file", file]),
        ("blocking call", &["dns", "@127.0.0.1", "a.example"]),
    ];
    for (place, words) in cases {
        let output = panics(place, &[*words, &["--json"]].concat(), b"");
        ends_with(&output, 1);
        let events = events(&output.stdout);
        let failed = of(&events, 1, "failed").unwrap_or_else(|| panic!("{place}: {events:?}"));
        assert_eq!(failed["class"], "internal", "{place}: {failed}");
        let message = failed["message"].as_str().unwrap();
        assert!(
            message.contains("please report") && message.contains(place) && !message.contains('\u{1b}'),
            "{message}"
        );
        let closed = of(&events, 1, "closed").unwrap_or_else(|| panic!("{place}: {events:?}"));
        assert_eq!(closed["how"], "error", "{place}: {closed}");
        assert!(events.last() == Some(closed), "{place}: {events:?}");
        assert!(!stderr(&output).contains("panicked"), "{place}: {}", stderr(&output));
    }
}

#[test]
fn a_panic_beside_a_session_is_told_and_the_session_goes_on() {
    let talks = peer(|mut stream| drop(stream.write_all(b"hello")));
    let target = format!("localhost:{}", talks.port());
    let mut command = sockeye(&["tcp", &target, "-4", "--json"]);
    let output = wait(command.env("SOCKEYE_PANIC_AT", "second opinion").stdin(Stdio::null()).spawn().unwrap());
    let events = events(&output.stdout);
    assert_eq!(of(&events, 1, "warned").map(|event| event["class"].clone()), Some("internal".into()), "{events:?}");
    assert_eq!(of(&events, 1, "received").map(|event| event["text"].clone()), Some("hello".into()), "{events:?}");
}

#[test]
fn workers_of_a_run_that_panic_are_told_and_the_run_ends() {
    let nobody = nobody().to_string();
    let output = panics("repeat worker", &["tcp", &nobody, "--repeat", "3", "--json"], b"");
    let events = events(&output.stdout);
    assert_eq!(of(&events, 1, "warned").map(|event| event["class"].clone()), Some("internal".into()), "{events:?}");
    assert!(of(&events, 1, "closed").is_some(), "{events:?}");
}

#[test]
fn a_connection_that_panics_leaves_its_listener() {
    let mut command = sockeye(&["listen", "tcp", "127.0.0.1:0", "--json", "--for", "60s"]);
    let mut child = command.env("SOCKEYE_PANIC_AT", "accepted").stdin(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let listening = lines.find(|event| event["event"] == "listening").unwrap();
    let local = listening["local"].as_str().unwrap();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(local).unwrap();
        // The task's end closes the connection.
        drop(stream.read(&mut [0; 1]));
    }
    crate::program::signal(&child, nix::sys::signal::Signal::SIGTERM);
    // A session that panicked before it told of its listener is not known here; the listener goes on and closes.
    let closed = lines.find(|event| event["session"] == 1 && event["event"] == "closed");
    assert_eq!(closed.unwrap()["how"], "local");
    assert!(child.wait().unwrap().code().is_some());
}

#[test]
fn a_built_in_peer_that_panics_ends_one_connection() {
    let mut command = sockeye(&["lab", "echo", "--json", "--for", "60s"]);
    let mut child = command.env("SOCKEYE_PANIC_AT", "lab peer").stdin(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let listening: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(listening["local"].as_str().unwrap()).unwrap();
        assert!(matches!(stream.read(&mut [0; 1]), Ok(0) | Err(_)), "the connection is closed");
    }
    assert!(child.try_wait().unwrap().is_none(), "the lab goes on");
    crate::program::signal(&child, nix::sys::signal::Signal::SIGTERM);
    child.wait().unwrap();
}

#[test]
fn a_panic_that_ends_the_program_leaves_no_socket_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut command = sockeye(&["listen", "udp", &format!("unix:{}", path.display()), "--json"]);
    let mut child = command.env("SOCKEYE_PANIC_AT", "stdin").env_remove("RUST_BACKTRACE").spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("\"listening\"") && path.exists(), "{line}");
    // Standard input is read once there is somebody to send it to.
    UnixDatagram::unbound().unwrap().send_to(b"x", &path).unwrap();
    ends_with(&wait(child), 1);
    assert!(!path.exists());
}

#[test]
fn a_panic_of_the_programs_own_threads_ends_it_with_1_and_a_line() {
    let waits = peer(|mut stream| drop(stream.read(&mut [0; 100])));
    let waits = waits.to_string();
    for (place, words) in [("render", &["tcp", &waits, "--json"][..]), ("stdin", &["tcp", &waits, "--raw"])] {
        let output = panics(place, words, b"x");
        ends_with(&output, 1);
        let said = stderr(&output);
        assert!(said.contains("please report") && said.contains(place) && !said.contains('\u{1b}'), "{said:?}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
}
