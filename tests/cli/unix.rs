//! Sockets of the Unix domain on the command line: streams, datagrams, listeners and HTTP, and every way to fail.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::program::{DEADLINE, ends_with, events, first, names, run, run_alone, signal, sockeye, stderr, wait};

/// A directory with a path for a socket in it, and the address of that path.
fn place() -> (tempfile::TempDir, PathBuf, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let address = format!("unix:{}", path.display());
    (dir, path, address)
}

/// A peer that serves one connection.
fn serve<T: Send + 'static>(
    path: &Path,
    talk: impl FnOnce(UnixStream) -> T + Send + 'static,
) -> std::thread::JoinHandle<T> {
    let listener = UnixListener::bind(path).unwrap();
    std::thread::spawn(move || talk(listener.accept().unwrap().0))
}

fn echo(mut stream: UnixStream) -> usize {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    stream.write_all(&all).unwrap();
    all.len()
}

/// A listener of the program, once it listens; what it writes.
fn listening(words: &[&str]) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = sockeye(words).stdin(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert!(line.contains("\"listening\""), "{line}");
    (child, lines)
}

fn rest(mut lines: BufReader<std::process::ChildStdout>) -> Vec<Value> {
    let mut text = Vec::new();
    lines.read_to_end(&mut text).unwrap();
    events(&text)
}

