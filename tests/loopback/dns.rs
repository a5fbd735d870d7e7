//! DNS against scripted name servers on loopback, and against real tools where the machine has them.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sockeye::formats::dig::{self, DigDefaults};
use sockeye::sessions::kinds::SessionKind;
use sockeye::sessions::kinds::dns::{DnsLookup, QueryOutcome};
use sockeye::sessions::news::dns::{DnsAnswer, DnsNews, DnsTransport};
use sockeye::sessions::spec::system_names::SystemNames;
use sockeye::sessions::{CloseReason, News, SessionId, Spec, SpecKind};
use sockeye::wire::dns::message::DnsMessage;
use sockeye::wire::dns::record_type::RecordType;
use sockeye::wire::{Class, FailureReason};

use crate::live_net::DEADLINE;
use crate::peers::{outcome, peer};
use crate::skipped::skipped;
use crate::specs::tcp;
use crate::watch::Watch;
use sockeye::sessions::news::DialNews;

/// A name server that plays a script: what to send back for a query, one message each; over TCP only the first.
struct Server {
    address: SocketAddr,
    queries: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    fn with(script: impl Fn(&[u8], DnsTransport) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        // The same port for both: one that is free for UDP may be taken for TCP.
        let (udp, tcp) = (0..100)
            .find_map(|_| {
                let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
                TcpListener::bind(udp.local_addr().unwrap()).ok().map(|tcp| (udp, tcp))
            })
            .unwrap();
        let address = udp.local_addr().unwrap();
        let (script, queries, over) =
            (Arc::new(script), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        udp.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let of_udp = (Arc::clone(&script), Arc::clone(&queries), Arc::clone(&over));
        let udp_thread = std::thread::spawn(move || {
            let (script, queries, over) = of_udp;
            let mut buffer = [0; 4096];
            while !over.load(Ordering::Relaxed) {
                let Ok((length, from)) = udp.recv_from(&mut buffer) else { continue };
                queries.fetch_add(1, Ordering::Relaxed);
                for answer in script(&buffer[..length], DnsTransport::Udp) {
                    udp.send_to(&answer, from).unwrap();
                }
            }
        });
        let of_tcp = (script, Arc::clone(&queries), Arc::clone(&over));
        let tcp_thread = std::thread::spawn(move || {
            let (script, queries, over) = of_tcp;
            for stream in tcp.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let mut stream = stream.unwrap();
                stream.set_read_timeout(Some(DEADLINE)).unwrap();
                let mut length = [0; 2];
                if stream.read_exact(&mut length).is_err() {
                    continue;
                }
                let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                stream.read_exact(&mut query).unwrap();
                queries.fetch_add(1, Ordering::Relaxed);
                for answer in script(&query, DnsTransport::Tcp) {
                    let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
                    stream.write_all(&[&length[..], &answer].concat()).unwrap();
                }
            }
        });
        Server { address, queries, over, threads: vec![udp_thread, tcp_thread] }
    }

