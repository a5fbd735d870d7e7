//! Facts of every family.

use std::sync::Arc;

use bytes::Bytes;
use sockeye::sessions::kinds::dns_compare::{DirectLookup, FamilyAnswer, ResolverComparison};
use sockeye::sessions::news::call::{CallResult, SocketCall};
use sockeye::sessions::news::dns::{DnsAnswer, DnsFailed, DnsNews, DnsPlan, DnsQuery, DnsTransport};
use sockeye::sessions::news::tls::{ChainCertificate, ChainTrust, TlsHandshake};
use sockeye::sessions::news::{DialNews, HttpNews, HttpPhase, ListenerNews, OptionNews, TcpNews, TlsNews, UdpNews};
use sockeye::sessions::spec::IpFamily;
use sockeye::sessions::{CloseReason, News, SessionId};
use sockeye::wire::dns::{DnsMessage, DnsQuestion, RecordType};
use sockeye::wire::http::head::{InterimHead, RequestHead, ResponseHead};
use sockeye::wire::icmp::{IcmpMessage, QuotedDatagram};
use sockeye::wire::option::SocketOption;
use sockeye::wire::route::Route;
use sockeye::wire::tcp::STATES;
use sockeye::wire::tcp::cause::StateCause;
use sockeye::wire::tcp::state::TcpState;
use sockeye::wire::tcp::syn::SynView;
use sockeye::wire::tls::certificate::CertificateView;
use sockeye::wire::tls::record::HandshakeReader;
use sockeye::wire::udp::{MtuOutcome, MtuRefusal, MtuRefuser, MtuReport, MtuStep};
use sockeye::wire::{Both, Class, Direction, Evidence, FailedOperation, Failure, FailureReason, Totals};

use crate::input::Input;
use crate::records::kernel_view;

const CAUSES: [StateCause; 17] = [
    StateCause::Connect,
    StateCause::Listen,
    StateCause::SynArrived,
    StateCause::SynAckArrived,
    StateCause::Accepted,
    StateCause::WeShutDown,
    StateCause::WeClosed,
    StateCause::WeReset,
    StateCause::ClosedUnread,
    StateCause::FinArrived,
    StateCause::AckOfFin,
    StateCause::RstArrived,
    StateCause::TimedOut,
    StateCause::GivenUp,
    StateCause::TimeWaitOver,
    StateCause::IcmpArrived,
    StateCause::CallFailed,
];

const OPERATIONS: &[&str] = &[
    "accept",
    "ask",
    "connect",
    "read",
    "write",
    "request",
    "resolve",
    "send",
    "receive",
    "run",
    "repeat",
    "set option",
];

/// A state of TCP.
pub(crate) fn state(input: &mut Input<'_>) -> TcpState {
    input.one_of(&STATES)
}

fn failure(input: &mut Input<'_>) -> Failure {
    let operation = input.one_of(OPERATIONS);
    let operation = FailedOperation::parse(operation).unwrap_or(FailedOperation::Read);
    let peer = if input.flag() { input.address().to_string() } else { input.text() };
    let mut failure = Failure::new(input.one_of(&Class::ALL), operation, peer, input.text());
    failure.os_code = input.one_of(&[None, Some(111), Some(104), Some(110), Some(32), Some(-1), Some(i32::MIN)]);
    failure.evidence = input.one_of(&[Evidence::Seen, Evidence::Kernel, Evidence::Inferred]);
    failure.with_reason(FailureReason::parse(&input.text()))
}

fn headers(input: &mut Input<'_>) -> Vec<(String, Vec<u8>)> {
    let names = ["content-type", "set-cookie", "authorization", "location", ""];
    (0..input.below(5))
        .map(|_| {
            let name = input.one_of(&names);
            let name = if name.is_empty() { input.text() } else { name.to_owned() };
            let value = if input.flag() { b"application/json".to_vec() } else { input.bytes().to_vec() };
            (name, value)
        })
        .collect()
}

