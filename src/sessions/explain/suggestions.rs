//! What an explanation offers to try, for one session: probes that make sense for it, then advice.

use super::book::Explanation;
use super::remedy::{Ground, Probe};
use crate::sessions::spec::Spec;

/// How many probes are offered at the most: each has a key from 1 to 9.
pub const MOST_PROBES: usize = 9;

/// One thing to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Try {
    /// What it is; empty for advice.
    pub label: String,
    /// What it tells, or the advice.
    pub why: String,
    /// What it opens; `None` for advice.
    pub opens: Option<Spec>,
}

/// What can be tried, those that can be run first. After a failure the same again is always there.
pub fn of(explanation: &Explanation, ground: &Ground<'_>, failed: bool) -> Vec<Try> {
    let offer = |probe: Probe, why: &str| {
        let opens = probe.spec(ground)?;
        Some(Try { label: probe.label(&opens), why: why.to_owned(), opens: Some(opens) })
    };
    let named = explanation.next.iter().filter_map(|next| offer(next.probe?, &next.why));
    let mut tries: Vec<Try> = named.take(MOST_PROBES).collect();
    if tries.is_empty() && failed {
        tries.extend(offer(Probe::Again, "has it passed?"));
    }
    let advice = explanation.next.iter().filter(|next| next.probe.is_none());
    tries.extend(advice.map(|next| Try { label: String::new(), why: next.why.clone(), opens: None }));
    tries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::explain::book::Next;
    use crate::sessions::spec::{HostPort, TcpSpec, What};

    #[test]
    fn what_makes_no_sense_is_left_out_and_advice_comes_last() {
        let spec = Spec::new(What::Tcp(TcpSpec::to(HostPort { host: "127.0.0.1".into(), port: 80 })));
        let ground = Ground { spec: &spec, peer: None, addresses: &[] };
        let next = |probe, why: &str| Next { probe, why: why.into() };
        let offered = vec![next(None, "think"), next(Some(Probe::OtherFamily), "no"), next(Some(Probe::Udp), "u")];
        let mut explanation = Explanation { next: offered, ..Explanation::default() };
        let labels = |tries: Vec<Try>| tries.into_iter().map(|one| format!("{} {}", one.label, one.why)).collect();
        let told: Vec<String> = labels(of(&explanation, &ground, true));
        assert_eq!(told, ["UDP to 127.0.0.1:80 u", " think"]);
        explanation.next.pop();
        let told: Vec<String> = labels(of(&explanation, &ground, true));
        assert_eq!(told, ["the same again has it passed?", " think"]);
    }
}
