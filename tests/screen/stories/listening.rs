//! Stories of a listener, and of a session that is opened again.

use super::desk::Desk;
use crate::drawn::{drawn, lines};

#[test]
fn a_listeners_transcript_says_who_was_accepted() {
    let mut desk = Desk::new();
    desk.listens(1);
    desk.accepts(1, 2);
    desk.accepts(1, 3);
    desk.keys("1");
    desk.press("f2");
    let (buffer, _) = drawn(&desk.model);
    let screen = lines(&buffer, |cell| cell.symbol().to_owned());
    for peer in ["accepted from 127.0.0.1:40002", "accepted from 127.0.0.1:40003"] {
        assert_eq!(screen.matches(peer).count(), 1, "{screen}");
    }
}

#[test]
fn opening_an_open_session_again_says_that_the_first_one_stays() {
    let mut desk = Desk::connected();
    assert_eq!(desk.press("r").len(), 1);
    assert_eq!(desk.notice(), "opened once more: session 1 stays open, too");
}
