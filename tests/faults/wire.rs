//! What the network itself can answer: each ICMP code, silence, and a router that answers for the host behind it.

use crate::run;
use crate::world::{self, world_or_skip};

/// The class and exit code that ICMP type 3 and this code make of a connection.
fn class(code: u8) -> (&'static str, i32) {
    if code == 3 { ("refused", 4) } else { ("unreachable", 6) }
}

#[test]
fn each_icmp_code_that_rejects_a_syn_is_told_with_its_meaning_and_its_sender() {
    world_or_skip!();
    // 4 (too big) rejects no connection: TCP makes its segments smaller.
    let codes: Vec<u8> = (0..=15).filter(|code| *code != 4).collect();
    let rules: String = codes
        .iter()
        .map(|code| format!("tcp dport {} reject with icmp type {code};", 8000 + u16::from(*code)))
        .collect();
    let calls: String = codes.iter().map(|code| format!("run tcp 10.98.0.9:{}\n", 8000 + u16::from(*code))).collect();
    let table = format!("on host nft 'table ip t {{ chain c {{ type filter hook input priority 0; {rules} }}; }}'");
    let runs = world::runs(world::play(&format!("{table}\n{calls}")));
    assert_eq!(runs.len(), codes.len());
    for (code, told) in codes.into_iter().zip(&runs) {
        let (class, exit) = class(code);
        let failed = told.failed(class, exit);
        let icmp = told.of("icmp").next().unwrap_or_else(|| panic!("no icmp for code {code}: {told:#?}"));
        assert_eq!((icmp["type"].as_u64(), icmp["code"].as_u64()), (Some(3), Some(code.into())));
        assert_eq!(icmp["offender"], "10.98.0.9");
        assert_eq!(failed["errno"], icmp["errno"]);
        let message = failed["message"].as_str().unwrap_or_default();
        assert!(message.contains(&format!("(type 3, code {code}) from 10.98.0.9")), "{message}");
        assert!(failed["explanation"].as_str().is_some_and(|text| text.contains("10.98.0.9")), "{failed}");
    }
}

#[test]
fn each_icmpv6_code_that_rejects_a_syn_is_told_with_its_meaning_and_its_sender() {
    world_or_skip!();
    let codes = [0_u8, 1, 3, 4, 5, 6];
    let rules: String = codes
        .iter()
        .map(|code| format!("tcp dport {} reject with icmpv6 type {code};", 8000 + u16::from(*code)))
        .collect();
    let calls: String = codes.iter().map(|code| format!("run tcp '[fd98::9]:{}'\n", 8000 + u16::from(*code))).collect();
    let table = format!("on host nft 'table ip6 t {{ chain c {{ type filter hook input priority 0; {rules} }}; }}'");
    let runs = world::runs(world::play(&format!("{table}\n{calls}")));
    for (code, told) in codes.into_iter().zip(&runs) {
        let (class, exit) = if code == 4 { ("refused", 4) } else { ("unreachable", 6) };
        let failed = told.failed(class, exit);
        let icmp = told.of("icmp").next().unwrap_or_else(|| panic!("no icmp for code {code}: {told:#?}"));
        assert_eq!((icmp["type"].as_u64(), icmp["code"].as_u64()), (Some(1), Some(code.into())));
        assert_eq!(icmp["offender"], "fd98::9");
        assert!(failed["message"].as_str().is_some_and(|text| text.starts_with("ICMPv6") || code == 4), "{failed}");
    }
}

