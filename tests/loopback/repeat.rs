//! Runs of many over real loopback sockets: every one of them is counted, and a stall weighs what it is.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sockeye::lab::{ChosenPeer, Lab};
use sockeye::net::OverflowPolicy;
use sockeye::sessions::repeat::run::RepeatReading;
use sockeye::sessions::spec::http::{BodySpec, HttpSpec};
use sockeye::sessions::spec::repeat::{EchoSpec, RepeatKind, RepeatSpec, StartPace};
use sockeye::sessions::spec::{HostPort, TcpSpec, UdpSpec};
use sockeye::sessions::{CloseReason, News, Order, Record, SessionId, Spec, SpecKind, Verb};
use sockeye::wire::{Class, Failure};

use crate::live_net::{DEADLINE, LiveNet, SERVERS};
use crate::peers::closed_port;
use crate::specs::host_port;

/// A run, and all that it told so far.
struct Run {
    net: LiveNet,
    id: SessionId,
    news: Vec<News>,
    last: Arc<RepeatReading>,
}

impl Run {
    fn open(spec: RepeatSpec) -> Run {
        let net = LiveNet::new(OverflowPolicy::DropOldest);
        let id = net.open(Spec::new(SpecKind::Repeat(Box::new(spec))));
        Run { net, id, news: Vec::new(), last: Arc::default() }
    }

    fn order(&self, verb: Verb) {
        self.net.send_order(Order { id: self.id, verb }).unwrap();
    }

    fn until(&mut self, enough: impl Fn(&Run) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !enough(self) {
            assert!(self.net.changes_before(end), "gave up waiting: {:?}", self.news);
            for reading in self.net.sample() {
                self.last = reading.repeat.unwrap_or_else(|| Arc::clone(&self.last));
                for record in reading.records {
                    match record {
                        Record::News { news, .. } => self.news.push(news),
                        Record::Block(_) | Record::NotKept { .. } => panic!("a run keeps nothing that is said"),
                    }
                }
            }
        }
    }

    fn how(&self) -> Option<CloseReason> {
        self.news.iter().find_map(|news| if let News::Closed { how, .. } = news { Some(*how) } else { None })
    }

    fn failure(&self) -> Option<&Failure> {
        self.news.iter().find_map(|news| if let News::Failed(failure) = news { Some(failure) } else { None })
    }

    fn warnings(&self) -> usize {
        self.news.iter().filter(|news| matches!(news, News::Warned(_))).count()
    }

    fn end(mut self) -> Run {
        self.until(|run| run.how().is_some());
        assert!(self.last.final_one, "the last look is the final one");
        let Some(News::Closed { totals, .. }) = self.news.last() else { panic!("{:?}", self.news) };
        assert_eq!(*totals, self.last.tally.totals, "the session's totals are the run's");
        assert_eq!(self.last.started, self.last.tally.finished_count() + self.last.in_flight);
        self
    }

    /// It went well to the end, and nothing was cut off.
    #[track_caller]
    fn went_well(self) -> Arc<RepeatReading> {
        self.ended(CloseReason::Fin)
    }

    /// The same for datagrams, which have no FIN.
    fn was_done(self) -> Arc<RepeatReading> {
        self.ended(CloseReason::Local)
    }

    fn ended(self, how: CloseReason) -> Arc<RepeatReading> {
        assert_eq!((self.failure(), self.how(), self.last.in_flight), (None, Some(how), 0));
        self.last
    }
}

fn http(url: String) -> RepeatKind {
    RepeatKind::Http(HttpSpec::get(url))
}

/// Answers each request with "ok"; before answer number `stall_at` it waits for so long. One thread a connection.
fn http_peer(stall_at: u64, stall: Duration) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, asked) = (stream.unwrap(), Arc::clone(&counted));
            std::thread::spawn(move || serve(stream, &asked, stall_at, stall));
        }
    });
    (address, asked)
}

