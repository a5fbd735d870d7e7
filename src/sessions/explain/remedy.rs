//! What can be tried after a failure: each one makes a session that can really be opened.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::sessions::spec::dns::{self, DnsSpec, Transport};
use crate::sessions::spec::http::{HttpSpec, Version};
use crate::sessions::spec::{Family, HostPort, ListenSpec, Spec, TcpSpec, UdpBoundSpec, UdpSpec, What, target};
use crate::wire::dns::names;

/// The longest time that a probe gives a connection.
const LONGEST_CONNECT: Duration = Duration::from_secs(120);

/// How long a name server is waited for, where it was silent.
const LONGEST_ANSWER: Duration = Duration::from_secs(20);

/// Public resolvers that answer everybody: Quad9, and Cloudflare where that one was asked already.
const PUBLIC: [&str; 2] = ["9.9.9.9", "1.1.1.1"];

/// How often [`Probe::Retrying`] tries again.
const MORE_ATTEMPTS: u32 = 5;

/// A thing to try. What it is tried on is the session that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    /// A TCP connection to another port of the same host.
    OtherPort(u16),
    /// The other address family.
    OtherFamily,
    /// Ten times the time that was allowed.
    LongerTimeout,
    /// The same again.
    Again,
    /// The same again, with five more attempts.
    Retrying,
    /// TLS that accepts every certificate.
    WithoutVerification,
    /// HTTP without TLS at the same place.
    PlainHttp,
    /// HTTP over TLS at the same place.
    OverTls,
    /// HTTP/1.1 only.
    Http1,
    /// No limit on the redirects that matters: 50.
    MoreRedirects,
    /// A bare TCP connection to the same host and port, to see the octets.
    Bytes,
    /// A UDP conversation with the same host and port.
    Udp,
    /// The same port, on this machine's loopback.
    Loopback,
    /// The same, bound to a port that the kernel chooses.
    FreePort,
    /// The same, on the port 8000 above, which needs no privilege.
    HighPort,
    /// The same, bound to every address of this machine.
    EveryAddress,
    /// The same, without a local address of our choice.
    WithoutBind,
    /// A connection to the address that we could not have: who is there?
    WhoIsThere,
    /// A listener of our own where nobody listened; only on this machine.
    ListenThere,
    /// The same, with broadcast allowed.
    Broadcast,
    /// A question for the system's name servers: what do they say of this name?
    AskDns,
    /// The same question for a public resolver.
    OtherServer,
    /// The same question over TCP.
    DnsOverTcp,
}

/// What a probe starts from: what was asked for, and what became known on the way.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The session as it was asked for.
    pub spec: &'a Spec,
    /// The address that it failed with, where it is known.
    pub peer: Option<IpAddr>,
    /// All addresses of the name, where it was looked up.
    pub addresses: &'a [IpAddr],
}

