//! The commands of `nc` (OpenBSD's and the traditional one) and `ncat`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use crate::sessions::SpecKind;
use crate::sessions::spec::target::{join_host_port, parse_bind, parse_local_port};
use crate::sessions::spec::{IpFamily, ListenSpec, SocketSpec, TcpSpec, UdpBoundSpec, UdpSpec};
use crate::text::quantity;
use crate::text::sanitize::quoted;

const ACCEPTED: &str =
    "nc [-u] [-4|-6] [-b] [-s ADDR] [-p PORT] [-w SECONDS] HOST PORT, or nc -l [-u] [-4|-6] [-k] [[ADDR] PORT]";

#[derive(Debug, Default)]
struct ParsedNetcat {
    udp: bool,
    listen: bool,
    broadcast: bool,
    family: IpFamily,
    source: Option<IpAddr>,
    port: Option<u16>,
    wait: Option<Duration>,
    idle: Option<Duration>,
    words: Vec<String>,
}

/// The meaning of an option; `Nothing` changes only what is printed, or when the tool ends.
#[derive(Clone, Copy)]
enum NetcatOption {
    Udp,
    Listen,
    Broadcast,
    V4,
    V6,
    Source,
    Port,
    Wait,
    Idle,
    Nothing,
    NothingWithValue,
}

fn option(name: &str) -> Option<NetcatOption> {
    Some(match name {
        "u" | "udp" => NetcatOption::Udp,
        "l" | "listen" => NetcatOption::Listen,
        "b" => NetcatOption::Broadcast,
        "4" => NetcatOption::V4,
        "6" => NetcatOption::V6,
        "s" | "source" => NetcatOption::Source,
        "p" | "source-port" => NetcatOption::Port,
        "w" | "wait" => NetcatOption::Wait,
        "idle-timeout" => NetcatOption::Idle,
        // Names are always resolved, a listener always goes on, and a session never ends by itself.
        "k" | "keep-open" | "v" | "verbose" | "n" | "nodns" | "N" | "no-shutdown" => NetcatOption::Nothing,
        "q" => NetcatOption::NothingWithValue,
        _ => return None,
    })
}

/// The spec for the arguments of `nc`.
pub(super) fn parse(command: &str, words: &[String]) -> Result<SpecKind, String> {
    let mut asked = ParsedNetcat::default();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let unknown =
            |name: &str| format!("{command} option {} is not understood here; accepted: {ACCEPTED}", quoted(name));
        if let Some(long) = word.strip_prefix("--") {
            let (name, joined) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let means = option(name).filter(|_| name.len() > 1).ok_or_else(|| unknown(word))?;
            let value = if takes_value(means) { joined.or_else(|| rest.next().map(String::as_str)) } else { joined };
            asked.apply_option(command, word, means, value)?;
        } else if let Some(mut flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) {
            while let Some(flag) = flags.chars().next() {
                let (name, after) = flags.split_at(flag.len_utf8());
                let named = format!("-{name}");
                let means = option(name).ok_or_else(|| unknown(&named))?;
                if takes_value(means) {
                    let value = if after.is_empty() { rest.next().map(String::as_str) } else { Some(after) };
                    asked.apply_option(command, &named, means, value)?;
                    break;
                }
                asked.apply_option(command, &named, means, None)?;
                flags = after;
            }
        } else {
            asked.words.push(word.clone());
        }
    }
    if asked.listen { asked.listening(command) } else { asked.connecting(command) }
}

fn takes_value(means: NetcatOption) -> bool {
    matches!(
        means,
        NetcatOption::Source
            | NetcatOption::Port
            | NetcatOption::Wait
            | NetcatOption::Idle
            | NetcatOption::NothingWithValue
    )
}

impl ParsedNetcat {
    fn apply_option(
        &mut self,
        command: &str,
        name: &str,
        means: NetcatOption,
        value: Option<&str>,
    ) -> Result<(), String> {
        let value = match value {
            Some(value) => value,
            None if takes_value(means) => return Err(format!("{command} option {} needs a value", quoted(name))),
            None => "",
        };
        match means {
            NetcatOption::Udp => self.udp = true,
            NetcatOption::Listen => self.listen = true,
            NetcatOption::Broadcast => self.broadcast = true,
            NetcatOption::V4 => self.family = IpFamily::V4,
            NetcatOption::V6 => self.family = IpFamily::V6,
            NetcatOption::Source => self.source = Some(parse_bind(value)?.ip()),
            NetcatOption::Port => self.port = Some(parse_local_port(value)?),
            NetcatOption::Wait => {
                self.wait = Some(seconds(value)?);
                // ncat's `-w` limits only connecting; nc's also limits idle time.
                if command != "ncat" {
                    self.idle = self.wait;
                }
            }
            NetcatOption::Idle => self.idle = Some(seconds(value)?),
            NetcatOption::Nothing | NetcatOption::NothingWithValue => {}
        }
        Ok(())
    }

