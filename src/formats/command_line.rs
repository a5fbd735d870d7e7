//! The command line that opens a session, if a short one can.

use std::time::Duration;

use crate::sessions::spec::dns::{DnsSpec, QueryOptions, TransportChoice};
use crate::sessions::spec::http::{BodySpec, HttpSpec, HttpVersion};
use crate::sessions::spec::{IpFamily, PORT_TIMEOUT, RetryPolicy, SocketSpec, TcpSpec, UdpSpec, UnixSpec};
use crate::sessions::{Spec, SpecKind};
use crate::wire::dns::record_type::class_name;
use crate::wire::unix::{UnixAddress, UnixForm};

/// The command that opens a session like this one; `None` if it would have to contain a header, a password or a body.
/// The data that a script sends is left out.
pub fn command_of(spec: &Spec) -> Option<String> {
    let words = match &spec.what {
        SpecKind::Tcp(tcp) => tcp_words(tcp),
        SpecKind::Udp(udp) => of_udp(udp),
        SpecKind::Listen(listen) => {
            let mut words = vec!["listen".to_owned(), "tcp".to_owned(), listen.local.to_string()];
            words.extend(listen.limit.map(|limit| format!("--limit {limit}")));
            words.extend(listen.backlog.map(|backlog| format!("--backlog {backlog}")));
            words.extend((!listen.accepting).then(|| "--no-accept".to_owned()));
            words.extend(listen.socket.idle_timeout.map(|idle| format!("--idle-timeout {}", time(idle))));
            words
        }
        SpecKind::UdpBound(bound) if bound.groups.is_empty() => {
            let mut words = vec!["listen".to_owned(), "udp".to_owned(), bound.local.to_string()];
            words.extend(bound.broadcast.then(|| "--broadcast".to_owned()));
            words.extend(bound.socket.idle_timeout.map(|idle| format!("--idle-timeout {}", time(idle))));
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
            words
        }
        SpecKind::Unix(unix) => unix_words(unix)?,
        SpecKind::UnixListen(listen) => {
            let mut words = vec!["listen".to_owned(), command_of_form(listen.form), address_word(&listen.local)?];
            words.extend(listen.replace.then(|| "--replace".to_owned()));
            words.extend(listen.limit.map(|limit| format!("--limit {limit}")));
            words.extend(listen.backlog.map(|backlog| format!("--backlog {backlog}")));
            words.extend((!listen.accepting).then(|| "--no-accept".to_owned()));
            words.extend(listen.socket.idle_timeout.map(|idle| format!("--idle-timeout {}", time(idle))));
            words
        }
        SpecKind::UdpBound(_) | SpecKind::Accepted(_) | SpecKind::UnixAccepted(_) | SpecKind::Repeat(_) => {
            return None;
        }
    };
    Some(format!("sockeye {}", words.join(" ")))
}

fn tcp_words(tcp: &TcpSpec) -> Vec<String> {
    let plain = TcpSpec::new(tcp.target.clone());
    let mut words = vec!["tcp".to_owned(), shell_word(&tcp.target.to_string())];
    words.extend(family(tcp.socket.family));
    words.extend(tcp.socket.bind.map(|local| format!("--bind {local}")));
    if tcp.socket.connect_timeout != plain.socket.connect_timeout {
        words.push(format!("--connect-timeout {}", time(tcp.socket.connect_timeout)));
    }
    words.extend(tcp.socket.idle_timeout.map(|idle| format!("--idle-timeout {}", time(idle))));
    if tcp.socket.retry.times > 0 {
        words.push(format!("--retry {}", tcp.socket.retry.times));
    }
    let usual = RetryPolicy::default();
    if (tcp.socket.retry.first, tcp.socket.retry.max) != (usual.first, usual.max) {
        words.push(format!("--backoff {}..{}", time(tcp.socket.retry.first), time(tcp.socket.retry.max)));
    }
    words
}

fn unix_words(unix: &UnixSpec) -> Option<Vec<String>> {
    let mut words = vec![command_of_form(unix.form), address_word(&unix.target)?];
    if unix.socket.connect_timeout != SocketSpec::default().connect_timeout {
        words.push(format!("--connect-timeout {}", time(unix.socket.connect_timeout)));
    }
    words.extend(unix.socket.idle_timeout.map(|idle| format!("--idle-timeout {}", time(idle))));
    if unix.socket.retry.times > 0 {
        words.push(format!("--retry {}", unix.socket.retry.times));
    }
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
    words.extend(udp.socket.idle_timeout.map(|idle| format!("--idle-timeout {}", time(idle))));
    words.extend(udp.broadcast.then(|| "--broadcast".to_owned()));
    words.extend(udp.any_peer.then(|| "--any-peer".to_owned()));
    words.extend(udp.datagram_size.map(|size| format!("--datagram-size {size}")));
    words
}

fn http_words(http: &HttpSpec) -> Option<Vec<String>> {
    let secret = http.url.contains('@') || http.user.is_some() || http.proxy.is_some();
    if secret || !http.headers.is_empty() || http.body != BodySpec::None {
        return None;
    }
    let mut words = vec!["http".to_owned()];
    if http.method != "GET" {
        words.push(shell_word(&http.method));
    }
    words.push(shell_word(&http.url));
    words.extend(http.insecure.then(|| "-k".to_owned()));
    match http.redirects {
        0 => {}
        most => words.push(format!("-L --max-redirs {most}")),
    }
    match http.version {
        HttpVersion::Any => {}
        HttpVersion::Http1 => words.push("--http1.1".to_owned()),
        HttpVersion::Http2 => words.push("--http2".to_owned()),
    }
    match &http.unix {
        None | Some(UnixAddress::Unnamed) => {}
        Some(address @ UnixAddress::Path(_)) => {
            words.push(format!("--unix-socket {}", shell_word(address.to_string().strip_prefix("unix:")?)));
        }
        Some(address @ UnixAddress::Abstract(_)) => {
            words.push(format!("--abstract-unix-socket {}", shell_word(address.to_string().strip_prefix("unix:@")?)));
        }
    }
    for (place, address) in &http.resolve {
        words.push(format!("--resolve {}", shell_word(&format!("{place}:{}", address.ip()))));
    }
    words.extend(http.timeout.map(|most| format!("-m {}", most.as_secs_f64())));
    words.extend(http.fail_on_status.then(|| "--fail".to_owned()));
    Some(words)
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
    use crate::sessions::spec::{HostPort, IpFamily};

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
