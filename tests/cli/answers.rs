//! The end of standard input and the end of a run: `--answers`, `--lines`, `--crlf`, `--finish-after`, `--keep-open`
//! with UDP, and `--datagram-size`.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, UdpSocket};
use std::process::Stdio;

use crate::peers::peer;
use crate::program::{ends_with, events, first, names, run, run_alone, sockeye, stderr, wait};

/// A UDP peer that answers each datagram with `count` datagrams; its thread hears until the socket is told to stop.
fn answering(count: usize) -> (String, std::thread::JoinHandle<Vec<Vec<u8>>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = socket.local_addr().unwrap().to_string();
    let thread = std::thread::spawn(move || {
        let mut heard = Vec::new();
        let mut buffer = vec![0; 65_536];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).unwrap();
            if &buffer[..length] == b"stop" {
                return heard;
            }
            heard.push(buffer[..length].to_vec());
            for number in 0..count {
                socket.send_to(format!("answer {number}\n").as_bytes(), from).unwrap();
            }
        }
    });
    (target, thread)
}

/// Ends the peer, and returns the datagrams that it heard.
fn heard_by(target: &str, thread: std::thread::JoinHandle<Vec<Vec<u8>>>) -> Vec<Vec<u8>> {
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"stop", target).unwrap();
    thread.join().unwrap()
}

#[test]
fn a_question_by_udp_ends_with_its_answer() {
    for manner in ["--raw", "--json"] {
        let (target, thread) = answering(5);
        let output = run(&["udp", &target, manner, "--answers", "2"], b"q");
        ends_with(&output, 0);
        if manner == "--raw" {
            assert_eq!(output.stdout, b"answer 0\nanswer 1\n", "not one more than was asked for");
        } else {
            let events = events(&output.stdout);
            assert_eq!(first(&events, "closed")["received_datagrams"], 2);
            assert_eq!(first(&events, "closed")["how"], "local");
        }
        assert_eq!(heard_by(&target, thread), [b"q"]);
    }
}

#[test]
fn answers_that_do_not_come_in_time_end_with_10() {
    let (target, thread) = answering(1);
    for limit in [["--for", "300ms"], ["--idle-timeout", "300ms"], ["--finish-after", "300ms"]] {
        let words = [&["udp", &target, "--raw", "--answers", "2"][..], &limit].concat();
        let output = run(&words, b"q");
        ends_with(&output, 10);
        assert_eq!(output.stdout, b"answer 0\n");
        if limit[0] != "--idle-timeout" {
            let said = stderr(&output);
            assert!(said.contains("1 of 2 answers had come") && said.contains(limit[0]), "{limit:?}: {said}");
        }
    }
    heard_by(&target, thread);
}

#[test]
fn a_peer_that_ends_before_its_answers_ends_with_9() {
    let (target, thread) = peer(|mut stream| {
        stream.read_exact(&mut [0]).unwrap();
        stream.write_all(b"one").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    });
    let output = run_alone(&["tcp", &target, "--send", "q", "--answers", "2"]);
    thread.join().unwrap();
    ends_with(&output, 9);
    assert_eq!(output.stdout, b"one");
    assert!(stderr(&output).contains("1 of 2 answers had come when the peer ended"), "{}", stderr(&output));
}

#[test]
fn reads_of_a_connection_are_answers_too() {
    let (target, thread) = peer(|mut stream| {
        stream.read_exact(&mut [0; 2]).unwrap();
        stream.write_all(b"banner").unwrap();
        // Held open: only the answer ends the run.
        stream.read_to_end(&mut Vec::new()).ok();
    });
    let output = run(&["tcp", &target, "--raw", "--answers", "1", "--keep-open"], b"q\n");
    ends_with(&output, 0);
    assert_eq!(output.stdout, b"banner");
    thread.join().unwrap();
}

#[test]
fn a_bound_socket_ends_after_its_datagrams() {
    let child = sockeye(&["listen", "udp", "127.0.0.1:0", "--json", "--answers", "3"]).spawn().unwrap();
    let mut child = child;
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    let listening = &events(line.as_bytes())[0];
    let local = listening["local"].as_str().unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    for number in 0..3 {
        sender.send_to(format!("{number}").as_bytes(), local).unwrap();
    }
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).unwrap();
    ends_with(&wait(child), 0);
    assert_eq!(first(&events(&rest), "closed")["received_datagrams"], 3);
}

