//! One way to run an exchange and to see all of it, and peers that say what a script tells them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Instant;

use sockeye::lab::{ChosenPeer, Lab};
use sockeye::net::OverflowPolicy;
use sockeye::sessions::kinds::http::HttpGauge;
use sockeye::sessions::send_progress::SendProgress;
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::{CloseReason, News, Order, Record, SessionId, Spec, SpecKind, Verb};
use sockeye::wire::http::head::{RequestHead, ResponseHead};
use sockeye::wire::{Both, Class, Direction, Failure, Totals};

use crate::live_net::{DEADLINE, LiveNet, SERVERS};
use sockeye::sessions::news::HttpNews;

/// What an exchange told so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) news: Vec<News>,
    pub(crate) sent: Vec<u8>,
    pub(crate) received: Vec<u8>,
    pub(crate) not_kept: u64,
    pub(crate) totals: Both<Totals>,
    pub(crate) gauge: HttpGauge,
    pub(crate) sending: Option<SendProgress>,
    pub(crate) how: Option<CloseReason>,
}

impl Seen {
    pub(crate) fn responses(&self) -> Vec<&ResponseHead> {
        self.news
            .iter()
            .filter_map(|news| if let News::Http(HttpNews::Response(head)) = news { Some(head) } else { None })
            .collect()
    }

    pub(crate) fn requests(&self) -> Vec<&RequestHead> {
        self.news
            .iter()
            .filter_map(|news| if let News::Http(HttpNews::Request(head)) = news { Some(head) } else { None })
            .collect()
    }

    pub(crate) fn warnings(&self) -> Vec<&Failure> {
        self.news.iter().filter_map(|news| if let News::Warned(why) = news { Some(why) } else { None }).collect()
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.news.iter().find_map(|news| if let News::Failed(failure) = news { Some(failure) } else { None })
    }

    /// The failure, which is of this class and whose message holds this.
    #[track_caller]
    pub(crate) fn failed(&self, class: Class, message: &str) -> &Failure {
        let failure = self.failure().unwrap_or_else(|| panic!("it did not fail: {self:?}"));
        assert_eq!(failure.class, class, "{failure:?}");
        assert!(failure.message.contains(message), "{failure:?} has no {message:?}");
        failure
    }

    /// It went well to the end.
    #[track_caller]
    pub(crate) fn went_well(self) -> Seen {
        assert_eq!((self.failure(), self.how), (None, Some(CloseReason::Fin)));
        self
    }
}

/// An exchange under way.
pub(crate) struct Running {
    net: LiveNet,
    id: SessionId,
    pub(crate) seen: Seen,
}

impl Running {
    pub(crate) fn start(spec: HttpSpec) -> Running {
        Running::start_with(spec, OverflowPolicy::DropOldest)
    }

    pub(crate) fn start_with(spec: HttpSpec, overflow: OverflowPolicy) -> Running {
        let net = LiveNet::new(overflow);
        let id = net.open(Spec::new(SpecKind::Http(spec)));
        Running { net, id, seen: Seen::default() }
    }

    pub(crate) fn order(&self, verb: Verb) {
        self.net.send_order(Order { id: self.id, verb }).unwrap();
    }

    /// Waits until this is true of what was told.
    pub(crate) fn until(&mut self, mut enough: impl FnMut(&Seen) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !enough(&self.seen) {
            let seen = &self.seen;
            assert!(self.net.changes_before(end), "gave up waiting; news so far: {:?}, {:?}", seen.news, seen.totals);
            self.look();
        }
    }

    pub(crate) fn end(mut self) -> Seen {
        self.until(|seen| seen.how.is_some());
        self.seen
    }

    pub(crate) fn look(&mut self) {
        for reading in self.net.sample() {
            self.seen.totals = reading.totals;
            self.seen.sending = reading.sending;
            self.seen.gauge = reading.http.unwrap_or_default();
            for record in reading.records {
                self.take(record);
            }
        }
    }

    fn take(&mut self, record: Record) {
        let seen = &mut self.seen;
        match record {
            Record::Block(block) if block.direction == Direction::Sent => seen.sent.extend_from_slice(&block.bytes),
            Record::Block(block) => seen.received.extend_from_slice(&block.bytes),
            Record::NotKept { totals, .. } => seen.not_kept += totals.bytes,
            Record::News { news, .. } => {
                assert_eq!(seen.how, None, "{news:?} came after the last news");
                if let News::Closed { totals, how } = &news {
                    seen.how = Some(*how);
                    seen.totals = *totals;
                }
                seen.news.push(news);
            }
        }
    }
}

pub(crate) fn run(spec: HttpSpec) -> Seen {
    Running::start(spec).end()
}

pub(crate) fn get(url: impl Into<String>) -> Seen {
    run(HttpSpec::get(url))
}

/// The built-in server; gives its base URL.
pub(crate) fn lab() -> String {
    let lab = SERVERS.block_on(Lab::start(&[ChosenPeer::parse("http").unwrap()])).unwrap();
    let address = lab.peers()[0].1;
    // It runs until the tests end.
    std::mem::forget(lab);
    format!("http://{address}")
}

/// A listener for a server on [`SERVERS`].
pub(crate) fn listener() -> (tokio::net::TcpListener, SocketAddr) {
    let listener = SERVERS.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A peer that reads one request's head, then does this with the connection.
pub(crate) fn peer(then: impl FnOnce(TcpStream, String) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let head = read_head(&mut stream);
        then(stream, head);
    });
    address
}

/// A peer that answers with these bytes and closes.
pub(crate) fn says(answer: impl Into<Vec<u8>>) -> String {
    let answer = answer.into();
    let address = peer(move |mut stream, _| {
        // The client may have gone before all of it is out.
        drop(stream.write_all(&answer));
        drop(stream.shutdown(std::net::Shutdown::Write));
        // Closing with bytes unread would be a RST.
        drop(stream.read_to_end(&mut Vec::new()));
    });
    format!("http://{address}/")
}

pub(crate) fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A whole answer with this body, its fields as given.
pub(crate) fn answer(fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\n{fields}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
