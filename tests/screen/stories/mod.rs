//! Stories: keys and facts go in with a clock that the test holds; what the model wants and shows comes out.

mod composing;
mod copying;
mod desk;
mod http;
mod listening;
mod options;
mod palette;
mod secrets;
mod way;

use std::time::Duration;

use desk::Desk;
use sockeye::model::action::SessionAction;
use sockeye::model::msg::{Effect, Msg};
use sockeye::model::overlay::Overlay;
use sockeye::model::panel::ScrollPosition;
use sockeye::model::state::Focus;
use sockeye::model::view::View;
use sockeye::sessions::news::{ListenerNews, PortNews, PortProbe, PortState, TcpNews};
use sockeye::sessions::order::{DatagramVerb, StreamVerb};
use sockeye::sessions::spec::{HostPort, PortScanSpec, TcpSpec};
use sockeye::sessions::{CloseReason, News, SpecKind, Verb};
use sockeye::wire::kernel::view::{KernelTimer, KernelView, PeerEnd, TimerKind};
use sockeye::wire::tcp::cause::StateCause;
use sockeye::wire::tcp::state::TcpState;
use sockeye::wire::{Class, Evidence, FailedOperation, Failure};

use crate::drawn::{drawn_at, lines};

#[test]
fn a_key_opens_the_dialog_and_what_is_typed_opens_a_session() {
    let mut desk = Desk::new();
    desk.keys("n").types("127.0.0.1:7001");
    let effects = desk.press("enter");
    assert!(matches!(&effects[..], [Effect::Open(_), Effect::RememberLine(..)]), "{effects:?}");
    assert!(desk.model.overlay.is_none());
}

#[test]
fn a_listener_stops_accepting_and_accepts_again_by_the_same_key() {
    let mut desk = Desk::new();
    desk.listens(1);
    for (accepting, verb) in [(false, Verb::PauseReading), (true, Verb::ContinueReading)] {
        let effects = desk.press("S");
        assert!(matches!(&effects[..], [Effect::Net(order)] if order.verb == verb), "{effects:?}");
        desk.tells(News::Listener(ListenerNews::Accepting(accepting)));
    }
}

#[test]
fn enter_on_an_open_port_opens_a_session_and_on_another_one_says_why_not() {
    let mut desk = Desk::new();
    let range = PortScanSpec::parse("127.0.0.1:8000-8001").expect("a range").expect("a good one");
    desk.opens(1, SpecKind::Ports(range));
    for (port, state) in [(8000_u16, PortState::Refused), (8001, PortState::Open)] {
        let peer = ([127, 0, 0, 1], port).into();
        let probe = PortProbe { peer, state, failure: None, took: Duration::from_millis(1) };
        desk.tells(News::Ports(PortNews::Probed(probe)));
    }
    assert_eq!(desk.model.focus, Focus::View);
    assert!(desk.press("enter").is_empty());
    assert!(desk.notice().contains("port 8000 is refused"), "{}", desk.notice());
    desk.keys("j");
    let effects = desk.press("enter");
    let expected = SpecKind::Tcp(TcpSpec::new(HostPort { host: "127.0.0.1".into(), port: 8001 }));
    assert!(matches!(&effects[..], [Effect::Open(spec)] if spec.what == expected), "{effects:?}");
}

#[test]
fn a_target_that_makes_no_sense_stays_in_the_field_with_the_reason() {
    let mut desk = Desk::new();
    desk.keys("n").types("127.0.0.1:65536");
    assert!(desk.press("enter").is_empty());
    let Some(Overlay::New { input, problem: Some(problem), .. }) = &desk.model.overlay else {
        panic!("{:?}", desk.model.overlay)
    };
    assert_eq!(input.text(), "127.0.0.1:65536");
    assert!(problem.contains("65536") && problem.contains("65535"), "{problem}");
}

#[test]
fn a_text_field_owns_every_printable_key() {
    let mut desk = Desk::connected();
    desk.keys("i").types("quit? n/N :q");
    assert_eq!(desk.composed(), "quit? n/N :q");
    assert_eq!(desk.model.focus, Focus::Composer);
    assert!(!desk.model.quitting);
}

