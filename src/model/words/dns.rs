//! News of DNS, and of the path to a peer, as sentences.

use super::sentence::{NewsSentence, foreign_text, good_sentence, quiet_sentence, warning_sentence};
use crate::sessions::kinds::dns_compare::ResolverComparison;
use crate::sessions::news::dns::{DnsAnswer, DnsNews, DnsPlan};
use crate::text::quantity;
use crate::wire::route::Route;

/// News of a DNS session.
pub(super) fn dns_sentence(news: &DnsNews) -> NewsSentence {
    match news {
        DnsNews::Plan(plan) => plan_sentence(plan),
        DnsNews::Query(query) => {
            let again = if query.attempt > 1 { format!(" (try {})", query.attempt) } else { String::new() };
            let (question, server) = (&query.question, query.server);
            let name = foreign_text(&question.name);
            quiet_sentence(
                '◇',
                format!("asking {server} by {} for {name} {}{again}", query.wire.name().to_uppercase(), question.kind),
            )
        }
        DnsNews::Answer(answer) => answer_sentence(answer),
        DnsNews::Failed(failed) => warning_sentence(
            '✗',
            format!("{} after {}", foreign_text(&failed.failure.to_string()), quantity::duration(failed.took)),
        ),
    }
}

fn plan_sentence(plan: &DnsPlan) -> NewsSentence {
    let names = match plan.names.len() {
        0 | 1 => String::new(),
        _ => format!("; names in turn: {}", foreign_text(&plan.names.join(" "))),
    };
    let servers: Vec<String> = plan.servers.iter().map(ToString::to_string).collect();
    let hosts: Vec<String> = plan.hosts.iter().take(8).map(ToString::to_string).collect();
    if hosts.is_empty() {
        return quiet_sentence('◇', format!("servers of {}: {}{names}", plan.source, servers.join(", ")));
    }
    let hosts = hosts.join(", ");
    warning_sentence(
        '!',
        format!("/etc/hosts has {hosts}, which programs take without asking; servers: {}{names}", servers.join(", ")),
    )
}

fn answer_sentence(answer: &DnsAnswer) -> NewsSentence {
    let message = &answer.message;
    let said: Vec<String> =
        message.answers.iter().take(4).map(|record| format!("{} {}", record.kind, record.data)).collect();
    let more = message.answers.len().saturating_sub(said.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let what = if said.is_empty() { "no record".to_owned() } else { foreign_text(&said.join(", ")) };
    let cut = if message.is_truncated() { ", cut short (TC)" } else { "" };
    let text = format!("{}: {what}{more}{cut}, in {}", message.rcode_name(), quantity::duration(answer.took));
    if message.rcode() == 0 && !said.is_empty() { good_sentence('◆', text) } else { warning_sentence('◆', text) }
}

/// The answer of the system's resolver, besides the answers of the name servers that we asked.
pub(super) fn compared(compared: &ResolverComparison) -> NewsSentence {
    let text = foreign_text(&format!("{}; name servers: {}", compared.system_answer_text(), compared.own_text()));
    if compared.differs() {
        warning_sentence('!', format!("the resolvers differ: {text}"))
    } else {
        quiet_sentence('◆', text)
    }
}

/// The route by which packets leave this machine.
pub(super) fn route(route: &Route) -> NewsSentence {
    let interface = route.interface.as_ref().map_or(String::new(), |name| format!(" over {}", foreign_text(name)));
    let gateway = route.gateway.map_or(String::new(), |gateway| format!(" by router {gateway}"));
    quiet_sentence('◆', format!("packets to {} leave from {}{interface}{gateway}", route.peer, route.source))
}
