//! Sockets of the Unix domain, scripted peers, counts equal to the byte.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use sockeye::sessions::news::{ListenerNews, UnixNews};
use sockeye::sessions::order::StreamVerb;
use sockeye::sessions::spec::{ScriptStep, UnixListenSpec, UnixSpec};
use sockeye::sessions::{CloseReason, News, SessionId, Spec, SpecKind, Verb};
use sockeye::text::sanitize::SanitizeCounts;
use sockeye::wire::unix::{UnixAddress, UnixForm};
use sockeye::wire::{Class, Direction};

use crate::live_net::DEADLINE;
use crate::watch::Watch;

fn place() -> (tempfile::TempDir, PathBuf, UnixAddress) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let address = UnixAddress::path(path.to_str().unwrap()).unwrap();
    (dir, path, address)
}

fn stream_to(target: UnixAddress) -> Spec {
    Spec::new(SpecKind::Unix(UnixSpec::new(target, UnixForm::Stream)))
}

fn accept(listener: &UnixListener) -> UnixStream {
    let stream = listener.accept().unwrap().0;
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

#[test]
fn each_end_finishes_by_itself_and_nothing_is_lost() {
    let (_dir, path, address) = place();
    let listener = UnixListener::bind(&path).unwrap();
    let mut watch = Watch::new();
    let id = watch.open(stream_to(address));
    let mut peer = accept(&listener);
    watch.send(id, vec![b'x'; 300_000]);
    watch.order(id, Verb::Stream(StreamVerb::FinishSending));
    let mut all = Vec::new();
    peer.read_to_end(&mut all).unwrap();
    assert_eq!(all.len(), 300_000);
    peer.write_all(b"and back").unwrap();
    drop(peer);
    assert_eq!(watch.until_closed(id), CloseReason::Finished);
    assert_eq!((watch.sent(id), watch.received(id)), (300_000, 8));
    assert_eq!(watch.bytes(id, Direction::Received), b"and back");
    assert!(!watch.news_of(id).any(|news| matches!(news, News::Tcp(tcp) if !is_call(tcp))), "{:#?}", watch.news);
}

/// Only system calls are told as they are for TCP.
fn is_call(news: &sockeye::sessions::news::TcpNews) -> bool {
    matches!(news, sockeye::sessions::news::TcpNews::Call { .. })
}

#[test]
fn a_reset_is_refused_in_words_and_the_session_goes_on() {
    let (_dir, path, address) = place();
    let listener = UnixListener::bind(&path).unwrap();
    let mut watch = Watch::new();
    let id = watch.open(stream_to(address));
    let mut peer = accept(&listener);
    watch.until_open(id);
    watch.order(id, Verb::Reset);
    watch.until_news(id, "refused", |news| matches!(news, News::Warned(why) if why.message.contains("no RST")));
    watch.send(id, &b"still here"[..]);
    let mut bytes = [0; 10];
    peer.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"still here");
}

#[test]
fn what_the_peer_has_not_read_is_watched_until_it_reads() {
    let (_dir, path, address) = place();
    let listener = UnixListener::bind(&path).unwrap();
    let mut watch = Watch::new();
    let id = watch.open(stream_to(address));
    let mut peer = accept(&listener);
    watch.send(id, &b"hello"[..]);
    let unread = |view: &sockeye::wire::kernel::view::KernelView| view.unix.and_then(|unix| unix.peer_unread_bytes);
    watch.until_kernel(id, "five bytes unread", |view| unread(view) == Some(5));
    peer.read_exact(&mut [0; 5]).unwrap();
    watch.until_kernel(id, "all read", |view| unread(view) == Some(0));
}

#[test]
fn a_write_to_a_peer_that_is_gone_breaks_the_connection() {
    let (_dir, path, address) = place();
    let listener = UnixListener::bind(&path).unwrap();
    let mut watch = Watch::new();
    let id = watch.open(stream_to(address));
    drop(accept(&listener));
    let gone = |news: &News| matches!(news, News::Unix(UnixNews::PeerFinished { received_bytes: 0 }));
    watch.until_news(id, "the end", gone);
    watch.send(id, &b"anybody?"[..]);
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    let failure = watch.session(id).failure().unwrap();
    assert_eq!((failure.class, failure.os_code), (Class::Reset, Some(libc::EPIPE)));
    assert_eq!(watch.sent(id), 0);
}

