//! UDP sessions over real loopback sockets, through the door that the program uses.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sockeye::net::OverflowPolicy;
use sockeye::sessions::news::{DialNews, ListenerNews, UdpNews};
use sockeye::sessions::order::{DatagramVerb, StreamVerb};
use sockeye::sessions::record::Piece;
use sockeye::sessions::spec::{
    DatagramBurst, HostPort, MulticastGroup, Pace, Script, ScriptStep, UdpBoundSpec, UdpReceive, UdpSpec,
};
use sockeye::sessions::{CloseReason, News, Order, Record, Retention, SessionId, Spec, SpecKind, Verb};
use sockeye::wire::icmp::IcmpMessage;
use sockeye::wire::kernel::udp_info::{MtuDiscovery, UdpInfo};
use sockeye::wire::udp::mtu::MtuReport;
use sockeye::wire::udp::packet::PacketInfo;
use sockeye::wire::{Both, Class, Direction, Totals};

use crate::live_net::{DEADLINE, LiveNet};
use crate::skipped::skipped;
use crate::specs::host_port;
use crate::watch::Watch;

/// One session, and all that it told so far.
struct UdpWatch {
    net: LiveNet,
    id: SessionId,
    news: Vec<News>,
    /// Every datagram: direction, peer, payload as read, full length.
    datagrams: Vec<(Direction, Option<SocketAddr>, Bytes, usize)>,
    totals: Both<Totals>,
    not_kept: Both<Totals>,
    dropped: Option<u64>,
    /// What was told of the packets of received datagrams.
    packets: Vec<PacketInfo>,
    kernel: Option<UdpInfo>,
}

impl UdpWatch {
    fn open(spec: Spec) -> UdpWatch {
        let net = LiveNet::new(OverflowPolicy::DropOldest);
        let id = net.open(spec);
        UdpWatch {
            net,
            id,
            news: Vec::new(),
            datagrams: Vec::new(),
            totals: Both::default(),
            not_kept: Both::default(),
            dropped: None,
            packets: Vec::new(),
            kernel: None,
        }
    }

    fn with(peer: SocketAddr) -> UdpWatch {
        UdpWatch::open(Spec::new(SpecKind::Udp(UdpSpec::new(host_port(peer)))))
    }

    fn bound(spec: UdpBoundSpec) -> UdpWatch {
        UdpWatch::open(Spec::new(SpecKind::UdpBound(spec)))
    }

    fn order(&self, verb: Verb) {
        self.net.send_order(Order { id: self.id, verb }).expect("the session takes the order");
    }

    fn send(&self, bytes: impl Into<Bytes>) {
        self.order(Verb::Send(bytes.into()));
    }

    fn look(&mut self) {
        for reading in self.net.sample() {
            self.totals = reading.totals;
            self.dropped = reading.dropped_datagrams;
            self.kernel = reading.kernel.and_then(|view| view.udp).or(self.kernel);
            for record in reading.records {
                match record {
                    Record::News { news, .. } => self.news.push(news),
                    Record::NotKept { direction, totals } => self.not_kept.of_mut(direction).merge(totals),
                    Record::Block(block) => {
                        let packet = |piece: &Piece| block.packets.get(usize::from(piece.packet)).cloned();
                        self.packets.extend(block.pieces.iter().filter_map(packet));
                        let mut start = 0;
                        for piece in &block.pieces {
                            let end = start + piece.len as usize;
                            let peer = block.peers.get(usize::from(piece.peer)).copied();
                            let payload = block.bytes.slice(start..end);
                            self.datagrams.push((block.direction, peer, payload, piece.full_len as usize));
                            start = end;
                        }
                    }
                }
            }
        }
    }

    /// Looks until `done`, and fails with all that was told if that does not come.
    fn until(&mut self, what: &str, done: impl Fn(&UdpWatch) -> bool) {
        let end = Instant::now() + DEADLINE;
        loop {
            self.look();
            if done(self) {
                return;
            }
            if !self.net.changes_before(end) {
                panic!("no {what}; totals {:?}, dropped {:?}, news {:#?}", self.totals, self.dropped, self.news);
            }
        }
    }

    fn close(&mut self) -> (Both<Totals>, CloseReason) {
        self.order(Verb::Close);
        self.ended()
    }

    fn ended(&mut self) -> (Both<Totals>, CloseReason) {
        self.until("end", |watch| matches!(watch.news.last(), Some(News::Closed { .. })));
        match self.news.last() {
            Some(News::Closed { totals, how }) => (*totals, *how),
            other => panic!("{other:?}"),
        }
    }

    fn local(&mut self) -> SocketAddr {
        self.until("address", |watch| watch.address().is_some());
        self.address().unwrap()
    }

    fn address(&self) -> Option<SocketAddr> {
        self.news.iter().find_map(|news| match news {
            News::Dial(DialNews::Connected { local, .. } | DialNews::Opened { local, .. })
            | News::Listener(ListenerNews::Listening { local, .. }) => Some(*local),
            _ => None,
        })
    }

    fn warnings(&self) -> Vec<String> {
        let warning = |news: &News| match news {
            News::Warned(failure) => Some(failure.message.clone()),
            _ => None,
        };
        self.news.iter().filter_map(warning).collect()
    }

    fn icmp(&self) -> Option<&IcmpMessage> {
        self.news.iter().find_map(|news| match news {
            News::Udp(UdpNews::Icmp(icmp)) => Some(icmp),
            _ => None,
        })
    }

    fn received(&self) -> Vec<&[u8]> {
        self.datagrams.iter().filter(|seen| seen.0 == Direction::Received).map(|seen| &seen.2[..]).collect()
    }
}

fn anywhere(local: &str) -> UdpBoundSpec {
    UdpBoundSpec::at(local.parse().unwrap())
}

