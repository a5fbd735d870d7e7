//! `--raw`: the bytes of the peer, unchanged, and one line on standard error for each thing that did not work, or
//! that a person needs to know.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::body_filter::BodyFilter;
use super::format::{PendingItems, RecordFormat};
use super::job::OutputFormat;
use super::{ports, repeat, report};
use crate::formats::curl::BodyOutput;
use crate::formats::dig_answer;
use crate::net::OverflowPolicy;
use crate::sessions::kinds::SessionKind;
use crate::sessions::news::dns::DnsNews;
use crate::sessions::news::{DialNews, HttpNews, ListenerNews, PortNews, PortProbe, UdpNews, UnixNews};
use crate::sessions::spec::dns::{PrintedParts, TransportChoice};
use crate::sessions::{News, Reading, Record, Retention, Session, Spec, SpecKind};
use crate::text::quantity;
use crate::wire::http::head::ResponseHead;
use crate::wire::{Direction, Failure};

/// Bytes that may wait for standard output in a session that can make its peer wait: one or two reads, so that they are
/// written while they are still in the processor's cache.
const STREAM_BUFFER: usize = 256 * 1024;

/// Bytes that may wait if the peer cannot be made to wait: 4 MiB.
const DATAGRAM_BUFFER: usize = 4 * 1024 * 1024;

/// How many warnings are kept until it is known whether the connection is established. Further ones are dropped,
/// because they have the same cause.
const MOST_WAITING: usize = 8;

/// The pipe. It buffers no bytes: they go from the records to standard output.
#[derive(Debug)]
pub(crate) struct RawFormat {
    /// Whether the head of an HTTP answer comes before its body.
    prints_head: bool,
    /// Which bodies are written.
    filter: BodyFilter,
    /// Warnings that wait until the connection is established or has failed; `None`: warnings are printed at once.
    held: Option<Vec<Failure>>,
    /// The ports of a range that are known; written as a table at the end. At most as many as a range has.
    ports: BTreeMap<u16, PortProbe>,
    /// The summary of a repeated run, once it is over.
    table: Option<String>,
    /// Which parts of DNS messages are printed.
    printed: PrintedParts,
    /// False: an answer by UDP that is cut short is followed by one over TCP.
    prints_cut: bool,
}

impl RawFormat {
    /// A pipe, which writes HTTP answers in this way.
    pub(crate) fn new(output: &BodyOutput) -> Self {
        RawFormat {
            prints_head: output.prints_head,
            filter: BodyFilter::new(output),
            held: Some(Vec::new()),
            ports: BTreeMap::new(),
            table: None,
            printed: PrintedParts::default(),
            prints_cut: true,
        }
    }
}

/// What is written for a record.
#[derive(Debug)]
pub(crate) enum RawItem {
    /// For standard output; may be empty.
    Output(Bytes),
    /// News for standard error, if a person needs it; a DNS answer goes to standard output.
    Fact(News),
}

impl RecordFormat for RawFormat {
    const MANNER: OutputFormat = OutputFormat::Raw;
    const OVERFLOW: OverflowPolicy = OverflowPolicy::Wait;
    const LEDGERS: bool = false;

    type Item = RawItem;

    fn wants_second_opinion(&self) -> bool {
        false
    }

    fn adjust_spec(&mut self, spec: &mut Spec) {
        if let SpecKind::Dns(dns) = &spec.what {
            self.printed = dns.printed;
            self.prints_cut = !dns.printed.short || dns.transport == TransportChoice::Udp;
        }
        spec.retain = Retention::from_bytes(match spec.what {
            SpecKind::Udp(_) | SpecKind::UdpBound(_) => DATAGRAM_BUFFER,
            // The sender of a Unix datagram waits, as that of a stream does.
            SpecKind::Unix(_)
            | SpecKind::UnixListen(_)
            | SpecKind::UnixAccepted(_)
            | SpecKind::Tcp(_)
            | SpecKind::Accepted(_)
            | SpecKind::Listen(_)
            | SpecKind::Http(_)
            | SpecKind::Repeat(_)
            | SpecKind::Ports(_)
            | SpecKind::Dns(_) => STREAM_BUFFER,
        });
    }

    fn on_reading(&mut self, _session: &Session, reading: &Reading) {
        if let Some(look) = reading.repeat.as_ref().filter(|look| look.final_one) {
            self.table = Some(repeat::table(look));
        }
    }

    fn has_output_waiting(&self) -> bool {
        self.table.is_some()
    }

    /// Bytes from name servers are not written as they are: DNS answers are written as text.
    fn item(&self, session: &Session, record: Record) -> RawItem {
        let is_dns = matches!(session.kind, SessionKind::Dns(_));
        match record {
            Record::Block(block) if block.direction == Direction::Received && !is_dns => RawItem::Output(block.bytes),
            Record::Block(_) | Record::NotKept { .. } => RawItem::Output(Bytes::new()),
            Record::News { news, .. } => RawItem::Fact(news),
        }
    }