#[test]
fn a_pipe_of_megabytes_goes_through_a_unix_stream_to_the_byte() {
    let (_dir, path, address) = place();
    let input: Vec<u8> = (0..8_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let thread = serve(&path, echo);
    let output = run(&["tcp", &address], &input);
    ends_with(&output, 0);
    assert_eq!(thread.join().unwrap(), input.len());
    assert!(output.stdout == input, "{} bytes came back", output.stdout.len());
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn a_file_is_sent_and_a_file_received_over_a_unix_stream() {
    let (dir, path, address) = place();
    let input = vec![7_u8; 3_000_000];
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    std::fs::write(&from, &input).unwrap();
    let thread = serve(&path, echo);
    let out = std::fs::File::create(&to).unwrap();
    let child = sockeye(&["tcp", &address]).stdin(std::fs::File::open(&from).unwrap()).stdout(out).spawn().unwrap();
    ends_with(&wait(child), 0);
    thread.join().unwrap();
    assert!(std::fs::read(&to).unwrap() == input);
}

#[test]
fn a_unix_stream_is_told_with_its_peer_and_without_the_words_of_tcp() {
    let (_dir, path, address) = place();
    let thread = serve(&path, echo);
    let output = run_alone(&["tcp", &address, "--json", "--send", "hello", "--finish"]);
    thread.join().unwrap();
    ends_with(&output, 0);
    let events = events(&output.stdout);
    let credentials = &first(&events, "connected")["peer_credentials"];
    assert_eq!(credentials["pid"], std::process::id());
    assert_eq!(credentials["uid"], std::fs::metadata("/proc/self").unwrap().uid());
    assert_eq!(credentials["gid"], std::fs::metadata("/proc/self").unwrap().gid());
    assert_eq!(first(&events, "connected")["peer"], address);
    assert!(first(&events, "connected").get("local").is_none(), "our end has no name");
    let closed = events.last().unwrap();
    assert_eq!(
        (&closed["how"], &closed["sent_bytes"], &closed["received_bytes"]),
        (&"finished".into(), &5.into(), &5.into())
    );
    assert!(!names(&events).iter().any(|name| matches!(*name, "state" | "stamps" | "route")), "{events:#?}");
    for word in ["FIN", "SYN", "RST", "ESTABLISHED"] {
        assert!(!String::from_utf8_lossy(&output.stdout).contains(word), "{word}");
    }
}

#[test]
fn what_the_peer_has_not_read_is_in_the_kernel_event() {
    let (_dir, path, address) = place();
    let (go, cue) = std::sync::mpsc::channel();
    let thread = serve(&path, move |mut stream| {
        cue.recv_timeout(DEADLINE).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    });
    let mut child = sockeye(&["tcp", &address, "--json", "--send", "hello", "--finish", "--kernel-every", "10ms"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let mut seen = false;
    for line in lines.lines() {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if event["event"] == "kernel" && event["peer_unread_bytes"] == 5 && !seen {
            seen = true;
            assert!(event["send_memory_bytes"].as_u64() > Some(5), "{event}");
            assert!(event.get("state").is_none() && event.get("send_queue_bytes").is_none(), "{event}");
            go.send(()).unwrap();
        }
    }
    thread.join().unwrap();
    assert!(seen && child.wait().unwrap().success());
}

#[test]
fn a_path_without_a_listener_fails_with_the_reason() {
    let (dir, path, address) = place();
    let failed = |words: &[&str], code: i32, errno: i32, part: &str| {
        let output = run_alone(&[words, &["--json", "--connect-timeout", "200ms"]].concat());
        ends_with(&output, code);
        let events = events(&output.stdout);
        let failed = first(&events, "failed");
        assert_eq!(failed["errno"], errno, "{failed}");
        let text = failed.to_string();
        assert!(text.contains(part), "{text}");
        for word in ["SYN", "RST came", "ICMP", "port"] {
            assert!(!failed["explanation"].as_str().unwrap().contains(word), "{word}: {text}");
        }
    };
    failed(&["tcp", &address], 11, libc::ENOENT, "no such socket file");
    failed(&["tcp", &format!("unix:{}/no/s", dir.path().display())], 11, libc::ENOENT, "no such socket file");
    let listener = UnixListener::bind(&path).unwrap();
    drop(listener);
    failed(&["tcp", &address], 4, libc::ECONNREFUSED, "left its file behind");
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "text").unwrap();
    failed(&["tcp", &address], 4, libc::ECONNREFUSED, "no socket");
    std::fs::remove_file(&path).unwrap();
    let datagrams = UnixDatagram::bind(&path).unwrap();
    failed(&["tcp", &address], 11, libc::EPROTOTYPE, "other form");
    drop(datagrams);
    std::fs::remove_file(&path).unwrap();
    let listener = UnixListener::bind(&path).unwrap();
    if cfg!(target_os = "linux") {
        let output = run_alone(&["udp", &address, "--json"]);
        ends_with(&output, 11);
        assert_eq!(first(&events(&output.stdout), "failed")["errno"], libc::EPROTOTYPE);
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        failed(&["tcp", &address], 11, libc::EACCES, "permission denied");
    }
    drop(listener);
}

#[test]
fn a_full_queue_is_waited_for_and_then_told() {
    let (_dir, path, address) = place();
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    socket.bind(&socket2::SockAddr::unix(&path).unwrap()).unwrap();
    socket.listen(0).unwrap();
    let held = UnixStream::connect(&path).unwrap();
    let output = run_alone(&["tcp", &address, "--json", "--connect-timeout", "100ms"]);
    ends_with(&output, 5);
    let told = events(&output.stdout);
    assert_eq!(first(&told, "queue_full")["peer"], address);
    let failed = first(&told, "failed");
    assert_eq!((&failed["class"], &failed["errno"]), (&"connect_timeout".into(), &libc::EAGAIN.into()));
    assert!(failed["message"].as_str().unwrap().contains("stayed full"), "{failed}");
    // Room that comes in time is used.
    let child = sockeye(&["tcp", &address, "--json", "--send", "x", "--finish"]).stdin(Stdio::null()).spawn().unwrap();
    drop(socket.accept().unwrap());
    let (mut second, _) = socket.accept().unwrap();
    second.read_to_end(&mut Vec::new()).unwrap();
    drop(second);
    ends_with(&wait(child), 0);
    drop(held);
}

#[test]
fn a_peer_that_closes_over_unread_bytes_is_no_clean_end() {
    let (_dir, path, address) = place();
    let thread = serve(&path, |mut stream| stream.read_exact(&mut [0]).unwrap());
    let output = run_alone(&["tcp", &address, "--json", "--send", "hello"]);
    thread.join().unwrap();
    ends_with(&output, 7);
    let events = events(&output.stdout);
    let failed = first(&events, "failed");
    assert_eq!((&failed["class"], &failed["errno"]), (&"reset".into(), &libc::ECONNRESET.into()));
    assert!(failed["explanation"].as_str().unwrap().contains("There is no RST"), "{failed}");
    assert_eq!(events.last().unwrap()["how"], "error");
}

#[test]
fn a_line_that_no_unix_socket_can_have_is_refused_by_name() {
    let long = format!("unix:/{}", "a".repeat(107));
    for (words, part) in [
        (&["tcp", "unix:"][..], "is empty"),
        (&["tcp", &long], "sun_path"),
        (&["tcp", "unix:/a", "-4"], "-4 means nothing for a Unix socket"),
        (&["tcp", "unix:/a", "--bind", "127.0.0.1"], "--bind means nothing"),
        (&["tcp", "unix:/a", "--capture"], "--capture means nothing"),
        (&["tcp", "unix:/a", "--option", "nodelay=on"], "a Unix socket has no nodelay"),
        (&["tcp", "unix:/a", "--repeat", "3"], "--repeat means nothing for a Unix socket"),
        (&["udp", "unix:/a", "--repeat", "3"], "--repeat means nothing for a Unix socket"),
        (&["udp", "unix:/a", "--datagram-size", "x"], "--datagram-size means nothing"),
        (&["listen", "udp", "unix:/a", "--datagram-size", "x"], "--datagram-size means nothing"),
        (&["udp", "unix:/a", "--broadcast"], "--broadcast means nothing"),
        (&["udp", "unix:/a", "--probe-mtu"], "--probe-mtu means nothing"),
        (&["listen", "tcp", "9000", "--replace"], "--replace is for Unix sockets"),
        (&["listen", "udp", "9000", "--replace"], "listen udp unix:PATH"),
        (&["listen", "udp", "9000", "--backlog", "3"], "--backlog"),
        (&["listen", "udp", "unix:/a", "--backlog", "3"], "--backlog"),
        (&["http", "--unix-socket", "/a", "-x", "http://p", "http://h/"], "exclude each other"),
        (&["http", "--unix-socket", "", "http://h/"], "is empty"),
        (&["http", "--unix-socket", "/a", "--repeat", "2", "http://h/"], "--repeat means nothing"),
    ] {
        let output = run_alone(words);
        ends_with(&output, 2);
        let said = stderr(&output);
        assert!(said.contains(part) && said.lines().count() == 1, "{words:?}: {said}");
    }
}

#[test]
fn datagrams_of_a_unix_socket_end_when_the_wait_after_their_input_is_over() {
    let (_dir, path, address) = place();
    let server = UnixDatagram::bind(&path).unwrap();
    ends_with(&run(&["udp", &address, "--raw", "--finish-after", "0s"], b"x"), 0);
    assert_eq!(server.recv(&mut [0; 9]).unwrap(), 1);
    let (_dir, path, address) = place();
    let (child, lines) = listening(&["listen", "udp", &address, "--json", "--finish-after", "0s"]);
    UnixDatagram::unbound().unwrap().send_to(b"x", &path).unwrap();
    assert_eq!(rest(lines).last().unwrap()["event"], "closed");
    ends_with(&wait(child), 0);
}

#[test]
fn what_cannot_be_sent_to_a_sender_without_a_name_is_counted() {
    let (_dir, path, address) = place();
    let words = ["listen", "udp", &address, "--json", "--finish-after", "0s"];
    let mut child = sockeye(&words).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"answer").unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    lines.read_line(&mut String::new()).unwrap();
    UnixDatagram::unbound().unwrap().send_to(b"x", &path).unwrap();
    let told = rest(lines);
    assert!(first(&told, "warned")["message"].as_str().unwrap().contains("has no name"), "{told:?}");
    ends_with(&wait(child), 2);
}

#[test]
fn a_unix_datagram_may_be_longer_than_one_of_udp_and_one_that_is_too_long_is_explained() {
    let (dir, path, address) = place();
    let server = UnixDatagram::bind(&path).unwrap();
    let file = dir.path().join("input");
    let run_file = |words: &[&str], length: usize| {
        std::fs::write(&file, vec![7; length]).unwrap();
        let stdin = std::fs::File::open(&file).unwrap();
        sockeye(words).stdin(stdin).output().unwrap()
    };
    ends_with(&run_file(&["udp", &address, "--raw", "--finish-after", "0s"], 100_000), 0);
    assert_eq!(server.recv(&mut vec![0; 200_000]).unwrap(), 100_000);
    let small = ["udp", &address, "--json", "--finish-after", "0s", "--option", "sndbuf=16KiB"];
    let output = run_file(&small, 100_000);
    ends_with(&output, 11);
    let warned = first(&events(&output.stdout), "warned").clone();
    assert_eq!(warned["errno"], libc::EMSGSIZE);
    let explanation = warned["explanation"].as_str().unwrap();
    assert!(explanation.contains("SO_SNDBUF") && !explanation.contains("UDP"), "{warned}");
    let output = run_file(&small, 300_000);
    ends_with(&output, 2);
    let said = stderr(&output);
    assert!(said.contains("262,144 at most") && !said.contains("--datagram-size"), "{said}");
}

#[test]
fn a_listener_makes_its_file_and_removes_it_with_its_last_breath() {
    let (_dir, path, address) = place();
    let (child, lines) = listening(&["listen", "tcp", &address, "--json", "--send", "welcome"]);
    let mut peer = UnixStream::connect(&path).unwrap();
    let mut said = [0; 7];
    peer.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"welcome");
    drop(peer);
    signal(&child, Signal::SIGINT);
    let told = rest(lines);
    let mut child = child;
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let accepted = first(&told, "accepted");
    assert_eq!(accepted["peer_credentials"]["pid"], std::process::id());
    assert_eq!((&accepted["local"], accepted.get("peer")), (&address.into(), None));
    assert!(names(&told).contains(&"file_removed"), "{told:#?}");
    assert!(!path.exists());
}

#[test]
fn a_path_that_is_taken_is_never_replaced_unasked() {
    let (_dir, path, address) = place();
    drop(UnixListener::bind(&path).unwrap());
    let output = run_alone(&["listen", "tcp", &address, "--json"]);
    ends_with(&output, 11);
    let failed = first(&events(&output.stdout), "failed").clone();
    assert!(failed["message"].as_str().unwrap().contains("--replace"), "{failed}");
    assert!(path.exists(), "the stale file is left alone");
    let (child, lines) = listening(&["listen", "tcp", &address, "--json", "--replace"]);
    let output = run_alone(&["listen", "tcp", &address, "--json", "--replace"]);
    ends_with(&output, 11);
    let failed = first(&events(&output.stdout), "failed").clone();
    assert!(failed["message"].as_str().unwrap().contains("a process has bound"), "{failed}");
    signal(&child, Signal::SIGTERM);
    let told = rest(lines);
    assert!(!names(&told).contains(&"accepted"), "asking did not disturb the listener: {told:#?}");
    wait(child);
    std::fs::write(&path, "mine").unwrap();
    let output = run_alone(&["listen", "tcp", &address, "--json", "--replace"]);
    ends_with(&output, 11);
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
}

#[test]
fn datagrams_are_answered_through_a_name_of_our_own() {
    let (_dir, path, address) = place();
    let server = UnixDatagram::bind(&path).unwrap();
    server.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut child =
        sockeye(&["udp", &address, "--json", "--send", "one", "--send", "two"]).stdin(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut buffer = [0; 16];
    for expected in [&b"one"[..], b"two"] {
        let (length, from) = server.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], expected);
        server.send_to_addr(b"answer", &from).unwrap();
    }
    let mut answers = 0;
    let mut line = String::new();
    while answers < 2 {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended with {answers} answers");
        let event: Value = serde_json::from_str(&line).unwrap();
        if event["event"] == "received" {
            assert_eq!((&event["text"], &event["peer"]), (&"answer".into(), &address.clone().into()));
            answers += 1;
        }
    }
    signal(&child, Signal::SIGTERM);
    let told = rest(lines);
    wait(child);
    let closed = told.last().unwrap();
    assert_eq!((&closed["sent_datagrams"], &closed["received_datagrams"]), (&2.into(), &2.into()));
}

