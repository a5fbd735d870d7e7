//! The commands of `nc` (OpenBSD's and the traditional one) and `ncat`.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::time::Duration;

use super::netcat_options::{self, NetcatMeaning, NetcatTool};
use super::pasted::PastedSession;
use crate::sessions::spec::socket_options;
use crate::sessions::spec::system_names::{ServiceProtocol, SystemNames};
use crate::sessions::spec::target::{AddressReader, ListenPlace};
use crate::sessions::spec::{
    IpFamily, ListenSpec, PortScanSpec, ScriptStep, SocketSpec, TcpSpec, UdpBoundSpec, UdpSpec, UnixListenSpec,
    UnixSpec,
};
use crate::sessions::{Spec, SpecKind};
use crate::text::quantity;
use crate::text::sanitize::quoted;
use crate::wire::unix::{UnixAddress, UnixForm};

#[derive(Debug)]
struct ParsedNetcat<'a> {
    names: &'a SystemNames,
    tool: NetcatTool,
    udp: bool,
    unix: bool,
    listen: bool,
    broadcast: bool,
    crlf: bool,
    only_connects: bool,
    /// Whether something is piped into it, so that its standard input has an end.
    piped: bool,
    /// Whether that end is told to the peer by our FIN.
    finishes: bool,
    family: IpFamily,
    source: Option<String>,
    port: Option<String>,
    wait: Option<Duration>,
    idle: Option<Duration>,
    limit: Option<usize>,
    answers: Option<NonZeroU64>,
    options: Vec<String>,
    words: Vec<String>,
    notes: Vec<String>,
}

/// The session for the arguments of `nc`.
pub(super) fn parse(
    command: &str,
    words: &[String],
    names: &SystemNames,
    piped: bool,
) -> Result<PastedSession, String> {
    let tool = if command == "ncat" { NetcatTool::Ncat } else { NetcatTool::Nc };
    let mut asked = ParsedNetcat {
        names,
        tool,
        udp: false,
        unix: false,
        listen: false,
        broadcast: false,
        crlf: false,
        only_connects: false,
        piped,
        // Unlike nc, ncat tells it without being asked.
        finishes: tool == NetcatTool::Ncat,
        family: IpFamily::Any,
        source: None,
        port: None,
        wait: None,
        idle: None,
        limit: None,
        answers: None,
        options: Vec::new(),
        words: Vec::new(),
        notes: Vec::new(),
    };
    let mut rest = words.iter();
    let mut only_words = false;
    while let Some(word) = rest.next() {
        if only_words || !word.starts_with('-') || word == "-" {
            asked.words.push(word.clone());
        } else if word == "--" {
            only_words = true;
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, joined) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let means = netcat_options::long(name).ok_or_else(|| unknown(command, word))?;
            let value = if means.takes_value() { joined.or_else(|| rest.next().map(String::as_str)) } else { joined };
            asked.apply_option(&format!("{command} --{name}"), means, value)?;
        } else {
            let mut flags = &word[1..];
            while let Some(flag) = flags.chars().next() {
                let (name, after) = flags.split_at(flag.len_utf8());
                let named = format!("-{name}");
                let means = netcat_options::short(asked.tool, flag).ok_or_else(|| unknown(command, &named))?;
                let named = format!("{command} {named}");
                if means.takes_value() {
                    let value = if after.is_empty() { rest.next().map(String::as_str) } else { Some(after) };
                    asked.apply_option(&named, means, value)?;
                    break;
                }
                asked.apply_option(&named, means, None)?;
                flags = after;
            }
        }
    }
    asked.finish(command)
}

fn unknown(command: &str, option: &str) -> String {
    format!("{command} has no option {} that is known here; accepted: {}", quoted(option), netcat_options::ACCEPTED)
}

