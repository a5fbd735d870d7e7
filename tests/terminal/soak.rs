//! A flood through the screen for as long as one likes: nothing grows, nothing is lost.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Tui;

/// What the program keeps by default, and what it may need beside that.
const MOST_BYTES: u64 = (64 + 48) << 20;

/// How much more the second half of the run may take than the first, at their medians.
const MOST_GROWTH: u64 = 8 << 20;

/// One connection's flood until the time is up; gives how many bytes it was.
fn flood(lasts: Duration) -> (SocketAddr, JoinHandle<u64>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let sender = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let block: Vec<u8> = (0..256 * 1024_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let start = Instant::now();
        let mut sent = 0;
        while start.elapsed() < lasts {
            stream.write_all(&block).unwrap();
            sent += block.len() as u64;
        }
        sent
    });
    (address, sender)
}

fn resident_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process has a size");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kib * 1024
}

fn median(sizes: &[u64]) -> u64 {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[test]
#[ignore = "a minute, or SOCKEYE_SOAK_SECONDS"]
fn a_soak_keeps_memory_flat_and_counts_exact() {
    let seconds = std::env::var("SOCKEYE_SOAK_SECONDS").map_or(60, |text| text.parse().expect("a number of seconds"));
    let (peer, sender) = flood(Duration::from_secs(seconds));
    let mut tui = Tui::start(&["tcp", &peer.to_string()], 120, 36);
    let pid = tui.child.process_id().expect("the program runs");
    let mut sizes = Vec::new();
    while !sender.is_finished() {
        let now = resident_bytes(pid);
        assert!(now <= MOST_BYTES, "{} MiB after {} looks:\n{}", now >> 20, sizes.len(), tui.screen());
        sizes.push(now);
        std::thread::sleep(Duration::from_millis(50)); // between two looks
    }
    let sent = sender.join().unwrap();
    tui.until(&sockeye::wire::quantity::grouped(sent));
    // The first part fills what is kept.
    let full: Vec<u64> = sizes.iter().copied().filter(|size| *size > 64 << 20).collect();
    if let (first, second) = full.split_at(full.len() / 2)
        && !first.is_empty()
    {
        let (before, after) = (median(first), median(second));
        assert!(after <= before + MOST_GROWTH, "it grew from {before} to {after} bytes");
    }
    tui.keys("\x03");
    assert_eq!(tui.ends().exit_code(), 0);
}
