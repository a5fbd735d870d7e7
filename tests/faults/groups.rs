//! Multicast groups and broadcasts: in a network namespace of the test's own, on its loopback interface.

use serde_json::Value;

use crate::run::Told;
use crate::world::{self, world_or_skip};

/// Loopback carries multicast; groups are routed to it. `hear N ARGS` runs a listener beside the rest until it has had
/// N datagrams, and writes its events to a file; `ready` waits until it is bound, `heard` prints its events.
const GROUPS: &str = r#"
ip link set lo multicast on
ip route add 239.0.0.0/8 dev lo
hear() { "$SOCKEYE" listen udp "$@" --json </dev/null >/run/heard 2>/dev/null & listener=$!; until grep -qE 'joined|warned' /run/heard 2>/dev/null; do sleep 0.02; done; }
heard() { wait $listener && code=0 || code=$?; cat /run/heard; echo "{\"event\":\"exit\",\"code\":$code}"; }
"#;

fn played(script: &str) -> Vec<Told> {
    world::runs(world::play(&format!("{GROUPS}{script}")))
}

#[track_caller]
fn only<'a>(told: &'a Told, name: &'a str) -> &'a Value {
    told.of(name).next().unwrap_or_else(|| panic!("no {name}: {told:#?}"))
}

#[test]
fn the_ttl_to_a_group_is_that_of_its_datagrams() {
    world_or_skip!();
    let cases = [
        ("239.1.1.1%lo", "0.0.0.0:32001", "239.1.1.1:32001", "239.1.1.1:32001"),
        ("239.1.1.2%lo", "0.0.0.0:32002", "239.1.1.2%lo:32002", "239.1.1.2:32002"),
    ];
    for (group, bound, target, shown) in cases {
        let runs = played(&format!(
            "hear {bound} --group {group} --answers 1 --for 9s
            run udp {target} --option ttl=5 --send x --for 300ms
            heard"
        ));
        let [sender, heard] = &runs[..] else { panic!("{runs:#?}") };
        let option = only(sender, "option");
        assert_eq!((&option["asked"], &option["now"]), (&Value::from(5), &Value::from(5)), "{option}");
        assert_eq!(only(sender, "opened")["target"], shown);
        assert_eq!((sender.code, heard.code), (Some(0), Some(0)), "{runs:#?}");
        assert_eq!(only(heard, "received")["ttl"], 5, "{target}");
    }
}

#[test]
fn a_group_that_can_never_arrive_is_told_with_the_cure_and_ends_the_run_with_0() {
    world_or_skip!();
    let runs = played("run listen udp 127.0.0.1:32004 --group 239.1.1.4%lo --for 100ms");
    let warned = only(&runs[0], "warned");
    assert!(warned["message"].as_str().is_some_and(|text| text.ends_with("bind 0.0.0.0:32004")), "{warned}");
    assert!(warned["explanation"].is_string(), "{warned}");
    only(&runs[0], "joined");
    assert_eq!(runs[0].code, Some(0));
    let fine = played("run listen udp 0.0.0.0:32004 --group 239.1.1.4%lo --for 100ms");
    assert!(fine[0].of("warned").next().is_none(), "{fine:#?}");
}

#[test]
fn a_group_of_another_program_does_not_come_in() {
    world_or_skip!();
    for (bound, ours, theirs) in [("0.0.0.0:32005", "239.1.1.5", "239.1.1.6"), ("[::]:32005", "239.1.1.5", "239.1.1.6")]
    {
        let target = |group: &str| format!("{group}%lo");
        let runs = played(&format!(
            "\"$SOCKEYE\" listen udp {bound} --group {theirs}%lo --json </dev/null >/run/theirs 2>/dev/null & other=$!
            until grep -q joined /run/theirs; do sleep 0.02; done
            hear {bound} --group {ours}%lo --answers 1 --for 9s
            run udp {}:32005 --send theirs --finish-after 0s
            run udp {}:32005 --send ours --finish-after 0s
            heard
            kill $other",
            target(theirs),
            target(ours),
        ));
        assert_eq!(runs.last().unwrap().code, Some(0), "{runs:#?}");
        assert_eq!(only(runs.last().unwrap(), "received")["text"], "ours", "{bound}");
    }
}

#[test]
fn a_zone_that_is_no_interface_is_told_before_anything_is_sent() {
    world_or_skip!();
    for target in ["239.1.1.7%nope:32007", "[ff12::7%nope]:32007"] {
        let runs = played(&format!("run udp {target} --send x --for 300ms"));
        runs[0].failed("resolve", 3);
        assert!(runs[0].of("sent").next().is_none());
    }
}
