//! The built program without a terminal, with a deadline.

use std::io::{Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::cargo::CommandCargoExt as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// How long any run may take before the test gives up on it.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// The program with these words, no settings of the user's, and every standard stream a pipe.
pub(crate) fn sockeye(words: &[&str]) -> Command {
    let mut command = Command::cargo_bin("sockeye").unwrap();
    command.args(words).env("XDG_CONFIG_HOME", "/nonexistent").env("XDG_STATE_HOME", "/nonexistent");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it with this standard input to its end.
pub(crate) fn run(words: &[&str], input: &[u8]) -> Output {
    let mut child = sockeye(words).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // The program may end before it has read everything.
        drop(stdin.write_all(&input));
    });
    let output = wait(child);
    writer.join().unwrap();
    output
}

/// Runs it with nothing to read, as a program does that is started by another.
pub(crate) fn run_alone(words: &[&str]) -> Output {
    wait(sockeye(words).stdin(Stdio::null()).spawn().unwrap())
}

/// Waits for a child's end and takes what it wrote; kills it at the deadline.
#[track_caller]
pub(crate) fn wait(mut child: Child) -> Output {
    let out = child.stdout.take().map(gather);
    let err = child.stderr.take().map(gather);
    let until = Instant::now() + DEADLINE;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > until {
            child.kill().unwrap();
            child.wait().unwrap();
            let said = err.map(|err| err.join().unwrap()).unwrap_or_default();
            panic!("it did not end; standard error: {}", String::from_utf8_lossy(&said));
        }
        std::thread::sleep(Duration::from_millis(5)); // between two looks
    };
    let join =
        |stream: Option<std::thread::JoinHandle<Vec<u8>>>| stream.map(|it| it.join().unwrap()).unwrap_or_default();
    Output { status, stdout: join(out), stderr: join(err) }
}

fn gather(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// Sends a signal to one child.
pub(crate) fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

/// The exit code, with standard error in the message where it is not the expected one.
#[track_caller]
pub(crate) fn ends_with(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "standard error: {}", stderr(output));
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Standard output as events. Every line must be one.
#[track_caller]
pub(crate) fn events(stdout: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(stdout).unwrap();
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    text.lines().map(parse).collect()
}

/// The names of a session's events, in order.
pub(crate) fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

/// The first event of this name.
#[track_caller]
pub(crate) fn first<'a>(events: &'a [Value], name: &str) -> &'a Value {
    let found = events.iter().find(|event| event["event"] == name);
    found.unwrap_or_else(|| panic!("no {name} among {events:#?}"))
}

/// The sum of a field over the events of one name.
pub(crate) fn sum(events: &[Value], name: &str, field: &str) -> u64 {
    events.iter().filter(|event| event["event"] == name).filter_map(|event| event[field].as_u64()).sum()
}
