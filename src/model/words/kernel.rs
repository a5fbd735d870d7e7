//! What the kernel and its calls tell, in words.

use std::time::Duration;

use super::sentence::{NewsSentence, cause, exact, quiet, quoted, warned, well};
use crate::sessions::News;
use crate::sessions::news::call::CallResult;
use crate::sessions::news::{OptionNews, TcpNews};
use crate::text::quantity;
use crate::wire::Evidence;
use crate::wire::option::{OptionValue, SocketOption};
use crate::wire::tcp::state::TcpState;
use crate::wire::tcp::syn::SynView;

/// A fact of the kernel's in words; facts of other kinds have none here, and give an empty sentence.
pub(super) fn note(news: &News) -> NewsSentence {
    match news {
        News::Tcp(TcpNews::State { from, to, cause: why, evidence, remaining }) => {
            let known = match evidence {
                Evidence::Seen => "seen",
                Evidence::Kernel => "the kernel says so",
                Evidence::Inferred => "inferred",
            };
            let rests = remaining.map_or(String::new(), |left| format!(", for {} more", quantity::duration(left)));
            quiet('→', format!("{} → {}{rests}: {} ({known})", from.name(), to.name(), why.words()))
        }
        News::Tcp(TcpNews::Call { name, args, result, took }) => match result {
            CallResult::Returned(value) => {
                quiet('ƒ', format!("{name}({}) → {value} in {}", quoted(args), quantity::duration(*took)))
            }
            CallResult::Failed { errno, name: error } => {
                let error = if error.is_empty() { format!("error {errno}") } else { error.clone() };
                warned('ƒ', format!("{name}({}) → {error} in {}", quoted(args), quantity::duration(*took)))
            }
        },
        News::Tcp(TcpNews::Stamps { byte, scheduled, sent, acked }) => {
            let after = |time: &Option<Duration>| time.map_or("–".to_owned(), quantity::duration);
            let bytes = exact(byte.saturating_add(1));
            let (queued, sent, acked) = (after(scheduled), after(sent), after(acked));
            quiet(
                '·',
                format!("the first {bytes}: queued after {queued}, sent after {sent}, acknowledged after {acked}"),
            )
        }
        News::Tcp(TcpNews::PeerSyn(syn)) => quiet('◆', syn_text(syn)),
        News::Tcp(TcpNews::Kernel(view)) => {
            let round = view.rtt.map_or("–".to_owned(), quantity::duration);
            quiet('·', format!("the kernel: {}, round trip {round}", view.state.map_or("–", TcpState::name)))
        }
        News::Option(OptionNews::Set { option, asked, now }) => set(*option, asked, now),
        News::Option(OptionNews::Reported(options)) => {
            let listed: Vec<String> = options
                .iter()
                .map(|(option, value)| match value {
                    Ok(value) => format!("{} {}", option.name(), quoted(&value.to_string())),
                    Err(_) => format!("{} –", option.name()),
                })
                .collect();
            quiet('◆', format!("socket options: {}", listed.join(" · ")))
        }
        _ => quiet(' ', String::new()),
    }
}

fn set(option: SocketOption, asked: &OptionValue, now: &OptionValue) -> NewsSentence {
    let value = quoted(&now.to_string());
    if asked == now {
        return well('◆', format!("{} is {value}", option.symbol()));
    }
    let asked_text = quoted(&asked.to_string());
    let why = option.difference(asked, now).map_or(String::new(), |why| format!("; {why}"));
    cause('◆', format!("{} is {value}, where {asked_text} was asked for{why}", option.symbol()))
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
        let news = News::Tcp(TcpNews::State {
            from: TcpState::FinWait2,
            to: TcpState::TimeWait,
            cause: StateCause::FinArrived,
            evidence: Evidence::Kernel,
            remaining: Some(Duration::from_secs(60)),
        });
        assert_eq!(
            note(&news).text,
            "FIN-WAIT-2 → TIME-WAIT, for 1 min 0 s more: FIN received → ACK sent (the kernel says so)"
        );
    }

    #[test]
    fn a_buffer_that_the_kernel_doubled_says_so() {
        let news = News::Option(OptionNews::Set {
            option: SocketOption::RecvBuffer,
            asked: OptionValue::Bytes(65_536),
            now: OptionValue::Bytes(131_072),
        });
        assert_eq!(
            note(&news).text,
            "SO_RCVBUF is 131,072 bytes, where 65,536 bytes was asked for; the kernel doubles it, for its own bookkeeping"
        );
    }
}
