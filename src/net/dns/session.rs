//! A DNS question as a session: planned, asked, reported, and compared with the system's answer.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::exchange::DnsClient;
use super::lookup::{self, DnsServers, QuestionResult};
use super::resolv_conf::{self, ResolverConfig};
use super::{hosts, second_opinion};
use crate::net::blocking::run_blocking;
use crate::net::hub::TaskContext;
use crate::net::journal::Journal;
use crate::net::order_queue::refuse_until_closed;
use crate::net::{fault, resolve};
use crate::sessions::kinds::dns_compare::{DirectLookup, ResolverComparison};
use crate::sessions::news::DialNews;
use crate::sessions::news::dns::{DnsNews, DnsPlan};
use crate::sessions::order::OrderRefuser;
use crate::sessions::panic_guard;
use crate::sessions::spec::dns::{DnsSpec, TransportChoice};
use crate::sessions::{CloseReason, News};
use crate::wire::dns::names;
use crate::wire::{FailedOperation, Failure};

/// How long to wait for the system's own answer after ours arrived.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks the question and reports to the session's journal. Ends with [`News::Closed`]; a close or reset ends it at any
/// point.
pub(crate) async fn run(spec: DnsSpec, context: TaskContext) {
    let TaskContext { journal, mut orders, net: _net } = context;
    let end = tokio::select! {
        biased;
        () = refuse_until_closed(&mut orders, &journal, OrderRefuser::Query) => Ok(()),
        end = run_query(&spec, &journal) => end,
    };
    journal.report_end(end.map(|()| CloseReason::Local)).await;
}

async fn run_query(spec: &DnsSpec, journal: &Arc<Journal>) -> Result<(), Failure> {
    let system =
        spec.is_comparable().then(|| tokio::spawn(panic_guard::guard_task(Box::pin(system(spec.name.clone())))));
    let name = spec.name.clone();
    let (conf, hosts) = run_blocking(move || (ResolverConfig::read_system(), hosts::look_up_hosts(&name))).await;
    let plan = plan(spec, &conf, hosts, journal).await?;
    journal.news(News::Dns(Box::new(DnsNews::Plan(plan.clone())))).await;
    let transport = if conf.tcp && spec.server.is_none() { TransportChoice::Tcp } else { spec.transport };
    let asker = DnsClient { asking: spec.asking, transport, timeout: plan.timeout, journal: Some(Arc::clone(journal)) };
    let servers = DnsServers { servers: plan.servers, tries: plan.tries };
    let found = lookup::in_turn(&asker, &plan.names, (&spec.kinds, spec.class), &servers).await;
    if let Some(system) = system {
        compare(spec, &found, system, journal).await;
    }
    check_results(&found, journal).await
}

/// The questions and the servers.
async fn plan(
    spec: &DnsSpec,
    conf: &ResolverConfig,
    hosts: Vec<IpAddr>,
    journal: &Arc<Journal>,
) -> Result<DnsPlan, Failure> {
    let (servers, source): (Vec<SocketAddr>, String) = match &spec.server {
        Some(server) => {
            let found = resolve::resolve(&server.host, server.port, spec.socket.family, journal).await?;
            (found.into_iter().take(1).collect(), "the command".to_owned())
        }
        None => {
            let of_family = conf.servers.iter().filter(|server| spec.socket.family.admits(server.ip()));
            (of_family.copied().collect(), resolv_conf::PATH.to_owned())
        }
    };
    let is_searched = spec.search.unwrap_or(spec.server.is_none());
    let search = if is_searched { conf.search.as_slice() } else { &[] };
    Ok(DnsPlan {
        names: names::search_names(&spec.name, search, conf.ndots),
        servers,
        source,
        ndots: conf.ndots,
        timeout: spec.timeout.unwrap_or(conf.timeout),
        tries: spec.tries.unwrap_or(conf.tries),
        hosts,
    })
}

/// The answer of the system's own resolver.
async fn system(name: String) -> Result<Vec<IpAddr>, String> {
    panic_guard::panic_point("system resolver");
    let found = tokio::net::lookup_host((name.as_str(), 0)).await;
    let found = found.map(|found| second_opinion::deduplicated(found.map(|address| address.ip())));
    found.map_err(|error| fault::from_io(FailedOperation::Resolve, name.as_str(), &error).message)
}

async fn compare(
    spec: &DnsSpec,
    found: &[QuestionResult],
    system: tokio::task::JoinHandle<Result<Result<Vec<IpAddr>, String>, Failure>>,
    journal: &Arc<Journal>,
) {
    let Ok(Ok(system)) = tokio::time::timeout(PATIENCE, system).await else { return };
    let system = match system {
        Ok(system) => system,
        Err(failure) => return journal.news(News::Warned(failure)).await,
    };
    let own = DirectLookup::Asked(found.iter().filter_map(second_opinion::family_of).collect());
    journal
        .news(News::Dial(DialNews::Compared(Box::new(ResolverComparison { host: spec.name.clone(), system, own }))))
        .await;
}

/// Succeeds if every question was answered or has a definite "no", and at least one has a record; other problems are
/// reported as news.
async fn check_results(found: &[QuestionResult], journal: &Arc<Journal>) -> Result<(), Failure> {
    let has_answer = found.iter().any(QuestionResult::has_answer);
    let trouble = found.iter().find(|found| found.is_real_failure());
    let failed = match trouble {
        Some(trouble) => trouble.failure(),
        None if has_answer => None,
        None => found.iter().find_map(QuestionResult::failure),
    };
    for failure in found.iter().filter_map(QuestionResult::failure) {
        if failed.as_ref() != Some(&failure) {
            journal.news(News::Warned(failure)).await;
        }
    }
    failed.map_or(Ok(()), Err)
}