impl Probe {
    /// Every probe by its name in the file of texts; [`Probe::OtherPort`] has its port behind the name.
    const NAMES: [(&'static str, Probe); 22] = [
        ("other-family", Probe::OtherFamily),
        ("longer-timeout", Probe::LongerTimeout),
        ("again", Probe::Again),
        ("retrying", Probe::Retrying),
        ("without-verification", Probe::WithoutVerification),
        ("plain-http", Probe::PlainHttp),
        ("over-tls", Probe::OverTls),
        ("http1", Probe::Http1),
        ("more-redirects", Probe::MoreRedirects),
        ("bytes", Probe::Bytes),
        ("udp", Probe::Udp),
        ("loopback", Probe::Loopback),
        ("free-port", Probe::FreePort),
        ("high-port", Probe::HighPort),
        ("every-address", Probe::EveryAddress),
        ("without-bind", Probe::WithoutBind),
        ("who-is-there", Probe::WhoIsThere),
        ("listen-there", Probe::ListenThere),
        ("broadcast", Probe::Broadcast),
        ("ask-dns", Probe::AskDns),
        ("other-server", Probe::OtherServer),
        ("dns-tcp", Probe::DnsOverTcp),
    ];

    /// Reads a name, as `again` or `other-port 80`; `None`: there is no such probe.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(port) = text.strip_prefix("other-port ") {
            return port.parse().ok().filter(|port| *port != 0).map(Probe::OtherPort);
        }
        Probe::NAMES.iter().find(|(name, _)| *name == text).map(|(_, probe)| *probe)
    }

    /// The session that it is; `None` where it makes no sense, as the other family of an address.
    pub fn spec(self, ground: &Ground<'_>) -> Option<Spec> {
        let what = self.what(ground)?;
        let again = matches!(self, Probe::Again);
        (again || what != ground.spec.what).then(|| Spec {
            what,
            script: if self.keeps_script() { ground.spec.script.clone() } else { Default::default() },
            retain: ground.spec.retain,
            label: None,
            capture: ground.spec.capture,
        })
    }

    /// Whether it is the same conversation, so that what was to be sent is sent.
    fn keeps_script(self) -> bool {
        !matches!(
            self,
            Probe::OtherPort(_) | Probe::Bytes | Probe::Udp | Probe::Loopback | Probe::WhoIsThere | Probe::ListenThere
        )
    }

    fn what(self, ground: &Ground<'_>) -> Option<What> {
        let spec = &ground.spec.what;
        match self {
            Probe::Again => match spec {
                What::Accepted(_) => None,
                What::Tcp(_)
                | What::Udp(_)
                | What::UdpBound(_)
                | What::Listen(_)
                | What::Http(_)
                | What::Repeat(_)
                | What::Dns(_) => Some(spec.clone()),
            },
            Probe::OtherPort(port) => {
                let here = place(spec)?;
                (here.port != port).then(|| tcp(HostPort { port, ..here }))
            }
            Probe::Bytes => Some(tcp(place(spec)?)),
            Probe::Udp => Some(What::Udp(UdpSpec::with(place(spec)?))),
            Probe::Loopback => Some(tcp(HostPort { host: "127.0.0.1".into(), ..place(spec)? })),
            Probe::ListenThere => {
                let here = place(spec)?;
                let ip = ground.peer.or_else(|| here.host.parse().ok()).filter(IpAddr::is_loopback)?;
                let local = SocketAddr::new(ip, here.port);
                Some(match spec {
                    What::Udp(_) => What::UdpBound(UdpBoundSpec {
                        local,
                        groups: Vec::new(),
                        broadcast: false,
                        idle_timeout: None,
                        receive: Default::default(),
                        options: Vec::new(),
                    }),
                    _ => listen(local),
                })
            }
            Probe::OtherFamily => other_family(ground),
            Probe::LongerTimeout => longer(spec),
            Probe::Retrying => {
                let What::Tcp(tcp) = spec else { return None };
                let mut tcp = tcp.clone();
                tcp.retry.times += MORE_ATTEMPTS;
                Some(What::Tcp(tcp))
            }
            Probe::WithoutBind | Probe::FreePort | Probe::HighPort | Probe::EveryAddress | Probe::WhoIsThere => {
                self.elsewhere(spec)
            }
            Probe::AskDns | Probe::OtherServer | Probe::DnsOverTcp => self.question(spec).map(What::Dns),
            Probe::Broadcast => match spec.clone() {
                What::Udp(udp) => Some(What::Udp(UdpSpec { broadcast: true, ..udp })),
                What::UdpBound(mut bound) => {
                    bound.broadcast = true;
                    Some(What::UdpBound(bound))
                }
                What::Tcp(_) | What::Listen(_) | What::Accepted(_) | What::Http(_) | What::Repeat(_) | What::Dns(_) => {
                    None
                }
            },
            Probe::WithoutVerification | Probe::PlainHttp | Probe::OverTls | Probe::Http1 | Probe::MoreRedirects => {
                let What::Http(http) = spec else { return None };
                self.http(http).map(What::Http)
            }
        }
    }

    fn http(self, http: &HttpSpec) -> Option<HttpSpec> {
        let mut http = http.clone();
        match self {
            Probe::WithoutVerification if http.url.starts_with("https:") => http.insecure = true,
            Probe::PlainHttp => http.url = format!("http:{}", http.url.strip_prefix("https:")?),
            Probe::OverTls => http.url = format!("https:{}", http.url.strip_prefix("http:")?),
            Probe::Http1 => http.version = Version::Http1,
            Probe::MoreRedirects => http.redirects = 50,
            _ => return None,
        }
        Some(http)
    }

    /// A question for name servers about the name that a session is about.
    fn question(self, spec: &What) -> Option<DnsSpec> {
        let mut question = match spec {
            What::Dns(question) => question.clone(),
            _ => {
                let host = place(spec)?.host;
                let is_name = host.split('%').next()?.parse::<IpAddr>().is_err();
                DnsSpec::of(is_name.then(|| names::checked(&host).ok()).flatten()?)
            }
        };
        match self {
            Probe::AskDns => question.server = None,
            Probe::DnsOverTcp => question.transport = Transport::Tcp,
            _ => {
                let asked = question.server.as_ref().map(|server| server.host.as_str());
                let host = PUBLIC.into_iter().find(|host| asked != Some(host))?;
                question.server = Some(HostPort { host: host.to_owned(), port: dns::PORT });
            }
        }
        Some(question)
    }

    /// The same on another address of our own.
    fn elsewhere(self, spec: &What) -> Option<What> {
        let local = match spec {
            What::Listen(listen) => listen.local,
            What::UdpBound(bound) => bound.local,
            What::Tcp(TcpSpec { bind: Some(local), .. }) | What::Udp(UdpSpec { bind: Some(local), .. }) => *local,
            What::Tcp(_) | What::Udp(_) | What::Accepted(_) | What::Http(_) | What::Repeat(_) | What::Dns(_) => {
                return None;
            }
        };
        let every: IpAddr = if local.is_ipv4() { [0; 4].into() } else { [0_u16; 8].into() };
        let loopback: IpAddr =
            if local.is_ipv4() { [127, 0, 0, 1].into() } else { [0, 0, 0, 0, 0, 0, 0, 1_u16].into() };
        let moved = match self {
            Probe::FreePort => SocketAddr::new(local.ip(), 0),
            Probe::HighPort => {
                SocketAddr::new(local.ip(), local.port().checked_add(8000).filter(|_| local.port() < 1024)?)
            }
            Probe::EveryAddress => SocketAddr::new(every, local.port()),
            Probe::WhoIsThere => {
                let ip = if local.ip().is_unspecified() { loopback } else { local.ip() };
                let there = HostPort { host: ip.to_string(), port: local.port() };
                return match spec {
                    What::Listen(_) | What::Tcp(_) => Some(tcp(there)),
                    _ => None,
                };
            }
            _ => local,
        };
        let mut spec = spec.clone();
        match &mut spec {
            What::Listen(listen) => listen.local = moved,
            What::UdpBound(bound) => bound.local = moved,
            What::Tcp(TcpSpec { bind, .. }) | What::Udp(UdpSpec { bind, .. }) => {
                *bind = if self == Probe::WithoutBind { None } else { Some(moved) };
            }
            What::Accepted(_) | What::Http(_) | What::Repeat(_) | What::Dns(_) => {}
        }
        Some(spec)
    }

    /// What it is, in a few words, once [`Probe::spec`] has said what it opens.
    pub fn label(self, opens: &Spec) -> String {
        let local = match &opens.what {
            What::Listen(listen) => Some(listen.local),
            What::UdpBound(bound) => Some(bound.local),
            What::Tcp(tcp) => tcp.bind,
            What::Udp(udp) => udp.bind,
            What::Accepted(_) | What::Http(_) | What::Repeat(_) | What::Dns(_) => None,
        };
        let local = local.map_or_else(String::new, |local| local.to_string());
        let there = place(&opens.what).map_or_else(String::new, |there| there.to_string());
        match self {
            Probe::OtherPort(port) => format!("the same host on port {port}"),
            Probe::OtherFamily => match family(&opens.what) {
                Some(Family::V4) => "by IPv4 only".into(),
                Some(Family::V6) => "by IPv6 only".into(),
                Some(Family::Any) | None => "the other address family".into(),
            },
            Probe::LongerTimeout => match allowed(&opens.what) {
                Some(time) => format!("wait up to {} s", time.as_secs().max(1)),
                None => "wait longer".into(),
            },
            Probe::Again => "the same again".into(),
            Probe::Retrying => format!("again, with {MORE_ATTEMPTS} more attempts"),
            Probe::WithoutVerification => "TLS without verification".into(),
            Probe::PlainHttp => "HTTP without TLS".into(),
            Probe::OverTls => "HTTP over TLS".into(),
            Probe::Http1 => "HTTP/1.1 only".into(),
            Probe::MoreRedirects => "up to 50 redirects".into(),
            Probe::Bytes => format!("bare TCP to {there}"),
            Probe::Udp => format!("UDP to {there}"),
            Probe::Loopback => format!("TCP to {there}"),
            Probe::FreePort => "a port that the kernel chooses".into(),
            Probe::HighPort | Probe::EveryAddress => format!("on {local}"),
            Probe::WithoutBind => "from an address that the kernel chooses".into(),
            Probe::WhoIsThere => format!("connect to {there}"),
            Probe::ListenThere => format!("listen on {local} yourself"),
            Probe::Broadcast => "with broadcast allowed".into(),
            Probe::AskDns => "ask name servers ourselves".into(),
            Probe::OtherServer => match &opens.what {
                What::Dns(DnsSpec { server: Some(server), .. }) => format!("ask {}, a public resolver", server.host),
                _ => "ask a public resolver".into(),
            },
            Probe::DnsOverTcp => "ask over TCP".into(),
        }
    }
}

