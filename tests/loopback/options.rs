//! Socket options on real sockets: set, inherited, reported back, and the same as `ss` sees them; gauges by the clock.

use std::io::{Read, Write};
use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use sockeye::sessions::news::{DialNews, OptionNews, TcpNews};
use sockeye::sessions::order::{SocketVerb, StreamVerb};
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::spec::{HostPort, ListenSpec, RequestedOptions, RetryPolicy, SocketSpec, UdpSpec};
use sockeye::sessions::{CloseReason, News, SessionId, Spec, SpecKind, Verb};
use sockeye::wire::option::{self, OptionValue, SocketOption};
use sockeye::wire::tcp::state::TcpState;

use crate::peers::{closed_port, outcome, peer, peer_on_cue, stopped_peer};
use crate::skipped::skipped;
use crate::specs::{any_port, listen, tcp, tcp_to};
use crate::watch::Watch;

fn with(texts: &[&str]) -> SocketSpec {
    SocketSpec { options: wishes(texts), ..SocketSpec::default() }
}

fn wishes(texts: &[&str]) -> RequestedOptions {
    texts.iter().map(|text| option::parse(text).unwrap()).collect()
}

/// What was told of an option that was set: `asked → now`.
fn told(watch: &Watch, id: SessionId, wanted: SocketOption) -> Option<String> {
    watch.news_of(id).find_map(|news| match news {
        News::Option(OptionNews::Set { option, asked, now }) if *option == wanted => Some(format!("{asked} → {now}")),
        _ => None,
    })
}

fn set(text: &str) -> Verb {
    let (option, value) = option::parse(text).unwrap();
    Verb::Socket(SocketVerb::SetOption(option, value))
}

fn hold(mut stream: &std::net::TcpStream) -> usize {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap_or_default()
}

#[test]
fn an_accepted_connection_has_its_listeners_options() {
    let mut watch = Watch::new();
    let texts = ["nodelay=on", "rcvbuf=64KiB", "user_timeout=7s", "keepalive=on", "keepidle=9s", "ttl=33", "linger=3s"];
    let (id, address) = watch.listening(listen(ListenSpec { socket: with(&texts), ..any_port() }));
    watch.until("told", |watch| told(watch, id, SocketOption::Linger).is_some());
    assert_eq!(told(&watch, id, SocketOption::RecvBuffer).unwrap(), "65,536 bytes → 131,072 bytes");
    watch.order(id, set("keepcnt=4"));
    watch.until("set while it listens", |watch| told(watch, id, SocketOption::KeepCount).is_some());
    let ours = watch.open(tcp(address));
    watch.until("accepted", |watch| !watch.children().is_empty());
    let child = watch.children()[0];
    watch.order(child, Verb::Socket(SocketVerb::ReadOptions));
    watch.until_news(child, "all of them", |news| matches!(news, News::Option(OptionNews::Reported(_))));
    let now = |option| watch.session(child).options.get(option).and_then(|known| known.now.clone()).unwrap();
    assert_eq!(now(SocketOption::NoDelay), Ok(OptionValue::Switch(true)));
    assert_eq!(now(SocketOption::RecvBuffer), Ok(OptionValue::Bytes(131_072)));
    assert_eq!(now(SocketOption::UserTimeout), Ok(OptionValue::Time(Duration::from_secs(7))));
    assert_eq!(now(SocketOption::KeepIdle), Ok(OptionValue::Time(Duration::from_secs(9))));
    assert_eq!(now(SocketOption::KeepCount), Ok(OptionValue::Count(4)));
    assert_eq!(now(SocketOption::Ttl), Ok(OptionValue::Count(33)));
    assert_eq!(now(SocketOption::Linger), Ok(OptionValue::Linger(Some(Duration::from_secs(3)))));
    assert_eq!(told(&watch, child, SocketOption::Ttl).unwrap(), "33 → 33");
    for id in [ours, child, id] {
        watch.order(id, Verb::Close);
        watch.until_closed(id);
    }
}

#[test]
fn what_the_kernel_does_not_take_ends_what_was_to_be_opened_and_not_what_is_open() {
    let mut watch = Watch::new();
    let local = "127.0.0.1:0".parse().unwrap();
    let spec = ListenSpec { socket: with(&["congestion=nosuchcontrol"]), ..ListenSpec::at(local) };
    let id = watch.open(listen(spec));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    assert!(watch.session(id).failure().unwrap().message.contains("no such congestion control"));

    let (id, _) = watch.listening(listen(any_port()));
    watch.order(id, set("congestion=nosuchcontrol"));
    watch.until("refused", |watch| {
        watch.session(id).options.get(SocketOption::Congestion).is_some_and(|known| known.refused.is_some())
    });
    watch.order(id, Verb::Close);
    assert_eq!(watch.until_closed(id), CloseReason::Local);
}

