//! News of a TCP connection in words: system calls, states, and the kernel's reports.

use std::time::Duration;

use super::sentence::{NewsSentence, cause, exact_bytes, foreign_text, quiet_sentence, warning_sentence};
use crate::sessions::news::TcpNews;
use crate::sessions::news::call::CallResult;
use crate::text::quantity;
use crate::wire::Evidence;
use crate::wire::tcp::state::TcpState;
use crate::wire::tcp::syn::SynView;

/// News of a TCP connection, in words.
pub(super) fn tcp_sentence(news: &TcpNews) -> NewsSentence {
    match news {
        TcpNews::WeFinished => cause('◆', "we finished sending (FIN); what the peer sends is still received".into()),
        TcpNews::PeerFinished { received_bytes } => {
            let bytes = exact_bytes(*received_bytes);
            cause('◆', format!("peer finished sending (FIN) after {bytes}; that ends its direction, not ours"))
        }
        TcpNews::State { from, to, cause: why, evidence, remaining } => {
            let known = match evidence {
                Evidence::Seen => "seen",
                Evidence::Kernel => "the kernel says so",
                Evidence::Inferred => "inferred",
            };
            let rests = remaining.map_or(String::new(), |left| format!(", for {} more", quantity::duration(left)));
            quiet_sentence('→', format!("{} → {}{rests}: {} ({known})", from.name(), to.name(), why.text()))
        }
        TcpNews::Call { name, args, result, took } => match result {
            CallResult::Returned(value) => quiet_sentence(
                'ƒ',
                format!("{name}({}) → {value} in {}", foreign_text(args), quantity::duration(*took)),
            ),
            CallResult::Failed { errno, name: error } => {
                let error = if error.is_empty() { format!("error {errno}") } else { error.clone() };
                warning_sentence(
                    'ƒ',
                    format!("{name}({}) → {error} in {}", foreign_text(args), quantity::duration(*took)),
                )
            }
        },
        TcpNews::Stamps { byte, scheduled, sent, again, acked } => {
            let after = |time: &Option<Duration>| time.map_or("–".to_owned(), quantity::duration);
            let bytes = exact_bytes(byte.saturating_add(1));
            let (queued, sent, acked) = (after(scheduled), after(sent), after(acked));
            let times: Vec<String> = again.iter().copied().map(quantity::duration).collect();
            let again = if times.is_empty() { String::new() } else { format!(", again after {}", times.join(", ")) };
            quiet_sentence(
                '·',
                format!(
                    "the first {bytes}: queued after {queued}, sent after {sent}{again}, acknowledged after {acked}"
                ),
            )
        }
        TcpNews::PeerSyn(syn) => quiet_sentence('◆', syn_text(syn)),
        TcpNews::Kernel(view) => {
            let round = view.rtt.map_or("–".to_owned(), quantity::duration);
            quiet_sentence('·', format!("the kernel: {}, round trip {round}", view.state.map_or("–", TcpState::name)))
        }
    }
}

fn syn_text(syn: &SynView) -> String {
    let mut parts = vec![format!("ttl {}", syn.ttl), format!("window {}", quantity::grouped(u64::from(syn.window)))];
    parts.extend(syn.mss.map(|mss| format!("MSS {mss}")));
    parts.extend(syn.wscale.map(|shift| format!("window scale {shift}")));
    if syn.sack_permitted {
        parts.push("SACK".to_owned());
    }
    parts.extend(syn.timestamp.map(|clock| format!("timestamps ({clock})")));
    if syn.ecn {
        parts.push("ECN".to_owned());
    }
    format!("the peer's SYN: ISN {}, {}", syn.isn, parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tcp::cause::StateCause;

    #[test]
    fn a_state_says_its_cause_and_how_it_is_known() {
        let news = TcpNews::State {
            from: TcpState::FinWait2,
            to: TcpState::TimeWait,
            cause: StateCause::FinArrived,
            evidence: Evidence::Kernel,
            remaining: Some(Duration::from_secs(60)),
        };
        assert_eq!(
            tcp_sentence(&news).text,
            "FIN-WAIT-2 → TIME-WAIT, for 1 min 0 s more: FIN received → ACK sent (the kernel says so)"
        );
    }
}
