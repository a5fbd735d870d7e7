//! Ranges of ports on the command line.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};

use crate::program::{ends_with, events, first, run_alone, stderr, wait};

/// Six ports in a row, of which the first is open; the others are bound, and nobody listens there.
fn row_of_ports() -> (TcpListener, Vec<socket2::Socket>, u16) {
    for first in (20_000..60_000).step_by(7) {
        let bound: Option<Vec<socket2::Socket>> = (first..first + 6)
            .map(|port| {
                let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).ok()?;
                socket.bind(&std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into()).ok()?;
                Some(socket)
            })
            .collect();
        if let Some(mut bound) = bound {
            let open = bound.remove(0);
            open.listen(16).unwrap();
            return (open.into(), bound, first);
        }
    }
    panic!("no six free ports in a row");
}

#[test]
fn each_port_of_a_range_is_one_event_and_the_summary_counts_them() {
    let (open, _closed, port) = row_of_ports();
    let range = format!("127.0.0.1:{port}-{}", port + 5);
    let output = run_alone(&["tcp", &range, "--json"]);
    ends_with(&output, 0);
    let told = events(&output.stdout);
    let ports: Vec<&serde_json::Value> = told.iter().filter(|event| event["event"] == "port").collect();
    assert_eq!(ports.len(), 6);
    for event in ports {
        let (expected, errno) =
            if event["port"] == port { ("open", None) } else { ("refused", Some(libc::ECONNREFUSED.into())) };
        assert_eq!((event["state"].as_str(), event.get("errno")), (Some(expected), errno.as_ref()), "{event}");
        assert!(event["ms"].is_f64() || event["ms"].is_u64(), "{event}");
    }
    let summary = first(&told, "summary");
    assert_eq!((&summary["ports"], &summary["open"], &summary["refused"]), (&6.into(), &1.into(), &5.into()));
    assert_eq!(told.last().unwrap()["how"], "finished");
    // The open port saw one connection, which was closed without a byte.
    let (mut seen, _) = open.accept().unwrap();
    assert_eq!(seen.read(&mut [0]).unwrap(), 0);
    open.set_nonblocking(true).unwrap();
    assert!(open.accept().is_err(), "each port is tried once");
}

#[test]
fn a_pipe_gets_a_table_in_the_order_of_the_ports() {
    let (_open, _closed, port) = row_of_ports();
    let output = run_alone(&["tcp", "127.0.0.1", &format!("{port}-{}", port + 5)]);
    ends_with(&output, 0);
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let expected: Vec<(String, &str)> =
        (port..port + 6).map(|at| (at.to_string(), if at == port { "open" } else { "refused" })).collect();
    let found: Vec<(String, &str)> = rows.iter().map(|row| (row[0].to_owned(), row[1])).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_range_without_an_open_port_ends_with_the_class_of_most_of_them() {
    let (_open, _closed, port) = row_of_ports();
    let output = run_alone(&["tcp", &format!("127.0.0.1:{}-{}", port + 1, port + 5), "--json"]);
    ends_with(&output, 4);
    let told = events(&output.stdout);
    let failed = first(&told, "failed");
    assert!(failed["message"].as_str().unwrap().contains("no port is open: 5 refused"), "{failed}");
    assert_eq!(first(&told, "summary")["refused"], 5);
    let output = run_alone(&["tcp", "name.invalid:1-3"]);
    ends_with(&output, 3);
}

#[test]
fn a_range_that_makes_no_sense_is_refused_by_name() {
    for (words, part) in [
        (&["tcp", "h:1-1025"][..], "at most 1,024"),
        (&["tcp", "h:9-1"], "ends before it begins"),
        (&["tcp", "h:0-9"], "from 1 to 65535"),
        (&["tcp", "h:1-9", "--send", "x"], "--send means nothing for a range"),
        (&["tcp", "h:1-9", "--retry", "1"], "--retry means nothing for a range"),
        (&["tcp", "h:1-9", "--repeat", "2"], "--repeat means nothing for a range of ports"),
        (&["udp", "h:1-9"], "a range of ports is for TCP"),
    ] {
        let output = run_alone(words);
        ends_with(&output, 2);
        let said = stderr(&output);
        assert!(said.contains(part) && said.lines().count() == 1, "{words:?}: {said}");
    }
}

#[test]
fn a_range_that_is_cut_short_says_how_many_were_known() {
    // 127.0.0.1 answers at once; a listener with a full queue does not answer.
    let full = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    full.bind(&std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    full.listen(0).unwrap();
    let address = full.local_addr().unwrap().as_socket().unwrap();
    let _held: Vec<std::net::TcpStream> = (0..1).map(|_| std::net::TcpStream::connect(address).unwrap()).collect();
    let range = format!("127.0.0.1:{0}-{0}", address.port());
    let output = run_alone(&["tcp", &range, "--json", "--connect-timeout", "100ms"]);
    ends_with(&output, 5);
    assert_eq!(first(&events(&output.stdout), "port")["state"], "filtered");
    let child = crate::program::sockeye(&["tcp", &range, "--json", "--connect-timeout", "30s", "--for", "200ms"])
        .stdin(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let output = wait(child);
    ends_with(&output, 13);
    let failed = first(&events(&output.stdout), "failed").clone();
    assert!(failed["message"].as_str().unwrap().contains("0 of 1 ports were known"), "{failed}");
}
