//! What the system's resolver says of a name, beside what name servers told us.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::text::quantity;
use crate::wire::dns::record_type::RecordType;

/// A name, as the system resolves it and as we do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolverComparison {
    /// The name, as it was asked for.
    pub host: String,
    /// What the system's own resolver (getaddrinfo) gave; a failure in its words.
    pub system: Result<Vec<IpAddr>, String>,
    /// What we found ourselves.
    pub own: DirectLookup,
}

/// What we found ourselves, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectLookup {
    /// The hosts file has the name: no server was asked.
    Hosts {
        /// Which file.
        path: String,
        /// What it has.
        addresses: Vec<IpAddr>,
    },
    /// No server may be asked for this name.
    NotAsked {
        /// Why.
        why: String,
    },
    /// Name servers were asked, each family at once.
    Asked(Vec<FamilyAnswer>),
}

/// What name servers said of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyAnswer {
    /// A or AAAA.
    pub kind: RecordType,
    /// The name that was asked for last, absolute.
    pub name: String,
    /// Who answered.
    pub server: Option<SocketAddr>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// How long they may be kept, in seconds.
    pub ttl: Option<u32>,
    /// What the answer said, as `NOERROR`; or why there was none.
    pub said: String,
    /// Whether that is an answer: yes, or a plain no.
    pub is_answer: bool,
    /// How long it took.
    pub took: Duration,
}

impl ResolverComparison {
    /// All addresses that we found.
    pub fn own_addresses(&self) -> Vec<IpAddr> {
        match &self.own {
            DirectLookup::Hosts { addresses, .. } => addresses.clone(),
            DirectLookup::NotAsked { .. } => Vec::new(),
            DirectLookup::Asked(families) => families.iter().flat_map(|family| family.addresses.clone()).collect(),
        }
    }

    /// Whether the system gives what a name server did not, or nothing of what one did.
    ///
    /// Fewer addresses are no difference: the system leaves out a family that this machine does not have, and a server
    /// that has many gives some of them at a time. Nor is it one where a server gave no answer, or none was asked.
    pub fn differs(&self) -> bool {
        let DirectLookup::Asked(families) = &self.own else { return false };
        let families: Vec<&FamilyAnswer> = families.iter().filter(|family| family.is_answer).collect();
        let of_answered = |ip: &&IpAddr| families.iter().any(|family| (family.kind == RecordType::A) == ip.is_ipv4());
        let own: BTreeSet<IpAddr> = self.own_addresses().into_iter().collect();
        match &self.system {
            Ok(system) => {
                let system: BTreeSet<IpAddr> = system.iter().filter(of_answered).copied().collect();
                !system.is_subset(&own)
            }
            Err(_) => !own.is_empty(),
        }
    }

    /// What we found ourselves, in a sentence without a full stop.
    pub fn own_text(&self) -> String {
        match &self.own {
            DirectLookup::Hosts { path, addresses } => {
                format!("{path} has {}: no name server was asked", address_list(addresses))
            }
            DirectLookup::NotAsked { why } => format!("no name server was asked: {why}"),
            DirectLookup::Asked(families) => families.iter().map(family_text).collect::<Vec<_>>().join(" · "),
        }
    }

    /// What the system's resolver gave, in a sentence without a full stop.
    pub fn system_answer_text(&self) -> String {
        match &self.system {
            Ok(addresses) => format!("the system's resolver gave {}", address_list(addresses)),
            Err(why) => format!("the system's resolver failed: {why}"),
        }
    }
}

fn family_text(family: &FamilyAnswer) -> String {
    let FamilyAnswer { kind, addresses, ttl, said, took, .. } = family;
    let server = family.server.map_or(String::new(), |server| format!(" from {server}"));
    let took = quantity::duration(*took);
    let what = if addresses.is_empty() { said.clone() } else { address_list(addresses) };
    let ttl = ttl.filter(|_| !addresses.is_empty()).map_or(String::new(), |ttl| format!(", for {ttl} s"));
    format!("{kind} {what}{ttl}{server} in {took}")
}

fn address_list(addresses: &[IpAddr]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = addresses.iter().take(MOST).map(ToString::to_string).collect();
    match addresses.len() {
        0 => "nothing".to_owned(),
        1..=MOST => shown.join(", "),
        all => format!("{} and {} more", shown.join(", "), all - MOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(v4: &[&str], is_answer: bool, system: Result<&[&str], &str>) -> ResolverComparison {
        let ips = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
        let family = |kind, addresses: Vec<IpAddr>| FamilyAnswer {
            kind,
            name: "x.".into(),
            server: None,
            addresses,
            ttl: Some(60),
            said: "NOERROR".into(),
            is_answer,
            took: Duration::from_millis(2),
        };
        let own = DirectLookup::Asked(vec![family(RecordType::A, ips(v4)), family(RecordType::AAAA, Vec::new())]);
        ResolverComparison { host: "x".into(), system: system.map(ips).map_err(str::to_owned), own }
    }

    #[test]
    fn an_address_that_no_server_gave_is_a_difference() {
        assert!(asked(&["1.1.1.1"], true, Ok(&["2.2.2.2"])).differs());
        assert!(asked(&["1.1.1.1"], true, Err("there is no such name")).differs());
        assert!(asked(&[], true, Ok(&["2.2.2.2"])).differs());
    }

    #[test]
    fn fewer_addresses_or_an_unanswered_question_are_none() {
        assert!(!asked(&["1.1.1.1", "2.2.2.2"], true, Ok(&["2.2.2.2"])).differs());
        assert!(!asked(&[], false, Ok(&["2.2.2.2"])).differs());
        assert!(!asked(&[], true, Err("there is no such name")).differs());
    }
}
