//! A terminal that does not read: the sessions go on, memory holds its bound, and a signal ends the program at once.

use std::io::Read as _;
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::left_as_it_was;
use crate::peers;
use crate::tui::Tui;

/// The port in the first local address on a screen.
#[track_caller]
fn port_on(screen: &str) -> u16 {
    let after = screen.split("127.0.0.1:").skip(1);
    let mut ports = after.filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
    ports.find(|port| *port != 0).unwrap_or_else(|| panic!("no port on this screen:\n{screen}"))
}

#[test]
fn every_signal_that_ends_the_program_gives_the_terminal_back() {
    for (signal, code) in [
        (Signal::SIGHUP, 1),
        (Signal::SIGINT, 2),
        (Signal::SIGQUIT, 3),
        (Signal::SIGABRT, 6),
        (Signal::SIGUSR1, 10),
        (Signal::SIGUSR2, 12),
        (Signal::SIGALRM, 14),
        (Signal::SIGTERM, 15),
        (Signal::SIGXCPU, 24),
        (Signal::SIGVTALRM, 26),
        (Signal::SIGPROF, 27),
        (Signal::SIGIO, 29),
    ] {
        let mut tui = Tui::start(&["tcp", &peers::echo().to_string()], 100, 30);
        tui.until("connected");
        tui.signal(signal);
        assert_eq!(tui.ends().exit_code(), 128 + code, "{signal}");
        left_as_it_was(&tui);
    }
}

#[test]
fn a_signal_ends_the_program_while_its_terminal_does_not_read() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT] {
        let flood = peers::floods(1 << 40);
        let mut tui = Tui::start(&["tcp", &flood.to_string(), "--retain", "1MiB"], 160, 40);
        tui.until("▼");
        tui.stop_reading();
        tui.signal(signal);
        let status = tui.ends();
        assert_eq!(status.exit_code(), 128 + signal as u32, "{signal}");
        assert!(tui.cooked(), "{signal}: the terminal is still raw");
        tui.read_again();
        left_as_it_was(&tui);
    }
}

#[test]
fn a_listener_accepts_while_its_terminal_does_not_read() {
    let mut tui = Tui::start(&["listen", "tcp", "127.0.0.1:0", "--send", "hello"], 160, 40);
    tui.until("listening");
    let screen = tui.screen();
    let port = port_on(&screen);
    tui.stop_reading();
    for number in 0..2_050 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut hello = [0; 5];
        stream.read_exact(&mut hello).unwrap_or_else(|error| panic!("connection {number}: {error}"));
    }
    tui.read_again();
    tui.until("2,050");
    tui.keys("\x03");
    tui.signal(Signal::SIGTERM);
    tui.ends();
}

#[test]
fn memory_holds_its_bound_with_small_datagrams_while_its_terminal_does_not_read() {
    const MIB: u64 = 1024 * 1024;
    let tui = Tui::start(&["listen", "udp", "127.0.0.1:0", "--retain", "8MiB"], 160, 40);
    tui.until("waiting for peers");
    let screen = tui.screen();
    let port = port_on(&screen);
    tui.stop_reading();
    let before = tui.resident_bytes();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut most = 0;
    for number in 0..300_000_u32 {
        // What the program has no room for is dropped by the kernel.
        drop(socket.send_to(b"x", ("127.0.0.1", port)));
        if number % 10_000 == 0 {
            most = most.max(tui.resident_bytes());
        }
    }
    assert!(most < before + (8 + 48) * MIB, "{} MiB, before {} MiB", most / MIB, before / MIB);
}
