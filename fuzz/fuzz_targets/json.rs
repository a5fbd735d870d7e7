//! `--json`: every line is one JSON object without a hostile character, whatever happened.
#![no_main]

use std::time::Instant;

use libfuzzer_sys::fuzz_target;
use sockeye::formats::paste;
use sockeye::headless;
use sockeye::sessions::spec::system_names::SystemNames;
use sockeye::sessions::{Session, SessionId};
use sockeye::wire::{Both, Totals};
use sockeye_fuzz::{Input, assert_shown, reading};

const TARGETS: &[&str] =
    &["127.0.0.1:80", "udp://127.0.0.1:53", "http://u:p@h/x?token=y", "listen tcp 9000", "dig example.org"];

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let started = Instant::now();
    let mut now = started;
    let Ok(pasted) = paste::parse_anything(input.one_of(TARGETS), &SystemNames::usual()) else { return };
    let mut session = Session::of_facts(SessionId(1), pasted.spec, started);
    let mut totals = Both::<Totals>::default();
    while !input.is_empty() {
        now += input.time();
        let reading = reading(&mut input, SessionId(1), &mut totals, now);
        let lines = headless::json_lines(&mut session, reading, started);
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            assert_shown(std::str::from_utf8(line).expect("JSON is UTF-8"));
            let value: serde_json::Value = serde_json::from_slice(line).expect("each line is JSON");
            let field = |name: &str| value.get(name).is_some();
            assert!(field("at") && field("session") && field("event"), "{value}");
        }
    }
});
