//! The way is shown: tabs, the footer, notices, and keys that mean one thing everywhere.

use std::sync::atomic::{AtomicBool, Ordering};

use sockeye::model::explain::remedies;
use sockeye::model::lab_catalogue::LabCatalogue;
use sockeye::model::msg::{Effect, MouseAction, MouseInput, Msg};
use sockeye::model::overlay::{ConfirmQuestion, Overlay, PromptRequest};
use sockeye::model::seen::ClickTarget;
use sockeye::model::state::Focus;
use sockeye::model::view::View;
use sockeye::sessions::explain::suggestions::Suggestion;
use sockeye::sessions::order::StreamVerb;
use sockeye::sessions::spec::system_names::{ServicePorts, SystemNames};
use sockeye::sessions::spec::{HostPort, ScriptStep, TcpSpec};
use sockeye::sessions::{News, SessionId, Spec, SpecKind, Verb};
use sockeye::wire::{Class, FailedOperation, Failure};

use super::Desk;
use crate::drawn::{drawn_at, lines};

/// The rows of the screen at this size.
fn rows(desk: &Desk, columns: u16, height: u16) -> Vec<String> {
    let (buffer, _) = drawn_at(&desk.model, columns, height);
    lines(&buffer, |cell| cell.symbol().to_owned()).lines().map(str::to_owned).collect()
}

/// The last row of the screen: the keys.
fn footer(desk: &Desk, columns: u16) -> String {
    rows(desk, columns, 24).last().cloned().unwrap_or_default()
}

/// Clicks on the first target of the last frame for which `wanted` is true, at this size.
fn click(desk: &mut Desk, (columns, height): (u16, u16), wanted: impl Fn(ClickTarget) -> bool) -> Vec<Effect> {
    let (_, seen) = drawn_at(&desk.model, columns, height);
    let area =
        seen.hits.iter().rev().find(|(_, target)| wanted(*target)).map(|(area, _)| *area).expect("the target is shown");
    desk.model.seen = seen;
    desk.update(Msg::Mouse(MouseInput { what: MouseAction::Click, column: area.column, row: area.row }))
}

/// The number of the request that a prompt made.
fn request_of(effects: &[Effect]) -> PromptRequest {
    let request = effects.iter().find_map(|effect| match effect {
        Effect::FindFile { request, .. } | Effect::Save { request, .. } => Some(*request),
        _ => None,
    });
    request.unwrap_or_else(|| panic!("{effects:?}"))
}

/// What a prompt asked for is not done.
fn refuse_prompt(desk: &mut Desk, effects: &[Effect], why: &str, missing_folder: bool) {
    desk.update(Msg::PromptRefused { request: request_of(effects), why: why.into(), missing_folder });
}

fn another(desk: &mut Desk, id: u32) {
    desk.opens(id, SpecKind::Tcp(TcpSpec::new(HostPort { host: "127.0.0.1".into(), port: 7000 })));
}

#[test]
fn the_current_view_and_a_way_to_the_next_are_on_the_edge_at_every_width() {
    let mut desk = Desk::connected();
    another(&mut desk, 2);
    desk.keys("1");
    desk.model.focus = Focus::View;
    for _ in 0..View::of_session(desk.model.session().unwrap()).len() {
        let view = desk.model.selected_panel().unwrap().view;
        for columns in 40..180 {
            let (buffer, seen) = drawn_at(&desk.model, columns, 24);
            let edge = lines(&buffer, |cell| cell.symbol().to_owned()).lines().nth(1).unwrap().to_owned();
            assert!(edge.contains(view.name()), "{columns}: {edge}");
            let others = seen.hits.iter().filter(|(_, hit)| matches!(hit, ClickTarget::Tab(tab) if *tab != view));
            assert!(others.count() > 0, "{columns}: no way to another view: {edge}");
            assert!(columns < 120 || edge.contains("── open"), "{columns}: {edge}");
        }
        desk.keys("v");
    }
}

