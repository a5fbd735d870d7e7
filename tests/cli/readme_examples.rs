//! The examples of the README, run as they are written, against the lab.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::dns::server;
use crate::peers::peer;
use crate::program::{ends_with, events, first, names, signal, sockeye, wait};

/// The shell blocks' lines that run the program, without their comments.
fn examples() -> Vec<String> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
    let lines = blocks.flat_map(|(block, _)| block.lines());
    let code = lines.map(|line| line.split_once(" #").map_or(line, |(code, _)| code).trim());
    code.filter(|code| code.contains("sockeye")).map(str::to_owned).collect()
}

/// A Unix socket in this folder whose peer reads once, says this and closes.
fn unix_peer(folder: &Path, name: &str, said: &'static str) -> String {
    let path = folder.join(name);
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        drop(stream.read(&mut [0; 4096]));
        drop(stream.write_all(said.as_bytes()));
    });
    path.to_str().unwrap().to_owned()
}

#[test]
fn each_example_of_the_readme_does_what_it_says() {
    let mut lab = sockeye(&["lab", "--json", "--for", "60s"]).stdin(Stdio::null()).spawn().unwrap();
    let mut told = BufReader::new(lab.stdout.take().unwrap()).lines();
    let mut at = |name: &str| -> String {
        let line = told.next().unwrap().unwrap();
        let event: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&event["event"], &event["name"]), (&"listening".into(), &name.into()), "{line}");
        event["local"].as_str().unwrap().to_owned()
    };
    let echo = at("echo");
    drop(["chatter", "drip", "reset", "deaf"].map(&mut at));
    let (udp_echo, http) = (at("udp-echo"), at("http"));
    let (name_server, answering) = server(1, 0);
    let (open, accepting) = peer(|mut stream| drop(stream.read(&mut [0])));
    let (port, folder) = (open.rsplit_once(':').unwrap().1.parse::<u16>().unwrap(), tempfile::tempdir().unwrap());
    let range = format!("127.0.0.1:{port}-{}", port.saturating_add(2));
    let app = format!("unix:{}", unix_peer(folder.path(), "app", "hello"));
    let docker =
        unix_peer(folder.path(), "docker", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
    // What is written, what stands in for it here, and the event, or the end of the output, that says that it was done.
    let stand_ins: &[(&str, &str, &str)] = &[
        ("tcp  example.org:80", &format!("tcp {echo}"), "connected"),
        ("127.0.0.1:5353", &udp_echo, "connected"),
        ("127.0.0.1:69 ", &format!("{udp_echo} "), "opened"),
        ("https://example.org/", &format!("http://{http}/"), "response"),
        ("@192.0.2.53", &name_server, "dns_answer"),
        ("listen tcp 9000", "listen tcp 0", "listening"),
        ("127.0.0.1:8000-8010", &range, "port"),
        ("unix:/run/app.sock", &app, "connected"),
        ("/run/docker.sock", &docker, "response"),
        ("192.0.2.7:4500", &udp_echo, "path_mtu"),
        ("0.0.0.0:9000", "0.0.0.0:0", "joined"),
        ("sockeye lab", "sockeye lab", "listening"),
        ("127.0.0.1:6379", &echo, "PING\r\n"),
        ("127.0.0.1:7002", &udp_echo, "who is there"),
        ("127.0.0.1:9 --json", "127.0.0.1:9 --json", "4\n"),
        ("127.0.0.1:8080", &http, "summary"),
        ("127.0.0.1:7 ", &format!("{udp_echo} "), "summary"),
    ];
    let program = Path::new(env!("CARGO_BIN_EXE_sockeye")).parent().unwrap().to_str().unwrap();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap());
    let examples = examples();
    for (written, _, _) in stand_ins {
        assert!(examples.iter().any(|example| example.contains(written)), "the README has no {written}");
    }
    // The home screen needs a terminal, and has tests of its own.
    for example in examples.iter().filter(|example| *example != "sockeye") {
        let stand_in = stand_ins.iter().find(|(written, _, _)| example.contains(written));
        let (written, here, done) = stand_in.unwrap_or_else(|| panic!("what stands in for the target of {example}?"));
        let mut line = example.replace(written, here).replace("--for 10s", "--for 1s");
        let in_a_pipe = line.contains("--raw") || line.contains("echo $?");
        if !in_a_pipe {
            line += if line.contains("--json") { "" } else { " --json" };
            line += if line.contains("--for") || line.contains("--repeat") { "" } else { " --for 1s" };
        }
        let shell = Command::new("sh")
            .args(["-c", &line])
            .env("PATH", &path)
            .env("XDG_CONFIG_HOME", "/nonexistent")
            .env("XDG_STATE_HOME", "/nonexistent")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = wait(shell);
        ends_with(&output, 0);
        if in_a_pipe {
            assert!(output.stdout.ends_with(done.as_bytes()), "{line}: {}", String::from_utf8_lossy(&output.stdout));
        } else {
            let events = events(&output.stdout);
            assert!(names(&events).contains(done), "{line}: {}", String::from_utf8_lossy(&output.stdout));
            assert!(!names(&events).contains(&"failed"), "{line}: {}", first(&events, "failed"));
        }
    }
    answering.join().unwrap();
    accepting.join().unwrap();
    signal(&lab, Signal::SIGTERM);
    wait(lab);
}
