//! Suggestions of an explanation for one session: remedies that make sense for it, then advice.

use super::book::Explanation;
use super::remedy::{Remedy, RemedyContext};
use super::sent_again::sent_by;
use crate::sessions::spec::Spec;

/// How many remedies are suggested at most: each has a number from 1 to 9.
pub const MOST_PROBES: usize = 9;

/// One thing to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// A label; empty for advice.
    pub label: String,
    /// What the attempt would show, or the advice.
    pub why: String,
    /// The spec to open; `None` for advice.
    pub opens: Option<Spec>,
    /// What it sends by itself, again or to somebody else: the end of a sentence that begins with "it".
    pub sends: Option<String>,
}

/// The suggestions, remedies first. After a failure there is always one: if no remedy fits, the same session again.
pub fn suggestions_for(explanation: &Explanation, ground: &RemedyContext<'_>, failed: bool) -> Vec<Suggestion> {
    let offer = |probe: Remedy, why: &str| {
        let opens = probe.spec(ground)?;
        let sends = sent_by(&opens, ground.spec);
        Some(Suggestion { label: probe.label(&opens), why: why.to_owned(), opens: Some(opens), sends })
    };
    let named = explanation.next.iter().filter_map(|next| offer(next.probe?, &next.why));
    let mut tries: Vec<Suggestion> = named.take(MOST_PROBES).collect();
    if tries.is_empty() && failed {
        tries.extend(offer(Remedy::Again, "has it passed?"));
    }
    let advice = explanation.next.iter().filter(|next| next.probe.is_none());
    tries.extend(advice.map(|next| Suggestion {
        label: String::new(),
        why: next.why.clone(),
        opens: None,
        sends: None,
    }));
    tries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::explain::book::NextStep;
    use crate::sessions::explain::remedy::{Remedy, RemedyContext};
    use crate::sessions::spec::{HostPort, SpecKind, TcpSpec};

    #[test]
    fn what_makes_no_sense_is_left_out_and_advice_comes_last() {
        let spec = Spec::new(SpecKind::Tcp(TcpSpec::new(HostPort { host: "127.0.0.1".into(), port: 80 })));
        let ground = RemedyContext { spec: &spec, peer: None, addresses: &[] };
        let next = |probe, why: &str| NextStep { probe, why: why.into() };
        let offered = vec![next(None, "think"), next(Some(Remedy::OtherFamily), "no"), next(Some(Remedy::Udp), "u")];
        let mut explanation = Explanation { next: offered, ..Explanation::default() };
        let labels =
            |tries: Vec<Suggestion>| tries.into_iter().map(|one| format!("{} {}", one.label, one.why)).collect();
        let told: Vec<String> = labels(suggestions_for(&explanation, &ground, true));
        assert_eq!(told, ["UDP to 127.0.0.1:80 u", " think"]);
        explanation.next.pop();
        let told: Vec<String> = labels(suggestions_for(&explanation, &ground, true));
        assert_eq!(told, ["the same again has it passed?", " think"]);
    }
}
