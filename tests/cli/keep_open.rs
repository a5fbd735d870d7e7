//! `--keep-open`: the end of standard input is not told to the peer.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::peers::peer;
use crate::program::{ends_with, run, run_alone, stderr};

/// Reads three questions, answers one for each wait in which no FIN comes, and hangs up at a FIN.
fn takes_a_fin_as_goodbye(mut stream: TcpStream) -> usize {
    stream.read_exact(&mut [0; 6]).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    for answered in 0..3 {
        match stream.read(&mut [0]) {
            Ok(0) => return answered,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            other => panic!("{other:?}"),
        }
        stream.write_all(b"answer\n").unwrap();
    }
    3
}

#[test]
fn a_peer_that_takes_a_fin_as_goodbye_answers_everything_if_our_side_stays_open() {
    for manner in ["--raw", "--json"] {
        for (keep, count) in [(None, 0), (Some("--keep-open"), 3)] {
            let (target, thread) = peer(takes_a_fin_as_goodbye);
            let words: Vec<&str> = ["tcp", &target, manner].into_iter().chain(keep).collect();
            let output = run(&words, b"q\nq\nq\n");
            ends_with(&output, 0);
            assert_eq!(thread.join().unwrap(), count, "{words:?}");
            if manner == "--raw" {
                assert_eq!(output.stdout, b"answer\n".repeat(count));
            }
        }
    }
}

#[test]
fn a_side_that_is_kept_open_gets_a_file_out_and_ends_with_the_time() {
    let (target, thread) = peer(|mut stream| {
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).unwrap();
        heard
    });
    let output = run(&["tcp", &target, "--keep-open", "--for", "1s"], b"whole");
    ends_with(&output, 0);
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
    assert_eq!(thread.join().unwrap(), b"whole");
}

#[test]
fn a_peer_that_finished_first_is_not_waited_for() {
    let (target, thread) = peer(|mut stream| {
        stream.write_all(b"bye").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).unwrap();
        heard
    });
    let output = run(&["tcp", &target, "--keep-open"], &[b'x'; 300_000]);
    ends_with(&output, 0);
    assert_eq!((output.stdout.as_slice(), thread.join().unwrap().len()), (&b"bye"[..], 300_000));
}

#[test]
fn what_excludes_it_is_named() {
    for words in [["--finish", "--send", "x"], ["--repeat", "2", "--json"]] {
        let output = run_alone(&[&["tcp", "127.0.0.1:9", "--keep-open"][..], &words].concat());
        ends_with(&output, 2);
        assert!(stderr(&output).contains("--keep-open"), "{}", stderr(&output));
    }
}