#[test]
fn each_line_is_a_datagram_and_each_line_feed_crlf() {
    type InputCase = (&'static [&'static str], &'static [u8], &'static [&'static [u8]]);
    let cases: &[InputCase] = &[
        (&[], b"a\nb\nc\n", &[b"a\nb\nc\n"]),
        (&["--lines"], b"a\nb\nc", &[b"a\n", b"b\n", b"c"]),
        (&["--lines", "--crlf"], b"a\nb\r\n\nc", &[b"a\r\n", b"b\r\n", b"\r\n", b"c"]),
        (&["--crlf"], b"a\nb\r\n", &[b"a\r\nb\r\n"]),
        (&["--datagram-size", "2"], b"abcde", &[b"ab", b"cd", b"e"]),
    ];
    for (options, input, datagrams) in cases {
        let (target, thread) = answering(0);
        let output = run(&[&["udp", &target, "--raw", "--finish-after", "0s"][..], options].concat(), input);
        ends_with(&output, 0);
        assert_eq!(heard_by(&target, thread), *datagrams, "{options:?}");
    }
    let (target, thread) = peer(|mut stream| {
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).unwrap();
        heard
    });
    ends_with(&run(&["tcp", &target, "--crlf"], b"GET / HTTP/1.0\nHost: x\r\n\n"), 0);
    assert_eq!(thread.join().unwrap(), b"GET / HTTP/1.0\r\nHost: x\r\n\r\n");
}

#[test]
fn a_line_that_fits_no_datagram_is_told_after_the_lines_before_it() {
    let (target, thread) = answering(0);
    let input = [&b"short\n"[..], &[b'x'; 70_000], b"\nlater\n"].concat();
    let output = run(&["udp", &target, "--raw", "--lines", "--finish-after", "0s"], &input);
    ends_with(&output, 11);
    assert!(stderr(&output).contains("line 2 of standard input does not fit into one datagram"), "{}", stderr(&output));
    assert_eq!(heard_by(&target, thread), [b"short\n"]);
}

#[test]
fn the_fin_waits_as_long_as_it_is_told_to() {
    let (target, thread) = peer(|mut stream| {
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        heard
    });
    let output = run(&["tcp", &target, "--json", "--finish-after", "200ms"], b"q");
    ends_with(&output, 0);
    assert_eq!(thread.join().unwrap(), b"q");
    let events = events(&output.stdout);
    let at = |name: &str| first(&events, name)["at"].as_f64().unwrap();
    assert!(at("we_finished") - at("sent") >= 0.2, "{events:#?}");
}

#[test]
fn a_file_as_input_is_one_datagram_or_needs_a_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long");
    File::create(&path).unwrap().set_len(65_508).unwrap();
    let fed = |words: &[&str]| wait(sockeye(words).stdin(File::open(&path).unwrap()).spawn().unwrap());
    let (target, thread) = answering(0);
    let refused = fed(&["udp", &target, "--raw", "--for", "9s"]);
    ends_with(&refused, 2);
    assert!(stderr(&refused).contains("65,508 bytes") && stderr(&refused).contains("--datagram-size N"));
    ends_with(&fed(&["udp", &target, "--raw", "--finish-after", "0s", "--datagram-size", "65507"]), 0);
    let lengths: Vec<usize> = heard_by(&target, thread).iter().map(Vec::len).collect();
    assert_eq!(lengths, [65_507, 1]);
}

#[test]
fn what_has_no_answers_or_lines_refuses_them_by_name() {
    let cases: &[(&[&str], &str)] = &[
        (&["http", "http://127.0.0.1:9/", "--answers", "1"], "--answers"),
        (&["dns", "x.test", "--lines"], "--lines"),
        (&["udp", "127.0.0.1:9", "--repeat", "2", "--answers", "1", "--json"], "--answers and --repeat"),
        (&["udp", "127.0.0.1:9", "--repeat", "2", "--crlf", "--json"], "--crlf and --repeat"),
        (&["udp", "127.0.0.1:9", "--answers", "0"], "a whole number from 1"),
        (&["udp", "127.0.0.1:9", "--answers", "-1"], "a whole number from 1"),
        (&["udp", "127.0.0.1:9", "--gro", "--answers", "1"], "--gro and --answers"),
        (&["udp", "127.0.0.1:9", "--lines", "--datagram-size", "9"], "--datagram-size"),
        (&["udp", "127.0.0.1:9", "--datagram-size", "0"], "1 to 65507"),
        (&["udp", "127.0.0.1:9", "--datagram-size", "65508"], "1 to 65507"),
        (&["listen", "tcp", "0", "--datagram-size", "9"], "--datagram-size is for UDP"),
        (&["tcp", "127.0.0.1:9", "--keep-open", "--finish-after", "1s"], "--finish-after"),
        (&["tcp", "127.0.0.1:9", "--finish", "--finish-after", "1s"], "--finish-after"),
    ];
    for (words, part) in cases {
        let output = run_alone(words);
        ends_with(&output, 2);
        assert!(stderr(&output).contains(part), "{words:?}: {}", stderr(&output));
    }
}

