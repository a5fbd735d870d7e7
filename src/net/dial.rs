//! Opens a TCP connection from a host name: look-up, then the race of addresses of RFC 8305.

use crate::net::system::OwnedFd;
use crate::wire::errno;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::capture::CaptureWatch;
use super::journal::Journal;
use super::kernel::{self, error_queue};
use super::resolve::{in_order, none_left, resolve};
use super::route::{self, HopAtBegin};
use super::{fault, option, syscall};
use crate::net::kernel::error_queue::ErrorQueueEntry;
use crate::sessions::News;
use crate::sessions::news::call::SocketCall;
use crate::sessions::news::{DialNews, TcpNews, UdpNews};
use crate::sessions::spec::{IpFamily, SocketSpec, TcpSpec};
use crate::text::quantity;
use crate::wire::icmp::IcmpMessage;
use crate::wire::segment::FlowHint;
use crate::wire::tcp::cause::StateCause;
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Evidence, FailedOperation, Failure, FailureReason};

/// RFC 8305 §5, "Connection Attempt Delay": how long one address may try alone.
const STAGGER: Duration = Duration::from_millis(250);

/// One connection attempt: look-up and race, within the spec's connect time-out. Reports all its news, including
/// [`DialNews::Connected`]; the caller reports the failure of the whole attempt. `capture` is the session's, and
/// captures the packets of each address.
///
/// # Errors
/// Returns the most specific failure of all addresses tried, or [`Class::ConnectTimeout`].
pub(crate) async fn connect(
    spec: &TcpSpec,
    attempt: u32,
    journal: &Arc<Journal>,
    capture: Option<&CaptureWatch>,
) -> Result<TcpStream, Failure> {
    let deadline = Instant::now() + spec.socket.connect_timeout;
    let addresses = look_up(spec, None, deadline, journal).await?;
    connect_to(spec, addresses, deadline, attempt, journal, capture).await
}

/// The addresses of the target, in the order in which they are to be tried. `known` replaces the look-up.
///
/// # Errors
/// Fails if there is none, or no answer before the deadline.
pub(crate) async fn look_up(
    spec: &TcpSpec,
    known: Option<Vec<SocketAddr>>,
    deadline: Instant,
    journal: &Arc<Journal>,
) -> Result<Vec<SocketAddr>, Failure> {
    let family = match (spec.socket.bind, spec.socket.family) {
        (Some(local), IpFamily::V4) if local.is_ipv6() => return Err(bind_family_mismatch(local, "IPv4")),
        (Some(local), IpFamily::V6) if local.is_ipv4() => return Err(bind_family_mismatch(local, "IPv6")),
        (Some(local), _) if local.is_ipv4() => IpFamily::V4,
        (Some(_), _) => IpFamily::V6,
        (None, family) => family,
    };
    let look_up = async {
        match known {
            None => resolve(&spec.target.host, spec.target.port, family, journal).await,
            Some(known) => {
                let addresses = in_order(known.into_iter().filter(|address| family.admits(address.ip())));
                if addresses.is_empty() { Err(none_left(&spec.target.host, family)) } else { Ok(addresses) }
            }
        }
    };
    match tokio::time::timeout_at(deadline, look_up).await {
        Ok(found) => found.map_err(|mut failure| {
            if let (IpFamily::Any, Some(local), Class::Resolve) = (spec.socket.family, spec.socket.bind, failure.class)
                && failure.reason == Some(FailureReason::NoAddressOfFamily)
            {
                failure.message = format!("no address can be reached from {}", local.ip());
            }
            failure
        }),
        Err(_) => {
            let message =
                format!("no answer from a name server within {}", quantity::duration(spec.socket.connect_timeout));
            Err(Failure::new(Class::Resolve, FailedOperation::Resolve, &spec.target.host, message)
                .with_reason(FailureReason::NameServerSilent))
        }
    }
}

/// Connects to one of these addresses.
///
/// # Errors
/// As [`connect`].
pub(crate) async fn connect_to(
    spec: &TcpSpec,
    addresses: Vec<SocketAddr>,
    deadline: Instant,
    attempt: u32,
    journal: &Arc<Journal>,
    capture: Option<&CaptureWatch>,
) -> Result<TcpStream, Failure> {
    let race = ConnectRace { spec, deadline, attempt, journal, capture };
    race.run(addresses, spec.target.to_string()).await
}