#[test]
fn an_accepted_connection_is_a_session_that_knows_its_peer() {
    let (_dir, path, address) = place();
    let mut watch = Watch::new();
    let mut listen = UnixListenSpec::at(address, UnixForm::Stream);
    listen.limit = Some(1);
    let mut spec = Spec::new(SpecKind::UnixListen(listen));
    spec.script.steps = vec![ScriptStep::Send(Bytes::from_static(b"welcome"))];
    let id = watch.open(spec);
    watch.until_news(id, "listening", |news| matches!(news, News::Unix(UnixNews::Listening { .. })));
    let mut peer = UnixStream::connect(&path).unwrap();
    peer.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut bytes = [0; 7];
    peer.read_exact(&mut bytes).unwrap();
    watch.until("accepted", |watch| watch.children().len() == 1);
    let child = watch.children()[0];
    let ours = std::process::id();
    watch.until_news(child, "its peer is this process", |news| {
        matches!(news, News::Unix(UnixNews::Accepted { listener, credentials: Some(who), .. })
            if *listener == id && who.pid == Some(ours))
    });
    let mut second = UnixStream::connect(&path).unwrap();
    second.set_read_timeout(Some(DEADLINE)).unwrap();
    assert_eq!(second.read(&mut [0]).unwrap(), 0, "beyond the limit");
    watch.until_news(id, "turned away", |news| matches!(news, News::Unix(UnixNews::TurnedAway { .. })));
    drop(peer);
    watch.order(child, Verb::Close);
    watch.until_news(id, "its end is told", |news| *news == News::Listener(ListenerNews::ChildEnded { child }));
    watch.order(id, Verb::Close);
    assert_eq!(watch.until_closed(id), CloseReason::Local);
    assert!(!path.exists());
}

/// A conversation with a socket whose queue was full, and whose first of two datagrams waits for room; how many
/// datagrams are in the queue.
fn two_datagrams_waiting(path: &Path, address: UnixAddress) -> (Watch, SessionId, usize) {
    let other = UnixDatagram::unbound().unwrap();
    other.set_nonblocking(true).unwrap();
    let queued = std::iter::repeat_with(|| other.send_to(b"x", path)).take_while(Result::is_ok).count();
    let mut watch = Watch::new();
    let id = watch.open(Spec::new(SpecKind::Unix(UnixSpec::new(address, UnixForm::Datagram))));
    watch.send(id, &b"first"[..]);
    watch.send(id, &b"second"[..]);
    // The socket is sampled when its first datagram waits, and not before.
    watch.until_kernel(id, "the first datagram waits", |_| true);
    (watch, id, queued)
}

#[test]
fn one_close_ends_a_conversation_whose_datagram_waits_for_a_full_queue() {
    let (_dir, path, address) = place();
    let _peer = UnixDatagram::bind(&path).unwrap();
    let (mut watch, id, _) = two_datagrams_waiting(&path, address);
    watch.order(id, Verb::Close);
    assert_eq!(watch.until_closed(id), CloseReason::Local);
    assert_eq!(watch.sent(id), 0);
    let unsent =
        |word: &str| watch.news_of(id).any(|news| matches!(news, News::Warned(why) if why.message.contains(word)));
    assert!(unsent("the peer's queue is full"), "{:#?}", watch.news);
    assert!(unsent("1 send was not carried out: 6 bytes"), "{:#?}", watch.news);
}

#[test]
fn a_close_lets_a_datagram_go_that_waits_for_a_peer_who_still_reads() {
    let (_dir, path, address) = place();
    let peer = UnixDatagram::bind(&path).unwrap();
    let (mut watch, id, queued) = two_datagrams_waiting(&path, address);
    watch.order(id, Verb::Close);
    let mut heard = Vec::new();
    for _ in 0..queued + 2 {
        let mut buffer = [0; 9];
        let length = peer.recv(&mut buffer).unwrap();
        heard.push(buffer[..length].to_vec());
    }
    assert_eq!(heard[queued..], [b"first".to_vec(), b"second".to_vec()]);
    assert_eq!(watch.until_closed(id), CloseReason::Local);
    assert_eq!(watch.sent(id), 11);
}

