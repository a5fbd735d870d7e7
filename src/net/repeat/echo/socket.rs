//! Echo datagrams: each with a number, a send time, and a limit to the wait for its answer.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use socket2::{Domain, Protocol, SockAddr, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::pending::PendingEchoes;
use crate::net::journal::Journal;
use crate::net::kernel::error_queue::{self, ErrorQueueEntry};
use crate::net::optional_sleep::sleep_until_some;
use crate::net::repeat::ledger::RunLedger;
use crate::net::repeat::plan::{StartTicket, WorkerSchedule};
use crate::net::udp::gso::GsoSender;
use crate::net::{fault, option, resolve};
use crate::sessions::News;
use crate::sessions::news::DialNews;
use crate::sessions::spec::repeat::{EchoSpec, StartPace, TAG};
use crate::wire::option::OptionScope;
use crate::wire::{Class, FailedOperation, Failure};

/// How many datagrams may wait for answers at a fixed rate; beyond it the next one waits, and its time counts from when
/// it was due.
const MOST_WAITING: usize = 65_536;

/// How many answers are received before something is sent again.
pub(super) const MOST_AT_ONCE: usize = 64;

/// The largest datagram.
const LARGEST: usize = 65_535;

/// The receive buffer that we request from the kernel, for unread answers; it may give less.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// A socket that is connected to the peer, and the payload to send.
#[derive(Debug)]
pub(crate) struct EchoSocket {
    pub(super) socket: UdpSocket,
    pub(super) peer: SocketAddr,
    pub(super) payload: Bytes,
    /// This run's number in every datagram; `None` if datagrams carry no number.
    pub(super) run: Option<u32>,
    patience: Duration,
}

impl EchoSocket {
    /// Looks up the name and connects to the first address that the kernel accepts; reports both.
    ///
    /// # Errors
    /// Fails if the name has no address, if none can be used, or if the datagram would be too large.
    pub(crate) async fn open(spec: &EchoSpec, journal: &Arc<Journal>) -> Result<Self, Failure> {
        let target = &spec.udp.target;
        let tag = if spec.tagged { TAG } else { 0 };
        if spec.payload.len() + tag > LARGEST {
            return Err(Failure::usage(format!("a datagram holds at most {} bytes of payload", LARGEST - tag)));
        }
        let addresses = resolve::resolve(&target.host, target.port, spec.udp.socket.family, journal).await?;
        let message = "the local address and the target are of different families";
        let mut why = Failure::new(Class::Local, FailedOperation::Bind, target.to_string(), message);
        for peer in addresses {
            if spec.udp.socket.bind.is_some_and(|bind| bind.is_ipv4() != peer.is_ipv4()) {
                continue;
            }
            journal.news(News::Dial(DialNews::Connecting { peer, attempt: 1, begun: true })).await;
            let began = Instant::now();
            if peer.ip().is_multicast() && !spec.patience.is_zero() {
                why.message = "a group has many members, and this measures the answers of one peer: \
                               --patience 0s sends without waiting for answers"
                    .to_owned();
                continue;
            }
            match connect(spec, peer) {
                Ok((socket, local)) => {
                    journal
                        .news(News::Dial(DialNews::Connected { local, peer, took: began.elapsed(), attempt: 1 }))
                        .await;
                    let run = spec.tagged.then(|| fastrand::u32(..));
                    return Ok(EchoSocket {
                        socket,
                        peer,
                        payload: spec.payload.clone(),
                        run,
                        patience: spec.patience,
                    });
                }
                Err(failure) => why = failure,
            }
        }
        Err(why)
    }

    /// Sends and receives until no ticket is left and every datagram was answered, lost or refused.
    pub(crate) async fn run(self, lane: WorkerSchedule, ledger: Arc<RunLedger>, concurrency: usize) {
        let most = if matches!(lane.pace(), StartPace::FlatOut) { concurrency } else { MOST_WAITING };
        let waiting = PendingEchoes::new(self.run.is_some());
        let trains = GsoSender::new(self.peer);
        let silent = self.patience.is_zero();
        let mut conversation = EchoConversation {
            socket: self,
            lane,
            ledger,
            waiting,
            most: if silent { usize::MAX } else { most },
            buffer: vec![0; LARGEST],
            jitter: None,
            trains,
            tickets: Vec::new(),
            train: Vec::new(),
            silent,
            sent: 0,
        };
        conversation.run().await;
    }
}

