//! Remedies to try after a failure: each one makes the spec of a session that can be opened.

use std::net::{IpAddr, SocketAddr};

use crate::sessions::session::Session;
use crate::sessions::spec::dns::{self, DnsSpec, TransportChoice};
use crate::sessions::spec::http::{HttpSpec, HttpVersion};
use crate::sessions::spec::{
    HostPort, IpFamily, ListenSpec, Spec, SpecKind, TcpSpec, UdpBoundSpec, UdpSpec, UnixListenSpec, UnixSpec,
};
use crate::wire::Failure;
use crate::wire::dns::names;
use crate::wire::option::SocketKind;

/// Public resolvers that answer everybody: Quad9, or Cloudflare if Quad9 was asked already.
const PUBLIC: [&str; 2] = ["9.9.9.9", "1.1.1.1"];

/// How many attempts [`Remedy::Retrying`] adds.
const MORE_ATTEMPTS: u32 = 5;

/// One thing to try, derived from the session that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// A TCP connection to another port of the same host.
    OtherPort(u16),
    /// The other address family.
    OtherFamily,
    /// Ten times the time limit, or the longest that makes sense for the kind.
    LongerTimeout,
    /// The same session again.
    Again,
    /// The same session again, with five more attempts.
    Retrying,
    /// TLS that accepts every certificate.
    WithoutVerification,
    /// HTTP without TLS, same host and path.
    PlainHttp,
    /// HTTP over TLS, same host and path.
    OverTls,
    /// HTTP/1.1 only.
    Http1,
    /// A limit of 50 redirects.
    MoreRedirects,
    /// A bare TCP connection to the same host and port, to see the bytes.
    Bytes,
    /// A UDP conversation with the same host and port.
    Udp,
    /// TCP to the same port on this machine's loopback.
    Loopback,
    /// The same session, bound to a port that the kernel chooses.
    FreePort,
    /// The same session, on its port plus 8000, which needs no privilege.
    HighPort,
    /// The same session, bound to every address of this machine.
    EveryAddress,
    /// The same session, without a chosen local address.
    WithoutBind,
    /// A TCP connection to the address that could not be bound, to see what listens there.
    WhoIsThere,
    /// A listener of our own at the address where nothing listened; only on this machine.
    ListenThere,
    /// The same session, with broadcast allowed.
    Broadcast,
    /// A DNS query to the system's name servers for this name.
    AskDns,
    /// The same DNS query to a public resolver.
    OtherServer,
    /// The same DNS query over TCP.
    DnsOverTcp,
    /// The same socket of the Unix domain, with the other form: a stream, or datagrams.
    OtherForm,
    /// The same listener of the Unix domain, with its stale file removed first.
    ReplaceFile,
    /// A listener of our own at the path where nobody listened.
    ListenAtPath,
}

/// What a remedy starts from: the spec that failed, and the addresses found on the way.
#[derive(Clone, Copy, Debug)]
pub struct RemedyContext<'a> {
    /// The spec of the session that failed.
    pub spec: &'a Spec,
    /// The address that failed, if it is known.
    pub peer: Option<IpAddr>,
    /// All addresses of the name, if it was looked up.
    pub addresses: &'a [IpAddr],
}

impl<'a> RemedyContext<'a> {
    /// What is known of a session; the address is the one that the failure names, else the last one that was tried.
    pub fn of_session(session: &'a Session, failure: Option<&Failure>) -> Self {
        let named = failure.and_then(|failure| failure.peer.parse::<SocketAddr>().ok());
        let tried = session.attempts.tried.back().map(|attempt| attempt.peer);
        RemedyContext {
            spec: &session.spec,
            peer: named.or(tried).map(|peer| peer.ip()),
            addresses: session.path.addresses(),
        }
    }
}