fn serve(mut stream: TcpStream, asked: &AtomicU64, stall_at: u64, stall: Duration) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while let Ok(1) = stream.read(&mut byte) {
        head.push(byte[0]);
        if head.ends_with(b"\r\n\r\n") {
            head.clear();
            if asked.fetch_add(1, Ordering::Relaxed) + 1 == stall_at {
                // The script itself: a peer that does nothing for a while.
                let (_never, says) = std::sync::mpsc::channel::<()>();
                says.recv_timeout(stall).unwrap_err();
            }
            if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").is_err() {
                return;
            }
        }
    }
}

#[test]
fn every_request_and_every_byte_of_a_run_is_counted() {
    let lab = SERVERS.block_on(Lab::start(&[ChosenPeer::parse("http").unwrap()])).unwrap();
    let url = format!("http://{}/bytes/1000", lab.peers()[0].1);
    let mut spec = RepeatSpec::times(http(url), 1000);
    spec.concurrency = 16;
    let run = Run::open(spec).end().went_well();
    assert_eq!((run.tally.done, run.tally.failed_in_all(), run.started), (1000, 0, 1000));
    assert_eq!(run.tally.latency.count(), 1000);
    assert_eq!(run.tally.statuses, [0, 1000, 0, 0, 0, 0]);
    assert_eq!(run.tally.totals.received.bytes, 1_000_000);
    assert_eq!(run.tally.series.slots().iter().map(|slot| slot.done).sum::<u64>(), 1000);
}

#[test]
fn a_body_is_sent_each_time() {
    let lab = SERVERS.block_on(Lab::start(&[ChosenPeer::parse("http").unwrap()])).unwrap();
    let mut request = HttpSpec::get(format!("http://{}/echo", lab.peers()[0].1));
    request.method = "POST".into();
    request.body = BodySpec::Bytes(Bytes::from_static(b"0123456789"));
    let run = Run::open(RepeatSpec::times(RepeatKind::Http(request), 20)).end().went_well();
    assert_eq!(run.tally.totals.sent.bytes, 200);
}

#[test]
fn a_status_is_a_failure_only_where_that_was_asked_for() {
    let lab = SERVERS.block_on(Lab::start(&[ChosenPeer::parse("http").unwrap()])).unwrap();
    let mut request = HttpSpec::get(format!("http://{}/status/503", lab.peers()[0].1));
    let run = Run::open(RepeatSpec::times(RepeatKind::Http(request.clone()), 10)).end().went_well();
    assert_eq!((run.tally.done, run.tally.statuses[4]), (10, 10));
    request.fail_on_status = true;
    let run = Run::open(RepeatSpec::times(RepeatKind::Http(request), 10)).end();
    assert_eq!((run.last.tally.done, run.last.tally.failed_of(Class::HttpStatus)), (0, 10));
    assert_eq!(run.failure().unwrap().class, Class::HttpStatus);
}

#[test]
fn refusals_are_counted_by_their_class_and_only_the_first_ones_are_told() {
    let (_nobody, address) = closed_port();
    for what in [RepeatKind::Connect(TcpSpec::new(host_port(address))), http(format!("http://{address}/"))] {
        let mut spec = RepeatSpec::times(what, 200);
        spec.concurrency = 8;
        let run = Run::open(spec).end();
        assert_eq!((run.last.tally.done, run.last.tally.failed_of(Class::Refused)), (0, 200));
        let failure = run.failure().unwrap();
        assert_eq!(failure.class, Class::Refused);
        assert!(failure.message.contains("200 of 200 failed"), "{failure}");
        assert_eq!((run.warnings(), run.how()), (8, Some(CloseReason::Error)));
    }
}

#[test]
fn a_listener_sees_as_many_connections_as_were_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let accepting = std::thread::spawn(move || {
        for _ in 0..300 {
            let (mut stream, _) = listener.accept().unwrap();
            assert_eq!(stream.read(&mut [0]).unwrap(), 0, "it ends with a FIN, and without a word");
        }
    });
    let mut spec = RepeatSpec::times(RepeatKind::Connect(TcpSpec::new(host_port(address))), 300);
    spec.concurrency = 4;
    let run = Run::open(spec).end().went_well();
    assert_eq!((run.tally.done, run.tally.latency.count()), (300, 300));
    accepting.join().unwrap();
}

