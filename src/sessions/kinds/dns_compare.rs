//! The system resolver's answer for a name, compared with the answers of name servers.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::text::quantity;
use crate::wire::dns::record_type::RecordType;

/// One name: the system resolver's result and our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolverComparison {
    /// The name, as it was requested.
    pub host: String,
    /// The result of the system's resolver (getaddrinfo); a failure as its message.
    pub system: Result<Vec<IpAddr>, String>,
    /// Our own result.
    pub own: DirectLookup,
}

/// Result of our own lookup, and its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectLookup {
    /// The hosts file has the name: no server was queried.
    Hosts {
        /// The file.
        path: String,
        /// Its addresses for the name.
        addresses: Vec<IpAddr>,
    },
    /// No server may be queried for this name.
    NotAsked {
        /// The reason.
        why: String,
    },
    /// Name servers were queried, both families at once.
    Asked(Vec<FamilyAnswer>),
}

/// Answer of the name servers for one address family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyAnswer {
    /// A or AAAA.
    pub kind: RecordType,
    /// The last name that was queried, absolute.
    pub name: String,
    /// The server that answered.
    pub server: Option<SocketAddr>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// How long the addresses may be cached, in seconds.
    pub ttl: Option<u32>,
    /// The response code, as `NOERROR`; or why there was no answer.
    pub said: String,
    /// Whether `said` is an answer: records, or a definite no.
    pub is_answer: bool,
    /// How long it took.
    pub took: Duration,
}

impl ResolverComparison {
    /// All addresses of our own lookup.
    pub fn own_addresses(&self) -> Vec<IpAddr> {
        match &self.own {
            DirectLookup::Hosts { addresses, .. } => addresses.clone(),
            DirectLookup::NotAsked { .. } => Vec::new(),
            DirectLookup::Asked(families) => families.iter().flat_map(|family| family.addresses.clone()).collect(),
        }
    }

    /// Whether the system's resolver returned an address that no name server returned, or failed where one returned
    /// some.
    ///
    /// Fewer addresses are no difference: the system leaves out a family that this machine does not have, and a server
    /// with many addresses returns a part of them each time. Neither is a server without an answer, nor a name for
    /// which none was queried.
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

    /// Our own result, as a sentence without a full stop.
    pub fn own_text(&self) -> String {
        match &self.own {
            DirectLookup::Hosts { path, addresses } => {
                format!("{path} has {}: no name server was asked", address_list(addresses))
            }
            DirectLookup::NotAsked { why } => format!("no name server was asked: {why}"),
            DirectLookup::Asked(families) => families.iter().map(family_text).collect::<Vec<_>>().join(" · "),
        }
    }

    /// How the two results compare, as a sentence without a full stop.
    pub fn verdict_text(&self) -> String {
        let system = self.system_answer_text();
        let has_answer = match &self.own {
            DirectLookup::Asked(families) => families.iter().any(|family| family.is_answer),
            DirectLookup::Hosts { .. } | DirectLookup::NotAsked { .. } => false,
        };
        match (&self.system, self.differs()) {
            (_, true) => format!("{system}, which is not what the name servers say"),
            (Ok(_), false) if has_answer => format!("{system}, as the name servers do"),
            (Err(_), false) if has_answer && self.own_addresses().is_empty() => {
                format!("{system}; the name servers have no address, either")
            }
            (_, false) => system,
        }
    }

    /// The system resolver's result, as a sentence without a full stop.
    pub fn system_answer_text(&self) -> String {
        match &self.system {
            Ok(addresses) => format!("the system's resolver gave {}", address_list(addresses)),
            Err(why) => format!("the system's resolver found no address: {why}"),
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
    fn the_verdict_says_who_found_what() {
        let text = |compared: ResolverComparison| compared.verdict_text();
        assert_eq!(
            text(asked(&["1.1.1.1"], true, Ok(&["1.1.1.1"]))),
            "the system's resolver gave 1.1.1.1, as the name servers do"
        );
        assert!(text(asked(&["1.1.1.1"], true, Ok(&["2.2.2.2"]))).ends_with("which is not what the name servers say"));
        let neither = text(asked(&[], true, Err("there is no such name")));
        assert!(neither.ends_with("there is no such name; the name servers have no address, either"), "{neither}");
        let silent = text(asked(&[], false, Err("no answer")));
        assert_eq!(silent, "the system's resolver found no address: no answer");
    }

    #[test]
    fn fewer_addresses_or_an_unanswered_question_are_none() {
        assert!(!asked(&["1.1.1.1", "2.2.2.2"], true, Ok(&["2.2.2.2"])).differs());
        assert!(!asked(&[], false, Ok(&["2.2.2.2"])).differs());
        assert!(!asked(&[], true, Err("there is no such name")).differs());
    }
}
