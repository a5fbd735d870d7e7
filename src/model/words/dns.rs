//! What DNS tells, and the way to a peer, as sentences.

use super::sentence::{NewsSentence, quiet, quoted, warned, well};
use crate::sessions::kinds::dns_compare::ResolverComparison;
use crate::sessions::news::dns::{DnsAnswer, DnsNews, DnsPlan};
use crate::text::quantity;
use crate::wire::route::Route;

/// A fact of a question for DNS.
pub(super) fn of(news: &DnsNews) -> NewsSentence {
    match news {
        DnsNews::Plan(plan) => planned(plan),
        DnsNews::Query(query) => {
            let again = if query.attempt > 1 { format!(" (try {})", query.attempt) } else { String::new() };
            let (question, server) = (&query.question, query.server);
            let name = quoted(&question.name);
            quiet('◇', format!("asking {server} by {} for {name} {}{again}", query.wire.name(), question.kind))
        }
        DnsNews::Answer(answer) => answered(answer),
        DnsNews::Failed(failed) => {
            warned('✗', format!("{} after {}", quoted(&failed.failure.to_string()), quantity::duration(failed.took)))
        }
    }
}

fn planned(plan: &DnsPlan) -> NewsSentence {
    let names = match plan.names.len() {
        0 | 1 => String::new(),
        _ => format!("; names in turn: {}", quoted(&plan.names.join(" "))),
    };
    let servers: Vec<String> = plan.servers.iter().map(ToString::to_string).collect();
    let hosts: Vec<String> = plan.hosts.iter().take(8).map(ToString::to_string).collect();
    if hosts.is_empty() {
        return quiet('◇', format!("servers of {}: {}{names}", plan.source, servers.join(", ")));
    }
    let hosts = hosts.join(", ");
    warned(
        '!',
        format!("/etc/hosts has {hosts}, which programs take without asking; servers: {}{names}", servers.join(", ")),
    )
}

fn answered(answer: &DnsAnswer) -> NewsSentence {
    let message = &answer.message;
    let said: Vec<String> =
        message.answers.iter().take(4).map(|record| format!("{} {}", record.kind, record.data)).collect();
    let more = message.answers.len().saturating_sub(said.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let what = if said.is_empty() { "no record".to_owned() } else { quoted(&said.join(", ")) };
    let cut = if message.is_truncated() { ", cut short (TC)" } else { "" };
    let text = format!("{}: {what}{more}{cut}, in {}", message.rcode_name(), quantity::duration(answer.took));
    if message.rcode() == 0 && !said.is_empty() { well('◆', text) } else { warned('◆', text) }
}

/// What the system's resolver says, beside what name servers told us.
pub(super) fn compared(compared: &ResolverComparison) -> NewsSentence {
    let text = quoted(&format!("{}; asked beside: {}", compared.system_text(), compared.own_text()));
    if compared.differs() { warned('!', format!("the resolvers differ: {text}")) } else { quiet('◆', text) }
}

/// Which way packets leave this machine.
pub(super) fn route(route: &Route) -> NewsSentence {
    let interface = route.interface.as_ref().map_or(String::new(), |name| format!(" over {}", quoted(name)));
    let gateway = route.gateway.map_or(String::new(), |gateway| format!(" by router {gateway}"));
    quiet('◆', format!("packets to {} leave from {}{interface}{gateway}", route.peer, route.source))
}