#[test]
fn a_rate_starts_exactly_as_many_as_were_asked_for() {
    let (address, asked) = http_peer(0, Duration::ZERO);
    let mut spec = RepeatSpec::times(http(format!("http://{address}/")), 60);
    spec.pace = StartPace::per_second(300.0).unwrap();
    spec.concurrency = 4;
    let run = Run::open(spec).end().went_well();
    assert!(run.corrected);
    assert_eq!((run.tally.done, run.started, asked.load(Ordering::Relaxed)), (60, 60, 60));
    assert_eq!((run.tally.latency.count(), run.tally.service.count()), (60, 60));
}

#[test]
fn a_peer_that_stalls_once_weighs_as_much_as_all_who_would_have_come_meanwhile() {
    let (address, _) = http_peer(10, Duration::from_millis(600));
    let mut spec = RepeatSpec::times(http(format!("http://{address}/")), 100);
    spec.pace = StartPace::per_second(100.0).unwrap();
    let run = Run::open(spec).end().went_well();
    // One request took 600 ms. Of those that were due meanwhile, every 10 ms one, 50 came 100 ms late or more.
    let late = Duration::from_millis(95);
    assert!(run.tally.latency.at_least(late) >= 50, "{} were late", run.tally.latency.at_least(late));
    assert!(run.tally.service.at_least(Duration::from_millis(590)) >= 1);
    assert!(run.tally.latency.quantile(0.9).unwrap() > late, "the corrected percentiles show it");
}

#[test]
fn a_duration_ends_a_run_without_a_count() {
    let (address, asked) = http_peer(0, Duration::ZERO);
    let mut spec = RepeatSpec::times(http(format!("http://{address}/")), 1);
    spec.count = None;
    spec.duration = Some(Duration::from_millis(300));
    let run = Run::open(spec).end().went_well();
    assert_eq!(run.tally.done, asked.load(Ordering::Relaxed));
    assert!(run.tally.done > 0);
}

#[test]
fn closing_cuts_off_what_is_under_way_and_counts_it() {
    let (address, _) = http_peer(1, Duration::from_secs(30));
    let mut spec = RepeatSpec::times(http(format!("http://{address}/")), 1);
    spec.count = None;
    let mut run = Run::open(spec);
    run.until(|run| run.last.in_flight == 1);
    run.order(Verb::Close);
    let run = run.end();
    assert_eq!((run.how(), run.failure(), run.last.in_flight), (Some(CloseReason::Local), None, 1));
}

#[test]
fn a_paused_run_starts_nothing_until_it_goes_on() {
    let (address, asked) = http_peer(0, Duration::ZERO);
    let mut spec = RepeatSpec::times(http(format!("http://{address}/")), 100);
    spec.pace = StartPace::per_second(100.0).unwrap();
    let mut run = Run::open(spec);
    run.until(|run| run.last.tally.done > 0);
    run.order(Verb::PauseReading);
    run.until(|run| run.last.paused && run.last.in_flight == 0);
    assert!(asked.load(Ordering::Relaxed) < 100);
    run.order(Verb::ContinueReading);
    let run = run.end().went_well();
    assert_eq!((run.tally.done, run.paused), (100, false));
}

/// Sends back each datagram for which this is true, counted from 0.
fn udp_peer(answers: impl Fn(u64) -> u64 + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        for number in 0.. {
            let (length, from) = socket.recv_from(&mut buffer).unwrap();
            for _ in 0..answers(number) {
                socket.send_to(&buffer[..length], from).unwrap();
            }
        }
    });
    address
}

fn echo(address: SocketAddr, tagged: bool) -> RepeatKind {
    let payload = Bytes::from_static(b"ping");
    let udp = UdpSpec::new(host_port(address));
    RepeatKind::Echo(EchoSpec { udp, payload, tagged, patience: Duration::from_secs(2) })
}

