//! Which sessions the kernel is asked for gauges at intervals: only those on the screen.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::msg::Effect;
use crate::model::state::{INSIGHT_COLUMNS, Model};
use crate::model::view::KernelSampling;
use crate::sessions::kinds::SessionKind;
use crate::sessions::order::SocketVerb;
use crate::sessions::{Order, Session, SessionId, SessionPhase, Verb};

/// Starts sampling the gauges that are now on the screen, and stops sampling those that left it. Cost without a
/// change: one check of the selected session.
pub(super) fn update_sampling(model: &mut Model, effects: &mut Vec<Effect>) {
    let wanted = sampled_sessions(model);
    if wanted == model.sampling {
        return;
    }
    for id in model.sampling.keys().filter(|id| !wanted.contains_key(id)) {
        if model.sessions.get(id).is_some_and(|session| is_open(session)) {
            effects.push(Effect::Net(Order { id: *id, verb: Verb::Socket(SocketVerb::SampleEvery(None)) }));
        }
    }
    for (id, every) in &wanted {
        if model.sampling.get(id) != Some(every) {
            effects.push(Effect::Net(Order { id: *id, verb: Verb::Socket(SocketVerb::SampleEvery(Some(*every))) }));
            if let Some(story) = model.sessions.get_mut(id).and_then(|session| session.tcp_history_mut()) {
                story.gauges.pace(*every);
            }
        }
    }
    model.sampling = wanted;
}

fn is_open(session: &Session) -> bool {
    match &session.kind {
        SessionKind::Stream(_) | SessionKind::Unix(_) | SessionKind::Http(_) => {
            matches!(session.phase, SessionPhase::Open(_))
        }
        SessionKind::Listener(_) | SessionKind::UnixListener(_) => session.phase == SessionPhase::Listening,
        SessionKind::Conversation(_)
        | SessionKind::Bound(_)
        | SessionKind::Repeat(_)
        | SessionKind::Dns(_)
        | SessionKind::Ports(_) => false,
    }
}

/// The sessions whose gauges are on the screen, and the interval at which each is sampled.
fn sampled_sessions(model: &Model) -> BTreeMap<SessionId, Duration> {
    let (Some(session), Some(panel)) = (model.session(), model.selected_panel()) else { return BTreeMap::new() };
    let beside = model.size.columns >= INSIGHT_COLUMNS && !model.zoomed;
    let samples = panel.view.entry().samples;
    if (!beside && samples == KernelSampling::No) || panel.frozen.is_some() {
        return BTreeMap::new();
    }
    let other =
        Some(session).filter(|_| samples == KernelSampling::BothEnds).and_then(|session| model.other_end(session));
    let open = [Some(session), other].into_iter().flatten().filter(|session| is_open(session));
    open.map(|session| (session.id, model.sample_every)).collect()
}
