//! The race of two families (RFC 8305), with a host that has both and a filter that takes one of them away.

use crate::run::Told;
use crate::world::{self, world_or_skip};

/// The addresses of an event's name, in order.
fn peers<'a>(told: &'a Told, event: &'a str) -> Vec<&'a str> {
    told.of(event).filter_map(|event| event["peer"].as_str()).collect()
}

/// When the first event of this name was.
fn at(told: &Told, event: &str, place: usize) -> f64 {
    told.of(event).nth(place).and_then(|event| event["at"].as_f64()).unwrap_or_else(|| panic!("no {event}: {told:#?}"))
}

const V4: &str = "10.98.0.9:80";
const V6: &str = "[fd98::9]:80";

#[test]
fn ipv6_begins_and_ipv4_starts_only_where_that_is_silent_or_refused() {
    world_or_skip!();
    // The names are in a hosts file of the world's own, so that no name server is needed.
    let rule = |rule: &str| {
        format!(
            "on host nft 'flush ruleset; table inet t {{ chain c {{ type filter hook input priority 0; {rule} }}; }}'"
        )
    };
    let script = format!(
        "printf '127.0.0.1 localhost\\nfd98::9 both.test\\n10.98.0.9 both.test\\n' > /run/hosts
        mount --bind /run/hosts /etc/hosts
        nsenter --net=/run/netns/host \"$SOCKEYE\" listen tcp '[::]:80' --json --for 50s < /dev/null > /dev/null &
        listener=$!
        until [ -n \"$(on host ss -Hltn sport = 80)\" ]; do sleep 0.05; done
        run tcp both.test:80 --for 800ms
        {}
        run tcp both.test:80 --for 1500ms
        {}
        run tcp both.test:80 --for 800ms
        {}
        run tcp both.test:80 --connect-timeout 1s
        run tcp both.test:80 -4 --connect-timeout 500ms
        kill $listener",
        rule("meta nfproto ipv6 tcp dport 80 drop;"),
        rule("meta nfproto ipv6 tcp dport 80 reject with tcp reset;"),
        rule("tcp dport 80 drop;"),
    );
    let runs = world::runs(world::play(&script));
    let [answered, dropped, refused, silent, only_v4] = &runs[..] else { panic!("{runs:#?}") };
    for told in &runs[..4] {
        let addresses = told.of("resolved").next().unwrap()["addresses"].clone();
        assert_eq!(addresses, serde_json::json!(["fd98::9", "10.98.0.9"]), "IPv6 is tried first");
    }

    assert_eq!((answered.code, peers(answered, "connected")), (Some(0), vec![V6]));
    assert_eq!(peers(answered, "connecting"), [V6], "IPv4 never started");

    assert_eq!((dropped.code, peers(dropped, "connected")), (Some(0), vec![V4]), "{dropped:#?}");
    assert_eq!(peers(dropped, "connecting"), [V6, V4]);
    let head_start = at(dropped, "connecting", 1) - at(dropped, "connecting", 0);
    assert!(head_start >= 0.249, "IPv6 is alone for 250 ms (RFC 8305 §5), and was for {head_start} s");

    assert_eq!((refused.code, peers(refused, "connected")), (Some(0), vec![V4]), "{refused:#?}");
    assert_eq!((peers(refused, "connecting"), peers(refused, "attempt_failed")), (vec![V6, V4], vec![V6]));
    let names: Vec<&str> = refused.events.iter().filter_map(|event| event["event"].as_str()).collect();
    let place = |name: &str| names.iter().rposition(|known| *known == name);
    assert!(place("attempt_failed") < place("connecting"), "IPv4 starts as soon as IPv6 is refused: {names:?}");

    silent.failed("connect_timeout", 5);
    let mut gave_up = peers(silent, "attempt_failed");
    gave_up.sort_unstable();
    assert_eq!(gave_up, [V4, V6], "{silent:#?}");

    only_v4.failed("connect_timeout", 5);
    assert_eq!(peers(only_v4, "connecting"), [V4]);
}
