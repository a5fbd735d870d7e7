//! Stories of the dialog of socket options, of gauges by the clock, and of an editor outside.

use std::time::Duration;

use sockeye::model::msg::{Effect, Msg};
use sockeye::model::options::ValueSource;
use sockeye::model::overlay::Overlay;
use sockeye::model::state::Focus;
use sockeye::sessions::news::{OptionNews, TcpNews, UnixNews};
use sockeye::sessions::order::{SocketVerb, StreamVerb};
use sockeye::sessions::spec::UnixListenSpec;
use sockeye::sessions::spec::requested_value;
use sockeye::sessions::spec::socket_options::requested_options;
use sockeye::sessions::{CloseReason, News, SessionId, SpecKind, Verb};
use sockeye::wire::option::{self, OptionValue, SocketOption};
use sockeye::wire::unix::{UnixAddress, UnixForm};
use sockeye::wire::{Class, FailedOperation, Failure};

use super::desk::Desk;

/// The orders among effects.
fn orders(effects: &[Effect]) -> Vec<Verb> {
    let order = |effect: &Effect| match effect {
        Effect::Net(order) => Some(order.verb.clone()),
        _ => None,
    };
    effects.iter().filter_map(order).collect()
}

fn line(desk: &Desk, option: SocketOption) -> (String, ValueSource, String) {
    let Some(Overlay::Options(dialog)) = &desk.model.overlay else { panic!("the dialog is not open") };
    let line =
        dialog.lines(desk.model.options_source()).into_iter().find(|line| line.option == option).expect("a line");
    (line.value, line.sure, line.remark)
}

/// Moves to an option, from wherever the cursor is.
fn go_to(desk: &mut Desk, option: SocketOption) {
    desk.press("home");
    let Some(Overlay::Options(dialog)) = &desk.model.overlay else { panic!("the dialog is not open") };
    let steps =
        dialog.lines(desk.model.options_source()).iter().position(|line| line.option == option).expect("a line");
    for _ in 0..steps {
        desk.press("j");
    }
}

fn reported(desk: &mut Desk, texts: &[&str]) {
    let all = texts.iter().map(|text| option::parse(text).map(|(option, value)| (option, Ok(value))));
    desk.tells(News::Option(OptionNews::Reported(all.collect::<Result<_, _>>().expect("the test's own"))));
}

#[test]
fn a_switch_is_toggled_and_what_the_kernel_made_of_it_is_shown() {
    let mut desk = Desk::connected();
    assert_eq!(orders(&desk.press("o")), [Verb::Socket(SocketVerb::ReadOptions)]);
    reported(&mut desk, &["nodelay=off", "rcvbuf=131072"]);
    assert_eq!(line(&desk, SocketOption::NoDelay).0, "off");
    let on = OptionValue::Switch(true);
    let asked = desk.press("enter");
    assert_eq!(
        orders(&asked),
        [Verb::Socket(SocketVerb::SetOption(SocketOption::NoDelay, on.clone())), Verb::Socket(SocketVerb::ReadOptions)]
    );
    desk.tells(News::Option(OptionNews::Set { option: SocketOption::NoDelay, asked: on.clone(), now: on.clone() }));
    assert_eq!(line(&desk, SocketOption::NoDelay).0, "on");
    // And the connection that is opened with `r` has it too.
    let spec = &desk.model.session().expect("a session").spec.what;
    assert_eq!(requested_options(spec).and_then(|wishes| requested_value(wishes, SocketOption::NoDelay)), Some(&on));
    desk.press("esc");
    assert!(desk.model.overlay.is_none());
}