    fn render(&mut self, pending: &mut PendingItems<RawItem>) -> Bytes {
        if let Some(table) = self.table.take() {
            return table.into();
        }
        while let Some((_, item)) = pending.pop_front() {
            match item {
                RawItem::Output(bytes) if bytes.is_empty() || self.filter.is_dropping() => {}
                RawItem::Output(bytes) => return bytes,
                RawItem::Fact(News::Dns(news)) => {
                    let text = self.dns_text(&news);
                    if !text.is_empty() {
                        return text.into();
                    }
                }
                RawItem::Fact(News::Http(HttpNews::Response(head))) => {
                    self.filter.on_response(&head);
                    if self.prints_head {
                        return head_lines(&head);
                    }
                }
                RawItem::Fact(News::Ports(PortNews::Probed(probe))) => {
                    self.ports.insert(probe.peer.port(), probe);
                }
                RawItem::Fact(news @ News::Closed { .. }) if !self.ports.is_empty() => {
                    self.report(&news);
                    return ports::table(std::mem::take(&mut self.ports).values()).into();
                }
                RawItem::Fact(news) => self.report(&news),
            }
        }
        Bytes::new()
    }
}

/// The head of an answer, as `curl -I` prints it: lines that end in CR LF, and an empty one.
fn head_lines(head: &ResponseHead) -> Bytes {
    let mut lines = format!("{} {} {}\r\n", head.version, head.status, head.reason).into_bytes();
    for (name, value) in &head.headers {
        lines.extend_from_slice(name.as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value);
        lines.extend_from_slice(b"\r\n");
    }
    lines.extend_from_slice(b"\r\n");
    lines.into()
}

impl RawFormat {
    /// The text of DNS news for standard output.
    fn dns_text(&self, news: &DnsNews) -> String {
        match news {
            DnsNews::Query(query) => dig_answer::of_query(query, self.printed),
            DnsNews::Answer(answer) if answer.message.is_truncated() && !self.prints_cut => String::new(),
            DnsNews::Answer(answer) => dig_answer::of_answer(answer, self.printed),
            DnsNews::Plan(_) | DnsNews::Failed(_) => String::new(),
        }
    }

    /// Prints the news that a person at standard error needs.
    fn report(&mut self, news: &News) {
        match news {
            News::Dial(news) => self.report_dial(news),
            News::Listener(news) => self.report_listener(news),
            News::Udp(news) => report_udp(news),
            News::Unix(news) => self.report_unix(news),
            News::Warned(failure) => self.warn(failure),
            // Warnings about data that could not be sent add nothing to the reason of the failure.
            News::Failed(failure) => {
                self.held.iter_mut().for_each(Vec::clear);
                report::failure(failure);
            }
            News::Closed { .. } => self.release(),
            News::Tcp(_)
            | News::Tls(_)
            | News::Http(_)
            | News::Option(_)
            | News::Dns(_)
            | News::Ports(_)
            | News::ReadingPaused
            | News::ReadingContinued
            | News::FileSent { .. } => {}
        }
    }

    fn report_dial(&mut self, news: &DialNews) {
        match news {
            DialNews::Connected { .. } | DialNews::Opened { .. } => self.release(),
            DialNews::Retrying { attempt, of, after, because } => {
                let wait = quantity::duration(*after);
                report::problem(&format!("{because}; attempt {attempt} of {of} in {wait}"));
            }
            DialNews::Compared(compared) => {
                if compared.differs() {
                    report::problem(&format!("the resolvers differ: {}", compared.system_answer_text()));
                }
            }
            DialNews::Resolving { .. }
            | DialNews::Resolved { .. }
            | DialNews::Connecting { .. }
            | DialNews::AttemptFailed { .. }
            | DialNews::Route(_) => {}
        }
    }

    fn report_listener(&mut self, news: &ListenerNews) {
        match news {
            ListenerNews::Listening { local, family } => {
                report::problem(&format!("listening on {local}{}", family.both_text()));
            }
            ListenerNews::Accepted { .. } => self.release(),
            ListenerNews::AcceptFailed(failure) => report::failure(failure),
            ListenerNews::TurnedAway { .. }
            | ListenerNews::ChildEnded { .. }
            | ListenerNews::Accepting(_)
            | ListenerNews::Kernel(_) => {}
        }
    }

    fn report_unix(&mut self, news: &UnixNews) {
        match news {
            UnixNews::Listening { local, .. } => report::problem(&format!("listening on {local}")),
            UnixNews::Connected { .. } | UnixNews::Accepted { .. } => self.release(),
            UnixNews::QueueFull { peer } => report::problem(&format!("the queue of {peer} is full; waiting for room")),
            UnixNews::FileLeft { path } => {
                report::problem(&format!("the file {path} is not our socket any more, and stays"));
            }
            UnixNews::Connecting { .. }
            | UnixNews::TurnedAway { .. }
            | UnixNews::Sender { .. }
            | UnixNews::WeFinished
            | UnixNews::PeerFinished { .. }
            | UnixNews::FileRemoved { .. }
            | UnixNews::Kernel(_) => {}
        }
    }

    fn warn(&mut self, failure: &Failure) {
        match &mut self.held {
            Some(held) if held.len() < MOST_WAITING => held.push(failure.clone()),
            Some(_) => {}
            None => report::failure(failure),
        }
    }

    /// The connection is established or has failed: prints the warnings that waited.
    fn release(&mut self) {
        for failure in self.held.take().into_iter().flatten() {
            report::failure(&failure);
        }
    }
}

fn report_udp(news: &UdpNews) {
    match news {
        UdpNews::PathMtu(found) => report::problem(&found.to_string()),
        UdpNews::Joined { .. }
        | UdpNews::Left { .. }
        | UdpNews::Icmp(_)
        | UdpNews::MtuStep(_)
        | UdpNews::BurstEnded { .. } => {}
    }
}
