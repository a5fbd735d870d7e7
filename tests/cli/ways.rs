//! The ways in and out of `--raw`: pipes, files, devices; every byte once, and in its place.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{Shutdown, TcpStream};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use crate::peers::{self, peer};
use crate::program::{ends_with, run_alone, sockeye, stderr, wait};

/// Bytes of which no two neighbouring blocks are the same.
fn pattern(length: u32) -> Vec<u8> {
    (0..length).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
}

fn says(bytes: Vec<u8>) -> impl FnOnce(TcpStream) + Send {
    move |mut stream| stream.write_all(&bytes).unwrap()
}

fn hears_all(mut stream: TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    all
}

#[test]
fn a_file_gets_what_the_peer_says() {
    let said = pattern(5_000_003);
    let (target, thread) = peer(says(said.clone()));
    let mut file = tempfile::tempfile().unwrap();
    let output = file.try_clone().unwrap();
    ends_with(&wait(sockeye(&["tcp", &target]).stdin(Stdio::null()).stdout(output).spawn().unwrap()), 0);
    thread.join().unwrap();
    let mut written = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut written).unwrap();
    assert!(written == said, "{} bytes of {}", written.len(), said.len());
}

#[test]
fn a_file_that_is_appended_to_keeps_what_it_had() {
    let said = pattern(3_000_001);
    let (target, thread) = peer(says(said.clone()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    std::fs::write(&path, "before\n").unwrap();
    let output = OpenOptions::new().append(true).open(&path).unwrap();
    ends_with(&wait(sockeye(&["tcp", &target]).stdin(Stdio::null()).stdout(output).spawn().unwrap()), 0);
    thread.join().unwrap();
    let written = std::fs::read(&path).unwrap();
    let (before, rest) = written.split_at(7);
    assert_eq!(before, b"before\n");
    assert!(rest == said, "{} bytes of {}", rest.len(), said.len());
}

#[test]
fn nowhere_takes_everything() {
    let (target, thread) = peer(says(pattern(5_000_000)));
    let nowhere = OpenOptions::new().write(true).open("/dev/null").unwrap();
    let output = wait(sockeye(&["tcp", &target]).stdin(Stdio::null()).stdout(nowhere).spawn().unwrap());
    thread.join().unwrap();
    ends_with(&output, 0);
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure_of_this_side() {
    let (target, thread) = peer(|mut stream| {
        // Until our side is gone; that is what ends it.
        while stream.write_all(&[b'f'; 4096]).is_ok() {}
    });
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = wait(sockeye(&["tcp", &target]).stdin(Stdio::null()).stdout(full).spawn().unwrap());
    thread.join().unwrap();
    ends_with(&output, 11);
    assert!(stderr(&output).contains("write standard output: "), "{}", stderr(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_ends_every_command_also_while_nothing_else_happens() {
    let (echo, thread) = peer(peers::echo);
    let commands: [&[&str]; 4] = [
        &["listen", "tcp", "127.0.0.1:0", "--json"],
        &["listen", "udp", "127.0.0.1:0", "--json"],
        &["lab", "echo", "--json"],
        &["tcp", &echo, "--json"],
    ];
    for words in commands {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        // Standard input stays open: it does not end the run.
        let mut child = sockeye(words).stdout(full).spawn().unwrap();
        let stdin = child.stdin.take();
        let output = wait(child);
        drop(stdin);
        ends_with(&output, 11);
        let said = stderr(&output);
        assert!(said.starts_with("sockeye: write standard output: ") && said.lines().count() == 1, "{words:?}: {said}");
    }
    thread.join().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn an_input_that_cannot_be_read_is_a_failure_of_this_side() {
    for words in [&["tcp"][..], &["tcp", "--json"], &["udp", "--for", "100ms"], &["http", "--data-binary", "@-"]] {
        let (echo, thread) = peer(peers::echo);
        let place = match words[0] {
            "udp" => "127.0.0.1:9".to_owned(),
            "http" => format!("http://{echo}/"),
            _ => echo.clone(),
        };
        let folder = std::fs::File::open("/").unwrap();
        let output = wait(sockeye(&[words, &[&place]].concat()).stdin(folder).spawn().unwrap());
        ends_with(&output, 11);
        assert!(stderr(&output).contains("standard input cannot be read: "), "{words:?}: {}", stderr(&output));
        // Ends a peer that nobody came to.
        drop(std::net::TcpStream::connect(&echo));
        thread.join().unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_is_told_once_and_the_run_goes_on() {
    let (echo, thread) = peer(peers::echo);
    let output = crate::program::run(&["tcp", &echo, "--log", "/dev/full"], b"x");
    thread.join().unwrap();
    ends_with(&output, 0);
    assert_eq!(output.stdout, b"x");
    let said = stderr(&output);
    assert!(said.starts_with("sockeye: --log: /dev/full cannot be written: "), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn settings_that_are_no_regular_file_are_told_and_passed_over() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    for found in ["a FIFO", "a folder", "a device"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sockeye")).unwrap();
        let path = folder.path().join("sockeye/config.toml");
        match found {
            "a FIFO" => mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, 0).unwrap(),
            "a folder" => std::fs::create_dir(&path).unwrap(),
            _ => std::os::unix::fs::symlink("/dev/zero", &path).unwrap(),
        }
        let (echo, thread) = peer(peers::echo);
        let mut command = sockeye(&["tcp", &echo]);
        let output = wait(command.env("XDG_CONFIG_HOME", folder.path()).stdin(Stdio::null()).spawn().unwrap());
        thread.join().unwrap();
        ends_with(&output, 0);
        assert!(stderr(&output).contains(&format!("it is {found}; accepted is a regular file")), "{}", stderr(&output));
        // Named by the user, it is a wrong option.
        let output = run_alone(&["tcp", &echo, "--config", path.to_str().unwrap()]);
        ends_with(&output, 2);
        assert!(stderr(&output).contains(found), "{}", stderr(&output));
    }
}

#[test]
fn each_piece_comes_out_of_the_pipe_before_the_next_one_is_said() {
    let (heard, next) = mpsc::channel();
    let (target, thread) = peer(move |mut stream| {
        for n in 0..50_u8 {
            stream.write_all(&[n]).unwrap();
            assert_eq!(next.recv_timeout(crate::program::DEADLINE).unwrap(), n);
        }
    });
    let mut child = sockeye(&["tcp", &target]).stdin(Stdio::null()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    for _ in 0..50 {
        let mut one = [0];
        stdout.read_exact(&mut one).unwrap();
        heard.send(one[0]).unwrap();
    }
    thread.join().unwrap();
    ends_with(&wait(child), 0);
}

#[test]
fn a_reader_that_does_not_read_makes_the_peer_wait_and_then_gets_all_of_it() {
    const MOST: usize = 1 << 30;
    let (stuck, wait_for_it) = mpsc::channel();
    let (target, thread) = peer(move |mut stream| {
        stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
        let block = pattern(1 << 20);
        let mut sent = 0;
        while sent < MOST {
            match stream.write(&block[sent % block.len()..]) {
                Ok(count) => sent += count,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
                Err(error) => panic!("{error}"),
            }
        }
        // The FIN stands behind a full pipe.
        stream.shutdown(Shutdown::Write).unwrap();
        stuck.send(()).unwrap();
        sent
    });
    let mut child = sockeye(&["tcp", &target]).stdin(Stdio::null()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    wait_for_it.recv_timeout(crate::program::DEADLINE).unwrap();
    let (block, mut total, mut buffer) = (pattern(1 << 20), 0, vec![0; 100_003]);
    while let Ok(length @ 1..) = stdout.read(&mut buffer) {
        for byte in &buffer[..length] {
            assert_eq!(*byte, block[total % block.len()], "at {total}");
            total += 1;
        }
    }
    let sent = thread.join().unwrap();
    assert!(sent < MOST, "nothing held it up");
    assert_eq!(total, sent);
    ends_with(&wait(child), 0);
}

#[test]
fn a_reset_in_the_middle_is_told_from_an_end() {
    let (read, go_on) = mpsc::channel();
    let (target, thread) = peer(move |mut stream| {
        stream.write_all(&pattern(100_000)).unwrap();
        go_on.recv_timeout(crate::program::DEADLINE).unwrap();
        socket2::Socket::from(stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    let mut child = sockeye(&["tcp", &target]).stdin(Stdio::null()).spawn().unwrap();
    let mut heard = vec![0; 100_000];
    child.stdout.as_mut().unwrap().read_exact(&mut heard).unwrap();
    read.send(()).unwrap();
    thread.join().unwrap();
    let output = wait(child);
    ends_with(&output, 7);
    assert!(heard == pattern(100_000) && output.stdout.is_empty());
}

#[test]
fn a_file_as_standard_input_is_sent_from_where_it_stands() {
    let all = pattern(4_000_037);
    for start in [0, 5] {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&all).unwrap();
        file.seek(SeekFrom::Start(start)).unwrap();
        let (target, thread) = peer(hears_all);
        ends_with(&wait(sockeye(&["tcp", &target]).stdin(file).spawn().unwrap()), 0);
        let heard = thread.join().unwrap();
        assert!(heard == all[start as usize..], "{} bytes from {start} on", heard.len());
    }
}

#[test]
fn a_file_goes_to_a_slow_peer_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let all = pattern(20_000_011);
    File::create(&path).unwrap().write_all(&all).unwrap();
    let (target, thread) = peer(|mut stream| {
        let (mut heard, mut buffer) = (Vec::new(), [0; 7001]);
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            heard.extend_from_slice(&buffer[..length]);
        }
        heard
    });
    let output = run_alone(&["tcp", &target, "--finish", "--send-file", path.to_str().unwrap()]);
    ends_with(&output, 0);
    let heard = thread.join().unwrap();
    assert!(heard == all, "{} bytes of {}", heard.len(), all.len());
}
