//! Stories of secrets: masked in every view, shown in the heads while the user wants it, and never in a failure.

use std::time::Duration;

use sockeye::model::msg::Effect;
use sockeye::sessions::news::HttpNews;
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::{News, SpecKind};
use sockeye::wire::http::head::{RequestHead, ResponseHead};
use sockeye::wire::{Class, FailedOperation, Failure};

use super::desk::Desk;
use crate::drawn::{drawn_at, lines};

const URL: &str = "http://me:SECRET@127.0.0.1:7001/a?token=SECRET&x=1";

fn exchange() -> Desk {
    let mut desk = Desk::new();
    let spec = HttpSpec { proxy: Some("http://p:SECRET@127.0.0.1:8080".into()), ..HttpSpec::get(URL) };
    desk.opens(1, SpecKind::Http(spec));
    let headers = vec![
        ("authorization".to_owned(), b"Bearer SECRET".to_vec()),
        ("cookie".to_owned(), b"id=SECRET".to_vec()),
        ("x-api-key".to_owned(), b"SECRET".to_vec()),
    ];
    let request = RequestHead { method: "GET".into(), url: URL.into(), headers, body_bytes: None };
    desk.tells(News::Http(HttpNews::Request(request)));
    desk.tells(News::Http(HttpNews::Redirect { status: 302, location: "http://a:SECRET@h/?sig=SECRET".into() }));
    desk.tells(News::Http(HttpNews::Response(ResponseHead {
        version: "HTTP/1.1".into(),
        status: 302,
        reason: "Found".into(),
        headers: vec![
            ("set-cookie".to_owned(), b"id=SECRET; Path=/".to_vec()),
            ("location".to_owned(), b"http://a:SECRET@h/?sig=SECRET".to_vec()),
        ],
        after: Duration::from_millis(1),
        peer: None,
    })));
    desk.model.focus = sockeye::model::state::Focus::View;
    desk
}

fn screen(desk: &Desk, columns: u16) -> String {
    lines(&drawn_at(&desk.model, columns, 50).0, |cell| cell.symbol().to_owned())
}

/// The keys of all views of an exchange, and of the palette, help and the list.
const PLACES: &[&str] =
    &["f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "v", "v", "v", "v", "w", "R", "tab", "?", "esc"];

#[test]
fn no_view_shows_a_secret() {
    for columns in [60, 120, 170] {
        let mut desk = exchange();
        for failed in [false, true] {
            if failed {
                let message = format!("no answer from {URL} in time");
                desk.tells(News::Failed(Failure::new(Class::IdleTimeout, FailedOperation::Request, URL, message)));
            }
            for key in PLACES {
                desk.press(key);
                let screen = screen(&desk, columns);
                assert!(!screen.contains("SECRET"), "{key}, {columns} columns:\n{screen}");
            }
        }
    }
}

#[test]
fn requests_to_several_hosts_are_listed_by_host_and_path_without_a_secret() {
    for (url, listed) in [
        ("http://g/?token=SECRET", "GET g/?token=‹6 bytes›"),
        // The host is also in the scheme.
        ("http://h/x", "GET h/x"),
        // The user has the name of the host.
        ("http://host:SECRET@host/x", "GET host/x"),
    ] {
        let mut desk = Desk::new();
        for (id, url) in [(1, url), (2, "http://other/")] {
            desk.opens(id, SpecKind::Http(HttpSpec { method: "GET".into(), ..HttpSpec::get(url) }));
        }
        desk.model.focus = sockeye::model::state::Focus::Sessions;
        let screen = screen(&desk, 120);
        let named = |name: &str| screen.lines().any(|line| line.contains(name));
        assert!(named(listed) && named("GET other/"), "{listed}:\n{screen}");
        assert!(!screen.contains("SECRET"), "{screen}");
    }
}

#[test]
fn a_key_shows_the_secrets_of_the_heads_and_masks_them_again() {
    let mut desk = exchange();
    desk.press("f5");
    let masked = screen(&desk, 170);
    assert!(masked.contains("authorization: Bearer ‹6 bytes›"), "{masked}");
    assert!(masked.contains("set-cookie: id=‹6 bytes›; Path=/"), "{masked}");
    assert!(masked.contains("http://‹2 bytes›:‹6 bytes›@127.0.0.1:7001/a?token=‹6 bytes›&x=1"), "{masked}");
    desk.press("X");
    let shown = screen(&desk, 170);
    assert!(shown.contains("authorization: Bearer SECRET") && shown.contains("me:SECRET@"), "{shown}");
    desk.press("X");
    assert_eq!(screen(&desk, 170).matches("SECRET").count(), 0);
}

#[test]
fn a_line_that_is_no_request_is_refused_without_its_secret_and_none_goes_to_the_history() {
    let mut desk = Desk::new();
    desk.press("n");
    desk.types("ftp://me:SECRET@[bad/");
    desk.press("enter");
    let screen = screen(&desk, 120);
    // The field itself holds what was typed.
    assert_eq!(screen.matches("SECRET").count(), 1, "{screen}");

    let mut desk = Desk::connected();
    desk.keys("i").types("Authorization: Bearer SECRET");
    let effects = desk.press("enter");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Remember(_))), "{effects:?}");
    desk.types("hello");
    let effects = desk.press("enter");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Remember(_))), "{effects:?}");
}
