//! The addresses of `socat`: TCP and UDP, to connect to or to listen on.

use std::net::SocketAddr;

use super::netcat::{is_stream, listener};
use super::pasted::PastedSession;
use crate::sessions::spec::system_names::{ServiceProtocol, SystemNames};
use crate::sessions::spec::target::AddressReader;
use crate::sessions::spec::{
    HostPort, IpFamily, ListenSpec, ScriptStep, SocketSpec, TcpSpec, UdpBoundSpec, UdpSpec, UnixListenSpec, UnixSpec,
    socket_options,
};
use crate::sessions::{Spec, SpecKind};
use crate::text::quantity;
use crate::text::sanitize::quoted;
use crate::wire::unix::{UnixAddress, UnixForm};

const ACCEPTED: &str = "socat - TCP:HOST:PORT, UDP:…, TCP-LISTEN:PORT or UDP-LISTEN:PORT";

/// What an address does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SocatRole {
    Connect,
    Listen,
}

/// The session for the arguments of `socat`: one address is standard input and output, the other is read.
pub(super) fn parse(words: &[String], names: &SystemNames, piped: bool) -> Result<PastedSession, String> {
    let mut notes = Vec::new();
    let mut addresses = Vec::new();
    let mut idle = None;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty() && !letters.starts_with(','))
        else {
            addresses.push(word.as_str());
            continue;
        };
        let (letter, joined) = letters.split_at(letters.chars().next().map_or(0, char::len_utf8));
        let mut value = || {
            let next = if joined.is_empty() { rest.next().map(String::as_str) } else { Some(joined) };
            next.ok_or_else(|| format!("socat -{letter} needs a value after it"))
        };
        match letter {
            "4" | "6" => {
                return Err(format!(
                    "socat {} is spelled with the address; accepted: TCP{letter}:HOST:PORT",
                    quoted(word)
                ));
            }
            "T" => idle = Some(quantity::parse_duration(value()?).map_err(|why| format!("socat -T: {why}"))?),
            "t" | "b" | "L" | "W" | "S" => {
                value()?;
                notes.push(format!("socat -{letter} has no effect here"));
            }
            "d" | "D" | "h" | "V" | "v" | "x" | "l" | "s" | "r" | "R" => {
                notes.push(format!("socat {} has no effect here: everything is shown", quoted(word)));
            }
            "u" | "U" => notes.push(format!("socat -{letter} has no effect here: both directions are open")),
            _ => return Err(format!("socat option {} is not known here; accepted: {ACCEPTED}", quoted(word))),
        }
    }
    let is_ours = |address: &&&str| !is_standard(address);
    let own: Vec<&&str> = addresses.iter().filter(is_ours).collect();
    let [address] = own.as_slice() else {
        let why =
            if own.is_empty() { "names no socket" } else { "passes on between two sockets, which is not done here" };
        return Err(format!("socat {why}; accepted: {ACCEPTED}"));
    };
    let crlf_typed = addresses.iter().filter(|address| is_standard(address)).any(|address| has_crlf(address));
    let mut pasted = one_address(address, names)?;
    pasted.spec.input.crlf |= crlf_typed;
    // At the end of its input socat shuts the other side's direction down, unless an option keeps it.
    let keeps = |address: &&str| address.split(',').skip(1).any(|option| matches!(option, "shut-none" | "ignoreeof"));
    if piped && is_stream(&pasted.spec.what) && !addresses.iter().any(keeps) {
        pasted.spec.script.steps.push(ScriptStep::Finish);
    }
    if let (Some(idle), Some(socket)) = (idle, pasted.spec.what.facets_mut().socket_mut()) {
        socket.idle_timeout = Some(idle);
    }
    pasted.notes.splice(0..0, notes);
    Ok(pasted)
}

/// Whether an address is standard input or output.
fn is_standard(address: &str) -> bool {
    let name = address.split([',', ':']).next().unwrap_or_default().to_ascii_uppercase();
    matches!(name.as_str(), "-" | "STDIO" | "STDIN" | "STDOUT" | "READLINE" | "FD")
}

fn has_crlf(address: &str) -> bool {
    address.split(',').skip(1).any(|option| matches!(option, "crnl" | "crlf"))
}

