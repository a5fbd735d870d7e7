//! What a session is asked to be, parsed and complete: nothing in here needs to be checked again.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::dns::DnsSpec;
use super::http::HttpSpec;
use super::option::Wishes;
use super::retention::Retention;

/// A session to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Which protocol, and with whom.
    pub what: What,
    /// What to do by itself once it is open.
    pub script: Script,
    /// How much to keep for looking at.
    pub retain: Retention,
    /// What a person calls the peer, where that tells more than its address: a built-in peer's name.
    pub label: Option<String>,
    /// Whether its packets are to be captured, where that is allowed.
    pub capture: bool,
}

impl Spec {
    /// A session without a script, with the default retention.
    pub fn new(what: What) -> Self {
        Spec { what, script: Script::default(), retain: Retention::DEFAULT, label: None, capture: false }
    }
}

/// The kinds of session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A TCP connection to a host.
    Tcp(TcpSpec),
    /// A UDP conversation: a connected socket.
    Udp(UdpSpec),
    /// A UDP socket that is bound and talks with anybody.
    UdpBound(UdpBoundSpec),
    /// A TCP listener; every accepted connection becomes a session.
    Listen(ListenSpec),
    /// A connection that a listener accepted. Nobody opens one by hand.
    Accepted(AcceptedSpec),
    /// One HTTP request.
    Http(HttpSpec),
    /// Connections, datagrams or requests, many times over.
    Repeat(Box<super::repeat::RepeatSpec>),
    /// A question for a name server.
    Dns(DnsSpec),
}

/// Which addresses of a name to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// Both, IPv6 first (RFC 8305).
    #[default]
    Any,
    /// IPv4 only (`-4`).
    V4,
    /// IPv6 only (`-6`).
    V6,
}

impl Family {
    /// Whether an address is of this family.
    pub fn admits(self, address: IpAddr) -> bool {
        match self {
            Family::Any => true,
            Family::V4 => address.is_ipv4(),
            Family::V6 => address.is_ipv6(),
        }
    }
}

/// A host, by name or by address, and a port from 1 to 65535.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// How often to try to connect, and how long to wait in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How many more attempts after the first; 0 is no retry.
    pub times: u32,
    /// The wait before the second attempt; doubled for each one after that.
    pub first: Duration,
    /// The longest wait.
    pub max: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Retry { times: 0, first: Duration::from_millis(500), max: Duration::from_secs(30) }
    }
}

impl Retry {
    /// The wait before attempt number `attempt` (from 2): exponential with "equal jitter", that is half
    /// of the wait fixed and half by chance. `chance` is from 0 to 1 and comes from the caller.
    pub fn wait_before(&self, attempt: u32, chance: f64) -> Duration {
        let doublings = attempt.saturating_sub(2).min(20);
        let full = self.first.saturating_mul(1 << doublings).min(self.max);
        full.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
    }
}

/// A TCP connection to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcpSpec {
    /// Whom to connect to.
    pub target: HostPort,
    /// Which addresses to use.
    pub family: Family,
    /// The local address to use; port 0 lets the kernel choose.
    pub bind: Option<SocketAddr>,
    /// How long one attempt may take, name resolution and all addresses included.
    pub connect_timeout: Duration,
    /// How long it may be quiet in both directions.
    pub idle_timeout: Option<Duration>,
    /// What to do when an attempt fails.
    pub retry: Retry,
    /// Socket options to set before `connect()`, in order.
    pub options: Wishes,
}

/// 10 s: long enough for a slow path, short enough for a person.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl TcpSpec {
    /// A connection with the default timeouts and no retry.
    pub fn to(target: HostPort) -> Self {
        TcpSpec {
            target,
            family: Family::Any,
            bind: None,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            idle_timeout: None,
            retry: Retry::default(),
            options: Vec::new(),
        }
    }
}

/// A UDP conversation to open: the socket is connected, so that ICMP errors come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UdpSpec {
    /// Whom to talk with.
    pub target: HostPort,
    /// Which addresses to use.
    pub family: Family,
    /// The local address to use.
    pub bind: Option<SocketAddr>,
    /// How long it may be quiet in both directions.
    pub idle_timeout: Option<Duration>,
    /// Whether a broadcast address may be the target: asked for explicitly.
    pub broadcast: bool,
    /// How the socket receives.
    pub receive: UdpReceive,
    /// Socket options to set before `bind()`, in order.
    pub options: Wishes,
}

/// How a UDP socket receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UdpReceive {
    /// Octets that the kernel is asked to hold of datagrams that were not read yet, its own bookkeeping included
    /// (`SO_RCVBUF`); none asks for 4 MiB. What it does not give is told.
    pub buffer: Option<usize>,
    /// Let the kernel hand over datagrams that arrive as one train at once (`UDP_GRO`). It is several times as fast,
    /// and what was not cut stays cut. But the kernel counts a train that it drops as one, so that the number of
    /// datagrams that were dropped is unknown from the first drop on.
    pub merged: bool,
}

impl UdpSpec {
    /// A conversation with the defaults.
    pub fn with(target: HostPort) -> Self {
        UdpSpec {
            target,
            family: Family::Any,
            bind: None,
            idle_timeout: None,
            broadcast: false,
            receive: UdpReceive::default(),
            options: Wishes::new(),
        }
    }
}

