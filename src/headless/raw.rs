//! `--raw`: what the peer says, untouched, and one line on standard error for what did not work.

use bytes::Bytes;

use super::format::{PendingItems, RecordFormat};
use super::job::OutputFormat;
use super::{repeat, report};
use crate::formats::dig_answer;
use crate::net::OverflowPolicy;
use crate::sessions::kinds::SessionKind;
use crate::sessions::news::dns::DnsNews;
use crate::sessions::news::{DialNews, ListenerNews, UdpNews};
use crate::sessions::{News, Reading, Record, Retention, Session, Spec, SpecKind};
use crate::text::quantity;
use crate::wire::{Direction, Failure};

/// How many bytes may wait for standard output in a session that can make its peer wait: a read or two, so that they
/// are written while they are still in the processor's cache.
const STREAM_BUFFER: usize = 256 * 1024;

/// How many may wait where the peer cannot be made to wait: 4 MiB.
const DATAGRAM_BUFFER: usize = 4 * 1024 * 1024;

/// How many warnings wait to be told while it is not yet known whether there will be a conversation; more are dropped,
/// as they are about the same missing one.
const MOST_WAITING: usize = 8;

/// The pipe. It holds no bytes: they go from the records to standard output.
#[derive(Debug)]
pub(crate) struct RawFormat {
    /// Warnings that wait until there is a conversation, or none; `None`: they are told at once.
    held: Option<Vec<Failure>>,
    /// What a run of many came to, once it is over.
    table: Option<String>,
}

impl Default for RawFormat {
    fn default() -> Self {
        RawFormat { held: Some(Vec::new()), table: None }
    }
}

/// What there is to write of a record.
#[derive(Debug)]
pub(crate) enum RawItem {
    /// For standard output; may be empty.
    Output(Bytes),
    /// For standard error, where a person wants to know it; an answer of DNS is standard output.
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

    fn adjust_spec(&self, spec: &mut Spec) {
        spec.retain = Retention::from_bytes(match spec.what {
            SpecKind::Udp(_) | SpecKind::UdpBound(_) => DATAGRAM_BUFFER,
            SpecKind::Tcp(_)
            | SpecKind::Accepted(_)
            | SpecKind::Listen(_)
            | SpecKind::Http(_)
            | SpecKind::Repeat(_)
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

    /// What name servers send is no stream: their answers are written as text.
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
                RawItem::Output(bytes) if bytes.is_empty() => {}
                RawItem::Output(bytes) => return bytes,
                RawItem::Fact(News::Dns(news)) => {
                    if let DnsNews::Answer(answer) = *news {
                        return dig_answer::of_answer(&answer).into();
                    }
                }
                RawItem::Fact(news) => self.report(&news),
            }
        }
        Bytes::new()
    }
}

impl RawFormat {
    /// What a person at the other end of standard error wants to know.
    fn report(&mut self, news: &News) {
        match news {
            News::Dial(news) => self.report_dial(news),
            News::Listener(news) => self.report_listener(news),
            News::Udp(news) => report_udp(news),
            News::Warned(failure) => self.warn(failure),
            // What could not be sent to nobody is no news beside the reason.
            News::Failed(failure) => {
                self.held.iter_mut().for_each(Vec::clear);
                report::problem(&failure.to_string());
            }
            News::Closed { .. } => self.release(),
            News::Tcp(_)
            | News::Http(_)
            | News::Option(_)
            | News::Dns(_)
            | News::ReadingPaused
            | News::ReadingContinued
            | News::FileSent { .. } => {}
        }
    }

    fn report_dial(&mut self, news: &DialNews) {
        match news {
            DialNews::Connected { .. } => self.release(),
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
            ListenerNews::Listening { local } => report::problem(&format!("listening on {local}")),
            ListenerNews::Accepted { .. } => self.release(),
            ListenerNews::AcceptFailed(failure) => report::problem(&failure.to_string()),
            ListenerNews::TurnedAway { .. } | ListenerNews::ChildEnded { .. } => {}
        }
    }

    fn warn(&mut self, failure: &Failure) {
        match &mut self.held {
            Some(held) if held.len() < MOST_WAITING => held.push(failure.clone()),
            Some(_) => {}
            None => report::problem(&failure.to_string()),
        }
    }

    /// There is a conversation, or there will be none: warnings wait no longer.
    fn release(&mut self) {
        for failure in self.held.take().into_iter().flatten() {
            report::problem(&failure.to_string());
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
