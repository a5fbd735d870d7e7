use std::time::Instant;

use super::{PolicyAction, RunPolicy};
use crate::headless::OutputFormat;
use crate::headless::input::StdinState;
use crate::sessions::news::{ListenerNews, TcpNews, UdpNews};
use crate::sessions::order::StreamVerb;
use crate::sessions::spec::{HostPort, ListenSpec, TcpSpec, UdpSpec};
use crate::sessions::{CloseReason, News, Order, Record, SessionId, Spec, SpecKind, Verb};
use crate::wire::icmp::IcmpMessage;
use crate::wire::{Both, Class, Direction, FailedOperation, Failure};

const RAW: OutputFormat = OutputFormat::Raw;
const FIRST: SessionId = SessionId(1);
const CHILD: SessionId = SessionId(2);

fn target() -> HostPort {
    HostPort { host: "h".to_owned(), port: 1 }
}

fn tcp() -> Spec {
    Spec::new(SpecKind::Tcp(TcpSpec::to(target())))
}

fn listen(limit: Option<usize>) -> Spec {
    let local = "127.0.0.1:0".parse().unwrap();
    Spec::new(SpecKind::Listen(ListenSpec { limit, ..ListenSpec::at(local) }))
}

fn begin(spec: &Spec, manner: OutputFormat, stdin: StdinState) -> (RunPolicy, Vec<PolicyAction>) {
    let mut talk = RunPolicy::new(spec, manner, stdin);
    let acts = talk.opened(FIRST, spec);
    (talk, acts)
}

fn tell(talk: &mut RunPolicy, id: SessionId, news: News) -> Vec<PolicyAction> {
    talk.learn(id, &Record::News { at: Instant::now(), news })
}

fn order(id: SessionId, verb: Verb) -> PolicyAction {
    PolicyAction::Order(Order { id, verb })
}

fn accepted() -> News {
    let address = "127.0.0.1:1".parse().unwrap();
    News::Listener(ListenerNews::Accepted { listener: FIRST, local: address, peer: address })
}

const PEER_FINISHED: News = News::Tcp(TcpNews::PeerFinished { received_bytes: 0 });

fn closed() -> News {
    News::Closed { totals: Both::default(), how: CloseReason::Fin }
}

#[test]
fn the_end_of_standard_input_finishes_sending_once_and_the_end_of_the_session_ends_the_run() {
    let (mut talk, acts) = begin(&tcp(), RAW, StdinState::Pipe);
    assert_eq!(acts, [PolicyAction::Speak { id: FIRST, datagrams: false }]);
    assert_eq!(tell(&mut talk, FIRST, PEER_FINISHED), [], "what the pipe still has may be wanted");
    assert_eq!(talk.stdin_ended(), [order(FIRST, Verb::Stream(StreamVerb::FinishSending))]);
    assert_eq!(talk.stdin_ended(), []);
    tell(&mut talk, FIRST, closed());
    assert!(talk.done() && talk.exit_code() == 0);
}

#[test]
fn a_peer_that_finished_ends_what_a_person_or_a_script_says() {
    for stdin in [StdinState::Terminal, StdinState::Unread] {
        let (mut talk, _) = begin(&tcp(), RAW, stdin);
        assert_eq!(tell(&mut talk, FIRST, PEER_FINISHED), [order(FIRST, Verb::Stream(StreamVerb::FinishSending))]);
    }
}

#[test]
fn a_raw_listener_serves_its_first_connection_and_closes() {
    let (mut talk, acts) = begin(&listen(None), RAW, StdinState::Pipe);
    assert_eq!(acts, []);
    let acts = tell(&mut talk, CHILD, accepted());
    assert_eq!(acts, [order(FIRST, Verb::Close), PolicyAction::Speak { id: CHILD, datagrams: false }]);
    assert_eq!(
        talk.stdin_ended(),
        [order(CHILD, Verb::Stream(StreamVerb::FinishSending))],
        "even before the listener is closed"
    );
    assert_eq!(tell(&mut talk, SessionId(3), accepted()), [order(SessionId(3), Verb::Close)]);
    tell(&mut talk, FIRST, closed());
    let reset = Failure::new(Class::Reset, FailedOperation::Read, "", "reset");
    tell(&mut talk, CHILD, News::Failed(reset));
    tell(&mut talk, SessionId(3), closed());
    tell(&mut talk, CHILD, closed());
    assert!(talk.done());
    assert_eq!(talk.exit_code(), 7);
}

#[test]
fn a_listener_for_many_speaks_to_all_and_outlives_their_failures() {
    for (spec, manner) in [(listen(Some(2)), RAW), (listen(None), OutputFormat::Json)] {
        let (mut talk, _) = begin(&spec, manner, StdinState::Pipe);
        assert_eq!(tell(&mut talk, CHILD, accepted()), [PolicyAction::Speak { id: FIRST, datagrams: false }]);
        assert_eq!(tell(&mut talk, SessionId(3), accepted()), []);
        assert_eq!(tell(&mut talk, CHILD, PEER_FINISHED), [order(CHILD, Verb::Stream(StreamVerb::FinishSending))]);
        tell(&mut talk, CHILD, News::Failed(Failure::new(Class::Reset, FailedOperation::Read, "", "reset")));
        tell(&mut talk, CHILD, closed());
        assert_eq!((talk.done(), talk.exit_code()), (false, 0));
        assert_eq!(talk.stdin_ended(), []);
        assert_eq!(talk.stop().len(), 2);
    }
}

#[test]
fn port_unreachable_is_a_refusal_where_nothing_was_heard() {
    let icmp = IcmpMessage {
        kind: 3,
        code: 3,
        v6: false,
        offender: None,
        destination: None,
        os_code: 111,
        ..IcmpMessage::default()
    };
    let spec = Spec::new(SpecKind::Udp(UdpSpec::with(target())));
    let (mut talk, _) = begin(&spec, RAW, StdinState::Pipe);
    let acts = tell(&mut talk, FIRST, News::Udp(UdpNews::Icmp(icmp.clone())));
    assert!(
        matches!(&acts[..], [PolicyAction::Tell(News::Failed(failure)), PolicyAction::Order(_)] if failure.class == Class::Refused)
    );
    assert_eq!((talk.exit_code(), talk.was_failed_here(FIRST)), (4, true));

    let (mut talk, _) = begin(&spec, RAW, StdinState::Pipe);
    let block = crate::sessions::Block::single(Direction::Received, Instant::now(), bytes::Bytes::from_static(b"x"));
    talk.learn(FIRST, &Record::Block(block));
    assert_eq!(tell(&mut talk, FIRST, News::Udp(UdpNews::Icmp(icmp))), []);
    assert_eq!(talk.exit_code(), 0);
}

#[test]
fn what_fails_while_stopping_is_no_failure() {
    let (mut talk, _) = begin(&tcp(), RAW, StdinState::Unread);
    assert_eq!(talk.stop(), [Order { id: FIRST, verb: Verb::Close }]);
    tell(&mut talk, FIRST, News::Failed(Failure::new(Class::Reset, FailedOperation::Read, "", "reset")));
    assert_eq!(talk.exit_code(), 0);
}