fn bind_family_mismatch(local: SocketAddr, family: &str) -> Failure {
    let message = format!("only {family} was asked for, and the local address is of the other family");
    Failure::new(Class::Usage, FailedOperation::Bind, local.to_string(), message)
}

/// One address, when its `connect()` began, and the result: the connection and our own address.
type ConnectOutcome = (SocketAddr, Instant, Result<(TcpStream, SocketAddr), FailedAttempt>);

/// An attempt that failed, and the news of its `connect()` call, if it was called.
struct FailedAttempt {
    failure: Failure,
    call: Option<News>,
    /// The ICMP message that caused it, if one did.
    icmp: Option<IcmpMessage>,
}

/// An address that is being tried.
struct PendingConnect {
    peer: SocketAddr,
    began: Instant,
    /// A second descriptor of its socket, for sampling while the first connects; closed with this.
    socket: Option<OwnedFd>,
    hop: HopAtBegin,
}

/// Longest interval between samples of a socket that waits for its SYN-ACK.
const LOOK: Duration = Duration::from_millis(200);

/// How long after the kernel's timer is due to send the SYN again the next sample is taken.
const AFTER_TIMER: Duration = Duration::from_millis(5);

struct ConnectRace<'a> {
    spec: &'a TcpSpec,
    deadline: Instant,
    attempt: u32,
    journal: &'a Arc<Journal>,
    capture: Option<&'a CaptureWatch>,
}

/// The progress of a race.
struct RaceState {
    /// Addresses that were not tried yet.
    waiting: std::vec::IntoIter<SocketAddr>,
    running: FuturesUnordered<BoxFuture<'static, ConnectOutcome>>,
    /// The addresses being tried, the newest last.
    under_way: Vec<PendingConnect>,
    /// The most specific failure so far.
    worst: Option<Failure>,
    /// When to try the next address even if no other has failed yet.
    next_at: Instant,
}

