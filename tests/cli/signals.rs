//! A signal while something is open: each kind of session ends with 128+n, has closed, and leaves nothing behind.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{TcpListener, UdpSocket};
use std::process::Stdio;

use nix::sys::signal::Signal;

use crate::program::{ends_with, events, names, signal, sockeye, wait};

const SIGNALS: [Signal; 3] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM];

/// Starts it with an open standard input, waits for its first line, sends the signal, and takes what it wrote.
fn signalled(words: &[&str], which: Signal) -> (std::process::Output, String) {
    let mut child = sockeye(words).stdin(Stdio::piped()).spawn().unwrap();
    let held = child.stdin.take();
    let mut told = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    told.read_line(&mut first).unwrap();
    signal(&child, which);
    let mut output = wait(child);
    drop(held);
    told.read_to_end(&mut output.stdout).unwrap();
    (output, first)
}

#[test]
fn a_signal_ends_each_kind_of_session_with_its_number() {
    // They take connections and datagrams, and never say anything.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (tcp, udp) = (listener.local_addr().unwrap().to_string(), datagrams.local_addr().unwrap().to_string());
    let (url, server) = (format!("http://{tcp}/"), format!("@{udp}"));
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("unix:{}", folder.path().join(name).display());
    let (stream_socket, datagram_socket) = (at("stream"), at("datagram"));
    let mut kinds: Vec<Vec<&str>> = vec![
        vec!["tcp", &tcp],
        vec!["udp", &udp, "--send", "x"],
        vec!["http", &url],
        vec!["dns", &server, "a.example", "+time=60"],
        vec!["listen", "tcp", "127.0.0.1:0"],
        vec!["listen", "udp", "127.0.0.1:0"],
        vec!["lab"],
        vec!["tcp", &tcp, "--repeat", "forever", "--rate", "10"],
        vec!["udp", &udp, "--repeat", "forever", "--rate", "10"],
        vec!["http", &url, "--repeat", "forever"],
    ];
    if cfg!(unix) {
        kinds.push(vec!["listen", "tcp", &stream_socket]);
        kinds.push(vec!["listen", "udp", &datagram_socket]);
    }
    for kind in kinds {
        for which in SIGNALS {
            let (output, first) = signalled(&[&kind[..], &["--json"]].concat(), which);
            ends_with(&output, 128 + which as i32);
            let events = events(&[first.as_bytes(), &output.stdout].concat());
            let last = names(&events).last().copied().unwrap_or_default().to_owned();
            assert_eq!(last, if kind == ["lab"] { "listening" } else { "closed" }, "{kind:?} {which}: {events:#?}");
            assert!(!names(&events).contains(&"failed"), "the user ended it: {kind:?} {which}: {events:#?}");
            let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
            assert!(left.is_empty(), "{kind:?} {which} leaves {left:?}");
        }
    }
}