fn dns_message(input: &mut Input<'_>) -> (Bytes, Arc<DnsMessage>) {
    let bytes = Bytes::copy_from_slice(input.bytes());
    let message = DnsMessage::read(&bytes);
    (bytes, Arc::new(message))
}

fn transport(input: &mut Input<'_>) -> DnsTransport {
    input.one_of(&[DnsTransport::Udp, DnsTransport::Tcp])
}

fn mtu_refuser(input: &mut Input<'_>) -> MtuRefuser {
    match input.below(3) {
        0 => MtuRefuser::Here { mtu: input.maybe(Input::number32) },
        1 => {
            MtuRefuser::Router { address: input.maybe(|input| input.address().ip()), mtu: input.maybe(Input::number32) }
        }
        _ => MtuRefuser::Silence,
    }
}

fn path_mtu(input: &mut Input<'_>) -> MtuReport {
    MtuReport {
        peer: input.address(),
        passed: input.maybe(Input::number32),
        answers: input.flag(),
        refused: input.maybe(|input| MtuRefusal { bytes: input.number32(), by: mtu_refuser(input) }),
        settled: input.flag(),
        datagrams: input.number32(),
        took: input.time(),
        kernel_before: input.maybe(Input::number32),
        kernel_after: input.maybe(Input::number32),
        failure: input.maybe(failure),
    }
}

fn dns(input: &mut Input<'_>) -> DnsNews {
    match input.below(4) {
        0 => DnsNews::Plan(DnsPlan {
            names: (0..input.below(3)).map(|_| input.text()).collect(),
            servers: (0..input.below(3)).map(|_| input.address()).collect(),
            source: input.text(),
            ndots: input.below(20),
            timeout: input.time(),
            tries: input.number32(),
            hosts: (0..input.below(3)).map(|_| input.address().ip()).collect(),
        }),
        1 => {
            let (bytes, message) = dns_message(input);
            let made = DnsQuestion { name: input.text(), kind: RecordType(input.byte().into()), class: 1 };
            let question = message.questions.first().cloned().unwrap_or(made);
            DnsNews::Query(DnsQuery {
                question,
                server: input.address(),
                wire: transport(input),
                attempt: input.number32(),
                id: u16::from(input.byte()),
                bytes,
            })
        }
        2 => {
            let (bytes, message) = dns_message(input);
            let (server, wire) = (input.address(), transport(input));
            DnsNews::Answer(DnsAnswer { server, wire, took: input.time(), bytes, message })
        }
        _ => DnsNews::Failed(dns_failed(input)),
    }
}

fn dns_failed(input: &mut Input<'_>) -> DnsFailed {
    DnsFailed {
        server: input.address(),
        wire: transport(input),
        id: u16::from(input.byte()),
        failure: failure(input),
        took: input.time(),
    }
}

fn comparison(input: &mut Input<'_>) -> ResolverComparison {
    let addresses = |input: &mut Input<'_>| (0..input.below(4)).map(|_| input.address().ip()).collect::<Vec<_>>();
    let own = match input.below(3) {
        0 => DirectLookup::Hosts { path: input.text(), addresses: addresses(input) },
        1 => DirectLookup::NotAsked { why: input.text() },
        _ => DirectLookup::Asked(
            (0..input.below(3))
                .map(|_| FamilyAnswer {
                    kind: RecordType(u16::from(input.byte())),
                    name: input.text(),
                    server: input.maybe(Input::address),
                    addresses: addresses(input),
                    ttl: input.maybe(Input::number32),
                    said: input.text(),
                    is_answer: input.flag(),
                    took: input.time(),
                })
                .collect(),
        ),
    };
    let system = if input.flag() { Ok(addresses(input)) } else { Err(input.text()) };
    ResolverComparison { host: input.text(), system, own }
}

