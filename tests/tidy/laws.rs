//! One test a law.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::circles::{arrows, describe, knots};
use crate::tokens::Placed;
use crate::{files_below, home, read_source};

/// Which rooms a room may import besides itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("wire", &["text"]),
    ("sessions", &["wire", "text"]),
    ("formats", &["sessions", "wire", "text"]),
    ("model", &["formats", "sessions", "wire", "text"]),
    ("net", &["sessions", "wire", "text"]),
    ("lab", &["sessions", "wire", "text"]),
    ("link", &["sessions", "wire", "text"]),
    ("files", &["model", "formats", "sessions", "wire", "text"]),
    ("view", &["files::theme", "model", "formats", "sessions", "wire", "text"]),
    ("headless", &["net", "lab", "link", "files", "formats", "sessions", "wire", "text"]),
    ("cli", &["headless", "view", "files", "model", "net", "lab", "link", "formats", "sessions", "wire", "text"]),
    (
        "app",
        &["cli", "headless", "view", "files", "model", "net", "lab", "link", "formats", "sessions", "wire", "text"],
    ),
];

/// Rooms without socket, file, environment and clock.
const PURE: &[&str] = &["text", "wire", "sessions", "formats", "model"];

/// Crates that reach the world, or that know a format.
const IMPURE_CRATES: &[&str] = &[
    "anyhow",
    "clap",
    "crossterm",
    "etcetera",
    "fastrand",
    "futures_util",
    "hyper",
    "hyper_util",
    "libc",
    "nix",
    "ratatui",
    "reqwest",
    "resolv_conf",
    "rustix",
    "rustls",
    "rustls_platform_verifier",
    "serde_json",
    "socket2",
    "tempfile",
    "tokio",
    "tokio_rustls",
    "toml",
    "tracing_subscriber",
];

/// What reaches the world by another way.
const IMPURE_PATHS: &[&str] = &[
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "jiff::tz::TimeZone::system",
    "std::env",
    "std::fs",
    "std::io::stderr",
    "std::io::stdin",
    "std::io::stdout",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "std::os::fd",
    "std::os::unix",
    "std::process",
    "std::thread",
    "std::time::Instant::now",
    "std::time::SystemTime::now",
];

fn is_below(path: &str, prefix: &str) -> bool {
    path == prefix || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with("::"))
}

fn room_of(module: &str) -> &str {
    module.split("::").next().unwrap_or_default()
}

/// Fails with the breaches, one a line.
fn hold(breaches: &[String]) {
    assert!(breaches.is_empty(), "{} breaches\n{}", breaches.len(), breaches.join("\n"));
}

#[test]
fn a_room_imports_only_the_rooms_below_it() {
    let sources = read_source();
    let mut breaches = BTreeSet::new();
    for (file, named) in sources.files.iter().zip(sources.named()) {
        let room = room_of(&file.module);
        if matches!(file.path.as_str(), "lib.rs" | "main.rs") {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            breaches.insert(format!("{room} is a room that this law does not know"));
            continue;
        };
        let defined = named.arrows.keys().map(|target| sources.files[*target].module.clone());
        for path in defined.chain(named.written).filter(|path| !path.is_empty()) {
            if room_of(&path) != room && !allowed.iter().any(|prefix| is_below(&path, prefix)) {
                breaches.insert(format!("{} names {path}", file.path));
            }
        }
    }
    hold(&breaches.into_iter().collect::<Vec<_>>());
}

#[test]
fn files_import_each_other_in_no_circle() {
    let sources = read_source();
    let arrows = arrows(&sources);
    let knots = knots(&arrows);
    let described: Vec<String> = knots.iter().map(|knot| describe(&arrows, knot)).collect();
    let tied: usize = knots.iter().map(Vec::len).sum();
    let all = sources.files.len();
    assert!(knots.is_empty(), "{} knots tie {tied} of {all} files\n\n{}", knots.len(), described.join("\n"));
}

#[test]
fn every_path_leads_to_a_definition() {
    // The laws on imports see no more than what the reader can follow.
    let sources = read_source();
    let mut breaches = Vec::new();
    for (file, named) in sources.files.iter().zip(sources.named()) {
        breaches.extend(named.missing.iter().map(|path| format!("{} names {path}", file.path)));
    }
    hold(&breaches);
}

#[test]
fn a_folders_mod_rs_defines_nothing() {
    let sources = read_source();
    let mut breaches = Vec::new();
    for (index, file) in sources.files.iter().enumerate() {
        let defined = sources.defined_in(index);
        if !defined.is_empty() && (file.path == "lib.rs" || file.path.ends_with("/mod.rs")) {
            breaches.push(format!("{} defines {}", file.path, defined.join(", ")));
        }
    }
    hold(&breaches);
}

