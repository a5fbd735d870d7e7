//! The command line that opens a session, if a short one can.

use std::net::SocketAddr;
use std::time::Duration;

use super::curl_line::{unix_socket_option, zoned};
use crate::sessions::spec::dns::{DnsSpec, QueryOptions, TransportChoice};
use crate::sessions::spec::http::{BodySpec, HttpSpec, HttpVersion};
use crate::sessions::spec::target::{is_everywhere, takes_both_families};
use crate::sessions::spec::{IpFamily, PORT_TIMEOUT, SocketSpec, TcpSpec, UdpSpec, UnixSpec};
use crate::sessions::{Spec, SpecKind};
use crate::wire::dns::record_type::class_name;
use crate::wire::http::request_target::has_dot_segments;
use crate::wire::option::{OptionValue, SocketOption};
use crate::wire::unix::{UnixAddress, UnixForm};

/// The command that opens a session like this one; `None` if it would have to contain a header, a password or a body.
/// The data that a script sends is left out.
pub fn command_of(spec: &Spec) -> Option<String> {
    let words = match &spec.what {
        SpecKind::Tcp(tcp) => tcp_words(tcp),
        SpecKind::Udp(udp) => of_udp(udp),
        SpecKind::Listen(listen) => {
            let mut words = vec!["listen".to_owned(), "tcp".to_owned(), place(listen.local, listen.socket.family)];
            words.extend(listen.limit.map(|limit| format!("--limit {limit}")));
            words.extend(listen.backlog.map(|backlog| format!("--backlog {backlog}")));
            words.extend((!listen.accepting).then(|| "--no-accept".to_owned()));
            words.extend(idle_and_options(&listen.socket));
            words
        }
        SpecKind::UdpBound(bound) if bound.groups.is_empty() => {
            let mut words = vec!["listen".to_owned(), "udp".to_owned(), place(bound.local, bound.socket.family)];
            words.extend(bound.broadcast.then(|| "--broadcast".to_owned()));
            words.extend(bound.datagram_size.map(|size| format!("--datagram-size {size}")));
            words.extend(idle_and_options(&bound.socket));
            words
        }
        SpecKind::Http(http) => http_words(http)?,
        SpecKind::Dns(dns) => dns_words(dns),
        SpecKind::Ports(range) => {
            let mut words = vec!["tcp".to_owned(), shell_word(&range.range_text())];
            words.extend(family(range.socket.family));
            words.extend(range.socket.bind.map(|local| format!("--bind {local}")));
            if range.socket.connect_timeout != PORT_TIMEOUT {
                words.push(format!("--connect-timeout {}", time(range.socket.connect_timeout)));
            }
            words.extend(idle_and_options(&range.socket));
            words
        }
        SpecKind::Unix(unix) => unix_words(unix)?,
        SpecKind::UnixListen(listen) => {
            let mut words = vec!["listen".to_owned(), command_of_form(listen.form), address_word(&listen.local)?];
            words.extend(listen.replace.then(|| "--replace".to_owned()));
            words.extend(listen.limit.map(|limit| format!("--limit {limit}")));
            words.extend(listen.backlog.map(|backlog| format!("--backlog {backlog}")));
            words.extend((!listen.accepting).then(|| "--no-accept".to_owned()));
            words.extend(idle_and_options(&listen.socket));
            words
        }
        SpecKind::UdpBound(_) | SpecKind::Accepted(_) | SpecKind::UnixAccepted(_) | SpecKind::Repeat(_) => {
            return None;
        }
    };
    Some(format!("sockeye {}", words.join(" ")))
}

fn tcp_words(tcp: &TcpSpec) -> Vec<String> {
    let mut words = vec!["tcp".to_owned(), shell_word(&tcp.target.to_string())];
    words.extend(family(tcp.socket.family));
    words.extend(tcp.socket.bind.map(|local| format!("--bind {local}")));
    words.extend(tries(&tcp.socket));
    words.extend(idle_and_options(&tcp.socket));
    words
}

/// How long and how often to try to connect, where that is not as usual.
fn tries(socket: &SocketSpec) -> Vec<String> {
    let (mut words, retry, usual) = (Vec::new(), socket.retry, SocketSpec::default());
    if socket.connect_timeout != usual.connect_timeout {
        words.push(format!("--connect-timeout {}", time(socket.connect_timeout)));
    }
    if retry.times > 0 {
        words.push(format!("--retry {}", retry.times));
    }
    if (retry.first, retry.max) != (usual.retry.first, usual.retry.max) {
        words.push(format!("--backoff {}..{}", time(retry.first), time(retry.max)));
    }
    words
}

