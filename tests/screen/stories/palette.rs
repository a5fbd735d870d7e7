//! Stories of the palette: what it offers is not refused, and what it lists stays under the cursor.

use sockeye::model::action::{ACTIONS, Action, ActionEntry, AppAction, PaneAction, SessionAction};
use sockeye::model::keymap::KeyMode;
use sockeye::model::msg::Msg;
use sockeye::model::notice::NoticeWeight;
use sockeye::model::overlay::Overlay;
use sockeye::model::palette;
use sockeye::sessions::news::PortNews;
use sockeye::sessions::spec::PortScanSpec;
use sockeye::sessions::spec::dns::DnsSpec;
use sockeye::sessions::{CloseReason, News, SessionId, SpecKind};
use sockeye::wire::Both;

use super::Desk;

fn over() -> Desk {
    let mut desk = Desk::connected();
    desk.tells(News::Closed { totals: Both::default(), how: CloseReason::Fin });
    desk
}

fn listening() -> Desk {
    let mut desk = Desk::new();
    desk.listens(1);
    desk.accepts(1, 2);
    desk.update(Msg::Show(SessionId(1)));
    desk
}

fn accepted() -> Desk {
    let mut desk = listening();
    desk.tells_of(2, News::Closed { totals: Both::default(), how: CloseReason::Fin });
    desk.update(Msg::Show(SessionId(2)));
    desk
}

fn asking() -> Desk {
    let mut desk = Desk::new();
    desk.opens(1, SpecKind::Dns(DnsSpec::new("www.example")));
    desk
}

fn trying_ports() -> Desk {
    let mut desk = Desk::new();
    let spec = PortScanSpec::parse("127.0.0.1:1-9").expect("a range").expect("a good one");
    desk.opens(1, SpecKind::Ports(spec));
    desk.tells(News::Ports(PortNews::Begun { ports: 9, addresses: vec![[127, 0, 0, 1].into()] }));
    desk
}

/// What is listed for no letters: each action, and whether it is offered.
fn listed(desk: &Desk) -> Vec<(&'static ActionEntry, bool)> {
    let all = palette::matches(&desk.model, "").into_iter();
    let action = |name: &str| ACTIONS.iter().find(|entry| entry.name == name);
    all.filter_map(|found| Some((action(&found.entry.name())?, found.makes_sense))).collect()
}

/// What is refused without a word: what the session itself refuses, and what finds nothing to act on.
fn is_silent(action: Action) -> bool {
    match action {
        Action::App(_) | Action::Compose(_) => true,
        Action::Session(action) => {
            matches!(action, SessionAction::FinishSending | SessionAction::Reset | SessionAction::Close)
        }
        Action::Pane(_) => false,
    }
}

#[test]
fn what_the_palette_offers_is_done_and_what_it_does_not_offer_is_refused() {
    type Open = fn() -> Desk;
    let desks: [(&str, Open); 9] = [
        ("home", Desk::new),
        ("connected", Desk::connected),
        ("over", over),
        ("talking", Desk::talking),
        ("fetching", Desk::fetching),
        ("listening", listening),
        ("accepted and over", accepted),
        ("asking", asking),
        ("trying ports", trying_ports),
    ];
    for (name, open) in desks {
        for (entry, offered) in listed(&open()) {
            // What these two do depends on what there is to copy and to lay out.
            let depends = [Action::Pane(PaneAction::Copy), Action::Pane(PaneAction::Pretty)].contains(&entry.action);
            let mut desk = open();
            let chord = desk.model.keymap.chords_for(KeyMode::Normal, entry.action).first().copied();
            let Some(chord) = chord.filter(|_| entry.action != Action::App(AppAction::Escape)) else { continue };
            desk.update(Msg::Key(chord));
            let notice = desk.model.notices.current(desk.model.now);
            let refused = notice.filter(|notice| notice.weight == NoticeWeight::Problem).map(|notice| &notice.text);
            assert!(!offered || depends || refused.is_none(), "{name}: {} is offered: {refused:?}", entry.name);
            assert!(offered || is_silent(entry.action) || refused.is_some(), "{name}: {} is not offered", entry.name);
        }
    }
}

#[test]
fn what_makes_no_sense_now_is_not_offered_first() {
    let place = |desk: &Desk, name: &str| listed(desk).iter().position(|(entry, _)| entry.name == name).unwrap();
    let open = Desk::connected();
    assert_eq!(place(&open, "compose"), 0);
    assert!(place(&open, "retry") > place(&open, "close-menu"), "the first session is open");
    assert_eq!(place(&over(), "retry"), 0);
    for desk in [open, over(), listening(), Desk::new()] {
        let all = listed(&desk);
        let last_offered = all.iter().rposition(|(_, offered)| *offered).unwrap();
        assert!(all.iter().take(last_offered).all(|(_, offered)| *offered), "what is not offered comes last");
    }
}

#[test]
fn letters_that_nothing_has_stay_to_be_changed() {
    let mut desk = Desk::connected();
    desk.press("ctrl-p");
    desk.types("qqqq");
    desk.press("enter");
    assert!(matches!(&desk.model.overlay, Some(Overlay::Palette { input, .. }) if input.text() == "qqqq"));
}

#[test]
fn what_is_under_the_cursor_of_the_palette_stays_there_while_the_session_changes() {
    let mut desk = Desk::connected();
    desk.press("ctrl-p");
    desk.press("down");
    let listed = |desk: &Desk| match &desk.model.overlay {
        Some(Overlay::Palette { found, .. }) => found.clone(),
        other => panic!("{other:?}"),
    };
    let before = listed(&desk);
    assert_eq!(before[1].entry.name(), "close-menu");
    desk.tells(News::Closed { totals: Both::default(), how: CloseReason::Fin });
    assert_eq!(listed(&desk), before);
    desk.press("enter");
    assert!(desk.notice().contains("this session is over"), "{}", desk.notice());
}