#[test]
fn a_folder_is_named_by_its_mod_rs() {
    // Not by a file beside it: one module style. A folder with tests only may have its file beside it.
    let sources = read_source();
    let holds_code = |folder: &str| sources.files.iter().any(|file| !file.is_test && file.path.starts_with(folder));
    let beside = sources.files.iter().filter(|file| holds_code(&format!("{}/", file.path.trim_end_matches(".rs"))));
    hold(&beside.map(|file| file.path.clone()).collect::<Vec<_>>());
}

#[test]
fn a_type_has_a_name_of_its_own() {
    let sources = read_source();
    let mut files_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (index, file) in sources.files.iter().enumerate().filter(|(_, file)| !file.is_test) {
        for name in sources.types_of(index) {
            files_of.entry(name).or_default().push(&file.path);
        }
    }
    let shared = files_of.iter().filter(|(_, files)| files.len() > 1);
    hold(&shared.map(|(name, files)| format!("{name} is defined in {}", files.join(", "))).collect::<Vec<_>>());
}

#[test]
fn the_pure_rooms_reach_nothing_outside() {
    let sources = read_source();
    let mut breaches = Vec::new();
    for (file, named) in sources.files.iter().zip(sources.named()) {
        let room = room_of(&file.module);
        // The numbers of errors are the C library's constants.
        if !PURE.contains(&room) || file.path == "wire/errno.rs" {
            continue;
        }
        for path in named.outside {
            let head = room_of(&path);
            let impure = IMPURE_CRATES.contains(&head)
                || IMPURE_PATHS.iter().any(|prefix| is_below(&path, prefix))
                // A recording of a session is written and read by derives; nothing else is.
                || head == "serde" && room != "sessions";
            if impure {
                breaches.push(format!("{} names {path}", file.path));
            }
        }
        // `Instant::elapsed` and `SystemTime::elapsed` look at the clock.
        let looks =
            |run: &[Placed]| run[0].is('.') && run[1].word() == Some("elapsed") && run[2].is('(') && run[3].is(')');
        if !file.is_test && file.code.windows(4).any(looks) {
            breaches.push(format!("{} calls elapsed()", file.path));
        }
    }
    hold(&breaches);
}

#[test]
fn no_channel_is_without_a_bound() {
    let sources = read_source();
    let mut breaches = Vec::new();
    for (file, named) in sources.files.iter().zip(sources.named()) {
        let unbounded = |path: &&String| {
            path.as_str() == "std::sync::mpsc::channel"
                || path.ends_with("unbounded_channel")
                || path.ends_with("::unbounded")
        };
        breaches.extend(named.outside.iter().filter(unbounded).map(|path| format!("{} names {path}", file.path)));
    }
    hold(&breaches);
}

#[test]
fn nothing_prints_past_its_error() {
    // println! panics when the pipe it writes to is gone; clippy.toml allows printing in tests only.
    let mut breaches = Vec::new();
    for file in read_source().files.iter().filter(|file| !file.is_test) {
        for pair in file.code.windows(2) {
            let prints = matches!(pair[0].word(), Some("print" | "println" | "eprint" | "eprintln"));
            if prints && pair[1].is('!') {
                breaches.push(format!("{} line {}", file.path, pair[0].first_line));
            }
        }
    }
    hold(&breaches);
}

#[test]
fn no_file_has_more_than_400_lines_of_code() {
    let mut breaches = Vec::new();
    for file in read_source().files.iter().filter(|file| !file.is_test) {
        let lines: BTreeSet<usize> = file.code.iter().flat_map(|token| token.first_line..=token.last_line).collect();
        if lines.len() > 400 {
            breaches.push(format!("{} has {} lines of code: split it by noun", file.path, lines.len()));
        }
    }
    hold(&breaches);
}

#[test]
fn no_test_waits_by_sleeping() {
    let sources = read_source();
    let mut breaches = Vec::new();
    for (file, (path, text)) in sources.files.iter().zip(files_below("src")) {
        let pieces = if file.is_test { vec![(1, usize::MAX)] } else { file.test_lines.clone() };
        for (first, last) in pieces {
            breaches.extend(sleeping_lines(text.as_str(), first, last).map(|line| format!("src/{path} {line}")));
        }
    }
    for (path, text) in files_below("tests").iter().filter(|(path, _)| !path.starts_with("tidy/")) {
        breaches.extend(sleeping_lines(text, 1, usize::MAX).map(|line| format!("tests/{path} {line}")));
    }
    hold(&breaches);
}

/// A sleep between two looks at a condition is part of a wait for it, and says so.
fn sleeping_lines(text: &str, first: usize, last: usize) -> impl Iterator<Item = String> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let within = lines.filter(move |(number, _)| (first..=last).contains(number));
    let sleeping = within.filter(|(_, line)| line.contains("sleep(") && !line.contains("// between two looks"));
    sleeping.map(|(number, line)| format!("line {number}: {}", line.trim()))
}

#[test]
fn there_is_one_crossterm() {
    let lock = fs::read_to_string(home().join("Cargo.lock")).unwrap();
    assert_eq!(lock.matches("name = \"crossterm\"\n").count(), 1);
}
