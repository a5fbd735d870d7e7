//! Converts commands to the specs of their sessions.

use std::net::{IpAddr, SocketAddr};

use clap::ArgMatches;

use super::args::{self, AddressArgs, ListenProtocol, RetryArgs};
use super::script;
use super::values::option;
use crate::files::config::ConfigSettings;
use crate::formats::dig::{self, DigDefaults};
use crate::sessions::spec::http::HttpSpec;
use crate::sessions::spec::system_names::{ServiceProtocol, SystemNames};
use crate::sessions::spec::target::{AddressReader, ListenPlace};
use crate::sessions::spec::{
    HostPort, IpFamily, ListenSpec, MulticastGroup, PortScanSpec, RetryPolicy, Script, ScriptStep, SocketSpec, TcpSpec,
    UdpBoundSpec, UdpReceive, UdpSpec, UnixListenSpec, UnixSpec, socket_options,
};
use crate::sessions::tcp::gauges;
use crate::sessions::{Spec, SpecKind};
use crate::text::quantity;
use crate::text::sanitize::quoted;
use crate::wire::unix::{UnixAddress, UnixForm};

/// The spec of `sockeye tcp`.
pub(super) fn tcp(
    tcp: &args::TcpArgs,
    settings: &ConfigSettings,
    words: &ArgMatches,
    names: &SystemNames,
) -> Result<Spec, String> {
    let addresses = AddressReader::new(names, ServiceProtocol::Tcp);
    let (family, bind) = address_options(&tcp.reach, addresses)?;
    let (connect_timeout, retry) = retry_options(&tcp.tries, settings)?;
    let idle_timeout = idle(tcp.idle_timeout.as_deref())?;
    if let Some(target) = unix_target(&tcp.target)? {
        refuse_for_unix(&[("--capture", tcp.capture)])?;
        refuse_for_unix(&address_flags(&tcp.reach))?;
        let socket = SocketSpec { connect_timeout, idle_timeout, retry, ..SocketSpec::default() };
        let spec = UnixSpec { target, form: UnixForm::Stream, socket };
        let spec = spec_with_script(SpecKind::Unix(spec), script::script(&tcp.send, tcp.finish, words)?);
        return with_socket_options(tcp.input.applied_to(spec)?, &tcp.socket.options);
    }
    if let Some(range) = port_range(&tcp.target)? {
        let useless = [
            ("--send", !tcp.send.send.is_empty() || !tcp.send.send_hex.is_empty() || !tcp.send.send_file.is_empty()),
            ("--finish", tcp.finish),
            ("--retry", tcp.tries.retry.is_some()),
            ("--backoff", tcp.tries.backoff.is_some()),
            ("--idle-timeout", idle_timeout.is_some()),
            ("--capture", tcp.capture),
            ("--kernel-every", tcp.socket.kernel_every.is_some()),
        ];
        let useless = useless.iter().find_map(|(name, given)| given.then_some(*name));
        if let Some(name) = useless.or(tcp.input.any_given()) {
            return Err(format!("{name} means nothing for a range of ports: accepted with one port"));
        }
        let given = tcp.tries.connect_timeout.is_some();
        let connect_timeout = if given { connect_timeout } else { range.socket.connect_timeout };
        let socket = SocketSpec { family, bind, connect_timeout, ..range.socket };
        let spec = Spec::new(SpecKind::Ports(PortScanSpec { socket, ..range }));
        return with_socket_options(spec, &tcp.socket.options);
    }
    let target = parse_target(&tcp.target, addresses)?;
    let socket = SocketSpec { family, bind, connect_timeout, idle_timeout, retry, options: Vec::new() };
    let spec = TcpSpec { target, socket };
    let spec = spec_with_script(SpecKind::Tcp(spec), script::script(&tcp.send, tcp.finish, words)?);
    let spec = tcp.input.applied_to(Spec { capture: tcp.capture, ..spec })?;
    with_socket_options(spec, &tcp.socket.options)
}