/// The idle time-out and the socket's options.
fn idle_and_options(socket: &SocketSpec) -> Vec<String> {
    let idle = socket.idle_timeout.map(|idle| format!("--idle-timeout {}", time(idle)));
    let option =
        |(name, value): &(SocketOption, OptionValue)| format!("--option {}", shell_word(&name.assignment_text(value)));
    idle.into_iter().chain(socket.options.iter().map(option)).collect()
}

fn unix_words(unix: &UnixSpec) -> Option<Vec<String>> {
    let mut words = vec![command_of_form(unix.form), address_word(&unix.target)?];
    if unix.form == UnixForm::Stream {
        words.extend(tries(&unix.socket));
    }
    words.extend(idle_and_options(&unix.socket));
    Some(words)
}

/// The command for a form of socket: it is spelled as for IP.
fn command_of_form(form: UnixForm) -> String {
    match form {
        UnixForm::Stream => "tcp".to_owned(),
        UnixForm::Datagram => "udp".to_owned(),
    }
}

/// The address as it is typed; `None` if its bytes are no text that can be typed.
fn address_word(address: &UnixAddress) -> Option<String> {
    let text = address.to_string();
    (UnixAddress::parse(&text)?.ok()? == *address).then(|| shell_word(&text))
}

fn dns_words(dns: &DnsSpec) -> Vec<String> {
    let mut words = vec!["dns".to_owned()];
    words.extend(dns.server.as_ref().map(|server| format!("@{server}")));
    words.push(shell_word(&dns.name));
    words.extend(dns.kinds.iter().map(ToString::to_string));
    words.extend((dns.class != 1).then(|| format!("-c {}", class_name(dns.class))));
    words.extend(family(dns.socket.family));
    let (asking, usual) = (dns.asking, QueryOptions::default());
    let flags = [
        (dns.transport == TransportChoice::Tcp, "+tcp"),
        (dns.transport == TransportChoice::Udp, "+ignore"),
        (!asking.recursion, "+norecurse"),
        (!asking.authentic, "+noad"),
        (asking.checking_disabled, "+cd"),
        (asking.udp_payload.is_none(), "+noedns"),
        (asking.dnssec, "+dnssec"),
        (asking.nsid, "+nsid"),
        (asking.cookie, "+cookie"),
        (dns.search == Some(true), "+search"),
        (dns.search == Some(false), "+nosearch"),
    ];
    words.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, word)| word.to_owned()));
    if asking.udp_payload != usual.udp_payload {
        words.extend(asking.udp_payload.map(|size| format!("+bufsize={size}")));
    }
    words.extend(asking.subnet.map(|subnet| format!("+subnet={subnet}")));
    words.extend(dns.timeout.map(|timeout| format!("+time={}", time(timeout))));
    words.extend(dns.tries.map(|tries| format!("+tries={tries}")));
    words
}

fn of_udp(udp: &UdpSpec) -> Vec<String> {
    let mut words = vec!["udp".to_owned(), shell_word(&udp.target.to_string())];
    words.extend(family(udp.socket.family));
    words.extend(udp.socket.bind.map(|local| format!("--bind {local}")));
    words.extend(idle_and_options(&udp.socket));
    words.extend(udp.broadcast.then(|| "--broadcast".to_owned()));
    words.extend(udp.any_peer.then(|| "--any-peer".to_owned()));
    words.extend(udp.datagram_size.map(|size| format!("--datagram-size {size}")));
    words
}

fn http_words(http: &HttpSpec) -> Option<Vec<String>> {
    let secret = http.url.contains('@') || http.user.is_some() || http.proxy.is_some();
    if secret || !http.headers.is_empty() || !http.without_defaults.is_empty() || http.body != BodySpec::None {
        return None;
    }
    let mut words = vec!["http".to_owned()];
    if http.keeps_method {
        words.push(format!("-X {}", shell_word(&http.method)));
    } else if http.method != "GET" {
        words.push(shell_word(&http.method));
    }
    if http.url.contains(['[', ']', '{', '}']) {
        words.push("-g".to_owned());
    }
    words.extend(has_dot_segments(&http.url).then(|| "--path-as-is".to_owned()));
    words.push(shell_word(&http.url));
    words.extend(http.insecure.then(|| "-k".to_owned()));
    if let Some(path) = &http.ca_file {
        words.push(format!("--cacert {}", shell_word(path.to_str()?)));
    }
    match http.redirects {
        0 if http.refuses_redirects => words.push("-L --max-redirs 0".to_owned()),
        0 => {}
        most => words.push(format!("-L --max-redirs {most}")),
    }
    match http.version {
        HttpVersion::Any => {}
        HttpVersion::Http1 => words.push("--http1.1".to_owned()),
        HttpVersion::Http2 => words.push("--http2-prior-knowledge".to_owned()),
    }
    words.extend(family(http.socket.family));
    if let Some((option, name)) = http.unix.as_ref().and_then(unix_socket_option) {
        let name = std::str::from_utf8(name).ok().filter(|name| !name.chars().any(char::is_control))?;
        words.push(format!("{option} {}", shell_word(name)));
    }
    if http.socket.connect_timeout != SocketSpec::default().connect_timeout {
        words.push(format!("--connect-timeout {}", http.socket.connect_timeout.as_secs_f64()));
    }
    for (place, address) in &http.resolve {
        words.push(format!("--resolve {}", shell_word(&format!("{place}:{}", zoned(address)))));
    }
    words.extend(http.timeout.map(|most| format!("-m {}", most.as_secs_f64())));
    words.extend(http.fail_on_status.then(|| "--fail".to_owned()));
    Some(words)
}