#[test]
fn a_click_on_a_tab_or_on_its_mark_turns_to_the_view() {
    let mut desk = Desk::connected();
    click(&mut desk, (80, 24), |target| target == ClickTarget::Tab(View::Hex));
    assert_eq!(desk.model.selected_panel().unwrap().view, View::Hex);
    let before = desk.model.selected_panel().unwrap().view;
    click(&mut desk, (40, 24), |target| matches!(target, ClickTarget::Tab(view) if view != before));
    assert_ne!(desk.model.selected_panel().unwrap().view, before);
}

#[test]
fn the_footer_tells_the_keys_of_what_has_the_focus() {
    let mut desk = Desk::connected();
    assert!(footer(&desk, 170).contains("i write") && footer(&desk, 170).contains("S stop reading"));
    desk.tells(News::ReadingPaused);
    assert!(footer(&desk, 80).contains("S reads on"), "{}", footer(&desk, 80));
    desk.tells(News::ReadingContinued);
    desk.keys("p");
    desk.receives(b"behind the frozen display");
    assert!(footer(&desk, 80).contains("p goes on"), "{}", footer(&desk, 80));
    assert!(rows(&desk, 80, 24)[0].contains("frozen, 1 more wait"), "{}", rows(&desk, 80, 24)[0]);
    desk.keys("p");
    for (key, told, not) in [
        ("n", "⏎ opens it", "i write"),
        (":", "Tab completes", "i write"),
        ("/", "⏎ searches", "i write"),
        ("?", "Esc leaves", "i write"),
        ("o", "⏎ switches it", "i write"),
        ("c", "f r c u take one", "i write"),
        ("i", "Esc leave", "? help"),
        ("l", "⏎ starts it", "i write"),
    ] {
        desk.keys(key);
        let shown = footer(&desk, 100);
        assert!(shown.contains(told) && !shown.contains(not), "{key}: {shown}");
        desk.press("esc");
    }
}

#[test]
fn help_is_the_last_key_to_go_and_the_command_line_the_last_but_one() {
    let mut desk = Desk::connected();
    for key in ["1", "w", "v"] {
        desk.keys(key);
        for columns in 40..120 {
            let shown = footer(&desk, columns);
            assert!(shown.contains("? help") && shown.contains(": command"), "{columns}: {shown}");
        }
    }
    assert!(rows(&desk, 12, 24).last().unwrap().contains("? help"));
    assert!(rows(&desk, 40, 11).first().unwrap().contains("? help"), "without a footer it stands at the top");
}

#[test]
fn a_click_on_a_key_of_the_footer_presses_it() {
    let mut desk = Desk::connected();
    click(&mut desk, (120, 36), |target| matches!(target, ClickTarget::Key(chord) if chord.to_string() == "/"));
    assert!(desk.model.overlay.is_some());
}

#[test]
fn a_notice_has_its_own_rows_and_ends_with_the_next_key() {
    let mut desk = Desk::connected();
    desk.keys("y");
    assert_eq!(desk.notice(), "there is nothing to copy yet");
    let shown = rows(&desk, 80, 24);
    assert!(shown[22].contains("nothing to copy") && shown[23].contains("i write"), "{shown:?}");
    desk.keys("c");
    assert_eq!(desk.notice(), "", "a key ends it");
    desk.press("esc");
    desk.keys("y").press("f7");
    assert!(desk.notice().contains("no peers view"));
}

#[test]
fn without_the_list_the_place_among_the_sessions_is_told_with_the_keys_to_the_others() {
    let mut desk = Desk::connected();
    for id in 2..=7 {
        another(&mut desk, id);
    }
    desk.keys("3");
    desk.model.focus = Focus::View;
    let shown = rows(&desk, 60, 24);
    assert!(shown[1].contains("3 of 7"), "{}", shown[1]);
    assert!(shown[23].contains("J K 3 of 7"), "{}", shown[23]);
    assert!(!rows(&desk, 100, 24)[1].contains("3 of 7"));
}