/// The connect time-out, and the retries.
fn retry_options(tries: &RetryArgs, settings: &ConfigSettings) -> Result<(std::time::Duration, RetryPolicy), String> {
    let connect_timeout = match &tries.connect_timeout {
        Some(text) => parse_nonzero_duration("--connect-timeout", text)?,
        None => settings.connect_timeout,
    };
    let mut retry = RetryPolicy::default();
    if let Some(text) = &tries.retry {
        retry.times = count("--retry", text)?;
    }
    if let Some(text) = &tries.backoff {
        (retry.first, retry.max) = quantity::parse_backoff(text).map_err(|why| format!("--backoff: {why}"))?;
    }
    Ok((connect_timeout, retry))
}

/// `sockeye http`: the options of its connection. The time-out was parsed with curl's options, because curl's unit is
/// seconds.
pub(super) fn connection(
    http: &args::HttpArgs,
    spec: &mut HttpSpec,
    settings: &ConfigSettings,
    names: &SystemNames,
) -> Result<(), String> {
    let (family, bind) = address_options(&http.reach, AddressReader::new(names, ServiceProtocol::Tcp))?;
    spec.socket.family = family;
    spec.socket.bind = bind.or(spec.socket.bind);
    let asked =
        RetryArgs { connect_timeout: None, retry: http.tries.retry.clone(), backoff: http.tries.backoff.clone() };
    let (connect_timeout, retry) = retry_options(&asked, settings)?;
    let delay = std::mem::replace(&mut spec.socket.retry, retry);
    if http.tries.backoff.is_none() {
        // curl's --retry-delay.
        (spec.socket.retry.first, spec.socket.retry.max) = (delay.first, delay.max);
    }
    if http.tries.connect_timeout.is_none() {
        spec.socket.connect_timeout = connect_timeout;
    }
    if spec.proxy.is_some() && spec.socket.bind.is_some_and(|local| local.port() != 0) {
        return Err("--bind with a port and --proxy exclude each other: accepted is --bind ADDR".to_owned());
    }
    if spec.unix.is_some() {
        refuse_for_unix(&address_flags(&http.reach))?;
        refuse_for_unix(&[("--repeat", http.repeat.repeat.is_some()), ("--resolve", !spec.resolve.is_empty())])?;
    }
    if http.repeat.repeat.is_some() && (http.tries.retry.is_some() || http.tries.backoff.is_some()) {
        return Err("--retry and --backoff exclude --repeat, which counts every failure: take one of them".to_owned());
    }
    Ok(())
}

/// The spec of `sockeye udp`.
pub(super) fn udp(udp: &args::UdpArgs, words: &ArgMatches, names: &SystemNames) -> Result<Spec, String> {
    let addresses = AddressReader::new(names, ServiceProtocol::Udp);
    let (family, bind) = address_options(&udp.reach, addresses)?;
    if let Some(target) = unix_target(&udp.target)? {
        refuse_for_unix(&[
            ("--broadcast", udp.broadcast),
            ("--probe-mtu", udp.probe_mtu),
            ("--any-peer", udp.any_peer),
            ("--datagram-size", udp.cut.datagram_size.is_some()),
            ("--gro", udp.receive.gro),
            ("--receive-buffer", udp.receive.receive_buffer.is_some()),
        ])?;
        refuse_for_unix(&address_flags(&udp.reach))?;
        let socket = SocketSpec { idle_timeout: idle(udp.idle_timeout.as_deref())?, ..SocketSpec::default() };
        let spec = UnixSpec { target, form: UnixForm::Datagram, socket };
        let spec = spec_with_script(SpecKind::Unix(spec), script::script(&udp.send, false, words)?);
        return with_socket_options(udp.input.applied_to(spec)?, &udp.options);
    }
    if port_range(&udp.target)?.is_some() {
        return Err(
            "a range of ports is for TCP: a UDP port that says nothing may be open or filtered, which cannot be \
                    told apart"
                .to_owned(),
        );
    }
    let spec = UdpSpec {
        target: parse_target(&udp.target, addresses)?,
        socket: SocketSpec { family, bind, idle_timeout: idle(udp.idle_timeout.as_deref())?, ..SocketSpec::default() },
        broadcast: udp.broadcast,
        any_peer: udp.any_peer,
        datagram_size: udp.cut.parse()?,
        receive: receive(&udp.receive)?,
    };
    let mut script = script::script(&udp.send, false, words)?;
    script::check_datagrams(&script, spec.datagram_size)?;
    let group = spec.target.host.split('%').next().and_then(|host| host.parse::<IpAddr>().ok());
    if udp.probe_mtu && group.is_some_and(|address| address.is_multicast()) {
        return Err("--probe-mtu probes the path to one host, and a group has many: accepted with a host".to_owned());
    }
    if udp.probe_mtu {
        script.steps.push(ScriptStep::ProbeMtu);
    }
    let spec = udp.input.applied_to(spec_with_script(SpecKind::Udp(spec), script))?;
    with_socket_options(spec, &udp.options)
}