    fn queries(&self) -> usize {
        self.queries.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        drop(std::net::TcpStream::connect(self.address));
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}

const A: &[u8] = b"\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x04\xc0\0\x02\x01";
const AAAA: &[u8] = b"\xc0\x0c\0\x1c\0\x01\0\0\0\x3c\0\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01";

/// An answer to a query: its number and question, these flags and code, and these answers.
fn answer(query: &[u8], flags: u16, answers: &[&[u8]]) -> Vec<u8> {
    let question = &query[12..question_end(query)];
    let mut bytes = query[..2].to_vec();
    bytes.extend((0x8180 | flags).to_be_bytes());
    bytes.extend([0, 1]);
    bytes.extend(u16::try_from(answers.len()).unwrap().to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(question);
    answers.iter().for_each(|record| bytes.extend(*record));
    bytes
}

fn question_end(query: &[u8]) -> usize {
    let mut at = 12;
    while query[at] != 0 {
        at += usize::from(query[at]) + 1;
    }
    at + 5
}

fn kind_of(query: &[u8]) -> RecordType {
    DnsMessage::read(query).questions[0].kind
}

/// Answers both families.
fn both(query: &[u8], _wire: DnsTransport) -> Vec<Vec<u8>> {
    let records: &[&[u8]] = match kind_of(query) {
        RecordType::A => &[A],
        RecordType::AAAA => &[AAAA],
        _ => &[],
    };
    vec![answer(query, 0, records)]
}

fn spec(words: &str) -> Spec {
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    Spec::new(SpecKind::Dns(dig::parse(&words, DigDefaults::Sockeye, &SystemNames::usual()).unwrap()))
}

fn ask(words: &str) -> (Watch, SessionId, CloseReason) {
    let mut watch = Watch::new();
    let id = watch.open(spec(words));
    let how = watch.until_closed(id);
    (watch, id, how)
}

fn lookup(watch: &Watch, id: SessionId) -> &DnsLookup {
    let SessionKind::Dns(lookup) = &watch.session(id).kind else { panic!("no DNS session") };
    lookup
}

fn answers(watch: &Watch, id: SessionId) -> Vec<DnsAnswer> {
    lookup(watch, id).answers().map(|(_, answer)| answer.clone()).collect()
}

fn failure(watch: &Watch, id: SessionId) -> (Class, String) {
    let failure = watch.session(id).failure().unwrap();
    (failure.class, failure.message.clone())
}

fn warnings(watch: &Watch, id: SessionId) -> Vec<String> {
    let warned = |news: &News| match news {
        News::Warned(failure) => Some(failure.message.clone()),
        _ => None,
    };
    watch.news_of(id).filter_map(warned).collect()
}

#[test]
fn both_families_are_asked_for_at_once_and_told_with_their_bytes() {
    let server = Server::with(both);
    let (watch, id, how) = ask(&format!("@{} web.example", server.address));
    assert_eq!(how, CloseReason::Local);
    let answers = answers(&watch, id);
    let addresses: Vec<String> =
        answers.iter().flat_map(|answer| answer.message.addresses()).map(|ip| ip.to_string()).collect();
    assert_eq!(addresses, ["192.0.2.1", "2001:db8::1"]);
    assert_eq!(answers.iter().map(|answer| answer.message.ttl()).collect::<Vec<_>>(), [Some(300), Some(60)]);
    let received: usize = answers.iter().map(|answer| answer.bytes.len()).sum();
    assert_eq!((watch.received(id), server.queries()), (received as u64, 2));
    let sent: usize = lookup(&watch, id).exchanges.iter().map(|exchange| exchange.query.bytes.len()).sum();
    assert_eq!(watch.sent(id), sent as u64);
    let ids: Vec<u16> = answers.iter().map(|answer| answer.message.id).collect();
    assert_eq!(ids.len(), 2);
    assert!(warnings(&watch, id).is_empty());
}

#[test]
fn a_no_is_a_failure_that_names_the_server_and_the_code() {
    for (flags, said) in [(3, "NXDOMAIN"), (2, "SERVFAIL"), (5, "REFUSED"), (0, "NODATA"), (1, "FORMERR")] {
        let server = Server::with(move |query, _| vec![answer(query, flags, &[])]);
        let (watch, id, how) = ask(&format!("@{} no.example A +tries=1", server.address));
        assert_eq!(how, CloseReason::Error);
        let (class, message) = failure(&watch, id);
        assert_eq!(class, Class::Resolve);
        assert!(message.contains(said) && message.contains(&server.address.to_string()), "{said}: {message}");
    }
}

#[test]
fn one_family_without_a_record_is_a_warning_beside_the_other() {
    let server = Server::with(|query, wire| match kind_of(query) {
        RecordType::A => both(query, wire),
        _ => vec![answer(query, 0, &[])],
    });
    let (watch, id, how) = ask(&format!("@{} web.example", server.address));
    assert_eq!(how, CloseReason::Local);
    assert!(warnings(&watch, id)[0].contains("no AAAA record"));
}

#[test]
fn an_answer_cut_short_is_asked_for_again_by_tcp() {
    let server = Server::with(|query, wire| match wire {
        DnsTransport::Udp => vec![answer(query, 0x0200, &[])],
        DnsTransport::Tcp => vec![answer(query, 0, &vec![A; 300])],
    });
    let (watch, id, how) = ask(&format!("@{} big.example A", server.address));
    assert_eq!(how, CloseReason::Local);
    let answers = answers(&watch, id);
    assert_eq!(answers.iter().map(|answer| answer.wire).collect::<Vec<_>>(), [DnsTransport::Udp, DnsTransport::Tcp]);
    assert!(answers[0].message.is_truncated());
    assert_eq!(answers[1].message.answers.len(), 300);
    // TCP has two bytes more for the length of each message.
    let of_tcp = answers[1].bytes.len() as u64 + 2;
    assert_eq!(watch.received(id), answers[0].bytes.len() as u64 + of_tcp);
}

/// A server over TCP that reads the query, sends these bytes of an answer and closes the connection. The bytes are made
/// of the query.
fn tcp_once(reply: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut query).unwrap();
        stream.write_all(&reply(&query)).unwrap();
    });
    (address, thread)
}

