//! Real sockets on loopback, scripted peers, counts equal to the byte: listeners and what they accept.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use bytes::Bytes;
use sockeye::sessions::news::{ListenerNews, TcpNews};
use sockeye::sessions::order::{ListenerVerb, StreamVerb};
use sockeye::sessions::spec::system_names::{ServiceProtocol, SystemNames};
use sockeye::sessions::spec::target::AddressReader;
use sockeye::sessions::spec::{IpFamily, ListenSpec, ScriptStep, SocketSpec};
use sockeye::sessions::{CloseReason, News, Spec, Verb};
use sockeye::wire::{Class, Direction};

use crate::live_net::DEADLINE;
use crate::peers::outcome;
use crate::specs::{listen, tcp};
use crate::watch::Watch;

fn listen_at(local: &str, limit: Option<usize>) -> Spec {
    listen(ListenSpec { limit, ..ListenSpec::at(local.parse().unwrap()) })
}

fn dial(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

fn read_exactly(mut stream: &TcpStream, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

#[test]
fn an_accepted_connection_is_a_session_whose_first_news_says_so() {
    let mut watch = Watch::new();
    let mut spec = listen_at("127.0.0.1:0", None);
    spec.script.steps = vec![ScriptStep::Send(Bytes::from_static(b"welcome\n"))];
    let (id, address) = watch.listening(spec);
    let peer = dial(address);
    assert_eq!(read_exactly(&peer, 8), b"welcome\n");
    (&peer).write_all(b"thanks").unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    watch.until("heard", |watch| watch.children().iter().any(|child| watch.received(*child) == 6));
    let child = watch.children()[0];
    let accepted =
        News::Listener(ListenerNews::Accepted { listener: id, local: address, peer: peer.local_addr().unwrap() });
    assert_eq!(watch.news_of(child).next(), Some(&accepted));
    watch.order(child, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(child), CloseReason::Fin);
    assert_eq!((watch.sent(child), watch.received(child)), (8, 6));
    assert_eq!(watch.bytes(child, Direction::Received), b"thanks");
    watch.until_news(id, "its end is told", |news| *news == News::Listener(ListenerNews::ChildEnded { child }));
}

#[test]
fn a_listener_without_an_address_takes_both_families_and_shows_each_as_it_is() {
    let names = SystemNames::usual();
    let place = AddressReader::new(&names, ServiceProtocol::Tcp).listen("0", IpFamily::Any).unwrap();
    let mut watch = Watch::new();
    let spec = ListenSpec { falls_back_to_ipv4: place.falls_back_to_ipv4, ..ListenSpec::at(place.local) };
    let (id, address) = watch.listening(listen(spec));
    watch.until_news(id, "both families are told", |news| {
        matches!(news, News::Listener(ListenerNews::Listening { family: IpFamily::Any, .. }))
    });
    let peers = ["127.0.0.1", "::1"].map(|host| dial(SocketAddr::new(host.parse().unwrap(), address.port())));
    watch.until("both are accepted", |watch| watch.children().len() == 2);
    let mut told: Vec<SocketAddr> = watch
        .children()
        .into_iter()
        .filter_map(|child| match watch.news_of(child).next() {
            Some(News::Listener(ListenerNews::Accepted { peer, local, .. })) if local.is_ipv4() == peer.is_ipv4() => {
                Some(*peer)
            }
            _ => None,
        })
        .collect();
    told.sort();
    let mut expected = peers.each_ref().map(|peer| peer.local_addr().unwrap()).to_vec();
    expected.sort();
    assert_eq!(told, expected, "an IPv4 peer is shown by its IPv4 address");
    assert!(watch.session(id).title().starts_with("listen tcp *:"), "{}", watch.session(id).title());
}

#[test]
fn a_listener_of_one_family_takes_no_other() {
    let mut watch = Watch::new();
    let socket = SocketSpec { family: IpFamily::V6, ..SocketSpec::default() };
    let (_, address) = watch.listening(listen(ListenSpec { socket, ..ListenSpec::at("[::]:0".parse().unwrap()) }));
    // The port of the other family is free, so that another test may have it by chance.
    if let Err(refused) = TcpStream::connect(("127.0.0.1", address.port())) {
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    }
    let peer = dial(SocketAddr::new("::1".parse().unwrap(), address.port()));
    watch.until("accepted", |watch| !watch.children().is_empty());
    // A connection over IPv4 would have been accepted before this one.
    let first = watch.children()[0];
    assert_eq!(watch.session(first).peer(), Some(peer.local_addr().unwrap()));
}

#[test]
fn an_address_in_use_is_a_local_failure_that_says_what_to_do() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap();
    let mut watch = Watch::new();
    let id = watch.open(listen_at(&address.to_string(), None));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    let failure = watch.session(id).failure().unwrap();
    assert_eq!((failure.class, failure.os_code), (Class::Local, Some(libc::EADDRINUSE)));
    assert!(failure.message.contains(&format!("port {} is in use", address.port())), "{failure}");
}

#[test]
fn a_listener_on_an_address_of_somebody_else_is_a_local_failure() {
    let mut watch = Watch::new();
    // 203.0.113.0/24 is for documentation (RFC 5737). Nothing is sent: the bind fails.
    let id = watch.open(listen_at("203.0.113.9:0", None));
    assert_eq!(watch.until_closed(id), CloseReason::Error);
    assert_eq!(watch.session(id).failure().unwrap().class, Class::Local);
}

#[test]
fn a_peer_beyond_the_limit_is_turned_away_and_a_new_limit_counts_at_once() {
    let mut watch = Watch::new();
    let (id, address) = watch.listening(listen_at("127.0.0.1:0", Some(1)));
    let first = dial(address);
    watch.until("accepted", |watch| watch.children().len() == 1);
    let second = dial(address);
    assert_eq!((&second).read(&mut [0]).unwrap(), 0);
    let turned_away = second.local_addr().unwrap();
    watch.until_news(
        id,
        "turned away",
        |news| matches!(news, News::Listener(ListenerNews::TurnedAway { peer, .. }) if *peer == turned_away),
    );
    watch.order(id, Verb::Listener(ListenerVerb::Limit(None)));
    let third = dial(address);
    watch.until("accepted", |watch| watch.children().len() == 2);
    drop((first, third));
}

#[test]
fn a_listener_sends_to_every_open_connection() {
    let mut watch = Watch::new();
    let (id, address) = watch.listening(listen_at("127.0.0.1:0", None));
    watch.send(id, "nobody");
    watch.until("told that nobody is there", |watch| watch.session(id).warning.is_some());
    let peers: Vec<TcpStream> = (0..5).map(|_| dial(address)).collect();
    watch.until("all accepted", |watch| watch.children().len() == 5);
    watch.send(id, "to all");
    for peer in &peers {
        assert_eq!(read_exactly(peer, 6), b"to all");
    }
    for child in watch.children() {
        watch.until("counted", |watch| watch.sent(child) == 6);
    }
}

#[test]
fn a_closed_listener_leaves_its_connections_open() {
    let mut watch = Watch::new();
    let (id, address) = watch.listening(listen_at("127.0.0.1:0", None));
    let peer = dial(address);
    watch.until("accepted", |watch| watch.children().len() == 1);
    watch.order(id, Verb::Close);
    assert_eq!(watch.until_closed(id), CloseReason::Local);
    assert!(TcpStream::connect(address).is_err());
    let child = watch.children()[0];
    watch.send(child, "still here");
    assert_eq!(read_exactly(&peer, 10), b"still here");
    watch.order(child, Verb::Reset);
    assert_eq!(watch.until_closed(child), CloseReason::Rst);
    let error = (&peer).read(&mut [0]).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::ECONNRESET));
}

