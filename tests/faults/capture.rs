//! Captured segments where the network loses some; and what is said where nothing may be captured.

use serde_json::Value;

use crate::run::{self, PROGRAM, Told};
use crate::skipped::skipped;
use crate::world::{self, world_or_skip};

/// The router drops the third large packet of each connection's data.
const LOSES: &str = "
    head -c 300000 /dev/zero > /run/data
    on host \"$SOCKEYE\" listen tcp 10.98.0.9:8000 --raw --for 20s </dev/null >/dev/null 2>&1 &
    on host \"$SOCKEYE\" listen tcp 10.98.0.9:8001 --raw --for 20s --send-file /run/data </dev/null >/dev/null 2>&1 &
    until [ \"$(on host ss -ltn | grep -c ':800[01]')\" = 2 ]; do sleep 0.05; done
    on router nft 'table ip t { chain c { type filter hook forward priority 0; tcp dport 8000 meta length > 500 numgen inc mod 1000 2 drop; tcp sport 8001 meta length > 500 numgen inc mod 1000 2 drop; }; }'
    run tcp 10.98.0.9:8000 --capture --send-file /run/data --finish
    run tcp 10.98.0.9:8001 --capture
";

fn noted<'a>(told: &'a Told, direction: &'a str, note: &'a str) -> impl Iterator<Item = &'a Value> {
    let has = move |segment: &&Value| {
        segment["direction"] == direction && segment["note"].as_str().is_some_and(|text| text.contains(note))
    };
    told.of("segment").filter(has)
}

fn number(segment: &Value, name: &str) -> i64 {
    segment[name].as_i64().unwrap_or_else(|| panic!("no {name}: {segment}"))
}

#[test]
fn a_segment_that_the_network_loses_is_missed_asked_for_and_sent_again() {
    world_or_skip!();
    let runs = world::runs(world::play(LOSES));
    let [sender, receiver] = &runs[..] else { panic!("{runs:#?}") };
    assert_eq!((sender.code, receiver.code), (Some(0), Some(0)), "{runs:#?}");

    let again = noted(sender, "sent", "Retransmission").next().expect("it was sent again");
    let first = sender.of("segment").find(|segment| segment["relative_seq"] == again["relative_seq"]);
    let first = first.expect("it was sent before");
    assert!(first["note"].as_str().is_none_or(|note| !note.contains("Retransmission")), "{first}");
    assert!(
        sender
            .of("segment")
            .any(|segment| { segment["direction"] == "received" && !segment["options"]["sack"].is_null() })
    );

    let gap = noted(receiver, "received", "Previous segment not captured").next().expect("a gap");
    let asked = noted(receiver, "sent", "Dup ACK").next().expect("it was asked for");
    // Sent again within the same millisecond, it cannot be told from late: only the sender's end knows.
    let came = ["Retransmission", "Out-Of-Order"].into_iter().flat_map(|note| noted(receiver, "received", note));
    let hole = number(asked, "relative_ack");
    let mut came = came.filter(|segment| number(segment, "relative_seq") == hole);
    let filled = came.next().expect("what was asked for came again");
    assert!(number(filled, "relative_seq") < number(gap, "relative_seq"), "{filled} fills {gap}");

    for told in [sender, receiver] {
        let count = |flag: &str| {
            let flags =
                |segment: &Value| segment["flags"].as_array().is_some_and(|all| all.iter().any(|one| one == flag));
            told.of("segment").filter(|segment| flags(segment)).count()
        };
        assert_eq!((count("SYN"), count("FIN"), count("RST")), (2, 2, 0), "{told:#?}");
        assert_eq!(told.of("not_captured").count(), 0);
    }
}

#[test]
fn without_the_privilege_it_says_what_is_needed_and_goes_on() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let peer = std::thread::spawn(move || drop(listener.accept()));
    let mut command = std::process::Command::new("setpriv");
    command.args(["--bounding-set=-all", "--inh-caps=-all", PROGRAM, "tcp"]);
    command.args([&format!("127.0.0.1:{port}"), "--capture", "--finish", "--json"]);
    if std::process::Command::new("setpriv").arg("--version").output().is_err() {
        skipped("setpriv is not installed");
        return;
    }
    let told = run::told(command);
    peer.join().expect("it accepted");
    let warned: Vec<&Value> = told.of("warned").filter(|event| event["operation"] == "capture").collect();
    let [warned] = warned[..] else { panic!("{told:#?}") };
    assert_eq!(warned["errno"].as_i64(), Some(libc::EPERM.into()));
    assert!(warned["message"].as_str().is_some_and(|text| text.contains("setcap cap_net_raw+ep")), "{warned}");
    assert_eq!((told.of("connected").count(), told.of("segment").count()), (1, 0));
    assert_eq!(told.code, Some(11), "what was asked for was not all done");
}
