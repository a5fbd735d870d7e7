//! Texts that explain a failure or a session's state, and the choice among them.
//!
//! The texts are data, read by `files`: this room knows no file format.

use std::net::SocketAddr;

use super::remedy::Remedy;
use super::standing::Situation;
use crate::wire::icmp::IcmpMessage;
use crate::wire::{Class, Evidence, FailedOperation, Failure, FailureReason};

/// The explanation of one situation, in sentences for a person who learns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The situation in a few words, no full stop.
    pub headline: String,
    /// What happened on the wire or in this machine.
    pub happened: String,
    /// Excluded causes, each with its reason: something else would have been seen.
    pub rules_out: Vec<String>,
    /// Possible causes, the likeliest first.
    pub likely: Vec<String>,
    /// What to try, the most informative first.
    pub next: Vec<NextStep>,
    /// Sources: RFC sections, manual pages.
    pub cite: Vec<String>,
}

/// One thing to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// A session to open; `None`: advice that only a person can follow, written in `why`.
    pub probe: Option<Remedy>,
    /// What the attempt would show, or the advice.
    pub why: String,
}

/// Condition for an explanation: the failure must match every list that is not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExplanationMatch {
    /// The class of the failure.
    pub classes: Vec<Class>,
    /// The operation that failed.
    pub operations: Vec<FailedOperation>,
    /// The system's error number.
    pub os_codes: Vec<i32>,
    /// ICMP messages: whether version 6, the type, the code; `None` matches any code.
    pub icmp: Vec<(bool, u8, Option<u8>)>,
    /// True: matches only an ICMP message sent from the peer's own address.
    pub from_peer: bool,
    /// The failure's reason.
    pub reasons: Vec<FailureReason>,
}

impl ExplanationMatch {
    /// Whether the condition names only a class.
    fn is_general(&self) -> bool {
        self.operations.is_empty() && self.os_codes.is_empty() && self.icmp.is_empty() && self.reasons.is_empty()
    }

    /// Whether the condition matches a failure and the ICMP message that caused it.
    pub fn matches(&self, failure: &Failure, icmp: Option<&IcmpMessage>) -> bool {
        let of_icmp = |(v6, kind, code): &(bool, u8, Option<u8>)| {
            icmp.is_some_and(|icmp| icmp.v6 == *v6 && icmp.kind == *kind && code.is_none_or(|code| code == icmp.code))
        };
        let from_peer = || {
            let peer = failure.peer.parse::<SocketAddr>().ok().map(|peer| peer.ip());
            peer.is_some() && icmp.is_some_and(|icmp| icmp.offender == peer)
        };
        (self.classes.is_empty() || self.classes.contains(&failure.class))
            && (self.operations.is_empty() || self.operations.contains(&failure.operation))
            && (self.os_codes.is_empty() || failure.os_code.is_some_and(|code| self.os_codes.contains(&code)))
            && (self.icmp.is_empty() || self.icmp.iter().any(of_icmp))
            && (!self.from_peer || from_peer())
            && (self.reasons.is_empty() || failure.reason.is_some_and(|reason| self.reasons.contains(&reason)))
    }
}

/// All explanations. An empty book still answers, with the failure's own message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExplanationBook {
    /// For failures: the first match wins.
    pub failures: Vec<(ExplanationMatch, Explanation)>,
    /// For sessions that did not fail.
    pub standings: Vec<(Situation, Explanation)>,
}

impl ExplanationBook {
    /// Explains a failure. `icmp` is the last ICMP message; it is used only if it caused the failure.
    pub fn failure(&self, failure: &Failure, icmp: Option<&IcmpMessage>) -> Explanation {
        let icmp = cause_of(failure, icmp);
        match self.find(failure, icmp) {
            Some((_, found)) => filled(found, failure, icmp),
            None => Explanation {
                headline: failure.message.clone(),
                happened: failure.message.clone(),
                ..Explanation::default()
            },
        }
    }

    /// The headline of [`ExplanationBook::failure`] alone, for a list.
    pub fn headline(&self, failure: &Failure, icmp: Option<&IcmpMessage>) -> String {
        let icmp = cause_of(failure, icmp);
        let found = self.find(failure, icmp);
        found.map_or_else(|| failure.message.clone(), |(_, found)| filler(failure, icmp)(&found.headline))
    }

    /// Explains a warning; `None` if there is only the general text of its class, which is about a session that failed.
    pub fn warning(&self, failure: &Failure) -> Option<Explanation> {
        let (when, found) = self.find(failure, None)?;
        (!when.is_general()).then(|| filled(found, failure, None))
    }

    fn find(&self, failure: &Failure, icmp: Option<&IcmpMessage>) -> Option<&(ExplanationMatch, Explanation)> {
        self.failures.iter().find(|(when, _)| when.matches(failure, icmp))
    }

    /// Explains a session's situation.
    pub fn explain_situation(&self, standing: Situation) -> Explanation {
        match self.standings.iter().find(|(of, _)| *of == standing) {
            Some((_, explanation)) => explanation.clone(),
            None => Explanation { headline: standing.name().replace('-', " "), ..Explanation::default() },
        }
    }
}