#[test]
fn a_digit_selects_a_session_in_every_view_and_a_remedy_is_chosen_with_the_cursor() {
    let mut desk = refused_with_a_script();
    another(&mut desk, 2);
    desk.keys("1w");
    assert!(desk.keys("2").model.selected.is_some_and(|id| id.0 == 2), "a digit is a session");
    desk.keys("1w");
    choose(&mut desk, |one| one.sends.is_some());
    let effects = desk.press("enter");
    assert!(effects.is_empty(), "what sends something again asks first: {effects:?}");
    let Some(Overlay::Confirm(ConfirmQuestion::Remedy { sends, .. })) = &desk.model.overlay else {
        panic!("{:?}", desk.model.overlay)
    };
    assert!(sends.contains("sends again"), "{sends}");
    assert!(rows(&desk, 120, 36).iter().any(|row| row.contains("Do it?")));
    assert!(desk.press("n").is_empty() && desk.model.overlay.is_none());
    desk.press("enter");
    assert!(matches!(&desk.press("y")[..], [Effect::Open(_)]));
}

#[test]
fn a_remedy_that_sends_nothing_by_itself_is_tried_at_once_with_enter_or_a_click() {
    let mut desk = refused_with_a_script();
    desk.keys("1w");
    let quiet = choose(&mut desk, |one| one.sends.is_none());
    assert!(matches!(&desk.press("enter")[..], [Effect::Open(_)]));
    let effects = click(&mut desk, (120, 36), |target| target == ClickTarget::Probe(quiet));
    assert!(matches!(&effects[..], [Effect::Open(_)]));
}

/// Moves the cursor to the first remedy for which `wanted` is true. Returns its place.
fn choose(desk: &mut Desk, wanted: impl Fn(&Suggestion) -> bool) -> usize {
    let look = |desk: &mut Desk| {
        let (_, seen) = drawn_at(&desk.model, 120, 36);
        desk.model.seen = seen;
    };
    look(desk);
    let offered = remedies(&desk.model, desk.model.session().unwrap());
    let place = offered.iter().position(wanted).expect("there is such a remedy");
    for _ in 0..place {
        desk.keys("j");
        look(desk);
    }
    assert_eq!(desk.model.selected_panel().unwrap().remedy, place);
    place
}

/// A session that was to send something, and was refused.
fn refused_with_a_script() -> Desk {
    let mut desk = Desk::new();
    let target = HostPort { host: "127.0.0.1".into(), port: 9 };
    let mut spec = Spec::new(SpecKind::Tcp(TcpSpec::new(target)));
    spec.script.steps.push(ScriptStep::Send(bytes::Bytes::from_static(b"please reset me")));
    desk.update(Msg::Opened { id: SessionId(1), spec: Box::new(spec) });
    let refused = Failure::new(Class::Refused, FailedOperation::Connect, "127.0.0.1:9", "connection refused");
    desk.tells(News::Failed(refused));
    desk
}

#[test]
fn ctrl_c_asks_where_sessions_are_open_or_a_draft_stands_and_quits_when_pressed_again() {
    let mut desk = Desk::connected();
    desk.keys("i").types("a draft");
    desk.press("ctrl-c");
    assert!(!desk.model.quitting);
    assert!(rows(&desk, 80, 24).iter().any(|row| row.contains("not sent")), "{:?}", rows(&desk, 80, 24));
    desk.keys("n");
    assert_eq!((desk.model.overlay.is_none(), desk.composed().as_str()), (true, "a draft"));
    desk.press("ctrl-c");
    desk.press("ctrl-c");
    assert!(desk.model.quitting);

    let mut form = Desk::new();
    form.keys("n").types("127.0.0.1:80");
    form.press("ctrl-c");
    assert!(!form.model.quitting);
    form.keys("n");
    assert!(matches!(&form.model.overlay, Some(Overlay::New { input, .. }) if input.text() == "127.0.0.1:80"));

    let mut empty = Desk::new();
    empty.press("ctrl-c");
    assert!(empty.model.quitting, "nothing is lost");
    let mut forced = Desk::connected();
    forced.keys(":").types("q!");
    forced.press("enter");
    assert!(forced.model.quitting);
}

#[test]
fn ctrl_d_in_an_empty_composer_finishes_sending_or_says_why_not() {
    let mut desk = Desk::connected();
    desk.keys("i").types("ab");
    desk.press("home");
    assert!(desk.press("ctrl-d").is_empty());
    assert_eq!(desk.composed(), "b");
    desk.press("ctrl-d");
    let effects = desk.press("ctrl-d");
    assert!(matches!(&effects[..], [Effect::Net(order)] if order.verb == Verb::Stream(StreamVerb::FinishSending)));
    let mut udp = Desk::talking();
    udp.keys("i");
    assert!(udp.press("ctrl-d").is_empty());
    assert!(udp.notice().contains("FIN"), "{}", udp.notice());
}

