//! Stories of the cursor: it moves, marks, follows, and decides what is copied.

use sockeye::model::msg::Effect;
use sockeye::model::panel::ScrollPosition;
use sockeye::model::view::View;
use sockeye::sessions::{CloseReason, News};
use sockeye::wire::Both;

use super::desk::Desk;

/// The text that was put on the clipboard.
#[track_caller]
fn copied(effects: &[Effect]) -> String {
    match effects {
        [Effect::Copy(text)] => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn lines(count: usize) -> Desk {
    let mut desk = Desk::connected();
    for _ in 0..count {
        desk.receives(b"hay\n");
    }
    desk.receives(b"one\n");
    desk.receives(b"two\r\n");
    desk.receives(b"three\n");
    desk
}

fn scroll(desk: &Desk) -> ScrollPosition {
    desk.model.selected_panel().unwrap().scroll
}

#[test]
fn y_copies_the_row_under_the_cursor_and_says_how_many_bytes() {
    let mut desk = lines(100);
    assert_eq!(copied(&desk.press("y")), "three\n");
    assert_eq!(desk.notice(), "copied the last bytes received: 6 bytes");
    desk.keys("kkk");
    assert_eq!(copied(&desk.press("y")), "one\n");
    assert_eq!(desk.notice(), "copied the row: 4 bytes");
    desk.keys("j");
    assert_eq!(copied(&desk.press("y")), "two\n", "the CR of a line end is no text");
    assert_eq!(desk.notice(), "copied the row: 5 bytes");
}

#[test]
fn marked_rows_are_copied_whole_and_escape_marks_nothing() {
    for keys in ["kkkYjj", "kYkk"] {
        let mut desk = lines(100);
        desk.keys(keys);
        assert_eq!(copied(&desk.press("y")), "one\ntwo\nthree\n", "{keys}");
        assert_eq!(desk.notice(), "copied 3 rows: 15 bytes");
        desk.press("esc");
        desk.press("esc");
        let panel = desk.model.selected_panel().unwrap();
        assert!(panel.cursor.is_none_or(|cursor| cursor.mark.is_none()));
        assert_eq!(desk.model.focus, sockeye::model::state::Focus::View);
    }
}

#[test]
fn a_mark_reaches_over_pages_and_its_copy_is_cut_with_a_word() {
    let mut desk = Desk::connected();
    for _ in 0..9_000 {
        desk.receives(b"0123456\n");
    }
    desk.keys("YgjY");
    assert_eq!(desk.notice(), "nothing is marked any more");
    desk.keys("GkYg");
    assert!(matches!(scroll(&desk), ScrollPosition::At(_)));
    let text = copied(&desk.press("y"));
    assert_eq!(text.len(), 64 * 1024);
    assert!(desk.notice().contains("65,536 bytes, the first of "), "{}", desk.notice());
}

#[test]
fn in_hex_bytes_are_copied_as_hex() {
    let mut desk = Desk::connected();
    desk.receives(b"Hel\x00");
    desk.press("f3");
    desk.keys("k");
    assert_eq!(copied(&desk.press("y")), "48 65 6c 00\n");
    assert_eq!(desk.notice(), "copied the row as hex: 4 bytes");
}

#[test]
fn the_cursor_scrolls_the_view_and_at_the_end_it_follows_again() {
    let mut desk = lines(100);
    desk.keys("k");
    let ScrollPosition::At(top) = scroll(&desk) else { panic!("still following") };
    for _ in 0..40 {
        desk.keys("k");
    }
    assert!(matches!(scroll(&desk), ScrollPosition::At(place) if place < top));
    for _ in 0..41 {
        desk.keys("j");
    }
    assert_eq!((scroll(&desk), desk.model.selected_panel().unwrap().cursor), (ScrollPosition::Tail, None));
}

#[test]
fn f_follows_in_every_view_that_has_an_end_and_says_so() {
    let mut desk = lines(100);
    for view in ["f2", "f3"] {
        desk.press(view);
        desk.keys("F");
        assert!(matches!(scroll(&desk), ScrollPosition::At(_)));
        assert_eq!(desk.notice(), "not following any more: F follows again");
        desk.keys("F");
        assert_eq!((scroll(&desk), desk.notice().as_str()), (ScrollPosition::Tail, "following the end as more comes"));
    }
    desk.press("f9");
    desk.keys("F");
    assert!(desk.notice().contains("there is no end to follow"), "{}", desk.notice());
}

#[test]
fn an_event_stream_is_followed_until_a_key_moves_up() {
    let mut desk = Desk::fetching_as("text/event-stream");
    for _ in 0..40 {
        desk.receives(b"event: tick\n");
    }
    let follows = |desk: &Desk| desk.model.selected_panel().unwrap().document_follows;
    assert!(follows(&desk));
    let (_, seen) = crate::drawn::drawn(&desk.model);
    desk.model.seen = seen;
    desk.keys("k");
    assert!(!follows(&desk));
    desk.keys("G");
    assert!(follows(&desk));
    desk.keys("F");
    assert!(!follows(&desk));
    desk.keys("F");
    assert!(follows(&desk));
    assert!(!follows(&Desk::fetching_as("text/html")), "a page is read from its start");
}

#[test]
fn in_a_response_y_copies_the_body_or_the_line_under_the_cursor() {
    let mut desk = Desk::fetching();
    desk.receives(b"first line\nsecond line\n");
    desk.tells(News::Closed { totals: Both::default(), how: CloseReason::Fin });
    assert_eq!(copied(&desk.press("y")), "first line\nsecond line\n");
    assert_eq!(desk.notice(), "copied the body: 23 bytes");
    desk.model.seen.document_rows = 2;
    desk.keys("jj");
    assert_eq!(copied(&desk.press("y")), "second line");
    assert_eq!(desk.notice(), "copied the line: 11 bytes");
}

#[test]
fn headers_are_copied_and_the_request_as_curl() {
    let mut desk = Desk::fetching();
    desk.press("f5");
    let all = copied(&desk.press("y"));
    assert!(all.contains("server: a needle in a head") && all.contains("host: 127.0.0.1:7001"), "{all}");
    assert!(desk.notice().starts_with("copied all headers: "), "{}", desk.notice());
    desk.model.seen.document_rows = 5;
    desk.keys("jj");
    assert_eq!(copied(&desk.press("y")), "host: 127.0.0.1:7001");
    assert_eq!(desk.notice(), "copied the header: 20 bytes");
    desk.press("f6");
    assert_eq!(copied(&desk.press("y")), "curl http://127.0.0.1:7001/ --compressed");
    assert!(desk.notice().starts_with("copied the request as curl: "), "{}", desk.notice());
}

#[test]
fn the_fields_of_a_datagram_are_copied_whole_or_line_by_line() {
    let mut desk = Desk::talking();
    desk.receives(b"\0\x07\x81\x83\0\x01\0\0\0\0\0\0\x01q\0\0\x01\0\x01");
    desk.press("A");
    assert_eq!(desk.model.selected_panel().unwrap().view, View::Fields);
    let all = copied(&desk.press("y"));
    assert!(all.lines().count() > 3 && all.contains("question 1  q. IN A"), "{all}");
    assert!(desk.notice().starts_with("copied all fields: "), "{}", desk.notice());
    desk.model.seen.document_rows = 5;
    desk.keys("j");
    assert_eq!(desk.press("y").len(), 1);
    assert!(desk.notice().starts_with("copied the field: "), "{}", desk.notice());
}

#[test]
fn views_without_a_text_of_their_own_are_copied_as_they_are_shown() {
    let mut desk = Desk::connected();
    for (view, named) in [("f8", "the rung"), ("f9", "the view as text"), ("W", "the view as text")] {
        desk.press(view);
        let (_, seen) = crate::drawn::drawn(&desk.model);
        desk.model.seen = seen;
        let effects = desk.press("y");
        assert!(matches!(&effects[..], [Effect::CopyShown { what, .. }] if *what == named), "{effects:?}");
    }
}

#[test]
fn enter_on_a_rung_marks_its_row_and_escape_goes_back_to_it() {
    let mut desk = lines(3);
    desk.press("f8");
    desk.keys("kk");
    let rung = desk.model.selected_panel().unwrap().rung;
    assert!(rung.is_some());
    for back in ["esc", "q"] {
        desk.press("enter");
        let panel = desk.model.selected_panel().unwrap();
        assert_eq!(panel.view, View::Text);
        assert!(panel.cursor.is_some(), "its row is under the cursor");
        desk.press(back);
        let panel = desk.model.selected_panel().unwrap();
        assert_eq!((panel.view, panel.rung, panel.cursor), (View::Ladder, rung, None));
    }
}

#[test]
fn a_json_answer_is_laid_out_and_p_shows_it_as_it_came() {
    let mut desk = Desk::fetching_as("application/problem+json; charset=utf-8");
    desk.receives(b"{\"a\":1,\"b\":");
    assert_eq!(desk.body_lines(), 1, "half a JSON text is shown as it came");
    desk.receives(b"[2]}");
    desk.tells(News::Closed { totals: Both::default(), how: CloseReason::Fin });
    assert_eq!(desk.body_lines(), 6);
    desk.keys("P");
    assert_eq!(desk.body_lines(), 1);
    let mut desk = Desk::fetching_as("application/json");
    desk.receives(b"not so");
    desk.tells(News::Closed { totals: Both::default(), how: CloseReason::Fin });
    assert_eq!((desk.body_lines(), desk.notice().as_str()), (1, ""));
    let mut desk = Desk::fetching_as("text/plain");
    desk.receives(b"{\"a\":1}");
    desk.tells(News::Closed { totals: Both::default(), how: CloseReason::Fin });
    assert_eq!(desk.body_lines(), 1);
}
