//! sockeye beside the tools that people know, in one run on one machine: `cargo bench --bench versus -- --help`.
//!
//! Each comparison runs ours and theirs in turn, several rounds, and prints the median of the rounds' ratios: the
//! machine's mood then falls on both. All traffic is on loopback and bounded; every child process ends with its row.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing its table is what a benchmark is for")]
#![allow(unreachable_pub, reason = "a binary of its own: nothing in it is reachable from outside")]

use std::process::ExitCode;

mod args;
mod connections;
mod flood;
mod http;
mod idle;
mod json;
mod keys;
mod machine;
mod memory;
mod processes;
mod report;
mod screen;
mod start;
mod tcp;
mod udp;

use args::Args;
use report::Line;

/// One row of the table: its name on the command line, and what measures it.
struct Row {
    name: &'static str,
    about: &'static str,
    run: fn(&Args) -> anyhow::Result<Vec<Line>>,
}

const ROWS: &[Row] = &[
    Row { name: "tcp-screen", about: "TCP received with the screen open, against nc -d", run: tcp::screen },
    Row { name: "tcp-raw", about: "TCP received by --raw, to /dev/null and to a pipe, against nc -d", run: tcp::raw },
    Row { name: "tcp-send", about: "TCP sent by --send-file and --raw <file, against nc -N", run: tcp::send },
    Row {
        name: "udp-recv",
        about: "datagrams received with the screen open, against iperf3 -u -b 0",
        run: udp::receive,
    },
    Row { name: "udp-send", about: "datagrams sent, against iperf3 -u -b 0", run: udp::send },
    Row { name: "http-download", about: "an HTTP download from nginx, against curl -o /dev/null", run: http::download },
    Row { name: "http-repeat", about: "repeated small HTTP requests, against oha", run: http::repeat },
    Row { name: "start", about: "start to first frame; a short --json conversation against nc", run: start::row },
    Row { name: "idle", about: "100 open silent sessions with the screen open", run: idle::row },
    Row { name: "memory", about: "peak memory while a flood passes through one session", run: memory::row },
    Row { name: "key-to-frame", about: "a key pressed to its frame, while TCP and UDP flood", run: keys::row },
    Row { name: "connections", about: "a listener with many clients that talk once a second", run: connections::row },
    Row { name: "json", about: "--json: exact totals at speed, against nc", run: json::row },
];

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1), ROWS.iter().map(|row| (row.name, row.about))) {
        Ok(Some(args)) => args,
        Ok(None) => return ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("versus: {problem}");
            return ExitCode::from(2);
        }
    };
    println!("{}\n", machine::describe(&args));
    println!("{}", report::HEAD);
    let mut failed = false;
    for row in ROWS.iter().filter(|row| args.wants(row.name)) {
        let lines = (row.run)(&args).unwrap_or_else(|error| vec![report::failed(row.name, &error)]);
        for line in &lines {
            failed |= line.is_failure();
            println!("{line}");
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
