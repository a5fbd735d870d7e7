use tokio::net::UdpSocket;

use super::{SecondOpinion, query_all, *};
use crate::net::dns::resolv_conf::ResolverConfig;
use crate::net::journal::{self, Bell, Journal, OverflowPolicy};
use crate::sessions::kinds::dns_compare::{DirectLookup, ResolverComparison};
use crate::sessions::news::DialNews;
use crate::sessions::spec::IpFamily;
use crate::sessions::{News, Record, SessionId};
use crate::wire::dns;
use crate::wire::dns::record_type::RecordType;

/// A name server for one name: an address for A, no record for AAAA, and NXDOMAIN for any other name.
async fn server(name: &'static str) -> (ResolverConfig, tokio::task::JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let mut buffer = [0; 2048];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            let query = &buffer[..length];
            let read = dns::message::DnsMessage::read(query);
            let (is_known, is_a) = (read.questions[0].name == name, read.questions[0].kind == RecordType::A);
            let end = 12 + read.questions[0].name.len() + 1 + 4;
            let (code, count) = if is_known { (0x80, u8::from(is_a)) } else { (0x83, 0) };
            let head = [query[0], query[1], 0x81, code, 0, 1, 0, count, 0, 0, 0, 0];
            let mut bytes = [&head[..], &query[12..end]].concat();
            if count > 0 {
                bytes.extend(b"\xc0\x0c\0\x01\0\x01\0\0\0\x1e\0\x04\xc0\0\x02\x01");
            }
            socket.send_to(&bytes, from).await.unwrap();
        }
    });
    let mut conf = ResolverConfig::parse(b"search corp.example other.example\n");
    conf.servers = vec![address];
    (conf, task)
}

#[tokio::test]
async fn a_short_name_is_found_in_the_domains_that_are_searched() {
    let (conf, task) = server("web.corp.example.").await;
    let families = query_all("web", IpFamily::Any, &conf).await;
    task.abort();
    let told: Vec<_> = families.iter().map(|family| (family.name.as_str(), family.said.as_str(), family.ttl)).collect();
    assert_eq!(told, [("web.corp.example.", "NOERROR", Some(30)), ("web.corp.example.", "NODATA", None)]);
    assert_eq!(families[0].addresses, [IpAddr::from([192, 0, 2, 1])]);
}

#[tokio::test]
async fn a_name_that_no_domain_has_is_a_plain_no() {
    let (conf, task) = server("other.").await;
    let families = query_all("web", IpFamily::V4, &conf).await;
    task.abort();
    assert_eq!((families.len(), families[0].said.as_str(), families[0].is_answer), (1, "NXDOMAIN", true));
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_no_answer_and_holds_up_nobody() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut conf = ResolverConfig::parse(b"");
    conf.servers = vec![socket.local_addr().unwrap()];
    drop(socket);
    let families = query_all("web.example", IpFamily::V4, &conf).await;
    assert!(!families[0].is_answer && families[0].said.contains("nobody answers"), "{}", families[0].said);
}

fn journal(overflow: OverflowPolicy) -> (Arc<Journal>, Arc<Bell>) {
    let bell = Arc::new(Bell::default());
    let journal = journal::Journal::new(
        SessionId(1),
        crate::sessions::Retention::from_bytes(1024),
        false,
        overflow,
        Arc::clone(&bell),
    );
    journal.set_second_opinion(true);
    (journal, bell)
}

#[tokio::test]
async fn a_second_opinion_comes_once_the_first_is_there() {
    let (journal, bell) = journal(OverflowPolicy::DropOldest);
    let beside = SecondOpinion::start("x.onion", IpFamily::Any, &journal);
    beside.on_system_answer(vec![[192, 0, 2, 1].into()]);
    tokio::time::timeout(Duration::from_secs(60), bell.changed()).await.unwrap();
    let records = bell.sample(usize::MAX).remove(0).records;
    let Record::News { news: News::Dial(DialNews::Compared(compared)), .. } = &records[0] else {
        panic!("{records:?}")
    };
    assert!(matches!(compared.own, DirectLookup::NotAsked { .. }) && !compared.differs());
}

#[tokio::test]
async fn a_failure_of_the_system_waits_for_what_name_servers_say() {
    let (journal, bell) = journal(OverflowPolicy::DropOldest);
    let beside = SecondOpinion::start("x.onion", IpFamily::Any, &journal);
    beside.on_system_failure("there is no such name".into()).await;
    let records = bell.sample(usize::MAX).remove(0).records;
    let Record::News { news: News::Dial(DialNews::Compared(compared)), .. } = &records[0] else {
        panic!("{records:?}")
    };
    assert_eq!(compared.system, Err("there is no such name".to_owned()));
}

#[tokio::test]
async fn in_a_pipe_and_after_the_end_nobody_is_told() {
    let (pipe, _) = journal(OverflowPolicy::Wait);
    assert!(SecondOpinion::start("example.org", IpFamily::Any, &pipe).system.is_none());
    let (journal, bell) = journal(OverflowPolicy::DropOldest);
    journal.report_closed(crate::sessions::CloseReason::Local).await;
    let own = DirectLookup::NotAsked { why: "late".into() };
    journal.news_if_open(News::Dial(DialNews::Compared(Box::new(ResolverComparison {
        host: "x".into(),
        system: Ok(Vec::new()),
        own,
    }))));
    assert_eq!(bell.sample(usize::MAX).remove(0).records.len(), 1);
}
