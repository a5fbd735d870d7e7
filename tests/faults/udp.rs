//! Datagrams on a path of their own: a router with a narrow link, a TTL that ends, each ICMP code at the datagram that
//! met it, what the IP header says, and the same seen by tcpdump.

use std::process::Command;

use serde_json::Value;

use crate::run::Told;
use crate::skipped::skipped;
use crate::world::{self, world_or_skip};

/// Makes the link behind the router narrow, at both its ends.
const NARROW: &str = "ip -n router link set near2 mtu 1300\nip -n host link set far2 mtu 1300\n";

fn number(event: &Value, name: &str) -> Option<u64> {
    event[name].as_u64()
}

fn only<'a>(told: &'a Told, name: &'a str) -> &'a Value {
    told.of(name).next().unwrap_or_else(|| panic!("no {name}: {told:#?}"))
}

#[test]
fn a_datagram_too_big_for_a_link_behind_a_router_has_the_routers_verdict_and_its_mtu() {
    world_or_skip!();
    let payload = "x".repeat(1_372);
    let script = format!(
        "{NARROW}
        run udp 10.98.0.9:99 --send small --send {payload} --send-hex 00 --for 2s
        run udp '[fd98::9]:99' --send {payload} --for 2s"
    );
    // The small ones meet a closed port, which would end the session before the big one's verdict is told.
    let script = format!(
        "on host nft 'table inet t {{ chain c {{ type filter hook input priority 0; udp dport 99 drop; }}; }}'\n{script}"
    );
    let runs = world::runs(world::play(&script));
    for (told, kind, code, offender, which) in [(&runs[0], 3, 4, "10.99.0.9", 2), (&runs[1], 2, 0, "fd99::9", 1)] {
        assert_eq!(told.code, Some(0), "too big is no end: {told:#?}");
        let icmp = only(told, "icmp");
        assert_eq!((number(icmp, "type"), number(icmp, "code")), (Some(kind), Some(code)), "{icmp}");
        assert_eq!((icmp["offender"].as_str(), number(icmp, "mtu")), (Some(offender), Some(1300)), "{icmp}");
        assert_eq!((number(icmp, "datagram"), number(icmp, "datagram_bytes")), (Some(which), Some(1372)), "{icmp}");
        assert_eq!(number(icmp, "alike"), Some(0));
        let closed = only(told, "closed");
        assert_eq!((number(closed, "icmp_errors"), number(closed, "send_errors")), (Some(1), Some(0)), "{closed}");
        assert_eq!(closed["icmp"][0]["offender"].as_str(), Some(offender));
    }
}

#[test]
fn a_probe_finds_the_mtu_of_a_link_behind_a_router_and_who_refuses_what_is_larger() {
    world_or_skip!();
    // Nobody listens there: that the port is closed tells that the datagram arrived.
    let script = format!("{NARROW}run udp 10.98.0.9:99 --probe-mtu\nrun udp '[fd98::9]:99' --probe-mtu");
    for (told, offender) in world::runs(world::play(&script)).iter().zip(["10.99.0.9", "fd99::9"]) {
        assert_eq!(told.code, Some(0), "{told:#?}");
        let found = only(told, "path_mtu");
        assert_eq!(
            (number(found, "passed_bytes"), number(found, "refused_bytes")),
            (Some(1300), Some(1301)),
            "{found}"
        );
        assert_eq!((found["by"].as_str(), found["offender"].as_str()), (Some("router"), Some(offender)), "{found}");
        assert_eq!((number(found, "mtu"), number(found, "kernel_mtu")), (Some(1300), Some(1300)), "{found}");
        assert_eq!((number(found, "kernel_mtu_before"), &found["settled"]), (Some(1500), &true.into()), "{found}");
        let steps = told.of("mtu_step").count() as u64;
        assert!(steps >= 4 && steps >= number(found, "datagrams").unwrap(), "{told:#?}");
        let here = told.of("mtu_step").find(|step| step["by"] == "host");
        assert_eq!(here.and_then(|step| number(step, "mtu")), Some(1500), "the own interface's is told by the kernel");
    }
}

#[test]
fn a_probe_of_a_path_that_tells_nothing_finds_the_black_hole_or_says_that_it_cannot_know() {
    world_or_skip!();
    // The router throws away what is too big, and is forbidden to say so.
    let mute = "on router nft 'table ip t { chain c { type filter hook output priority 0; icmp type destination-unreachable drop; }; }'\n";
    let deaf = "on host nft 'table ip t { chain c { type filter hook input priority 0; udp dport 99 drop; }; }'\n";
    let script = format!("{NARROW}{mute}run udp 10.98.0.9:97 --probe-mtu\n{deaf}run udp 10.98.0.9:99 --probe-mtu");
    let runs = world::runs(world::play(&script));
    let found = only(&runs[0], "path_mtu");
    assert_eq!((number(found, "passed_bytes"), found["by"].as_str()), (Some(1300), Some("silence")), "{found}");
    assert!(number(found, "datagrams").is_some_and(|count| count <= 64), "{found}");
    let found = only(&runs[1], "path_mtu");
    assert_eq!(found["answered"], false, "nobody answers: {found}");
    assert_eq!((number(found, "passed_bytes"), found["by"].as_str()), (Some(1500), Some("host")), "{found}");
}

