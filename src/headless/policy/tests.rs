use std::time::{Duration, Instant};

use super::{PolicyAction, RunPolicy};
use crate::headless::job::OutputFormat;
use crate::headless::stdin::StdinState;
use crate::headless::watched::Watched;
use crate::sessions::StreamVerb;
use crate::sessions::news::{DialNews, ListenerNews, TcpNews, UdpNews};
use crate::sessions::spec::{HostPort, ListenSpec, TcpSpec, UdpSpec};
use crate::sessions::{CloseReason, News, Order, Reading, Record, SessionId, Spec, SpecKind, Verb};
use crate::wire::FailedOperation;
use crate::wire::icmp::IcmpMessage;
use crate::wire::{Both, Class, Direction, Failure};

const RAW: OutputFormat = OutputFormat::Raw;
const FIRST: SessionId = SessionId(1);
const CHILD: SessionId = SessionId(2);

fn target() -> HostPort {
    HostPort { host: "h".to_owned(), port: 1 }
}

fn tcp() -> Spec {
    Spec::new(SpecKind::Tcp(TcpSpec::new(target())))
}

fn listen(limit: Option<usize>) -> Spec {
    let local = "127.0.0.1:0".parse().unwrap();
    Spec::new(SpecKind::Listen(ListenSpec { limit, ..ListenSpec::at(local) }))
}

/// A policy, and the actions that it asks for.
struct Run {
    watched: Watched,
    policy: RunPolicy,
}

impl Run {
    /// A policy for this session, and the actions at its opening.
    fn of(spec: &Spec, manner: OutputFormat, stdin: StdinState) -> (Run, Vec<PolicyAction>) {
        let mut run = Run { watched: Watched::new(false), policy: RunPolicy::new(spec, manner, stdin) };
        let actions = run.policy.opened(run.watched.opened(FIRST, spec.clone()));
        (run, actions)
    }

    fn take(&mut self, id: SessionId, record: Record) -> Vec<PolicyAction> {
        let reading = Reading { records: vec![record], ..Reading::empty(id) };
        self.watched.add_accepted(&reading);
        self.watched.on_record(id, &reading.records[0]);
        let session = self.watched.get(id).unwrap();
        let actions = self.policy.on_record(&self.watched, session, &reading.records[0]);
        if reading.has_end() {
            self.watched.remove(id);
        }
        for action in &actions {
            if let PolicyAction::Tell(news) = action {
                self.watched.on_record(id, &Record::News { at: Instant::now(), news: news.clone() });
            }
        }
        actions
    }

    fn tell(&mut self, id: SessionId, news: News) -> Vec<PolicyAction> {
        self.take(id, Record::News { at: Instant::now(), news })
    }

    fn stdin_ended(&mut self) -> Vec<PolicyAction> {
        self.policy.stdin_ended(&self.watched)
    }

    fn stop(&mut self) -> Vec<Order> {
        self.policy.close_all(&self.watched)
    }

    fn done(&self) -> bool {
        self.watched.is_empty()
    }

    fn exit_code(&self) -> u8 {
        self.policy.exit_code()
    }
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
    let (mut run, acts) = Run::of(&tcp(), RAW, StdinState::Pipe);
    assert_eq!(acts, [PolicyAction::Speak(FIRST)]);
    assert_eq!(run.tell(FIRST, PEER_FINISHED), [], "what the pipe still has may be wanted");
    assert_eq!(run.stdin_ended(), [order(FIRST, Verb::Stream(StreamVerb::FinishSending))]);
    assert_eq!(run.stdin_ended(), []);
    run.tell(FIRST, closed());
    assert!(run.done() && run.exit_code() == 0);
}

#[test]
fn a_peer_that_finished_ends_what_a_person_or_a_script_says() {
    for stdin in [StdinState::Terminal, StdinState::Unread] {
        let (mut run, _) = Run::of(&tcp(), RAW, stdin);
        assert_eq!(run.tell(FIRST, PEER_FINISHED), [order(FIRST, Verb::Stream(StreamVerb::FinishSending))]);
    }
}

