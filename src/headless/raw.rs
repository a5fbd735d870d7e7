//! `--raw`: what the peer says, untouched, and one line on standard error for what did not work.

use bytes::Bytes;

use super::format::{PendingRecords, RecordFormat};
use super::job::OutputFormat;
use super::{repeat, report};
use crate::formats::dig_answer;
use crate::sessions::news::dns::DnsNews;
use crate::sessions::news::{DialNews, HttpNews, ListenerNews, OptionNews, TcpNews, UdpNews};
use crate::sessions::{News, Reading, Record, Retention, SessionId, Spec, SpecKind};
use crate::wire::Direction;

/// How many bytes may wait for standard output in a session that can make its peer wait: a read or two, so that they
/// are written while they are still in the processor's cache.
const STREAM_BUFFER: usize = 256 * 1024;

/// How many may wait where the peer cannot be made to wait: 4 MiB.
const DATAGRAM_BUFFER: usize = 4 * 1024 * 1024;

/// How many warnings wait to be told while it is not yet known whether there will be a conversation; more are dropped,
/// as they are about the same missing one.
const MOST_WAITING: usize = 8;

/// The pipe. It holds no bytes: they go from the records to standard output.
#[derive(Debug, Default)]
pub(crate) struct RawFormat {
    open: bool,
    /// What is read is no stream: answers are written as text.
    dns: bool,
    waiting: Vec<String>,
    /// What a run of many came to, once it is over.
    table: Option<String>,
}

impl RecordFormat for RawFormat {
    const MANNER: OutputFormat = OutputFormat::Raw;
    const OVERFLOW: crate::net::OverflowPolicy = crate::net::OverflowPolicy::Wait;

    fn asks_beside(&self) -> bool {
        false
    }

    fn prepare(&self, spec: &mut Spec) {
        spec.retain = Retention::of_bytes(match spec.what {
            SpecKind::Udp(_) | SpecKind::UdpBound(_) => DATAGRAM_BUFFER,
            SpecKind::Tcp(_)
            | SpecKind::Accepted(_)
            | SpecKind::Listen(_)
            | SpecKind::Http(_)
            | SpecKind::Repeat(_)
            | SpecKind::Dns(_) => STREAM_BUFFER,
        });
    }

    fn opened(&mut self, _id: SessionId, spec: &Spec) {
        self.dns = matches!(spec.what, SpecKind::Dns(_));
    }

    fn measured(&mut self, reading: &Reading) {
        if let Some(look) = reading.repeat.as_ref().filter(|look| look.final_one) {
            self.table = Some(repeat::table(look));
        }
    }

    fn waiting(&self) -> bool {
        self.table.is_some()
    }

    fn render(&mut self, pending: &mut PendingRecords) -> Bytes {
        if let Some(table) = self.table.take() {
            return table.into();
        }
        while let Some((_, record)) = pending.pop_front() {
            match record {
                Record::News { news: News::Dns(news), .. } => {
                    if let DnsNews::Answer(answer) = *news {
                        return dig_answer::of_answer(&answer).into();
                    }
                }
                Record::Block(block) if self.dns || block.bytes.is_empty() => drop(block),
                Record::Block(block) if block.direction == Direction::Received => {
                    return block.bytes;
                }
                Record::Block(_) | Record::NotKept { .. } => {}
                Record::News { news, .. } => self.tell(&news),
            }
        }
        Bytes::new()
    }
}

impl RawFormat {
    /// What a person at the other end of standard error wants to know.
    fn tell(&mut self, news: &News) {
        match news {
            News::Warned(failure) if !self.open => {
                if self.waiting.len() < MOST_WAITING {
                    self.waiting.push(failure.to_string());
                }
            }
            // What could not be sent to nobody is no news beside the reason.
            News::Failed(failure) => {
                self.waiting.clear();
                report::problem(&failure.to_string());
            }
            News::Warned(failure) | News::Listener(ListenerNews::AcceptFailed(failure)) => {
                report::problem(&failure.to_string());
            }
            News::Dial(DialNews::Connected { .. })
            | News::Listener(ListenerNews::Accepted { .. })
            | News::Closed { .. } => {
                self.open = true;
                self.waiting.drain(..).for_each(|what| report::problem(&what));
            }
            News::Dial(DialNews::Retrying { attempt, of, after, because }) => {
                let wait = crate::text::quantity::duration(*after);
                report::problem(&format!("{because}; attempt {attempt} of {of} in {wait}"));
            }
            News::Udp(UdpNews::PathMtu(report)) => report::problem(&report.to_string()),
            News::Dial(DialNews::Compared(compared)) if compared.differs() => {
                report::problem(&format!("the resolvers differ: {}", compared.system_text()));
            }
            News::Listener(ListenerNews::Listening { local }) => report::problem(&format!("listening on {local}")),
            News::Dial(
                DialNews::Resolving { .. }
                | DialNews::Resolved { .. }
                | DialNews::Connecting { .. }
                | DialNews::AttemptFailed { .. }
                | DialNews::Compared(_)
                | DialNews::Route(_),
            )
            | News::Listener(ListenerNews::TurnedAway { .. } | ListenerNews::ChildEnded { .. })
            | News::Tcp(
                TcpNews::WeFinished
                | TcpNews::PeerFinished { .. }
                | TcpNews::State { .. }
                | TcpNews::Call { .. }
                | TcpNews::Stamps { .. }
                | TcpNews::PeerSyn(_)
                | TcpNews::Kernel(_),
            )
            | News::ReadingPaused
            | News::ReadingContinued
            | News::Udp(
                UdpNews::Joined { .. }
                | UdpNews::Left { .. }
                | UdpNews::Icmp(_)
                | UdpNews::MtuStep(_)
                | UdpNews::BurstEnded { .. },
            )
            | News::FileSent { .. }
            | News::Http(
                HttpNews::Request(_)
                | HttpNews::Interim(_)
                | HttpNews::Response(_)
                | HttpNews::Trailers(_)
                | HttpNews::Redirect { .. },
            )
            | News::Dns(_)
            | News::Option(OptionNews::Set { .. } | OptionNews::Reported(_)) => {}
        }
    }
}