#[test]
fn a_ttl_that_ends_on_the_way_is_told_by_the_router_for_that_datagram() {
    world_or_skip!();
    let script = "
        echo 1 > /proc/sys/net/ipv4/ip_default_ttl
        for where in all near; do echo 1 > /proc/sys/net/ipv6/conf/$where/hop_limit; done
        run udp 10.98.0.9:99 --send one --send other --for 2s
        run udp '[fd98::9]:99' --send one --send other --for 2s
        run udp 10.98.0.9:99 --probe-mtu
    ";
    let runs = world::runs(world::play(script));
    for (told, kind, offender) in [(&runs[0], 11, "10.99.0.9"), (&runs[1], 3, "fd99::9")] {
        let all: Vec<&Value> = told.of("icmp").collect();
        let about: Vec<_> = all.iter().map(|icmp| (number(icmp, "datagram"), number(icmp, "datagram_bytes"))).collect();
        assert_eq!(about, [(Some(1), Some(3)), (Some(2), Some(5))], "{told:#?}");
        for icmp in all {
            assert_eq!((number(icmp, "type"), number(icmp, "code")), (Some(kind), Some(0)), "{icmp}");
            assert_eq!(icmp["offender"].as_str(), Some(offender));
        }
        assert_eq!(number(&only(told, "closed")["icmp"][0], "count"), Some(2));
    }
    let found = only(&runs[2], "path_mtu");
    assert!(found["error"].as_str().is_some_and(|why| why.contains("time to live exceeded")), "{found}");
    assert_eq!((runs[2].code, &found["passed_bytes"]), (Some(6), &Value::Null));
}

#[test]
fn each_icmp_and_icmpv6_code_stands_at_the_datagram_that_met_it() {
    world_or_skip!();
    let cases = [
        ("ip", "icmp", "10.98.0.9", 3_u64, vec![0_u8, 1, 2, 3, 9, 10, 13]),
        ("ip6", "icmpv6", "[fd98::9]", 1, vec![0, 1, 3, 4, 5, 6]),
    ];
    for (family, protocol, host, kind, codes) in cases {
        let port = |code: u8| 8000 + u16::from(code);
        let rules: String =
            codes.iter().map(|code| format!("udp dport {} reject with {protocol} type {code};", port(*code))).collect();
        let calls: String = codes
            .iter()
            .map(|code| format!("run udp '{host}:{}' --send 'datagram {code}' --idle-timeout 5s\n", port(*code)))
            .collect();
        let table =
            format!("on host nft 'table {family} t {{ chain c {{ type filter hook input priority 0; {rules} }}; }}'");
        let runs = world::runs(world::play(&format!("{table}\n{calls}")));
        assert_eq!(runs.len(), codes.len());
        for (code, told) in codes.into_iter().zip(&runs) {
            let icmp = only(told, "icmp");
            assert_eq!((number(icmp, "type"), number(icmp, "code")), (Some(kind), Some(code.into())), "{icmp}");
            let bytes = format!("datagram {code}").len() as u64;
            assert_eq!((number(icmp, "datagram"), number(icmp, "datagram_bytes")), (Some(1), Some(bytes)), "{icmp}");
            assert!(icmp["meaning"].as_str().is_some_and(|words| !words.is_empty()), "{icmp}");
            let counted = &only(told, "closed")["icmp"][0];
            assert_eq!((number(counted, "code"), number(counted, "count")), (Some(code.into()), Some(1)));
        }
    }
}

/// Marks what the host sends to port 7000, in both families.
const MARKS: &str = "on host nft 'table inet t { chain c { type filter hook output priority 0;
    udp dport 7000 ip dscp set ef; udp dport 7000 ip ecn set ce;
    udp dport 7000 ip6 dscp set af11; udp dport 7000 ip6 ecn set ect0; }; }'\n";

/// A bound socket that writes its events to a file, once it is bound; and how they are read afterwards.
const LISTEN: &str = "\"$SOCKEYE\" listen udp '[::]:7000' --json --for 4s > /run/ours & listener=$!
until grep -q listening /run/ours; do sleep 0.02; done\n";
const READ: &str =
    "wait $listener && code=0 || code=$?\ncat /run/ours; echo \"{\\\"event\\\":\\\"exit\\\",\\\"code\\\":$code}\"\n";

/// Sends one datagram from the host to our side, in each family.
const SEND: &str = "for to in 10.99.0.1:7000 '[fd99::1]:7000'; do
    on host \"$SOCKEYE\" udp $to --send hello --for 100ms --json </dev/null >/dev/null
done\n";