#[test]
fn what_is_asked_for_before_there_is_a_connection_is_set_on_the_one_that_comes() {
    let (held, address) = closed_port();
    let mut watch = Watch::new();
    let retry = RetryPolicy { times: 100, first: Duration::from_millis(20), max: Duration::from_millis(40) };
    let mut spec = tcp_to(address);
    spec.socket.retry = retry;
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    watch.until_news(id, "waiting", |news| matches!(news, News::Dial(DialNews::Retrying { .. })));
    watch.order(id, Verb::Socket(SocketVerb::ReadOptions));
    watch.order(id, set("ttl=11"));
    watch.until_news(id, "one more", |news| matches!(news, News::Dial(DialNews::Retrying { attempt: 4.., .. })));
    held.listen(1).unwrap();
    watch.until("told", |watch| told(watch, id, SocketOption::Ttl).is_some());
    assert_eq!(told(&watch, id, SocketOption::Ttl).unwrap(), "11 → 11");
    assert!(watch.session(id).warning.is_none(), "{:?}", watch.session(id).warning);
    watch.order(id, Verb::Reset);
    watch.until_closed(id);
}

#[test]
fn a_udp_socket_has_the_options_that_apply_to_it() {
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = HostPort { host: "127.0.0.1".into(), port: other.local_addr().unwrap().port() };
    let spec = UdpSpec { socket: with(&["ttl=9", "tos=0xb8"]), ..UdpSpec::new(target) };
    let mut watch = Watch::new();
    let id = watch.open(Spec::new(SpecKind::Udp(spec)));
    watch.until_open(id);
    watch.order(id, set("sndbuf=32KiB"));
    watch.order(id, set("nodelay=on"));
    watch.order(id, Verb::Socket(SocketVerb::ReadOptions));
    watch.until_news(id, "all of them", |news| matches!(news, News::Option(OptionNews::Reported(_))));
    let known = |option| watch.session(id).options.get(option).cloned();
    assert_eq!(known(SocketOption::Ttl).unwrap().now, Some(Ok(OptionValue::Count(9))));
    assert_eq!(known(SocketOption::Tos).unwrap().now, Some(Ok(OptionValue::Count(0xb8))));
    assert_eq!(told(&watch, id, SocketOption::SendBuffer).unwrap(), "32,768 bytes → 65,536 bytes");
    assert!(known(SocketOption::NoDelay).unwrap().refused.is_some_and(|why| why.contains("UDP")));
    assert_eq!(known(SocketOption::Cork), None);
    watch.order(id, Verb::Close);
    watch.until_closed(id);
}

#[test]
fn an_http_connection_has_them_as_soon_as_it_stands() {
    let (go, address, server) = peer_on_cue(|mut stream, cue| {
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        cue.recv().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").unwrap();
    });
    let url = format!("http://{address}/");
    let spec = HttpSpec { socket: with(&["ttl=9", "user_timeout=5s"]), ..HttpSpec::get(url) };
    let mut watch = Watch::new();
    let id = watch.open(Spec::new(SpecKind::Http(spec)));
    watch.until("set", |watch| told(watch, id, SocketOption::UserTimeout).is_some());
    assert_eq!(told(&watch, id, SocketOption::Ttl).unwrap(), "9 → 9");
    watch.order(id, set("keepcnt=3"));
    watch.until("set live", |watch| told(watch, id, SocketOption::KeepCount).is_some());
    watch.order(id, Verb::Socket(SocketVerb::ReadOptions));
    watch.until_news(id, "all of them", |news| matches!(news, News::Option(OptionNews::Reported(_))));
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    outcome(server);
}

