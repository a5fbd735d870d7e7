//! The built program against servers and clients from packages; what is not installed is skipped, and that is said.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test that cannot go on fails")]
#![allow(unreachable_pub, reason = "no file of a test is reached from without")]

mod dns;
#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "../cli/program.rs"]
mod program;
mod servers;
#[path = "../support/skipped.rs"]
mod skipped;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Output, Stdio};

use base64::Engine as _;
use nix::sys::signal::Signal;
use program::{ends_with, events, first, names, run, run_alone, signal, sockeye, stderr, sum, wait};
use serde_json::Value;
use servers::{BIG, TEXT, found};

/// Reads events until one of this name comes, and gives all that came.
#[track_caller]
fn until(lines: &mut impl Iterator<Item = std::io::Result<String>>, name: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    for line in lines {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let found = event["event"] == name;
        seen.push(event);
        if found {
            return seen;
        }
    }
    panic!("no {name} came: {seen:#?}");
}

/// The program with `--json`, and its lines.
fn started(words: &[&str]) -> (Child, impl Iterator<Item = std::io::Result<String>> + use<>) {
    let mut child = sockeye(words).arg("--json").stdin(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

/// Runs a client from a package with this standard input.
fn client(words: &[&str], input: &[u8]) -> Output {
    let (program, words) = words.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    wait(child)
}

#[test]
fn redis_answers_a_ping_and_gives_a_megabyte_whole() {
    let Some(redis) = found("redis-server") else { return };
    let server = servers::redis(&redis);
    let target = server.address.to_string();
    let output = run(&["tcp", &target], b"PING\r\nQUIT\r\n");
    ends_with(&output, 0);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "+PONG\r\n+OK\r\n");
    let output = run(&["tcp", &target], b"SETRANGE big 999999 x\r\nGET big\r\nQUIT\r\n");
    ends_with(&output, 0);
    let expected = [b":1000000\r\n$1000000\r\n".as_slice(), &[0; 999_999], b"x\r\n+OK\r\n"].concat();
    assert!(output.stdout == expected, "{} bytes came", output.stdout.len());
}

#[test]
fn nginx_gives_a_file_plain_and_packed_with_both_sizes_told() {
    let Some(nginx) = found("nginx") else { return };
    let server = servers::nginx(&nginx, None);
    let url = |path: &str| format!("http://{}{path}", server.address);
    let output = run_alone(&["http", &url("/text")]);
    ends_with(&output, 0);
    assert_eq!(String::from_utf8_lossy(&output.stdout), TEXT.repeat(50));
    let output = run_alone(&["http", "--json", &url("/packed/text")]);
    ends_with(&output, 0);
    let events = events(&output.stdout);
    let closed = first(&events, "closed");
    let decoded = TEXT.len() as u64 * 50;
    assert_eq!((closed["body_bytes"].as_u64(), sum(&events, "received", "bytes")), (Some(decoded), decoded));
    let packed = closed["wire_body_bytes"].as_u64().unwrap();
    assert!(packed < decoded, "{packed}");
    assert!(closed["connection_received_bytes"].as_u64().unwrap() > packed);
}

#[test]
fn nginx_redirects_are_followed_when_asked_and_each_is_told() {
    let Some(nginx) = found("nginx") else { return };
    let server = servers::nginx(&nginx, None);
    let url = format!("http://{}/two", server.address);
    let output = run_alone(&["http", "--json", &url]);
    ends_with(&output, 0);
    let told = events(&output.stdout);
    assert_eq!((&first(&told, "response")["status"], names(&told).contains(&"redirect")), (&301.into(), false));
    let output = run_alone(&["http", "--json", "-L", &url]);
    ends_with(&output, 0);
    let told = events(&output.stdout);
    let statuses = |name: &str| -> Vec<u64> {
        told.iter().filter(|event| event["event"] == name).filter_map(|event| event["status"].as_u64()).collect()
    };
    assert_eq!((statuses("redirect"), statuses("response")), (vec![301, 302], vec![301, 302, 200]));
    assert_eq!(first(&told, "closed")["body_bytes"], TEXT.len() * 50);
}

#[test]
fn a_404_of_nginx_is_a_failure_only_when_that_was_asked_for() {
    let Some(nginx) = found("nginx") else { return };
    let server = servers::nginx(&nginx, None);
    let url = format!("http://{}/nothing", server.address);
    let output = run_alone(&["http", &url]);
    ends_with(&output, 0);
    assert!(String::from_utf8_lossy(&output.stdout).contains("404 Not Found"));
    ends_with(&run_alone(&["http", "--fail", &url]), 12);
}

#[test]
fn a_self_made_certificate_is_refused_and_with_k_taken_aloud() {
    let Some(nginx) = found("nginx") else { return };
    let server = servers::nginx(&nginx, Some(&servers::self_made()));
    let url = format!("https://localhost:{}/text", server.address.port());
    let output = run_alone(&["http", "--json", &url]);
    ends_with(&output, 8);
    assert_eq!(first(&events(&output.stdout), "failed")["class"], "tls");
    let output = run_alone(&["http", "-k", &url]);
    ends_with(&output, 0);
    assert_eq!(String::from_utf8_lossy(&output.stdout), TEXT.repeat(50));
    assert!(stderr(&output).contains("certificates are not verified"), "{}", stderr(&output));
}

#[test]
fn a_file_of_a_gibibyte_comes_to_the_byte_in_little_memory() {
    let Some(nginx) = found("nginx") else { return };
    let server = servers::nginx(&nginx, None);
    let mut child = sockeye(&["http", &format!("http://{}/big", server.address)]).stdin(Stdio::null()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut block = vec![0; 1 << 20];
    let (mut came, mut most_kib) = (0_u64, 0);
    while came < BIG {
        let length = stdout.read(&mut block).unwrap();
        if length == 0 {
            break;
        }
        came += length as u64;
        // The last look is before the program has written everything: it still runs.
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        most_kib = kib.unwrap_or(0).max(most_kib);
    }
    came += stdout.read_to_end(&mut block).unwrap() as u64;
    ends_with(&wait(child), 0);
    assert_eq!(came, BIG);
    assert!(most_kib < 160 * 1024, "{most_kib} KiB at the most");
}

#[test]
fn dnsmasq_answers_a_query_that_was_typed_in_hex() {
    let Some(dnsmasq) = found("dnsmasq") else { return };
    let server = servers::dnsmasq(&dnsmasq);
    let query = "12 34 01 00 00 01 00 00 00 00 00 00 07 65 78 61 6d 70 6c 65 04 74 65 73 74 00 00 01 00 01";
    let (child, mut lines) = started(&["udp", &server.address.to_string(), "--send-hex", query]);
    let seen = until(&mut lines, "received");
    signal(&child, Signal::SIGTERM);
    let rest = until(&mut lines, "closed");
    wait(child);
    let answer = seen.last().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(answer["base64"].as_str().unwrap()).unwrap();
    assert_eq!((&bytes[..2], &bytes[bytes.len() - 4..]), ([0x12, 0x34].as_slice(), [10, 1, 2, 3].as_slice()));
    let closed = rest.last().unwrap();
    assert_eq!((&closed["sent_bytes"], &closed["sent_datagrams"]), (&30.into(), &1.into()));
    assert_eq!((&closed["received_bytes"], &closed["received_datagrams"]), (&bytes.len().into(), &1.into()));
}

#[test]
fn openssl_is_spoken_with_by_tls_1_2_and_1_3_and_its_own_certificate_is_explained() {
    let Some(openssl) = found("openssl") else { return };
    for (version, told) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let server = servers::s_server(&openssl, &[version]);
        let url = format!("https://localhost:{}/", server.address.port());
        let output = run_alone(&["http", &url]);
        ends_with(&output, 8);
        let said = stderr(&output);
        assert!(said.contains("it is a CA certificate") || said.contains("issuer is unknown"), "{said}");
        let output = run_alone(&["http", "-k", &url]);
        ends_with(&output, 0);
        let page = String::from_utf8_lossy(&output.stdout);
        assert!(page.contains(told), "{page}");
    }
}

#[test]
fn socat_echoes_eight_mebibytes_to_the_byte() {
    let Some(socat) = found("socat") else { return };
    let server = servers::start(|_, port| {
        let mut command = Command::new(&socat);
        command.args(["-t", "60"]).arg(format!("TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr")).arg("EXEC:cat");
        command
    });
    let input: Vec<u8> = (0..=255).cycle().take(8 << 20).collect();
    let output = run(&["tcp", &server.address.to_string()], &input);
    ends_with(&output, 0);
    assert!(output.stdout == input, "{} bytes came back", output.stdout.len());
}

#[test]
fn ncat_and_nc_are_peers_of_our_listener() {
    for words in [&["ncat", "ADDRESS", "PORT"][..], &["nc", "-N", "ADDRESS", "PORT"]] {
        let Some(_) = found(words[0]) else { continue };
        let (child, mut lines) = started(&["listen", "tcp", "127.0.0.1:0"]);
        let local = first(&until(&mut lines, "listening"), "listening")["local"].as_str().unwrap().to_owned();
        let (address, port) = local.rsplit_once(':').unwrap();
        let words: Vec<&str> = words
            .iter()
            .map(|word| match *word {
                "ADDRESS" => address,
                "PORT" => port,
                other => other,
            })
            .collect();
        client(&words, b"hello from a client\n");
        let seen = until(&mut lines, "closed");
        assert_eq!(first(&seen, "received")["text"], "hello from a client\n");
        assert_eq!(
            (&seen.last().unwrap()["received_bytes"], &seen.last().unwrap()["how"]),
            (&20.into(), &"fin".into())
        );
        signal(&child, Signal::SIGTERM);
        until(&mut lines, "closed");
        wait(child);
    }
}

#[test]
fn what_our_listener_is_given_goes_to_ncat() {
    let Some(_) = found("ncat") else { return };
    let mut child = sockeye(&["listen", "tcp", "127.0.0.1:0"]).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"for the client\n").unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = said.next().unwrap().unwrap();
    let local = line.rsplit(' ').next().unwrap();
    let (address, port) = local.rsplit_once(':').unwrap();
    let output = client(&["ncat", address, port], b"for the listener\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "for the client\n");
    let output = wait(child);
    ends_with(&output, 0);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "for the listener\n");
}

#[test]
fn nc_sends_a_datagram_to_our_bound_socket() {
    let Some(_) = found("nc") else { return };
    let (child, mut lines) = started(&["listen", "udp", "127.0.0.1:0"]);
    let local = first(&until(&mut lines, "listening"), "listening")["local"].as_str().unwrap().to_owned();
    let (address, port) = local.rsplit_once(':').unwrap();
    client(&["nc", "-u", "-w", "1", address, port], b"a datagram\n");
    let received = until(&mut lines, "received");
    let received = received.last().unwrap();
    assert_eq!((&received["text"], received["peer"].is_string()), (&"a datagram\n".into(), true));
    signal(&child, Signal::SIGTERM);
    wait(child);
}
