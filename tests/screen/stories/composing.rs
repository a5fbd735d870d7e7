//! The composer's modes, and pasted text.

use sockeye::model::compose_mode::ComposeMode;
use sockeye::model::msg::Effect;
use sockeye::sessions::SessionId;

use super::desk::{Desk, sent};

fn mode(desk: &Desk) -> ComposeMode {
    desk.model.selected_panel().expect("a session is shown").composer.mode
}

#[test]
fn pasted_text_leaves_as_it_was_copied_whatever_is_in_it() {
    let texts = [
        r#"{"log":"a\nb","path":"C:\\temp"}"#,
        r"C:\temp\new",
        r#"{"m":"say \"hi\""}"#,
        r"\u00e9 \d \b \q",
        "plain",
        "é\u{202e}\u{1b}[2J",
    ];
    for text in texts {
        let mut desk = Desk::connected();
        desk.keys("i");
        desk.pastes(text);
        let backslashes = text.contains('\\');
        assert_eq!(mode(&desk), if backslashes { ComposeMode::Literal } else { ComposeMode::Text }, "{text}");
        assert_eq!(desk.notice().contains("literal now"), backslashes, "{text}: {}", desk.notice());
        assert_eq!(sent(&desk.press("enter")), format!("{text}\n").into_bytes(), "{text}");
    }
}

#[test]
fn a_paste_behind_typed_text_changes_neither() {
    let mut desk = Desk::connected();
    desk.keys("i").types(r"a\\b ");
    desk.pastes(r"C:\new");
    assert_eq!((mode(&desk), desk.composed()), (ComposeMode::Literal, r"a\b C:\new".to_owned()));
    let mut desk = Desk::connected();
    desk.keys("i").types(r"\xff ");
    desk.pastes(r"C:\new");
    assert_eq!((mode(&desk), desk.composed()), (ComposeMode::Text, r"\xff C:\\new".to_owned()));
    assert_eq!(sent(&desk.press("enter")), b"\xff C:\\new\n");
    let mut desk = Desk::connected();
    desk.keys("i");
    desk.press("ctrl-x");
    desk.press("ctrl-x");
    desk.pastes("hi!");
    assert_eq!((mode(&desk), desk.composed()), (ComposeMode::Hex, "68 69 21".to_owned()));
    desk.pastes(" 0x0a,0x0d");
    assert_eq!(sent(&desk.press("enter")), b"hi!\n\r");
}

#[test]
fn a_text_that_ends_in_a_line_break_gets_no_second_one() {
    for text in ["one\ntwo\n", "one\r\ntwo\r\n", "one\rtwo\r"] {
        let mut desk = Desk::connected();
        desk.pastes(text);
        assert_eq!(sent(&desk.press("enter")), b"one\ntwo\n", "{text:?}");
    }
    let mut desk = Desk::connected();
    desk.keys("i").types(r"PING\r\n");
    assert_eq!(sent(&desk.press("enter")), b"PING\r\n");
    assert_eq!(sent(&desk.press("enter")), b"\n", "an empty line is a line");
}

#[test]
fn one_key_cycles_three_modes_and_what_stands_there_keeps_its_bytes() {
    let mut desk = Desk::connected();
    desk.keys("i").types(r"a\\n");
    let seen: Vec<(ComposeMode, String)> = (0..4)
        .map(|_| {
            let now = (mode(&desk), desk.composed());
            desk.press("ctrl-x");
            now
        })
        .collect();
    let expected = [
        (ComposeMode::Text, r"a\\n"),
        (ComposeMode::Literal, r"a\n"),
        (ComposeMode::Hex, "61 5c 6e"),
        (ComposeMode::Text, r"a\\n"),
    ];
    assert_eq!(seen, expected.map(|(mode, text)| (mode, text.to_owned())));
    let mut desk = Desk::connected();
    desk.keys("i").types(r"\xff");
    desk.press("ctrl-x");
    assert_eq!((mode(&desk), desk.composed()), (ComposeMode::Literal, r"\xff".to_owned()));
    assert!(desk.notice().contains("cannot be written so"), "{}", desk.notice());
}

#[test]
fn the_history_brings_back_the_mode_of_each_text() {
    let mut desk = Desk::connected();
    desk.keys("i").types(r"one\t");
    desk.press("enter");
    desk.pastes(r"two\t");
    let effects = desk.press("enter");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Remember(text) if text.mode == ComposeMode::Literal)));
    desk.press("ctrl-x");
    desk.types("48 65");
    desk.press("enter");
    let mut back = || {
        desk.press("up");
        (mode(&desk), desk.composed())
    };
    assert_eq!(back(), (ComposeMode::Hex, "48 65".to_owned()));
    assert_eq!(back(), (ComposeMode::Literal, r"two\t".to_owned()));
    assert_eq!(back(), (ComposeMode::Text, r"one\t".to_owned()));
}

#[test]
fn what_comes_from_the_editor_is_literal() {
    let mut desk = Desk::connected();
    desk.keys("i").types(r"a\tb");
    let effects = desk.press("alt-e");
    assert!(matches!(&effects[..], [Effect::EditOutside { text, .. }] if text == "a\tb"), "{effects:?}");
    desk.edited(SessionId(1), r#"{"a":"\n"}"#);
    assert_eq!(mode(&desk), ComposeMode::Literal);
    assert_eq!(sent(&desk.press("enter")), b"{\"a\":\"\\n\"}\n");
}

#[test]
fn a_multi_line_curl_opens_from_the_form_and_the_command_line() {
    let line = "curl 'http://h/x' \\\r  -H 'A: b' \\\r  --data-raw 'l1\rl2'\r";
    for open in ["n", ":"] {
        let mut desk = Desk::connected();
        desk.press(open);
        desk.pastes(line);
        let effects = desk.press("enter");
        let opened = effects.iter().find_map(|effect| match effect {
            Effect::Open(spec) => Some(spec),
            _ => None,
        });
        let spec = opened.unwrap_or_else(|| panic!("{effects:?}: {:?}", desk.model.overlay));
        let sockeye::sessions::SpecKind::Http(http) = &spec.what else { panic!("{spec:?}") };
        assert_eq!((http.method.as_str(), http.headers.len()), ("POST", 2));
        assert_eq!(http.body, sockeye::sessions::spec::http::BodySpec::Bytes("l1\nl2".into()));
    }
}
