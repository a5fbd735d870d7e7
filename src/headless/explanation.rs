//! The explanation of a failure and the remedies, as fields of its event: the same texts as on the screen.

use serde_json::Value;

use super::event::fields::{EventFields, milliseconds};
use crate::files::explain::explanation_book;
use crate::formats::command_line;
use crate::sessions::explain::Explanation;
use crate::sessions::explain::remedy::RemedyContext;
use crate::sessions::explain::suggestions::{self, Suggestion};
use crate::sessions::news::{DialNews, ListenerNews, UdpNews};
use crate::sessions::{News, Session};
use crate::wire::FailedOperation;
use crate::wire::Failure;
use crate::wire::icmp::IcmpMessage;

/// The explanation of news, for the session that has just applied it; no fields if there is nothing to explain.
pub(crate) fn explanation_fields(session: &Session, news: &News) -> EventFields {
    let mut fields = EventFields::new();
    match news {
        News::Failed(failure) => failed(session, failure, &mut fields),
        News::Warned(failure) => {
            // The general text of a class says that the session failed: a warning does not.
            fields.extend(explanation_book().warning(failure).map(happened));
        }
        News::Listener(news) => of_listener(news, &mut fields),
        News::Dial(news) => of_dial(session, news, &mut fields),
        News::Udp(news) => of_udp(news, &mut fields),
        News::Tcp(_)
        | News::Tls(_)
        | News::Http(_)
        | News::Option(_)
        | News::Dns(_)
        | News::Ports(_)
        | News::Unix(_)
        | News::ReadingPaused
        | News::ReadingContinued
        | News::FileSent { .. }
        | News::Closed { .. } => {}
    }
    fields
}

fn of_listener(news: &ListenerNews, fields: &mut EventFields) {
    match news {
        ListenerNews::AcceptFailed(failure) => put_meaning(failure, None, fields),
        ListenerNews::Listening { .. }
        | ListenerNews::Accepted { .. }
        | ListenerNews::TurnedAway { .. }
        | ListenerNews::Accepting(_)
        | ListenerNews::Kernel(_)
        | ListenerNews::ChildEnded { .. } => {}
    }
}

fn of_dial(session: &Session, news: &DialNews, fields: &mut EventFields) {
    match news {
        DialNews::Retrying { because, attempt, .. } => {
            put_chance(session, *attempt, fields);
            fields.insert("class".to_owned(), because.class.name().into());
            if let Some(code) = because.os_code {
                fields.insert("errno".to_owned(), code.into());
            }
            put_meaning(because, session.attempts.icmp.as_ref(), fields);
        }
        DialNews::Resolving { .. }
        | DialNews::Resolved { .. }
        | DialNews::Connecting { .. }
        | DialNews::AttemptFailed { .. }
        | DialNews::Connected { .. }
        | DialNews::Opened { .. }
        | DialNews::Compared(_)
        | DialNews::Route(_) => {}
    }
}

fn of_udp(news: &UdpNews, fields: &mut EventFields) {
    match news {
        UdpNews::Icmp(icmp) => {
            fields.insert("meaning".to_owned(), icmp.meaning().into());
            let peer = icmp.destination.map_or_else(String::new, |to| to.to_string());
            put_meaning(&icmp.failure(FailedOperation::Send, peer), Some(icmp), fields);
        }
        UdpNews::Joined { .. }
        | UdpNews::Left { .. }
        | UdpNews::MtuStep(_)
        | UdpNews::PathMtu(_)
        | UdpNews::BurstEnded { .. } => {}
    }
}

/// The bounds of the random wait before an attempt.
fn put_chance(session: &Session, attempt: u32, fields: &mut EventFields) {
    let Some(retry) = session.spec.what.facets().shown_retry() else { return };
    for (name, chance) in [("least_ms", 0.0), ("most_ms", 1.0)] {
        fields.insert(name.to_owned(), milliseconds(retry.wait_before(attempt, chance)));
    }
}

fn put_meaning(failure: &Failure, icmp: Option<&IcmpMessage>, fields: &mut EventFields) {
    fields.extend([happened(explanation_book().failure(failure, icmp))]);
}

fn happened(explanation: Explanation) -> (String, Value) {
    ("explanation".to_owned(), explanation.happened.into())
}

/// Why a session ended, and what can be tried; no remedies for an accepted connection, because only the peer can open
/// it again.
fn failed(session: &Session, failure: &Failure, fields: &mut EventFields) {
    let text = explanation_book().failure(failure, session.attempts.icmp.as_ref());
    let tries = match session.parent() {
        None => suggestions::suggestions_for(&text, &RemedyContext::of_session(session, Some(failure)), true),
        Some(_) => Vec::new(),
    };
    let next: Vec<Value> = tries.iter().map(one_to_try).map(Value::from).collect();
    fields.insert("explanation".to_owned(), text.happened.into());
    for (name, texts) in [("rules_out", text.rules_out), ("likely", text.likely)] {
        if !texts.is_empty() {
            fields.insert(name.to_owned(), texts.into());
        }
    }
    fields.insert("next".to_owned(), next.into());
    fields.insert("cite".to_owned(), text.cite.into());
}

/// One remedy, as a command line if there is one.
fn one_to_try(one: &Suggestion) -> String {
    match &one.opens {
        None => one.why.clone(),
        Some(opens) => match command_line::command_of(opens) {
            Some(command) => format!("{command} ({}: {})", one.label, one.why),
            None => format!("{}: {}", one.label, one.why),
        },
    }
}
