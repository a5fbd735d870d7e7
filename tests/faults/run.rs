//! The built program, run to its end without a screen: what it told, and with which code it ended.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// After this, a program that still runs has failed its test.
const DEADLINE: Duration = Duration::from_secs(60);

/// The built program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sockeye");

/// What a run told.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: Option<i32>,
    pub(crate) events: Vec<Value>,
    pub(crate) diagnostics: String,
}

impl Told {
    /// The events of a name, in order.
    pub(crate) fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.events.iter().filter(move |event| event["event"] == name)
    }

    /// Asserts that it failed with this class, and so with its exit code; gives the line that says so.
    #[track_caller]
    pub(crate) fn failed(&self, class: &str, code: i32) -> &Value {
        let failed = self.of("failed").last();
        let Some(failed) = failed else { panic!("nothing failed: {self:#?}") };
        assert_eq!((failed["class"].as_str(), self.code), (Some(class), Some(code)), "{self:#?}");
        for name in ["explanation", "message"] {
            assert!(failed[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {failed}");
        }
        for name in ["next", "cite"] {
            assert!(failed[name].as_array().is_some_and(|list| !list.is_empty()), "{name}: {failed}");
        }
        failed
    }
}

/// Runs the program with `--json`.
pub(crate) fn sockeye(args: &[&str]) -> Told {
    sockeye_with(args, &[])
}

/// The same, with variables in its environment.
pub(crate) fn sockeye_with(args: &[&str], environment: &[(&str, &str)]) -> Told {
    let mut command = Command::new(PROGRAM);
    command.args(args).arg("--json").envs(environment.iter().copied());
    told(command)
}

/// Runs a command to its end, and reads its lines as events.
pub(crate) fn told(mut command: Command) -> Told {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it can be started");
    let reader = |mut pipe: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut text = String::new();
            pipe.read_to_string(&mut text).expect("it speaks UTF-8");
            text
        })
    };
    let output = reader(Box::new(child.stdout.take().expect("a pipe")));
    let diagnostics = reader(Box::new(child.stderr.take().expect("a pipe")));
    let end = Instant::now() + DEADLINE;
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is ours") {
            break status;
        }
        if Instant::now() > end {
            child.kill().ok();
            panic!("it never ended: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(10)); // between two looks
    };
    let output = output.join().expect("it was read");
    let diagnostics = diagnostics.join().expect("it was read");
    let event = |line: &str| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}\n{diagnostics}"));
    let events = output.lines().map(event).collect();
    Told { code: status.code(), events, diagnostics }
}