#[test]
fn enter_sends_the_text_with_its_escapes_and_line_ending() {
    let mut desk = Desk::connected();
    desk.keys("i").types("PING\\r\\x41");
    let effects = desk.press("enter");
    assert_eq!(desk::sent(&effects), b"PING\rA\n");
    assert_eq!(desk.composed(), "");
}

#[test]
fn an_escape_that_does_not_exist_is_told_and_the_text_stays() {
    let mut desk = Desk::connected();
    desk.keys("i").types("a\\qb");
    assert!(desk.press("enter").is_empty());
    assert_eq!(desk.composed(), "a\\qb");
    let problem = desk.model.selected_panel().unwrap().composer.problem.clone().unwrap();
    assert!(problem.contains("\\q"), "{problem}");
}

#[test]
fn hex_mode_sends_the_bytes_and_odd_hex_is_told() {
    let mut desk = Desk::connected();
    desk.keys("i");
    desk.press("ctrl-x");
    desk.press("ctrl-x");
    desk.types("48 65 6");
    assert!(desk.press("enter").is_empty());
    desk.types("c");
    let effects = desk.press("enter");
    assert_eq!(desk::sent(&effects), b"Hel");
}

#[test]
fn a_refused_order_gives_the_text_back() {
    let mut desk = Desk::connected();
    desk.keys("i").types("precious");
    let effects = desk.press("enter");
    desk.refuse(&effects, "session 1 is still busy");
    assert_eq!(desk.composed(), "precious");
    assert!(desk.notice().contains("busy"));
}

#[test]
fn what_was_sent_comes_back_with_up() {
    let mut desk = Desk::connected();
    desk.keys("i").types("one");
    desk.press("enter");
    desk.types("two");
    desk.press("enter");
    desk.press("up");
    desk.press("up");
    assert_eq!(desk.composed(), "one");
    desk.press("down");
    assert_eq!(desk.composed(), "two");
}

#[test]
fn the_close_menu_finishes_resets_and_closes() {
    for (letter, verb) in [("f", Verb::Stream(StreamVerb::FinishSending)), ("r", Verb::Reset), ("c", Verb::Close)] {
        let mut desk = Desk::connected();
        desk.keys("c");
        assert!(matches!(desk.model.overlay, Some(Overlay::Close { .. })));
        let effects = desk.press(letter);
        assert!(matches!(&effects[..], [Effect::Net(order)] if order.verb == verb), "{effects:?}");
        assert!(desk.model.overlay.is_none());
    }
}

#[test]
fn a_fin_a_reset_and_an_error_are_three_different_things() {
    let mut finished = Desk::connected();
    finished.tells(News::Tcp(TcpNews::PeerFinished { received_bytes: 0 }));
    assert!(finished.model.session().unwrap().failure().is_none());
    assert!(finished.model.can_send(), "the peer finished; we may still send");
    let mut reset = Desk::connected();
    reset.tells(News::Failed(Failure::new(
        Class::Reset,
        FailedOperation::Read,
        "127.0.0.1:7001",
        "the peer reset the connection",
    )));
    assert_eq!(reset.model.session().unwrap().failure().map(|failure| failure.class), Some(Class::Reset));
    assert!(!reset.model.can_send());
}

#[test]
fn following_holds_until_a_key_moves_up_and_g_returns_to_it() {
    let mut desk = Desk::connected();
    for _ in 0..100 {
        desk.receives(b"a line\n");
    }
    assert_eq!(desk.model.selected_panel().unwrap().scroll, ScrollPosition::Tail);
    desk.keys("k");
    assert!(matches!(desk.model.selected_panel().unwrap().scroll, ScrollPosition::At(_)));
    desk.receives(b"another\n");
    assert!(matches!(desk.model.selected_panel().unwrap().scroll, ScrollPosition::At(_)));
    desk.keys("G");
    assert_eq!(desk.model.selected_panel().unwrap().scroll, ScrollPosition::Tail);
}