impl ConnectRace<'_> {
    /// Tries one address after the other, [`STAGGER`] apart, until one connects, all have failed or the deadline has
    /// passed.
    async fn run(self, addresses: Vec<SocketAddr>, target: String) -> Result<TcpStream, Failure> {
        let mut race = RaceState {
            waiting: addresses.into_iter(),
            running: FuturesUnordered::new(),
            under_way: Vec::new(),
            worst: None,
            next_at: Instant::now(),
        };
        let mut look_at = Instant::now();
        loop {
            if race.running.is_empty() && race.waiting.len() == 0 {
                let nothing =
                    || Failure::new(Class::Internal, FailedOperation::Connect, target.as_str(), "no address was tried");
                return Err(race.worst.unwrap_or_else(nothing));
            }
            tokio::select! {
                biased;
                Some((peer, began, outcome)) = race.running.next(), if !race.running.is_empty() => {
                    let took = Instant::now() - began;
                    race.under_way.retain(|trying| trying.peer != peer);
                    match outcome {
                        Ok((stream, local)) => {
                            self.report_connected(&stream, local, peer, took).await;
                            return Ok(stream);
                        }
                        Err(failed) => self.report_failed(&mut race, failed, true, took).await,
                    }
                }
                () = tokio::time::sleep_until(self.deadline) => {
                    return Err(self.report_timed_out(&race.under_way, target).await);
                }
                () = not_before(race.next_at), if race.waiting.len() > 0 => self.start_next(&mut race).await,
                () = tokio::time::sleep_until(look_at), if !race.under_way.is_empty() => {
                    look_at = Instant::now() + self.sample(&race);
                }
            }
        }
    }

    /// Samples the newest socket that waits for its SYN-ACK. Returns when to do it again: soon after its timer is due.
    fn sample(&self, race: &RaceState) -> Duration {
        let newest = race.under_way.last().and_then(|trying| Some((trying.socket.as_ref()?, trying.peer)));
        let Some((socket, peer)) = newest else { return LOOK };
        let view = kernel::sample_connecting(socket, peer);
        self.journal.kernel(view);
        view.timer.map_or(LOOK, |timer| (timer.expires + AFTER_TIMER).min(LOOK))
    }

    async fn report_connected(&self, stream: &TcpStream, local: SocketAddr, peer: SocketAddr, took: Duration) {
        self.journal.news(syscall::call_news(SocketCall::Connect, peer.to_string(), Ok(0), took)).await;
        self.journal.news(state_news(TcpState::SynSent, TcpState::Established, StateCause::SynAckArrived)).await;
        self.journal.news(News::Dial(DialNews::Connected { local, peer, took, attempt: self.attempt })).await;
        route::report_route(local, peer, self.journal).await;
        option::report_all(stream, &self.spec.socket.options, peer.is_ipv6().into(), self.journal).await;
    }

    /// Reports that one address failed, and makes the next one due at once. `begun`: the kernel had sent a SYN.
    async fn report_failed(&self, race: &mut RaceState, failed: FailedAttempt, begun: bool, took: Duration) {
        let FailedAttempt { failure, call, icmp } = failed;
        if let Some(call) = call {
            self.journal.news(call).await;
        }
        if begun && race.under_way.is_empty() {
            self.journal.news(no_connection(&failure, icmp.is_some())).await;
        }
        if let Some(icmp) = icmp {
            self.journal.news(News::Udp(UdpNews::Icmp(icmp))).await;
        }
        self.journal.news(News::Dial(DialNews::AttemptFailed { failure: failure.clone(), took })).await;
        race.worst = Some(more_specific(race.worst.take(), failure));
        race.next_at = Instant::now();
    }

    /// Reports that no address answered in time; returns the failure of the whole attempt.
    async fn report_timed_out(&self, under_way: &[PendingConnect], target: String) -> Failure {
        for trying in under_way {
            let failure = self.timed_out(trying);
            self.journal.news(News::Dial(DialNews::AttemptFailed { failure, took: trying.began.elapsed() })).await;
        }
        if !under_way.is_empty() {
            self.journal.news(state_news(TcpState::SynSent, TcpState::Closed, StateCause::GivenUp)).await;
        }
        let newest = under_way.last().map(|trying| self.timed_out(trying));
        newest.unwrap_or_else(|| timed_out(target, self.spec.socket.connect_timeout, false))
    }

    /// Begins to connect to the next address.
    async fn start_next(&self, race: &mut RaceState) {
        let Some(peer) = race.waiting.next() else { return };
        let began = Instant::now();
        race.next_at = began + STAGGER;
        let called = begin_connect(&self.spec.socket, peer, self.capture);
        // The last kernel view is about a socket that is gone.
        self.journal.forget_kernel();
        let connecting = DialNews::Connecting { peer, attempt: self.attempt, begun: called.is_ok() };
        self.journal.news_at(began.into_std(), News::Dial(connecting)).await;
        match called {
            Ok(begun) => {
                if race.under_way.is_empty() {
                    self.journal.news(syn_sent()).await;
                }
                let second = socket2::SockRef::from(&begun.stream).try_clone().map(OwnedFd::from).ok();
                race.under_way.push(PendingConnect { peer, began, socket: second, hop: begun.hop.clone() });
                race.running.push(Box::pin(async move { (peer, began, begun.finish(peer).await) }));
            }
            Err(broken) => self.report_failed(race, *broken, false, began.elapsed()).await,
        }
    }

    fn timed_out(&self, trying: &PendingConnect) -> Failure {
        let unreached = trying.hop.is_unreached(trying.peer);
        timed_out(trying.peer.to_string(), self.spec.socket.connect_timeout, unreached)
    }
}

/// Nobody answered within `allowed`. `unreached`: not even the next hop on the link, so that no packet left.
fn timed_out(peer: String, allowed: Duration, unreached: bool) -> Failure {
    let who = if unreached { "nobody on the link answered for the next hop" } else { "nobody answered" };
    let message = format!("{who} within {}", quantity::duration(allowed));
    let failure = Failure::new(Class::ConnectTimeout, FailedOperation::Connect, peer, message);
    failure.with_reason(unreached.then_some(FailureReason::NoNeighbour))
}

/// Waits until then; returns at once if that is past, because the runtime's timer would take a millisecond.
async fn not_before(then: Instant) {
    if then > Instant::now() {
        tokio::time::sleep_until(then).await;
    }
}