#[test]
fn each_icmp_code_that_rejects_a_datagram_is_told() {
    world_or_skip!();
    let codes = [0_u8, 1, 2, 3, 9, 10, 13];
    let rules: String = codes
        .iter()
        .map(|code| format!("udp dport {} reject with icmp type {code};", 8000 + u16::from(*code)))
        .collect();
    let calls: String = codes
        .iter()
        .map(|code| format!("run udp 10.98.0.9:{} --send x --idle-timeout 5s\n", 8000 + u16::from(*code)))
        .collect();
    let table = format!("on host nft 'table ip t {{ chain c {{ type filter hook input priority 0; {rules} }}; }}'");
    let runs = world::runs(world::play(&format!("{table}\n{calls}")));
    for (code, told) in codes.into_iter().zip(&runs) {
        let (class, exit) = class(code);
        told.failed(class, exit);
        let icmp = told.of("icmp").next().unwrap_or_else(|| panic!("no icmp for code {code}: {told:#?}"));
        assert_eq!((icmp["code"].as_u64(), icmp["offender"].as_str()), (Some(code.into()), Some("10.98.0.9")));
        assert!(icmp["explanation"].as_str().is_some_and(|text| !text.is_empty()));
    }
}

#[test]
fn a_router_answers_for_a_host_that_is_not_there_and_for_a_network_that_it_does_not_know() {
    world_or_skip!();
    let script = "
        ip -n router route add prohibit 10.97.0.0/16
        run tcp 10.96.0.9:80
        run tcp 10.97.0.9:80
        run tcp 10.98.0.77:80
        run tcp '[fd96::9]:80'
    ";
    let runs = world::runs(world::play(script));
    let told: Vec<(u64, u64, String)> = runs
        .iter()
        .map(|told| {
            told.failed("unreachable", 6);
            let icmp = told.of("icmp").next().unwrap_or_else(|| panic!("no icmp: {told:#?}"));
            let number = |name: &str| icmp[name].as_u64().unwrap_or(99);
            (number("type"), number("code"), icmp["offender"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let from = |text: &str| text.to_owned();
    let expected =
        [(3, 0, from("10.99.0.9")), (3, 13, from("10.99.0.9")), (3, 1, from("10.99.0.9")), (1, 0, from("fd99::9"))];
    assert_eq!(told, expected);
}

#[test]
fn a_syn_that_is_dropped_times_out_and_a_closed_port_answers_with_rst() {
    world_or_skip!();
    let script = "
        on host nft 'table ip t { chain c { type filter hook input priority 0; tcp dport 81 drop; tcp dport 82 reject with tcp reset; }; }'
        run tcp 10.98.0.9:81 --connect-timeout 1200ms
        run tcp 10.98.0.9:82
        run tcp 10.98.0.9:83
        run tcp 10.98.0.9:83 --retry 2 --backoff 20ms..40ms
    ";
    let runs = world::runs(world::play(script));
    let failed = runs[0].failed("connect_timeout", 5);
    assert!(failed["rules_out"][0].as_str().is_some_and(|text| text.contains("Not a closed port")), "{failed}");
    assert!(failed["next"][0].as_str().is_some_and(|text| text.starts_with("sockeye tcp 10.98.0.9:80")), "{failed}");
    for told in &runs[1..] {
        assert_eq!(told.failed("refused", 4)["message"], "connection refused");
        assert_eq!(told.of("icmp").count(), 0);
    }
    let retries: Vec<_> = runs[3].of("retry").collect();
    assert_eq!(retries.len(), 2);
    for retry in &retries {
        let of = |name: &str| retry[name].as_f64().unwrap_or_else(|| panic!("no {name}: {retry}"));
        assert!(of("least_ms") <= of("after_ms") && of("after_ms") <= of("most_ms"), "{retry}");
    }
    assert_eq!((retries[1]["least_ms"].as_f64(), retries[1]["most_ms"].as_f64()), (Some(20.0), Some(40.0)));
    assert!(retries.iter().all(|retry| retry["class"] == "refused" && retry["explanation"].is_string()), "{retries:?}");
}

#[test]
fn without_a_route_nothing_is_sent() {
    world_or_skip!();
    let runs = world::runs(world::play("ip route flush default\nrun tcp 10.96.0.9:80"));
    let failed = runs[0].failed("unreachable", 6);
    assert_eq!((failed["errno"].as_i64(), runs[0].of("icmp").count()), (Some(libc::ENETUNREACH.into()), 0));
    assert!(failed["explanation"].as_str().is_some_and(|text| text.contains("No packet was sent")), "{failed}");
}

#[test]
fn a_name_without_a_name_server_is_not_resolved() {
    world_or_skip!();
    let runs = world::runs(world::play("ip link set near down\nrun tcp host.invalid:80 --connect-timeout 30s"));
    runs[0].failed("resolve", 3);
}

#[test]
fn an_ordinary_user_may_not_have_port_80_and_is_told_why() {
    world_or_skip!();
    let script = "
        echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start
        SOCKEYE_REAL=$SOCKEYE
        plain() { setpriv --bounding-set=-all --inh-caps=-all \"$SOCKEYE_REAL\" \"$@\"; }
        SOCKEYE=plain
        run listen tcp 127.0.0.1:80
        run listen udp 127.0.0.1:80
    ";
    let script = script.replace(
        "SOCKEYE=plain",
        "run() { plain \"$@\" --json && code=0 || code=$?; echo \"{\\\"event\\\":\\\"exit\\\",\\\"code\\\":$code}\"; }",
    );
    for told in world::runs(world::play(&script)) {
        let failed = told.failed("local", 11);
        assert_eq!(failed["errno"].as_i64(), Some(libc::EACCES.into()));
        assert!(failed["explanation"].as_str().is_some_and(|text| text.contains("1024")), "{failed}");
        assert!(failed["next"][0].as_str().is_some_and(|text| text.contains("127.0.0.1:8080")), "{failed}");
    }
}

/// Opens a connection to a listener in the host's namespace, then drops all packets in silence.
fn vanishing(options: &str, send: &str) -> Vec<run::Told> {
    let script = format!(
        "
        nsenter --net=/run/netns/host \"$SOCKEYE\" listen tcp 10.98.0.9:7000 --json > /run/listener 2>&1 < /dev/null &
        listener=$!
        until grep -q listening /run/listener; do sleep 0.05; done
        mkfifo /run/say
        {{ \"$SOCKEYE\" tcp 10.98.0.9:7000 --json {options} < /run/say > /run/told && code=0 || code=$?
          echo \"{{\\\"event\\\":\\\"exit\\\",\\\"code\\\":$code}}\" >> /run/told; }} &
        exec 9> /run/say
        until grep -q accepted /run/listener; do sleep 0.05; done
        on router nft 'table ip t {{ chain c {{ type filter hook forward priority 0; drop; }}; }}'
        {send}
        until grep -q '\"exit\"' /run/told; do sleep 0.05; done
        exec 9>&-
        kill $listener
        cat /run/told
        "
    );
    world::runs(world::play(&script))
}

#[test]
fn a_peer_that_vanishes_is_noticed_by_keepalive_and_that_is_said() {
    world_or_skip!();
    let options = "--option keepalive=on --option keepidle=1s --option keepintvl=1s --option keepcnt=2";
    let told = vanishing(options, "").remove(0);
    let failed = told.failed("unreachable", 6);
    assert_eq!(failed["errno"].as_i64(), Some(libc::ETIMEDOUT.into()));
    let message = failed["message"].as_str().unwrap_or_default();
    assert!(message.contains("quiet for 1.0 s, then 2 keepalive probes 1.0 s apart"), "{message}");
    assert!(failed["explanation"].as_str().is_some_and(|text| text.contains("SO_KEEPALIVE")), "{failed}");
    assert!(failed["cite"].to_string().contains("TCP_KEEPIDLE"), "{failed}");
}

#[test]
fn data_that_nobody_acknowledges_ends_a_connection_with_a_user_timeout() {
    world_or_skip!();
    let told = vanishing("--option user_timeout=1500ms", "echo hello >&9").remove(0);
    let failed = told.failed("unreachable", 6);
    assert_eq!(failed["errno"].as_i64(), Some(libc::ETIMEDOUT.into()));
    let message = failed["message"].as_str().unwrap_or_default();
    assert!(message.contains("6 B lay unacknowledged for longer than TCP_USER_TIMEOUT allows (1.5 s)"), "{message}");
    assert!(failed["explanation"].as_str().is_some_and(|text| text.contains("user timeout")), "{failed}");
}
