//! Terminals that have less than most.

use crate::tui::Tui;

const PROGRAM: &str = env!("CARGO_BIN_EXE_sockeye");

#[test]
fn in_a_locale_without_utf8_and_with_the_option_only_ascii_reaches_the_terminal() {
    for (args, env) in [(&[][..], &[("LANG", "C")][..]), (&["--ascii"], &[("LANG", "C.UTF-8")])] {
        let mut tui = Tui::start_program(PROGRAM, args, env, 80, 24);
        tui.until("new session");
        tui.keys("n");
        tui.until("+--");
        assert!(tui.written().is_ascii(), "{}", String::from_utf8_lossy(&tui.written()));
        tui.keys("\x1b");
        tui.until_that("the dialog is closed", |tui| !tui.screen().contains("+--"));
        tui.keys("q");
        assert_eq!(tui.ends().exit_code(), 0);
    }
}

#[test]
fn a_dumb_terminal_gets_one_line_and_no_control_sequence() {
    let mut tui = Tui::start_program(PROGRAM, &[], &[("TERM", "dumb")], 100, 24);
    assert_eq!(tui.ends().exit_code(), 2);
    tui.until("TERM=dumb names a terminal that cannot show a screen");
    let written = String::from_utf8(tui.written()).unwrap();
    assert_eq!(written.lines().count(), 1, "{written:?}");
    assert!(!written.contains('\x1b'), "{written:?}");
}

#[test]
fn a_terminal_of_sixteen_colours_gets_no_others() {
    let tui = Tui::start_program(PROGRAM, &["lab"], &[("TERM", "linux")], 120, 36);
    tui.until("echo");
    let written = String::from_utf8_lossy(&tui.written()).into_owned();
    let colours = written.split("8;5;").skip(1).map(|rest| rest.split(['m', ';']).next().unwrap().to_owned());
    let wrong: Vec<String> = colours.filter(|number| number.parse::<u8>().is_ok_and(|number| number > 15)).collect();
    assert!(wrong.is_empty() && !written.contains("8;2;"), "{wrong:?}");
}