fn tcp(target: HostPort) -> What {
    What::Tcp(TcpSpec::to(target))
}

fn listen(local: SocketAddr) -> What {
    What::Listen(ListenSpec::at(local))
}

/// The host and port that a session goes to.
fn place(what: &What) -> Option<HostPort> {
    match what {
        What::Tcp(tcp) => Some(tcp.target.clone()),
        What::Udp(udp) => Some(udp.target.clone()),
        What::Accepted(known) => Some(HostPort { host: known.peer.ip().to_string(), port: known.peer.port() }),
        What::Http(http) => of_url(&http.url),
        What::UdpBound(_) | What::Listen(_) | What::Repeat(_) | What::Dns(_) => None,
    }
}

/// The host and port of a URL: what stands between `//` and the path, user information left out.
fn of_url(url: &str) -> Option<HostPort> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let default = if scheme == "https" { 443 } else { 80 };
    target::parse_host_port(host).or_else(|_| target::parse_host_port(&format!("{host}:{default}"))).ok()
}

fn family(what: &What) -> Option<Family> {
    match what {
        What::Tcp(tcp) => Some(tcp.family),
        What::Udp(udp) => Some(udp.family),
        What::UdpBound(_) | What::Listen(_) | What::Accepted(_) | What::Http(_) | What::Repeat(_) | What::Dns(_) => {
            None
        }
    }
}

