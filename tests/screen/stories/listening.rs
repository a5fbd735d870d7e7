//! Stories of a listener, and of a session that is opened again.

use sockeye::model::msg::Msg;
use sockeye::model::view::View;
use sockeye::sessions::news::UnixNews;
use sockeye::sessions::spec::UnixListenSpec;
use sockeye::sessions::{News, SessionId, SpecKind};
use sockeye::wire::unix::{UnixAddress, UnixForm};

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

#[test]
fn the_connections_of_a_listener_of_either_kind_are_followed_and_left() {
    let tcp = |desk: &mut Desk| {
        desk.listens(1);
        desk.accepts(1, 2);
        desk.accepts(1, 3);
    };
    let unix = |desk: &mut Desk| {
        let local = UnixAddress::path("/tmp/app.sock").expect("it fits");
        desk.opens(1, SpecKind::UnixListen(UnixListenSpec::at(local.clone(), UnixForm::Stream)));
        desk.tells(News::Unix(UnixNews::Listening { local: local.clone(), replaced: false }));
        for child in [2, 3] {
            let (listener, peer) = (SessionId(1), UnixAddress::Unnamed);
            desk.tells_of(
                child,
                News::Unix(UnixNews::Accepted { listener, local: local.clone(), peer, credentials: None }),
            );
        }
    };
    for open in [&tcp as &dyn Fn(&mut Desk), &unix] {
        let mut desk = Desk::new();
        open(&mut desk);
        desk.update(Msg::Show(SessionId(1)));
        desk.press("f7");
        assert_eq!(desk.model.selected_panel().unwrap().view, View::Peers);
        for followed in [false, true] {
            desk.keys("F");
            assert_eq!(desk.model.selected_panel().unwrap().child_picked.is_none(), followed, "{}", desk.notice());
        }
    }
}
