//! `--raw`, which is the default in a pipe.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream, UdpSocket};
use std::process::Stdio;

use crate::peers::{self, peer};
use crate::program::{ends_with, run, run_alone, sockeye, stderr, wait};

#[test]
fn ten_megabytes_of_binary_come_back_as_they_went() {
    let input: Vec<u8> = (0..10_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let (target, thread) = peer(peers::echo);
    let output = run(&["tcp", &target], &input);
    ends_with(&output, 0);
    assert_eq!(thread.join().unwrap(), input.len() as u64);
    assert!(output.stdout == input, "{} bytes came back", output.stdout.len());
}

#[test]
fn the_end_of_standard_input_finishes_sending_and_receiving_goes_on() {
    let (target, thread) = peer(|mut stream| {
        let mut asked = String::new();
        stream.read_to_string(&mut asked).unwrap();
        // Only after the end of what is asked is there an answer.
        stream.write_all(b"answer to ").unwrap();
        stream.write_all(asked.as_bytes()).unwrap();
    });
    let output = run(&["tcp", &target], b"question");
    thread.join().unwrap();
    ends_with(&output, 0);
    assert_eq!(output.stdout, b"answer to question");
    assert!(output.stderr.is_empty());
}

#[test]
fn a_peer_that_finished_first_still_gets_the_whole_pipe() {
    let (target, thread) = peer(|mut stream| {
        stream.write_all(b"bye").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        all.len()
    });
    let output = run(&["tcp", &target], &vec![b'x'; 3_000_000]);
    ends_with(&output, 0);
    assert_eq!((output.stdout.as_slice(), thread.join().unwrap()), (&b"bye"[..], 3_000_000));
}

#[test]
fn no_standard_input_prints_what_the_peer_says_and_ends_with_it() {
    let (target, thread) = peer(|mut stream| stream.write_all(b"banner\x1b[0m").unwrap());
    let output = run_alone(&["tcp", &target]);
    thread.join().unwrap();
    ends_with(&output, 0);
    assert_eq!(output.stdout, b"banner\x1b[0m", "a pipe is not touched");
}

#[test]
fn a_script_goes_in_order_before_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, "file ").unwrap();
    let (target, thread) = peer(peers::echo);
    let words = ["tcp", &target, "--send", "a\\t", "--send-file", path.to_str().unwrap(), "--send-hex", "0x62 20"];
    let output = run(&words, b"stdin");
    thread.join().unwrap();
    ends_with(&output, 0);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "a\tfile b stdin");
}

#[test]
fn a_reader_that_goes_away_is_quiet() {
    let (target, thread) = peer(|mut stream| {
        // Until our side is gone; that is what ends it.
        while stream.write_all(&[b'y'; 4096]).is_ok() {}
    });
    let mut child = sockeye(&["tcp", &target]).stdin(Stdio::null()).spawn().unwrap();
    let mut ten = [0; 10];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut ten).unwrap();
    drop(stdout);
    let output = wait(child);
    thread.join().unwrap();
    ends_with(&output, 0);
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn a_peer_that_is_faster_than_the_reader_waits_and_nothing_is_lost() {
    let (target, thread) = peer(|mut stream| {
        let block = vec![b'z'; 1 << 20];
        (0..64).for_each(|_| stream.write_all(&block).unwrap());
    });
    let mut child = sockeye(&["tcp", &target]).stdin(Stdio::null()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (mut total, mut buffer) = (0, vec![0; 30_000]);
    while let Ok(length @ 1..) = stdout.read(&mut buffer) {
        total += length;
    }
    thread.join().unwrap();
    ends_with(&wait(child), 0);
    assert_eq!(total, 64 << 20);
}

#[test]
fn for_stops_an_open_conversation_and_is_no_failure() {
    let (target, thread) = peer(|mut stream| stream.read_to_end(&mut Vec::new()));
    let child = sockeye(&["tcp", &target, "--for", "100ms"]).spawn().unwrap();
    ends_with(&wait(child), 0);
    drop(thread.join().unwrap());
}

#[test]
fn a_listener_takes_one_connection_and_ends_with_it() {
    let mut child = sockeye(&["listen", "tcp", "127.0.0.1:0"]).spawn().unwrap();
    let mut first = String::new();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    errors.read_line(&mut first).unwrap();
    let address = first.trim().strip_prefix("sockeye: listening on ").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all(b"from the peer").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    child.stdin.take().unwrap().write_all(b"from us").unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, "from us");
    let output = wait(child);
    ends_with(&output, 0);
    assert_eq!(output.stdout, b"from the peer");
    TcpStream::connect(&address).unwrap_err();
}

#[test]
fn each_block_of_standard_input_is_a_datagram_and_each_answer_is_printed() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = socket.local_addr().unwrap().to_string();
    let echo = std::thread::spawn(move || {
        let mut buffer = [0; 2000];
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        socket.send_to(&buffer[..length], from).unwrap();
        length
    });
    let output = run(&["udp", &target, "--idle-timeout", "300ms"], b"ping");
    ends_with(&output, 10);
    assert_eq!((output.stdout.as_slice(), echo.join().unwrap()), (&b"ping"[..], 4));
}

#[test]
fn a_request_takes_its_body_from_standard_input() {
    let (target, thread) = peer(peers::answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    let output = run(&["http", "--data-binary", "@-", &format!("http://{target}/")], b"a body\n");
    let request = String::from_utf8(thread.join().unwrap()).unwrap();
    ends_with(&output, 0);
    assert_eq!(output.stdout, b"ok");
    assert!(request.starts_with("POST / HTTP/1.1\r\n") && request.ends_with("\r\n\r\na body\n"), "{request}");
}

#[test]
fn what_a_peer_says_in_an_error_is_neutralised() {
    // A head with control characters is read, and one without a status is not.
    for (status, code) in [("200 \u{1b}[2J", 0), ("2\u{1b}[2J", 9)] {
        let hostile = format!("HTTP/1.1 {status}\r\nX\u{1b}]0;owned\u{7}: y\r\nContent-Length: 0\r\n\r\n");
        let (target, thread) = peer(peers::answer(hostile.leak()));
        let output = run_alone(&["http", &format!("http://{target}/")]);
        thread.join().unwrap();
        ends_with(&output, code);
        assert!(!stderr(&output).contains(['\u{1b}', '\u{7}', '\u{9b}']), "{:?}", stderr(&output));
    }
}