/// An answer is more specific than silence, silence than a missing route, and a missing route than a local fault.
fn more_specific(before: Option<Failure>, failure: Failure) -> Failure {
    let rank = |failure: &Failure| match failure.class {
        Class::Refused => 4,
        Class::Reset => 3,
        Class::ConnectTimeout => 2,
        Class::Unreachable => 1,
        Class::Internal
        | Class::Usage
        | Class::Resolve
        | Class::Tls
        | Class::Protocol
        | Class::IdleTimeout
        | Class::Local
        | Class::HttpStatus
        | Class::CutShort => 0,
    };
    match before {
        Some(before) if rank(&before) > rank(&failure) => before,
        Some(_) | None => failure,
    }
}

/// Opens a socket for one address, with the spec's options and local address.
fn socket(spec: &SocketSpec, peer: SocketAddr) -> Result<socket2::Socket, Failure> {
    let failed = |error: std::io::Error| fault::from_tcp_connect(peer, &error);
    let socket =
        socket2::Socket::new(socket2::Domain::for_address(peer), socket2::Type::STREAM, None).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    option::set_all(&socket, &spec.options, peer.is_ipv6().into())?;
    if let Some(local) = spec.bind {
        if local.port() != 0 {
            // Otherwise a port that was used a minute ago could not be bound again (TIME-WAIT).
            socket.set_reuse_address(true).map_err(failed)?;
        }
        socket.bind(&local.into()).map_err(|error| fault::from_bind(FailedOperation::Bind, local, &error))?;
    }
    Ok(socket)
}

/// Connects once to one address and reports no news; the repeat mode uses it.
///
/// # Errors
/// Fails if nobody answers there before the deadline, or if this host cannot send the request.
pub(crate) async fn connect_once(spec: &SocketSpec, peer: SocketAddr, deadline: Instant) -> Result<TcpStream, Failure> {
    let begun = begin_connect(spec, peer, None).map_err(|broken| broken.failure)?;
    let hop = begun.hop.clone();
    let finished = tokio::time::timeout_at(deadline, begun.finish(peer)).await;
    let (stream, _) = finished
        .map_err(|_| timed_out(peer.to_string(), spec.connect_timeout, hop.is_unreached(peer)))?
        .map_err(|broken| broken.failure)?;
    Ok(stream)
}

/// A `connect()` that the kernel has begun to carry out: it sends a SYN.
struct BegunConnect {
    stream: TcpStream,
    began: std::time::Instant,
    hop: HopAtBegin,
}

/// Opens a socket and calls `connect()`, which does not wait. An error is one of this machine; with
/// [`FailureReason::ConnectNotBegun`], no SYN was sent.
fn begin_connect(
    spec: &SocketSpec,
    peer: SocketAddr,
    capture: Option<&CaptureWatch>,
) -> Result<BegunConnect, Box<FailedAttempt>> {
    let not_begun = |mut broken: FailedAttempt| {
        broken.failure.reason.get_or_insert(FailureReason::ConnectNotBegun);
        Box::new(broken)
    };
    let socket = socket(spec, peer).map_err(|failure| not_begun(FailedAttempt { failure, call: None, icmp: None }))?;
    error_queue::enable(&socket, peer.is_ipv6());
    let began = std::time::Instant::now();
    let failed = |error: std::io::Error| FailedAttempt {
        failure: fault::from_tcp_connect(peer, &error),
        call: Some(syscall::call_news(SocketCall::Connect, peer.to_string(), Err(&error), began.elapsed())),
        icmp: None,
    };
    match socket.connect(&peer.into()) {
        Ok(()) => {}
        Err(error) if error.raw_os_error() == Some(errno::EINPROGRESS) => {}
        Err(error) => return Err(not_begun(failed(error))),
    }
    // The kernel has chosen our port.
    if let Some(capture) = capture
        && let Some(local) = socket.local_addr().ok().and_then(|local| local.as_socket())
    {
        capture.assign(local, peer, FlowHint::default());
    }
    let stream = TcpStream::from_std(socket.into()).map_err(|error| Box::new(failed(error)))?;
    Ok(BegunConnect { stream, began, hop: HopAtBegin::default() })
}