#[test]
fn a_frozen_display_loses_nothing_behind_it() {
    let mut desk = Desk::connected();
    desk.receives(b"before\n");
    desk.keys("p");
    desk.receives(b"behind\n");
    let (session, panel) = (desk.model.session().unwrap(), desk.model.selected_panel().unwrap());
    assert!(panel.transcript(session).end_number() < session.transcript.end_number());
    desk.keys("p");
    let (session, panel) = (desk.model.session().unwrap(), desk.model.selected_panel().unwrap());
    assert_eq!(panel.transcript(session).end_number(), session.transcript.end_number());
    assert_eq!(session.totals.received.bytes, 14);
}

#[test]
fn a_search_finds_and_an_answer_to_an_older_one_is_dropped() {
    let mut desk = Desk::connected();
    desk.receives(b"needle one\n");
    desk.receives(b"hay\n");
    desk.receives(b"needle two\n");
    desk.keys("/").types("hay");
    let old = desk.press("enter");
    desk.keys("/");
    desk.press("ctrl-u");
    desk.types("needle");
    let new = desk.press("enter");
    desk.answers(&new);
    desk.answers(&old);
    let search = desk.model.selected_panel().unwrap().search.as_ref().unwrap();
    assert_eq!(search.hits.as_ref().map(Vec::len), Some(2));
    let before = search.at;
    desk.keys("N");
    assert_ne!(desk.model.selected_panel().unwrap().search.as_ref().unwrap().at, before);
}

#[test]
fn a_filter_shows_one_direction_and_an_empty_one_shows_all() {
    let mut desk = Desk::connected();
    desk.receives(b"in\n");
    desk.keys("f").types("received");
    desk.press("enter");
    assert_eq!(desk.model.selected_panel().unwrap().filter.as_ref().unwrap().index.len(), 1);
    desk.receives(b"more\n");
    assert_eq!(desk.model.selected_panel().unwrap().filter.as_ref().unwrap().index.len(), 2);
    desk.keys("f");
    desk.press("ctrl-u");
    desk.press("enter");
    assert!(desk.model.selected_panel().unwrap().filter.is_none());
}

#[test]
fn a_paste_of_ten_megabytes_is_bounded_and_that_is_said() {
    let mut desk = Desk::connected();
    desk.pastes(&"x".repeat(10 * 1024 * 1024));
    assert!(desk.composed().len() <= 1024 * 1024);
    assert!(desk.notice().contains("left out"), "{}", desk.notice());
}

#[test]
fn what_was_said_of_a_text_goes_when_it_is_sent() {
    let mut desk = Desk::connected();
    desk.keys("i");
    desk.pastes("two\nlines");
    assert!(desk.notice().contains("Enter sends it"));
    desk.press("enter");
    assert_eq!(desk.notice(), "");
}

#[test]
fn pasted_lines_wait_for_enter() {
    let mut desk = Desk::connected();
    let effects = desk.pastes("one\ntwo\n");
    assert!(effects.is_empty());
    assert_eq!(desk.composed(), "one\ntwo\n");
}

#[test]
fn quitting_with_an_open_session_asks_first() {
    let mut desk = Desk::connected();
    desk.model.focus = Focus::Sessions;
    desk.keys("qq");
    assert!(matches!(desk.model.overlay, Some(Overlay::Confirm(_))));
    desk.keys("n");
    assert!(!desk.model.quitting && desk.model.overlay.is_none());
    desk.keys("qy");
    assert!(desk.model.quitting);
}

