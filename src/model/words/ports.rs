//! News of a range of ports, in words.

use super::sentence::{NewsSentence, good_sentence, quiet_sentence};
use crate::sessions::news::{PortNews, PortState};
use crate::text::quantity;

/// News of a range of ports, in words.
pub(super) fn ports_sentence(news: &PortNews) -> NewsSentence {
    match news {
        PortNews::Begun { ports, addresses } => {
            let listed: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            let ports = quantity::grouped(u64::from(*ports));
            quiet_sentence('◇', format!("trying {ports} ports at {}", listed.join(" and ")))
        }
        PortNews::Probed(probe) => {
            let took = quantity::duration(probe.took);
            let text = format!("port {} {} in {took}: {}", probe.peer.port(), probe.state.name(), probe.reason_text());
            if probe.state == PortState::Open { good_sentence('◆', text) } else { quiet_sentence('·', text) }
        }
        PortNews::Done { counts, took } => {
            good_sentence('■', format!("all ports were tried in {}: {counts}", quantity::duration(*took)))
        }
    }
}
