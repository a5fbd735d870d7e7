//! Probes the path MTU: sends datagrams with the don't-fragment bit on its own socket, until the largest that passes is
//! known (RFC 1191, RFC 8201, RFC 8899).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::net::UdpSocket;

use super::open::unspecified_address;
use super::shared::SharedSocket;
use crate::net::fault;
use crate::net::kernel::error_queue::{self, ErrorQueueEntry};
use crate::sessions::News;
use crate::sessions::news::UdpNews;
use crate::wire::errno;
use crate::wire::udp::mtu::{self, MtuOutcome, MtuRefuser, MtuReport, MtuStep};
use crate::wire::udp::mtu_search::MtuSearch;
use crate::wire::{Class, FailedOperation, Failure};

/// How long the first datagrams wait for an answer, and the longest wait of all: more than the second that a host may
/// leave between two ICMP messages.
const LONGEST_WAIT: Duration = Duration::from_millis(1_100);

/// The shortest wait, however near the peer is.
const SHORTEST_WAIT: Duration = Duration::from_millis(200);

/// How many round trips each datagram waits.
const ROUND_TRIPS: u32 = 4;

/// How many errors of earlier datagrams one send may meet: the kernel reports an ICMP error at the next call.
const MOST_OLD_ERRORS: usize = 16;

/// The smallest payload: 32 bytes, enough for the tag that identifies our datagrams.
const LEAST_PAYLOAD: u32 = 32;

/// Our datagrams begin with this name, then a number that is unique to each.
const NAME: [u8; 8] = *b"mtuprobe";
const TAG_BYTES: usize = NAME.len() + 4;

impl SharedSocket {
    /// Probes the path to the peer to the end, or until the stop counter differs from `stops`; reports each step and
    /// the result.
    pub(super) async fn probe_mtu(&self, stops: u64) -> Result<(), Failure> {
        let peer = self.destination(None)?;
        let began = Instant::now();
        let mut search = MtuSearch::new(mtu::header_bytes(peer.ip()) + LEAST_PAYLOAD, mtu::most_bytes(peer.ip()));
        let mut prober = match MtuProber::open(self.local, peer) {
            Ok(prober) => prober,
            Err(error) => return Err(fault::from_io(FailedOperation::Probe, peer.to_string(), &error)),
        };
        let kernel_before = prober.kernel_mtu();
        let outcome = tokio::select! {
            biased;
            () = self.stopped_since(stops) => {
                Err(Failure::new(Class::Local, FailedOperation::Probe, peer.to_string(), "stopped before it finished"))
            }
            outcome = self.search(&mut prober, &mut search) => outcome,
        };
        let report = MtuReport {
            peer,
            passed: search.passed_bytes(),
            answers: search.answers(),
            refused: search.refusal(),
            settled: search.is_settled(),
            datagrams: prober.datagrams,
            took: began.elapsed(),
            kernel_before,
            kernel_after: prober.kernel_mtu(),
            failure: outcome.err(),
        };
        self.sample();
        self.journal.news(News::Udp(UdpNews::PathMtu(Box::new(report)))).await;
        Ok(())
    }

    async fn search(&self, prober: &mut MtuProber, search: &mut MtuSearch) -> Result<(), Failure> {
        while let Some(bytes) = search.next() {
            self.mark_activity();
            let began = Instant::now();
            let outcome = prober.try_one(bytes).await?;
            search.on_outcome(bytes, outcome);
            self.journal.news(News::Udp(UdpNews::MtuStep(MtuStep { bytes, outcome, took: began.elapsed() }))).await;
        }
        self.mark_activity();
        Ok(())
    }
}

/// The probe's own socket.
#[derive(Debug)]
struct MtuProber {
    socket: UdpSocket,
    peer: SocketAddr,
    /// How many datagrams the kernel accepted.
    datagrams: u32,
    number: u32,
    wait: Duration,
}