#[test]
fn back_leads_to_the_list_to_the_home_screen_and_only_from_there_out() {
    let mut desk = Desk::connected();
    desk.keys("q");
    assert_eq!(desk.model.focus, Focus::Sessions);
    desk.keys("q");
    assert!(desk.model.selected.is_none() && desk.model.overlay.is_none() && !desk.model.quitting);
    assert!(rows(&desk, 120, 36).iter().any(|row| row.contains("netcat you can see")));
    assert!(rows(&desk, 60, 24).iter().any(|row| row.contains("netcat you can see")), "without the list too");
    desk.press("esc");
    assert_eq!(desk.model.selected.map(|id| id.0), Some(1));
    desk.keys("qq");
    assert!(matches!(desk.model.overlay, Some(Overlay::Confirm(_))));
}

#[test]
fn a_file_that_cannot_be_sent_leaves_the_prompt_open_with_the_reason_and_the_text() {
    let mut desk = Desk::connected();
    desk.keys("i");
    desk.press("ctrl-o");
    desk.types("(scratch)");
    let effects = desk.press("enter");
    assert!(matches!(&effects[..], [Effect::FindFile { path, .. }] if path.to_str() == Some("(scratch)")));
    refuse_prompt(&mut desk, &effects, "there is no file (scratch)", false);
    let shown = rows(&desk, 80, 24).join("\n");
    assert!(shown.contains("there is no file (scratch)") && shown.contains("send file (scratch)"), "{shown}");
    desk.types("x");
    assert_eq!(desk.composed(), "", "what is typed goes to the prompt");
    let request = request_of(&desk.press("enter"));
    let effects = desk.update(Msg::FileReady { request, id: SessionId(1), path: "/tmp/x".into() });
    assert!(matches!(&effects[..], [Effect::Net(order)] if matches!(order.verb, Verb::SendFile(_))));
    assert!(desk.model.overlay.is_none());
    desk.press("esc");
    desk.keys(":").types("send-file nowhere");
    let effects = desk.press("enter");
    refuse_prompt(&mut desk, &effects, "there is no file nowhere", false);
    assert!(matches!(&desk.model.overlay, Some(Overlay::Prompt { problem: Some(_), .. })));
}

#[test]
fn a_folder_that_is_missing_is_made_only_when_enter_is_pressed_again() {
    let mut desk = Desk::connected();
    desk.keys("s").types("/nonexist/x");
    let made = |effects: &[Effect]| matches!(effects, [Effect::Save { make_folder: true, .. }]);
    let effects = desk.press("enter");
    assert!(!made(&effects));
    refuse_prompt(&mut desk, &effects, "there is no folder /nonexist", true);
    assert!(rows(&desk, 80, 24).join(" ").contains("Enter again makes it"));
    desk.types("y");
    let effects = desk.press("enter");
    assert!(!made(&effects), "the text has changed: it asks again");
    refuse_prompt(&mut desk, &effects, "there is no folder /nonexist", true);
    let effects = desk.press("enter");
    assert!(made(&effects));
    let text = "wrote 0 B to /nonexist/xy".into();
    desk.update(Msg::PromptDone { request: request_of(&effects), text });
    assert!(desk.model.overlay.is_none() && desk.notice().contains("wrote"));
}

