//! The built-in explanations of `assets/explain.toml`, and this system's settings of the kernel's TCP timers.

use std::sync::LazyLock;
use std::time::Duration;

use serde::Deserialize;

use crate::sessions::explain::remedy::Remedy;
use crate::sessions::explain::{Explanation, ExplanationBook, ExplanationMatch, NextStep, Situation};
use crate::wire::errno::errno_of_name;
use crate::wire::kernel::tcp_timers::TcpTimerSettings;
use crate::wire::{Class, FailedOperation, FailureReason};

const SOURCE: &str = include_str!("../../assets/explain.toml");

/// The most bytes that are read of a kernel setting: a number is never longer.
const LONGEST_SETTING: u64 = 32;

/// The built-in explanations. They are part of the program, so parsing them cannot fail; a test parses them all.
pub fn explanation_book() -> &'static ExplanationBook {
    static BOOK: LazyLock<ExplanationBook> = LazyLock::new(|| parse(SOURCE).unwrap_or_default());
    &BOOK
}

/// This system's settings of the TCP timers; an unknown one is `None`.
pub fn timers() -> TcpTimerSettings {
    let seconds = |name| setting(name).map(|count| Duration::from_secs(u64::from(count)));
    TcpTimerSettings {
        syn_retries: setting("tcp_syn_retries"),
        syn_linear: setting("tcp_syn_linear_timeouts"),
        retries: setting("tcp_retries2"),
        keepalive_after: seconds("tcp_keepalive_time"),
        keepalive_every: seconds("tcp_keepalive_intvl"),
        keepalive_probes: setting("tcp_keepalive_probes"),
    }
}