#[test]
fn an_accepted_connection_becomes_a_session_under_its_listener() {
    let mut desk = Desk::new();
    desk.listens(1);
    desk.accepts(1, 2);
    desk.accepts(1, 3);
    assert_eq!(desk.model.sessions_in_order().iter().map(|id| id.0).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(desk.model.selected.unwrap().0, 1, "an arrival does not take the screen");
}

#[test]
fn each_connection_of_a_listener_can_be_reached_in_its_list() {
    let mut desk = Desk::new();
    desk.listens(1);
    for child in 2..60 {
        desk.accepts(1, child);
    }
    desk.press("f7");
    desk.keys("jj");
    desk.accepts(1, 60);
    desk.press("enter");
    assert_eq!(desk.model.selected.unwrap().0, 57, "the third from the top stays under the cursor");
    desk.keys("1");
    desk.keys("G");
    desk.press("enter");
    assert_eq!(desk.model.selected.unwrap().0, 2);
}

#[test]
fn a_view_that_the_session_does_not_have_is_said() {
    let mut desk = Desk::connected();
    desk.keys(":").types("view-headers");
    desk.press("enter");
    assert!(desk.notice().contains("no headers view"), "{}", desk.notice());
    desk.keys("v");
    assert_eq!(desk.model.selected_panel().unwrap().view, View::Hex);
}

#[test]
fn a_command_that_does_not_exist_stays_with_the_reason() {
    let mut desk = Desk::connected();
    desk.keys(":").types("flyaway");
    desk.press("enter");
    assert!(
        matches!(&desk.model.overlay, Some(Overlay::Prompt { problem: Some(problem), .. }) if problem.contains("flyaway"))
    );
}

#[test]
fn how_much_is_kept_changes_at_once_in_bytes_and_in_segments_and_is_said() {
    let mut desk = Desk::connected();
    for _ in 0..10 {
        desk.receives(b"0123456789");
    }
    let mut type_line = |line: &str| {
        desk.keys(":").types(line);
        let effects = desk.press("enter");
        let transcript = &desk.model.session().unwrap().transcript;
        (effects, (transcript.kept_bytes(), transcript.kept_pieces()), desk.notice())
    };
    let (effects, kept, said) = type_line("retain 4 segments");
    let [Effect::Retain(_, retention), _] = effects[..] else { panic!("{effects:?}") };
    assert_eq!((retention.bytes, retention.segments), (64 << 20, 4));
    assert_eq!(kept, (40, 4));
    assert!(said.contains("keeps 64 MiB and 4 segments"), "{said}");
    let (_, kept, _) = type_line("retain 500B");
    assert_eq!(kept, (20, 2), "what holds the bytes counts too");
    let (effects, kept, said) = type_line("retain");
    assert!(matches!(&effects[..], [Effect::RememberLine(..)]));
    assert_eq!(kept, (20, 2));
    assert!(said.contains("of 500 B · 2 of 4 segments"), "{said}");
}

#[test]
fn the_first_part_of_an_answer_shows_its_hit_and_the_rest_leaves_the_screen_there() {
    let mut desk = Desk::connected();
    for _ in 0..3 {
        desk.receives(b"needle\n");
    }
    desk.keys("/").types("needle");
    let effects = desk.press("enter");
    let [Effect::Search { id, generation, transcript, .. }] = &effects[..] else { panic!("{effects:?}") };
    let needle = sockeye::sessions::search::Needle::parse("needle").unwrap();
    let all = sockeye::sessions::search::find_all(transcript, &needle, sockeye::model::words::text_of, 9);
    let at = |desk: &Desk| {
        let search = desk.model.selected_panel().unwrap().search.clone().unwrap();
        (search.at, search.hits.map(|hits| hits.len()), search.done)
    };
    desk.update(Msg::Found { id: *id, generation: *generation, hits: all[2..].to_vec(), done: false });
    assert_eq!(at(&desk), (Some(0), Some(1), false));
    desk.keys("N");
    desk.update(Msg::Found { id: *id, generation: *generation, hits: all, done: true });
    assert_eq!(at(&desk), (Some(2), Some(3), true));
}

#[test]
fn a_rung_leads_to_its_bytes_and_back() {
    let mut desk = Desk::connected();
    for number in 0..60 {
        desk.receives(if number == 30 { b"this one\n" } else { b"another\n" });
    }
    desk.press("f8");
    desk.keys("g");
    let first = desk.model.selected_panel().unwrap().rung;
    assert!(first.is_some());
    desk.keys("jjjjj");
    desk.press("enter");
    assert_eq!(desk.model.selected_panel().unwrap().view, View::Text);
    let picked = desk.model.selected_panel().unwrap().rung;
    assert_ne!(picked, first);
    desk.press("f8");
    assert_eq!(
        (desk.model.selected_panel().unwrap().view, desk.model.selected_panel().unwrap().rung),
        (View::Ladder, picked)
    );
    desk.keys("G");
    assert_eq!(desk.model.selected_panel().unwrap().rung, None, "the newest rung is followed");
}

#[test]
fn a_frozen_ladder_does_not_grow() {
    let mut desk = Desk::connected();
    desk.press("f8");
    desk.keys("p");
    let rungs = |desk: &Desk| {
        let session = desk.model.session().expect("a session");
        desk.model.selected_panel().unwrap().tcp_history(session).expect("a story").ladder.len()
    };
    let before = rungs(&desk);
    desk.receives(b"more\n");
    assert_eq!(rungs(&desk), before);
    desk.keys("p");
    assert_eq!(rungs(&desk), before + 1);
}

#[test]
fn only_a_udp_session_probes_the_path() {
    let mut desk = Desk::connected();
    assert!(desk.press("M").is_empty(), "TCP finds it by itself");
    let mut desk = Desk::talking();
    let effects = desk.press("M");
    assert!(
        matches!(&effects[..], [Effect::Net(order)] if order.verb == Verb::Datagram(DatagramVerb::ProbeMtu)),
        "{effects:?}"
    );
    desk.press("f9");
    assert_eq!(desk.model.selected_panel().unwrap().view, View::State);
    desk.press("f10");
    assert_eq!(desk.model.selected_panel().unwrap().view, View::Kernel);
}

#[test]
fn datagrams_that_are_dns_messages_can_be_read_field_by_field() {
    let shown = |desk: &Desk| {
        let (buffer, _) = drawn_at(&desk.model, 120, 36);
        lines(&buffer, |cell| cell.symbol().to_owned())
    };
    let mut desk = Desk::talking();
    desk.receives(b"hello");
    desk.press("A");
    assert_eq!(desk.model.selected_panel().unwrap().view, View::Text);
    desk.receives(b"\0\x07\x81\x83\0\x01\0\0\0\0\0\0\x01q\0\0\x01\0\x01");
    desk.press("A");
    assert_eq!(desk.model.selected_panel().unwrap().view, View::Fields);
    assert!(shown(&desk).contains("question 1  q. IN A"), "{}", shown(&desk));
    desk.receives(b"bye");
    assert!(shown(&desk).contains("this datagram is no DNS message"), "{}", shown(&desk));
}

#[test]
fn an_attempt_under_way_offers_no_end_that_needs_a_connection() {
    let mut desk = Desk::new();
    desk.keys("n").types("127.0.0.1:7001").press("enter");
    desk.opens(1, SpecKind::Tcp(TcpSpec::new(HostPort { host: "127.0.0.1".into(), port: 7001 })));
    desk.model.focus = Focus::View;
    desk.press("c");
    let (buffer, _) = drawn_at(&desk.model, 120, 36);
    let shown = lines(&buffer, |cell| cell.symbol().to_owned());
    assert!(shown.contains("no connection is made") && !shown.contains("RST"), "{shown}");
}

#[test]
fn an_order_that_the_session_refuses_announces_nothing() {
    let mut desk = Desk::talking();
    let effects = desk.keys(":").types("close-unread").press("enter");
    assert!(matches!(&effects[..], [Effect::RememberLine(..)]), "no order: {effects:?}");
    assert!(desk.notice().contains("cannot be closed"), "{}", desk.notice());
}

#[test]
fn a_connection_that_broke_is_not_called_a_failed_attempt() {
    let mut desk = Desk::connected();
    let failure = Failure::new(Class::Reset, FailedOperation::Read, "127.0.0.1:7001", "the peer reset the connection");
    desk.waits(Duration::from_secs(1));
    desk.tells(News::Failed(failure));
    desk.press("w");
    let (buffer, _) = drawn_at(&desk.model, 120, 36);
    let shown = lines(&buffer, |cell| cell.symbol().to_owned());
    assert!(shown.contains("RST came") && !shown.contains("all failed"), "{shown}");
}

#[test]
fn timers_of_either_end_are_drawn_on_in_the_flow_view() {
    let mut desk = Desk::connected();
    let rests = KernelTimer { kind: TimerKind::TimeWait, expires: Duration::from_secs(60) };
    let end =
        PeerEnd { state: TcpState::TimeWait, send_queue_bytes: 0, recv_queue_bytes: 0, timer: Some(rests), tcp: None };
    let view = KernelView { state: Some(TcpState::Closed), peer_end: Some(end), ..KernelView::default() };
    desk.measures(view);
    let now = desk.model.now;
    assert!(desk.model.wakes_at(now).is_none_or(|at| at > now + Duration::from_secs(1)), "the text has no countdown");
    desk.press("W");
    let at = desk.model.wakes_at(now).expect("the flow view counts down");
    assert!(at <= now + Duration::from_millis(250));
}

#[test]
fn a_port_that_rests_is_looked_at_until_it_is_free() {
    let mut desk = Desk::connected();
    let (from, to) = (TcpState::FinWait2, TcpState::TimeWait);
    let state = |from, to, cause, remaining| {
        News::Tcp(TcpNews::State { from, to, cause, evidence: Evidence::Kernel, remaining })
    };
    desk.press("c");
    desk.press("f");
    desk.tells(News::Tcp(TcpNews::WeFinished));
    desk.tells(state(TcpState::FinWait1, from, StateCause::AckOfFin, None));
    desk.tells(state(from, to, StateCause::FinArrived, Some(Duration::from_secs(60))));
    desk.tells(News::Closed { totals: Default::default(), how: CloseReason::Fin });
    let stands = |desk: &Desk| desk.model.session().and_then(|session| Some(session.tcp_history()?.track.state()));
    // Nothing else happens: the rest alone keeps the countdown going.
    for _ in 0..59 {
        desk.waits(Duration::from_secs(1));
        assert_eq!(stands(&desk), Some(TcpState::TimeWait));
        assert!(desk.model.wakes_at(desk.model.now).is_some());
    }
    desk.waits(Duration::from_millis(999));
    desk.waits(Duration::from_millis(1));
    assert_eq!(stands(&desk), Some(TcpState::Closed));
    desk.waits(Duration::from_secs(10));
    assert_eq!(desk.model.wakes_at(desk.model.now), None, "a free port is not looked at");
    let asked = desk.model.selected_panel().unwrap().asked.unwrap();
    assert_eq!((asked.action, asked.letter), (SessionAction::FinishSending, Some('f')));
}

#[test]
fn reads_and_writes_are_numbered_for_tcp_only() {
    let mut desk = Desk::connected();
    desk.keys("b");
    assert!(desk.model.selected_panel().unwrap().boundaries);
    desk.keys("b");
    assert!(!desk.model.selected_panel().unwrap().boundaries);
    let mut desk = Desk::fetching();
    desk.keys("b");
    assert!(!desk.model.selected_panel().unwrap().boundaries);
}

#[test]
fn many_sessions_are_listed_and_counted_at_once_and_their_rates_come_to_rest() {
    let mut desk = Desk::new();
    desk.listens(1);
    for child in 2..=201 {
        desk.accepts(1, child);
    }
    assert_eq!(desk.model.sessions_in_order().len(), 201);
    assert_eq!(desk.model.open_and_failed(), (201, 0));
    desk.receives(b"to the listener's number, as any other would");
    desk.waits(Duration::from_millis(300));
    assert!(desk.model.rates().received > 0.0);
    for _ in 0..12 {
        desk.waits(Duration::from_millis(250));
    }
    assert_eq!(desk.model.rates().received, 0.0, "nothing came for three seconds");
    assert_eq!(desk.model.wakes_at(desk.model.now), None);
    let totals = desk.model.session().map(|session| session.totals).unwrap();
    desk.tells(News::Closed { totals, how: CloseReason::Local });
    assert_eq!(desk.model.open_and_failed(), (200, 0));
}