/// A listener's place: a port alone for every address of both families.
fn place(local: SocketAddr, family: IpFamily) -> String {
    if takes_both_families(local, family) {
        local.port().to_string()
    } else if is_everywhere(local) {
        format!("-6 {}", local.port())
    } else {
        local.to_string()
    }
}

fn family(family: IpFamily) -> Option<String> {
    match family {
        IpFamily::Any => None,
        IpFamily::V4 => Some("-4".to_owned()),
        IpFamily::V6 => Some("-6".to_owned()),
    }
}

fn time(time: Duration) -> String {
    if time.subsec_millis() == 0 { format!("{}s", time.as_secs()) } else { format!("{}ms", time.as_millis()) }
}

/// A word quoted for a shell, if it has anything but letters, digits and harmless signs.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:%=+,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::SpecKind;
    use crate::sessions::spec::{HostPort, IpFamily, RetryPolicy};

    #[test]
    fn a_command_says_what_differs_from_the_defaults() {
        let mut tcp = TcpSpec::new(HostPort { host: "::1".into(), port: 80 });
        assert_eq!(command_of(&Spec::new(SpecKind::Tcp(tcp.clone()))).as_deref(), Some("sockeye tcp '[::1]:80'"));
        tcp.socket.family = IpFamily::V6;
        tcp.socket.connect_timeout = Duration::from_secs(100);
        tcp.socket.retry.times = 5;
        let line = command_of(&Spec::new(SpecKind::Tcp(tcp)));
        assert_eq!(line.as_deref(), Some("sockeye tcp '[::1]:80' -6 --connect-timeout 100s --retry 5"));
    }

    #[test]
    fn a_unix_socket_has_the_words_that_its_command_accepts() {
        let line = |what| command_of(&Spec::new(what));
        let target = UnixAddress::Path(b"/run/a b"[..].into());
        let mut unix = UnixSpec::new(target.clone(), UnixForm::Stream);
        unix.socket.retry = RetryPolicy { times: 3, first: Duration::from_millis(50), max: Duration::from_secs(2) };
        unix.socket.options.push((SocketOption::SendBuffer, OptionValue::Bytes(4096)));
        let command = "sockeye tcp 'unix:/run/a b' --retry 3 --backoff 50ms..2s --option sndbuf=4096";
        assert_eq!(line(SpecKind::Unix(unix.clone())).as_deref(), Some(command));
        // `udp` has no attempts.
        unix.form = UnixForm::Datagram;
        let command = "sockeye udp 'unix:/run/a b' --option sndbuf=4096";
        assert_eq!(line(SpecKind::Unix(unix)).as_deref(), Some(command));
        let mut http = HttpSpec { unix: Some(target), ..HttpSpec::get("http://h/") };
        http.socket.connect_timeout = Duration::from_millis(2_500);
        http.socket.family = IpFamily::V4;
        let command = "sockeye http http://h/ -4 --unix-socket '/run/a b' --connect-timeout 2.5";
        assert_eq!(line(SpecKind::Http(http.clone())).as_deref(), Some(command));
        // A path that cannot be typed: the command would mean another one.
        http.unix = Some(UnixAddress::Path(b"/run/\xff"[..].into()));
        assert_eq!(line(SpecKind::Http(http)), None);
    }

    #[test]
    fn a_secret_is_never_told_and_a_hostile_word_is_quoted() {
        let mut http = HttpSpec::get("https://a/b?c=d&e");
        http.insecure = true;
        assert_eq!(
            command_of(&Spec::new(SpecKind::Http(http.clone()))).as_deref(),
            Some("sockeye http 'https://a/b?c=d&e' -k")
        );
        http.user = Some("me:secret".into());
        assert_eq!(command_of(&Spec::new(SpecKind::Http(http))), None);
        assert_eq!(shell_word("a'; rm"), r"'a'\''; rm'");
    }
}