fn connect(spec: &EchoSpec, peer: SocketAddr) -> Result<(UdpSocket, SocketAddr), Failure> {
    let failed = |error: io::Error| fault::from_io(FailedOperation::Connect, peer.to_string(), &error);
    let socket = bound_socket(spec, peer).map_err(failed)?;
    let scope = OptionScope::new(peer.is_ipv6(), peer.ip().is_multicast());
    option::set_all(&socket, &spec.udp.socket.options, scope)?;
    // Without it the kernel keeps silent about most ICMP errors: only a closed port would be told (udp(7)).
    error_queue::enable(&socket, peer.is_ipv6());
    let connected = || {
        socket.connect(&SockAddr::from(peer))?;
        let socket = UdpSocket::from_std(socket.into())?;
        let local = socket.local_addr()?;
        Ok((socket, local))
    };
    connected().map_err(failed)
}

fn bound_socket(spec: &EchoSpec, peer: SocketAddr) -> io::Result<socket2::Socket> {
    let any: IpAddr = if peer.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let local = spec.udp.socket.bind.unwrap_or(SocketAddr::new(any, 0));
    let socket = socket2::Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.set_broadcast(spec.udp.broadcast)?;
    // Best effort: with a smaller buffer, a burst of answers may be dropped, and counts as lost.
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES).ok();
    socket.bind(&SockAddr::from(local))?;
    Ok(socket)
}

/// An echo exchange in progress.
pub(super) struct EchoConversation {
    pub(super) socket: EchoSocket,
    pub(super) lane: WorkerSchedule,
    pub(super) ledger: Arc<RunLedger>,
    pub(super) waiting: PendingEchoes,
    /// How many datagrams may wait for answers.
    pub(super) most: usize,
    buffer: Vec<u8>,
    /// The last round trip, and the jitter so far.
    jitter: Option<(Duration, Duration)>,
    pub(super) trains: GsoSender,
    /// The tickets of the next send, and its bytes.
    pub(super) tickets: Vec<StartTicket>,
    pub(super) train: Vec<u8>,
    /// No answers are expected.
    pub(super) silent: bool,
    /// How many datagrams were sent without waiting for an answer; gives their numbers.
    pub(super) sent: u64,
}

impl EchoConversation {
    async fn run(&mut self) {
        let mut more = true;
        loop {
            self.drop_expired();
            // The datagrams just dropped may have been the last ones: with nothing to send and nothing to wait for, no
            // branch below is enabled, and `select!` panics.
            if !more && self.waiting.count() == 0 {
                return;
            }
            let room = more && self.waiting.count() < self.most;
            let patience = self.waiting.oldest_sent_at().and_then(|sent| sent.checked_add(self.socket.patience));
            tokio::select! {
                biased;
                ready = self.socket.socket.ready(Interest::READABLE | Interest::ERROR), if self.waiting.count() > 0 => match ready {
                    Ok(ready) => self.receive(ready.is_error()).await,
                    Err(error) => self.on_refused(&error).await,
                },
                ticket = self.lane.next(), if room => match ticket {
                    Some(ticket) => self.send(ticket).await,
                    None => more = false,
                },
                () = sleep_until_some(patience), if patience.is_some() => {}
            }
        }
    }

    /// Counts datagrams that have waited long enough as lost.
    fn drop_expired(&mut self) {
        let now = Instant::now();
        let lost = self.waiting.drop_expired(now, self.socket.patience);
        if lost > 0 {
            let at = self.lane.elapsed(now);
            self.ledger.part(0).count_lost(lost, at);
        }
    }

    async fn receive(&mut self, error: bool) {
        if error {
            let taken = self.socket.socket.take_error();
            // `WouldBlock` tells tokio that the error was handled, so that it waits for the next one.
            let nothing: io::Result<()> =
                self.socket.socket.try_io(Interest::ERROR, || Err(io::ErrorKind::WouldBlock.into()));
            nothing.unwrap_or_default();
            if let (0, Ok(Some(error)) | Err(error)) = (self.take_icmp_errors(0).await, taken) {
                self.on_refused(&error).await;
            }
        }
        for _ in 0..MOST_AT_ONCE {
            match self.socket.socket.try_recv(&mut self.buffer) {
                Ok(length) => self.on_answer(length),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => {
                    if self.take_icmp_errors(0).await == 0 {
                        self.on_refused(&error).await;
                    }
                    return;
                }
            }
        }
    }