#[test]
fn bytes_of_a_message_that_ends_too_early_are_counted_and_told() {
    type Reply = fn(&[u8]) -> Vec<u8>;
    let cases: [(Reply, usize, &str); 4] = [
        (|query| [b"\0\x40", &answer(query, 0, &[A])[..]].concat(), 42, "after 42 of the 66 bytes of a message"),
        (|_| b"\0".to_vec(), 1, "after 1 byte"),
        (|_| b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), 28, "after 28 bytes that are not DNS"),
        (|_| Vec::new(), 0, "without an answer"),
    ];
    for (reply, received, said) in cases {
        let (address, thread) = tcp_once(reply);
        let (watch, id, how) = ask(&format!("@{address} x.test A +tcp +tries=1"));
        thread.join().unwrap();
        assert_eq!(how, CloseReason::Error);
        let (class, message) = failure(&watch, id);
        assert_eq!((class, watch.received(id)), (Class::Resolve, received as u64), "{message}");
        assert!(message.contains("closed the connection") && message.ends_with(said), "{message}");
    }
}

#[test]
fn a_server_that_answers_by_udp_and_refuses_tcp_is_told_as_that() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        socket.send_to(&answer(&buffer[..length], 0x0200, &[A]), from).unwrap();
    });
    let (watch, id, how) = ask(&format!("@{address} x.test A +tries=1"));
    thread.join().unwrap();
    assert_eq!(how, CloseReason::Error);
    let failure = watch.session(id).failure().unwrap();
    assert_eq!((failure.class, failure.reason), (Class::Resolve, Some(FailureReason::DnsTcpRefused)));
    assert!(failure.message.contains("answers by UDP, but cut short"), "{}", failure.message);
    assert_eq!(answers(&watch, id).len(), 1);
}