#[test]
fn datagrams_without_an_answer_are_lost_and_the_others_measured() {
    let mut spec = RepeatSpec::times(echo(udp_peer(|number| number % 2), true), 40);
    spec.pace = StartPace::per_second(400.0).unwrap();
    let run = Run::open(spec).end().was_done();
    assert_eq!((run.tally.done, run.tally.lost, run.tally.stray), (20, 20, 0));
    assert_eq!((run.tally.totals.sent.ops, run.tally.totals.received.ops), (40, 20));
    assert_eq!((run.tally.totals.sent.bytes, run.tally.totals.received.bytes), (40 * 16, 20 * 16));
    assert_eq!(run.loss_ratio(), Some(0.5));
    assert!(run.jitter.is_some());
}

#[test]
fn a_run_whose_last_datagrams_are_lost_ends_without_a_warning() {
    let RepeatKind::Echo(spec) = echo(udp_peer(|_| 0), true) else { unreachable!() };
    let spec = EchoSpec { patience: Duration::from_millis(50), ..spec };
    let run = Run::open(RepeatSpec { concurrency: 8, ..RepeatSpec::times(RepeatKind::Echo(spec), 3) }).end();
    assert_eq!((run.last.tally.done, run.last.tally.lost), (0, 3));
    assert_eq!(run.warnings(), 0, "{:?}", run.news);
}

#[test]
fn a_window_of_datagrams_is_answered_whole_tagged_or_not() {
    for tagged in [true, false] {
        let mut spec = RepeatSpec::times(echo(udp_peer(|_| 1), tagged), 5000);
        spec.concurrency = 32;
        let run = Run::open(spec).end().was_done();
        assert_eq!((run.tally.done, run.tally.lost, run.tally.stray), (5000, 0, 0));
    }
}

#[test]
fn an_answer_that_comes_twice_is_no_second_answer() {
    let mut spec = RepeatSpec::times(echo(udp_peer(|_| 2), true), 100);
    spec.pace = StartPace::per_second(1000.0).unwrap();
    let run = Run::open(spec).end().was_done();
    assert_eq!((run.tally.done, run.tally.lost), (100, 0));
    // The last one's twin may come after the end.
    assert!((99..=100).contains(&run.tally.stray), "{}", run.tally.stray);
}

#[test]
fn an_icmp_refusal_is_a_failure_and_no_loss() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let run = Run::open(RepeatSpec::times(echo(address, true), 50)).end();
    assert_eq!((run.last.tally.failed_of(Class::Refused), run.last.tally.lost, run.last.tally.done), (50, 0, 0));
    assert_eq!(run.failure().unwrap().class, Class::Refused);
}

#[test]
fn nothing_is_started_where_there_is_nothing_to_start() {
    let mut spec = RepeatSpec::times(http("nonsense".into()), 5);
    let run = Run::open(spec.clone());
    let mut run = run;
    run.until(|run| run.how().is_some());
    assert_eq!(run.failure().unwrap().class, Class::Usage);
    spec.count = Some(0);
    spec.what = RepeatKind::Connect(TcpSpec::new(HostPort { host: "127.0.0.1".into(), port: 1 }));
    let run = Run::open(spec).end().went_well();
    assert_eq!(run.started, 0);
}

#[test]
fn datagrams_whose_answers_nobody_waits_for_all_arrive_in_order_and_count_as_done() {
    let sink = UdpSocket::bind("127.0.0.1:0").unwrap();
    sink.set_read_timeout(Some(DEADLINE)).unwrap();
    let RepeatKind::Echo(spec) = echo(sink.local_addr().unwrap(), true) else { unreachable!() };
    let (size, count) = (spec.payload.len() + sockeye::sessions::spec::repeat::TAG, 100);
    let spec = EchoSpec { patience: Duration::ZERO, ..spec };
    let last = Run::open(RepeatSpec::times(RepeatKind::Echo(spec), count)).end().was_done();
    assert_eq!((last.tally.done, last.tally.lost, last.tally.totals.sent.ops), (count, 0, count));
    assert_eq!(last.tally.totals.sent.bytes, count * size as u64);
    assert_eq!(last.tally.latency.maximum(), None, "there is no time of what nobody waits for");
    let mut buffer = [0; 2048];
    for number in 0..count {
        let length = sink.recv(&mut buffer).unwrap();
        assert_eq!(length, size);
        assert_eq!(buffer[size - 8..size], number.to_be_bytes());
    }
}
