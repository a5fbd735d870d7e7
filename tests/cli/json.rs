//! `--json`: one event a line.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::peers::{self, peer};
use crate::program::{ends_with, events, first, names, run, run_alone, signal, sockeye, sum, wait};

#[test]
fn a_conversation_is_told_from_connecting_to_closed() {
    let (target, thread) = peer(peers::echo);
    let output = run_alone(&["tcp", &target, "--json", "--send", "h\\u{e9}llo\\r\\n", "--finish"]);
    thread.join().unwrap();
    ends_with(&output, 0);
    let events = events(&output.stdout);
    let mut names = names(&events);
    // The calls and the kernel's stamps behind the conversation have tests of their own.
    names.retain(|name| !matches!(*name, "call" | "stamps" | "state" | "kernel" | "route"));
    names.sort_unstable();
    let expected = ["closed", "connected", "connecting", "peer_finished", "received", "sent", "we_finished"];
    assert_eq!(names, expected);
    assert_eq!(first(&events, "sent")["text"], "héllo\r\n");
    assert_eq!(first(&events, "connected")["peer"], target);
    let closed = events.last().unwrap();
    assert_eq!((&closed["event"], &closed["how"]), (&"closed".into(), &"fin".into()));
    assert_eq!((&closed["sent_bytes"], &closed["received_bytes"]), (&8.into(), &8.into()));
    assert!(events.iter().all(|event| event["at"].is_f64() && event["session"] == 1), "{events:#?}");
    assert!(output.stderr.is_empty());
}

#[test]
fn the_lines_add_up_to_the_totals_whatever_was_kept() {
    let (target, thread) = peer(|mut stream| {
        let block: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
        (0..32).for_each(|_| stream.write_all(&block).unwrap());
    });
    let output = run_alone(&["tcp", &target, "--json", "--retain", "64KiB"]);
    thread.join().unwrap();
    ends_with(&output, 0);
    let events = events(&output.stdout);
    let told = sum(&events, "received", "bytes") + sum(&events, "not_kept", "bytes");
    assert_eq!((told, first(&events, "closed")["received_bytes"].as_u64()), (32 << 20, Some(32 << 20)));
    assert!(output.stdout.split(|byte| *byte == b'\n').all(|line| line.len() < 100_000));
}

