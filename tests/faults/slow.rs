//! A link that is slower than its sender: a token bucket (tbf) with a short queue.

use crate::run::{PROGRAM, Told};
use crate::skipped::skipped;
use crate::world::{self, world_or_skip};

const SLOW: &str = "
    head -c 2000000 /dev/zero > /run/data
    on router tc qdisc add dev near2 root tbf rate 40mbit burst 32kb latency 10ms 2>/run/why || { echo '{\"event\":\"exit\",\"code\":99}'; exit 0; }
    on host \"$SOCKEYE\" listen tcp 10.98.0.9:8000 --raw --for 20s </dev/null >/dev/null 2>&1 &
    until [ \"$(on host ss -ltn | grep -c ':8000')\" = 1 ]; do sleep 0.05; done
    run tcp 10.98.0.9:8000 --send-file /run/data --finish --kernel-every 20ms
";

#[test]
fn a_link_that_overflows_shows_as_losses_a_threshold_and_a_queue_and_every_byte_arrives() {
    world_or_skip!();
    let runs: Vec<Told> = world::runs(world::play(SLOW));
    let [told] = &runs[..] else { panic!("{PROGRAM}: {runs:#?}") };
    if told.code == Some(99) {
        skipped("no token bucket can be made here");
        return;
    }
    assert_eq!(told.code, Some(0), "{told:#?}");
    let closed = told.of("closed").next().expect("it ended");
    assert_eq!(closed["sent_bytes"], 2_000_000, "{closed}");
    let most = |name: &str| told.of("kernel").filter_map(|event| event[name].as_u64()).max().unwrap_or(0);
    assert!(most("total_retrans") > 0, "the queue overflowed: {told:#?}");
    assert!(most("snd_ssthresh") > 0, "congestion was met: {told:#?}");
    assert!(most("send_queue_bytes") > 0, "{told:#?}");
}