#[test]
fn two_of_our_own_sessions_talk_and_both_count_the_same() {
    let mut watch = Watch::new().counting();
    let (_, address) = watch.listening(listen_at("[::1]:0", None));
    let mut spec = tcp(address);
    spec.script.steps = vec![ScriptStep::Send(vec![1_u8; 10_000_000].into()), ScriptStep::Finish];
    let ours = watch.open(spec);
    watch.until("accepted", |watch| watch.children().len() == 1);
    let theirs = watch.children()[0];
    watch.send(theirs, vec![2_u8; 5_000_000]);
    watch.order(theirs, Verb::Stream(StreamVerb::FinishSending));
    assert_eq!(watch.until_closed(ours), CloseReason::Fin);
    assert_eq!(watch.until_closed(theirs), CloseReason::Fin);
    assert_eq!((watch.sent(ours), watch.received(theirs)), (10_000_000, 10_000_000));
    assert_eq!((watch.sent(theirs), watch.received(ours)), (5_000_000, 5_000_000));
}

#[test]
fn two_hundred_peers_at_once_are_each_told_apart() {
    let mut watch = Watch::new();
    let (id, address) = watch.listening(listen_at("127.0.0.1:0", None));
    let peers = std::thread::spawn(move || {
        let peers: Vec<TcpStream> = (0..200).map(|_| dial(address)).collect();
        for (number, mut peer) in peers.iter().enumerate() {
            peer.write_all(&vec![0; number + 1]).unwrap();
        }
        drop(peers);
    });
    watch.until("all finished", |watch| {
        watch.news.iter().filter(|(_, news)| matches!(news, News::Tcp(TcpNews::PeerFinished { .. }))).count() == 200
    });
    outcome(peers);
    let mut counts: Vec<u64> = watch.children().iter().map(|child| watch.received(*child)).collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=200).collect::<Vec<u64>>());
    for child in watch.children() {
        watch.order(child, Verb::Stream(StreamVerb::FinishSending));
    }
    watch.until("all ended", |watch| {
        watch.news_of(id).filter(|news| matches!(news, News::Listener(ListenerNews::ChildEnded { .. }))).count() == 200
    });
}