/// A plain socket of the standard library that plays the peer; its reads fail after 20 s.
fn peer_at(local: &str) -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind(local).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

fn hear(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; 70_000];
    let (len, from) = socket.recv_from(&mut buffer).unwrap();
    buffer.truncate(len);
    (buffer, from)
}

#[test]
fn the_largest_datagram_goes_both_ways_and_is_counted_to_the_byte() {
    for (address, largest) in [("127.0.0.1:0", 65_507), ("[::1]:0", 65_527)] {
        let Ok(probe) = UdpSocket::bind(address) else {
            skipped(format_args!("no {address} on this machine"));
            continue;
        };
        drop(probe);
        let (peer, peer_address) = peer_at(address);
        let mut watch = UdpWatch::with(peer_address);
        let local = watch.local();
        let payload: Vec<u8> = (0..largest).map(|at: usize| (at % 251) as u8).collect();
        watch.send(payload.clone());
        let (heard, from) = hear(&peer);
        assert_eq!((heard.len(), from), (largest, local));
        assert!(heard == payload);
        peer.send_to(&payload, from).unwrap();
        watch.until("answer", |watch| watch.totals.received.ops == 1);
        let (totals, how) = watch.close();
        let one = Totals { bytes: largest as u64, ops: 1 };
        assert_eq!((totals, how), (Both { sent: one, received: one }, CloseReason::Local));
        assert!(watch.received()[0] == payload);
        assert_eq!(watch.datagrams.last().unwrap().3, largest, "nothing was cut short");
    }
}

#[test]
fn a_datagram_too_large_is_a_clear_warning_and_the_session_goes_on() {
    let (peer, peer_address) = peer_at("127.0.0.1:0");
    let mut watch = UdpWatch::with(peer_address);
    watch.send(vec![7; 65_508]);
    watch.send("still here");
    assert_eq!(hear(&peer).0, b"still here");
    let (totals, how) = watch.close();
    assert_eq!(watch.warnings(), ["datagram of 65,508 bytes: at most 65,507 fit in one IPv4 datagram"]);
    assert_eq!((totals.sent, how), (Totals { bytes: 10, ops: 1 }, CloseReason::Local));
}