/// The spec of `sockeye dns`: converts clap's matches back to dig's arguments.
pub(super) fn dns(dns: &args::DnsArgs, names: &SystemNames) -> Result<Spec, String> {
    let mut words = dns.words.clone();
    let valued = [
        ("-x", dns.reverse.as_ref()),
        ("-q", dns.name.as_ref()),
        ("-c", dns.class.as_ref()),
        ("-p", dns.port.as_ref()),
    ];
    let valued = valued.into_iter().chain(dns.kind.iter().map(|kind| ("-t", Some(kind))));
    for (option, value) in valued {
        words.extend(value.into_iter().flat_map(|value| [option.to_owned(), value.clone()]));
    }
    let flags = [("-4", dns.ipv4), ("-6", dns.ipv6), ("-u", dns.micros)];
    words.extend(flags.into_iter().filter(|(_, is_asked)| *is_asked).map(|(option, _)| option.to_owned()));
    Ok(Spec::new(SpecKind::Dns(dig::parse(&words, DigDefaults::Sockeye, names)?)))
}

/// The receive options for datagrams.
fn receive(asked: &args::ReceiveArgs) -> Result<UdpReceive, String> {
    let wrong = |why: String| format!("--receive-buffer: {why}");
    let buffer = match &asked.receive_buffer {
        None => None,
        Some(text) => {
            let size = quantity::parse_size(text).map_err(wrong)?;
            Some(usize::try_from(size).map_err(|_| wrong("is more than this machine can address".to_owned()))?)
        }
    };
    Ok(UdpReceive { buffer, merged: asked.gro })
}

