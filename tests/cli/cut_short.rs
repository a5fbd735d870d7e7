//! A time limit that ends the work before it is done: exit code 13, and a sentence that says what was still open.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, UdpSocket};
use std::process::Stdio;

use crate::peers::{self, nobody, peer};
use crate::program::{ends_with, events, first, names, run, run_alone, sockeye, stderr, wait};

/// Runs it with nothing to read: it must end with 13 and say this.
#[track_caller]
fn is_cut_short(words: &[&str], part: &str) {
    let output = run_alone(words);
    ends_with(&output, 13);
    let said = stderr(&output);
    assert!(said.contains(part) && said.contains("--for"), "{words:?}: {said}");
}

#[test]
fn a_connection_that_did_not_come_about_is_cut_short() {
    let target = nobody().to_string();
    let retry = ["--retry", "9", "--backoff", "5s..5s", "--for", "300ms"];
    let words = [&["tcp", &target, "--raw", "--send", "hello\\n"][..], &retry].concat();
    is_cut_short(&words, &format!("connect {target}: still not connected, before attempt 2 of 10"));
    let url = format!("http://{target}/");
    is_cut_short(&[&["http", &url][..], &retry].concat(), "still not connected");
}

#[test]
fn an_event_says_what_was_still_open_and_the_session_closes_with_an_error() {
    let target = nobody().to_string();
    let output = run_alone(&["tcp", &target, "--json", "--retry", "9", "--backoff", "5s..5s", "--for", "300ms"]);
    ends_with(&output, 13);
    let events = events(&output.stdout);
    let failed = first(&events, "failed");
    assert_eq!(failed["class"], "cut_short");
    assert!(failed["explanation"].as_str().unwrap().contains("till not connected, before attempt 2"), "{failed}");
    assert_eq!(first(&events, "closed")["how"], "error");
    assert_eq!(names(&events).last(), Some(&"closed"));
}

#[test]
fn sends_that_did_not_go_out_are_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big");
    File::create(&path).unwrap().set_len(30_000_000).unwrap();
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = deaf.local_addr().unwrap().to_string();
    let name = path.to_str().unwrap();
    is_cut_short(&["tcp", &target, "--raw", "--send-file", name, "--for", "300ms"], "not everything was sent");
    for manner in ["--raw", "--json"] {
        let input = File::open(&path).unwrap();
        let output = wait(sockeye(&["tcp", &target, manner, "--for", "300ms"]).stdin(input).spawn().unwrap());
        ends_with(&output, 13);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("not everything was sent"));
        assert!(!said.contains("only 0 bytes"), "what the kernel took is counted: {manner}: {said}");
    }
}

#[test]
fn a_datagram_that_did_not_leave_is_cut_short() {
    let mute = UdpSocket::bind("127.0.0.1:0").unwrap();
    mute.set_nonblocking(true).unwrap();
    let target = mute.local_addr().unwrap().to_string();
    let output = run(&["udp", &target, "--raw", "--for", "0s"], b"metric\n");
    // Whether it leaves before the time is up is a race; that 0 is told of one that left only is not.
    if output.status.success() {
        assert_eq!(mute.recv(&mut [0; 9]).unwrap(), 7);
        return;
    }
    ends_with(&output, 13);
    assert!(stderr(&output).contains("--for ended the run"), "{}", stderr(&output));
}

#[test]
fn a_body_that_is_not_whole_is_cut_short() {
    let answers = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.", "10 of 100 body bytes had come"),
        ("HTTP/1.1 200 OK\r\n\r\nten bytes.", "10 body bytes had come, and not its end"),
        ("", "no response yet"),
    ];
    for (answer, part) in answers {
        let (target, thread) = peer(move |mut stream| {
            let mut request = [0; 1000];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(answer.as_bytes()).unwrap();
            stream.read_to_end(&mut Vec::new()).ok();
        });
        is_cut_short(&["http", &format!("http://{target}/"), "--for", "500ms"], part);
        thread.join().unwrap();
    }
}

#[test]
fn the_time_limit_of_a_request_cuts_it_short_too() {
    let (target, thread) = peer(|mut stream| stream.read_to_end(&mut Vec::new()));
    let output = run_alone(&["http", "-m", "0.3", &format!("http://{target}/")]);
    drop(thread.join().unwrap());
    ends_with(&output, 13);
    assert!(stderr(&output).contains("the whole exchange took longer than 300 ms"), "{}", stderr(&output));
}

#[test]
fn a_question_without_an_answer_is_cut_short() {
    let mute = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = format!("@{}", mute.local_addr().unwrap());
    is_cut_short(&["dns", &server, "x.test", "+tries=1", "+time=9", "--for", "300ms"], "no answer yet");
}

#[test]
fn a_listener_for_one_connection_that_nobody_makes_is_cut_short() {
    is_cut_short(&["listen", "tcp", "127.0.0.1:0", "--raw", "--for", "200ms"], "nobody had connected yet");
}

#[test]
fn a_repeated_run_whose_number_was_not_reached_is_cut_short() {
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = deaf.local_addr().unwrap().to_string();
    let rate = ["--repeat", "1000", "--rate", "10", "--for", "300ms"];
    is_cut_short(&[&["tcp", &target, "--raw"][..], &rate].concat(), "of 1,000 were done");
    let url = format!("http://{target}/");
    is_cut_short(&["http", &url, "--raw", "--repeat", "3", "--for", "300ms"], "0 of 3 were done");
    let output = run_alone(&[&["tcp", &target, "--json"][..], &rate].concat());
    ends_with(&output, 13);
    let events = events(&output.stdout);
    assert_eq!(names(&events).last_chunk(), Some(&["summary", "failed", "closed"]));
    let times: Vec<f64> = events.iter().map(|event| event["at"].as_f64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn work_that_was_done_in_time_ends_with_0() {
    let (target, thread) = peer(|mut stream| {
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).ok();
        heard
    });
    ends_with(&run_alone(&["tcp", &target, "--raw", "--send", "all of it", "--for", "500ms"]), 0);
    assert_eq!(thread.join().unwrap(), b"all of it");

    let mute = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = mute.local_addr().unwrap().to_string();
    let output = run(&["udp", &target, "--raw", "--for", "500ms"], b"metric\n");
    ends_with(&output, 0);
    assert_eq!(mute.recv(&mut [0; 99]).unwrap(), 7);

    let (target, thread) = peer(peers::answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    ends_with(&run_alone(&["http", &format!("http://{target}/"), "--for", "30s"]), 0);
    thread.join().unwrap();

    for words in [&["listen", "tcp", "127.0.0.1:0", "--json"][..], &["listen", "udp", "127.0.0.1:0"]] {
        let child = sockeye(&[words, &["--for", "200ms"]].concat()).stdin(Stdio::null()).spawn().unwrap();
        ends_with(&wait(child), 0);
    }
}
