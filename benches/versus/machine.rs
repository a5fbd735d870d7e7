//! On what it was measured.

use std::process::Command;

use crate::args::Args;
use crate::processes::installed;

/// Machine, kernel, versions and the command, as a list.
pub fn describe(args: &Args) -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("?", |it| it.1);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = read("/proc/meminfo");
    let memory = memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    let kernel = read("/proc/sys/kernel/osrelease");
    let mut lines = vec![
        format!("* machine: {cores} × {}, {} GiB, Linux {}", cpu.trim(), memory.unwrap_or(0) >> 20, kernel.trim()),
        format!("* date: {}", jiff::ZonedDateTime::now().strftime("%Y-%m-%d %H:%M %Z")),
        format!("* sockeye: {}", first_line(&args.sockeye.to_string_lossy(), "--version")),
    ];
    for (program, flag) in [
        ("nc", "-h"),
        ("iperf3", "--version"),
        ("curl", "--version"),
        ("nginx", "-v"),
        ("oha", "--version"),
        ("wrk", "-v"),
    ] {
        let told = installed(program).map(|path| first_line(&path.to_string_lossy(), flag));
        lines.push(format!("* {program}: {}", told.unwrap_or_else(|| "not installed".to_owned())));
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    lines.push(format!("* command: `cargo bench --bench versus -- {}`", words.join(" ")));
    lines.push(format!("* {} rounds a comparison, ours and theirs in turn", args.rounds));
    lines.join("\n")
}

fn first_line(program: &str, flag: &str) -> String {
    let Ok(output) = Command::new(program).arg(flag).output() else { return "?".to_owned() };
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).lines().next().unwrap_or("?").to_owned()
}