impl Remedy {
    /// Every remedy by its name in the file of texts; for [`Remedy::OtherPort`], the port follows the name.
    const NAMES: [(&'static str, Remedy); 25] = [
        ("other-family", Remedy::OtherFamily),
        ("longer-timeout", Remedy::LongerTimeout),
        ("again", Remedy::Again),
        ("retrying", Remedy::Retrying),
        ("without-verification", Remedy::WithoutVerification),
        ("plain-http", Remedy::PlainHttp),
        ("over-tls", Remedy::OverTls),
        ("http1", Remedy::Http1),
        ("more-redirects", Remedy::MoreRedirects),
        ("bytes", Remedy::Bytes),
        ("udp", Remedy::Udp),
        ("loopback", Remedy::Loopback),
        ("free-port", Remedy::FreePort),
        ("high-port", Remedy::HighPort),
        ("every-address", Remedy::EveryAddress),
        ("without-bind", Remedy::WithoutBind),
        ("who-is-there", Remedy::WhoIsThere),
        ("listen-there", Remedy::ListenThere),
        ("broadcast", Remedy::Broadcast),
        ("ask-dns", Remedy::AskDns),
        ("other-server", Remedy::OtherServer),
        ("dns-tcp", Remedy::DnsOverTcp),
        ("other-form", Remedy::OtherForm),
        ("replace-file", Remedy::ReplaceFile),
        ("listen-at-path", Remedy::ListenAtPath),
    ];

    /// Parses a name, as `again` or `other-port 80`; `None`: there is no such remedy.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(port) = text.strip_prefix("other-port ") {
            return port.parse().ok().filter(|port| *port != 0).map(Remedy::OtherPort);
        }
        Remedy::NAMES.iter().find(|(name, _)| *name == text).map(|(_, probe)| *probe)
    }

    /// The spec to open; `None` where the remedy makes no sense, as the other family of a literal address.
    pub fn spec(self, ground: &RemedyContext<'_>) -> Option<Spec> {
        let what = self.apply(ground)?;
        let again = matches!(self, Remedy::Again);
        (again || what != ground.spec.what).then(|| Spec {
            what,
            input: ground.spec.input,
            answers: ground.spec.answers,
            script: if self.keeps_script() { ground.spec.script.clone() } else { Default::default() },
            retain: ground.spec.retain,
            label: None,
            capture: ground.spec.capture,
        })
    }

    /// Whether the new session has the same conversation, so that the script is sent again.
    fn keeps_script(self) -> bool {
        !matches!(
            self,
            Remedy::OtherPort(_)
                | Remedy::Bytes
                | Remedy::Udp
                | Remedy::Loopback
                | Remedy::WhoIsThere
                | Remedy::ListenThere
                | Remedy::ListenAtPath
        )
    }

    fn apply(self, ground: &RemedyContext<'_>) -> Option<SpecKind> {
        let spec = &ground.spec.what;
        let facets = spec.facets();
        match self {
            // An accepted connection cannot be opened by us.
            Remedy::Again => facets.parent().is_none().then(|| spec.clone()),
            Remedy::OtherPort(port) => {
                let here = facets.target()?;
                (here.port != port).then(|| tcp(HostPort { port, ..here }))
            }
            Remedy::Bytes => Some(tcp(facets.target()?)),
            Remedy::Udp => Some(SpecKind::Udp(UdpSpec::new(facets.target()?))),
            Remedy::Loopback => Some(tcp(HostPort { host: "127.0.0.1".into(), ..facets.target()? })),
            Remedy::ListenThere => {
                let here = facets.target()?;
                let ip = ground.peer.or_else(|| here.host.parse().ok()).filter(IpAddr::is_loopback)?;
                let local = SocketAddr::new(ip, here.port);
                let is_udp = facets.socket_kind() == Some(SocketKind::Datagrams);
                Some(if is_udp { SpecKind::UdpBound(UdpBoundSpec::at(local)) } else { listen(local) })
            }
            Remedy::OtherFamily => other_family(ground),
            Remedy::LongerTimeout => {
                let mut spec = spec.clone();
                spec.facets_mut().wait_longer().then_some(spec)
            }
            Remedy::Retrying => {
                let mut spec = spec.clone();
                match &mut spec {
                    SpecKind::Tcp(tcp) => tcp.socket.retry.times += MORE_ATTEMPTS,
                    SpecKind::Unix(unix) => unix.socket.retry.times += MORE_ATTEMPTS,
                    _ => return None,
                }
                Some(spec)
            }
            Remedy::WithoutBind | Remedy::FreePort | Remedy::HighPort | Remedy::EveryAddress | Remedy::WhoIsThere => {
                self.on_other_address(spec)
            }
            Remedy::AskDns | Remedy::OtherServer | Remedy::DnsOverTcp => self.dns_question(spec).map(SpecKind::Dns),
            Remedy::OtherForm => {
                let SpecKind::Unix(unix) = spec else { return None };
                Some(SpecKind::Unix(UnixSpec { form: unix.form.other(), ..unix.clone() }))
            }
            Remedy::ReplaceFile => {
                let SpecKind::UnixListen(listen) = spec else { return None };
                Some(SpecKind::UnixListen(UnixListenSpec { replace: true, ..listen.clone() }))
            }
            Remedy::ListenAtPath => {
                let SpecKind::Unix(unix) = spec else { return None };
                let listen = UnixListenSpec::at(unix.target.clone(), unix.form);
                Some(SpecKind::UnixListen(UnixListenSpec { replace: true, ..listen }))
            }
            Remedy::Broadcast => {
                let mut spec = spec.clone();
                *spec.facets_mut().broadcast_mut()? = true;
                Some(spec)
            }
            Remedy::WithoutVerification
            | Remedy::PlainHttp
            | Remedy::OverTls
            | Remedy::Http1
            | Remedy::MoreRedirects => {
                let SpecKind::Http(http) = spec else { return None };
                self.http(http).map(SpecKind::Http)
            }
        }
    }

    fn http(self, http: &HttpSpec) -> Option<HttpSpec> {
        let mut http = http.clone();
        match self {
            Remedy::WithoutVerification if http.url.starts_with("https:") => http.insecure = true,
            Remedy::PlainHttp => http.url = format!("http:{}", http.url.strip_prefix("https:")?),
            Remedy::OverTls => http.url = format!("https:{}", http.url.strip_prefix("http:")?),
            // Without TLS, HTTP/2 is spoken only where it is asked for.
            Remedy::Http1
                if http.version == HttpVersion::Http2
                    || (http.version == HttpVersion::Any && http.url.starts_with("https:")) =>
            {
                http.version = HttpVersion::Http1;
            }
            Remedy::MoreRedirects => http.redirects = 50,
            _ => return None,
        }
        Some(http)
    }

    /// A DNS query for the host name of a spec.
    fn dns_question(self, spec: &SpecKind) -> Option<DnsSpec> {
        let mut question = if let SpecKind::Dns(question) = spec {
            question.clone()
        } else {
            let host = spec.facets().target()?.host;
            let is_name = host.split('%').next()?.parse::<IpAddr>().is_err();
            DnsSpec::new(is_name.then(|| names::check_name(&host).ok()).flatten()?)
        };
        match self {
            Remedy::AskDns => question.server = None,
            Remedy::DnsOverTcp => question.transport = TransportChoice::Tcp,
            _ => {
                let asked = question.server.as_ref().map(|server| server.host.as_str());
                let host = PUBLIC.into_iter().find(|host| asked != Some(host))?;
                question.server = Some(HostPort { host: host.to_owned(), port: dns::PORT });
            }
        }
        Some(question)
    }

    /// The same session on another local address.
    fn on_other_address(self, spec: &SpecKind) -> Option<SpecKind> {
        let local = spec.facets().local()?;
        let every: IpAddr = if local.is_ipv4() { [0; 4].into() } else { [0_u16; 8].into() };
        let loopback: IpAddr =
            if local.is_ipv4() { [127, 0, 0, 1].into() } else { [0, 0, 0, 0, 0, 0, 0, 1_u16].into() };
        let moved = match self {
            Remedy::FreePort => SocketAddr::new(local.ip(), 0),
            Remedy::HighPort => {
                SocketAddr::new(local.ip(), local.port().checked_add(8000).filter(|_| local.port() < 1024)?)
            }
            Remedy::EveryAddress => SocketAddr::new(every, local.port()),
            Remedy::WhoIsThere => {
                let ip = if local.ip().is_unspecified() { loopback } else { local.ip() };
                let there = HostPort { host: ip.to_string(), port: local.port() };
                let is_udp = spec.facets().socket_kind() == Some(SocketKind::Datagrams);
                return (!is_udp).then(|| tcp(there));
            }
            _ => local,
        };
        let mut spec = spec.clone();
        spec.facets_mut().set_local((self != Remedy::WithoutBind).then_some(moved));
        Some(spec)
    }

    /// A label of a few words; `opens` is the result of [`Remedy::spec`].
    pub fn label(self, opens: &Spec) -> String {
        let facets = opens.what.facets();
        let local = facets.local().map_or_else(String::new, |local| local.to_string());
        let there = facets.target().map_or_else(String::new, |there| there.to_string());
        match self {
            Remedy::OtherPort(port) => format!("the same host on port {port}"),
            Remedy::OtherFamily => match facets.family() {
                Some(IpFamily::V4) => "by IPv4 only".into(),
                Some(IpFamily::V6) => "by IPv6 only".into(),
                Some(IpFamily::Any) | None => "the other address family".into(),
            },
            Remedy::LongerTimeout => match facets.allowed_time() {
                Some(time) => format!("wait up to {} s", time.as_secs().max(1)),
                None => "wait longer".into(),
            },
            Remedy::Again => "the same again".into(),
            Remedy::Retrying => format!("again, with {MORE_ATTEMPTS} more attempts"),
            Remedy::WithoutVerification => "TLS without verification".into(),
            Remedy::PlainHttp => "HTTP without TLS".into(),
            Remedy::OverTls => "HTTP over TLS".into(),
            Remedy::Http1 => "HTTP/1.1 only".into(),
            Remedy::MoreRedirects => "up to 50 redirects".into(),
            Remedy::Bytes => format!("bare TCP to {there}"),
            Remedy::Udp => format!("UDP to {there}"),
            Remedy::Loopback => format!("TCP to {there}"),
            Remedy::FreePort => "a port that the kernel chooses".into(),
            Remedy::HighPort | Remedy::EveryAddress => format!("on {local}"),
            Remedy::WithoutBind => "from an address that the kernel chooses".into(),
            Remedy::WhoIsThere => format!("connect to {there}"),
            Remedy::ListenThere => format!("listen on {local} yourself"),
            Remedy::Broadcast => "with broadcast allowed".into(),
            Remedy::AskDns => "ask the name servers directly".into(),
            Remedy::OtherServer => match &opens.what {
                SpecKind::Dns(DnsSpec { server: Some(server), .. }) => {
                    format!("ask {}, a public resolver", server.host)
                }
                _ => "ask a public resolver".into(),
            },
            Remedy::DnsOverTcp => "ask over TCP".into(),
            Remedy::OtherForm => opens.what.facets().title(None),
            Remedy::ReplaceFile => "remove the stale file, then listen".into(),
            Remedy::ListenAtPath => "listen there yourself".into(),
        }
    }
}

