//! The laws of the house, read off the source: one crate has no inner walls, so this test is the wall.
//!
//! `TIDY_TREE=/another/tree cargo test --test tidy` holds another tree to them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod circles;
mod laws;
mod named;
mod proof;
mod read;
mod resolve;
mod tokens;

use std::fs;
use std::path::{Path, PathBuf};

/// The tree to read: this one, or the one that `TIDY_TREE` names.
fn home() -> PathBuf {
    std::env::var_os("TIDY_TREE").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

/// Each Rust file below a folder of the tree: its path relative to the folder, and its text.
fn files_below(folder: &str) -> Vec<(String, String)> {
    let top = home().join(folder);
    let mut all = Vec::new();
    collect(&top, &top, &mut all);
    all.sort();
    all
}

fn collect(top: &Path, folder: &Path, all: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(top, &path, all);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(top).unwrap().to_string_lossy().replace('\\', "/");
            all.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

fn read_source() -> resolve::Sources {
    resolve::Sources::read("sockeye", &files_below("src"))
}
