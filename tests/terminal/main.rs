//! The built program in a pseudo-terminal: it starts, opens, sends, resizes, quits, and leaves the terminal as it was.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod kinds;
mod peers;
#[path = "../support/skipped.rs"]
mod skipped;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
mod stalled;
mod tui;

use nix::sys::signal::Signal;
use skipped::skipped;
use tui::Tui;

#[track_caller]
fn left_as_it_was(tui: &Tui) {
    tui.until_that("the alternate screen is left", |tui| !tui.alternate());
    assert!(tui.cooked(), "the terminal is still raw");
}

#[test]
fn without_arguments_it_shows_what_to_press_and_q_quits() {
    let mut tui = Tui::start(&[], 80, 24);
    tui.until("sockeye");
    tui.until("new");
    assert!(tui.alternate());
    tui.keys("q");
    assert_eq!(tui.ends().exit_code(), 0);
    left_as_it_was(&tui);
}

#[test]
fn what_is_typed_is_sent_and_what_comes_back_is_shown() {
    let echo = peers::echo();
    let mut tui = Tui::start(&["tcp", &echo.to_string()], 100, 30);
    tui.until("connected");
    tui.keys("i");
    tui.keys("hello world\r");
    tui.until_that("sent and received", |tui| tui.screen().matches("hello world").count() >= 2);
    tui.until("▼ 12 B");
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
    left_as_it_was(&tui);
}

#[test]
fn the_lab_opens_with_live_sessions() {
    let mut tui = Tui::start(&["lab"], 120, 36);
    for name in ["tcp", "udp", "GET"] {
        tui.until(name);
    }
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
}

#[test]
fn a_new_session_is_opened_from_what_was_pasted() {
    let echo = peers::echo();
    let mut tui = Tui::start(&[], 100, 30);
    tui.until("sockeye");
    tui.keys("n");
    tui.keys(&format!("\x1b[200~nc {} {}\x1b[201~", echo.ip(), echo.port()));
    tui.keys("\r");
    tui.until("connected");
    tui.keys("\x03\x03");
    tui.ends();
}

#[test]
fn a_socket_file_goes_when_the_screen_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let mut tui = Tui::start(&["listen", "tcp", &format!("unix:{}", path.display())], 100, 30);
    // A long path breaks the line behind it.
    tui.until("waiting for");
    assert!(path.exists());
    tui.signal(Signal::SIGTERM);
    tui.ends();
    assert!(!path.exists());
}

#[test]
fn pasted_text_never_runs_as_keys() {
    let echo = peers::echo();
    let mut tui = Tui::start(&["tcp", &echo.to_string()], 100, 30);
    tui.until("connected");
    tui.keys("\x1b[200~q\x03\rquit\n\x1b[201~");
    tui.until("quit");
    tui.keys("\x1b");
    tui.until("i write");
    assert!(tui.child.try_wait().unwrap().is_none(), "the paste ended the program");
    tui.keys("\x03\x03");
    tui.ends();
}

#[test]
fn a_peers_escape_sequences_never_reach_the_terminal() {
    let peer = peers::says(b"\x1b]0;owned\x07\x1b[31mred\x1b[0m\xc2\x9b1mend\n".to_vec());
    let mut tui = Tui::start(&["tcp", &peer.to_string()], 100, 30);
    tui.until("end");
    let written = tui.written();
    assert!(!written.windows(7).any(|bytes| bytes == b"]0;owne".as_slice() && bytes[0] == 0x1b));
    assert!(!written.windows(10).any(|bytes| bytes == b"\x1b]0;owned\x07"));
    assert!(!written.windows(2).any(|bytes| bytes == b"\xc2\x9b"));
    tui.keys("\x03\x03");
    tui.ends();
}

#[test]
fn a_resize_storm_and_the_smallest_terminal_do_no_harm() {
    let echo = peers::echo();
    let mut tui = Tui::start(&["tcp", &echo.to_string()], 100, 30);
    tui.until("connected");
    for step in 0..60_u16 {
        tui.resize(1 + (step * 37) % 170, 1 + (step * 13) % 45);
    }
    tui.resize(1, 1);
    tui.resize(40, 12);
    tui.until("connected");
    tui.resize(120, 36);
    tui.until("sessions");
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
    left_as_it_was(&tui);
}

#[test]
fn signals_end_it_with_the_terminal_restored() {
    for (signal, code) in [(Signal::SIGTERM, 143), (Signal::SIGHUP, 129)] {
        let mut tui = Tui::start(&[], 80, 24);
        tui.until("sockeye");
        tui.signal(signal);
        assert_eq!(tui.ends().exit_code(), code, "{signal}");
        left_as_it_was(&tui);
    }
}