#[test]
fn a_value_is_typed_in_its_place_and_nonsense_is_refused_with_what_is_accepted() {
    let mut desk = Desk::connected();
    desk.keys("o");
    reported(&mut desk, &["rcvbuf=131072"]);
    go_to(&mut desk, SocketOption::RecvBuffer);
    desk.press("enter");
    let field = |desk: &Desk| match &desk.model.overlay {
        Some(Overlay::Options(dialog)) => {
            dialog.field.as_ref().map(|field| (field.input.text().to_owned(), field.problem.clone()))
        }
        _ => None,
    };
    assert_eq!(field(&desk).expect("a field").0, "65536", "half of what is reported: the kernel doubles");
    desk.press("ctrl-u");
    desk.types("lots");
    assert!(orders(&desk.press("enter")).is_empty());
    assert!(field(&desk).expect("still open").1.is_some_and(|why| why.contains("as 65536, 64KiB or 4MiB")));
    desk.press("ctrl-u");
    desk.types("32KiB");
    let asked = OptionValue::Bytes(32_768);
    let taken = desk.press("enter");
    assert_eq!(orders(&taken)[0], Verb::Socket(SocketVerb::SetOption(SocketOption::RecvBuffer, asked.clone())));
    let now = OptionValue::Bytes(65_536);
    desk.tells(News::Option(OptionNews::Set { option: SocketOption::RecvBuffer, asked, now }));
    let (value, sure, remark) = line(&desk, SocketOption::RecvBuffer);
    assert_eq!((value.as_str(), sure), ("65,536 bytes", ValueSource::Kernel));
    assert_eq!(remark, "asked for 32,768 bytes; the kernel doubles it, for its own bookkeeping");
    // A field is left before the dialog is.
    desk.press("enter");
    desk.press("esc");
    assert!(field(&desk).is_none() && desk.model.overlay.is_some());
}

#[test]
fn a_refusal_stands_beside_the_value_that_was_not_changed() {
    let mut desk = Desk::connected();
    desk.keys("o");
    reported(&mut desk, &["congestion=cubic"]);
    go_to(&mut desk, SocketOption::Congestion);
    desk.press("enter");
    desk.press("ctrl-u");
    desk.types("nosuch");
    desk.press("enter");
    let asked = OptionValue::Name("nosuch".into());
    let why = Failure::new(
        Class::Local,
        FailedOperation::SetOption,
        SocketOption::Congestion.assignment_text(&asked),
        "there is none",
    );
    desk.tells(News::Warned(why));
    let (value, sure, remark) = line(&desk, SocketOption::Congestion);
    assert_eq!((value.as_str(), sure, remark.as_str()), ("cubic", ValueSource::Refused, "nosuch: there is none"));
}

#[test]
fn the_system_call_is_copied() {
    let mut desk = Desk::connected();
    desk.keys("o");
    reported(&mut desk, &["keepidle=90s"]);
    go_to(&mut desk, SocketOption::KeepIdle);
    let copied = desk.press("y");
    assert!(
        matches!(&copied[..], [Effect::Copy(call)] if call == "setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, 90)"),
        "{copied:?}"
    );
}

#[test]
fn what_will_be_set_is_chosen_in_the_form_and_goes_with_the_session() {
    let mut desk = Desk::new();
    desk.keys("n").types("127.0.0.1:7001");
    desk.press("ctrl-o");
    assert_eq!(line(&desk, SocketOption::NoDelay), ("as it is".into(), ValueSource::Default, String::new()));
    desk.press("enter");
    go_to(&mut desk, SocketOption::Ttl);
    desk.press("enter");
    desk.types("7");
    desk.press("enter");
    assert_eq!(line(&desk, SocketOption::Ttl).0, "7");
    desk.press("esc");
    assert!(matches!(&desk.model.overlay, Some(Overlay::New { input, .. }) if input.text() == "127.0.0.1:7001"));
    let opened = desk.press("enter");
    let [Effect::Open(spec), _] = &opened[..] else { panic!("{opened:?}") };
    let SpecKind::Tcp(tcp) = &spec.what else { panic!("{spec:?}") };
    let expected = [(SocketOption::NoDelay, OptionValue::Switch(true)), (SocketOption::Ttl, OptionValue::Count(7))];
    assert_eq!(tcp.socket.options, expected);
    assert!(desk.model.wishes.is_empty(), "the next form begins anew");
}

#[test]
fn an_option_that_a_socket_does_not_have_keeps_the_form_open_with_the_reason() {
    let mut desk = Desk::new();
    desk.keys("n");
    desk.press("ctrl-o");
    desk.press("enter");
    desk.press("esc");
    desk.types("udp 127.0.0.1:7002");
    assert!(desk.press("enter").is_empty());
    assert!(
        matches!(&desk.model.overlay, Some(Overlay::New { problem: Some(why), .. }) if why.contains("has no nodelay"))
    );
}