#[test]
fn an_answer_that_comes_late_leaves_another_prompt_alone() {
    let typed = |desk: &Desk| match &desk.model.overlay {
        Some(Overlay::Prompt { input, problem, .. }) => Some((input.text().to_owned(), problem.clone())),
        _ => None,
    };
    for refused in [false, true] {
        let mut desk = Desk::connected();
        desk.keys("s").types("/tmp/x");
        let effects = desk.press("enter");
        assert!(desk.press("enter").is_empty(), "the same is asked for once");
        desk.press("esc");
        desk.keys(":").types("theme mono");
        if refused {
            refuse_prompt(&mut desk, &effects, "/tmp/x is there already", false);
            assert!(desk.notice().contains("is there already"), "{}", desk.notice());
        } else {
            desk.update(Msg::PromptDone { request: request_of(&effects), text: "wrote 0 B to /tmp/x".into() });
            assert!(desk.notice().contains("wrote"), "{}", desk.notice());
        }
        assert_eq!(typed(&desk), Some(("theme mono".to_owned(), None)));
    }
    // Behind the question before quitting, the prompt that asked has its answer.
    let mut desk = Desk::connected();
    desk.keys("s").types("/tmp/x");
    let effects = desk.press("enter");
    desk.press("ctrl-c");
    refuse_prompt(&mut desk, &effects, "/tmp/x is there already", false);
    desk.keys("n");
    assert_eq!(typed(&desk), Some(("/tmp/x".to_owned(), Some("/tmp/x is there already".to_owned()))));
    // The text has changed since it was asked.
    desk.types("y");
    let effects = desk.press("enter");
    desk.types("z");
    desk.update(Msg::PromptDone { request: request_of(&effects), text: "wrote 0 B to /tmp/xy".into() });
    assert_eq!(typed(&desk), Some(("/tmp/xyz".to_owned(), None)));
}

#[test]
fn earlier_targets_and_lines_come_back_with_up_and_secrets_are_not_stored() {
    let mut desk = Desk::new();
    desk.keys("n").types("http://ann:hunter2@127.0.0.1/");
    let effects = desk.press("enter");
    let stored = |effects: &[Effect]| -> Vec<String> {
        let all = effects.iter().filter_map(|effect| match effect {
            Effect::RememberLine(_, text) => Some(text.clone()),
            _ => None,
        });
        all.collect()
    };
    assert_eq!(stored(&effects), ["http://127.0.0.1/"]);
    assert!(!rows(&desk, 80, 24).join(" ").contains("hunter2"));
    desk.keys("n").types("127.0.0.1:80");
    desk.press("enter");
    desk.keys("n");
    desk.press("up");
    assert!(matches!(&desk.model.overlay, Some(Overlay::New { input, .. }) if input.text() == "127.0.0.1:80"));
    desk.press("esc");
    desk.keys(":").types("theme mono");
    assert_eq!(stored(&desk.press("enter")), ["theme mono"]);
    desk.keys(":").types("send my password");
    assert_eq!(stored(&desk.press("enter")), Vec::<String>::new());
    desk.keys(":").types("http http://127.0.0.1/?token=abc");
    assert_eq!(stored(&desk.press("enter")), ["open http://127.0.0.1/"]);
    desk.keys(":");
    desk.press("up");
    desk.press("up");
    desk.press("up");
    assert!(matches!(&desk.model.overlay, Some(Overlay::Prompt { input, .. }) if input.text() == "theme mono"));
}

#[test]
fn a_form_that_a_paste_opens_has_not_browsed_the_earlier_targets_yet() {
    let mut desk = Desk::new();
    for target in ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"] {
        desk.keys("n").types(target);
        desk.press("enter");
    }
    desk.keys("n");
    desk.press("up");
    desk.press("up");
    desk.press("esc");
    desk.update(Msg::Paste("127.0.0.1:9".to_owned()));
    desk.press("up");
    assert!(matches!(&desk.model.overlay, Some(Overlay::New { input, .. }) if input.text() == "127.0.0.1:3"));
    desk.press("down");
    assert!(matches!(&desk.model.overlay, Some(Overlay::New { input, .. }) if input.text() == "127.0.0.1:9"));
}