#[test]
fn the_gauges_are_told_at_both_ends_and_looked_at_by_the_clock_in_between() {
    let (address, listener) = peer(|stream| hold(&stream));
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::Socket(SocketVerb::SampleEvery(Some(Duration::from_millis(20)))));
    // Nothing moves, and still the kernel is asked: its clocks go on.
    let quiet =
        |watch: &Watch| watch.session(id).kernel.as_ref().and_then(|view| view.tcp).and_then(|tcp| tcp.last_ack_recv);
    watch.until("a look after a while", |watch| quiet(watch) > Some(Duration::from_millis(300)));
    let before = quiet(&watch);
    watch.until("another look", |watch| quiet(watch) > before);
    let looks = |watch: &Watch| watch.news_of(id).filter(|news| matches!(news, News::Tcp(TcpNews::Kernel(_)))).count();
    assert_eq!(looks(&watch), 1, "in between they are no facts");
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(id), CloseReason::Fin);
    outcome(listener);
    let states: Vec<TcpState> = watch
        .news_of(id)
        .filter_map(|news| match news {
            News::Tcp(TcpNews::Kernel(view)) => view.state,
            _ => None,
        })
        .collect();
    assert_eq!((states.len(), states[0]), (2, TcpState::Established));
}

#[test]
fn a_close_over_unread_bytes_waits_for_them_and_is_a_reset_for_the_peer() {
    let (go, address, sender) = stopped_peer(|mut stream| {
        stream.write_all(b"unread").unwrap();
        stream.read(&mut [0]).unwrap_err().raw_os_error()
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id);
    watch.order(id, Verb::Stream(StreamVerb::CloseUnread));
    watch.until_news(id, "paused", |news| *news == News::ReadingPaused);
    assert!(!watch.session(id).is_over(), "there is nothing unread yet");
    go.send(()).unwrap();
    assert_eq!(watch.until_closed(id), CloseReason::Rst);
    assert_eq!(outcome(sender), Some(libc::ECONNRESET));
    let standing = sockeye::sessions::explain::Situation::of_session(watch.session(id));
    assert_eq!((standing.name(), watch.received(id)), ("closed-unread", 0));
}

/// What `ss` says of the socket with this local port, on one line.
fn ss(port: u16) -> Option<String> {
    let filter = format!("sport = :{port}");
    let output = Command::new("ss").args(["-H", "-t", "-i", "-n", "-m", "-o", &filter]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (!text.trim().is_empty()).then(|| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn ss_sees_the_same_socket() {
    if Command::new("ss").arg("-V").output().is_err() {
        skipped("ss is not installed");
        return;
    }
    let (address, listener) = peer(|stream| hold(&stream));
    let mut watch = Watch::new();
    let mut spec = tcp_to(address);
    spec.socket.options =
        wishes(&["rcvbuf=64KiB", "sndbuf=48KiB", "congestion=reno", "keepalive=on", "keepidle=77s", "maxseg=1000"]);
    let id = watch.open(Spec::new(SpecKind::Tcp(spec)));
    watch.until_open(id);
    watch.send(id, "hello");
    watch.until_news(id, "acknowledged", |news| matches!(news, News::Tcp(TcpNews::Stamps { acked: Some(_), .. })));
    watch.order(id, Verb::Socket(SocketVerb::SampleEvery(Some(Duration::from_millis(20)))));
    let acked = |watch: &Watch| watch.session(id).kernel.as_ref().and_then(|view| view.tcp?.bytes_acked);
    watch.until("a look after that", |watch| acked(watch) == Some(6));
    let port = watch.news_of(id).find_map(|news| match news {
        News::Dial(DialNews::Connected { local, .. }) => Some(local.port()),
        _ => None,
    });
    let seen = ss(port.unwrap()).expect("ss shows it");
    let tcp = watch.session(id).kernel.as_ref().and_then(|view| view.tcp).unwrap();
    assert!(seen.contains(",rb131072,") && seen.contains(",tb98304,"), "the buffers, doubled: {seen}");
    assert!(seen.contains(" reno "), "{seen}");
    assert!(seen.contains("timer:(keepalive,1min"), "{seen}");
    let number = |name: &str| {
        let at = seen.find(&format!(" {name}:")).unwrap_or_else(|| panic!("no {name}: {seen}")) + name.len() + 2;
        let digits: String = seen[at..].chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().unwrap()
    };
    assert_eq!(Some(number("mss")), tcp.snd_mss.map(u64::from));
    assert_eq!(Some(number("cwnd")), tcp.snd_cwnd.map(u64::from));
    assert_eq!(Some(number("bytes_sent")), tcp.bytes_sent);
    assert_eq!(Some(number("rto")), tcp.rto.map(|rto| rto.as_millis() as u64));
    assert_eq!(Some(number("segs_out")), tcp.segs_out.map(u64::from));
    assert_eq!(Some(number("snd_wnd")), tcp.snd_wnd.map(u64::from));
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    watch.until_closed(id);
    outcome(listener);
}