#[test]
fn after_its_end_a_session_shows_what_will_be_set_when_it_is_opened_again() {
    let mut desk = Desk::connected();
    desk.tells(News::Closed { totals: Default::default(), how: CloseReason::Fin });
    assert!(orders(&desk.press("o")).is_empty(), "there is no socket to be asked");
    desk.press("enter");
    assert_eq!(line(&desk, SocketOption::NoDelay).1, ValueSource::Wished);
    // Round again: on, off, as the system has it.
    desk.press("enter");
    desk.press("enter");
    assert_eq!(line(&desk, SocketOption::NoDelay).1, ValueSource::Default);
    desk.press("esc");
    desk.keys(":").types("option ttl=5");
    desk.press("enter");
    let opened = desk.press("r");
    assert!(matches!(&opened[..], [Effect::Open(spec)]
        if requested_options(&spec.what).and_then(|wishes| requested_value(wishes, SocketOption::Ttl)) == Some(&OptionValue::Count(5))));
}

#[test]
fn a_connection_that_a_peer_opened_has_no_next_time_to_set_an_option_for() {
    let local = UnixAddress::path("/tmp/app.sock").expect("it fits");
    let unix = |desk: &mut Desk| {
        desk.opens(1, SpecKind::UnixListen(UnixListenSpec::at(local.clone(), UnixForm::Stream)));
        desk.tells(News::Unix(UnixNews::Listening { local: local.clone(), replaced: false }));
        let (listener, peer) = (SessionId(1), UnixAddress::Unnamed);
        let accepted = UnixNews::Accepted { listener, local: local.clone(), peer, credentials: None };
        desk.tells_of(2, News::Unix(accepted));
    };
    let tcp = |desk: &mut Desk| {
        desk.listens(1);
        desk.accepts(1, 2);
    };
    for open in [&unix as &dyn Fn(&mut Desk), &tcp] {
        let mut desk = Desk::new();
        open(&mut desk);
        desk.tells_of(2, News::Closed { totals: Default::default(), how: CloseReason::Fin });
        desk.update(Msg::Show(SessionId(2)));
        desk.keys(":").types("option rcvbuf=65536");
        assert!(orders(&desk.press("enter")).is_empty());
        let Some(Overlay::Prompt { problem, .. }) = &desk.model.overlay else { panic!("{}", desk.notice()) };
        let why = problem.as_deref().unwrap_or_default();
        assert_eq!(why, "this session is over, and only the peer can open it again");
    }
}

#[test]
fn gauges_are_looked_at_by_the_clock_while_they_are_on_the_screen() {
    let mut desk = Desk::connected();
    let every = |millis| Verb::Socket(SocketVerb::SampleEvery(Some(Duration::from_millis(millis))));
    assert_eq!(orders(&desk.press("f10")), [every(100)]);
    assert!(orders(&desk.press("f8")).is_empty(), "the ladder wants them too");
    desk.keys(":").types("sample-every 50ms");
    assert_eq!(orders(&desk.press("enter")), [every(50)]);
    desk.press("f10");
    desk.keys(":").types("sample-every 1ms");
    assert!(orders(&desk.press("enter")).is_empty());
    assert!(
        matches!(&desk.model.overlay, Some(Overlay::Prompt { problem: Some(why), .. }) if why.contains("10ms to 1m"))
    );
    desk.press("esc");
    assert_eq!(orders(&desk.press("f2")), [Verb::Socket(SocketVerb::SampleEvery(None))]);
}

#[test]
fn closing_unread_is_offered_while_the_peer_may_still_send() {
    let mut desk = Desk::connected();
    desk.keys("c");
    assert_eq!(orders(&desk.press("u")), [Verb::Stream(StreamVerb::CloseUnread)]);
    assert!(desk.notice().contains("as soon as bytes lie unread"), "{}", desk.notice());
    desk.tells(News::Tcp(TcpNews::PeerFinished { received_bytes: 0 }));
    desk.keys("c");
    assert!(orders(&desk.press("u")).is_empty());
}

#[test]
fn what_was_edited_outside_comes_back_and_is_not_sent() {
    let mut desk = Desk::connected();
    desk.keys("i").types("helo");
    desk.press("esc");
    let effects = desk.press("e");
    let [Effect::EditOutside { id, text }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(text, "helo");
    let sent = desk.edited(*id, "hello\nworld");
    assert!(sent.is_empty());
    assert_eq!((desk.composed().as_str(), desk.model.focus), ("hello\nworld", Focus::Composer));
}
