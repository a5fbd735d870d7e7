//! The way is shown: tabs, the footer, notices, and keys that mean one thing everywhere.

use super::Desk;
use crate::drawn::{drawn_at, lines};
use sockeye::model::msg::{MouseAction, MouseInput, Msg};
use sockeye::model::seen::ClickTarget;
use sockeye::model::state::Focus;
use sockeye::model::view::View;
use sockeye::sessions::spec::{HostPort, TcpSpec};
use sockeye::sessions::{News, SpecKind};

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
fn click(desk: &mut Desk, (columns, height): (u16, u16), wanted: impl Fn(ClickTarget) -> bool) -> Vec<super::Effect> {
    let (_, seen) = drawn_at(&desk.model, columns, height);
    let area =
        seen.hits.iter().find(|(_, target)| wanted(*target)).map(|(area, _)| *area).expect("the target is shown");
    desk.model.seen = seen;
    desk.update(Msg::Mouse(MouseInput { what: MouseAction::Click, column: area.column, row: area.row }))
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
    assert!(footer(&desk, 80).contains("p goes on: 25 B wait"), "{}", footer(&desk, 80));
    desk.keys("p");
    for (key, told, not) in [
        ("n", "⏎ opens it", "i write"),
        (":", "Tab completes", "i write"),
        ("/", "⏎ searches", "i write"),
        ("?", "Esc leaves", "i write"),
        ("o", "⏎ switches it", "i write"),
        ("c", "f r c u take one", "i write"),
        ("i", "Esc leave", "? help"),
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
