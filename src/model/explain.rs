//! The explain view: why a session failed, or its present situation, as lines to be laid out.

use super::kinds;
use super::state::Model;
use super::timeline::{self, TimelineLine};
use crate::sessions::Session;
use crate::sessions::explain::remedy::RemedyContext;
use crate::sessions::explain::suggestions::{self, Suggestion};
use crate::sessions::explain::{Explanation, Situation};
use crate::text::sanitize;
use crate::wire::Failure;

/// The content of the view for one session.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainCard {
    /// The failure, if there is one; for UDP, the failure that the last ICMP message stands for.
    pub failure: Option<Failure>,
    /// Whether the session has failed.
    pub over: bool,
    /// The texts.
    pub explanation: Explanation,
    /// What happened, in order.
    pub happened: Vec<TimelineLine>,
    /// The remedies, in order; one that can be run has the spec that it opens.
    pub tries: Vec<Suggestion>,
}

/// The card of a session, at the model's time.
pub fn card(model: &Model, session: &Session) -> ExplainCard {
    let (failure, explanation, tries) = explained(model, session);
    let happened = timeline::lines(session, &model.timers, model.now);
    ExplainCard { over: session.failure().is_some(), failure, explanation, happened, tries }
}

/// The failure, its explanation or that of the situation, and the remedies.
fn explained(model: &Model, session: &Session) -> (Option<Failure>, Explanation, Vec<Suggestion>) {
    let icmp = session.attempts.icmp.as_ref();
    // A UDP session goes on after an ICMP message, but that message is also explained.
    let failure = session.failure().cloned().or_else(|| kinds::icmp_failure(session));
    let explanation = match &failure {
        Some(failure) => model.book.failure(failure, icmp),
        None => model.book.explain_situation(Situation::of_session(session)),
    };
    let context = RemedyContext::of_session(session, failure.as_ref());
    let tries = suggestions::suggestions_for(&explanation, &context, failure.is_some());
    (failure, explanation, tries)
}

/// The remedies that can be run, in order.
pub fn remedies(model: &Model, session: &Session) -> Vec<Suggestion> {
    let (_, _, tries) = explained(model, session);
    tries.into_iter().filter(|one| one.opens.is_some()).collect()
}

/// The card as text, for the clipboard.
pub fn text(model: &Model, session: &Session) -> String {
    let card = card(model, session);
    let mut lines = vec![sanitize::line(&session.title())];
    if let Some(failure) = &card.failure {
        lines.push(format!("{}, exit code {}: {failure}", failure.class.name(), failure.class.exit_code()));
    }
    lines.push(card.explanation.headline.clone());
    lines.push(card.explanation.happened.clone());
    lines.push("What happened".into());
    for line in &card.happened {
        let at = line
            .at
            .map_or(String::new(), |at| format!("{:.3} ", at.saturating_duration_since(session.opened).as_secs_f64()));
        lines.push(format!("  {at}{}: {}", line.what, line.how));
    }
    let mut section = |title: &str, texts: &[String]| {
        if !texts.is_empty() {
            lines.push(title.to_owned());
            lines.extend(texts.iter().map(|text| format!("  {text}")));
        }
    };
    section("What this rules out", &card.explanation.rules_out);
    section("Likely, in order", &card.explanation.likely);
    let tries: Vec<String> = card.tries.iter().map(|one| format!("{} {}", one.label, one.why).trim().into()).collect();
    section("Try next", &tries);
    section("To read", &card.explanation.cite);
    let lines: Vec<String> = lines.iter().map(|line| sanitize::line(line)).collect();
    lines.join("\n")
}
