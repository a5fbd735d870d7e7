//! What a failure means and what to try, as fields of the events that tell of it: the same texts as on the screen.

use std::net::{IpAddr, SocketAddr};

use serde_json::Value;

use super::event::{EventFields, milliseconds};
use crate::files::explain;
use crate::formats::command_line;
use crate::sessions::explain::remedy::RemedyContext;
use crate::sessions::explain::suggestions::{self, Suggestion};
use crate::sessions::news::{DialNews, ListenerNews, UdpNews};
use crate::sessions::{News, Spec, SpecKind};
use crate::wire::Failure;
use crate::wire::icmp::IcmpMessage;

/// The most addresses of a name that are remembered.
const MOST_ADDRESSES: usize = 64;

/// What is remembered of a session, for the sake of what it means.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExplanationFacts {
    /// As what it was opened; `None` for one that a listener accepted.
    pub(crate) spec: Option<Spec>,
    addresses: Vec<IpAddr>,
    icmp: Option<IcmpMessage>,
    tried: Option<SocketAddr>,
}

impl ExplanationFacts {
    /// Takes in a fact.
    pub(crate) fn learn(&mut self, news: &News) {
        match news {
            News::Dial(DialNews::Resolved { addresses, .. }) => {
                self.addresses = addresses.iter().take(MOST_ADDRESSES).copied().collect();
            }
            News::Udp(UdpNews::Icmp(icmp)) => self.icmp = Some(icmp.clone()),
            News::Dial(DialNews::Connecting { peer, .. }) => self.tried = Some(*peer),
            // What the last attempt met says nothing of the next one.
            News::Dial(DialNews::Connected { .. } | DialNews::Resolving { .. }) => self.icmp = None,
            _ => {}
        }
    }

    /// Adds what an event means, where there is something to say.
    pub(crate) fn explain(&self, news: &News, fields: &mut EventFields) {
        match news {
            News::Failed(failure) => self.failed(failure, self.icmp.as_ref(), fields),
            News::Warned(failure) | News::Listener(ListenerNews::AcceptFailed(failure)) => {
                self.said(failure, None, fields);
            }
            News::Dial(DialNews::Retrying { because, attempt, .. }) => {
                self.chance(*attempt, fields);
                fields.insert("class".to_owned(), because.class.name().into());
                if let Some(code) = because.os_code {
                    fields.insert("errno".to_owned(), code.into());
                }
                self.said(because, self.icmp.as_ref(), fields);
            }
            News::Udp(UdpNews::Icmp(icmp)) => {
                fields.insert("meaning".to_owned(), icmp.meaning().into());
                let peer = icmp.destination.map_or_else(String::new, |to| to.to_string());
                self.said(&icmp.failure("send", peer), Some(icmp), fields);
            }
            _ => {}
        }
    }

    /// Between which bounds chance has chosen the wait before an attempt.
    fn chance(&self, attempt: u32, fields: &mut EventFields) {
        let Some(SpecKind::Tcp(tcp)) = self.spec.as_ref().map(|spec| &spec.what) else { return };
        for (name, chance) in [("least_ms", 0.0), ("most_ms", 1.0)] {
            fields.insert(name.to_owned(), milliseconds(tcp.socket.retry.wait_before(attempt, chance)));
        }
    }

    fn said(&self, failure: &Failure, icmp: Option<&IcmpMessage>, fields: &mut EventFields) {
        let text = explain::book().failure(failure, icmp);
        fields.insert("explanation".to_owned(), text.happened.into());
    }

    fn failed(&self, failure: &Failure, icmp: Option<&IcmpMessage>, fields: &mut EventFields) {
        let text = explain::book().failure(failure, icmp);
        let peer = failure.peer.parse::<SocketAddr>().ok().or(self.tried).map(|peer| peer.ip());
        let tries = match &self.spec {
            Some(spec) => suggestions::of(&text, &RemedyContext { spec, peer, addresses: &self.addresses }, true),
            None => Vec::new(),
        };
        let next: Vec<Value> = tries.iter().map(one).map(Value::from).collect();
        fields.insert("explanation".to_owned(), text.happened.into());
        for (name, texts) in [("rules_out", text.rules_out), ("likely", text.likely)] {
            if !texts.is_empty() {
                fields.insert(name.to_owned(), texts.into());
            }
        }
        fields.insert("next".to_owned(), next.into());
        fields.insert("cite".to_owned(), text.cite.into());
    }
}

/// One thing to try, as a command where there is one.
fn one(one: &Suggestion) -> String {
    match &one.opens {
        None => one.why.clone(),
        Some(opens) => match command_line::of(opens) {
            Some(command) => format!("{command} ({}: {})", one.label, one.why),
            None => format!("{}: {}", one.label, one.why),
        },
    }
}