#[test]
fn ctrl_z_suspends_and_continuing_draws_again() {
    let mut tui = Tui::start(&[], 80, 24);
    tui.until("sockeye");
    tui.keys("\x1a");
    tui.until_that("stopped", |tui| tui.state() == Some('T'));
    left_as_it_was(&tui);
    tui.signal(Signal::SIGCONT);
    tui.until_that("drawn again", |tui| tui.alternate() && tui.screen().contains("sockeye"));
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
}

#[test]
fn a_vanished_terminal_ends_the_process() {
    let mut tui = Tui::start(&["lab"], 80, 24);
    tui.until("sockeye");
    tui.vanish();
    tui.ends();
}

#[test]
fn a_panic_gives_the_terminal_back_and_tells_where_it_was() {
    let program = std::env::current_exe().unwrap();
    let args = ["--ignored", "--exact", "--nocapture", "panics_with_the_terminal_taken"];
    let mut tui = Tui::start_program(&program.to_string_lossy(), &args, &[("SOCKEYE_PANICS", "1")], 100, 30);
    assert_eq!(tui.ends().exit_code(), 1);
    left_as_it_was(&tui);
    tui.until("on purpose");
    tui.until("please report");
}

#[test]
fn work_beside_the_screen_that_panics_is_told_and_the_session_goes_on() {
    let echo = peers::echo().to_string();
    let program = env!("CARGO_BIN_EXE_sockeye");
    for (place, keys, said) in
        [("search", "/connected\r", "the search ended"), ("save", "s/nowhere\r", "this is our fault")]
    {
        let mut tui = Tui::start_program(program, &["tcp", &echo], &[("SOCKEYE_PANIC_AT", place)], 160, 30);
        tui.until("connected");
        tui.keys(keys);
        tui.until(said);
        if place == "save" {
            // The prompt stays open with the reason. Esc and a key together would be Alt and a key.
            tui.keys("\x1b");
            tui.until("i write");
        }
        tui.keys("ihello\r");
        tui.until("▼ 6 B");
        tui.keys("\x03\x03");
        assert_eq!(tui.ends().exit_code(), 0, "{place}");
        left_as_it_was(&tui);
    }
}

#[test]
#[ignore = "run by a_panic_gives_the_terminal_back_and_tells_where_it_was, in a terminal of its own"]
fn panics_with_the_terminal_taken() {
    if std::env::var_os("SOCKEYE_PANICS").is_none() {
        return;
    }
    sockeye::app::panic_exit::exit_on_panic();
    let _screen = sockeye::app::terminal::Screen::enter(true).unwrap();
    panic!("on purpose");
}

#[test]
fn counts_stay_exact_while_a_flood_arrives_and_keys_are_pressed() {
    const MIB: u64 = 1024 * 1024;
    let peer = peers::floods(256 * MIB);
    let mut tui = Tui::start(&["tcp", &peer.to_string(), "--retain", "1MiB"], 160, 36);
    tui.until("▼");
    for _ in 0..20 {
        tui.keys("ggG:\x1b");
    }
    tui.until_that("the end of the flood", |tui| tui.screen().contains("268,435,456"));
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
}

#[test]
fn ctrl_l_draws_the_whole_screen_again() {
    let mut tui = Tui::start(&["tcp", &peers::echo().to_string()], 100, 30);
    tui.until("connected");
    tui.forget_written();
    tui.keys("\x0c");
    let again = |tui: &Tui| tui.written().windows(8).any(|bytes| bytes == b"sessions");
    tui.until_that("the title that had not changed", again);
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
}

#[test]
fn the_lab_starts_from_the_home_screen() {
    let mut tui = Tui::start(&[], 120, 36);
    tui.until("netcat you can see");
    tui.keys("l");
    tui.until("built-in peers on loopback");
    tui.keys("\r");
    for name in ["echo · tcp", "udp-echo", "GET"] {
        tui.until(name);
    }
    tui.keys(":lab echo\r");
    tui.until(" 8 ");
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
}

#[test]
fn a_file_that_is_not_there_leaves_the_prompt_open() {
    let mut tui = Tui::start(&["tcp", &peers::echo().to_string()], 100, 30);
    tui.until("connected");
    tui.keys("i\x0f(scratch)\r");
    tui.until("there is no file");
    assert!(tui.screen().contains("send file (scratch)"), "{}", tui.screen());
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
}