/// The other family than the one that failed; only for a name, and not where the name is known to lack it.
fn other_family(ground: &Ground<'_>) -> Option<What> {
    let what = &ground.spec.what;
    let host = place(what)?.host;
    if host.split('%').next()?.parse::<IpAddr>().is_ok() {
        return None;
    }
    let other = match (family(what)?, ground.peer) {
        (Family::V4, _) => Family::V6,
        (Family::V6, _) => Family::V4,
        (Family::Any, Some(peer)) => {
            if peer.is_ipv4() {
                Family::V6
            } else {
                Family::V4
            }
        }
        (Family::Any, None) => return None,
    };
    // A look-up for one family says nothing of the other.
    let asked_for_both = family(what) == Some(Family::Any) && !ground.addresses.is_empty();
    if asked_for_both && !ground.addresses.iter().any(|address| other.admits(*address)) {
        return None;
    }
    let mut what = what.clone();
    if let What::Tcp(TcpSpec { family, .. }) | What::Udp(UdpSpec { family, .. }) = &mut what {
        *family = other;
    }
    Some(what)
}

/// The time that a session allows: the one that ran out, as far as its kind tells.
fn allowed(what: &What) -> Option<Duration> {
    match what {
        What::Tcp(tcp) => Some(tcp.idle_timeout.unwrap_or(tcp.connect_timeout)),
        What::Udp(udp) => udp.idle_timeout,
        What::UdpBound(bound) => bound.idle_timeout,
        What::Http(http) => http.timeout,
        What::Dns(dns) => dns.timeout,
        What::Listen(_) | What::Accepted(_) | What::Repeat(_) => None,
    }
}

