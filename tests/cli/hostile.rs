//! Every class of hostile character in every argument: no message passes one on.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::process::Stdio;

use sockeye::text::sanitize::is_hostile;

use crate::peers::nobody;
use crate::program::{run_alone, sockeye, wait};

/// C0, DEL, C1, bidi, zero-width, a separator, a tag and a non-character, with an escape sequence.
const HOSTILE: &str = "\u{1b}[2J\u{7}\u{7f}\u{9b}1m\u{85}\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\u{e0041}\u{ffff}";

/// The long options of a command, as its help lists them.
fn options(command: &str) -> Vec<String> {
    let help = String::from_utf8(run_alone(&[command, "--help"]).stdout).unwrap();
    let named = help.lines().filter_map(|line| {
        let at = line
            .find("--")
            .filter(|at| line[..*at].chars().all(|c| matches!(c, ' ' | '-' | ',') || c.is_ascii_alphanumeric()))?;
        let name: String =
            line[at..].chars().take_while(|c| *c == '-' || c.is_ascii_lowercase() || c.is_ascii_digit()).collect();
        (name.len() > 2 && name != "--help").then_some(name)
    });
    named.collect()
}

#[test]
fn no_message_passes_a_hostile_character_on() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = nobody().to_string();
    let bytes = OsString::from_vec(b"\xff\x1b[2J\xc0".to_vec());
    let mut said = 0;
    for (command, target) in [
        ("tcp", &nobody[..]),
        ("udp", &nobody),
        ("http", "http://127.0.0.1:9/"),
        ("dns", "a.invalid"),
        ("listen", "tcp"),
        ("lab", "echo"),
        ("completions", "bash"),
    ] {
        let mut lines: Vec<Vec<OsString>> = vec![
            vec![command.into(), HOSTILE.into()],
            vec![command.into(), bytes.clone()],
            vec![command.into(), target.into(), HOSTILE.into()],
            vec![command.into(), target.into(), format!("--{HOSTILE}").into()],
            vec![format!("{command}{HOSTILE}").into()],
        ];
        for option in options(command) {
            for value in [HOSTILE.into(), bytes.clone()] {
                lines.push(vec![command.into(), target.into(), option.clone().into(), value]);
            }
        }
        for line in lines {
            let mut program = sockeye(&[]);
            program.args(&line).args(["--json", "--for", "0.2s"]).current_dir(folder.path()).stdin(Stdio::null());
            let output = wait(program.spawn().unwrap());
            let text = String::from_utf8(output.stderr).unwrap();
            let bad = text.chars().find(|c| *c != '\n' && is_hostile(*c));
            assert!(bad.is_none(), "{line:?}: {bad:?} in {text:?}");
            said += usize::from(!text.is_empty());
        }
    }
    assert!(said > 100, "{said} messages");
}