/// A script in a folder of its own, to be run as somebody's editor.
fn editor(script: &str) -> (tempfile::TempDir, String) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("editor");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = path.to_string_lossy().into_owned();
    (folder, path)
}

fn with_editor(editor: &str, echo: std::net::SocketAddr) -> Tui {
    let env = [("VISUAL", editor), ("EDITOR", "false")];
    let program = env!("CARGO_BIN_EXE_sockeye");
    let tui = Tui::start_program(program, &["tcp", &echo.to_string()], &env, 100, 30);
    tui.until("connected");
    tui
}

#[test]
fn an_editor_has_the_terminal_to_itself_and_its_text_comes_back() {
    // It reads a line from the terminal, which must be cooked and free of us.
    let (_folder, path) = editor(
        "stty -a < /dev/tty | grep -q ' icanon' || exit 3\nread line\nprintf '%s\\n' \"$line of $(cat \"$1\")\" > \"$1\"",
    );
    let mut tui = with_editor(&path, peers::echo());
    tui.keys("iworld\x1be");
    tui.until_that("the screen is lent", |tui| !tui.alternate());
    tui.keys("hello\n");
    tui.until_that("the screen is back", Tui::alternate);
    tui.until("hello of world");
    assert!(!tui.cooked());
    tui.keys("\r");
    tui.until("▼ 15 B");
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
    left_as_it_was(&tui);
}

#[test]
fn an_editor_that_fails_loses_nothing() {
    let (_folder, path) = editor("echo changed > \"$1\"\nexit 7");
    let mut tui = with_editor(&path, peers::echo());
    tui.keys("iprecious\x1be");
    tui.until("ended with 7, and what it wrote stays in");
    tui.until("precious");
    tui.keys("\x1b\x1b");
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
}

#[test]
fn an_editor_that_is_not_there_is_named() {
    let mut tui = with_editor("/no/such/editor", peers::echo());
    tui.keys("e");
    tui.until("there is no editor \"/no/such/editor\" (VISUAL)");
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
}

#[test]
fn ctrl_c_in_an_editor_ends_the_editor_and_not_the_program() {
    // What says that it has started is what waits: a shell that is about to exec can lose an interrupt.
    let (_folder, path) = editor("# started\nexec cat \"$0\" -");
    let mut tui = with_editor(&path, peers::echo());
    tui.keys("e");
    tui.until("started");
    tui.keys("\x03");
    tui.until("ended with 130");
    tui.until("connected");
    tui.keys("\x03\x03");
    assert_eq!(tui.ends().exit_code(), 0);
    left_as_it_was(&tui);
}

#[test]
fn ctrl_z_in_an_editor_stops_both_and_fg_continues_both() {
    let (_folder, path) = editor("# started\nexec cat \"$0\" -");
    // One process: a second one might not have stopped yet, and read what was meant for the shell.
    let editor = format!("exec {path}");
    let mut tui = Tui::start_program("sh", &["-i"], &[("VISUAL", &editor), ("PS1", "prompt> ")], 100, 30);
    tui.until("prompt>");
    tui.keys(&format!("{} tcp {}\n", env!("CARGO_BIN_EXE_sockeye"), peers::echo()));
    tui.until("connected");
    tui.keys("e");
    tui.until("started");
    tui.keys("\x1a");
    tui.until_that("the shell's prompt", |tui| tui.screen().trim_end().ends_with("prompt>"));
    tui.keys("echo $((6 * 7))\n");
    tui.until("42");
    tui.keys("fg\n");
    tui.keys("typed\n");
    tui.until_that("the editor reads", |tui| tui.screen().matches("typed").count() >= 2);
    tui.keys("\x03");
    tui.until("ended with 130");
    tui.keys("\x03\x03");
    tui.until_that("the screen is left", |tui| !tui.alternate());
    tui.keys("exit\n");
    assert_eq!(tui.ends().exit_code(), 0);
}

#[test]
fn a_terminal_that_goes_away_without_a_signal_ends_it_too() {
    let setsid = std::process::Command::new("setsid").args(["-w", "true"]).status();
    if !setsid.is_ok_and(|status| status.success()) {
        skipped("there is no setsid that waits, to start a session with");
        return;
    }
    // In a session of its own it hears of no hang-up.
    let line = format!("trap '' HUP; setsid -w {} tcp {}", env!("CARGO_BIN_EXE_sockeye"), peers::echo());
    let mut tui = Tui::start_program("sh", &["-c", &line], &[], 100, 30);
    tui.until("connected");
    tui.vanish();
    assert_eq!(tui.ends().exit_code(), 129);
}