#[test]
fn an_answer_from_another_port_is_heard_with_any_peer_and_told_without() {
    let asked = UdpSocket::bind("127.0.0.1:0").unwrap();
    let elsewhere = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = asked.local_addr().unwrap().to_string();
    let from = elsewhere.local_addr().unwrap().to_string();
    let thread = std::thread::spawn(move || {
        for _ in 0..2 {
            let (_, from) = asked.recv_from(&mut [0; 9]).unwrap();
            elsewhere.send_to(b"DATA", from).unwrap();
        }
    });
    let heard = run_alone(&["udp", &target, "--send", "RRQ", "--any-peer", "--answers", "1", "--for", "30s", "--json"]);
    ends_with(&heard, 0);
    let heard = events(&heard.stdout);
    assert_eq!(
        (&first(&heard, "received")["peer"], &first(&heard, "received")["text"]),
        (&from.as_str().into(), &"DATA".into())
    );
    assert_eq!(first(&heard, "opened")["target"], target.as_str());
    let told = run_alone(&["udp", &target, "--send", "RRQ", "--for", "500ms", "--json"]);
    ends_with(&told, 0);
    let told = events(&told.stdout);
    let warned = first(&told, "warned");
    assert_eq!(warned["peer"], from.as_str());
    assert!(warned["message"].as_str().unwrap().contains("--any-peer"), "{warned}");
    assert!(warned["explanation"].is_string(), "{warned}");
    assert!(told.iter().all(|event| event["event"] != "received"));
    thread.join().unwrap();
}

#[test]
fn a_file_by_udp_is_one_datagram_or_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let name = path.to_str().unwrap();
    let (target, thread) = answering(0);
    for length in [1_816, 65_507] {
        std::fs::write(&path, vec![1; length]).unwrap();
        ends_with(&run_alone(&["udp", &target, "--send-file", name, "--finish-after", "0s", "--raw"]), 0);
    }
    std::fs::write(&path, vec![1; 65_508]).unwrap();
    let refused = run_alone(&["udp", &target, "--send", "first", "--send-file", name, "--for", "9s", "--raw"]);
    ends_with(&refused, 2);
    assert!(stderr(&refused).contains("65,508 bytes") && stderr(&refused).contains("--datagram-size N"));
    let cut = ["udp", &target, "--send-file", name, "--datagram-size", "60000", "--finish-after", "0s", "--raw"];
    ends_with(&run_alone(&cut), 0);
    let lengths: Vec<usize> = heard_by(&target, thread).iter().map(Vec::len).collect();
    assert_eq!(lengths, [1_816, 65_507, 60_000, 5_508]);
}

#[test]
fn a_bound_socket_ends_when_the_wait_after_its_input_is_over() {
    let words = ["listen", "udp", "127.0.0.1:0", "--json", "--finish-after", "0s"];
    let mut child = sockeye(&words).stdin(Stdio::null()).spawn().unwrap();
    let (mut lines, mut line) = (BufReader::new(child.stdout.take().unwrap()), String::new());
    lines.read_line(&mut line).unwrap();
    let listening: serde_json::Value = serde_json::from_str(&line).unwrap();
    let local = listening["local"].as_str().unwrap();
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"x", local).unwrap();
    let mut told = Vec::new();
    lines.read_to_end(&mut told).unwrap();
    assert_eq!(names(&events(&told)).last(), Some(&"closed"));
    ends_with(&wait(child), 0);
}

#[cfg(unix)]
#[test]
fn a_fifo_that_nobody_writes_does_not_hold_up_the_time_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
    let name = path.to_str().unwrap();
    let mute = UdpSocket::bind("127.0.0.1:0").unwrap();
    let udp = mute.local_addr().unwrap().to_string();
    let (tcp, thread) = peer(|mut stream| stream.read_to_end(&mut Vec::new()).ok());
    for (kind, target) in [("udp", &udp), ("tcp", &tcp)] {
        let output = run_alone(&[kind, target, "--send-file", name, "--for", "300ms", "--raw"]);
        ends_with(&output, 13);
        assert!(stderr(&output).contains("nothing was sent"), "{kind}: {}", stderr(&output));
    }
    thread.join().unwrap();
}