    fn on_answer(&mut self, length: usize) {
        let now = Instant::now();
        let answer = self.buffer.get(..length).unwrap_or_default();
        let ticket = match self.socket.run {
            None => self.waiting.take_oldest(),
            Some(run) => number_of(answer, run).and_then(|number| self.waiting.take(number)),
        };
        let mut part = self.ledger.part(0);
        part.totals.received.add(length as u64);
        let Some(ticket) = ticket else {
            part.stray += 1;
            return;
        };
        part.count_done(self.ledger.completed(ticket, now));
        drop(part);
        let trip = now.saturating_duration_since(ticket.started);
        let jitter = match self.jitter {
            None => Duration::ZERO,
            Some((before, jitter)) => smoothed_jitter(jitter, trip.abs_diff(before)),
        };
        if self.jitter.is_some() {
            self.ledger.set_jitter(jitter);
        }
        self.jitter = Some((trip, jitter));
    }

    /// Takes the ICMP errors that the kernel has queued, and charges each to the datagram that it quotes. The last
    /// `unsent` of those that wait have not left yet. Returns how many there were.
    pub(super) async fn take_icmp_errors(&mut self, unsent: usize) -> usize {
        let mut count = 0;
        loop {
            match error_queue::next(&self.socket.socket) {
                ErrorQueueEntry::Icmp(icmp, quoted) => {
                    count += 1;
                    let failure = icmp.failure(FailedOperation::Send, self.socket.peer.to_string());
                    let number = self.socket.run.and_then(|run| number_of(&quoted, run));
                    self.charge(number, unsent, failure).await;
                }
                ErrorQueueEntry::Here(_) => {}
                ErrorQueueEntry::Nothing => return count,
            }
        }
    }

    /// An error of an earlier datagram, and the kernel does not say of which.
    async fn on_refused(&mut self, error: &io::Error) {
        self.charge(None, 0, self.failure(error)).await;
    }

    /// Counts the datagram of this number as failed, or the oldest one.
    pub(super) async fn charge(&mut self, number: Option<u64>, unsent: usize, failure: Failure) {
        if self.silent {
            let at = self.lane.elapsed(Instant::now());
            self.ledger.part(0).turn_into_failure(failure.class, at);
            return self.ledger.report_failure(failure).await;
        }
        let known = number.and_then(|number| self.waiting.take(number));
        let charged = match number {
            // It was answered, lost or charged already.
            Some(_) => known,
            None if self.waiting.count() > unsent => self.waiting.take_oldest(),
            None => None,
        };
        if charged.is_some() {
            self.count_failed(failure).await;
        }
    }

    pub(super) async fn count_failed(&mut self, failure: Failure) {
        let at = self.lane.elapsed(Instant::now());
        self.ledger.part(0).count_failed(failure.class, at);
        self.ledger.report_failure(failure).await;
    }
}

/// RFC 3550 §6.4.1: a sixteenth of each difference, so that a single outlier fades.
fn smoothed_jitter(jitter: Duration, difference: Duration) -> Duration {
    (jitter * 15 + difference) / 16
}

/// The number in an answer; `None` if it is not of this run.
fn number_of(answer: &[u8], run: u32) -> Option<u64> {
    let tag = answer.get(answer.len().checked_sub(TAG)?..)?;
    let (own, number) = tag.split_first_chunk::<4>()?;
    let number = number.first_chunk::<8>()?;
    (u32::from_be_bytes(*own) == run).then(|| u64::from_be_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::repeat::echo::sending;

    #[test]
    fn a_number_comes_back_out_of_an_echo_and_out_of_nothing_else() {
        let mut sent = Vec::new();
        sending::write(&mut sent, b"ping", Some((7, 42)));
        assert_eq!(number_of(&sent, 7), Some(42));
        assert_eq!(number_of(&sent, 8), None);
        assert_eq!(number_of(&sent[..sent.len() - 1], 7), None);
        assert_eq!(number_of(b"", 7), None);
    }

    #[test]
    fn jitter_moves_by_a_sixteenth() {
        let first = smoothed_jitter(Duration::ZERO, Duration::from_millis(16));
        assert_eq!(first, Duration::from_millis(1));
        assert_eq!(smoothed_jitter(Duration::from_millis(16), Duration::ZERO), Duration::from_millis(15));
    }
}