fn longer(what: &What) -> Option<What> {
    let mut what = what.clone();
    match &mut what {
        What::Tcp(TcpSpec { connect_timeout, idle_timeout, .. }) => {
            *connect_timeout = connect_timeout.saturating_mul(10).min(LONGEST_CONNECT).max(*connect_timeout);
            *idle_timeout = idle_timeout.map(|idle| idle.saturating_mul(10));
        }
        What::Udp(UdpSpec { idle_timeout: Some(idle), .. }) => *idle = idle.saturating_mul(10),
        What::Http(HttpSpec { timeout: Some(timeout), .. }) => *timeout = timeout.saturating_mul(10),
        What::Dns(dns) => dns.timeout = Some(LONGEST_ANSWER),
        What::Udp(_) | What::UdpBound(_) | What::Listen(_) | What::Accepted(_) | What::Http(_) | What::Repeat(_) => {
            return None;
        }
    }
    Some(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(host: &str, port: u16) -> Spec {
        Spec::new(tcp(HostPort { host: host.into(), port }))
    }

    fn ground(spec: &Spec) -> Ground<'_> {
        Ground { spec, peer: Some([127, 0, 0, 1].into()), addresses: &[] }
    }

    #[test]
    fn every_name_is_read_and_no_other() {
        for (name, probe) in Probe::NAMES {
            assert_eq!(Probe::parse(name), Some(probe));
        }
        assert_eq!(Probe::parse("other-port 80"), Some(Probe::OtherPort(80)));
        for wrong in ["", "other-port", "other-port 0", "other-port 70000", "ping"] {
            assert_eq!(Probe::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_probe_that_would_be_the_same_again_is_none() {
        let spec = to("127.0.0.1", 80);
        assert_eq!(Probe::OtherPort(80).spec(&ground(&spec)), None);
        assert_eq!(Probe::Bytes.spec(&ground(&spec)), None, "it was bare TCP");
        let other = Probe::OtherPort(443).spec(&ground(&spec)).expect("another port");
        assert_eq!(other.what, to("127.0.0.1", 443).what);
        assert_eq!(Probe::Again.spec(&ground(&spec)), Some(spec.clone()));
    }

    #[test]
    fn the_other_family_needs_a_name_that_may_have_it() {
        let address = to("127.0.0.1", 80);
        assert_eq!(Probe::OtherFamily.spec(&ground(&address)), None);
        let name = to("name.test", 80);
        let other = Probe::OtherFamily.spec(&ground(&name)).expect("IPv6 may be there");
        assert_eq!(Probe::OtherFamily.label(&other), "by IPv6 only");
        let only = [IpAddr::from([127, 0, 0, 1])];
        assert_eq!(Probe::OtherFamily.spec(&Ground { addresses: &only, ..ground(&name) }), None);
    }

    #[test]
    fn who_listens_where_nobody_listened_speaks_the_same_protocol() {
        let port = HostPort { host: "127.0.0.1".into(), port: 9 };
        let udp = Spec::new(What::Udp(UdpSpec::with(port)));
        let opened = Probe::ListenThere.spec(&ground(&udp)).expect("it is this machine");
        assert!(matches!(opened.what, What::UdpBound(_)));
        assert_eq!(Probe::ListenThere.label(&opened), "listen on 127.0.0.1:9 yourself");
        let far = Ground { peer: Some([10, 0, 0, 1].into()), ..ground(&udp) };
        assert_eq!(Probe::ListenThere.spec(&far), None);
    }

    #[test]
    fn a_name_can_be_asked_for_and_an_address_cannot() {
        let name = to("name.test", 80);
        let asked = Probe::AskDns.spec(&ground(&name)).expect("it is a name");
        assert_eq!(asked.what, What::Dns(DnsSpec::of("name.test")));
        assert_eq!(Probe::AskDns.spec(&ground(&to("127.0.0.1", 80))), None);
        assert_eq!(Probe::AskDns.spec(&ground(&asked)), None, "it would be the same again");
        let public = Probe::OtherServer.spec(&ground(&asked)).expect("another server");
        assert_eq!(Probe::OtherServer.label(&public), "ask 9.9.9.9, a public resolver");
        let other = Probe::OtherServer.spec(&ground(&public)).expect("yet another server");
        assert_eq!(Probe::OtherServer.label(&other), "ask 1.1.1.1, a public resolver");
        let tcp = Probe::DnsOverTcp.spec(&ground(&asked)).expect("it was by UDP");
        assert_eq!(crate::formats::command_line::of(&tcp).as_deref(), Some("sockeye dns name.test A AAAA +tcp"));
    }

    #[test]
    fn a_url_has_a_host_and_a_port() {
        for (url, there) in [
            ("http://a/b", "a:80"),
            ("https://u:p@a.test?x", "a.test:443"),
            ("http://[::1]:8080/", "[::1]:8080"),
            ("https://[::1]/", "[::1]:443"),
        ] {
            assert_eq!(of_url(url).map(|there| there.to_string()).as_deref(), Some(there), "{url}");
        }
        assert_eq!(of_url("nonsense"), None);
    }

    #[test]
    fn an_address_in_use_can_be_visited_or_left() {
        let spec = Spec::new(listen(([0, 0, 0, 0], 80).into()));
        let ground = Ground { spec: &spec, peer: None, addresses: &[] };
        let visit = Probe::WhoIsThere.spec(&ground).expect("a listener's place can be visited");
        assert_eq!(visit.what, to("127.0.0.1", 80).what);
        let high = Probe::HighPort.spec(&ground).expect("80 is privileged");
        assert_eq!(Probe::HighPort.label(&high), "on 0.0.0.0:8080");
        assert_eq!(Probe::Broadcast.spec(&ground), None);
    }

    #[test]
    fn a_longer_wait_has_a_bound() {
        let spec = to("127.0.0.1", 80);
        let longer = Probe::LongerTimeout.spec(&ground(&spec)).expect("10 s can be longer");
        assert_eq!(Probe::LongerTimeout.label(&longer), "wait up to 100 s");
        let longest = Probe::LongerTimeout.spec(&ground(&longer)).expect("a little longer");
        assert_eq!(Probe::LongerTimeout.spec(&ground(&longest)), None, "no longer than 120 s");
    }
}
