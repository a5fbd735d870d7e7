//! The sending half: what is due at the same time leaves with the same call.

use crate::wire::FailedOperation;
use std::io;

use bytes::BufMut;
use tokio::time::Instant;

use super::socket::{EchoConversation, MOST_AT_ONCE};
use crate::net::fault;
use crate::net::repeat::plan::StartTicket;
use crate::sessions::spec::repeat::TAG;
use crate::wire::Totals;

/// How often datagrams are handed to the kernel that reports an earlier one's refusal instead of taking them.
const MOST_TRIES: usize = 3;

/// How many datagrams leave with one call where their answers are not waited for.
const MOST_UNWATCHED: usize = 256;

/// How many bytes leave with one call, unless one datagram alone has more.
const ENOUGH_BYTES: usize = 256 * 1024;

impl EchoConversation {
    /// Sends the ticket's datagram, and those that are due with it.
    pub(super) async fn send(&mut self, first: StartTicket) {
        let segment = self.socket.payload.len() + if self.socket.run.is_some() { TAG } else { 0 };
        // An answer that is late is taken before more is sent: so batches are short where answers are waited for.
        let room = self.most.saturating_sub(self.waiting.count());
        let most = if self.silent { MOST_UNWATCHED } else { MOST_AT_ONCE.min(room) };
        let mut tickets = std::mem::take(&mut self.tickets);
        tickets.clear();
        tickets.push(first);
        self.lane.add_due(&mut tickets, most.min(ENOUGH_BYTES / segment.max(1)).max(1));
        let now = Instant::now();
        self.train.clear();
        for ticket in &mut tickets {
            // What this socket got before is no answer to what it sends now.
            ticket.started = now;
            self.ledger.started();
            let number = if self.silent {
                self.sent += 1;
                self.sent - 1
            } else {
                self.waiting.push(*ticket)
            };
            write(&mut self.train, &self.socket.payload, self.socket.run.map(|run| (run, number)));
        }
        self.lane.set_ended(now);
        self.send_batch(tickets.len(), segment).await;
        self.tickets = tickets;
        if self.silent {
            // Nothing here ever waits: others get their turn.
            tokio::task::yield_now().await;
        }
    }

    /// Hands the train to the kernel, to its end.
    async fn send_batch(&mut self, count: usize, segment: usize) {
        let train = std::mem::take(&mut self.train);
        let (mut gone, mut tries) = (0, 0);
        while gone < count {
            match self.trains.send_some(&self.socket.socket, &train[gone * segment..], segment).await {
                Ok(taken) => {
                    let now = self.lane.elapsed(Instant::now());
                    let mut part = self.ledger.part(0);
                    part.totals.sent.merge(Totals { bytes: (taken * segment) as u64, ops: taken as u64 });
                    if self.silent {
                        part.count_sent(taken as u64, now);
                    }
                    gone += taken;
                    tries = 0;
                }
                // A connected socket first reports what an ICMP message said of an earlier datagram, and sends nothing.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused && tries < MOST_TRIES => {
                    tries += 1;
                    self.refused_earlier(&error, count - gone).await;
                }
                Err(error) => {
                    self.not_sent(&error, count - gone).await;
                    break;
                }
            }
        }
        self.train = train;
    }

    /// An earlier datagram was refused: of those `unsent` that wait to be sent, none was it.
    async fn refused_earlier(&mut self, error: &io::Error, unsent: usize) {
        if self.silent {
            let failure = fault::from_io(FailedOperation::Send, self.socket.peer.to_string(), error);
            let at = self.lane.elapsed(Instant::now());
            self.ledger.part(0).turn_into_failure(failure.class, at);
            self.ledger.report_failure(failure).await;
        } else if self.waiting.count() > unsent {
            self.on_refused(error).await;
        }
    }

    /// The kernel did not take the last `count` of them.
    async fn not_sent(&mut self, error: &io::Error, count: usize) {
        for _ in 0..count {
            if !self.silent {
                self.waiting.take_newest();
            }
            self.count_failed(error).await;
        }
    }
}

/// Adds a datagram: the payload, then its run and number where it has them.
pub(super) fn write(train: &mut Vec<u8>, payload: &[u8], tag: Option<(u32, u64)>) {
    train.extend_from_slice(payload);
    if let Some((run, number)) = tag {
        train.put_u32(run);
        train.put_u64(number);
    }
}