impl ParsedNetcat<'_> {
    fn apply_option(&mut self, named: &str, means: NetcatMeaning, value: Option<&str>) -> Result<(), String> {
        let value = match value {
            Some(value) => value,
            None if means.takes_value() => return Err(format!("{named} needs a value after it")),
            None => "",
        };
        match means {
            NetcatMeaning::Udp => self.udp = true,
            NetcatMeaning::Listen => self.listen = true,
            NetcatMeaning::Broadcast => self.broadcast = true,
            NetcatMeaning::Crlf => self.crlf = true,
            NetcatMeaning::OnlyConnect => self.only_connects = true,
            NetcatMeaning::V4 => self.family = IpFamily::V4,
            NetcatMeaning::V6 => self.family = IpFamily::V6,
            NetcatMeaning::Source => self.source = Some(value.to_owned()),
            NetcatMeaning::Port => self.port = Some(value.to_owned()),
            NetcatMeaning::Wait => {
                self.wait = Some(seconds(named, value)?);
                // ncat's `-w` limits only connecting; nc's also limits idle time.
                if self.tool == NetcatTool::Nc {
                    self.idle = self.wait;
                }
            }
            NetcatMeaning::Idle => self.idle = Some(seconds(named, value)?),
            NetcatMeaning::Limit => {
                let most = value.parse().map_err(|_| format!("{named} {} is no number", quoted(value)))?;
                self.limit = Some(most);
            }
            NetcatMeaning::Answers => {
                let wrong = || format!("{named} {} is no number; accepted: 1 or more", quoted(value));
                self.answers = Some(value.parse().map_err(|_| wrong())?);
            }
            NetcatMeaning::Finishes | NetcatMeaning::StaysOpen if !self.piped => {
                self.notes.push(format!("{named} has no effect here: {}", netcat_options::END));
            }
            NetcatMeaning::Finishes => self.finishes = true,
            NetcatMeaning::StaysOpen => self.finishes = false,
            NetcatMeaning::Option(name) => {
                let is_size = name.ends_with("buf") && value.bytes().all(|byte| byte.is_ascii_digit());
                self.options.push(format!("{name}={value}{}", if is_size { "B" } else { "" }));
            }
            NetcatMeaning::Unix => self.unix = true,
            NetcatMeaning::AsHere => {}
            NetcatMeaning::NoEffect(why) | NetcatMeaning::NoEffectWithValue(why) => {
                self.notes.push(format!("{named} has no effect here: {why}"));
            }
            NetcatMeaning::Refused(why) | NetcatMeaning::RefusedWithValue(why) => {
                return Err(format!("{named} {why}"));
            }
        }
        Ok(())
    }

    fn finish(mut self, command: &str) -> Result<PastedSession, String> {
        let protocol = if self.udp { ServiceProtocol::Udp } else { ServiceProtocol::Tcp };
        let addresses = AddressReader::new(self.names, protocol);
        let (mut notes, options) = (std::mem::take(&mut self.notes), std::mem::take(&mut self.options));
        let (crlf, answers, unix) = (self.crlf, self.answers, self.unix);
        let (only_connects, finishes) = (self.only_connects, self.piped && self.finishes);
        let what = if unix {
            self.unix_session(command)
        } else if only_connects && (self.udp || self.listen) {
            return Err(format!("{command} -z finds open TCP ports; accepted: without -u and -l"));
        } else if self.listen {
            self.listening(command, addresses)
        } else {
            self.connecting(command, addresses)
        };
        let mut spec = Spec::new(what?);
        spec.input.crlf = crlf;
        spec.answers = answers;
        socket_options::add_texts(&mut spec.what, &options)?;
        let only_connects = only_connects && !matches!(spec.what, SpecKind::Ports(_));
        if only_connects || (finishes && is_stream(&spec.what)) {
            spec.script.steps.push(ScriptStep::Finish);
        }
        if only_connects && !unix {
            notes.push("-z: nothing is sent, and our FIN follows the connection".to_owned());
        }
        Ok(PastedSession { spec, notes })
    }

    /// `-U PATH`.
    fn unix_session(self, command: &str) -> Result<SpecKind, String> {
        let [path] = self.words.as_slice() else {
            return Err(format!("{command} -U takes the path of a socket; accepted: {command} -U PATH"));
        };
        if self.family != IpFamily::Any || self.port.is_some() || self.source.is_some() || self.broadcast {
            let accepted = format!("{command} -U PATH without -4, -6, -b, -p and -s");
            return Err(format!("{command} -U has no IP address and no port; accepted: {accepted}"));
        }
        if self.only_connects && (self.udp || self.listen) {
            return Err(format!("{command} -z finds who listens; accepted: without -u and -l"));
        }
        // A path that begins with @ is an abstract name, as in OpenBSD's nc on Linux and in ncat.
        let address = match path.strip_prefix('@') {
            Some(name) => UnixAddress::abstract_name(name)?,
            None => UnixAddress::path(path)?,
        };
        let form = if self.udp { UnixForm::Datagram } else { UnixForm::Stream };
        let socket = SocketSpec { idle_timeout: self.idle, ..SocketSpec::default() };
        Ok(if self.listen {
            // Both tools remove what is left of an earlier listener, so that the path can be used again.
            SpecKind::UnixListen(UnixListenSpec {
                limit: self.limit,
                replace: true,
                socket,
                ..UnixListenSpec::at(address, form)
            })
        } else {
            let connect_timeout = self.wait.unwrap_or(socket.connect_timeout);
            let socket = SocketSpec { connect_timeout, ..socket };
            SpecKind::Unix(UnixSpec { socket, ..UnixSpec::new(address, form) })
        })
    }

    fn listening(self, command: &str, addresses: AddressReader<'_>) -> Result<SpecKind, String> {
        let (address, port) = match (self.words.as_slice(), self.port) {
            ([], Some(port)) => (self.source, port),
            // The traditional form `nc -l -p 9000 [HOST]` is accepted, but not with HOST, which limits the peers.
            ([port], None) => (self.source, port.clone()),
            ([address, port], None) => (Some(address.clone()), port.clone()),
            _ => return Err(format!("{command} -l takes one port; accepted: {command} -l [ADDR] PORT")),
        };
        let place = addresses.listen_pair(address.as_deref(), &port, self.family)?;
        Ok(match listener(self.udp, place, self.family) {
            SpecKind::Listen(spec) => SpecKind::Listen(ListenSpec {
                limit: self.limit,
                socket: SocketSpec { idle_timeout: self.idle, ..spec.socket },
                ..spec
            }),
            SpecKind::UdpBound(spec) => SpecKind::UdpBound(UdpBoundSpec {
                socket: SocketSpec { idle_timeout: self.idle, ..spec.socket },
                broadcast: self.broadcast,
                ..spec
            }),
            other => other,
        })
    }

    fn connecting(self, command: &str, addresses: AddressReader<'_>) -> Result<SpecKind, String> {
        if let [host, ports] = self.words.as_slice()
            && !self.udp
            && let Some(range) = PortScanSpec::join(host, ports).transpose()?
        {
            let connect_timeout = self.wait.unwrap_or(range.socket.connect_timeout);
            let socket = SocketSpec { connect_timeout, idle_timeout: None, ..self.connecting_socket(addresses)? };
            return Ok(SpecKind::Ports(PortScanSpec { socket, ..range }));
        }
        let target = match self.words.as_slice() {
            [host, port] => addresses.pair(host, port)?,
            // nc itself wants two words; what was copied from elsewhere often has a colon.
            [both] if both.contains(':') => addresses.target(both)?,
            [host] if self.tool == NetcatTool::Ncat => addresses.pair(host, "31337")?,
            [_, _, _, ..] => return Err(format!("{command} takes one port; accepted: {command} HOST PORT")),
            _ => return Err(format!("{command} needs a host and a port; accepted: {command} [OPTIONS] HOST PORT")),
        };
        let socket = self.connecting_socket(addresses)?;
        if self.udp {
            return Ok(SpecKind::Udp(UdpSpec { socket, broadcast: self.broadcast, ..UdpSpec::new(target) }));
        }
        let connect_timeout = self.wait.unwrap_or(socket.connect_timeout);
        Ok(SpecKind::Tcp(TcpSpec { socket: SocketSpec { connect_timeout, ..socket }, ..TcpSpec::new(target) }))
    }

    /// The socket that connects: its family, its idle time-out, and where `-s` and `-p` bind it.
    fn connecting_socket(&self, addresses: AddressReader<'_>) -> Result<SocketSpec, String> {
        let source = self.source.as_ref().map(|source| addresses.bind(source, self.family)).transpose()?;
        let port = self.port.as_ref().map(|port| addresses.local_port(port)).transpose()?;
        let bind = match (source, port) {
            (None, None) => None,
            (source, port) => {
                let mut bind = source.unwrap_or_else(|| SocketAddr::new(self.family.any_address(), 0));
                bind.set_port(port.unwrap_or_default());
                Some(bind)
            }
        };
        // A socket bound to an address of one family can connect to that family only.
        let family = bind.map_or(self.family, |bind| IpFamily::of(bind.ip()));
        Ok(SocketSpec { family, bind, idle_timeout: self.idle, ..SocketSpec::default() })
    }
}

