//! Stories of an HTTP exchange.

use std::time::Duration;

use sockeye::model::msg::Msg;
use sockeye::model::panel::SearchSubject;
use sockeye::model::view::View;
use sockeye::sessions::news::{DialNews, ListenerNews};
use sockeye::sessions::socket_moves::SocketMoves;
use sockeye::sessions::spec::AcceptedSpec;
use sockeye::sessions::{CloseReason, News, Reading, SessionId, SpecKind};
use sockeye::wire::{Both, Class, Direction, Evidence, FailedOperation, Failure, FailureReason};

use super::desk::Desk;
use crate::drawn::{drawn, lines};

const BODY: &[u8] =
    b"hay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\n\
hay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\nhay\na needle\nhay\n";

fn closes(desk: &mut Desk) {
    desk.tells(News::Closed { totals: Both::default(), how: CloseReason::Fin });
}

#[test]
fn a_search_in_a_response_stays_in_it_and_scrolls_to_the_line() {
    let mut desk = Desk::fetching();
    desk.receives(BODY);
    closes(&mut desk);
    desk.keys("/").types("needle");
    let effects = desk.press("enter");
    assert!(effects.is_empty(), "a document is searched at once: {effects:?}");
    let panel = desk.model.selected_panel().unwrap();
    let search = panel.search.as_ref().unwrap();
    assert_eq!((panel.view, search.hits.as_ref().unwrap().len()), (View::Response, 1));
    let line = usize::try_from(search.hits.as_ref().unwrap()[0].entry).unwrap();
    let rows = usize::from(desk.model.seen.view.rows);
    assert!((panel.document_scroll..panel.document_scroll + rows).contains(&line), "{}", panel.document_scroll);
    assert!(panel.document_scroll > 0);
}

#[test]
fn a_search_follows_into_the_view_that_is_shown_next() {
    let mut desk = Desk::fetching();
    desk.receives(BODY);
    closes(&mut desk);
    desk.keys("/").types("needle");
    desk.press("enter");
    desk.press("f5");
    let search = |desk: &Desk| desk.model.selected_panel().unwrap().search.clone().unwrap();
    assert!(matches!(search(&desk).subject, SearchSubject::Document { view: View::Headers, .. }));
    assert_eq!(search(&desk).hits.unwrap().len(), 1);
    let effects = desk.press("f2");
    desk.answers(&effects);
    assert_eq!((search(&desk).subject, search(&desk).at), (SearchSubject::Transcript, Some(0)));
}

#[test]
fn what_arrives_after_a_search_is_searched_too() {
    let mut desk = Desk::fetching();
    desk.receives(b"one needle\n");
    desk.keys("/").types("needle");
    desk.press("enter");
    desk.receives(b"two needles\n");
    closes(&mut desk);
    let search = desk.model.selected_panel().unwrap().search.as_ref().unwrap();
    assert_eq!((search.hits.as_ref().unwrap().len(), search.at), (2, Some(0)));
}

#[test]
fn a_failure_without_a_body_has_no_empty_body_in_its_place() {
    let mut desk = Desk::fetching();
    assert_eq!(desk.body_lines(), 1, "nothing of the body is there yet");
    desk.tells(News::Failed(Failure {
        class: Class::Protocol,
        operation: FailedOperation::Read,
        peer: "http://127.0.0.1:7001/".into(),
        os_code: None,
        evidence: Evidence::Seen,
        reason: Some(FailureReason::ResponseCutOff),
        message: "the peer ended its response before it was whole".into(),
    }));
    assert_eq!(desk.body_lines(), 0);
    desk.receives(b"part\n");
    assert_eq!(desk.body_lines(), 1);
}

#[test]
fn a_body_that_grows_is_laid_out_four_times_a_second_and_at_its_end() {
    let mut desk = Desk::fetching();
    desk.receives(b"1\n");
    let first = desk.body_lines();
    for _ in 0..10 {
        desk.receives(b"more\n");
    }
    assert_eq!(desk.body_lines(), first);
    desk.waits(Duration::from_millis(250));
    assert_eq!(desk.body_lines(), first + 10);
    desk.receives(b"the last\n");
    closes(&mut desk);
    assert_eq!(desk.body_lines(), first + 11);
    desk.waits(Duration::from_secs(60));
    assert_eq!(desk.model.wakes_at(desk.model.now), None, "nothing is left to be laid out");
}

#[test]
fn a_rung_of_the_connection_has_no_place_among_the_bytes_of_the_body() {
    let mut desk = Desk::fetching();
    let mut reading = Reading::empty(SessionId(1));
    reading.moves = vec![
        SocketMoves::single(Direction::Sent, desk.now(), 90),
        SocketMoves::single(Direction::Received, desk.now(), 60),
    ];
    desk.update(Msg::Readings(vec![reading]));
    desk.receives(BODY);
    desk.press("f8");
    desk.press("enter");
    assert_eq!(desk.model.selected_panel().unwrap().view, View::Ladder);
    assert_eq!(desk.notice(), "this rung has no bytes in the transcript");
}

#[test]
fn the_bytes_of_a_body_are_not_matched_with_the_reads_and_writes_of_the_other_end() {
    let mut desk = Desk::fetching();
    let (ours, theirs) = (([127, 0, 0, 1], 50_000).into(), ([127, 0, 0, 1], 7001).into());
    let took = Duration::ZERO;
    desk.tells(News::Dial(DialNews::Connected { local: ours, peer: theirs, took, attempt: 1 }));
    let accepted = AcceptedSpec { listener: SessionId(9), local: theirs, peer: ours };
    desk.opens(2, SpecKind::Accepted(accepted));
    desk.tells_of(2, News::Listener(ListenerNews::Accepted { listener: SessionId(9), local: theirs, peer: ours }));
    desk.receives(b"the body\n");
    desk.press("1");
    desk.press("f2");
    assert!(desk.model.other_end(desk.model.session().unwrap()).is_some());
    // Session 2 wrote as many bytes, which are those of a head.
    desk.sends_of(2, b"HTTP/1.1 ");
    desk.press("b");
    let (buffer, _) = drawn(&desk.model);
    let text = lines(&buffer, |cell| cell.symbol().to_owned());
    assert!(text.contains("the body") && !text.contains("of session 2"), "{text}");
}