#[test]
fn an_empty_datagram_is_a_datagram_both_ways() {
    let (peer, peer_address) = peer_at("127.0.0.1:0");
    let mut watch = UdpWatch::with(peer_address);
    watch.send(Bytes::new());
    let (heard, from) = hear(&peer);
    assert!(heard.is_empty());
    peer.send_to(b"", from).unwrap();
    watch.until("empty datagram", |watch| watch.totals.received.ops == 1);
    let (totals, _) = watch.close();
    let one = Totals { bytes: 0, ops: 1 };
    assert_eq!(totals, Both { sent: one, received: one });
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_port_answers_with_icmp_and_the_session_goes_on() {
    for (address, expected) in [("127.0.0.1:0", (3, 3, false)), ("[::1]:0", (1, 4, true))] {
        let Ok(gone) = UdpSocket::bind(address) else {
            skipped(format_args!("no {address} on this machine"));
            continue;
        };
        let dead = gone.local_addr().unwrap();
        drop(gone);
        let mut watch = UdpWatch::with(dead);
        watch.send("anyone?");
        watch.until("ICMP error", |watch| watch.icmp().is_some());
        let icmp = watch.icmp().unwrap().clone();
        assert_eq!((icmp.kind, icmp.code, icmp.v6), expected);
        assert_eq!((icmp.offender, icmp.destination), (Some(dead.ip()), Some(dead)));
        assert_eq!(icmp.os_code, libc::ECONNREFUSED);
        let about = icmp.about.map(|about| (about.ordinal, about.bytes, about.alike));
        assert_eq!(about, Some((0, 7, 0)), "it stands at the datagram that it quotes");
        let (alive, _) = peer_at(&dead.to_string());
        watch.send("now?");
        assert_eq!(hear(&alive).0, b"now?");
        let (totals, how) = watch.close();
        assert_eq!((totals.sent, how), (Totals { bytes: 11, ops: 2 }, CloseReason::Local));
        assert_eq!(watch.warnings(), [""; 0]);
    }
}

#[test]
fn a_bound_socket_tells_its_peers_apart_and_answers_each() {
    let mut watch = UdpWatch::bound(anywhere("127.0.0.1:0"));
    let local = watch.local();
    watch.send("to nobody");
    watch.until("warning", |watch| !watch.warnings().is_empty());
    assert!(watch.warnings()[0].contains("no peer yet"), "{:?}", watch.warnings());

    let (first, first_address) = peer_at("127.0.0.1:0");
    let (second, second_address) = peer_at("127.0.0.1:0");
    first.send_to(b"I am first", local).unwrap();
    watch.until("first peer", |watch| watch.totals.received.ops == 1);
    second.send_to(b"I am second", local).unwrap();
    watch.until("second peer", |watch| watch.totals.received.ops == 2);
    watch.send("to the last heard");
    watch.order(Verb::Datagram(DatagramVerb::SendTo(first_address, Bytes::from_static(b"to the first"))));
    assert_eq!(hear(&second), (b"to the last heard".to_vec(), local));
    assert_eq!(hear(&first), (b"to the first".to_vec(), local));
    watch.close();
    let peers: Vec<_> = watch.datagrams.iter().map(|seen| (seen.0, seen.1)).collect();
    let [received, sent] = [Direction::Received, Direction::Sent];
    let [first, second] = [Some(first_address), Some(second_address)];
    assert_eq!(peers, [(received, first), (received, second), (sent, second), (sent, first)]);
}

#[test]
fn a_dual_stack_socket_writes_ipv4_peers_as_ipv4_and_answers_them() {
    if UdpSocket::bind("[::1]:0").is_err() {
        skipped("no IPv6 on this machine");
        return;
    }
    let mut watch = UdpWatch::bound(anywhere("[::]:0"));
    let port = watch.local().port();
    let (peer, peer_address) = peer_at("127.0.0.1:0");
    peer.send_to(b"over IPv4", (Ipv4Addr::LOCALHOST, port)).unwrap();
    watch.until("datagram", |watch| watch.totals.received.ops == 1);
    watch.send("heard");
    assert_eq!(hear(&peer).0, b"heard");
    watch.close();
    assert!(watch.datagrams.iter().all(|seen| seen.1 == Some(peer_address)), "{:?}", watch.datagrams);
}

#[test]
fn what_is_sent_to_a_joined_group_is_received_until_it_is_left() {
    let address: IpAddr = "239.77.1.9".parse().unwrap();
    let group = MulticastGroup { address, interface: Some("127.0.0.1".into()) };
    let mut watch = UdpWatch::bound(UdpBoundSpec { groups: vec![group.clone()], ..anywhere("0.0.0.0:0") });
    let port = watch.local().port();
    let told = |watch: &UdpWatch| {
        watch.news.iter().any(|news| matches!(news, News::Udp(UdpNews::Joined { group }) if *group == address))
            || !watch.warnings().is_empty()
    };
    watch.until("word of the group", told);
    let speaker = socket2::Socket::from(UdpSocket::bind("127.0.0.1:0").unwrap());
    let spoke = speaker
        .set_multicast_if_v4(&Ipv4Addr::LOCALHOST)
        .and_then(|()| speaker.send_to(b"to all", &SocketAddr::new(address, port).into()));
    if !watch.warnings().is_empty() || spoke.is_err() {
        skipped(format_args!("no multicast on loopback here: {:?} {spoke:?}", watch.warnings()));
        return;
    }
    watch.until("datagram of the group", |watch| watch.totals.received.ops == 1);
    assert_eq!(watch.received(), [b"to all"]);
    watch.order(Verb::Datagram(DatagramVerb::Join(group.clone())));
    watch.until("warning", |watch| watch.warnings() == ["this socket is in the group already"]);
    watch.order(Verb::Datagram(DatagramVerb::Leave(group)));
    watch.until("leave", |watch| watch.news.contains(&News::Udp(UdpNews::Left { group: address })));
    watch.close();
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_received_and_what_the_kernel_dropped_are_together_what_was_sent() {
    let mut watch = UdpWatch::bound(anywhere("127.0.0.1:0"));
    let local = watch.local();
    watch.order(Verb::PauseReading);
    watch.until("pause", |watch| watch.news.contains(&News::ReadingPaused));
    let (peer, _) = peer_at("127.0.0.1:0");
    let all = 10_000_u64;
    for number in 0..all {
        peer.send_to(&number.to_be_bytes(), local).unwrap();
    }
    let dropped = |watch: &UdpWatch| watch.dropped.unwrap_or_default();
    watch.order(Verb::ContinueReading);
    watch.until("sum", |watch| watch.totals.received.ops + dropped(watch) == all);
    let (totals, _) = watch.close();
    assert_eq!(totals.received.ops + dropped(&watch), all);
    assert_eq!(totals.received.bytes, totals.received.ops * 8);
    let told = watch.received().len() as u64 + watch.not_kept.received.ops;
    assert_eq!(told, totals.received.ops, "every datagram is told, or counted as not kept");
    println!("received {}, dropped by the kernel {}", totals.received.ops, dropped(&watch));
}

#[cfg(target_os = "linux")]
#[test]
fn drops_appear_while_reading_is_paused() {
    let mut watch = UdpWatch::bound(anywhere("127.0.0.1:0"));
    let local = watch.local();
    watch.order(Verb::PauseReading);
    watch.until("pause", |watch| watch.news.contains(&News::ReadingPaused));
    let (peer, _) = peer_at("127.0.0.1:0");
    // 40 MB: more than any receive buffer that an unprivileged socket is given.
    let all = 20_000_u64;
    for _ in 0..all {
        peer.send_to(&[0; 2_000], local).unwrap();
    }
    watch.until("drops", |watch| watch.dropped.is_some_and(|count| count > 0));
    assert_eq!(watch.totals.received.ops, 0, "nothing is read while reading is paused");
    watch.order(Verb::ContinueReading);
    watch.until("sum", |watch| watch.totals.received.ops + watch.dropped.unwrap_or_default() == all);
    watch.close();
}

#[test]
fn broadcasting_without_having_asked_for_it_is_a_clear_failure() {
    for target in ["255.255.255.255", "127.255.255.255"] {
        let target = HostPort { host: target.into(), port: 9 };
        let mut watch = UdpWatch::open(Spec::new(SpecKind::Udp(UdpSpec::new(target))));
        let (_, how) = watch.ended();
        let Some(News::Failed(failure)) = watch.news.iter().rev().nth(1) else { panic!("{:?}", watch.news) };
        assert_eq!((failure.class, how), (Class::Local, CloseReason::Error));
        assert!(failure.message.contains("ask for broadcast"), "{failure}");
    }
}

#[test]
fn an_address_in_use_is_a_failure_that_says_what_to_do() {
    let (_taken, address) = peer_at("127.0.0.1:0");
    let mut watch = UdpWatch::bound(anywhere(&address.to_string()));
    watch.ended();
    let Some(News::Failed(failure)) = watch.news.first() else { panic!("{:?}", watch.news) };
    assert_eq!((failure.class, failure.operation.name()), (Class::Local, "bind"));
    assert_eq!(failure.peer, address.to_string());
    assert!(failure.message.contains("choose another port"), "{failure}");
}

#[test]
fn silence_for_longer_than_allowed_ends_the_session() {
    let (_peer, peer_address) = peer_at("127.0.0.1:0");
    let mut spec = UdpSpec::new(host_port(peer_address));
    spec.socket.idle_timeout = Some(Duration::from_millis(50));
    let mut watch = UdpWatch::open(Spec::new(SpecKind::Udp(spec)));
    let (_, how) = watch.ended();
    assert_eq!(how, CloseReason::Error);
    let failed = |news: &News| matches!(news, News::Failed(failure) if failure.class == Class::IdleTimeout);
    assert!(watch.news.iter().any(failed), "{:?}", watch.news);
}

#[test]
fn a_script_sends_text_and_files_in_order_and_a_finish_sends_nothing() {
    let (peer, peer_address) = peer_at("127.0.0.1:0");
    let file = tempfile::NamedTempFile::new().unwrap();
    let content: Vec<u8> = (0..200_000_usize).map(|at| (at % 241) as u8).collect();
    std::fs::write(file.path(), &content).unwrap();
    let steps = vec![
        ScriptStep::Send(Bytes::from_static(b"first")),
        ScriptStep::SendFile(file.path().to_owned()),
        ScriptStep::Finish,
        ScriptStep::Send(Bytes::from_static(b"never")),
    ];
    socket2::SockRef::from(&peer).set_recv_buffer_size(4 << 20).unwrap();
    let spec = UdpSpec { datagram_size: NonZeroU16::new(1_400), ..UdpSpec::new(host_port(peer_address)) };
    let mut watch = UdpWatch::open(Spec { script: Script { steps }, ..Spec::new(SpecKind::Udp(spec)) });
    assert_eq!(hear(&peer).0, b"first");
    let mut heard = Vec::new();
    while heard.len() < content.len() {
        let (datagram, _) = hear(&peer);
        assert_eq!(datagram.len(), 1_400.min(content.len() - heard.len()));
        heard.extend(datagram);
    }
    assert!(heard == content);
    let sent = News::FileSent { path: file.path().to_owned(), bytes: 200_000 };
    watch.until("file", |watch| watch.news.contains(&sent));
    let (totals, _) = watch.close();
    assert_eq!(totals.sent, Totals { bytes: 200_005, ops: 1 + 143 });
    assert_eq!(watch.warnings(), [""; 0]);
}

#[test]
fn a_file_sent_as_datagrams_tells_how_much_of_it_was_sent_how_fast_and_what_remains() {
    // So long that it ends only with the session; it takes no room on the disk.
    const FILE_BYTES: u64 = 1 << 40;
    // The peer never reads: what it has no room for is dropped.
    let (_peer, peer_address) = peer_at("127.0.0.1:0");
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(FILE_BYTES).unwrap();
    let mut watch = Watch::new().counting();
    let spec = UdpSpec { datagram_size: NonZeroU16::new(1_400), ..UdpSpec::new(host_port(peer_address)) };
    let id = watch.open(Spec { retain: Retention::from_bytes(1 << 20), ..Spec::new(SpecKind::Udp(spec)) });
    watch.send(id, "first");
    watch.until("first", |watch| watch.sent(id) == 5);
    watch.order(id, Verb::SendFile(file.path().to_owned()));
    watch.until("a part", |watch| watch.session(id).sending.is_some_and(|progress| progress.sent_bytes > 0));
    let session = watch.session(id);
    let progress = session.sending.unwrap();
    let file_bytes = watch.sent(id) - 5;
    assert_eq!((progress.sent_bytes, progress.total_bytes), (file_bytes, Some(FILE_BYTES)));
    assert!(!progress.is_complete() && progress.percent() < Some(100));
    let rate = session.rates.sent.per_second(Instant::now());
    let remaining = Duration::from_secs_f64((FILE_BYTES - file_bytes) as f64 / rate);
    assert_eq!(progress.remaining(rate), Some(remaining));
    watch.order(id, Verb::Close);
    watch.order(id, Verb::Reset);
    watch.until_closed(id);
    assert_eq!(watch.session(id).sending, None);
}

#[test]
fn what_makes_no_sense_for_udp_is_refused_in_words_and_a_name_is_looked_up() {
    let (peer, peer_address) = peer_at("127.0.0.1:0");
    let mut spec = UdpSpec::new(HostPort { host: "localhost".into(), port: peer_address.port() });
    spec.socket.family = sockeye::sessions::spec::IpFamily::V4;
    let mut watch = UdpWatch::open(Spec::new(SpecKind::Udp(spec)));
    watch.order(Verb::Stream(StreamVerb::FinishSending));
    watch.order(Verb::SendFile("/no/such/file".into()));
    watch.send("hello");
    assert_eq!(hear(&peer).0, b"hello");
    watch.close();
    // What stands beside the system's answer comes in its own time.
    let mut looked_up = watch.news.iter().filter(|news| !matches!(news, News::Dial(DialNews::Compared(_))));
    assert!(matches!(looked_up.next(), Some(News::Dial(DialNews::Resolving { .. }))), "{:?}", watch.news);
    assert!(matches!(looked_up.next(), Some(News::Dial(DialNews::Resolved { .. }))), "{:?}", watch.news);
    assert!(watch.warnings()[0].contains("UDP has no FIN"), "{:?}", watch.warnings());
    assert_eq!(watch.warnings().len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_bound_socket_is_told_of_a_closed_port_and_of_a_datagram_too_large() {
    let (gone, dead) = peer_at("127.0.0.1:0");
    drop(gone);
    let mut watch = UdpWatch::bound(anywhere("127.0.0.1:0"));
    watch.order(Verb::Datagram(DatagramVerb::SendTo(dead, Bytes::from_static(b"anyone?"))));
    watch.until("ICMP error", |watch| watch.icmp().is_some());
    assert_eq!(watch.icmp().unwrap().destination, Some(dead));
    watch.order(Verb::Datagram(DatagramVerb::SendTo(dead, vec![0; 70_000].into())));
    watch.until("warning", |watch| !watch.warnings().is_empty());
    assert_eq!(watch.warnings(), ["datagram of 70,000 bytes: at most 65,507 fit in one IPv4 datagram"]);
    watch.order(Verb::Reset);
    let (totals, how) = watch.ended();
    assert_eq!((totals.sent, how), (Totals { bytes: 7, ops: 1 }, CloseReason::Local));
}

#[test]
fn a_file_to_a_closed_port_is_sent_whole_and_every_byte_is_counted() {
    let (gone, dead) = peer_at("127.0.0.1:0");
    drop(gone);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), vec![1; 1_400_000]).unwrap();
    let spec = UdpSpec { datagram_size: NonZeroU16::new(1_400), ..UdpSpec::new(host_port(dead)) };
    let mut watch = UdpWatch::open(Spec::new(SpecKind::Udp(spec)));
    watch.order(Verb::SendFile(file.path().to_owned()));
    let sent = News::FileSent { path: file.path().to_owned(), bytes: 1_400_000 };
    watch.until("file", |watch| watch.news.contains(&sent));
    let (totals, _) = watch.close();
    assert_eq!(totals.sent, Totals { bytes: 1_400_000, ops: 1_000 });
    assert_eq!(watch.warnings(), [""; 0]);
}

/// Sends datagrams of `segment` bytes, the last one shorter, as one message that the kernel cuts (UDP_SEGMENT).
#[cfg(target_os = "linux")]
fn send_train(from: &UdpSocket, to: SocketAddr, bytes: &[u8], segment: u16) {
    use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, sendmsg};
    use std::os::fd::AsRawFd;

    let to = SockaddrStorage::from(to);
    let cut = [ControlMessage::UdpGsoSegments(&segment)];
    let sent = sendmsg(from.as_raw_fd(), &[std::io::IoSlice::new(bytes)], &cut, MsgFlags::empty(), Some(&to));
    assert_eq!(sent, Ok(bytes.len()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_train_is_told_as_the_datagrams_that_it_had_merged_or_not() {
    for merged in [false, true] {
        let receive = UdpReceive { merged, ..UdpReceive::default() };
        let mut watch = UdpWatch::bound(UdpBoundSpec { receive, ..anywhere("127.0.0.1:0") });
        let local = watch.local();
        let (peer, _) = peer_at("127.0.0.1:0");
        let mut lengths = Vec::new();
        // Sizes alternate, trains end short or even, plain datagrams and empty ones stand between them.
        for (number, (segment, bytes)) in
            [(100_u16, 950_usize), (64, 4_096), (1_400, 1_401), (1, 60), (9_000, 45_000), (7, 8), (1_400, 64_400)]
                .into_iter()
                .cycle()
                .take(35)
                .enumerate()
        {
            let payload: Vec<u8> = (0..bytes).map(|at| (at + number) as u8).collect();
            send_train(&peer, local, &payload, segment);
            lengths.extend(payload.chunks(segment.into()).map(<[u8]>::to_vec));
            for plain in [&b"plain"[..], b""] {
                peer.send_to(plain, local).unwrap();
                lengths.push(plain.to_vec());
            }
            let all = lengths.len() as u64;
            watch.until("train", |watch| watch.totals.received.ops == all);
        }
        assert_eq!(watch.warnings(), [""; 0]);
        assert_eq!(watch.dropped, Some(0));
        watch.close();
        let seen: Vec<(&[u8], usize)> = watch.datagrams.iter().map(|seen| (&seen.2[..], seen.3)).collect();
        let sent: Vec<(&[u8], usize)> = lengths.iter().map(|payload| (&payload[..], payload.len())).collect();
        assert!(seen == sent, "merged: {merged}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn of_200_000_datagrams_of_mixed_sizes_each_one_is_received_or_counted_as_dropped() {
    let mut watch = UdpWatch::bound(anywhere("127.0.0.1:0"));
    let local = watch.local();
    let (peer, _) = peer_at("127.0.0.1:0");
    let all = 200_000_u64;
    let sender = std::thread::spawn(move || {
        let bytes = vec![7; 65_000];
        let mut left = all;
        for (turn, segment) in [64_u16, 1_400, 1, 9_000, 512].into_iter().cycle().enumerate() {
            let count = left.min(65_000 / u64::from(segment)).min(1 + turn as u64 % 64);
            send_train(&peer, local, &bytes[..count as usize * usize::from(segment)], segment);
            left -= count;
            if left == 0 {
                return;
            }
            if turn % 7 == 0 {
                peer.send_to(b"one", local).unwrap();
                left -= 1;
            }
            if left == 0 {
                return;
            }
        }
    });
    let sum = |watch: &UdpWatch| watch.totals.received.ops + watch.dropped.unwrap_or_default();
    watch.until("sum", |watch| sum(watch) == all);
    sender.join().unwrap();
    let (totals, _) = watch.close();
    assert_eq!(totals.received.ops + watch.dropped.unwrap(), all);
    let kept: u64 = watch.received().iter().map(|payload| payload.len() as u64).sum();
    assert_eq!(kept + watch.not_kept.received.bytes, totals.received.bytes);
    assert_eq!(watch.received().len() as u64 + watch.not_kept.received.ops, totals.received.ops);
    println!("received {}, dropped by the kernel {}", totals.received.ops, watch.dropped.unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn where_trains_were_dropped_the_number_of_datagrams_is_unknown_and_not_wrong() {
    let receive = UdpReceive { merged: true, buffer: Some(65_536) };
    let mut watch = UdpWatch::bound(UdpBoundSpec { receive, ..anywhere("127.0.0.1:0") });
    let local = watch.local();
    watch.order(Verb::PauseReading);
    watch.until("pause", |watch| watch.news.contains(&News::ReadingPaused));
    let (peer, _) = peer_at("127.0.0.1:0");
    for _ in 0..100 {
        send_train(&peer, local, &[1; 6_400], 100);
    }
    watch.until("word of it", |watch| !watch.warnings().is_empty());
    assert!(watch.warnings()[0].contains("is not known from here on"), "{:?}", watch.warnings());
    assert_eq!(watch.dropped, None);
    watch.close();
}

#[test]
fn a_receive_buffer_that_the_kernel_does_not_give_is_told() {
    let asked = 2_000_000_000;
    let receive = UdpReceive { buffer: Some(asked), ..UdpReceive::default() };
    let (_peer, address) = peer_at("127.0.0.1:0");
    let mut watch = UdpWatch::open(Spec::new(SpecKind::Udp(UdpSpec { receive, ..UdpSpec::new(host_port(address)) })));
    watch.until("word of it", |watch| !watch.warnings().is_empty());
    assert!(watch.warnings()[0].contains("asked for 2,000,000,000"), "{:?}", watch.warnings());
    let modest = UdpReceive { buffer: Some(100_000), ..UdpReceive::default() };
    let mut watch =
        UdpWatch::open(Spec::new(SpecKind::Udp(UdpSpec { receive: modest, ..UdpSpec::new(host_port(address)) })));
    watch.local();
    watch.close();
    assert_eq!(watch.warnings(), [""; 0]);
}

fn burst(bytes: impl Into<Bytes>, count: u64, pace: Option<Pace>) -> DatagramBurst {
    DatagramBurst { bytes: bytes.into(), count, pace }
}

fn ended_bursts(watch: &UdpWatch) -> Vec<u64> {
    let ended = |news: &News| match news {
        News::Udp(UdpNews::BurstEnded { datagrams, .. }) => Some(*datagrams),
        _ => None,
    };
    watch.news.iter().filter_map(ended).collect()
}

#[test]
fn a_burst_sends_its_datagram_so_often_whatever_its_size() {
    for (len, count) in [(0, 5_u64), (1, 3_000), (64, 1_000), (1_400, 1_000), (9_000, 100), (65_507, 5)] {
        let (peer, address) = peer_at("127.0.0.1:0");
        socket2::SockRef::from(&peer).set_recv_buffer_size(4 << 20).unwrap();
        let payload: Vec<u8> = (0..len).map(|at: usize| (at % 251) as u8).collect();
        let steps =
            vec![ScriptStep::Burst(burst(payload.clone(), count, None)), ScriptStep::Send(Bytes::from_static(b"end"))];
        let spec = SpecKind::Udp(UdpSpec::new(host_port(address)));
        let mut watch = UdpWatch::open(Spec { script: Script { steps }, ..Spec::new(spec) });
        for _ in 0..count {
            assert!(hear(&peer).0 == payload);
        }
        assert_eq!(hear(&peer).0, b"end");
        let (totals, _) = watch.close();
        assert_eq!(totals.sent, Totals { bytes: count * len as u64 + 3, ops: count + 1 });
        assert_eq!(ended_bursts(&watch), [count]);
        let told = watch.datagrams.iter().filter(|seen| seen.2 == payload && seen.3 == len).count() as u64;
        assert_eq!(told + watch.not_kept.sent.ops, count);
        assert_eq!(watch.warnings(), [""; 0]);
    }
}

#[test]
fn a_burst_at_a_pace_is_never_ahead_of_it() {
    let (peer, address) = peer_at("127.0.0.1:0");
    let mut watch = UdpWatch::with(address);
    watch.local();
    let begun = Instant::now();
    let pace = Pace::new(1_000, Duration::from_secs(1));
    watch.order(Verb::Datagram(DatagramVerb::Burst(burst("tick", 50, pace))));
    for before in 0..50 {
        hear(&peer);
        assert!(begun.elapsed() >= pace.unwrap().start_offset(before), "datagram {before} came too early");
    }
    watch.until("end", |watch| ended_bursts(watch) == [50]);
    watch.close();
}

#[test]
fn a_burst_without_end_is_ended_by_an_order_and_by_the_close() {
    let (peer, address) = peer_at("127.0.0.1:0");
    let mut watch = UdpWatch::with(address);
    let endless = || Verb::Datagram(DatagramVerb::Burst(burst(vec![1; 200], u64::MAX, None)));
    watch.order(endless());
    hear(&peer);
    watch.order(Verb::Datagram(DatagramVerb::StopBurst));
    watch.until("end", |watch| ended_bursts(watch).len() == 1);
    let slow = Pace::new(1, Duration::from_secs(3_600));
    watch.order(Verb::Datagram(DatagramVerb::Burst(burst("once an hour", u64::MAX, slow))));
    watch.order(endless());
    watch.order(endless());
    let (totals, how) = watch.close();
    assert_eq!((how, ended_bursts(&watch).len()), (CloseReason::Local, 4), "each tells its end");
    assert_eq!(totals.sent.ops, ended_bursts(&watch).iter().sum::<u64>());
    assert_eq!(watch.warnings(), [""; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_burst_sent_is_received_or_dropped_to_the_datagram() {
    let mut hearer = UdpWatch::bound(anywhere("127.0.0.1:0"));
    let local = hearer.local();
    let mut speaker = UdpWatch::with(local);
    for size in [64, 1_400] {
        speaker.order(Verb::Datagram(DatagramVerb::Burst(burst(vec![3; size], 100_000, None))));
    }
    speaker.until("end", |watch| ended_bursts(watch).len() == 2);
    hearer.until("sum", |watch| watch.totals.received.ops + watch.dropped.unwrap_or_default() == 200_000);
    let (sent, _) = speaker.close();
    let (received, _) = hearer.close();
    assert_eq!(sent.sent, Totals { bytes: 146_400_000, ops: 200_000 });
    assert_eq!(received.received.ops + hearer.dropped.unwrap(), 200_000);
}

#[test]
fn a_burst_to_a_closed_port_goes_on_to_its_end() {
    let (gone, dead) = peer_at("127.0.0.1:0");
    drop(gone);
    let mut watch = UdpWatch::with(dead);
    watch.order(Verb::Datagram(DatagramVerb::Burst(burst("anyone?", 5_000, None))));
    watch.until("end", |watch| ended_bursts(watch) == [5_000]);
    let (totals, _) = watch.close();
    assert_eq!(totals.sent, Totals { bytes: 35_000, ops: 5_000 });
    assert_eq!(watch.warnings(), [""; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_received_datagram_tells_ttl_marks_interface_and_destination_in_both_families() {
    for (address, any) in [("127.0.0.1:0", "0.0.0.0:0"), ("[::1]:0", "[::]:0"), ("127.0.0.1:0", "[::]:0")] {
        if UdpSocket::bind(address).is_err() || UdpSocket::bind(any).is_err() {
            skipped(format_args!("no {address} on this machine"));
            continue;
        }
        let mut watch = UdpWatch::bound(anywhere(any));
        let port = watch.local().port();
        let (peer, from) = peer_at(address);
        let socket = socket2::SockRef::from(&peer);
        if from.is_ipv4() {
            socket.set_ttl_v4(7).unwrap();
            socket.set_tos_v4(0xb8).unwrap();
        } else {
            socket.set_unicast_hops_v6(7).unwrap();
            socket.set_tclass_v6(0xb8).unwrap();
        }
        peer.send_to(b"marked", (from.ip(), port)).unwrap();
        watch.until("datagram", |watch| !watch.packets.is_empty());
        let packet = watch.packets[0].clone();
        assert_eq!((packet.ttl, packet.dscp_name(), packet.ecn()), (Some(7), Some("EF"), Some("Not-ECT")), "{any}");
        assert_eq!((packet.interface.as_deref(), packet.destination), (Some("lo"), Some(from.ip())), "{any}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_kernels_view_of_a_socket_is_told_and_a_probe_of_loopback_passes_the_largest_datagram() {
    let (peer, peer_address) = peer_at("127.0.0.1:0");
    let echo = std::thread::spawn(move || {
        for _ in 0..2 {
            let (payload, from) = hear(&peer);
            peer.send_to(&payload, from).unwrap();
        }
    });
    let mut watch = UdpWatch::with(peer_address);
    watch.order(Verb::Datagram(DatagramVerb::ProbeMtu));
    let report = |watch: &UdpWatch| {
        watch.news.iter().find_map(|news| match news {
            News::Udp(UdpNews::PathMtu(report)) => Some(MtuReport::clone(report)),
            _ => None,
        })
    };
    watch.until("result", |watch| report(watch).is_some());
    echo.join().unwrap();
    let found = report(&watch).unwrap();
    assert_eq!((found.passed, found.refused, found.answers), (Some(65_535), None, true), "{found:?}");
    assert_eq!((found.datagrams, found.settled, &found.failure), (2, true, &None), "{found:?}");
    watch.until("kernel's view", |watch| watch.kernel.is_some());
    let kernel = watch.kernel.unwrap();
    assert_eq!((kernel.discover, kernel.ttl), (Some(MtuDiscovery::Want), Some(64)));
    assert!(kernel.mtu.is_some() && kernel.receive_buffer_bytes.is_some(), "{kernel:?}");
    let (totals, _) = watch.close();
    assert_eq!(totals.sent.ops, 0, "the probe's datagrams are no part of the conversation");
}

#[test]
fn a_file_is_one_datagram_or_is_not_sent_at_all() {
    let (peer, peer_address) = peer_at("127.0.0.1:0");
    let mut watch = UdpWatch::with(peer_address);
    let folder = tempfile::tempdir().unwrap();
    for (length, fits) in [(1_816, true), (65_507, true), (65_508, false), (1_400_000, false)] {
        let file = folder.path().join(length.to_string());
        std::fs::write(&file, vec![7; length]).unwrap();
        watch.order(Verb::SendFile(file));
        if fits {
            assert_eq!(hear(&peer).0.len(), length);
        }
    }
    watch.until("warnings", |watch| watch.warnings().len() == 2);
    assert!(watch.warnings()[0].contains("65,508 bytes") && watch.warnings()[0].contains("--datagram-size N"));
    let (totals, _) = watch.close();
    assert_eq!(totals.sent, Totals { bytes: 1_816 + 65_507, ops: 2 });
}

#[cfg(target_os = "linux")]
#[test]
fn a_conversation_with_one_address_tells_of_datagrams_from_others_and_shows_none() {
    for local in ["127.0.0.1:0", "[::1]:0"] {
        let (peer, peer_address) = peer_at(local);
        let mut watch = UdpWatch::with(peer_address);
        watch.send("who");
        let (_, ours) = hear(&peer);
        let strangers: Vec<UdpSocket> = (0..12).map(|_| peer_at(local).0).collect();
        for stranger in &strangers {
            stranger.send_to(b"me, from elsewhere", ours).unwrap();
        }
        strangers[0].send_to(b"again", ours).unwrap();
        watch.until("warnings", |watch| watch.warnings().len() == 8);
        peer.send_to(b"me", ours).unwrap();
        watch.until("answer", |watch| watch.received() == [b"me"]);
        let first = strangers[0].local_addr().unwrap().to_string();
        let told = |news: &News| match news {
            News::Warned(failure) => (failure.peer == first).then(|| failure.message.clone()),
            _ => None,
        };
        let message = watch.news.iter().find_map(told).unwrap();
        assert!(message.starts_with("refused a datagram of 18 bytes") && message.contains("--any-peer"), "{message}");
        let (totals, how) = watch.close();
        assert_eq!((totals.received, how), (Totals { bytes: 2, ops: 1 }, CloseReason::Local));
        assert_eq!(watch.warnings().last().unwrap(), "refused 5 more datagrams of other addresses");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_other_program_can_share_the_address_of_a_conversation() {
    let (peer, peer_address) = peer_at("127.0.0.1:0");
    let mut watch = UdpWatch::with(peer_address);
    watch.send("x");
    let (_, ours) = hear(&peer);
    let thief = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
    thief.set_reuse_address(true).unwrap();
    assert!(thief.bind(&ours.into()).is_err());
    watch.close();
}

#[test]
fn with_any_peer_every_answer_is_heard_with_its_sender_and_sends_go_to_the_target() {
    for local in ["127.0.0.1:0", "[::1]:0"] {
        let (peer, peer_address) = peer_at(local);
        let (other, other_address) = peer_at(local);
        let spec = UdpSpec { any_peer: true, ..UdpSpec::new(host_port(peer_address)) };
        let mut watch = UdpWatch::open(Spec::new(SpecKind::Udp(spec)));
        watch.send("who");
        let (_, from) = hear(&peer);
        let ours = SocketAddr::new(peer_address.ip(), from.port());
        other.send_to(b"other", ours).unwrap();
        watch.until("other", |watch| watch.totals.received.ops == 1);
        peer.send_to(b"peer", ours).unwrap();
        watch.until("peer", |watch| watch.totals.received.ops == 2);
        watch.send("still to the target");
        assert_eq!(hear(&peer).0, b"still to the target");
        watch.order(Verb::Datagram(DatagramVerb::SendTo(other_address, Bytes::from_static(b"and to you"))));
        assert_eq!(hear(&other).0, b"and to you");
        watch.close();
        let received: Vec<_> = watch.datagrams.iter().filter(|seen| seen.0 == Direction::Received).collect();
        assert_eq!((received[0].1, received[1].1), (Some(other_address), Some(peer_address)));
        assert_eq!(watch.warnings(), [""; 0]);
        assert!(
            watch
                .news
                .iter()
                .any(|news| matches!(news, News::Dial(DialNews::Opened { target, .. }) if *target == peer_address))
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_icmp_error_stays_tied_to_its_datagram_where_every_address_is_heard() {
    let (gone, dead) = peer_at("127.0.0.1:0");
    drop(gone);
    let spec = UdpSpec { any_peer: true, ..UdpSpec::new(host_port(dead)) };
    let mut watch = UdpWatch::open(Spec::new(SpecKind::Udp(spec)));
    watch.send("anyone?");
    watch.until("ICMP error", |watch| watch.icmp().is_some());
    let icmp = watch.icmp().unwrap();
    assert_eq!(
        (icmp.destination, icmp.about.as_ref().map(|about| (about.ordinal, about.bytes))),
        (Some(dead), Some((0, 7)))
    );
    watch.close();
}

#[cfg(target_os = "linux")]
#[test]
fn a_broadcast_is_answered_from_anywhere() {
    let (peer, peer_address) = peer_at("0.0.0.0:0");
    let target = HostPort { host: "127.255.255.255".into(), port: peer_address.port() };
    let mut refused = UdpWatch::open(Spec::new(SpecKind::Udp(UdpSpec::new(target.clone()))));
    assert_eq!(refused.ended().1, CloseReason::Error);
    let asked = |news: &News| matches!(news, News::Failed(failure) if failure.message.contains("ask for broadcast"));
    assert!(refused.news.iter().any(asked), "{:?}", refused.news);
    let spec = UdpSpec { broadcast: true, ..UdpSpec::new(target) };
    let mut watch = UdpWatch::open(Spec::new(SpecKind::Udp(spec)));
    watch.send("who");
    let (_, from) = hear(&peer);
    peer.send_to(b"me", from).unwrap();
    watch.until("answer", |watch| watch.received() == [b"me"]);
    assert!(
        watch.datagrams.iter().any(|seen| seen.1 == Some(SocketAddr::new([127, 0, 0, 1].into(), peer_address.port())))
    );
    // One host asked with the broadcast option is still one peer.
    let spec = UdpSpec {
        broadcast: true,
        ..UdpSpec::new(host_port(SocketAddr::new([127, 0, 0, 1].into(), peer_address.port())))
    };
    let mut one = UdpWatch::open(Spec::new(SpecKind::Udp(spec)));
    one.local();
    assert!(one.news.iter().any(|news| matches!(news, News::Dial(DialNews::Connected { .. }))));
}

#[test]
fn what_was_not_sent_when_the_session_ends_is_told() {
    let mut watch = UdpWatch::bound(anywhere("127.0.0.1:0"));
    watch.local();
    watch.order(Verb::Close);
    watch.ended();
    assert_eq!(watch.warnings(), [""; 0]);
    let script = Script { steps: vec![ScriptStep::Send(Bytes::from_static(b"hello"))] };
    let mut watch = UdpWatch::open(Spec { script, ..Spec::new(SpecKind::UdpBound(anywhere("127.0.0.1:0"))) });
    watch.local();
    watch.close();
    assert_eq!(watch.warnings(), ["1 send was not carried out: 5 bytes were not sent"]);
}