/// Seconds, or a duration with its unit (ncat). Zero is refused, because the session would end at once.
fn seconds(named: &str, text: &str) -> Result<Duration, String> {
    let duration = quantity::parse_duration(text).map_err(|why| format!("{named}: {why}"))?;
    if duration.is_zero() {
        return Err(format!("{named}: a wait of {} is none; accepted: seconds, more than 0", quoted(text)));
    }
    Ok(duration)
}

/// Whether our FIN can follow what is piped into it.
pub(super) fn is_stream(what: &SpecKind) -> bool {
    match what {
        SpecKind::Tcp(_) => true,
        SpecKind::Unix(spec) => spec.form == UnixForm::Stream,
        _ => false,
    }
}

/// A listener without limits, or a bound UDP socket.
pub(super) fn listener(is_udp: bool, place: ListenPlace, family: IpFamily) -> SpecKind {
    let ListenPlace { local, falls_back_to_ipv4 } = place;
    let socket = SocketSpec { family, ..SocketSpec::default() };
    if is_udp {
        SpecKind::UdpBound(UdpBoundSpec { falls_back_to_ipv4, socket, ..UdpBoundSpec::at(local) })
    } else {
        SpecKind::Listen(ListenSpec { falls_back_to_ipv4, socket, ..ListenSpec::at(local) })
    }
}