/// The spec of `sockeye listen`.
pub(super) fn listen(listen: &args::ListenArgs, words: &ArgMatches, names: &SystemNames) -> Result<Spec, String> {
    let backlog = listen.backlog.as_deref().map(|text| count("--backlog", text)).transpose()?;
    if let Some(local) = UnixAddress::parse(&listen.local).transpose()? {
        return listen_unix(local, backlog, listen, words);
    }
    if listen.replace {
        return Err(
            "--replace is for Unix sockets: accepted with listen tcp unix:PATH and listen udp unix:PATH".to_owned()
        );
    }
    let protocol = match listen.protocol {
        ListenProtocol::Tcp => ServiceProtocol::Tcp,
        ListenProtocol::Udp => ServiceProtocol::Udp,
    };
    let family = family(listen.ipv4, listen.ipv6);
    let ListenPlace { local, falls_back_to_ipv4 } =
        AddressReader::new(names, protocol).listen(&listen.local, family)?;
    let socket = SocketSpec { family, idle_timeout: idle(listen.idle_timeout.as_deref())?, ..SocketSpec::default() };
    let script = script::script(&listen.send, false, words)?;
    let what = match listen.protocol {
        ListenProtocol::Tcp => {
            if !listen.group.is_empty() || listen.broadcast {
                return Err("--group and --broadcast are for UDP: accepted with listen udp".to_owned());
            }
            if listen.receive.gro || listen.receive.receive_buffer.is_some() {
                return Err("--gro and --receive-buffer are for UDP: accepted with listen udp".to_owned());
            }
            if listen.cut.datagram_size.is_some() {
                return Err("--datagram-size is for UDP: accepted with udp and listen udp".to_owned());
            }
            let limit = listen.limit.as_deref().map(|text| count("--limit", text)).transpose()?;
            SpecKind::Listen(ListenSpec {
                local,
                falls_back_to_ipv4,
                limit: limit.map(|limit| limit as usize),
                backlog,
                accepting: !listen.no_accept,
                socket,
            })
        }
        ListenProtocol::Udp => {
            if listen.limit.is_some() {
                return Err("--limit is for TCP, as UDP has no connections: accepted with listen tcp".to_owned());
            }
            if backlog.is_some() || listen.no_accept {
                return Err("--backlog and --no-accept are for connections: accepted with listen tcp".to_owned());
            }
            if listen.capture {
                return Err("--capture is for TCP: accepted with listen tcp".to_owned());
            }
            if !script.steps.is_empty() {
                return Err("--send makes no sense for listen udp, as nobody is there yet: \
                            accepted with udp HOST:PORT"
                    .to_owned());
            }
            let groups = listen.group.iter().map(|text| group(text)).collect::<Result<_, _>>()?;
            let receive = receive(&listen.receive)?;
            let (broadcast, datagram_size) = (listen.broadcast, listen.cut.parse()?);
            SpecKind::UdpBound(UdpBoundSpec {
                local,
                falls_back_to_ipv4,
                groups,
                broadcast,
                datagram_size,
                receive,
                socket,
            })
        }
    };
    let spec = Spec { capture: listen.capture, ..spec_with_script(what, script) };
    with_socket_options(listen.input.applied_to(spec)?, &listen.socket.options)
}

/// The spec of `sockeye listen` at an address of the Unix domain.
fn listen_unix(
    local: UnixAddress,
    backlog: Option<u32>,
    listen: &args::ListenArgs,
    words: &ArgMatches,
) -> Result<Spec, String> {
    refuse_for_unix(&[
        ("--capture", listen.capture),
        ("--broadcast", listen.broadcast),
        ("--group", !listen.group.is_empty()),
        ("--datagram-size", listen.cut.datagram_size.is_some()),
        ("--gro", listen.receive.gro),
        ("--receive-buffer", listen.receive.receive_buffer.is_some()),
    ])?;
    let form = match listen.protocol {
        ListenProtocol::Tcp => UnixForm::Stream,
        ListenProtocol::Udp => UnixForm::Datagram,
    };
    let script = script::script(&listen.send, false, words)?;
    if form == UnixForm::Datagram {
        if listen.limit.is_some() || backlog.is_some() || listen.no_accept {
            return Err("--limit, --backlog and --no-accept are for connections: accepted with listen tcp".to_owned());
        }
        if !script.steps.is_empty() {
            return Err("--send makes no sense for listen udp, as nobody is there yet: \
                        accepted with udp unix:PATH"
                .to_owned());
        }
    }
    let limit = listen.limit.as_deref().map(|text| count("--limit", text)).transpose()?;
    let spec = UnixListenSpec {
        replace: listen.replace,
        limit: limit.map(|limit| limit as usize),
        backlog,
        accepting: !listen.no_accept,
        socket: SocketSpec { idle_timeout: idle(listen.idle_timeout.as_deref())?, ..SocketSpec::default() },
        ..UnixListenSpec::at(local, form)
    };
    let spec = listen.input.applied_to(spec_with_script(SpecKind::UnixListen(spec), script))?;
    with_socket_options(spec, &listen.socket.options)
}