/// A bound UDP socket to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UdpBoundSpec {
    /// Where to bind; port 0 lets the kernel choose.
    pub local: SocketAddr,
    /// Groups to join at once.
    pub groups: Vec<Group>,
    /// Whether broadcasts may be sent: asked for explicitly.
    pub broadcast: bool,
    /// How long it may be quiet in both directions.
    pub idle_timeout: Option<Duration>,
    /// How the socket receives.
    pub receive: UdpReceive,
    /// Socket options to set before `bind()`, in order.
    pub options: Wishes,
}

/// A multicast group, and the interface to join it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group's address.
    pub address: IpAddr,
    /// An interface's name or, for IPv4, its address; none lets the kernel choose.
    pub interface: Option<String>,
}

impl Group {
    /// Reads `ADDRESS` or `ADDRESS%INTERFACE`.
    ///
    /// # Errors
    /// It is no address, or none of a group; the message says which are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (address, interface) = text.split_once('%').map_or((text, None), |(address, name)| (address, Some(name)));
        let parsed: IpAddr = address.trim().parse().map_err(|_| {
            format!("{address:?} is no address; a group is 224.0.0.0 to 239.255.255.255 or ff00::/8, as 239.1.2.3%eth0")
        })?;
        if !parsed.is_multicast() {
            return Err(format!("{parsed} is no multicast group; those are 224.0.0.0 to 239.255.255.255 and ff00::/8"));
        }
        Ok(Group { address: parsed, interface: interface.map(str::to_owned) })
    }
}

/// A TCP listener to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenSpec {
    /// Where to listen; port 0 lets the kernel choose.
    pub local: SocketAddr,
    /// How many accepted connections may be open at once; more are closed at once, and that is shown.
    pub limit: Option<usize>,
    /// How long an accepted connection may be quiet.
    pub idle_timeout: Option<Duration>,
    /// Socket options to set before `bind()`, in order; accepted connections have them too.
    pub options: Wishes,
}

impl ListenSpec {
    /// A listener without limits.
    pub fn at(local: SocketAddr) -> Self {
        ListenSpec { local, limit: None, idle_timeout: None, options: Wishes::new() }
    }
}

/// What is known of a connection that a listener accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedSpec {
    /// The listener's session.
    pub listener: super::id::SessionId,
    /// Our address.
    pub local: SocketAddr,
    /// The peer's.
    pub peer: SocketAddr,
}

/// What a session does by itself once it is open: `--send`, `--send-file`, `--finish`, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send these bytes; for UDP they are one datagram.
    Send(Bytes),
    /// Send a file's bytes; for UDP in datagrams of 1,400 octets.
    SendFile(PathBuf),
    /// Send one datagram again and again (UDP).
    Burst(Burst),
    /// Probe the path MTU (UDP).
    ProbeMtu,
    /// Finish sending: FIN.
    Finish,
}

/// One datagram that is sent again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Burst {
    /// Its payload; may be empty.
    pub bytes: Bytes,
    /// How often; [`u64::MAX`] is until it is stopped.
    pub count: u64,
    /// How fast; none is as fast as the kernel takes them.
    pub pace: Option<Pace>,
}

/// So many in so long, evenly: the first at once, each at its own time however late the one before it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    count: NonZeroU64,
    per: Duration,
}

impl Pace {
    /// `count` in each `per`; `None` where either is nothing.
    pub fn new(count: u64, per: Duration) -> Option<Self> {
        NonZeroU64::new(count).filter(|_| !per.is_zero()).map(|count| Pace { count, per })
    }

    /// So many a second, to a millionth; `None` for what is no rate: less than that, no number, without end.
    pub fn per_second(rate: f64) -> Option<Self> {
        const SECONDS: u32 = 1_000_000;
        let count = (rate * f64::from(SECONDS)).round();
        if !(1.0..1e18).contains(&count) {
            return None;
        }
        Pace::new(count as u64, Duration::from_secs(SECONDS.into()))
    }

    /// How many ought to have begun when so long has passed since the first one: 1 at once.
    pub fn due(self, passed: Duration) -> u64 {
        let begun = passed.as_nanos().saturating_mul(self.count.get().into()) / self.per.as_nanos();
        u64::try_from(begun).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// How long after the first one that begins which has `before` of them before it.
    pub fn begins(self, before: u64) -> Duration {
        let count = u128::from(self.count.get());
        // Rounded up: at that time it is due, and never a moment too early.
        let nanos = self.per.as_nanos().saturating_mul(before.into()).div_ceil(count);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_a_pace_is_due_exactly_when_it_begins() {
        for pace in [Pace::new(3, Duration::from_secs(1)), Pace::per_second(1e6), Pace::per_second(0.5)] {
            let pace = pace.unwrap();
            assert_eq!(pace.due(Duration::ZERO), 1);
            for before in [1_u64, 2, 3, 1_000, 7_777_777] {
                let begins = pace.begins(before);
                assert_eq!(pace.due(begins), before + 1);
                assert_eq!(pace.due(begins - Duration::from_nanos(1)), before);
            }
        }
    }

    #[test]
    fn what_is_no_rate_is_none() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9, 1e30] {
            assert_eq!(Pace::per_second(rate), None, "{rate}");
        }
        assert_eq!(Pace::new(0, Duration::from_secs(1)), None);
        assert_eq!(Pace::new(1, Duration::ZERO), None);
    }
}