/// What happens while a datagram waits for its outcome.
enum ProbeReply {
    /// The peer sent a datagram.
    Answer,
    Outcome(MtuOutcome),
    /// It concerns another datagram, or none.
    Else,
    End(Failure),
}

impl MtuProber {
    /// Opens a socket that is connected to `peer`, from the address of `local`.
    fn open(local: SocketAddr, peer: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(peer), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        set_dont_fragment(&socket, peer.is_ipv6())?;
        error_queue::enable(&socket, peer.is_ipv6());
        let mut from = unspecified_address(peer);
        if !local.ip().is_unspecified() && local.is_ipv4() == peer.is_ipv4() {
            from.set_ip(local.ip());
        }
        socket.bind(&SockAddr::from(from))?;
        socket.connect(&SockAddr::from(peer))?;
        let socket = UdpSocket::from_std(socket.into())?;
        Ok(MtuProber { socket, peer, datagrams: 0, number: fastrand::u32(..), wait: LONGEST_WAIT })
    }

    fn kernel_mtu(&self) -> Option<u32> {
        #[cfg(target_os = "linux")]
        return crate::net::kernel::path_mtu(&self.socket, self.peer.is_ipv6());
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// Sends one datagram that makes an IP packet of `bytes` bytes, and waits for its outcome.
    async fn try_one(&mut self, bytes: u32) -> Result<MtuOutcome, Failure> {
        let payload = self.payload(bytes);
        if let Some(outcome) = self.send(&payload).await? {
            return Ok(outcome);
        }
        self.datagrams += 1;
        let sent = Instant::now();
        let end = tokio::time::Instant::from(sent) + self.wait;
        let mut answer = vec![0; 65_536];
        let mut over = false;
        loop {
            // Check the error queue in every turn: reading a pending error of the socket clears the readiness that a
            // wait for the error queue needs.
            let met = match error_queue::next(&self.socket) {
                ErrorQueueEntry::Nothing if over => return Ok(MtuOutcome::Quiet),
                ErrorQueueEntry::Nothing => tokio::select! {
                    () = tokio::time::sleep_until(end) => {
                        over = true;
                        ProbeReply::Else
                    }
                    found = error_queue::next_entry(&self.socket) => match found {
                        Ok(found) => self.on_queue_entry(found, bytes),
                        Err(error) => ProbeReply::End(self.failure(&error)),
                    },
                    received = self.socket.recv(&mut answer) => match received {
                        Ok(len) => self.on_datagram(&answer[..len]),
                        // The error queue has the reason.
                        Err(_error) => ProbeReply::Else,
                    },
                },
                found => self.on_queue_entry(found, bytes),
            };
            tokio::task::yield_now().await;
            match met {
                ProbeReply::Answer => {
                    self.wait = (sent.elapsed() * ROUND_TRIPS).clamp(SHORTEST_WAIT, LONGEST_WAIT);
                    return Ok(MtuOutcome::Answered);
                }
                ProbeReply::Outcome(MtuOutcome::Answered) => {
                    // The peer sent an ICMP error: hosts limit these to one a second (RFC 1812 §4.3.2.8), so wait
                    // longer from now on.
                    self.wait = LONGEST_WAIT;
                    return Ok(MtuOutcome::Answered);
                }
                ProbeReply::Outcome(outcome) => return Ok(outcome),
                ProbeReply::Else => {}
                ProbeReply::End(failure) => return Err(failure),
            }
        }
    }

    /// A payload for a packet of this many bytes, different from all before it.
    fn payload(&mut self, bytes: u32) -> Vec<u8> {
        self.number = self.number.wrapping_add(1);
        let len = bytes.saturating_sub(mtu::header_bytes(self.peer.ip())) as usize;
        let tag = NAME.into_iter().chain(self.number.to_be_bytes());
        let mut payload: Vec<u8> = tag.collect();
        payload.resize(len.max(TAG_BYTES), 0);
        payload
    }

    /// Sends a datagram; if the kernel refuses it, the refusal is its outcome.
    async fn send(&self, payload: &[u8]) -> Result<Option<MtuOutcome>, Failure> {
        let mut old = 0;
        loop {
            match self.socket.send(payload).await {
                Ok(_) => return Ok(None),
                Err(error) if error.raw_os_error() == Some(errno::EMSGSIZE) => {
                    let mut mtu = None;
                    let mut router = None;
                    loop {
                        match error_queue::next(&self.socket) {
                            ErrorQueueEntry::Here(told) => mtu = told.or(mtu),
                            ErrorQueueEntry::Icmp(icmp, _) => router = Some(icmp).filter(too_big).or(router),
                            ErrorQueueEntry::Nothing => break,
                        }
                    }
                    match (mtu, router) {
                        // A pending error of the socket: a router's late message about an earlier datagram.
                        (None, Some(_)) if old < MOST_OLD_ERRORS => old += 1,
                        (mtu, _) => return Ok(Some(MtuOutcome::TooBig(MtuRefuser::Here { mtu }))),
                    }
                }
                Err(error) => {
                    while !matches!(error_queue::next(&self.socket), ErrorQueueEntry::Nothing) {}
                    old += 1;
                    if old > MOST_OLD_ERRORS {
                        return Err(self.failure(&error));
                    }
                }
            }
        }
    }

    /// What an entry of the error queue says about the current datagram, which is a packet of `bytes` bytes.
    fn on_queue_entry(&self, found: ErrorQueueEntry, bytes: u32) -> ProbeReply {
        let ErrorQueueEntry::Icmp(icmp, quote) = found else { return ProbeReply::Else };
        if quote.len() >= TAG_BYTES && !self.is_ours(&quote) {
            return ProbeReply::Else;
        }
        if too_big(&icmp) {
            // Ignore an MTU that is not smaller than the refused packet (RFC 1191 §3: some routers report 0).
            let mtu = icmp.mtu.filter(|mtu| *mtu < bytes);
            return ProbeReply::Outcome(MtuOutcome::TooBig(MtuRefuser::Router { address: icmp.offender, mtu }));
        }
        let peers_own = icmp.offender.is_some_and(|offender: IpAddr| offender == self.peer.ip().to_canonical());
        if peers_own && icmp.class() == Class::Refused {
            // Nobody listens on that port, but the datagram arrived.
            return ProbeReply::Outcome(MtuOutcome::Answered);
        }
        ProbeReply::End(icmp.failure(FailedOperation::Probe, self.peer.to_string()))
    }

    /// What a datagram from the peer says; an echo of an earlier datagram says nothing about the current one.
    fn on_datagram(&self, answer: &[u8]) -> ProbeReply {
        let old_echo = answer.starts_with(&NAME) && !self.is_ours(answer);
        if old_echo { ProbeReply::Else } else { ProbeReply::Answer }
    }

    /// Whether these bytes begin with the current datagram's name and number.
    fn is_ours(&self, bytes: &[u8]) -> bool {
        bytes.strip_prefix(&NAME).is_some_and(|rest| rest.starts_with(&self.number.to_be_bytes()))
    }

    fn failure(&self, error: &io::Error) -> Failure {
        fault::from_io(FailedOperation::Probe, self.peer.to_string(), error)
    }
}

/// Whether the message is "fragmentation needed" or "packet too big".
fn too_big(icmp: &crate::wire::icmp::IcmpMessage) -> bool {
    matches!((icmp.v6, icmp.kind, icmp.code), (false, 3, 4) | (true, 2, _))
}

#[cfg(target_os = "linux")]
fn set_dont_fragment(socket: &Socket, v6: bool) -> io::Result<()> {
    crate::net::kernel::probe_path(socket, v6)
}

/// Not supported on this system.
#[cfg(not(target_os = "linux"))]
fn set_dont_fragment(_socket: &Socket, _v6: bool) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "the don't-fragment bit cannot be asked for on this system"))
}