fn dial(input: &mut Input<'_>) -> DialNews {
    match input.below(8) {
        0 => DialNews::Resolving { host: input.text() },
        1 => DialNews::Resolved {
            host: input.text(),
            addresses: (0..input.below(4)).map(|_| input.address().ip()).collect(),
            took: input.time(),
        },
        2 => DialNews::Connecting { peer: input.address(), attempt: input.number32(), begun: input.flag() },
        3 => DialNews::AttemptFailed { failure: failure(input), took: input.time() },
        4 => DialNews::Connected {
            local: input.address(),
            peer: input.address(),
            took: input.time(),
            attempt: input.number32(),
        },
        5 => DialNews::Retrying {
            attempt: input.number32(),
            of: input.number32(),
            after: input.time(),
            because: failure(input),
        },
        6 => DialNews::Compared(Box::new(comparison(input))),
        _ => DialNews::Route(Box::new(Route {
            peer: input.address().ip(),
            source: input.address().ip(),
            interface: input.maybe(Input::text),
            gateway: input.maybe(|input| input.address().ip()),
        })),
    }
}

fn tcp(input: &mut Input<'_>) -> TcpNews {
    match input.below(7) {
        0 => TcpNews::WeFinished,
        1 => TcpNews::PeerFinished { received_bytes: input.number() },
        2 => TcpNews::State {
            from: state(input),
            to: state(input),
            cause: input.one_of(&CAUSES),
            evidence: input.one_of(&[Evidence::Seen, Evidence::Kernel, Evidence::Inferred]),
            remaining: input.maybe(Input::time),
        },
        3 => TcpNews::Call {
            name: input.one_of(SocketCall::ALL),
            args: input.text(),
            result: if input.flag() {
                CallResult::Returned(input.number().cast_signed())
            } else {
                CallResult::Failed { errno: 104, name: "ECONNRESET".into() }
            },
            took: input.time(),
        },
        4 => TcpNews::Stamps {
            byte: input.number(),
            scheduled: input.maybe(Input::time),
            sent: input.maybe(Input::time),
            again: input.maybe(Input::time).into_iter().collect(),
            acked: input.maybe(Input::time),
        },
        5 => match SynView::parse(input.bytes()) {
            Some(syn) => TcpNews::PeerSyn(syn),
            None => TcpNews::WeFinished,
        },
        _ => TcpNews::Kernel(Box::new(kernel_view(input))),
    }
}

fn udp(input: &mut Input<'_>) -> UdpNews {
    match input.below(6) {
        0 => UdpNews::Joined { group: input.address().ip() },
        1 => UdpNews::Left { group: input.address().ip() },
        2 => UdpNews::Icmp(IcmpMessage {
            kind: input.byte(),
            code: input.byte(),
            v6: input.flag(),
            offender: input.maybe(|input| input.address().ip()),
            destination: input.maybe(Input::address),
            os_code: input.number32().cast_signed(),
            mtu: input.maybe(Input::number32),
            about: input.maybe(|input| QuotedDatagram {
                ordinal: input.number(),
                bytes: input.number32(),
                alike: input.number32(),
                after: input.time(),
            }),
        }),
        3 => UdpNews::MtuStep(MtuStep {
            bytes: input.number32(),
            outcome: match input.below(3) {
                0 => MtuOutcome::Answered,
                1 => MtuOutcome::Quiet,
                _ => MtuOutcome::TooBig(mtu_refuser(input)),
            },
            took: input.time(),
        }),
        4 => UdpNews::PathMtu(Box::new(path_mtu(input))),
        _ => UdpNews::BurstEnded { datagrams: input.number(), took: input.time() },
    }
}

fn http(input: &mut Input<'_>) -> HttpNews {
    match input.below(5) {
        0 => HttpNews::Request(RequestHead {
            method: input.text(),
            url: input.text(),
            headers: headers(input),
            body_bytes: input.maybe(Input::number),
        }),
        1 => HttpNews::Interim(InterimHead {
            status: 100 + u16::from(input.byte() % 100),
            reason: input.text(),
            headers: headers(input),
            after: input.time(),
        }),
        2 => HttpNews::Response(ResponseHead {
            version: "HTTP/1.1".into(),
            status: 200 + u16::from(input.byte()),
            reason: input.text(),
            headers: headers(input),
            after: input.time(),
            peer: input.maybe(Input::address),
        }),
        3 => HttpNews::Trailers(headers(input)),
        4 => HttpNews::Phase {
            phase: HttpPhase::Wait,
            began: std::time::Instant::now(),
            start: input.time(),
            took: input.time(),
        },
        _ => HttpNews::Redirect { status: 302, location: input.text() },
    }
}