fn tcp(target: HostPort) -> SpecKind {
    SpecKind::Tcp(TcpSpec::new(target))
}

fn listen(local: SocketAddr) -> SpecKind {
    SpecKind::Listen(ListenSpec::at(local))
}

/// The same session in the other address family; only for a name, and not if the name is known to lack that family.
fn other_family(ground: &RemedyContext<'_>) -> Option<SpecKind> {
    let what = &ground.spec.what;
    let host = what.facets().target()?.host;
    if host.split('%').next()?.parse::<IpAddr>().is_ok() {
        return None;
    }
    let family = what.facets().family()?;
    let other = match (family, ground.peer) {
        (IpFamily::V4, _) => IpFamily::V6,
        (IpFamily::V6, _) => IpFamily::V4,
        (IpFamily::Any, Some(peer)) => {
            if peer.is_ipv4() {
                IpFamily::V6
            } else {
                IpFamily::V4
            }
        }
        (IpFamily::Any, None) => return None,
    };
    // A lookup for one family does not show whether the other exists.
    let asked_for_both = family == IpFamily::Any && !ground.addresses.is_empty();
    if asked_for_both && !ground.addresses.iter().any(|address| other.admits(*address)) {
        return None;
    }
    let mut what = what.clone();
    what.facets_mut().socket_mut()?.family = other;
    Some(what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::spec::SpecKind;

    fn to(host: &str, port: u16) -> Spec {
        Spec::new(tcp(HostPort { host: host.into(), port }))
    }

    fn ground(spec: &Spec) -> RemedyContext<'_> {
        RemedyContext { spec, peer: Some([127, 0, 0, 1].into()), addresses: &[] }
    }

    #[test]
    fn every_name_is_read_and_no_other() {
        for (name, probe) in Remedy::NAMES {
            assert_eq!(Remedy::parse(name), Some(probe));
        }
        assert_eq!(Remedy::parse("other-port 80"), Some(Remedy::OtherPort(80)));
        for wrong in ["", "other-port", "other-port 0", "other-port 70000", "ping"] {
            assert_eq!(Remedy::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_probe_that_would_be_the_same_again_is_none() {
        let spec = to("127.0.0.1", 80);
        assert_eq!(Remedy::OtherPort(80).spec(&ground(&spec)), None);
        assert_eq!(Remedy::Bytes.spec(&ground(&spec)), None, "it was bare TCP");
        let other = Remedy::OtherPort(443).spec(&ground(&spec)).expect("another port");
        assert_eq!(other.what, to("127.0.0.1", 443).what);
        assert_eq!(Remedy::Again.spec(&ground(&spec)), Some(spec.clone()));
    }

    #[test]
    fn the_other_family_needs_a_name_that_may_have_it() {
        let address = to("127.0.0.1", 80);
        assert_eq!(Remedy::OtherFamily.spec(&ground(&address)), None);
        let name = to("name.test", 80);
        let other = Remedy::OtherFamily.spec(&ground(&name)).expect("IPv6 may be there");
        assert_eq!(Remedy::OtherFamily.label(&other), "by IPv6 only");
        let only = [IpAddr::from([127, 0, 0, 1])];
        assert_eq!(Remedy::OtherFamily.spec(&RemedyContext { addresses: &only, ..ground(&name) }), None);
    }

    #[test]
    fn who_listens_where_nobody_listened_speaks_the_same_protocol() {
        let port = HostPort { host: "127.0.0.1".into(), port: 9 };
        let udp = Spec::new(SpecKind::Udp(UdpSpec::new(port)));
        let opened = Remedy::ListenThere.spec(&ground(&udp)).expect("it is this machine");
        assert!(matches!(opened.what, SpecKind::UdpBound(_)));
        assert_eq!(Remedy::ListenThere.label(&opened), "listen on 127.0.0.1:9 yourself");
        let far = RemedyContext { peer: Some([10, 0, 0, 1].into()), ..ground(&udp) };
        assert_eq!(Remedy::ListenThere.spec(&far), None);
    }

    #[test]
    fn a_name_can_be_asked_for_and_an_address_cannot() {
        let name = to("name.test", 80);
        let asked = Remedy::AskDns.spec(&ground(&name)).expect("it is a name");
        assert_eq!(asked.what, SpecKind::Dns(DnsSpec::new("name.test")));
        assert_eq!(Remedy::AskDns.spec(&ground(&to("127.0.0.1", 80))), None);
        assert_eq!(Remedy::AskDns.spec(&ground(&asked)), None, "it would be the same again");
        let public = Remedy::OtherServer.spec(&ground(&asked)).expect("another server");
        assert_eq!(Remedy::OtherServer.label(&public), "ask 9.9.9.9, a public resolver");
        let other = Remedy::OtherServer.spec(&ground(&public)).expect("yet another server");
        assert_eq!(Remedy::OtherServer.label(&other), "ask 1.1.1.1, a public resolver");
        let tcp = Remedy::DnsOverTcp.spec(&ground(&asked)).expect("it was by UDP");
        assert_eq!(
            crate::formats::command_line::command_of(&tcp).as_deref(),
            Some("sockeye dns name.test A AAAA +tcp")
        );
    }

    #[test]
    fn an_address_in_use_can_be_visited_or_left() {
        let spec = Spec::new(listen(([0, 0, 0, 0], 80).into()));
        let ground = RemedyContext { spec: &spec, peer: None, addresses: &[] };
        let visit = Remedy::WhoIsThere.spec(&ground).expect("a listener's place can be visited");
        assert_eq!(visit.what, to("127.0.0.1", 80).what);
        let high = Remedy::HighPort.spec(&ground).expect("80 is privileged");
        assert_eq!(Remedy::HighPort.label(&high), "on 0.0.0.0:8080");
        assert_eq!(Remedy::Broadcast.spec(&ground), None);
    }

    #[test]
    fn a_longer_wait_has_a_bound() {
        let spec = to("127.0.0.1", 80);
        let longer = Remedy::LongerTimeout.spec(&ground(&spec)).expect("10 s can be longer");
        assert_eq!(Remedy::LongerTimeout.label(&longer), "wait up to 100 s");
        let longest = Remedy::LongerTimeout.spec(&ground(&longer)).expect("a little longer");
        assert_eq!(Remedy::LongerTimeout.spec(&ground(&longest)), None, "no longer than 120 s");
    }
}