#[test]
fn the_form_says_how_it_understands_its_text_and_does_so_again_for_an_interface_that_came_later() {
    static CAME: AtomicBool = AtomicBool::new(false);
    fn interfaces() -> Vec<(String, u32)> {
        if CAME.load(Ordering::Relaxed) { vec![("late9".to_owned(), 9)] } else { Vec::new() }
    }
    let mut desk = Desk::new();
    desk.model.names = SystemNames::read_with(ServicePorts::usual, interfaces);
    desk.update(Msg::Paste("listen udp [fe80::1%late9]:5000".to_owned()));
    assert!(!rows(&desk, 120, 36).iter().any(|row| row.contains("→ UDP socket")));
    CAME.store(true, Ordering::Relaxed);
    desk.model.forget_interfaces();
    assert!(rows(&desk, 120, 36).iter().any(|row| row.contains("→ UDP socket bound to [fe80::1%9]:5000")));
    desk.model.overlay = None;
    desk.keys("n").types("127.0.0.1:80");
    desk.press("enter");
    desk.keys("n");
    desk.press("up");
    assert!(rows(&desk, 120, 36).iter().any(|row| row.contains("→ TCP connection to 127.0.0.1 port 80")));
}

#[test]
fn the_lab_starts_from_the_home_screen_from_its_menu_and_from_the_command_line() {
    let mut desk = Desk::new();
    desk.model.lab = LabCatalogue {
        peers: &[("echo", "sends back what it gets"), ("drip", "a byte now and then")],
        check: |name| if name == "echo" { Ok(()) } else { Err(format!("no lab peer is called {name}")) },
    };
    desk.keys("j");
    desk.press("enter");
    assert!(matches!(desk.model.overlay, Some(Overlay::Lab { .. })));
    assert!(rows(&desk, 80, 24).iter().any(|row| row.contains("drip") && row.contains("now and then")));
    assert!(matches!(&desk.press("enter")[..], [Effect::StartLab(peers)] if peers.is_empty()), "the first line is all");
    desk.keys("l").keys("jj");
    assert!(matches!(&desk.press("enter")[..], [Effect::StartLab(peers)] if peers == &["drip"]));
    desk.keys("l");
    let effects = click(&mut desk, (80, 24), |target| target == ClickTarget::Line(1));
    assert!(matches!(&effects[..], [Effect::StartLab(peers)] if peers == &["echo"]));
    desk.keys(":").types("lab echo");
    let effects = desk.press("enter");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::StartLab(peers) if peers == &["echo"])));
    desk.keys(":").types("lab nobody");
    desk.press("enter");
    assert!(matches!(&desk.model.overlay, Some(Overlay::Prompt { problem: Some(why), .. }) if why.contains("nobody")));
}

#[test]
fn a_line_of_the_home_screen_is_clicked_and_a_new_session_has_the_focus() {
    let mut desk = Desk::new();
    click(&mut desk, (80, 24), |target| target == ClickTarget::Home(0));
    assert!(matches!(desk.model.overlay, Some(Overlay::New { .. })));
    desk.types("127.0.0.1:80");
    desk.press("enter");
    another(&mut desk, 1);
    assert_eq!(desk.model.focus, Focus::View);
    desk.keys(":").types("dns example.org MX");
    let effects = desk.press("enter");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Open(spec) if matches!(spec.what, SpecKind::Dns(_)))));
}

#[test]
fn the_wheel_over_the_list_scrolls_it_and_selects_nothing() {
    let mut desk = Desk::connected();
    for id in 2..=40 {
        another(&mut desk, id);
    }
    desk.keys("1");
    let top = |desk: &Desk| rows(desk, 100, 24)[2].clone();
    let before = top(&desk);
    for _ in 0..5 {
        let (_, seen) = drawn_at(&desk.model, 100, 24);
        desk.model.seen = seen;
        desk.update(Msg::Mouse(MouseInput { what: MouseAction::WheelDown, column: 5, row: 5 }));
    }
    assert_eq!(desk.model.selected.map(|id| id.0), Some(1));
    assert_ne!(top(&desk), before);
    desk.keys("J");
    assert_eq!(desk.model.selected.map(|id| id.0), Some(2));
    assert!(rows(&desk, 100, 24).iter().any(|row| row.contains("▌ 2")), "the selected one is in sight again");
    desk.update(Msg::Mouse(MouseInput { what: MouseAction::Other, column: 50, row: 5 }));
    assert!(desk.notice().contains("Shift"), "{}", desk.notice());
}

