//! The sending half: datagrams that are due at the same time leave with one call.

use std::io;

use bytes::BufMut;
use tokio::time::Instant;

use super::socket::{EchoConversation, MOST_AT_ONCE};
use crate::net::fault;
use crate::net::repeat::plan::StartTicket;
use crate::sessions::spec::repeat::TAG;
use crate::wire::{FailedOperation, Failure, Totals};

/// How often a send is retried when the kernel reports an earlier datagram's refusal instead.
const MOST_TRIES: usize = 3;

/// How many datagrams leave with one call if no answers are expected.
const MOST_UNWATCHED: usize = 256;

/// How many bytes leave with one call, unless a single datagram has more.
const ENOUGH_BYTES: usize = 256 * 1024;

impl EchoConversation {
    /// Sends the ticket's datagram, and those that are due at the same time.
    pub(super) async fn send(&mut self, first: StartTicket) {
        let segment = self.socket.payload.len() + if self.socket.run.is_some() { TAG } else { 0 };
        // Batches are short if answers are expected: late answers are received before more is sent.
        let room = self.most.saturating_sub(self.waiting.count());
        let most = if self.silent { MOST_UNWATCHED } else { MOST_AT_ONCE.min(room) };
        let mut tickets = std::mem::take(&mut self.tickets);
        tickets.clear();
        tickets.push(first);
        self.lane.add_due(&mut tickets, most.min(ENOUGH_BYTES / segment.max(1)).max(1));
        let now = Instant::now();
        self.train.clear();
        for ticket in &mut tickets {
            // Set now: an answer that arrived earlier cannot belong to this datagram.
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
            // Nothing here ever waits, so other tasks get their turn.
            tokio::task::yield_now().await;
        }
    }

    /// Sends the whole batch.
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
                // A connected socket first returns the ICMP error of an earlier datagram, and sends nothing.
                Err(error) if tries < MOST_TRIES && self.is_of_earlier(&error, count - gone).await => tries += 1,
                Err(error) => {
                    self.not_sent(&error, count - gone).await;
                    break;
                }
            }
        }
        self.train = train;
    }

    /// Whether an earlier datagram failed, not one of the `unsent` that are still to be sent; then it is charged.
    async fn is_of_earlier(&mut self, error: &io::Error, unsent: usize) -> bool {
        if self.take_icmp_errors(unsent).await > 0 {
            return true;
        }
        // A system without an error queue tells a closed port only.
        let refused = error.kind() == io::ErrorKind::ConnectionRefused;
        if refused {
            self.charge(None, unsent, self.failure(error)).await;
        }
        refused
    }

    pub(super) fn failure(&self, error: &io::Error) -> Failure {
        fault::from_io(FailedOperation::Send, self.socket.peer.to_string(), error)
    }

    /// The kernel did not accept the last `count` datagrams.
    async fn not_sent(&mut self, error: &io::Error, count: usize) {
        for _ in 0..count {
            if !self.silent {
                self.waiting.take_newest();
            }
            self.count_failed(self.failure(error)).await;
        }
    }
}

/// Appends a datagram: the payload, then its run and number if it has them.
pub(super) fn write(train: &mut Vec<u8>, payload: &[u8], tag: Option<(u32, u64)>) {
    train.extend_from_slice(payload);
    if let Some((run, number)) = tag {
        train.put_u32(run);
        train.put_u64(number);
    }
}