    fn any_address(&self) -> IpAddr {
        match self.family {
            IpFamily::V6 => Ipv6Addr::UNSPECIFIED.into(),
            IpFamily::Any | IpFamily::V4 => Ipv4Addr::UNSPECIFIED.into(),
        }
    }

    fn listening(self, command: &str) -> Result<SpecKind, String> {
        let (address, port) = match (self.words.as_slice(), self.port) {
            ([], Some(port)) => (None, port),
            // The traditional form `nc -l -p 9000 [HOST]` is accepted, but not with HOST, which limits the peers.
            ([port], None) => (None, parse_local_port(port)?),
            ([address, port], None) => (Some(parse_bind(address)?.ip()), parse_local_port(port)?),
            _ => return Err(format!("{command} -l takes one port; accepted: {ACCEPTED}")),
        };
        let address = address.or(self.source).unwrap_or_else(|| self.any_address());
        self.check_family(address)?;
        Ok(match listener(self.udp, SocketAddr::new(address, port)) {
            SpecKind::Listen(spec) => {
                SpecKind::Listen(ListenSpec { socket: SocketSpec { idle_timeout: self.idle, ..spec.socket }, ..spec })
            }
            SpecKind::UdpBound(spec) => SpecKind::UdpBound(UdpBoundSpec {
                socket: SocketSpec { idle_timeout: self.idle, ..spec.socket },
                broadcast: self.broadcast,
                ..spec
            }),
            other => other,
        })
    }

    fn connecting(self, command: &str) -> Result<SpecKind, String> {
        let [host, port] = self.words.as_slice() else {
            return Err(format!("{command} needs a host and a port; accepted: {ACCEPTED}"));
        };
        let target = join_host_port(host, port)?;
        let bind = (self.source.is_some() || self.port.is_some())
            .then(|| SocketAddr::new(self.source.unwrap_or_else(|| self.any_address()), self.port.unwrap_or_default()));
        if let Some(bind) = bind {
            self.check_family(bind.ip())?;
        }
        // A socket bound to an address of one family can connect to that family only.
        let family = match bind {
            Some(SocketAddr::V4(_)) => IpFamily::V4,
            Some(SocketAddr::V6(_)) => IpFamily::V6,
            None => self.family,
        };
        let socket = SocketSpec { family, bind, idle_timeout: self.idle, ..SocketSpec::default() };
        if self.udp {
            let spec = UdpSpec::new(target);
            return Ok(SpecKind::Udp(UdpSpec { socket, broadcast: self.broadcast, ..spec }));
        }
        let connect_timeout = self.wait.unwrap_or(socket.connect_timeout);
        Ok(SpecKind::Tcp(TcpSpec { target, socket: SocketSpec { connect_timeout, ..socket } }))
    }

    fn check_family(&self, address: IpAddr) -> Result<(), String> {
        if self.family.admits(address) {
            Ok(())
        } else {
            Err(format!("the local address {address} does not go with -4 or -6"))
        }
    }
}

/// Seconds, or a duration with its unit (ncat). Zero is refused, because the session would end at once.
fn seconds(text: &str) -> Result<Duration, String> {
    let is_bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let duration =
        if is_bare { quantity::parse_duration(&format!("{text}s")) } else { quantity::parse_duration(text) }?;
    if duration.is_zero() {
        return Err(format!("a wait of {} is none; accepted: seconds, more than 0", quoted(text)));
    }
    Ok(duration)
}

/// A listener without limits, or a bound UDP socket.
pub(super) fn listener(is_udp: bool, local: std::net::SocketAddr) -> SpecKind {
    if is_udp { SpecKind::UdpBound(UdpBoundSpec::at(local)) } else { SpecKind::Listen(ListenSpec::at(local)) }
}
