//! Every cause on the way to a peer, for every kind of session: what it is must not depend on who tells it.

use std::fmt::Write as _;

use serde_json::Value;

use crate::run::Told;
use crate::world::{self, world_or_skip};

/// A cause on the way.
struct Cause {
    name: &'static str,
    /// Where it acts.
    host: &'static str,
    port: u16,
    /// The class of the failure of a TCP connection, and of a datagram.
    tcp: (&'static str, i32),
    udp: (&'static str, i32),
    /// Whether anything of TCP can have left this machine.
    leaves: bool,
    /// How long a connection may take.
    allowed: &'static str,
}

const REFUSED: (&str, i32) = ("refused", 4);
const SILENT: (&str, i32) = ("connect_timeout", 5);
const UNREACHABLE: (&str, i32) = ("unreachable", 6);
const IDLE: (&str, i32) = ("idle_timeout", 10);
const LOCAL: (&str, i32) = ("local", 11);

const CAUSES: [Cause; 13] = [
    cause("a closed port", "10.98.0.9", 80, REFUSED, REFUSED),
    Cause { allowed: "900ms", ..cause("dropped", "10.98.0.9", 81, SILENT, IDLE) },
    cause("RST, and ICMP port unreachable", "10.98.0.9", 82, REFUSED, REFUSED),
    cause("ICMP host unreachable", "10.98.0.9", 83, UNREACHABLE, UNREACHABLE),
    cause("ICMP prohibited", "10.98.0.9", 84, UNREACHABLE, UNREACHABLE),
    cause("no such host behind the router", "10.98.0.77", 80, UNREACHABLE, UNREACHABLE),
    cause("no such network behind the router", "10.96.0.9", 80, UNREACHABLE, UNREACHABLE),
    never_left("no such neighbour", "10.99.0.77", UNREACHABLE),
    // The kernel gives ARP up after 3 s.
    Cause { allowed: "900ms", udp: UNREACHABLE, ..never_left("no such neighbour in our time", "10.99.0.78", SILENT) },
    never_left("a prohibited route of ours", "10.95.0.9", LOCAL),
    never_left("an unreachable route of ours", "10.94.0.9", UNREACHABLE),
    never_left("a blackhole of ours", "10.93.0.9", LOCAL),
    never_left("a route of ours that throws", "10.92.0.9", UNREACHABLE),
];

const fn cause(
    name: &'static str,
    host: &'static str,
    port: u16,
    tcp: (&'static str, i32),
    udp: (&'static str, i32),
) -> Cause {
    Cause { name, host, port, tcp, udp, leaves: true, allowed: "9s" }
}

const fn never_left(name: &'static str, host: &'static str, class: (&'static str, i32)) -> Cause {
    Cause { leaves: false, ..cause(name, host, 80, class, class) }
}

/// The kinds of session, as command lines; `true` where datagrams carry it.
const KINDS: [(&str, bool); 8] = [
    ("tcp HOST:PORT --connect-timeout ALLOWED", false),
    ("http http://HOST:PORT/ --connect-timeout ALLOWED", false),
    ("tcp HOST:PORT-PORT --connect-timeout ALLOWED", false),
    ("tcp HOST:PORT --connect-timeout ALLOWED --repeat 2", false),
    ("http http://HOST:PORT/ --connect-timeout ALLOWED --repeat 2", false),
    ("udp HOST:PORT --send x --idle-timeout 4s", true),
    ("udp HOST:PORT --send x --repeat 2 --patience 4s", true),
    ("dns @HOST:PORT a.example A +time=4 +tries=1 +notcp", true),
];

/// What is not as it must be in what a run told.
fn wrong(cause: &Cause, line: &str, datagrams: bool, told: &Told) -> Vec<String> {
    let Some(failed) = told.of("failed").last() else { return vec!["nothing failed".into()] };
    let mut wrong = Vec::new();
    let range = line.contains(&format!("{0}-{0}", cause.port));
    let (class, code) = match (datagrams, line.starts_with("dns")) {
        (_, true) => ("resolve", 3),
        // The time of a range is no part of what is told of its ports.
        (false, _) if range && !cause.leaves && cause.tcp == SILENT => UNREACHABLE,
        (true, _) => cause.udp,
        (false, _) => cause.tcp,
    };
    if (failed["class"].as_str(), told.code) != (Some(class), Some(code)) {
        wrong.push(format!("it is {class}, {code}, and not {}, {:?}", failed["class"], told.code));
    }
    let texts: Vec<&str> = ["explanation", "message"]
        .iter()
        .filter_map(|field| failed[field].as_str())
        .chain(["rules_out", "likely"].iter().flat_map(|field| strings(&failed[field])))
        .collect();
    let words = |text: &str, word: &str| text.split(|letter: char| !letter.is_alphanumeric()).any(|one| one == word);
    // Of DNS both are told: it may have been asked by either.
    if datagrams && !line.starts_with("dns") {
        for word in ["SYN", "RST", "FIN", "handshake"] {
            wrong.extend(texts.iter().filter(|text| words(text, word)).map(|text| format!("{word} of UDP: {text}")));
        }
    } else if !cause.leaves {
        let sent = told.of("state").any(|state| state["to"] == "SYN-SENT");
        let of_syn = |text: &&&str| text.contains("our SYN") || text.contains("Our SYN");
        let drawn = texts.iter().filter(of_syn).filter(|text| !text.contains("never left"));
        wrong.extend(drawn.map(|text| format!("a SYN that never left: {text}")));
        // The kernel is in SYN-SENT while it waits for the neighbour.
        if sent && !cause.name.starts_with("no such neighbour") {
            wrong.push("SYN-SENT without a SYN".into());
        }
    }
    if told.of("closed").count() != 1 || told.events.last().is_none_or(|last| last["event"] != "closed") {
        wrong.push("not one `closed` at the end".into());
    }
    wrong
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn a_cause_is_the_same_whoever_tells_it() {
    world_or_skip!();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let swept = CAUSES.each_ref().map(|cause| scope.spawn(move || sweep(cause)));
        swept.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs all kinds of session against one cause, in a world of its own.
fn sweep(cause: &Cause) -> Vec<String> {
    let mut script = String::from(
        "on host nft 'table ip t { chain c { type filter hook input priority 0;
            meta l4proto { tcp, udp } th dport 81 drop;
            tcp dport 82 reject with tcp reset;
            udp dport 82 reject with icmp port-unreachable;
            meta l4proto { tcp, udp } th dport 83 reject with icmp host-unreachable;
            meta l4proto { tcp, udp } th dport 84 reject with icmp admin-prohibited;
        }; }'
        on router nft 'table ip t { chain c { type filter hook prerouting priority 0;
            ip daddr 10.96.0.0/16 reject with icmp net-unreachable;
        }; }'
        ip route add prohibit 10.95.0.0/16
        ip route add unreachable 10.94.0.0/16
        ip route add blackhole 10.93.0.0/16
        ip route add throw 10.92.0.0/16
        ",
    );
    let lines = KINDS.map(|(line, datagrams)| {
        let line = line.replace("HOST", cause.host).replace("PORT", &cause.port.to_string());
        (line.replace("ALLOWED", cause.allowed), datagrams)
    });
    for (line, _) in &lines {
        writeln!(script, "run {line}").unwrap();
    }
    let runs = world::runs(world::play(&script));
    assert_eq!(runs.len(), lines.len(), "{}: {runs:#?}", cause.name);
    let mut all = Vec::new();
    for ((line, datagrams), told) in lines.iter().zip(&runs) {
        let wrong = wrong(cause, line, *datagrams, told);
        all.extend(wrong.into_iter().map(|what| format!("{}: {line}: {what}", cause.name)));
    }
    all
}

#[test]
fn what_left_for_a_neighbour_that_was_known_once_is_not_denied() {
    world_or_skip!();
    // An old address, which the kernel uses until it has asked again in vain: that is soon, here.
    let stale = "ip neigh replace 10.99.0.79 lladdr 02:00:00:00:00:01 nud stale dev near";
    let lines =
        ["tcp 10.99.0.79:80", "http http://10.99.0.79/", "tcp 10.99.0.79:80-81", "tcp 10.99.0.79:80 --repeat 1"];
    let calls: String = lines.iter().map(|line| format!("{stale}\nrun {line} --connect-timeout 2s\n")).collect();
    let runs = world::runs(world::play(&format!(
        "cd /proc/sys/net/ipv4/neigh/near
        echo 1 > delay_first_probe_time
        echo 100 > retrans_time_ms
        {calls}"
    )));
    assert_eq!(runs.len(), lines.len());
    for (line, told) in lines.iter().zip(&runs) {
        let failed = told.failed("connect_timeout", 5);
        let text = failed.to_string();
        assert!(!text.contains("never left") && !text.contains("No packet reached"), "{line}: {failed}");
    }
}
