//! A small world of its own for each test: network namespaces inside a user namespace, gone when their last process is.
//!
//! ```text
//! here 10.99.0.1 ── 10.99.0.9 router 10.98.0.1 ── 10.98.0.9 host
//!      fd99::1   ── fd99::9          fd98::1   ── fd98::9
//! ```

use std::process::{Command, Stdio};

use crate::run::{self, PROGRAM, Told};

const MAKE: &str = r#"
set -eu
mount -t tmpfs tmpfs /run
mkdir -p /run/netns
on() { name=$1; shift; nsenter --net=/run/netns/$name "$@"; }
ip link set lo up
ip netns add router
ip netns add host
ip link add near type veth peer name far netns router
ip -n router link add near2 type veth peer name far2 netns host
ip address add 10.99.0.1/24 dev near
ip address add fd99::1/64 dev near nodad
ip link set near up
for netns in router host; do ip -n $netns link set lo up; done
ip -n router address add 10.99.0.9/24 dev far
ip -n router address add fd99::9/64 dev far nodad
ip -n router link set far up
ip -n router address add 10.98.0.1/24 dev near2
ip -n router address add fd98::1/64 dev near2 nodad
ip -n router link set near2 up
ip -n host address add 10.98.0.9/24 dev far2
ip -n host address add fd98::9/64 dev far2 nodad
ip -n host link set far2 up
for netns in router host; do
    on $netns sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_ratelimit; echo 0 > /proc/sys/net/ipv6/icmp/ratelimit'
    on $netns sh -c 'cd /proc/sys/net/ipv4; for most in icmp_msgs_per_sec icmp_msgs_burst; do echo 100000 > $most; done' 2>/dev/null || true
done
on router sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
ip route add default via 10.99.0.9
ip -6 route add default via fd99::9
ip -n host route add default via 10.98.0.1
ip -n host -6 route add default via fd98::1
settled() { ! ip -n $1 -6 address show tentative | grep -q inet6; }
until settled router && settled host && ! ip -6 address show tentative | grep -q inet6; do sleep 0.05; done
run() { "$SOCKEYE" "$@" --json && code=0 || code=$?; echo "{\"event\":\"exit\",\"code\":$code}"; }
"#;

/// Why there can be no such world here, where there cannot.
pub(crate) fn missing() -> Option<String> {
    let works = |name: &str, args: &[&str]| {
        let quiet = Command::new(name).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
        quiet.is_ok_and(|status| status.success())
    };
    if !cfg!(target_os = "linux") {
        return Some("network namespaces are Linux's".into());
    }
    for (name, args) in [("ip", ["-V"]), ("nft", ["--version"]), ("nsenter", ["--version"])] {
        if !works(name, &args) {
            return Some(format!("{name} is not installed"));
        }
    }
    let probe = "mount -t tmpfs tmpfs /run && mkdir /run/netns && ip netns add x";
    let can = works("unshare", &["-Urnm", "sh", "-c", probe]);
    (!can).then(|| "an ordinary user may make no network namespaces here".into())
}

/// Ends a test that needs such a world where there can be none, and says so.
macro_rules! world_or_skip {
    () => {
        if let Some(why) = $crate::world::missing() {
            $crate::skipped::skipped(why);
            return;
        }
    };
}
pub(crate) use world_or_skip;

/// Plays a script in a world of its own: `run ARGS` runs the program with `--json`, and `on NAME COMMAND` something in
/// the router's or the host's namespace. Each run ends with an event `exit` and its `code`.
pub(crate) fn play(script: &str) -> Told {
    play_in("-Urnm", script)
}

/// The same without a user namespace: for what must be the system's own root.
pub(crate) fn play_as_root(script: &str) -> Told {
    play_in("-nm", script)
}

fn play_in(namespaces: &str, script: &str) -> Told {
    let mut command = Command::new("unshare");
    command.args([namespaces, "--kill-child", "--fork", "sh", "-c", &format!("{MAKE}\n{script}")]);
    command.env("SOCKEYE", PROGRAM);
    run::told(command)
}

/// The runs of a script, each with the code that it ended with.
pub(crate) fn runs(told: Told) -> Vec<Told> {
    let mut runs = Vec::new();
    let mut events = Vec::new();
    for event in told.events {
        if event["event"] == "exit" {
            let code = event["code"].as_i64().and_then(|code| i32::try_from(code).ok());
            runs.push(Told { code, events: std::mem::take(&mut events), diagnostics: String::new() });
        } else {
            events.push(event);
        }
    }
    assert!(!runs.is_empty(), "nothing ran: {}", told.diagnostics);
    runs
}
