//! Every way to fail in one table: what is run, its class, its exit code, and what its explanation must tell.

use std::ffi::OsString;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::Command;

use serde_json::Value;
use sockeye::cli::{self, ParsedCommand, StdioTerminals};

use crate::local::{closed_port, hear, peer};
use crate::run::{self, PROGRAM, Told, sockeye};
use crate::skipped::skipped;
use crate::tls::Authority;
use crate::world::{self, world_or_skip};

/// One way to fail, and what must be told of it.
struct Way {
    /// What it is, for whoever reads that it is not so.
    name: &'static str,
    /// What is run, without `--json`.
    args: Vec<String>,
    /// The class and its exit code.
    class: (&'static str, i32),
    /// What was tried.
    operation: &'static str,
    /// The system's error number, where there is one.
    errno: Option<i32>,
    /// Words of the explanation.
    says: &'static str,
    /// What a shell does before it is run.
    before: &'static str,
}

impl Way {
    fn new(name: &'static str, line: &str, class: (&'static str, i32), operation: &'static str) -> Self {
        Way { name, args: shell(line), class, operation, errno: None, says: "", before: "" }
    }

    fn errno(self, errno: i32) -> Self {
        Way { errno: Some(errno), ..self }
    }

    fn says(self, says: &'static str) -> Self {
        Way { says, ..self }
    }

    fn before(self, before: &'static str) -> Self {
        Way { before, ..self }
    }

    /// What a shell does to run it in a world of its own.
    fn call(&self) -> String {
        let words: Vec<String> = self.args.iter().map(|word| format!("'{word}'")).collect();
        format!("{}\nrun {}\n", self.before, words.join(" "))
    }

    /// What is not as it must be, of all that was told.
    fn wrong(&self, told: &Told) -> Vec<String> {
        let Some(failed) = told.of("failed").last() else { return vec![format!("{}: {told:#?}", self.name)] };
        let text = |field: &str| failed[field].as_str().unwrap_or_default().to_owned();
        let mut wrong: Vec<String> = Vec::new();
        let mut must = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{}: {what}: exit {:?}: {failed}", self.name, told.code));
            }
        };
        must((text("class").as_str(), told.code) == (self.class.0, Some(self.class.1)), "the class and the exit code");
        must(text("operation") == self.operation, "the operation");
        must(failed["errno"].as_i64() == self.errno.map(i64::from), "the errno");
        must(text("explanation").contains(self.says), self.says);
        for field in ["peer", "message", "explanation"] {
            must(!text(field).is_empty() && !text(field).contains(['{', '\n']), field);
        }
        for field in ["next", "rules_out", "likely", "cite"] {
            let whole = |one: &Value| one.as_str().is_some_and(|text| !text.is_empty() && !text.contains('{'));
            must(failed[field].as_array().is_some_and(|list| !list.is_empty() && list.iter().all(whole)), field);
        }
        for next in failed["next"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            must(runs(next), next);
        }
        // Nothing is told of a session after its last fact.
        let closed = told.of("closed").count() == 1 && told.events.last().is_some_and(|last| last["event"] == "closed");
        must(closed, "one `closed` at the end");
        wrong
    }
}

/// Asserts that nothing is wrong with any of them.
#[track_caller]
fn all_told<'a>(ways: impl IntoIterator<Item = (&'a Way, &'a Told)>) {
    let wrong: Vec<String> = ways.into_iter().flat_map(|(way, told)| way.wrong(told)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn shell(line: &str) -> Vec<String> {
    sockeye::formats::shell::split_words(line).unwrap()
}

/// Whether what is offered is a command that this program takes; advice is for people.
fn runs(next: &str) -> bool {
    let Some(rest) = next.strip_prefix("sockeye ") else { return true };
    let (command, _) = rest.split_once(" (").unwrap_or((rest, ""));
    let words = ["sockeye".to_owned()].into_iter().chain(shell(command)).map(OsString::from);
    matches!(cli::parse(words, StdioTerminals { stdin: true, stdout: true }), Ok(ParsedCommand::Run(_)))
}

/// A name server that answers every question with this code and no record; `None`: it never answers.
fn name_server(rcode: Option<u8>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut query = [0; 1500];
        while let Ok((len, asker)) = socket.recv_from(&mut query) {
            let (Some(rcode), Some(query)) = (rcode, query.get(..len)) else { continue };
            // The header, then the question up to the byte 0 that ends its name, with type and class.
            let end = 12 + query[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
            let mut answer = query[..end].to_vec();
            answer[2..4].copy_from_slice(&[0x81, 0x80 | rcode]);
            answer[6..12].fill(0);
            socket.send_to(&answer, asker).unwrap();
        }
    });
    address
}