#[test]
fn records_that_do_not_belong_to_the_question_are_no_answer() {
    let alias: &'static [u8] = b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x06\x01b\x02bb\0";
    let of_alias: &'static [u8] = b"\x01b\x02bb\0\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01";
    let chaos: &'static [u8] = b"\xc0\x0c\0\x01\0\x03\0\0\0\x3c\0\x03\0\0\x53";
    let itself: &'static [u8] = b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x02\xc0\x0c";
    let cases: [(Vec<&'static [u8]>, Option<&str>); 6] = [
        (vec![of_alias, alias], None),
        (vec![alias], Some("is an alias of b.bb., of which")),
        (vec![of_alias], Some("are of another name, type or class")),
        (vec![chaos], Some("are of another name, type or class")),
        (vec![AAAA], Some("are of another name, type or class")),
        (vec![itself], Some("lead in a circle")),
    ];
    for (records, said) in cases {
        let server = Server::with(move |query, _| vec![answer(query, 0, &records)]);
        let (watch, id, how) = ask(&format!("@{} x.test A +tries=1", server.address));
        match said {
            None => assert_eq!(how, CloseReason::Local),
            Some(said) => {
                let (class, message) = failure(&watch, id);
                assert!(class == Class::Resolve && message.contains(said), "{said}: {message}");
            }
        }
    }
}

#[test]
fn a_name_of_any_bytes_is_asked_for_and_its_answer_taken() {
    for (typed, name) in [
        (r"\065.example.test", "A.example.test."),
        (r"\a.test", "a.test."),
        (r"\000\032\255.test", r"\000\032\255.test."),
        (r"dot\.in.test", r"dot\.in.test."),
        (r#"\"\;\@\$\(.test"#, r#"\"\;\@\$\(.test."#),
    ] {
        // The server answers with capital letters: names are compared without regard to them.
        let server = Server::with(|query, _| {
            let mut query = query.to_vec();
            query[12..].make_ascii_uppercase();
            vec![answer(&query, 0, &[A])]
        });
        let (watch, id, how) = ask(&format!("@{} {typed} A +tries=1 +noedns", server.address));
        assert_eq!(how, CloseReason::Local, "{typed}: {:?}", warnings(&watch, id));
        assert_eq!(lookup(&watch, id).exchanges[0].query.question.name, name);
    }
}

#[test]
fn a_server_that_only_answers_other_questions_is_not_said_to_be_silent() {
    let server = Server::with(|query, _| {
        let mut other = answer(query, 0, &[A]);
        other[13] = b'y';
        vec![other.clone(), other]
    });
    let (watch, id, _) = ask(&format!("@{} x.test A +tries=1 +time=0.3", server.address));
    let message = failure(&watch, id).1;
    assert!(message.contains("but 2 messages that answer something else"), "{message}");
    assert!(warnings(&watch, id)[0].contains("another question: y.test. A"), "{:?}", warnings(&watch, id));
}

#[test]
fn tcp_at_once_or_never_is_as_it_was_asked_for() {
    let server = Server::with(|query, _| vec![answer(query, 0x0200, &[A])]);
    for (word, wire) in [("+tcp", DnsTransport::Tcp), ("+ignore", DnsTransport::Udp)] {
        let (watch, id, how) = ask(&format!("@{} big.example A {word}", server.address));
        assert_eq!(how, CloseReason::Local);
        assert_eq!(answers(&watch, id).iter().map(|answer| answer.wire).collect::<Vec<_>>(), [wire]);
    }
}

#[test]
fn what_is_no_answer_is_ignored_and_told() {
    let server = Server::with(|query, _| {
        let right = answer(query, 0, &[A]);
        let mut other_id = right.clone();
        other_id[0] ^= 0xff;
        let mut other_name = right.clone();
        other_name[13] = b'x';
        let mut no_answer = right.clone();
        no_answer[2] &= 0x7f;
        vec![other_id, other_name, no_answer, b"garbage".to_vec(), Vec::new(), right]
    });
    let (watch, id, how) = ask(&format!("@{} web.example A", server.address));
    assert_eq!(how, CloseReason::Local);
    let warnings = warnings(&watch, id);
    let parts = ["its ID is", "another question", "not an answer", "too short", "too short"];
    assert_eq!(warnings.len(), parts.len(), "{warnings:#?}");
    for (warning, part) in warnings.iter().zip(parts) {
        assert!(warning.contains(part), "{warning}");
    }
    assert_eq!(answers(&watch, id).len(), 1);
}

#[test]
fn an_answer_that_cannot_be_read_is_a_protocol_failure_and_is_shown() {
    let looped: &[u8] = b"\xc0\x1d\0\x01\0\x01\0\0\0\0\0\x04\x01\x02\x03\x04";
    let server = Server::with(move |query, _| vec![answer(query, 0, &[looped])]);
    let (watch, id, how) = ask(&format!("@{} x.example A +tries=1", server.address));
    assert_eq!(how, CloseReason::Error);
    let (class, message) = failure(&watch, id);
    assert_eq!(class, Class::Protocol);
    assert!(message.contains("loop"), "{message}");
    assert!(answers(&watch, id)[0].message.fault.is_some());
}

#[test]
fn a_silent_server_is_asked_as_often_as_was_said() {
    let server = Server::with(|_, _| Vec::new());
    let (watch, id, how) = ask(&format!("@{} x.example A +tries=3 +time=0.05", server.address));
    assert_eq!(how, CloseReason::Error);
    let (class, message) = failure(&watch, id);
    assert_eq!((class, server.queries()), (Class::Resolve, 3));
    assert!(message.contains("no answer from") && message.contains("3 times"), "{message}");
    let tries: Vec<u32> = lookup(&watch, id).exchanges.iter().map(|exchange| exchange.query.attempt).collect();
    assert_eq!(tries, [1, 2, 3]);
    assert!(
        lookup(&watch, id).exchanges.iter().all(|exchange| matches!(exchange.outcome, QueryOutcome::Failed { .. }))
    );
}

#[test]
fn a_slow_server_is_waited_for_until_its_second_datagram() {
    let seen = AtomicUsize::new(0);
    let server = Server::with(move |query, wire| match seen.fetch_add(1, Ordering::Relaxed) {
        0 => Vec::new(),
        _ => both(query, wire),
    });
    let (watch, id, how) = ask(&format!("@{} x.example A +tries=5 +time=0.2", server.address));
    assert_eq!(how, CloseReason::Local);
    assert_eq!(answers(&watch, id).len(), 1);
    assert_eq!(lookup(&watch, id).exchanges[1].query.attempt, 2);
}

#[test]
fn a_server_that_does_not_know_edns_is_asked_again_without_it() {
    let server = Server::with(|query, wire| match DnsMessage::read(query).edns {
        Some(_) => vec![answer(query, 1, &[])],
        None => both(query, wire),
    });
    let (watch, id, how) = ask(&format!("@{} old.example A", server.address));
    assert_eq!((how, server.queries()), (CloseReason::Local, 2));
    let codes: Vec<String> = answers(&watch, id).iter().map(|answer| answer.message.rcode_name()).collect();
    assert_eq!(codes, ["FORMERR", "NOERROR"]);
}

#[test]
fn a_port_without_a_server_says_so_at_once() {
    let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (watch, id, how) = ask(&format!("@{free} x.example A +tries=1"));
    assert_eq!(how, CloseReason::Error);
    assert!(failure(&watch, id).1.contains("nobody answers DNS there"), "{:?}", failure(&watch, id));
}

#[test]
fn closing_ends_the_wait_for_an_answer() {
    let server = Server::with(|_, _| Vec::new());
    let mut watch = Watch::new();
    let id = watch.open(spec(&format!("@{} x.example A +time=60", server.address)));
    watch.until_news(id, "asked", |news| matches!(news, News::Dns(dns) if matches!(**dns, DnsNews::Query(_))));
    watch.order(id, sockeye::sessions::Verb::Close);
    assert_eq!(watch.until_closed(id), CloseReason::Local);
}

#[test]
fn a_connection_tells_the_interface_it_leaves_by() {
    let (address, thread) = peer(|mut stream| stream.read(&mut [0]).unwrap());
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_news(id, "the route", |news| matches!(news, News::Dial(DialNews::Route(_))));
    watch.order(id, sockeye::sessions::Verb::Close);
    watch.until_closed(id);
    outcome(thread);
    let route = watch.session(id).path.route.clone().unwrap();
    assert_eq!((route.interface.as_deref(), route.source), (Some("lo"), [127, 0, 0, 1].into()));
    let tried = &watch.session(id).attempts.tried;
    assert_eq!((tried.len(), tried[0].peer), (1, address));
}

#[test]
fn a_name_of_the_hosts_file_is_told_to_be_from_there() {
    let text = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    if !text
        .lines()
        .any(|line| line.starts_with("127.0.0.1") && line.split_whitespace().any(|word| word == "localhost"))
    {
        skipped("the hosts file has no localhost");
        return;
    }
    let (address, thread) = peer(|mut stream| stream.read(&mut [0]).unwrap());
    let mut watch = Watch::new();
    let target = sockeye::sessions::spec::HostPort { host: "localhost".into(), port: address.port() };
    let id = watch.open(Spec::new(SpecKind::Tcp(sockeye::sessions::spec::TcpSpec::new(target))));
    watch.until_news(id, "the second opinion", |news| matches!(news, News::Dial(DialNews::Compared(_))));
    let compared = watch.session(id).path.compared.clone().unwrap();
    assert!(compared.own_text().starts_with("/etc/hosts has ") && !compared.differs(), "{}", compared.own_text());
    watch.until_open(id);
    watch.order(id, sockeye::sessions::Verb::Close);
    watch.until_closed(id);
    outcome(thread);
}

/// What `dnsmasq` serves.
const ZONE: &[&str] = &[
    "--host-record=web.example,192.0.2.7,2001:db8::7",
    "--cname=alias.example,web.example",
    "--mx-host=example,mail.example,10",
    "--txt-record=example,hello there,\"second\"",
    "--srv-host=_sip._udp.example,sip.example,5060,1,2",
    "--caa-record=example,0,issue,ca.example",
];

/// A `dnsmasq` that answers for [`ZONE`], and its port; `None` where it is not installed.
fn start_dnsmasq() -> Option<(Child, u16)> {
    let until = Instant::now() + Duration::from_secs(30);
    while Instant::now() < until {
        // Another test may take the port before dnsmasq does: then it ends, and another port is tried.
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let dnsmasq = Command::new("dnsmasq")
            .args(["--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--bind-interfaces", "--user="])
            .args(["--listen-address=127.0.0.1", "--interface=lo", "--local=/example/", &format!("--port={port}")])
            .args(ZONE)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut dnsmasq = dnsmasq.ok()?;
        while dnsmasq.try_wait().unwrap().is_none() && Instant::now() < until {
            let (_, _, how) = ask(&format!("@127.0.0.1:{port} web.example A +tries=1 +time=0.3"));
            if how == CloseReason::Local {
                return Some((dnsmasq, port));
            }
        }
        drop((dnsmasq.kill(), dnsmasq.wait()));
    }
    panic!("dnsmasq does not answer");
}

#[test]
fn dnsmasq_tells_us_what_it_tells_dig() {
    if Command::new("dig").arg("-v").stderr(Stdio::null()).status().is_err() {
        skipped("dig is not installed");
        return;
    }
    let Some((mut dnsmasq, port)) = start_dnsmasq() else {
        skipped("dnsmasq is not installed");
        return;
    };
    let mut differences = Vec::new();
    for question in [
        "web.example A",
        "web.example AAAA",
        "alias.example A",
        "example MX",
        "example TXT",
        "_sip._udp.example SRV",
        "example CAA",
        "nothing.example A",
        "web.example MX",
        "-x 192.0.2.7",
    ] {
        let (watch, id, _) = ask(&format!("@127.0.0.1:{port} {question}"));
        let ours = answers(&watch, id).pop().unwrap().message;
        let words = question.split_whitespace();
        let mut dig = Command::new("dig");
        dig.args(["@127.0.0.1", "-p", &port.to_string(), "+noall", "+comments", "+answer"]).args(words);
        let theirs = String::from_utf8(dig.output().unwrap().stdout).unwrap();
        let records: Vec<String> = ours
            .answers
            .iter()
            .map(|record| format!("{} {} IN {} {}", record.name, record.ttl, record.kind, record.data))
            .collect();
        let lines = theirs.lines().filter(|line| !line.starts_with(';') && !line.trim().is_empty());
        let of_dig: Vec<String> = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        if records != of_dig || !theirs.contains(&format!("status: {}", ours.rcode_name())) {
            differences.push(format!("{question}: {records:?} and {theirs}"));
        }
    }
    dnsmasq.kill().unwrap();
    dnsmasq.wait().unwrap();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