#[test]
fn a_raw_listener_serves_its_first_connection_and_closes() {
    let (mut run, acts) = Run::of(&listen(None), RAW, StdinState::Pipe);
    assert_eq!(acts, []);
    let acts = run.tell(CHILD, accepted());
    assert_eq!(acts, [order(FIRST, Verb::Close), PolicyAction::Speak(CHILD)]);
    assert_eq!(
        run.stdin_ended(),
        [order(CHILD, Verb::Stream(StreamVerb::FinishSending))],
        "even before the listener is closed"
    );
    assert_eq!(run.tell(SessionId(3), accepted()), [order(SessionId(3), Verb::Close)]);
    run.tell(FIRST, closed());
    let reset = Failure::new(Class::Reset, FailedOperation::Read, "", "reset");
    run.tell(CHILD, News::Failed(reset));
    run.tell(SessionId(3), closed());
    run.tell(CHILD, closed());
    assert!(run.done());
    assert_eq!(run.exit_code(), 7);
}

#[test]
fn a_listener_for_many_speaks_to_all_and_outlives_their_failures() {
    for (spec, manner) in [(listen(Some(2)), RAW), (listen(None), OutputFormat::Json)] {
        let (mut run, _) = Run::of(&spec, manner, StdinState::Pipe);
        assert_eq!(run.tell(CHILD, accepted()), [PolicyAction::Speak(FIRST)]);
        assert_eq!(run.tell(SessionId(3), accepted()), []);
        assert_eq!(run.tell(CHILD, PEER_FINISHED), [order(CHILD, Verb::Stream(StreamVerb::FinishSending))]);
        run.tell(CHILD, News::Failed(Failure::new(Class::Reset, FailedOperation::Read, "", "reset")));
        run.tell(CHILD, closed());
        assert_eq!((run.done(), run.exit_code()), (false, 0));
        assert_eq!(run.stdin_ended(), []);
        assert_eq!(run.stop().len(), 2);
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
    let spec = Spec::new(SpecKind::Udp(UdpSpec::new(target())));
    let (mut run, _) = Run::of(&spec, RAW, StdinState::Pipe);
    let acts = run.tell(FIRST, News::Udp(UdpNews::Icmp(icmp.clone())));
    assert!(
        matches!(&acts[..], [PolicyAction::Tell(News::Failed(failure)), PolicyAction::Order(_)] if failure.class == Class::Refused)
    );
    assert_eq!((run.exit_code(), run.watched.has_failed(FIRST)), (4, true));

    let (mut run, _) = Run::of(&spec, RAW, StdinState::Pipe);
    let block =
        crate::sessions::Block::single_piece(Direction::Received, Instant::now(), bytes::Bytes::from_static(b"x"));
    run.take(FIRST, Record::Block(block));
    assert_eq!(run.tell(FIRST, News::Udp(UdpNews::Icmp(icmp))), []);
    assert_eq!(run.exit_code(), 0);
}

#[test]
fn what_fails_while_stopping_is_no_failure() {
    let (mut run, _) = Run::of(&tcp(), RAW, StdinState::Unread);
    assert_eq!(run.stop(), [Order { id: FIRST, verb: Verb::Close }]);
    run.tell(FIRST, News::Failed(Failure::new(Class::Reset, FailedOperation::Read, "", "reset")));
    assert_eq!(run.exit_code(), 0);
}

#[test]
fn a_time_limit_asks_what_was_still_open() {
    let (mut run, _) = Run::of(&tcp(), RAW, StdinState::Unread);
    run.policy.time_is_up(&run.watched, false);
    run.stop();
    let session = run.watched.get(FIRST).unwrap();
    let failure = run.policy.cut_short(session, CloseReason::Local, &Both::default()).unwrap();
    assert_eq!((failure.class, run.exit_code()), (Class::CutShort, 13));
}

#[test]
fn a_time_limit_that_left_everything_unsent_says_so_without_a_number() {
    let (mut run, _) = Run::of(&Spec::new(SpecKind::Udp(UdpSpec::new(target()))), RAW, StdinState::Pipe);
    let address = "127.0.0.1:1".parse().unwrap();
    run.tell(
        FIRST,
        News::Dial(DialNews::Connected { local: address, peer: address, took: Duration::ZERO, attempt: 1 }),
    );
    run.policy.time_is_up(&run.watched, true);
    run.stop();
    let session = run.watched.get(FIRST).unwrap();
    let failure = run.policy.cut_short(session, CloseReason::Local, &Both::default()).unwrap();
    assert_eq!(failure.message, "nothing was sent when --for ended the run");
}

#[test]
fn what_fails_after_the_time_limit_counts_where_work_was_still_open() {
    let refused = || News::Failed(Failure::new(Class::Refused, FailedOperation::Connect, "", "refused"));
    let (mut run, _) = Run::of(&tcp(), RAW, StdinState::Unread);
    run.policy.time_is_up(&run.watched, false);
    run.stop();
    run.tell(FIRST, refused());
    assert_eq!(run.exit_code(), 4);
}