fn tls(input: &mut Input<'_>) -> TlsNews {
    let der = input.bytes().to_vec();
    let mut read = HandshakeReader::default();
    read.read(input.one_of(&[Direction::Sent, Direction::Received]), &der, input.time());
    let certificate = ChainCertificate {
        bytes: der.len(),
        view: CertificateView::read(&der),
        der: Bytes::from(der),
        sha256: [input.byte(); 32],
    };
    let failed = ChainTrust::Failed {
        reason: FailureReason::CertificateExpired,
        message: input.text(),
        goes_on: input.flag(),
    };
    TlsNews::Handshake(Arc::new(TlsHandshake {
        sni: input.maybe(Input::text),
        version: read.version(),
        cipher: read.cipher(),
        group: read.group(),
        signature: None,
        offered_alpn: vec![input.text()],
        alpn: input.maybe(Input::text),
        kind: None,
        chain: vec![certificate],
        chain_left_out: usize::from(input.byte()),
        trust: input.one_of(&[None, Some(ChainTrust::Verified), Some(ChainTrust::NotChecked), Some(failed)]),
        ocsp_bytes: None,
        checked_at: Default::default(),
        took: input.time(),
        wire_bytes: read.wire_bytes(),
        records: read.record_counts(),
        messages: read.messages().to_vec(),
        messages_left_out: read.left_out(),
        error: input.maybe(Input::text),
    }))
}

fn option(input: &mut Input<'_>) -> OptionNews {
    let all: Vec<SocketOption> = SocketOption::all().collect();
    let option = input.one_of(&all);
    let value = |input: &mut Input<'_>| option.parse_value(&input.text());
    match (input.flag(), value(input), value(input)) {
        (true, Ok(asked), Ok(now)) => OptionNews::Set { option, asked, now },
        (_, value, _) => OptionNews::Reported(vec![(option, value)]),
    }
}

/// A fact of any family, for the session with this number.
pub fn news(input: &mut Input<'_>, id: SessionId) -> News {
    match input.below(17) {
        0..=2 => News::Dial(dial(input)),
        3 | 4 => News::Tcp(tcp(input)),
        5 | 6 => News::Udp(udp(input)),
        7 | 8 => News::Http(http(input)),
        9 => News::Dns(Box::new(dns(input))),
        10 => News::Option(option(input)),
        11 => match input.below(5) {
            0 => News::Listener(ListenerNews::Listening { local: input.address(), family: input.one_of(&[IpFamily::Any, IpFamily::V4, IpFamily::V6]) }),
            1 => News::Listener(ListenerNews::Accepted { listener: id, local: input.address(), peer: input.address() }),
            2 => News::Listener(ListenerNews::TurnedAway { peer: input.address(), why: input.text() }),
            3 => News::Listener(ListenerNews::ChildEnded { child: id }),
            _ => News::Listener(ListenerNews::AcceptFailed(failure(input))),
        },
        12 => News::Warned(failure(input)),
        13 => News::FileSent { path: input.text().into(), bytes: input.number() },
        14 => match input.below(3) {
            0 => News::ReadingPaused,
            1 => News::ReadingContinued,
            _ => News::Failed(failure(input)),
        },
        15 => News::Tls(tls(input)),
        _ => News::Closed {
            totals: Both { sent: Totals::default(), received: Totals::default() },
            how: input.one_of(&[CloseReason::Fin, CloseReason::Rst, CloseReason::Local, CloseReason::Error]),
        },
    }
}
