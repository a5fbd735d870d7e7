//! A second opinion: while the system's resolver looks up a name for a connection, we also query name servers, and
//! report both answers. The connection uses the system's answer, as other programs do, and does not wait for ours.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::exchange::DnsClient;
use super::hosts;
use super::lookup::{self, DnsServers, QuestionResult};
use super::resolv_conf::ResolverConfig;
use crate::net::blocking::run_blocking;
use crate::net::journal::Journal;
use crate::sessions::News;
use crate::sessions::kinds::dns_compare::{DirectLookup, FamilyAnswer, ResolverComparison};
use crate::sessions::news::{DialNews, MOST_ADDRESSES};
use crate::sessions::panic_guard;
use crate::sessions::spec::IpFamily;
use crate::sessions::spec::dns::{QueryOptions, TransportChoice};
use crate::wire::dns::record_type::RecordType;
use crate::wire::dns::{self, names};

/// How long it may take; what is not known by then is not reported.
const MOST_TIME: Duration = Duration::from_secs(6);

/// How long a session that ends because the system's resolver failed waits for what name servers say.
const PATIENCE: Duration = Duration::from_secs(1);

/// A second opinion in progress; it waits for the system's answer. Dropping this cancels it.
#[derive(Debug)]
pub(crate) struct SecondOpinion {
    system: Option<oneshot::Sender<Result<Vec<IpAddr>, String>>>,
    /// Ends when both answers are reported, or given up.
    reported: Option<oneshot::Receiver<()>>,
}

impl SecondOpinion {
    /// Starts our own look-up of a name, unless the session does not want one, or nobody observes the session.
    pub(crate) fn start(host: &str, family: IpFamily, journal: &Arc<Journal>) -> Self {
        if !journal.wants_second_opinion() {
            return SecondOpinion { system: None, reported: None };
        }
        let (system, said) = oneshot::channel();
        let (end, reported) = oneshot::channel::<()>();
        let (host, journal) = (host.to_owned(), Arc::clone(journal));
        let compared = Arc::clone(&journal);
        let asking = panic_guard::guard_task(Box::pin(async move {
            panic_guard::panic_point("second opinion");
            let of_own = host.clone();
            let own = async { Ok(look_up_directly(&of_own, family).await) };
            let both = async { tokio::try_join!(own, said) };
            if let Ok(Ok((own, system))) = tokio::time::timeout(MOST_TIME, both).await {
                compared.news_if_open(News::Dial(DialNews::Compared(Box::new(ResolverComparison {
                    host,
                    system,
                    own,
                }))));
            }
        }));
        tokio::spawn(async move {
            if let Err(failure) = asking.await {
                journal.news_if_open(News::Warned(failure));
            }
            drop(end);
        });
        SecondOpinion { system: Some(system), reported: Some(reported) }
    }

    /// Takes the system's answer.
    pub(crate) fn on_system_answer(self, addresses: Vec<IpAddr>) {
        if let Some(system) = self.system {
            // An error means that the lookup was given up.
            system.send(Ok(deduplicated(addresses.into_iter()))).unwrap_or_default();
        }
    }

    /// Takes the system's failure, and waits at most a second until what name servers say is reported: the session ends
    /// then, and reports nothing more.
    pub(crate) async fn on_system_failure(self, why: String) {
        let (Some(system), Some(reported)) = (self.system, self.reported) else { return };
        system.send(Err(why)).unwrap_or_default();
        // What is not known by then is not reported; the end of the sender is the report.
        drop(tokio::time::timeout(PATIENCE, reported).await);
    }
}

/// Addresses without duplicates, in order, as many as are compared.
pub(super) fn deduplicated(addresses: impl Iterator<Item = IpAddr>) -> Vec<IpAddr> {
    let mut once = Vec::new();
    for address in addresses {
        if once.len() < MOST_ADDRESSES && !once.contains(&address) {
            once.push(address);
        }
    }
    once
}

/// Our own lookup: the hosts file first, then name servers, all types at once.
async fn look_up_directly(host: &str, family: IpFamily) -> DirectLookup {
    if let Some(why) = names::not_queried_reason(host) {
        // Such a name has addresses only in the hosts file.
        let of_file = in_hosts(host.to_owned()).await;
        return of_file.unwrap_or_else(|| DirectLookup::NotAsked { why: why.to_owned() });
    }
    if let Some(of_file) = in_hosts(host.to_owned()).await {
        return of_file;
    }
    let name = match names::check_name(host) {
        Ok(name) => name,
        Err(why) => return DirectLookup::NotAsked { why },
    };
    let conf = run_blocking(ResolverConfig::read_system).await;
    DirectLookup::Asked(query_all(&name, family, &conf).await)
}

async fn in_hosts(host: String) -> Option<DirectLookup> {
    let addresses = run_blocking(move || hosts::look_up_hosts(&host)).await;
    (!addresses.is_empty()).then(|| DirectLookup::Hosts { path: hosts::PATH.to_owned(), addresses })
}

/// The answers of the servers in `conf`.
async fn query_all(name: &str, family: IpFamily, conf: &ResolverConfig) -> Vec<FamilyAnswer> {
    let kinds: &[RecordType] = match family {
        IpFamily::Any => &[RecordType::A, RecordType::AAAA],
        IpFamily::V4 => &[RecordType::A],
        IpFamily::V6 => &[RecordType::AAAA],
    };
    let transport = if conf.tcp { TransportChoice::Tcp } else { TransportChoice::Auto };
    let asker =
        DnsClient { asking: QueryOptions::default(), transport, timeout: conf.timeout.min(MOST_TIME), journal: None };
    let servers = DnsServers { servers: conf.servers.clone(), tries: 1 };
    let names = names::search_names(name, &conf.search, conf.ndots);
    let found = lookup::in_turn(&asker, &names, (kinds, 1), &servers).await;
    found.iter().filter_map(family_of).collect()
}

/// The result of a question about addresses; `None` for any other question.
pub(super) fn family_of(found: &QuestionResult) -> Option<FamilyAnswer> {
    let kind = found.question.kind;
    if !matches!(kind, RecordType::A | RecordType::AAAA) {
        return None;
    }
    let name = found.question.name.clone();
    let took = found.took;
    Some(match &found.result {
        Ok(answer) => {
            let message: &dns::message::DnsMessage = &answer.message;
            let addresses = deduplicated(message.addresses_for(&found.question).into_iter());
            let said = match message.rcode() {
                0 if addresses.is_empty() => "NODATA".to_owned(),
                _ => message.rcode_name(),
            };
            let server = Some(answer.server);
            FamilyAnswer { kind, name, server, addresses, ttl: message.ttl(), said, is_answer: true, took }
        }
        Err(failure) => {
            let (addresses, said) = (Vec::new(), failure.message.clone());
            FamilyAnswer { kind, name, server: None, addresses, ttl: None, said, is_answer: false, took }
        }
    })
}

#[cfg(test)]
mod tests;