#[test]
fn a_received_datagram_is_told_with_ttl_marks_interface_and_destination() {
    world_or_skip!();
    let runs = world::runs(world::play(&format!("{MARKS}{LISTEN}{SEND}{READ}")));
    let received: Vec<&Value> = runs[0].of("received").collect();
    let expected = [(187, "EF", "CE", "10.99.0.1"), (42, "AF11", "ECT(0)", "fd99::1")];
    assert_eq!(received.len(), expected.len(), "{:#?}", runs[0]);
    for (event, (tos, dscp, ecn, to)) in received.into_iter().zip(expected) {
        assert_eq!((number(event, "ttl"), number(event, "tos")), (Some(63), Some(tos)), "one router: {event}");
        assert_eq!((event["dscp"].as_str(), event["ecn"].as_str()), (Some(dscp), Some(ecn)), "{event}");
        assert_eq!((event["interface"].as_str(), event["destination"].as_str()), (Some("near"), Some(to)), "{event}");
    }
}

#[test]
fn what_is_told_of_a_datagram_is_what_tcpdump_sees() {
    world_or_skip!();
    if !Command::new("tcpdump").arg("--version").output().is_ok_and(|output| output.status.success()) {
        skipped("tcpdump is not installed");
        return;
    }
    if !rustix::process::geteuid().is_root() {
        // In a user namespace it cannot drop its privileges, and refuses to start.
        skipped("tcpdump starts for root only");
        return;
    }
    let dump = "tcpdump -Z root -l -n -v -i near 'udp or icmp' > /run/dump 2>/run/why & dump=$!
        until grep -q listening /run/why; do kill -0 $dump; sleep 0.02; done\n";
    let closed = "\"$SOCKEYE\" udp 10.98.0.9:99 --send refused --json </dev/null > /run/refused || true\n";
    let shown = "until grep -q unreachable /run/dump; do sleep 0.02; done
        kill $dump; wait $dump || true
        cat /run/refused; echo '{\"event\":\"exit\",\"code\":0}'
        while read -r line; do echo \"{\\\"event\\\":\\\"dump\\\",\\\"line\\\":\\\"$line\\\"}\"; done < /run/dump
        echo '{\"event\":\"exit\",\"code\":0}'\n";
    let runs = world::runs(world::play_as_root(&format!("{MARKS}{dump}{LISTEN}{SEND}{closed}{READ}{shown}")));
    let (ours, refused, dump) = (&runs[0], &runs[1], &runs[2]);
    let lines: Vec<&str> = dump.of("dump").filter_map(|event| event["line"].as_str()).collect();
    let all = lines.join("\n");
    // tcpdump writes the IP header on one line and what is in it on the next.
    let packets: Vec<String> = lines.join(" ").split(" IP").map(str::to_owned).collect();
    for event in ours.of("received") {
        let (peer, to) = (event["peer"].as_str().unwrap(), event["destination"].as_str().unwrap());
        let port = peer.rsplit(':').next().unwrap();
        let packet = packets.iter().find(|packet| packet.contains(&format!(".{port} > {to}.7000")));
        let packet = packet.unwrap_or_else(|| panic!("tcpdump did not see {event}:\n{all}"));
        let (ttl, tos) = (&event["ttl"], number(event, "tos").unwrap());
        let bytes = number(event, "bytes").unwrap();
        // The two families are written differently: "(tos 0xbb,CE, ttl 63, …)" and "(class 0x2a, …, hlim 63, …)".
        let (marks, hops, length) = match peer.starts_with('[') {
            true => (format!("class {tos:#04x}"), format!("hlim {ttl}"), format!("payload length: {})", bytes + 8)),
            false => (format!("tos {tos:#x}"), format!("ttl {ttl}"), format!("length {})", bytes + 28)),
        };
        for what in [marks, hops, length] {
            assert!(packet.contains(&what), "{what} of {event} against {packet}");
        }
    }
    assert_eq!(ours.of("received").count(), 2, "{ours:#?}");
    let icmp = only(refused, "icmp");
    let told = format!("{} > 10.99.0.1: ICMP 10.98.0.9 udp port 99 unreachable", icmp["offender"].as_str().unwrap());
    assert!(lines.join(" ").contains(&told), "{icmp} against\n{all}");
}

#[test]
fn what_the_network_doubles_arrives_twice_and_what_it_loses_does_not() {
    world_or_skip!();
    let probe = "ip netns exec router tc qdisc add dev far root netem loss 1% && echo '{\"event\":\"exit\",\"code\":0}' || echo '{\"event\":\"exit\",\"code\":1}'";
    if world::runs(world::play(probe))[0].code != Some(0) {
        skipped("this kernel has no netem");
        return;
    }
    let script = format!(
        "on router tc qdisc add dev far root netem duplicate 100%
        {LISTEN}{SEND}{READ}
        on router tc qdisc replace dev far root netem loss 100%
        {LISTEN}{SEND}{READ}"
    );
    let runs = world::runs(world::play(&script));
    assert_eq!((runs[0].of("received").count(), runs[1].of("received").count()), (4, 0), "{runs:#?}");
    let closed = only(&runs[0], "closed");
    assert_eq!(number(closed, "received_datagrams"), Some(4), "{closed}");
}
