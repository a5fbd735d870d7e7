//! What fails on loopback: the peer's doing, and this machine's.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;

use crate::run::{self, PROGRAM, sockeye};
use crate::skipped::skipped;

/// A peer that plays a script with each connection, in a thread that ends with the test.
pub(crate) fn peer(script: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().flatten().for_each(script));
    address
}

/// Reads something, so that what was sent has arrived.
pub(crate) fn hear(stream: &mut TcpStream) {
    assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
}

/// A port on which nobody listens. It stays bound, so that nobody else gets it.
pub(crate) fn closed_port() -> (socket2::Socket, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

#[test]
fn a_closed_port_is_refused_and_offers_to_listen_there() {
    let (_held, address) = closed_port();
    let told = sockeye(&["tcp", &address.to_string()]);
    let failed = told.failed("refused", 4);
    let next: Vec<&str> = failed["next"].as_array().unwrap().iter().flat_map(|next| next.as_str()).collect();
    assert!(next.iter().any(|next| next.starts_with(&format!("sockeye listen tcp {address}"))), "{next:?}");
}

#[test]
fn a_reset_in_the_middle_is_no_clean_end() {
    let address = peer(|mut stream| {
        hear(&mut stream);
        socket2::SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    });
    let told = sockeye(&["tcp", &address.to_string(), "--send", "hello"]);
    assert!(told.failed("reset", 7)["explanation"].as_str().is_some_and(|text| text.contains("RST")));
    assert_eq!(told.of("closed").next().unwrap()["how"], "rst");
}

#[test]
fn silence_ends_with_the_idle_timeout() {
    let address = peer(|stream| {
        // Kept open until the test's process ends.
        loop {
            std::thread::park();
            assert!(stream.peer_addr().is_ok());
        }
    });
    let told = sockeye(&["tcp", &address.to_string(), "--idle-timeout", "200ms"]);
    let failed = told.failed("idle_timeout", 10);
    assert!(failed["next"][0].as_str().is_some_and(|text| text.contains("--idle-timeout 2s")), "{failed}");
}

#[test]
fn an_address_in_use_can_be_visited() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let told = sockeye(&["listen", "tcp", &address]);
    let failed = told.failed("local", 11);
    assert_eq!(failed["errno"].as_i64(), Some(libc::EADDRINUSE.into()));
    assert!(failed["next"][0].as_str().is_some_and(|text| text.starts_with(&format!("sockeye tcp {address}"))));
}

#[test]
fn what_is_no_http_and_what_ends_too_early_break_the_protocol() {
    let ssh = peer(|mut stream| {
        stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n").unwrap();
        hear(&mut stream);
    });
    // Whether its greeting is met before or after the request was sent is chance.
    let told = sockeye(&["http", &format!("http://{ssh}/")]);
    let failed = told.failed("protocol", 9);
    assert!(failed["likely"][0].as_str().is_some_and(|text| text.contains("SSH")), "{failed}");

    let odd = peer(|mut stream| {
        hear(&mut stream);
        stream.write_all(b"220 mail.test ESMTP\r\n").unwrap();
    });
    let told = sockeye(&["http", &format!("http://{odd}/")]);
    let failed = told.failed("protocol", 9);
    assert!(failed["explanation"].as_str().is_some_and(|text| text.contains("HTTP/1.1 and a status")), "{failed}");

    let short = peer(|mut stream| {
        hear(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this").unwrap();
    });
    let told = sockeye(&["http", &format!("http://{short}/")]);
    let failed = told.failed("protocol", 9);
    assert!(failed["explanation"].as_str().is_some_and(|text| text.contains("before it had sent")), "{failed}");
}

#[test]
fn a_status_is_a_failure_only_where_that_was_asked_for() {
    let address = peer(|mut stream| {
        hear(&mut stream);
        stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    });
    let url = format!("http://{address}/");
    assert_eq!(sockeye(&["http", &url]).code, Some(0));
    let told = sockeye(&["http", &url, "--fail"]);
    assert!(told.failed("http_status", 12)["explanation"].as_str().is_some_and(|text| text.contains("404")));
}

#[test]
fn a_group_that_cannot_be_joined_fails_and_no_router_is_accused() {
    for local in ["127.0.0.1:0", "0.0.0.0:0"] {
        let told = sockeye(&["listen", "udp", local, "--group", "ff02::1%lo", "--for", "100ms"]);
        let warned = told.of("warned").next().unwrap();
        assert_eq!((told.code, warned["class"].as_str()), (Some(11), Some("local")), "{told:#?}");
        for name in ["message", "explanation"] {
            let text = warned[name].as_str().unwrap();
            assert!(text.contains("needs an IPv6 socket") && !text.contains("ICMP"), "{local}: {text}");
        }
    }
}

#[test]
fn a_name_that_cannot_be_is_not_resolved() {
    sockeye(&["tcp", "no-such-host.invalid:80", "--connect-timeout", "30s"]).failed("resolve", 3);
}

#[test]
fn without_a_descriptor_left_it_says_so() {
    if !cfg!(target_os = "linux") {
        skipped("how many descriptors the runtime itself needs is known for Linux only");
        return;
    }
    let (_held, address) = closed_port();
    // The runtime needs some itself; with one too few for it the program cannot even start its loop.
    let met = (8..40).any(|most| {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {most}; exec \"$0\" tcp {address} --json"), PROGRAM]);
        let told = run::told(command);
        let failed = told.of("failed").last();
        let met = failed.is_some_and(|failed| failed["errno"].as_i64() == Some(libc::EMFILE.into()));
        if met {
            told.failed("local", 11);
        }
        met
    });
    assert!(met, "no limit left the program running without a descriptor for its socket");
}