#[test]
fn a_slow_reader_is_told_the_end_when_the_time_is_up() {
    let (target, thread) = peer(|mut stream| {
        stream.write_all(&[0xff; 4 << 20]).unwrap();
        // Held open: the time that is up ends it.
        drop(stream.read(&mut [0]));
    });
    let mut child = sockeye(&["tcp", &target, "--json", "--retain", "2MiB", "--for", "200ms"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut lines = Vec::new();
    let mut block = vec![0; 64 * 1024];
    loop {
        let length = stdout.read(&mut block).unwrap();
        if length == 0 {
            break;
        }
        lines.extend_from_slice(&block[..length]);
        std::thread::sleep(Duration::from_millis(100)); // between two looks: the reader is slow
    }
    ends_with(&wait(child), 0);
    thread.join().unwrap();
    let events = events(&lines);
    let closed = events.last().unwrap();
    let told = sum(&events, "received", "bytes") + sum(&events, "not_kept", "bytes");
    assert_eq!((closed["event"].as_str(), closed["received_bytes"].as_u64()), (Some("closed"), Some(told)));
}

#[test]
fn what_could_control_a_terminal_is_escaped_in_a_line() {
    let hostile = "\u{1b}[2J\u{9b}31m\u{202e}\u{7f}";
    let (target, thread) = peer(move |mut stream| stream.write_all(hostile.as_bytes()).unwrap());
    let output = run_alone(&["tcp", &target, "--json"]);
    thread.join().unwrap();
    assert!(!String::from_utf8(output.stdout.clone()).unwrap().contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{7f}']));
    assert_eq!(first(&events(&output.stdout), "received")["text"], hostile);
}

#[test]
fn a_failure_says_what_it_means_and_what_to_try() {
    let target = peers::nobody().to_string();
    let output = run_alone(&["tcp", &target, "--json", "--retry", "1", "--backoff", "1ms..1ms"]);
    ends_with(&output, 4);
    let events = events(&output.stdout);
    let failed = first(&events, "failed");
    assert_eq!((&failed["class"], &failed["operation"]), (&"refused".into(), &"connect".into()));
    assert!(failed["errno"].is_i64() && failed["explanation"].is_string() && failed["next"].is_array(), "{failed}");
    assert_eq!(first(&events, "retry")["attempt"], 2);
    assert_eq!(first(&events, "closed")["how"], "error");
}

#[test]
fn a_request_is_told_with_all_its_sizes() {
    let response = "HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 5\r\n\r\nhello";
    let (target, thread) = peer(peers::answer(response));
    let output = run_alone(&["http", "--json", &format!("http://{target}/path")]);
    thread.join().unwrap();
    ends_with(&output, 0);
    let events = events(&output.stdout);
    assert_eq!(first(&events, "request")["method"], "GET");
    let response = first(&events, "response");
    assert_eq!(response["status"], 200);
    let twice = response["headers"].as_array().unwrap().iter().filter(|header| header[0] == "X-A").count();
    assert_eq!(twice, 2);
    let closed = first(&events, "closed");
    assert_eq!((&closed["body_bytes"], &closed["wire_body_bytes"]), (&5.into(), &5.into()));
}

#[test]
fn datagrams_are_told_one_by_one() {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = socket.local_addr().unwrap().to_string();
    let output = run_alone(&["udp", &target, "--json", "--send", "a", "--send", "", "--send", "ccc", "--for", "100ms"]);
    ends_with(&output, 0);
    let events = events(&output.stdout);
    let sizes: Vec<_> =
        events.iter().filter(|event| event["event"] == "sent").map(|event| event["bytes"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [1, 0, 3]);
    let closed = first(&events, "closed");
    assert_eq!((&closed["sent_datagrams"], &closed["sent_bytes"]), (&3.into(), &4.into()));
    assert_eq!(closed["received_datagrams"], 0);
}

#[test]
fn a_listener_tells_its_connections_apart_until_a_signal() {
    let mut child = sockeye(&["listen", "tcp", "127.0.0.1:0", "--json"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut all = Vec::new();
    let mut next = |name: &str, all: &mut Vec<serde_json::Value>| loop {
        let event: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        all.push(event.clone());
        if event["event"] == name {
            return event;
        }
    };
    let address = next("listening", &mut all)["local"].as_str().unwrap().to_owned();
    for (session, text) in [(2, "one"), (3, "second")] {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(next("accepted", &mut all)["listener"], 1);
        let closed = next("closed", &mut all);
        assert_eq!(
            (closed["session"].as_u64(), closed["received_bytes"].as_u64()),
            (Some(session), Some(text.len() as u64))
        );
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    }
    signal(&child, Signal::SIGINT);
    let closed = next("closed", &mut all);
    assert_eq!((&closed["session"], &closed["how"]), (&1.into(), &"local".into()));
    ends_with(&wait(child), 130);
}

#[test]
fn standard_input_is_sent_too() {
    let (target, thread) = peer(peers::echo);
    let output = run(&["tcp", &target, "--json"], b"typed");
    assert_eq!(thread.join().unwrap(), 5);
    ends_with(&output, 0);
    assert_eq!(first(&events(&output.stdout), "received")["text"], "typed");
}

#[test]
fn the_lab_says_where_its_peers_are_and_serves_until_a_signal() {
    let mut child = sockeye(&["lab", "echo", "http", "--json"]).stdin(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut peers = Vec::new();
    for _ in 0..2 {
        let event: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(event["event"], "listening");
        peers.push((event["name"].as_str().unwrap().to_owned(), event["local"].as_str().unwrap().to_owned()));
    }
    assert_eq!((peers[0].0.as_str(), peers[1].0.as_str()), ("echo", "http"));
    assert_eq!(run(&["tcp", &peers[0].1], b"hello").stdout, b"hello");
    let large = run_alone(&["http", &format!("http://{}/bytes/1000000", peers[1].1)]);
    assert_eq!(large.stdout.len(), 1_000_000);
    signal(&child, Signal::SIGTERM);
    ends_with(&wait(child), 143);
}

#[test]
fn a_run_of_many_ends_with_a_summary_in_which_everything_adds_up() {
    let (target, thread) = peer(|mut stream| {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while matches!(stream.read(&mut byte), Ok(1)) {
            head.push(byte[0]);
            if head.ends_with(b"\r\n\r\n") {
                head.clear();
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
            }
        }
    });
    let output = run_alone(&["http", &format!("http://{target}/"), "--repeat", "50", "--json"]);
    thread.join().unwrap();
    ends_with(&output, 0);
    let events = events(&output.stdout);
    let summary = first(&events, "summary");
    assert_eq!((&summary["asked"], &summary["done"], &summary["failed"]), (&50.into(), &50.into(), &0.into()));
    assert_eq!((&summary["statuses"]["2xx"], &summary["received_bytes"]), (&50.into(), &100.into()));
    let bars = summary["histogram"].as_array().unwrap();
    assert_eq!(bars.iter().map(|bar| bar["count"].as_u64().unwrap()).sum::<u64>(), 50);
    assert!(summary["latency"]["p99_9_ms"].is_f64() && summary["cut_off"] == 0, "{summary:#?}");
    assert_eq!(names(&events).iter().filter(|name| **name == "summary").count(), 1);
    assert_eq!(first(&events, "closed")["received_bytes"], 100);
}

#[test]
fn a_run_in_which_everything_was_refused_ends_with_the_code_for_that() {
    let output = run_alone(&["tcp", "127.0.0.1:1", "--repeat", "5", "--raw"]);
    ends_with(&output, 4);
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.starts_with("done         0 of 5\nfailed       5 refused\n"), "{table}");
}

#[test]
fn the_kernels_gauges_are_told_at_both_ends_and_as_often_as_was_asked_for() {
    let (target, thread) = peer(peers::echo);
    let output = run_alone(&["tcp", &target, "--json", "--send", "hello", "--finish"]);
    thread.join().unwrap();
    ends_with(&output, 0);
    let told = |events: &[serde_json::Value]| -> Vec<serde_json::Value> {
        events.iter().filter(|event| event["event"] == "kernel").cloned().collect()
    };
    let ends = told(&events(&output.stdout));
    assert_eq!(ends.len(), 2, "{ends:#?}");
    if cfg!(target_os = "linux") {
        assert_eq!(ends[0]["state"], "ESTABLISHED");
        for name in ["rto_us", "snd_cwnd", "snd_mss", "snd_wnd", "unacked", "total_retrans", "send_queue_bytes"] {
            assert!(ends[0][name].is_u64(), "{name}: {}", ends[0]);
        }
        assert!(ends[0].get("snd_ssthresh").is_none(), "unknown before the first loss: {}", ends[0]);
    }

    let (target, thread) = peer(|mut stream| {
        stream.read_exact(&mut [0; 2]).unwrap();
        drop(stream.read(&mut [0]));
    });
    let output = run_alone(&["tcp", &target, "--json", "--send", "hi", "--kernel-every", "20ms", "--for", "600ms"]);
    thread.join().unwrap();
    let looks = told(&events(&output.stdout));
    assert!(looks.len() > 4, "an idle connection is looked at too: {looks:#?}");
}

#[test]
fn an_option_is_told_as_the_kernel_reports_it_back() {
    let (target, thread) = peer(peers::echo);
    let output = run_alone(&["tcp", &target, "--json", "--option", "sndbuf=32KiB", "--send", "hello", "--finish"]);
    thread.join().unwrap();
    ends_with(&output, 0);
    let events = events(&output.stdout);
    let option = first(&events, "option");
    assert_eq!((&option["option"], &option["asked"]), (&"sndbuf".into(), &32_768.into()));
    assert_eq!(option["now"], if cfg!(target_os = "linux") { 65_536 } else { 32_768 });
}

#[test]
fn an_option_that_makes_no_sense_is_refused_with_what_is_accepted() {
    for (words, says) in [
        (&["udp", "127.0.0.1:9", "--option", "nodelay=on"][..], "a UDP socket has no nodelay; it has rcvbuf"),
        (&["listen", "tcp", "0", "--option", "quickack=on"], "a TCP listener has no quickack"),
        (&["http", "http://127.0.0.1:9/", "--option", "ttl=0"], "ttl is a number from 1 to 255"),
        (
            &["tcp", "127.0.0.1:9", "--option", "nonsense=1"],
            "there is no socket option \"nonsense\"; there are nodelay",
        ),
        (&["tcp", "127.0.0.1:9", "--kernel-every", "1ms"], "accepted: 10ms to 1m"),
        (&["tcp", "127.0.0.1:9", "--raw", "--kernel-every", "1s"], "accepted with --json"),
    ] {
        let output = run_alone(words);
        ends_with(&output, 2);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(says) && said.lines().count() == 1, "{words:?}: {said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_closed_window_is_told_with_the_kernels_countdown_and_the_peers_end() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (target, thread) = peer(move |stream| {
        // It reads nothing until it is let go.
        wait.recv().unwrap_or_default();
        drop(stream);
    });
    let mut child = sockeye(&["tcp", &target, "--json", "--kernel-every", "50ms", "--retain", "1MiB"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&vec![b'x'; 32 << 20])));
    let until = std::time::Instant::now() + crate::program::DEADLINE;
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let kernel = lines.map_while(Result::ok).take_while(|_| std::time::Instant::now() < until).find_map(|line| {
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        let probes = event["event"] == "kernel" && event["timer"] == "probe";
        // The three are read one after the other, while the window closes perhaps.
        let closed = event["snd_wnd"] == 0 && event["peer_end"]["rcv_wnd"] == 0;
        (probes && closed).then_some(event)
    });
    child.kill().unwrap();
    child.wait().unwrap();
    go.send(()).unwrap();
    thread.join().unwrap();
    writer.join().unwrap();
    let kernel = kernel.expect("no event told of a probe to come");
    assert_eq!(kernel["peer_end"]["state"], "ESTABLISHED", "{kernel}");
    assert!(kernel["timer_expires_ms"].is_f64() && kernel["send_queue_bytes"].as_u64() > Some(0), "{kernel}");
    assert!(kernel["peer_end"]["recv_queue_bytes"].as_u64() > Some(0), "{kernel}");
}

#[test]
fn a_run_of_datagrams_is_told_in_udps_words() {
    use std::net::UdpSocket;
    let closed = UdpSocket::bind("127.0.0.1:0").unwrap();
    let refused = closed.local_addr().unwrap().to_string();
    drop(closed);
    let deaf = UdpSocket::bind("127.0.0.1:0").unwrap();
    let silent = deaf.local_addr().unwrap().to_string();
    let echo = UdpSocket::bind("127.0.0.1:0").unwrap();
    let answered = echo.local_addr().unwrap().to_string();
    let thread = std::thread::spawn(move || {
        for _ in 0..2 {
            let mut datagram = [0; 64];
            let (len, from) = echo.recv_from(&mut datagram).unwrap();
            echo.send_to(&datagram[..len], from).unwrap();
        }
    });
    for (target, patience, code, class, explained) in [
        (&refused, "2s", 4, Some("refused"), "Datagrams of the run were answered with ICMP port unreachable"),
        (&silent, "100ms", 10, Some("idle_timeout"), "Every datagram of the run left, and none had an answer"),
        (&answered, "9s", 0, None, ""),
    ] {
        let asked = ["udp", target, "--repeat", "2", "--send", "x", "--patience", patience, "--json"];
        let output = run_alone(&asked);
        ends_with(&output, code);
        let told = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(!told.contains("SYN") && !told.contains("TCP"), "{told}");
        let events = events(&output.stdout);
        if let Some(class) = class {
            let failed = first(&events, "failed");
            assert_eq!(failed["class"], class);
            assert!(failed["explanation"].as_str().unwrap().starts_with(explained), "{told}");
        }
        let how = if class.is_some() { "error" } else { "local" };
        assert_eq!(first(&events, "closed")["how"], how, "datagrams have no FIN: {told}");
    }
    thread.join().unwrap();
    drop(deaf);
}