fn one_address(text: &str, names: &SystemNames) -> Result<PastedSession, String> {
    let mut parts = text.split(',');
    let address = parts.next().unwrap_or_default();
    let Some((name, place)) = address.split_once(':') else {
        return Err(format!("socat's {} is not known here; accepted: {ACCEPTED}", quoted(address)));
    };
    let upper = name.to_ascii_uppercase();
    if let Some(unix) = unix_session(&upper, place) {
        return unix_address(unix?, parts);
    }
    let (protocol, mut family, role) = kind(&upper).map_err(|why| format!("socat's {} {why}", quoted(name)))?;
    let reader = AddressReader::new(names, protocol);
    let mut spec = SocketSpec::default();
    let (mut notes, mut options, mut crlf) = (Vec::new(), Vec::new(), false);
    let (mut bind, mut port, mut limit, mut backlog, mut broadcast) = (None, None, None, None, false);
    for part in parts {
        let (key, value) = part.split_once('=').map_or((part, None), |(key, value)| (key, Some(value)));
        let needs = || value.ok_or_else(|| format!("socat's option {} needs a value", quoted(key)));
        match key {
            "" | "reuseaddr" | "fork" | "shut-down" | "shut-none" | "shut-null" => {}
            "crnl" | "crlf" => crlf = true,
            "bind" | "interface-addr" => bind = Some(needs()?),
            "sourceport" | "sp" => port = Some(reader.local_port(needs()?)?),
            "pf" | "protocol-family" => {
                family = match needs()? {
                    "ip4" | "ipv4" | "inet" | "2" => IpFamily::V4,
                    "ip6" | "ipv6" | "inet6" | "10" => IpFamily::V6,
                    other => return Err(format!("socat's pf {} is not known here; accepted: ip4, ip6", quoted(other))),
                }
            }
            "ipv6only" | "ipv6-v6only" => family = if value == Some("0") { IpFamily::Any } else { IpFamily::V6 },
            "connect-timeout" => {
                spec.connect_timeout =
                    quantity::parse_duration(needs()?).map_err(|why| format!("socat's connect-timeout: {why}"))?;
            }
            "retry" => {
                let times = needs()?;
                spec.retry.times =
                    times.parse().map_err(|_| format!("socat's retry {} is no number", quoted(times)))?;
            }
            "max-children" => limit = Some(number(key, needs()?)?),
            "backlog" if role == SocatRole::Listen => backlog = Some(number(key, needs()?)?),
            "broadcast" | "so-broadcast" if protocol == ServiceProtocol::Udp => broadcast = value != Some("0"),
            "nodelay" | "keepalive" | "reuseport" => options.push(format!("{key}=on")),
            "so-bindtodevice" | "interface" | "if" => options.push(format!("bindtodevice={}", needs()?)),
            "ttl" | "tos" | "keepidle" | "keepintvl" | "keepcnt" | "linger" => {
                options.push(format!("{key}={}", needs()?));
            }
            "rcvbuf" | "sndbuf" | "so-rcvbuf" | "so-sndbuf" => {
                options.push(format!("{}={}B", key.trim_start_matches("so-"), needs()?));
            }
            "ignoreeof" | "null-eof" | "end-close" | "nonblock" => {
                notes.push(format!("socat's {} has no effect here", quoted(part)));
            }
            _ => {
                return Err(format!(
                    "socat's option {} is not known here; accepted: bind, sourceport, crnl, ttl, …",
                    quoted(part)
                ));
            }
        }
    }
    spec.family = family;
    let what = match role {
        SocatRole::Connect => {
            spec.bind = local(bind, port, family, reader)?;
            spec.family = spec.bind.map_or(family, |bind| IpFamily::of(bind.ip()));
            match connection(protocol, reader.target(place)?, spec) {
                // What answers a datagram of `UDP-DATAGRAM` may have any address.
                SpecKind::Udp(spec) => {
                    let any_peer = upper.ends_with("-DATAGRAM");
                    SpecKind::Udp(UdpSpec { any_peer, broadcast, ..spec })
                }
                other => other,
            }
        }
        SocatRole::Listen => {
            let place = reader.listen_pair(bind, place, family)?;
            match listener(protocol == ServiceProtocol::Udp, place, family) {
                SpecKind::Listen(spec) => SpecKind::Listen(ListenSpec { limit, backlog, ..spec }),
                SpecKind::UdpBound(spec) => SpecKind::UdpBound(UdpBoundSpec { broadcast, ..spec }),
                other => other,
            }
        }
    };
    let mut spec = Spec::new(what);
    spec.input.crlf = crlf;
    socket_options::add_texts(&mut spec.what, &options)?;
    Ok(PastedSession { spec, notes })
}

fn number<T: std::str::FromStr>(key: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("socat's {key} {} is no number", quoted(text)))
}

/// A Unix address with its options.
fn unix_address<'t>(mut what: SpecKind, options: impl Iterator<Item = &'t str>) -> Result<PastedSession, String> {
    let (mut notes, mut crlf) = (Vec::new(), false);
    for part in options {
        let (key, value) = part.split_once('=').map_or((part, None), |(key, value)| (key, Some(value)));
        let needs = || value.ok_or_else(|| format!("socat's option {} needs a value", quoted(key)));
        match (key, &mut what) {
            ("" | "fork" | "reuseaddr" | "unlink-close" | "shut-down" | "shut-none" | "shut-null", _) => {}
            ("crnl" | "crlf", _) => crlf = true,
            ("unlink-early", SpecKind::UnixListen(spec)) => spec.replace = true,
            ("max-children", SpecKind::UnixListen(spec)) => spec.limit = Some(number(key, needs()?)?),
            ("backlog", SpecKind::UnixListen(spec)) => spec.backlog = Some(number(key, needs()?)?),
            ("ignoreeof" | "null-eof" | "end-close" | "nonblock", _) => {
                notes.push(format!("socat's {} has no effect here", quoted(part)));
            }
            _ => {
                let accepted = "crnl, fork, unlink-early, max-children, backlog";
                return Err(format!(
                    "socat's option {} is not done for a Unix address; accepted: {accepted}",
                    quoted(part)
                ));
            }
        }
    }
    let mut spec = Spec::new(what);
    spec.input.crlf = crlf;
    Ok(PastedSession { spec, notes })
}