#[test]
fn a_bound_socket_of_datagrams_names_its_senders_and_answers_the_last() {
    let (dir, path, address) = place();
    let (mut child, lines) = {
        let mut child = sockeye(&["listen", "udp", &address, "--json"]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        (child, lines)
    };
    let nameless = UnixDatagram::unbound().unwrap();
    nameless.send_to(b"who am i", &path).unwrap();
    let named = UnixDatagram::bind(dir.path().join("named")).unwrap();
    named.set_read_timeout(Some(DEADLINE)).unwrap();
    named.send_to(b"ask", &path).unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = lines;
    let mut line = String::new();
    loop {
        line.clear();
        lines.read_line(&mut line).unwrap();
        if line.contains("\"ask\"") {
            break;
        }
    }
    stdin.write_all(b"reply").unwrap();
    let mut buffer = [0; 16];
    let length = named.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"reply");
    drop(stdin);
    signal(&child, Signal::SIGTERM);
    let told = rest(lines);
    wait(child);
    assert!(names(&told).contains(&"file_removed"));
    let named_address = format!("unix:{}", dir.path().join("named").display());
    assert_eq!(first(&told, "sent")["peer"], named_address);
}

#[test]
fn an_abstract_name_has_no_file() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let address = format!("unix:@sockeye-test-{}", std::process::id());
    let (child, lines) = listening(&["listen", "tcp", &address, "--json", "--limit", "5"]);
    let output = run_alone(&["tcp", &address, "--json", "--send", "hi", "--finish", "--for", "10s"]);
    let told = events(&output.stdout);
    assert_eq!(first(&told, "connected")["peer"], address);
    signal(&child, Signal::SIGTERM);
    assert_eq!(first(&rest(lines), "accepted")["local"], address);
    wait(child);
    let output = run_alone(&["tcp", &address, "--json"]);
    ends_with(&output, 4);
    assert_eq!(first(&events(&output.stdout), "failed")["errno"], libc::ECONNREFUSED);
}

