//! What the program is built of: crates from crates.io only, one cryptography, nothing that needs a newer Rust than ours.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::Command;

/// What cargo says, which it knows without a network once the tests are built.
fn cargo(words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(words).args(["--locked", "--offline"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_crate_comes_from_crates_io() {
    let lock = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let sources = lock.lines().filter_map(|line| line.strip_prefix("source = "));
    let others: Vec<&str> =
        sources.filter(|source| *source != "\"registry+https://github.com/rust-lang/crates.io-index\"").collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn ring_is_not_built() {
    // rustls panics where it finds two providers and none is named. The lock file has ring, as an option of others.
    let built = cargo(&["tree", "--prefix", "none", "--all-features"]);
    assert!(built.contains("aws-lc-rs v"), "{built}");
    assert!(!built.lines().any(|line| line.starts_with("ring v")), "see: cargo tree --invert ring");
}

#[test]
fn no_crate_needs_a_newer_rust_than_the_one_that_is_stated() {
    let host = cargo(&["-vV"]);
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = cargo(&["metadata", "--format-version", "1", "--filter-platform", host]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let number = |version: &str| -> Vec<u32> { version.split('.').map(|part| part.parse().unwrap()).collect() };
    let ours = number(env!("CARGO_PKG_RUST_VERSION"));
    for package in metadata["packages"].as_array().unwrap() {
        let needed = package["rust_version"].as_str().map(number).unwrap_or_default();
        let major_and_minor = &needed[..needed.len().min(2)];
        assert!(major_and_minor <= &ours[..2], "{} {} needs {needed:?}", package["name"], package["version"]);
    }
}
