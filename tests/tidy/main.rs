//! The laws of the house, read off the source: one crate has no inner walls, so this test is the wall.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod circles;
mod named;
mod proof;
mod read;
mod resolve;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms a room may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("text", &["text"]),
    ("wire", &["wire", "text"]),
    ("sessions", &["sessions", "wire", "text"]),
    ("formats", &["formats", "sessions", "wire", "text"]),
    ("model", &["model", "formats", "sessions", "wire", "text"]),
    ("net", &["net", "sessions", "wire", "text"]),
    ("lab", &["lab", "sessions", "wire", "text"]),
    ("files", &["files", "model", "formats", "sessions", "wire", "text"]),
    ("view", &["view", "files::theme", "model", "formats", "sessions", "wire", "text"]),
    ("headless", &["headless", "net", "lab", "files", "formats", "sessions", "wire", "text"]),
];

/// Crates that a pure room must not name.
const IMPURE: &[&str] = &[
    "tokio",
    "reqwest",
    "ratatui",
    "crossterm",
    "socket2",
    "nix",
    "rustix",
    "libc",
    "hyper",
    "serde",
    "serde_json",
    "toml",
    "anyhow",
    "fastrand",
];

/// What makes a room depend on the time, the environment or files.
const WORLD: &[&str] = &[
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "ZonedDateTime::now",
    "TimeZone::system",
    "std::env",
    "env::var",
    "std::fs",
    "fs::read",
    "std::net::Tcp",
    "std::net::Udp",
];

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                all.push((path, text));
            }
        }
    }
    all.sort();
    all
}

fn source() -> Vec<(PathBuf, String)> {
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

/// A file's code without its tests, comments and doc comments; a file of tests has none.
fn code_of(path: &Path, text: &str) -> String {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    if name == "tests" || name.ends_with("_tests") { String::new() } else { code(text) }
}

fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = body.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn module(path: &Path) -> String {
    let inner = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let name = inner.with_extension("").to_string_lossy().replace(['/', '\\'], "::");
    name.trim_end_matches("::mod").to_string()
}

fn room(path: &Path) -> String {
    module(path).split("::").next().unwrap_or_default().to_string()
}

/// The crate-wide paths that a file names, as `wire::spec::Spec`.
fn named(code: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let path: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect();
        if path.is_empty() && rest.starts_with('{') {
            let inner = &rest[1..rest.find(';').unwrap_or(rest.len())];
            let mut depth = 0;
            let mut start = 0;
            for (index, c) in inner.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        all.push(inner[start..index].trim().to_string());
                        start = index + 1;
                    }
                    _ => {}
                }
            }
            all.push(inner[start..].trim().trim_end_matches('}').to_string());
        } else {
            all.push(path);
        }
    }
    all
}

#[test]
fn a_room_imports_only_the_rooms_below_it() {
    let mut broken = Vec::new();
    for (path, text) in source() {
        let room = room(&path);
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else { continue };
        for name in named(&code_of(&path, &text)) {
            if !allowed.iter().any(|prefix| name == *prefix || name.starts_with(&format!("{prefix}::"))) {
                broken.push(format!("{} names crate::{name}", module(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_pure_rooms_know_no_clock_no_file_and_no_socket() {
    let mut broken = Vec::new();
    for (path, text) in source() {
        if !matches!(room(&path).as_str(), "text" | "wire" | "sessions" | "formats" | "model") {
            continue;
        }
        let code = code_of(&path, &text);
        for word in WORLD {
            if code.contains(word) {
                broken.push(format!("{} has {word}", module(&path)));
            }
        }
        for name in IMPURE {
            if code.contains(&format!("{name}::")) {
                broken.push(format!("{} uses {name}", module(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_channel_is_without_a_bound() {
    for (path, text) in source() {
        let code = code_of(&path, &text);
        for word in ["unbounded_channel", "unbounded(", "mpsc::channel()"] {
            assert!(!code.contains(word), "{} has {word}", module(&path));
        }
    }
}

#[test]
fn no_test_waits_by_sleeping() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (path, text) in source().into_iter().chain(sources(&tests)) {
        if path.starts_with(tests.join("tidy")) {
            continue;
        }
        let tested = if path.starts_with(&tests) {
            text.as_str()
        } else {
            text.split_once("#[cfg(test)]").map_or("", |(_, tests)| tests)
        };
        for (number, line) in tested.lines().enumerate() {
            let waits = line.contains("sleep(") && !line.contains("// between two looks");
            assert!(!waits, "{} line {} of its tests: {}", path.display(), number + 1, line.trim());
        }
    }
}

#[test]
fn no_file_has_more_than_400_lines_of_code() {
    for (path, text) in source() {
        let count = code_of(&path, &text).lines().filter(|line| !line.trim().is_empty()).count();
        assert!(count <= 400, "{} has {count} lines of code: split it by noun", module(&path));
    }
}

#[test]
fn files_import_each_other_in_no_circle() {
    let files = source();
    let names: BTreeSet<String> = files.iter().map(|(path, _)| module(path)).collect();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in &files {
        let from = module(path);
        let code = code_of(path, text);
        for name in named(&code) {
            let mut target = name.as_str();
            loop {
                if names.contains(target) {
                    break;
                }
                match target.rfind("::") {
                    Some(at) => target = &target[..at],
                    None => break,
                }
            }
            // A folder's mod.rs is the door through which its files see their own room: no arrow.
            let own_door = from.starts_with(&format!("{target}::"));
            if names.contains(target) && target != from && !own_door && !path.ends_with("mod.rs") {
                arrows.entry(from.clone()).or_default().insert(target.to_string());
            }
        }
    }
    let mut done: BTreeSet<String> = BTreeSet::new();
    for start in arrows.keys() {
        let mut trail = Vec::new();
        visit(start, &arrows, &mut trail, &mut done);
    }
}

fn visit(at: &str, arrows: &BTreeMap<String, BTreeSet<String>>, trail: &mut Vec<String>, done: &mut BTreeSet<String>) {
    assert!(!trail.iter().any(|seen| seen == at), "a circle: {} → {at}", trail.join(" → "));
    if done.contains(at) {
        return;
    }
    trail.push(at.to_string());
    for next in arrows.get(at).into_iter().flatten() {
        visit(next, arrows, trail, done);
    }
    trail.pop();
    done.insert(at.to_string());
}

#[test]
fn there_is_one_crossterm() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    assert_eq!(lock.matches("name = \"crossterm\"\n").count(), 1);
}

#[test]
fn nothing_prints_past_its_error() {
    // println! panics when the pipe it writes to is gone; clippy.toml allows printing in tests only.
    for (path, text) in source() {
        let code = code_of(&path, &text);
        assert!(!code.contains("println!("), "{} prints with println!", module(&path));
    }
}
