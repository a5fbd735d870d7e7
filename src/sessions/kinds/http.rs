//! State of an HTTP exchange.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use super::http_gauge::HttpGauge;
use super::http_timing::HttpTiming;
use super::kind_state::{KindState, RecordContext};
use super::tcp::Endpoints;
use super::udp_socket::UdpSocketView;
use crate::sessions::news::tls::TlsHandshake;
use crate::sessions::news::{BrokenRuleNews, HttpNews, News, TlsNews};
use crate::sessions::phase::OpenState;
use crate::sessions::reading::Reading;
use crate::sessions::record::Record;
use crate::sessions::socket_moves::SocketMoves;
use crate::sessions::spec::http::{HttpSpec, MOST_INTERIM};
use crate::sessions::tcp::history::TcpHistory;
use crate::wire::http::head::{InterimHead, RequestHead, ResponseHead};
use crate::wire::kernel::view::KernelView;
use crate::wire::segment::CaptureReading;

/// One request and its response; each redirect adds one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpHop {
    /// The request.
    pub request: RequestHead,
    /// The response, once it arrived.
    pub response: Option<ResponseHead>,
    /// Interim answers (1xx) before it, at most [`MOST_INTERIM`]; further ones are not kept.
    pub interim: Vec<InterimHead>,
    /// The fields after the body (trailers), in order; empty if there were none.
    pub trailers: Vec<(String, Vec<u8>)>,
    /// The rules that the response breaks, at most [`MOST_BROKEN_RULES`]; further ones are only in the transcript.
    pub broken: Vec<BrokenRuleNews>,
}

/// How many broken rules of a response are kept.
pub const MOST_BROKEN_RULES: usize = 64;

/// How many TLS handshakes of an exchange are kept: each connection has one.
pub const MOST_HANDSHAKES: usize = 8;

impl HttpHop {
    /// A request without a response yet.
    pub fn unanswered(request: RequestHead) -> Self {
        HttpHop { request, response: None, interim: Vec::new(), trailers: Vec::new(), broken: Vec::new() }
    }
}

/// An HTTP exchange so far.
#[derive(Clone, Debug, Default)]
pub struct HttpExchange {
    /// Requests and responses, oldest first: redirects come before the final one.
    pub hops: Vec<HttpHop>,
    /// The body's counters.
    pub gauge: HttpGauge,
    /// From the opening to the end, once it ended.
    pub took: Option<Duration>,
    /// The TLS handshakes of its connections, oldest first; the last [`MOST_HANDSHAKES`].
    pub handshakes: Vec<Arc<TlsHandshake>>,
    /// How many handshakes there were.
    pub handshake_count: u64,
    /// When the last request was made; a redirect makes another.
    pub asked: Option<Instant>,
    /// The phases so far.
    pub timing: HttpTiming,
    /// Both addresses of the connection, once known.
    pub ends: Endpoints,
    /// States, ladder and gauges of its connection, and of those before it; `None`: the connection is not our own (to a
    /// proxy), not of TCP, or only facts are kept.
    pub history: Option<Box<TcpHistory>>,
    /// Reads and writes on the connection that are not in the history yet.
    pub moves: VecDeque<SocketMoves>,
}

impl HttpExchange {
    /// An exchange that was just requested.
    pub fn new(spec: &HttpSpec) -> Self {
        let history = spec.has_own_connection().then(Box::default);
        HttpExchange { history, timing: HttpTiming::new(&spec.url), ..HttpExchange::default() }
    }

    /// Adds the reads and writes up to this time to the history.
    fn add_moves(&mut self, until: Option<Instant>) {
        while self.moves.front().is_some_and(|moves| until.is_none_or(|until| moves.at <= until))
            && let Some(moves) = self.moves.pop_front()
        {
            if let Some(history) = &mut self.history {
                history.ladder.add_moves(&moves);
            }
        }
    }

    /// The last response's head, once there is one.
    pub fn response(&self) -> Option<&ResponseHead> {
        self.hops.iter().rev().find_map(|hop| hop.response.as_ref())
    }

    /// When the request was made whose response has not begun; `None` if none is awaited.
    pub fn awaited_since(&self) -> Option<Instant> {
        self.asked.filter(|_| self.hops.last().is_some_and(|hop| hop.response.is_none()))
    }
}

impl HttpExchange {
    /// Applies a news item. Returns true if it means that the exchange is open.
    fn on_news(&mut self, news: &HttpNews) -> bool {
        match news {
            HttpNews::Request(request) => {
                self.hops.push(HttpHop::unanswered(request.clone()));
                return true;
            }
            HttpNews::Response(response) => {
                if let Some(hop) = self.hops.last_mut() {
                    hop.response = Some(response.clone());
                }
            }
            HttpNews::Interim(interim) => {
                if let Some(hop) = self.hops.last_mut().filter(|hop| hop.interim.len() < MOST_INTERIM) {
                    hop.interim.push(interim.clone());
                }
            }
            HttpNews::Trailers(fields) => {
                if let Some(hop) = self.hops.last_mut() {
                    hop.trailers.clone_from(fields);
                }
            }
            HttpNews::BrokenRule(broken) => {
                if let Some(hop) = self.hops.last_mut().filter(|hop| hop.broken.len() < MOST_BROKEN_RULES) {
                    hop.broken.push(broken.clone());
                }
            }
            HttpNews::Phase { .. } | HttpNews::Redirect { .. } => {}
        }
        false
    }
}

impl KindState for HttpExchange {
    fn local(&self) -> Option<SocketAddr> {
        self.ends.local
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.ends.peer
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn history(&self) -> Option<&TcpHistory> {
        self.history.as_deref()
    }

    fn history_mut(&mut self) -> Option<&mut TcpHistory> {
        self.history.as_deref_mut()
    }

    fn udp(&self) -> Option<&UdpSocketView> {
        None
    }

    fn udp_mut(&mut self) -> Option<&mut UdpSocketView> {
        None
    }

    fn on_sample(&mut self, reading: &Reading, now: Instant) -> Option<OpenState> {
        if let (Some(history), Some(capture)) = (&mut self.history, &reading.capture) {
            history.set_capturing(capture, now);
        }
        if self.history.is_some() {
            self.moves.extend(&reading.moves);
        }
        if let Some(gauge) = reading.http {
            self.gauge = gauge;
        }
        None
    }

    fn on_record(&mut self, record: &Record, context: &RecordContext) -> Option<OpenState> {
        let Record::News { at, news } = record else { return None };
        self.add_moves(Some(*at));
        self.ends.on_record(record);
        self.timing.on_news(news, *at);
        if let Some(history) = &mut self.history {
            history.record_carried(context.entry, record);
        }
        if let News::Closed { .. } = news {
            self.took = Some(at.duration_since(context.opened));
        }
        if let News::Tls(TlsNews::Handshake(handshake)) = news {
            if self.handshakes.len() == MOST_HANDSHAKES {
                self.handshakes.remove(0);
            }
            self.handshakes.push(Arc::clone(handshake));
            self.handshake_count += 1;
        }
        let News::Http(news) = news else { return None };
        if let HttpNews::Request(_) = news {
            self.asked = Some(*at);
        }
        self.on_news(news).then(OpenState::default)
    }

    fn on_kernel(&mut self, kernel: Option<(&KernelView, Instant)>, capture: Option<CaptureReading>, now: Instant) {
        self.add_moves(None);
        let Some(history) = &mut self.history else { return };
        history.on_kernel(kernel, capture, now);
    }

    fn advance(&mut self, now: Instant) {
        if let Some(history) = &mut self.history {
            history.advance(now);
        }
    }
}