/// The address of the Unix domain that the words name; `None`: they name another target.
fn unix_target(words: &[String]) -> Result<Option<UnixAddress>, String> {
    match words {
        [word] => UnixAddress::parse(word).transpose(),
        _ => Ok(None),
    }
}

/// The range of ports that the words name; `None`: they name one port.
fn port_range(words: &[String]) -> Result<Option<PortScanSpec>, String> {
    match words {
        [host, ports] => PortScanSpec::join(host, ports).transpose(),
        [word] => PortScanSpec::parse(word).transpose(),
        _ => Ok(None),
    }
}

/// The options that choose among IP addresses, and whether each was given.
fn address_flags(reach: &AddressArgs) -> [(&'static str, bool); 3] {
    [("-4", reach.ipv4), ("-6", reach.ipv6), ("--bind", reach.bind.is_some())]
}

/// Refuses options that mean nothing for a Unix socket.
fn refuse_for_unix(given: &[(&str, bool)]) -> Result<(), String> {
    match given.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(format!("{name} means nothing for a Unix socket: accepted with an IP address")),
        None => Ok(()),
    }
}

/// Adds the socket options of `--option` to a spec.
pub(super) fn with_socket_options(mut spec: Spec, texts: &[String]) -> Result<Spec, String> {
    socket_options::add_texts(&mut spec.what, texts).map_err(|why| format!("--option: {why}"))?;
    Ok(spec)
}

/// The interval at which the kernel's gauges are sampled.
pub(super) fn kernel_every(text: Option<&str>) -> Result<Option<std::time::Duration>, String> {
    text.map(|text| gauges::parse_every(text).map_err(|why| format!("--kernel-every: {why}"))).transpose()
}

fn spec_with_script(what: SpecKind, script: Script) -> Spec {
    Spec { script, ..Spec::new(what) }
}

/// `HOST:PORT`, or `HOST PORT` as in `nc`.
fn parse_target(words: &[String], addresses: AddressReader<'_>) -> Result<HostPort, String> {
    match words {
        [host, port] => addresses.pair(host, port),
        [both] => addresses.target(both),
        _ => Err("no target: accepted are HOST:PORT and HOST PORT".to_owned()),
    }
}

/// The address family and the local address, which must match.
fn address_options(
    reach: &AddressArgs,
    addresses: AddressReader<'_>,
) -> Result<(IpFamily, Option<SocketAddr>), String> {
    let family = family(reach.ipv4, reach.ipv6);
    let bind = reach.bind.as_deref().map(|text| addresses.bind(text, family));
    Ok((family, bind.transpose().map_err(|why| format!("--bind: {why}"))?))
}

/// `-4` and `-6`.
fn family(ipv4: bool, ipv6: bool) -> IpFamily {
    match (ipv4, ipv6) {
        (true, _) => IpFamily::V4,
        (_, true) => IpFamily::V6,
        (false, false) => IpFamily::Any,
    }
}

/// The idle time-out.
fn idle(text: Option<&str>) -> Result<Option<std::time::Duration>, String> {
    text.map(|text| parse_nonzero_duration("--idle-timeout", text)).transpose()
}

/// A duration that is not zero.
fn parse_nonzero_duration(name: &str, text: &str) -> Result<std::time::Duration, String> {
    let duration = option(name, text)?;
    if duration.is_zero() {
        return Err(format!("{name}: {} leaves no time at all; accepted: more than 0s", quoted(text)));
    }
    Ok(duration)
}

/// A whole number.
fn count(name: &str, text: &str) -> Result<u32, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| format!("{name}: {} is not a number from 0 to {}", quoted(text), u32::MAX))
}

/// `ADDR[%IFACE]`.
fn group(text: &str) -> Result<MulticastGroup, String> {
    let group = MulticastGroup::parse(text).ok().filter(|group| group.interface.as_deref() != Some(""));
    group.ok_or_else(|| {
        format!("--group: {} is no multicast group; accepted: ADDR or ADDR%IFACE, as 239.1.2.3%eth0", quoted(text))
    })
}