/// A number from `/proc/sys/net/ipv4` (ip-sysctl); `None` on other systems, which do not have it.
fn setting(name: &str) -> Option<u32> {
    use std::io::Read as _;

    let mut text = String::new();
    let file = std::fs::File::open(format!("/proc/sys/net/ipv4/{name}")).ok()?;
    file.take(LONGEST_SETTING).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExplainFile {
    failure: Vec<RawFailure>,
    standing: Vec<RawSituation>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFailure {
    class: OneOrMore,
    #[serde(default)]
    operation: Vec<String>,
    #[serde(default)]
    errno: Vec<String>,
    #[serde(default)]
    icmp: Vec<String>,
    #[serde(default)]
    from_peer: bool,
    #[serde(default)]
    reason: Vec<String>,
    headline: String,
    happened: String,
    rules_out: Option<Vec<String>>,
    likely: Option<Vec<String>>,
    next: Option<Vec<RawNextStep>>,
    cite: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSituation {
    when: String,
    headline: String,
    happened: String,
    #[serde(default)]
    rules_out: Vec<String>,
    #[serde(default)]
    likely: Vec<String>,
    #[serde(default)]
    next: Vec<RawNextStep>,
    cite: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNextStep {
    r#try: Option<String>,
    why: Option<String>,
    advice: Option<String>,
}

/// Parses the explanations.
///
/// # Errors
/// Fails with what is wrong, and in which explanation.
fn parse(source: &str) -> Result<ExplanationBook, String> {
    let file: ExplainFile = toml::from_str(source).map_err(|error| error.to_string())?;
    let general = |class: Class| {
        file.failure.iter().rev().find(|raw| raw.is_general() && raw.classes().is_ok_and(|all| all.contains(&class)))
    };
    let mut book = ExplanationBook::default();
    for raw in &file.failure {
        let when = raw.to_match().map_err(|why| format!("{}: {why}", raw.headline))?;
        let class = when.classes.first().copied().ok_or_else(|| format!("{}: no class", raw.headline))?;
        let last = general(class).ok_or_else(|| format!("{}: the class has no general text", raw.headline))?;
        let or_last = |own: &Option<Vec<String>>, last: &Option<Vec<String>>| {
            own.clone().or_else(|| last.clone()).unwrap_or_default()
        };
        let next = raw.next.as_deref().or(last.next.as_deref()).unwrap_or_default();
        let explanation = Explanation {
            headline: raw.headline.clone(),
            happened: raw.happened.clone(),
            rules_out: or_last(&raw.rules_out, &last.rules_out),
            likely: or_last(&raw.likely, &last.likely),
            next: parse_next_steps(next).map_err(|why| format!("{}: {why}", raw.headline))?,
            cite: or_last(&raw.cite, &last.cite),
        };
        book.failures.push((when, explanation));
    }
    for raw in file.standing {
        let standing = Situation::ALL.into_iter().find(|standing| standing.name() == raw.when);
        let standing = standing.ok_or_else(|| format!("there is no standing \"{}\"", raw.when))?;
        let explanation = Explanation {
            next: parse_next_steps(&raw.next).map_err(|why| format!("{}: {why}", raw.headline))?,
            headline: raw.headline,
            happened: raw.happened,
            rules_out: raw.rules_out,
            likely: raw.likely,
            cite: raw.cite,
        };
        book.standings.push((standing, explanation));
    }
    Ok(book)
}

fn parse_next_steps(raw: &[RawNextStep]) -> Result<Vec<NextStep>, String> {
    raw.iter()
        .map(|raw| match (&raw.r#try, &raw.why, &raw.advice) {
            (Some(name), Some(why), None) => {
                let probe = Remedy::parse(name).ok_or_else(|| format!("there is no probe \"{name}\""))?;
                Ok(NextStep { probe: Some(probe), why: why.clone() })
            }
            (None, None, Some(advice)) => Ok(NextStep { probe: None, why: advice.clone() }),
            _ => Err("next: accepted are { try, why } and { advice }".to_owned()),
        })
        .collect()
}

impl RawFailure {
    fn is_general(&self) -> bool {
        self.operation.is_empty() && self.errno.is_empty() && self.icmp.is_empty() && self.reason.is_empty()
    }

    fn classes(&self) -> Result<Vec<Class>, String> {
        let names = match &self.class {
            OneOrMore::One(name) => std::slice::from_ref(name),
            OneOrMore::More(names) => names,
        };
        let class = |name: &String| {
            Class::ALL
                .into_iter()
                .find(|class| class.name() == name)
                .ok_or_else(|| format!("there is no class \"{name}\""))
        };
        names.iter().map(class).collect()
    }

    fn to_match(&self) -> Result<ExplanationMatch, String> {
        Ok(ExplanationMatch {
            classes: self.classes()?,
            operations: self.operation.iter().map(|name| operation(name)).collect::<Result<_, _>>()?,
            // An error that this system does not have never matches.
            os_codes: self.errno.iter().map(|name| errno_of_name(name).unwrap_or(i32::MIN)).collect(),
            icmp: self.icmp.iter().map(|text| icmp(text)).collect::<Result<_, _>>()?,
            from_peer: self.from_peer,
            reasons: self.reason.iter().map(|name| reason(name)).collect::<Result<_, _>>()?,
        })
    }
}

/// The operation of this name.
fn operation(name: &str) -> Result<FailedOperation, String> {
    FailedOperation::parse(name).ok_or_else(|| format!("there is no operation \"{name}\""))
}

/// The failure reason of this name.
fn reason(name: &str) -> Result<FailureReason, String> {
    FailureReason::parse(name).ok_or_else(|| format!("there is no reason \"{name}\""))
}

/// Parses `v4 3/1` or `v6 2/*`.
fn icmp(text: &str) -> Result<(bool, u8, Option<u8>), String> {
    let wrong = || format!("\"{text}\" is no ICMP type and code; accepted: v4 3/1, v6 2/*");
    let (version, rest) = text.split_once(' ').ok_or_else(wrong)?;
    let (kind, code) = rest.split_once('/').ok_or_else(wrong)?;
    let v6 = match version {
        "v4" => false,
        "v6" => true,
        _ => return Err(wrong()),
    };
    let code = if code == "*" { None } else { Some(code.parse().map_err(|_| wrong())?) };
    Ok((v6, kind.parse().map_err(|_| wrong())?, code))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sessions::explain::Situation;
    use crate::wire::Failure;
    use crate::wire::icmp::IcmpMessage;

    /// Checks that an explanation is complete: what happened, what to try, where to read more.
    fn check(what: &str, explanation: &Explanation) {
        let Explanation { headline, happened, rules_out, likely, next, cite } = explanation;
        assert!(!headline.is_empty() && !headline.ends_with('.'), "{what}: {headline}");
        assert!(happened.ends_with('.'), "{what}: {happened}");
        assert!(!rules_out.is_empty() && !likely.is_empty() && !next.is_empty() && !cite.is_empty(), "{what}");
        assert!(rules_out.iter().all(|text| text.ends_with('.')), "{what}: {rules_out:?}");
        assert!(likely.iter().all(|text| !text.ends_with('.')), "{what}: {likely:?}");
        for source in cite {
            let known = source.starts_with("RFC ") || source.contains('(') || source.starts_with("sockeye");
            assert!(known, "{what}: {source}");
        }
    }

    fn specific(what: &str, failure: &Failure, icmp: Option<&IcmpMessage>) {
        let book = parse(SOURCE).unwrap();
        let (when, explanation) = book.failures.iter().find(|(when, _)| when.matches(failure, icmp)).expect(what);
        check(what, explanation);
        let general = when.os_codes.is_empty() && when.icmp.is_empty() && when.reasons.is_empty();
        assert!(!general || !when.operations.is_empty(), "{what} has only its class's general text");
    }

    #[test]
    fn the_built_in_texts_are_read_whole() {
        let book = parse(SOURCE).unwrap();
        for (_, explanation) in &book.failures {
            check(&explanation.headline, explanation);
        }
        let told: BTreeSet<&str> = book.standings.iter().map(|(standing, _)| standing.name()).collect();
        let all: BTreeSet<&str> = Situation::ALL.into_iter().map(Situation::name).collect();
        assert_eq!(told, all);
        assert_eq!(book.standings.len(), Situation::ALL.len(), "none is told twice");
    }

    #[test]
    fn every_class_is_explained_whatever_was_tried() {
        for class in Class::ALL {
            for operation in FailedOperation::ALL.iter().copied() {
                let explanation = explanation_book().failure(&Failure::new(class, operation, "", "odd"), None);
                check(class.name(), &explanation);
            }
        }
    }

    #[test]
    fn every_error_number_that_net_knows_has_a_text_of_its_own() {
        // The table is read from the source, so that this test also covers numbers that are added there later.
        let source = include_str!("../net/fault.rs");
        let table =
            source.split("fn from_os_code").nth(1).and_then(|rest| rest.split("fn class_of_kind").next()).unwrap();
        let names: BTreeSet<&str> = table
            .split("errno::")
            .skip(1)
            .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default())
            .collect();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            let code = errno_of_name(name).unwrap();
            for operation in ["connect", "bind", "read", "send"].map(|name| operation(name).unwrap()) {
                let failure = crate::net::fault::from_io(operation, "h:1", &std::io::Error::from_raw_os_error(code));
                // The general explanations of these two classes are about a RST.
                if matches!(failure.class, Class::Refused | Class::Reset) {
                    check(name, &explanation_book().failure(&failure, None));
                } else {
                    specific(&format!("{operation}: {name}"), &failure, None);
                }
            }
        }
    }

    #[test]
    fn every_icmp_message_has_a_text_of_its_own() {
        let v4 = (0..=15).map(|code| (false, 3, code)).chain([(false, 11, 0), (false, 11, 1), (false, 12, 0)]);
        let v6 = (0..=6).map(|code| (true, 1, code)).chain([(true, 2, 0), (true, 3, 0), (true, 3, 1), (true, 4, 0)]);
        let mut headlines = BTreeSet::new();
        for (v6, kind, code) in v4.chain(v6) {
            let icmp = IcmpMessage {
                kind,
                code,
                v6,
                offender: None,
                destination: None,
                os_code: 113,
                ..IcmpMessage::default()
            };
            for operation in [FailedOperation::Connect, FailedOperation::Send] {
                let failure = icmp.failure(operation, "h:1");
                specific(&failure.message, &failure, Some(&icmp));
                let headline = explanation_book().failure(&failure, Some(&icmp)).headline;
                assert!(headline.contains("ICMP"), "{}: {headline}", failure.message);
                headlines.insert(headline);
            }
        }
        assert!(headlines.len() >= 25, "{headlines:?}");
    }

    /// A failure with this reason, with an operation and error number that such a failure has.
    fn for_reason(class: Class, reason: FailureReason) -> Failure {
        let operation = if reason.name().starts_with("dns_") { FailedOperation::Ask } else { FailedOperation::Connect };
        let mut failure = Failure::new(class, operation, "h", "odd").with_reason(reason);
        if class == Class::Unreachable {
            failure.os_code = Some(crate::wire::errno::ETIMEDOUT);
        }
        failure
    }

    #[test]
    fn each_reason_has_a_text_of_its_own_and_no_text_a_reason_that_never_is() {
        let book = parse(SOURCE).unwrap();
        let mut explained = BTreeSet::new();
        for (when, _) in &book.failures {
            for reason in &when.reasons {
                assert!(explained.insert(reason.name()), "{reason:?} is explained twice");
                for class in &when.classes {
                    let failure = for_reason(*class, *reason);
                    specific(reason.name(), &failure, None);
                    let found = book.failures.iter().find(|(when, _)| when.matches(&failure, None)).unwrap();
                    assert_eq!(found.0, *when, "{reason:?}");
                }
            }
        }
        let all: BTreeSet<&str> = FailureReason::ALL.iter().map(|reason| reason.name()).collect();
        assert_eq!(explained, all);
    }

    #[test]
    fn a_warning_is_not_explained_by_what_a_failed_session_is() {
        let book = explanation_book();
        let unverified = Failure::new(Class::Tls, FailedOperation::Verify, "h", "certificates are not verified");
        assert_eq!(book.warning(&unverified), None);
        assert_eq!(book.warning(&Failure::usage("not done")), None);
        let cut = Failure::new(Class::Local, FailedOperation::Send, "f", "cut").with_reason(FailureReason::NotSent);
        assert_eq!(book.warning(&cut), Some(book.failure(&cut, None)));
    }

    #[test]
    fn no_text_is_chosen_by_the_words_of_a_message() {
        let book = parse(SOURCE).unwrap();
        let words = ["", "NXDOMAIN", "the certificate has expired", "not sent", "the peer answered 404", "odd"];
        let reasons = FailureReason::ALL.iter().copied().map(Some).chain([None]);
        for (reason, class) in reasons.flat_map(|reason| Class::ALL.map(|class| (reason, class))) {
            for operation in FailedOperation::ALL.iter().copied() {
                let chosen = words.map(|words| {
                    let failure = Failure::new(class, operation, "h", words).with_reason(reason);
                    book.failures.iter().position(|(when, _)| when.matches(&failure, None))
                });
                assert!(chosen.iter().all(|one| *one == chosen[0]), "{class:?} {operation:?} {reason:?}: {chosen:?}");
            }
        }
        let by_words = "[[failure]]\nclass = \"tls\"\nsays = [\"expired\"]\nheadline = \"h\"\nhappened = \"x.\"\n";
        assert!(parse(by_words).unwrap_err().contains("says"), "the file has no such key");
    }

    #[test]
    fn a_text_that_makes_no_sense_is_named() {
        let broken = "[[failure]]\nclass = \"odd\"\nheadline = \"h\"\nhappened = \"x.\"\n[[standing]]\nwhen=\"open\"\nheadline=\"\"\nhappened=\"\"\ncite=[]";
        assert_eq!(parse(broken).unwrap_err(), "h: there is no class \"odd\"");
        assert!(icmp("v5 1/2").is_err() && icmp("v4 1").is_err() && icmp("v4 300/1").is_err());
        assert_eq!(errno_of_name("ECONNREFUSED"), Some(nix::errno::Errno::ECONNREFUSED as i32));
        let file: ExplainFile = toml::from_str(SOURCE).unwrap();
        if cfg!(target_os = "linux") {
            assert!(file.failure.iter().flat_map(|raw| &raw.errno).all(|name| errno_of_name(name).is_some()));
        }
    }
}