/// The ICMP message, if it caused the failure.
fn cause_of<'a>(failure: &Failure, icmp: Option<&'a IcmpMessage>) -> Option<&'a IcmpMessage> {
    icmp.filter(|icmp| failure.evidence == Evidence::Kernel && failure.os_code == Some(icmp.os_code))
}

/// Puts what is known of the failure into the texts of an explanation.
fn filled(found: &Explanation, failure: &Failure, icmp: Option<&IcmpMessage>) -> Explanation {
    let fill = filler(failure, icmp);
    let mut explanation = found.clone();
    explanation.headline = fill(&explanation.headline);
    explanation.happened = fill(&explanation.happened);
    for text in explanation.rules_out.iter_mut().chain(&mut explanation.likely) {
        *text = fill(text);
    }
    for next in &mut explanation.next {
        next.why = fill(&next.why);
    }
    explanation
}

/// Replaces the placeholders of a text.
fn filler(failure: &Failure, icmp: Option<&IcmpMessage>) -> impl Fn(&str) -> String {
    let offender = icmp.and_then(|icmp| icmp.offender).map(|offender| offender.to_string());
    let peer = if failure.peer.is_empty() { "the peer".to_owned() } else { failure.peer.clone() };
    let offender = offender.unwrap_or_else(|| match failure.class {
        Class::Refused => format!("{peer}, or a firewall on the way,"),
        _ => "a router on the path".to_owned(),
    });
    let mut letters = failure.message.chars();
    let message: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    move |text| text.replace("{peer}", &peer).replace("{offender}", &offender).replace("{message}", &message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::explain::standing::Situation;
    use crate::wire::icmp::IcmpMessage;

    #[test]
    fn an_empty_book_says_what_the_failure_says() {
        let failure = Failure::new(Class::Refused, FailedOperation::Connect, "h:1", "connection refused");
        assert_eq!(ExplanationBook::default().failure(&failure, None).happened, "connection refused");
        assert_eq!(ExplanationBook::default().explain_situation(Situation::WeFinished).headline, "we finished");
    }

    #[test]
    fn every_list_of_a_condition_must_have_the_fact() {
        let mut failure = Failure::new(Class::Unreachable, FailedOperation::Connect, "h:1", "no route to the host");
        failure.os_code = Some(113);
        let icmp = IcmpMessage {
            kind: 3,
            code: 1,
            v6: false,
            offender: None,
            destination: None,
            os_code: 113,
            ..IcmpMessage::default()
        };
        let when = ExplanationMatch {
            classes: vec![Class::Unreachable],
            icmp: vec![(false, 3, Some(1))],
            ..ExplanationMatch::default()
        };
        assert!(when.matches(&failure, Some(&icmp)));
        assert!(!when.matches(&failure, None), "no ICMP is known of");
        let when = ExplanationMatch {
            os_codes: vec![113],
            reasons: vec![FailureReason::SelfConnected],
            ..ExplanationMatch::default()
        };
        assert!(!when.matches(&failure, None), "nobody gave that reason");
        assert!(when.matches(&failure.clone().with_reason(FailureReason::SelfConnected), None));
        let when = ExplanationMatch { operations: vec![FailedOperation::Send], ..ExplanationMatch::default() };
        assert!(!when.matches(&failure, None));
    }

    #[test]
    fn who_sent_the_message_can_make_a_difference() {
        let icmp = |offender: [u8; 4]| IcmpMessage {
            kind: 3,
            code: 1,
            v6: false,
            offender: Some(offender.into()),
            destination: None,
            os_code: 113,
            ..IcmpMessage::default()
        };
        let when = ExplanationMatch { icmp: vec![(false, 3, None)], from_peer: true, ..ExplanationMatch::default() };
        let holds = |offender, peer: &str| {
            let icmp = icmp(offender);
            when.matches(&icmp.failure(FailedOperation::Connect, peer), Some(&icmp))
        };
        assert!(holds([10, 0, 0, 9], "10.0.0.9:80"));
        assert!(!holds([10, 0, 0, 1], "10.0.0.9:80"), "a router said so");
        assert!(!holds([10, 0, 0, 9], "a name:80"), "who the peer is, is not known");
    }

    #[test]
    fn names_from_outside_are_put_into_the_text() {
        let text = Explanation { happened: "{offender} says {peer} is shut".into(), ..Explanation::default() };
        let book = ExplanationBook { failures: vec![(ExplanationMatch::default(), text)], standings: Vec::new() };
        let mut icmp = IcmpMessage {
            kind: 3,
            code: 3,
            v6: false,
            offender: None,
            destination: None,
            os_code: 111,
            ..IcmpMessage::default()
        };
        let failure = icmp.failure(FailedOperation::Send, "h:1");
        assert_eq!(book.failure(&failure, Some(&icmp)).happened, "h:1, or a firewall on the way, says h:1 is shut");
        icmp.code = 1;
        let unreachable = icmp.failure(FailedOperation::Send, "h:1");
        assert_eq!(book.failure(&unreachable, Some(&icmp)).happened, "a router on the path says h:1 is shut");
        icmp.offender = Some([10, 0, 0, 1].into());
        assert_eq!(book.failure(&failure, Some(&icmp)).happened, "10.0.0.1 says h:1 is shut");
    }
}