#[test]
fn a_search_begins_anew_with_the_first_letter_and_one_esc_ends_it() {
    let mut desk = Desk::connected();
    desk.receives(b"needle and Hell\n");
    desk.keys("/").types("zzzz");
    let effects = desk.press("enter");
    desk.answers(&effects);
    assert!(desk.notice().contains("not found"));
    desk.keys("/").types("needle");
    let effects = desk.press("enter");
    desk.answers(&effects);
    assert_eq!(desk.model.selected_panel().unwrap().search.as_ref().unwrap().typed, "needle");
    desk.keys("/").press("left");
    desk.types("X");
    assert!(matches!(&desk.model.overlay, Some(Overlay::Prompt { input, .. }) if input.text() == "needlXe"));
    desk.press("esc");
    desk.press("esc");
    assert!(desk.model.selected_panel().unwrap().search.is_none());
}

#[test]
fn the_hex_view_searches_for_bytes_as_it_shows_them() {
    let mut desk = Desk::connected();
    desk.receives(b"Hello, 48 65, cafe\n");
    let mut found = |view: &str, typed: &str| {
        desk.press(view);
        desk.keys("/").types(typed);
        let effects = desk.press("enter");
        desk.answers(&effects);
        let search = desk.model.selected_panel().unwrap().search.clone().unwrap();
        desk.press("esc");
        search.hits.unwrap().first().map(|hit| (hit.offset, hit.len))
    };
    assert_eq!(found("H", "48 65"), Some((0, 2)));
    assert_eq!(found("f3", "0x48,0x65"), Some((0, 2)));
    assert_eq!(found("f3", "4865"), Some((0, 2)));
    assert_eq!(found("f3", "cafe"), Some((14, 4)), "letters alone are a word");
    assert_eq!(found("f2", "48 65"), Some((7, 5)));
}

#[test]
fn the_help_begins_with_the_keys_of_the_view_and_fits_a_wide_screen() {
    let mut desk = Desk::connected();
    for (keys, title) in [("w", "Here: explain"), ("L", "Here: ladder"), ("D", "Here: state"), ("I", "Here: kernel")] {
        desk.keys(keys).keys("?");
        let shown = rows(&desk, 170, 45);
        assert!(shown[2].contains(title), "{keys}: {}", shown[2]);
        assert!(!shown.join(" ").contains("↓ scrolls"), "{keys}: {}", shown.join("\n"));
        desk.types("try");
        assert!(rows(&desk, 80, 24).join(" ").contains("choose what to try") == (keys == "w"));
        desk.press("esc");
    }
}

#[test]
fn an_order_that_was_not_carried_out_is_told_where_no_transcript_is() {
    let mut desk = Desk::connected();
    let warned = || News::Warned(Failure::new(Class::Local, FailedOperation::Send, "/tmp/x", "it is a folder"));
    desk.tells(warned());
    assert_eq!(desk.notice(), "", "the transcript shows it");
    desk.keys("w");
    desk.tells(warned());
    assert!(desk.notice().contains("it is a folder"), "{}", desk.notice());
}

#[test]
fn the_palette_jumps_to_a_session() {
    let mut desk = Desk::connected();
    another(&mut desk, 2);
    desk.press("ctrl-p");
    desk.types("session 1");
    assert!(rows(&desk, 80, 24).join(" ").contains("tcp 127.0.0.1:7001"));
    desk.press("enter");
    assert_eq!(desk.model.selected.map(|id| id.0), Some(1));
}

#[test]
fn a_command_with_options_goes_to_the_reader_of_the_command_line() {
    let mut desk = Desk::connected();
    desk.model.own_command = |words| Err(format!("asked for {}", words.join("|")));
    for (key, line) in [(":", "tcp h:1 --retry 3"), ("n", "sockeye tcp h:1 --retry 3")] {
        desk.keys(key).types(line);
        let before = rows(&desk, 120, 36).join("\n");
        assert!(key == ":" || before.contains("a command with options"), "{before}");
        assert!(desk.press("enter").is_empty());
        let shown = rows(&desk, 120, 36).join("\n");
        assert!(shown.contains("asked for tcp|h:1|--retry|3"), "{shown}");
        desk.press("esc");
    }
    // Without options, and what is understood already, is read here.
    desk.keys(":").types("tcp 127.0.0.1:9");
    assert!(matches!(&desk.press("enter")[..], [Effect::Open(_), ..]));
}