/// The session of a Unix address. `None`: the address is none.
fn unix_session(name: &str, place: &str) -> Option<Result<SpecKind, String>> {
    let connect = |address, form| SpecKind::Unix(UnixSpec::new(address, form));
    let listen = |address, form| SpecKind::UnixListen(UnixListenSpec::at(address, form));
    Some(match name {
        "UNIX" | "UNIX-CONNECT" | "UNIX-CLIENT" | "GOPEN" => {
            UnixAddress::path(place).map(|address| connect(address, UnixForm::Stream))
        }
        "UNIX-LISTEN" | "UNIX-L" => UnixAddress::path(place).map(|address| listen(address, UnixForm::Stream)),
        "UNIX-SENDTO" => UnixAddress::path(place).map(|address| connect(address, UnixForm::Datagram)),
        "UNIX-RECV" | "UNIX-RECVFROM" => UnixAddress::path(place).map(|address| listen(address, UnixForm::Datagram)),
        "ABSTRACT" | "ABSTRACT-CONNECT" | "ABSTRACT-CLIENT" => {
            UnixAddress::abstract_name(place).map(|address| connect(address, UnixForm::Stream))
        }
        "ABSTRACT-LISTEN" => UnixAddress::abstract_name(place).map(|address| listen(address, UnixForm::Stream)),
        _ => return None,
    })
}

fn connection(protocol: ServiceProtocol, target: HostPort, socket: SocketSpec) -> SpecKind {
    match protocol {
        ServiceProtocol::Tcp => SpecKind::Tcp(TcpSpec { socket, ..TcpSpec::new(target) }),
        ServiceProtocol::Udp => SpecKind::Udp(UdpSpec { socket, ..UdpSpec::new(target) }),
    }
}

fn local(
    bind: Option<&str>,
    port: Option<u16>,
    family: IpFamily,
    reader: AddressReader<'_>,
) -> Result<Option<SocketAddr>, String> {
    let Some(text) = bind else {
        return Ok(port.map(|port| SocketAddr::new(family.any_address(), port)));
    };
    let mut local = reader.bind(text, family)?;
    if let Some(port) = port {
        local.set_port(port);
    }
    Ok(Some(local))
}

/// The protocol, the family and the role of an address of this name; why it is not read.
fn kind(name: &str) -> Result<(ServiceProtocol, IpFamily, SocatRole), String> {
    let (base, family) = match name {
        _ if name.starts_with("TCP4") || name.starts_with("UDP4") => (name.replacen('4', "", 1), IpFamily::V4),
        _ if name.starts_with("TCP6") || name.starts_with("UDP6") => (name.replacen('6', "", 1), IpFamily::V6),
        _ => (name.to_owned(), IpFamily::Any),
    };
    let (protocol, role) = match base.as_str() {
        "TCP" | "TCP-CONNECT" | "INET" => (ServiceProtocol::Tcp, SocatRole::Connect),
        "TCP-LISTEN" | "TCP-L" | "INET-LISTEN" => (ServiceProtocol::Tcp, SocatRole::Listen),
        "UDP" | "UDP-CONNECT" | "UDP-SENDTO" | "UDP-DATAGRAM" => (ServiceProtocol::Udp, SocatRole::Connect),
        "UDP-LISTEN" | "UDP-L" | "UDP-RECVFROM" | "UDP-RECV" => (ServiceProtocol::Udp, SocatRole::Listen),
        _ => return Err(refusal(&base)),
    };
    Ok((protocol, family, role))
}

/// Why an address of this kind is not read.
fn refusal(name: &str) -> String {
    if name.starts_with("OPENSSL") || name.starts_with("SSL") {
        return "is TLS, which is not spoken on a bare connection yet; accepted: TCP:HOST:PORT, or https://…"
            .to_owned();
    }
    if name.starts_with("UNIX") || name.starts_with("ABSTRACT") || name == "GOPEN" {
        return "is a kind of Unix address that is not known here; accepted: UNIX-CONNECT:PATH, UNIX-LISTEN:PATH"
            .to_owned();
    }
    if matches!(name, "EXEC" | "SYSTEM" | "SHELL") {
        return "runs a program, which is not done here; accepted: - in its place".to_owned();
    }
    if name.starts_with("PROXY") || name.starts_with("SOCKS") {
        return "goes through a proxy, which only HTTP can here; accepted: curl -x".to_owned();
    }
    format!("is not known here; accepted: {ACCEPTED}")
}