impl BegunConnect {
    /// Waits until the kernel has connected; returns our own address with the connection.
    async fn finish(self, peer: SocketAddr) -> Result<(TcpStream, SocketAddr), FailedAttempt> {
        let BegunConnect { stream, began, hop } = self;
        if !peer.ip().is_loopback() && tokio::time::timeout(HopAtBegin::LOOK_AFTER, stream.writable()).await.is_err() {
            hop.look(peer);
        }
        let connected = match stream.writable().await {
            Ok(()) => stream.take_error().and_then(|error| error.map_or(Ok(()), Err)),
            Err(error) => Err(error),
        };
        let took = began.elapsed();
        let failed = |error: std::io::Error| {
            // An older message, about an error that did not end the attempt, is not its cause.
            let icmp = match error_queue::next(&stream) {
                ErrorQueueEntry::Icmp(icmp, _) if error.raw_os_error() == Some(icmp.os_code) => Some(icmp),
                ErrorQueueEntry::Icmp(..) | ErrorQueueEntry::Here(_) | ErrorQueueEntry::Nothing => None,
            };
            let failure = match &icmp {
                // Our own kernel reports that nobody on the link answered for the next hop.
                Some(icmp) if hop.was_silent() && is_own_message(icmp, &stream, peer) => {
                    icmp.failure(FailedOperation::Connect, peer.to_string()).with_reason(FailureReason::NoNeighbour)
                }
                Some(icmp) => icmp.failure(FailedOperation::Connect, peer.to_string()),
                None => fault::from_tcp_connect(peer, &error),
            };
            FailedAttempt {
                failure,
                call: Some(syscall::call_news(SocketCall::Connect, peer.to_string(), Err(&error), took)),
                icmp,
            }
        };
        connected.map_err(failed)?;
        // On an open connection an ICMP message is only a hint, not an end (RFC 1122 §4.2.3.9).
        error_queue::disable(&stream, peer.is_ipv6());
        let local = stream.local_addr().map_err(failed)?;
        if local == peer {
            // RFC 9293 §3.5, simultaneous open: on loopback the kernel chose the target's free port as our own port
            // too.
            let message = "nobody listens there; the socket connected to itself";
            let failure = Failure::new(Class::Refused, FailedOperation::Connect, peer.to_string(), message)
                .with_reason(FailureReason::SelfConnected);
            return Err(FailedAttempt {
                failure,
                call: Some(syscall::call_news(SocketCall::Connect, peer.to_string(), Ok(0), took)),
                icmp: None,
            });
        }
        Ok((stream, local))
    }
}

/// Whether our own kernel made this ICMP message, about a peer that is not this machine.
fn is_own_message(icmp: &IcmpMessage, stream: &TcpStream, peer: SocketAddr) -> bool {
    let local = stream.local_addr().map(|local| local.ip()).ok();
    icmp.offender.is_some_and(|offender| Some(offender) == local && offender != peer.ip())
}

fn state_news(from: TcpState, to: TcpState, cause: StateCause) -> News {
    News::Tcp(TcpNews::State { from, to, cause, evidence: Evidence::Seen, remaining: None })
}

/// No system call reports that a SYN was sent.
fn syn_sent() -> News {
    let (from, to) = (TcpState::Closed, TcpState::SynSent);
    News::Tcp(TcpNews::State { from, to, cause: StateCause::Connect, evidence: Evidence::Inferred, remaining: None })
}

/// The state change after a `connect()` that failed in SYN-SENT.
fn no_connection(failure: &Failure, icmp: bool) -> News {
    let cause = match failure.class {
        // Also a refusal, if ICMP says so and not a RST.
        _ if icmp => StateCause::IcmpArrived,
        _ if failure.reason == Some(FailureReason::SelfConnected) => StateCause::WeClosed,
        Class::Refused | Class::Reset => StateCause::RstArrived,
        Class::ConnectTimeout => StateCause::TimedOut,
        Class::Unreachable
        | Class::Internal
        | Class::Usage
        | Class::Resolve
        | Class::Tls
        | Class::Protocol
        | Class::IdleTimeout
        | Class::Local
        | Class::HttpStatus
        | Class::CutShort => StateCause::CallFailed,
    };
    state_news(TcpState::SynSent, TcpState::Closed, cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_more_than_a_missing_route() {
        let fail = |class| Failure::new(class, FailedOperation::Connect, "x", "x");
        let told = more_specific(Some(fail(Class::Refused)), fail(Class::Unreachable));
        assert_eq!(told.class, Class::Refused);
        assert_eq!(more_specific(Some(fail(Class::Local)), fail(Class::Refused)).class, Class::Refused);
    }
}
