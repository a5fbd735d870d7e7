//! The long run: floods without end leave the counts exact and the memory flat. Ignored by default.
//!
//! ```sh
//! cargo test --release --test terminal soak -- --ignored                    # 2 GiB each
//! SOCKEYE_SOAK=1h cargo test --release --test terminal soak -- --ignored    # or 100GiB
//! ```

#![allow(clippy::print_stdout, reason = "a soak tells what it saw")]

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sockeye::text::quantity::{grouped, parse_duration, parse_size};

use super::tui::Tui;

const MIB: u64 = 1024 * 1024;

/// What the program may need beside what it retains.
const BESIDE: u64 = 48 * MIB;

/// Where one flood ends.
#[derive(Clone, Copy)]
enum Until {
    Bytes(u64),
    Time(Duration),
}

impl Until {
    /// What `SOCKEYE_SOAK` says: a duration or a size, for each flood.
    fn asked() -> Until {
        let Ok(text) = std::env::var("SOCKEYE_SOAK") else { return Until::Bytes(2048 * MIB) };
        match (parse_duration(&text), parse_size(&text)) {
            (Ok(time), _) => Until::Time(time),
            (_, Ok(bytes)) => Until::Bytes(bytes),
            (Err(one), Err(other)) => panic!("SOCKEYE_SOAK: {one}; or {other}"),
        }
    }

    fn reached(self, start: Instant, bytes: u64) -> bool {
        match self {
            Until::Bytes(most) => bytes >= most,
            Until::Time(most) => start.elapsed() >= most,
        }
    }
}

/// A peer that sends to whoever connects first; gives how many bytes those were.
fn tcp_flood(until: Until) -> (SocketAddr, JoinHandle<u64>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Lines, so that there is something to look for.
        let block: Vec<u8> =
            b"0123456789 something that is said\r\n".iter().copied().cycle().take(256 * 1024).collect();
        let (start, mut sent) = (Instant::now(), 0);
        while !until.reached(start, sent) {
            stream.write_all(&block).unwrap();
            sent += block.len() as u64;
        }
        sent
    });
    (address, thread)
}

/// The most memory that a process had so far, in bytes.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

#[track_caller]
fn stays_below(pid: u32, retained: u64) {
    let peak = peak(pid).expect("the program still runs");
    println!("{} MiB at the most, {} MiB retained", peak / MIB, retained / MIB);
    assert!(peak <= retained + BESIDE, "{} MiB at the most, with {} MiB retained", peak / MIB, retained / MIB);
}

/// The number that stands behind these words on the screen.
fn number_behind(screen: &str, words: &str) -> Option<u64> {
    let (_, rest) = screen.split_once(words)?;
    let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    digits.parse().ok()
}

#[test]
#[ignore = "a soak: it takes as long as it is asked to"]
fn a_soak_of_tcp_with_the_screen_open_counts_exactly_and_stays_flat() {
    for retained in [64 * MIB, MIB] {
        let (address, flood) = tcp_flood(Until::asked());
        let retain = format!("{}MiB", retained / MIB);
        let mut tui = Tui::start(&["tcp", &address.to_string(), "--retain", &retain], 160, 48);
        tui.until("▼");
        // A person looks around meanwhile.
        while !flood.is_finished() {
            tui.keys("gg?");
            tui.until("Esc leaves");
            tui.keys("\x1b");
            tui.until_that("the help is gone", |tui| !tui.screen().contains("Esc leaves"));
            tui.keys("G");
            tui.forget_written();
            std::thread::sleep(Duration::from_millis(50)); // between two looks
        }
        let sent = flood.join().unwrap();
        tui.until(&grouped(sent));
        tui.keys("gG");
        stays_below(tui.child.process_id().unwrap(), retained);
        tui.keys("\x03\x03");
        assert_eq!(tui.ends().exit_code(), 0);
    }
}

#[test]
#[ignore = "a soak: it takes as long as it is asked to"]
fn a_soak_of_small_datagrams_with_the_screen_open_counts_each_and_stays_flat() {
    let free = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let mut tui = Tui::start(&["listen", "udp", &address.to_string(), "--retain", "64MiB"], 160, 48);
    tui.until(&format!("bound {address}"));
    let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    sender.connect(address).unwrap();
    // Small ones, so that it is their number that fills the memory.
    let payload = [b'd'; 16];
    let until = match Until::asked() {
        Until::Bytes(bytes) => Until::Bytes(bytes / 64),
        time => time,
    };
    let (start, mut sent) = (Instant::now(), 0_u64);
    while !until.reached(start, sent * payload.len() as u64) {
        sender.send(&payload).unwrap();
        sent += 1;
        if sent.is_multiple_of(1 << 16) {
            tui.forget_written();
        }
    }
    tui.until_that(&format!("{sent} datagrams, received or dropped by the kernel"), |tui| {
        let screen = tui.screen();
        let received = screen.rsplit_once("▼ received").and_then(|(_, rest)| number_behind(rest, " in "));
        let dropped = number_behind(&screen, "dropped ");
        received.zip(dropped).is_some_and(|(received, dropped)| received + dropped == sent)
    });
    stays_below(tui.child.process_id().unwrap(), 64 * MIB);
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
}

#[test]
#[ignore = "a soak: it takes as long as it is asked to"]
fn a_soak_without_a_screen_passes_every_byte_and_stays_flat() {
    let (address, flood) = tcp_flood(Until::asked());
    let mut child = headless(&["tcp", &address.to_string(), "--raw"]);
    let mut stdout = child.stdout.take().unwrap();
    let (mut buffer, mut passed, mut most) = (vec![0; 256 * 1024], 0_u64, 0);
    while let count @ 1.. = stdout.read(&mut buffer).unwrap() {
        passed += count as u64;
        most = peak(child.id()).unwrap_or(most);
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(passed, flood.join().unwrap());
    assert!(most > 0 && most <= BESIDE, "{} MiB at the most", most / MIB);
}

#[test]
#[ignore = "a soak: it takes as long as it is asked to"]
fn a_soak_of_json_adds_up_to_what_was_sent_and_stays_flat() {
    let (address, flood) = tcp_flood(Until::asked());
    let mut child = headless(&["tcp", &address.to_string(), "--json", "--retain", "8MiB"]);
    let (mut told, mut total, mut most) = (0, None, 0);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        match line["event"].as_str() {
            Some("received" | "not_kept") => told += line["bytes"].as_u64().unwrap(),
            Some("closed") => total = line["received_bytes"].as_u64(),
            _ => {}
        }
        most = peak(child.id()).unwrap_or(most);
    }
    assert!(child.wait().unwrap().success());
    let sent = flood.join().unwrap();
    assert_eq!((told, total), (sent, Some(sent)));
    assert!(most > 0 && most <= 8 * MIB + BESIDE, "{} MiB at the most", most / MIB);
}

fn headless(words: &[&str]) -> std::process::Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockeye"));
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program starts")
}