#[test]
fn http_goes_over_a_unix_socket_as_curl_does_it() {
    let (_dir, path, _address) = place();
    let thread = serve(&path, |mut stream| {
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            request.push(byte[0]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").unwrap();
        String::from_utf8(request).unwrap()
    });
    let socket = path.display().to_string();
    let output = run_alone(&["http", "--json", "--unix-socket", &socket, "http://docker/version"]);
    ends_with(&output, 0);
    let request = thread.join().unwrap();
    assert!(request.starts_with("GET /version HTTP/1.1\r\n") && request.contains("Host: docker\r\n"), "{request}");
    let told = events(&output.stdout);
    assert_eq!(first(&told, "connected")["peer"], format!("unix:{socket}"));
    assert_eq!(first(&told, "connected")["peer_credentials"]["pid"], std::process::id());
    assert!(!names(&told).contains(&"resolving"), "the URL's host is not looked up: {told:#?}");
    assert_eq!(told.last().unwrap()["body_bytes"], 5);
    let output = run_alone(&["http", "--json", "--unix-socket", "/nonexistent/s", "http://docker/"]);
    ends_with(&output, 11);
    assert_eq!(first(&events(&output.stdout), "failed")["errno"], libc::ENOENT);
}

#[test]
fn connections_that_are_not_accepted_wait_in_a_queue_with_a_bound() {
    let (_dir, path, address) = place();
    for (words, tcp) in [
        (["listen", "tcp", &address, "--backlog", "2", "--no-accept"], false),
        (["listen", "tcp", "127.0.0.1:0", "--backlog", "2", "--no-accept"], true),
    ] {
        let words = [&words[..], &["--json", "--kernel-every", "10ms"]].concat();
        let mut child = sockeye(&words).stdin(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut next = || {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "it ended");
            serde_json::from_str::<Value>(&line).unwrap()
        };
        let local = next()["local"].as_str().unwrap().to_owned();
        let mut held: Vec<Box<dyn std::any::Any>> = Vec::new();
        for _ in 0..3 {
            if tcp {
                held.push(Box::new(std::net::TcpStream::connect(&local).unwrap()));
            } else {
                held.push(Box::new(UnixStream::connect(&path).unwrap()));
            }
        }
        // Linux takes one more than the backlog.
        while next()["accept_queue"] != 3 {}
        if tcp {
            let refused = std::net::TcpStream::connect_timeout(&local.parse().unwrap(), Duration::from_millis(300));
            assert!(refused.is_err(), "a full queue drops the SYN, and nobody answers");
            let overflowed = loop {
                let event = next();
                if event["listen_overflows"].as_u64() > Some(0) {
                    break event;
                }
            };
            assert_eq!((&overflowed["accept_queue"], &overflowed["backlog"]), (&3.into(), &2.into()));
            assert!(overflowed["listen_drops"].as_u64() > Some(0), "{overflowed}");
        }
        signal(&child, Signal::SIGTERM);
        let told = rest(lines);
        assert!(!names(&told).contains(&"accepted"), "{told:#?}");
        wait(child);
    }
}