/// A peer that says this once it was asked something.
fn says(bytes: &'static [u8]) -> SocketAddr {
    peer(move |mut stream| {
        hear(&mut stream);
        stream.write_all(bytes).unwrap();
    })
}

#[test]
fn every_way_to_fail_on_this_host_has_its_class_its_code_and_what_to_try() {
    let (_held, closed) = closed_port();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken_udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (taken, taken_udp) = (taken.local_addr().unwrap(), taken_udp.local_addr().unwrap());
    let silent = peer(|stream| {
        // Held open until the test's process ends.
        loop {
            std::thread::park();
            assert!(stream.peer_addr().is_ok());
        }
    });
    let silent_udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let quiet = silent_udp.local_addr().unwrap();
    let resets = peer(|mut stream| {
        hear(&mut stream);
        stream.write_all(b"so far").unwrap();
        socket2::SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    });
    let circle = peer(|mut stream| {
        hear(&mut stream);
        stream
            .write_all(b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .unwrap();
    });
    let hangs_up = peer(drop);
    let nobody = closed.port();
    let one = |rcode| name_server(rcode).port();
    let dns = |rcode, name: &str| format!("dns @127.0.0.1 -p {} {name} A", one(rcode));
    let http = |bytes| format!("http http://{}/", says(bytes));
    let (refused, resolve, local) = (("refused", 4), ("resolve", 3), ("local", 11));
    let (protocol, tls, idle, cut) = (("protocol", 9), ("tls", 8), ("idle_timeout", 10), ("cut_short", 13));
    let ways = [
        Way::new("a closed TCP port", &format!("tcp {closed}"), refused, "connect")
            .errno(libc::ECONNREFUSED)
            .says("a RST came back"),
        Way::new("a closed TCP port for HTTP", &format!("http http://{closed}/"), refused, "connect")
            .errno(libc::ECONNREFUSED)
            .says("RST"),
        Way::new("a closed proxy", &format!("http http://127.0.0.1:8/ -x http://{closed}"), refused, "connect")
            .errno(libc::ECONNREFUSED)
            .says("Our SYN reached 127.0.0.1:"),
        Way::new("a closed SOCKS proxy", &format!("http http://127.0.0.1:8/ -x socks5://{closed}"), refused, "connect")
            .errno(libc::ECONNREFUSED)
            .says("Our SYN reached 127.0.0.1:"),
        Way::new("a closed UDP port", &format!("udp {closed} --send x --idle-timeout 5s"), refused, "send")
            .errno(libc::ECONNREFUSED)
            .says("127.0.0.1 answered our datagram with ICMP port unreachable"),
        Way::new("a RST in the middle", &format!("tcp {resets} --send x"), ("reset", 7), "read")
            .errno(libc::ECONNRESET)
            .says("It is no FIN"),
        Way::new("silence on TCP", &format!("tcp {silent} --idle-timeout 100ms"), idle, "read")
            .says("The conversation was open"),
        Way::new("silence on UDP", &format!("udp {quiet} --send x --idle-timeout 100ms"), idle, "read")
            .says("no datagram"),
        Way::new("silence on HTTP", &format!("http http://{silent}/ -m 0.2"), cut, "request").says("whole exchange"),
        Way::new("a name that cannot be", "tcp no-such-host.invalid:80 --connect-timeout 30s", resolve, "resolve"),
        Way::new("an address of the other family", "tcp 127.0.0.1:80 -6", resolve, "resolve")
            .says("none of the family"),
        Way::new("an interface that is not there", "tcp '[fe80::1%nosuch]:80'", resolve, "resolve").says("%"),
        Way::new("NXDOMAIN", &dns(Some(3), "no.test"), resolve, "ask for").says("NXDOMAIN from 127.0.0.1"),
        Way::new("SERVFAIL", &dns(Some(2), "broken.test"), resolve, "ask for").says("SERVFAIL"),
        Way::new("REFUSED", &dns(Some(5), "theirs.test"), resolve, "ask for").says("REFUSED"),
        Way::new("no address", &dns(Some(0), "empty.test"), resolve, "ask for").says("NODATA from 127.0.0.1"),
        Way::new(
            "a name server that is silent",
            &format!("{} +time=1 +tries=1", dns(None, "s.test")),
            resolve,
            "ask for",
        )
        .says("Nothing came back"),
        Way::new("no name server there", &format!("dns @127.0.0.1 -p {nobody} n.test A"), resolve, "ask for")
            .errno(libc::ECONNREFUSED)
            .says("nobody answers DNS"),
        Way::new("a TCP address in use", &format!("listen tcp {taken}"), local, "listen")
            .errno(libc::EADDRINUSE)
            .says("Another socket of this machine"),
        Way::new("a UDP address in use", &format!("listen udp {taken_udp}"), local, "bind").errno(libc::EADDRINUSE),
        Way::new("an address of somebody else's", "listen tcp 192.0.2.1:8000", local, "listen")
            .errno(libc::EADDRNOTAVAIL)
            .says("192.0.2.1:8000 is none of them"),
        Way::new("a source of somebody else's", &format!("tcp {taken} --bind 192.0.2.1"), local, "bind")
            .errno(libc::EADDRNOTAVAIL),
        Way::new("what is no HTTP", &http(b"220 mail.test ESMTP\r\n"), protocol, "request")
            .says("HTTP/1.1 and a status"),
        Way::new("a body cut short", &http(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly"), protocol, "read")
            .says("after 4 of 100 body bytes"),
        Way::new("a head cut short", &http(b"HTTP/1.1 200 OK\r\nserv"), protocol, "request").says("closed"),
        Way::new(
            "a chunk that is none",
            &http(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
            protocol,
            "read",
        ),
        Way::new(
            "a coding that is none",
            &http(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"),
            protocol,
            "read",
        )
        .says("gzip"),
        Way::new("a circle of redirects", &format!("http -L http://{circle}/"), protocol, "follow")
            .says("sent a redirect"),
        Way::new(
            "a status",
            &format!("{} --fail", http(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")),
            ("http_status", 12),
            "request",
        )
        .says("503"),
        Way::new("no TLS", &format!("http https://{}/", says(b"HTTP/1.1 400 Bad\r\n\r\n")), tls, "connect")
            .says("no TLS"),
        Way::new("closed in the handshake", &format!("http https://{hangs_up}/"), tls, "connect"),
    ];
    let told: Vec<Told> =
        ways.iter().map(|way| sockeye(&way.args.iter().map(String::as_str).collect::<Vec<_>>())).collect();
    all_told(ways.iter().zip(&told));
}

#[test]
fn every_certificate_that_does_not_hold_has_its_own_explanation() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let past = |params: &mut rcgen::CertificateParams| {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2002, 1, 1);
    };
    let future = |params: &mut rcgen::CertificateParams| params.not_before = rcgen::date_time_ymd(2900, 1, 1);
    let servers = [
        ("expired", ours.serve("localhost", past), "held until 2002-01-01 00:00 UTC"),
        ("not valid yet", ours.serve("localhost", future), "holds from 2900-01-01 00:00 UTC"),
        ("another name", ours.serve("somebody.else", |_| {}), "wanted localhost, it has somebody.else"),
        ("an unknown issuer", theirs.serve("localhost", |_| {}), "no authority that this machine trusts"),
    ];
    for (name, address, says) in servers {
        let way = Way::new(name, "", ("tls", 8), "connect").says(says);
        all_told([(&way, &ours.fetch(address))]);
    }
}

#[test]
fn every_way_to_fail_on_the_network_has_its_class_its_code_and_what_to_try() {
    world_or_skip!();
    let (unreachable, refused) = (("unreachable", 6), ("refused", 4));
    let (silent, local) = (("connect_timeout", 5), ("local", 11));
    let mut ways = vec![
        Way::new("a SYN that is dropped", "tcp 10.98.0.9:81 --connect-timeout 1200ms", silent, "connect")
            .says("The time that was allowed ran out first"),
        Way::new("RST from a firewall", "tcp 10.98.0.9:82", refused, "connect").errno(libc::ECONNREFUSED),
        Way::new("no such host behind the router", "tcp 10.98.0.77:80", unreachable, "connect")
            .errno(libc::EHOSTUNREACH)
            .says("10.99.0.9 says that no host answers"),
        Way::new("no such neighbour", "tcp 10.99.0.77:80", unreachable, "connect")
            .errno(libc::EHOSTUNREACH)
            .says("Our own machine asked by ARP"),
        Way::new("a network that the router does not know", "tcp 10.96.0.9:80", unreachable, "connect")
            .errno(libc::ENETUNREACH)
            .says("10.99.0.9 has no route to the network"),
        Way::new("an IPv6 network that the router does not know", "tcp '[fd96::9]:80'", unreachable, "connect")
            .errno(libc::ENETUNREACH)
            .says("fd99::9 has no route"),
        Way::new("a prohibited route of ours", "tcp 10.95.0.9:80", local, "connect")
            .errno(libc::EACCES)
            .says("a route of the kind prohibit"),
        Way::new("an unreachable route of ours", "tcp 10.94.0.9:80", unreachable, "connect").errno(libc::EHOSTUNREACH),
        Way::new("a blackhole of ours", "tcp 10.93.0.9:80", local, "connect").errno(libc::EINVAL).says("blackhole"),
        Way::new("a broadcast address", "udp 10.99.0.255:9 --send x --idle-timeout 1s", local, "connect")
            .errno(libc::EACCES)
            .says("broadcast"),
        Way::new("a link-local address without its zone", "tcp '[fe80::1]:80'", local, "connect").errno(libc::EINVAL),
        Way::new("UDP that is dropped", "udp 10.98.0.9:81 --send x --idle-timeout 300ms", ("idle_timeout", 10), "read"),
    ];
    let mut rules = String::from("tcp dport 81 drop; udp dport 81 drop; tcp dport 82 reject with tcp reset;");
    for code in (0_u16..=15).filter(|code| *code != 4) {
        let class = if code == 3 { refused } else { unreachable };
        rules.push_str(&format!("meta l4proto {{ tcp, udp }} th dport {} reject with icmp type {code};", 8000 + code));
        for (protocol, rest, operation) in [("tcp", "", "connect"), ("udp", " --send x --idle-timeout 5s", "send")] {
            let line = format!("{protocol} 10.98.0.9:{}{rest}", 8000 + code);
            ways.push(Way { errno: Some(-1), ..Way::new("an ICMP code", &line, class, operation) }.says("10.98.0.9"));
        }
    }
    let mut rules6 = String::new();
    for code in [0_u16, 1, 3, 4, 5, 6] {
        let class = if code == 4 { refused } else { unreachable };
        rules6
            .push_str(&format!("meta l4proto {{ tcp, udp }} th dport {} reject with icmpv6 type {code};", 8000 + code));
        for (protocol, rest, operation) in [("tcp", "", "connect"), ("udp", " --send x --idle-timeout 5s", "send")] {
            let line = format!("{protocol} '[fd98::9]:{}'{rest}", 8000 + code);
            ways.push(Way { errno: Some(-1), ..Way::new("an ICMPv6 code", &line, class, operation) }.says("fd98::9"));
        }
    }
    ways.push(
        Way::new("a TTL that ends at the router", "tcp 10.98.0.9:80", unreachable, "connect")
            .before("echo 1 > /proc/sys/net/ipv4/ip_default_ttl")
            .errno(libc::EHOSTUNREACH)
            .says("Every router takes one off"),
    );
    ways.push(
        Way::new("a SYN that the kernel gives up", "tcp 10.98.0.9:81 --connect-timeout 60s", silent, "connect")
            .before(
                "echo 64 > /proc/sys/net/ipv4/ip_default_ttl
                echo 1 > /proc/sys/net/ipv4/tcp_syn_retries
                echo 0 > /proc/sys/net/ipv4/tcp_syn_linear_timeouts 2>/dev/null || true",
            )
            .errno(libc::ETIMEDOUT)
            .says("It has a limit of its own"),
    );
    let calls: String = ways.iter().map(Way::call).collect();
    let script = format!(
        "on host nft 'table ip t {{ chain c {{ type filter hook input priority 0; {rules} }}; }}'
        on host nft 'table ip6 t {{ chain c {{ type filter hook input priority 0; {rules6} }}; }}'
        ip route add prohibit 10.95.0.0/16
        ip route add unreachable 10.94.0.0/16
        ip route add blackhole 10.93.0.0/16
        {calls}"
    );
    let runs = world::runs(world::play(&script));
    assert_eq!(runs.len(), ways.len());
    for (way, told) in ways.iter_mut().zip(&runs) {
        if let Some(icmp) = told.of("icmp").next() {
            // The screen's card names who said it, and so must the line.
            let offender = icmp["offender"].as_str().unwrap_or_default();
            let failed = told.of("failed").last().unwrap_or_else(|| panic!("{}: {told:#?}", way.name));
            assert!(failed["explanation"].as_str().is_some_and(|text| text.contains(offender)), "{failed}");
            way.errno = way.errno.map(|_| i32::try_from(icmp["errno"].as_i64().unwrap()).unwrap());
        }
    }
    all_told(ways.iter().zip(&runs));
}

#[test]
fn every_way_that_a_look_up_fails_by_the_systems_resolver_is_told_apart() {
    let dnsmasq = Command::new("dnsmasq").arg("--version").output();
    if let Some(why) = world::missing().or(dnsmasq.is_err().then(|| "dnsmasq is not installed".to_owned())) {
        skipped(why);
        return;
    }
    let resolve =
        |name, host: &str| Way::new(name, &format!("tcp {host}:80 --connect-timeout 30s"), ("resolve", 3), "resolve");
    let ways = [
        resolve("NXDOMAIN", "no.test").says("was told that it does not exist"),
        resolve("no address", "mail.test").says("neither an A nor an AAAA record"),
        resolve("a server that is silent", "name.broken").says("the servers are silent, or said that they failed"),
        resolve("a server that refuses", "name.else").says("the servers are silent, or said that they failed"),
        Way::new("only the other family", "tcp four.test:80 -6", ("resolve", 3), "resolve"),
        resolve("no name server", "four.test")
            .before("kill $server\nwhile [ -n \"$(ss -Hlun sport = 53)\" ]; do sleep 0.05; done")
            .says("the servers are silent, or said that they failed"),
    ];
    let calls: String = ways.iter().map(Way::call).collect();
    let script = format!(
        "echo 'nameserver 127.0.0.1' > /run/resolv.conf
        echo 'options timeout:1 attempts:1' >> /run/resolv.conf
        mount --bind /run/resolv.conf /etc/resolv.conf
        dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts \\
            --listen-address=127.0.0.1 --bind-interfaces --local=/test/ --address=/four.test/10.98.0.9 \\
            --mx-host=mail.test,four.test --server=/broken/127.0.0.1#9 >/dev/null 2>&1 &
        server=$!
        until [ -n \"$(ss -Hlun sport = 53)\" ]; do sleep 0.05; done
        {calls}"
    );
    let runs = world::runs(world::play(&script));
    assert_eq!(runs.len(), ways.len());
    all_told(ways.iter().zip(&runs));
}

#[test]
fn without_a_descriptor_left_or_a_privilege_it_is_this_machine_that_says_no() {
    let tool = |name: &str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    if !tool("prlimit") || !tool("setpriv") {
        skipped("prlimit and setpriv (util-linux) are not installed");
        return;
    }
    let (_held, closed) = closed_port();
    let way =
        Way::new("no descriptors left", "", ("local", 11), "connect").errno(libc::EMFILE).says("as many as it may");
    // The runtime needs some itself; with one too few for it the program cannot even start its loop.
    let mut told = (8..40).map(|most| {
        let mut command = Command::new("prlimit");
        command.args([&format!("--nofile={most}"), PROGRAM, "tcp", &closed.to_string(), "--json"]);
        run::told(command)
    });
    let met = |told: &Told| told.of("failed").any(|failed| failed["errno"].as_i64() == Some(libc::EMFILE.into()));
    let told = told.find(met).expect("a limit that leaves the program running without a descriptor for its socket");
    all_told([(&way, &told)]);

    // Without any capability, port 1 is not to be had, whoever the user is; unless this host keeps no port.
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap_or_default();
    if first.trim().parse::<u32>().unwrap_or(1024) < 2 {
        skipped("this host lets everybody have the low ports");
        return;
    }
    for (protocol, operation) in [("tcp", "listen"), ("udp", "bind")] {
        let mut command = Command::new("setpriv");
        let bare = ["--inh-caps=-all", "--bounding-set=-all"];
        // An ordinary user may not change its bounding set, and has no capability to begin with.
        if Command::new("setpriv").args(bare).arg("true").output().is_ok_and(|output| output.status.success()) {
            command.args(bare);
        }
        command.args([PROGRAM, "listen", protocol, "127.0.0.1:1", "--json"]);
        let way = Way::new("a privileged port", "", ("local", 11), operation).errno(libc::EACCES).says("below 1024");
        all_told([(&way, &run::told(command))]);
    }
}