/// More than any socket has room for, in eight datagrams.
fn eight_long_datagrams() -> Vec<ScriptStep> {
    vec![ScriptStep::Send(vec![b'x'; 100_000].into()); 8]
}

/// The session's eight long datagrams wait for the peer, who sends one itself before it reads the second.
fn reads_while_it_waits(watch: &mut Watch, id: SessionId, peer: &UnixDatagram) {
    let before = watch.received(id);
    let mut buffer = vec![0; 100_000];
    let (_, session) = peer.recv_from(&mut buffer).unwrap();
    peer.send_to_addr(b"meanwhile", &session).unwrap();
    watch.until("read", |watch| watch.received(id) == before + 9);
    assert!(watch.sent(id) < 800_000);
    for _ in 1..8 {
        assert_eq!(peer.recv(&mut buffer).unwrap(), 100_000);
    }
    watch.until("all sent", |watch| watch.sent(id) == 800_000);
}

#[test]
fn a_conversation_reads_while_its_datagram_waits_for_room() {
    let (_dir, path, address) = place();
    let peer = UnixDatagram::bind(&path).unwrap();
    let mut watch = Watch::new();
    let mut spec = Spec::new(SpecKind::Unix(UnixSpec::new(address, UnixForm::Datagram)));
    spec.script.steps = eight_long_datagrams();
    let id = watch.open(spec);
    reads_while_it_waits(&mut watch, id, &peer);
}

#[test]
fn a_bound_socket_reads_while_its_answer_waits_for_room() {
    let (dir, path, address) = place();
    let mut watch = Watch::new();
    let id = watch.open(Spec::new(SpecKind::UnixListen(UnixListenSpec::at(address, UnixForm::Datagram))));
    watch.until_news(id, "listening", |news| matches!(news, News::Unix(UnixNews::Listening { .. })));
    let peer = UnixDatagram::bind(dir.path().join("peer")).unwrap();
    peer.send_to(b"hello", &path).unwrap();
    watch.until("hello", |watch| watch.received(id) == 5);
    for _ in 0..8 {
        watch.send(id, vec![b'x'; 100_000]);
    }
    reads_while_it_waits(&mut watch, id, &peer);
}

#[test]
fn two_that_fill_each_others_queue_empty_them_as_soon_as_they_read() {
    let (_dir, _path, address) = place();
    let mut watch = Watch::new();
    let bound = UnixListenSpec::at(address.clone(), UnixForm::Datagram);
    let bound = watch.open(Spec::new(SpecKind::UnixListen(bound)));
    watch.until_news(bound, "listening", |news| matches!(news, News::Unix(UnixNews::Listening { .. })));
    let dialled = watch.open(Spec::new(SpecKind::Unix(UnixSpec::new(address, UnixForm::Datagram))));
    watch.send(dialled, &b"hello"[..]);
    watch.until("hello", |watch| watch.received(bound) == 5);
    let both = [bound, dialled];
    for id in both {
        watch.order(id, Verb::PauseReading);
        watch.until_news(id, "paused", |news| matches!(news, News::ReadingPaused));
        for _ in 0..8 {
            watch.send(id, vec![b'x'; 100_000]);
        }
    }
    watch.until("a first one each", |watch| both.iter().all(|id| watch.sent(*id) >= 100_000));
    for id in both {
        watch.order(id, Verb::ContinueReading);
    }
    watch.until("all", |watch| watch.received(bound) == 800_005 && watch.received(dialled) == 800_000);
}

#[test]
fn a_character_that_two_datagrams_share_is_no_character() {
    let (_dir, path, address) = place();
    let mut watch = Watch::new();
    let id = watch.open(Spec::new(SpecKind::UnixListen(UnixListenSpec::at(address, UnixForm::Datagram))));
    watch.until_news(id, "listening", |news| matches!(news, News::Unix(UnixNews::Listening { .. })));
    let peer = UnixDatagram::unbound().unwrap();
    // U+202E, which turns the direction of text, cut in two.
    for part in [&b"\xe2\x80"[..], b"\xae"] {
        peer.send_to(part, &path).unwrap();
    }
    watch.until("both datagrams", |watch| watch.received(id) == 3);
    let expected = SanitizeCounts { invalid_bytes: 3, ..SanitizeCounts::default() };
    assert_eq!(watch.escapes[&id].found, expected);
}
