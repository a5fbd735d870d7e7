//! Actions in a pane: moving, searching, filtering, the views.

use super::moving::ScrollMove;
use super::notices::{notify, warn};
use super::{app, copy, cursor, follow, home, ladder, remedies, scroll, search};
use crate::model::action::PaneAction;
use crate::model::msg::Effect;
use crate::model::overlay::PromptPurpose;
use crate::model::panel::{ActiveFilter, ScrollPosition};
use crate::model::state::{Focus, Model};
use crate::model::view::View;
use crate::sessions::kinds::SessionKind;
use crate::sessions::news::{PortProbe, PortState};
use crate::sessions::search::filter::{FilterIndex, TranscriptFilter};
use crate::sessions::spec::{HostPort, TcpSpec};
use crate::sessions::{SessionId, Spec, SpecKind};
use crate::wire::segment::SequenceDisplay;

/// Runs an action of a pane that is not refused.
pub(super) fn run(model: &mut Model, action: PaneAction, effects: &mut Vec<Effect>) {
    let page = isize::try_from(model.seen.view.rows.max(2)).unwrap_or(1) - 1;
    match action {
        PaneAction::Down => step(model, 1),
        PaneAction::Up => step(model, -1),
        PaneAction::HalfPageDown => move_selection(model, (page / 2).max(1)),
        PaneAction::HalfPageUp => move_selection(model, -(page / 2).max(1)),
        PaneAction::PageDown => move_selection(model, page.max(1)),
        PaneAction::PageUp => move_selection(model, -page.max(1)),
        PaneAction::Top => edge(model, ScrollMove::Top),
        PaneAction::Bottom => edge(model, ScrollMove::Bottom),
        PaneAction::Follow => follow::toggle(model),
        PaneAction::Mark => cursor::toggle_mark(model),
        PaneAction::Search => {
            let last = model.selected_panel().and_then(|panel| panel.search.as_ref());
            let last = last.map_or(String::new(), |search| search.typed.clone());
            app::open_prompt(model, PromptPurpose::Search, &last);
        }
        PaneAction::NextHit => search::move_to_hit(model, true),
        PaneAction::PreviousHit => search::move_to_hit(model, false),
        PaneAction::Filter => {
            let last = model.selected_panel().and_then(|panel| panel.filter.as_ref());
            let last = last.map_or(String::new(), |filtered| filtered.filter.source_text().to_string());
            app::open_prompt(model, PromptPurpose::Filter, &last);
        }
        PaneAction::NextView => turn_view(model, 1, effects),
        PaneAction::PreviousView => turn_view(model, -1, effects),
        PaneAction::Show(view) => show_view(model, view, effects),
        PaneAction::Boundaries => boundaries(model),
        PaneAction::Zoom => model.zoomed = !model.zoomed,
        PaneAction::Freeze => toggle_freeze(model),
        PaneAction::Pretty => toggle_pretty(model, effects),
        PaneAction::Numbers => turn_numbers(model),
        PaneAction::Copy => copy::run(model, effects),
        PaneAction::Activate => open_selected(model, effects),
    }
}

/// Moves the cursor by a row.
fn step(model: &mut Model, by: isize) {
    if model.selected.is_none() {
        home::step(model, by);
    } else if model.focus == Focus::Sessions {
        app::move_in_list(model, by);
    } else {
        scroll::scroll(model, ScrollMove::Step(by));
    }
}

fn move_selection(model: &mut Model, by: isize) {
    if model.selected.is_none() {
        home::step(model, by);
    } else if model.focus == Focus::Sessions {
        app::move_in_list(model, by);
    } else {
        scroll::scroll(model, ScrollMove::Rows(by));
    }
}

fn edge(model: &mut Model, step: ScrollMove) {
    if model.selected.is_none() {
        home::step(model, if step == ScrollMove::Top { isize::MIN } else { isize::MAX });
    } else if model.focus == Focus::Sessions {
        app::move_in_list(model, if step == ScrollMove::Top { isize::MIN } else { isize::MAX });
    } else {
        scroll::scroll(model, step);
    }
}

fn turn_view(model: &mut Model, by: isize, effects: &mut Vec<Effect>) {
    let (Some(session), Some(panel)) = (model.session(), model.selected_panel()) else { return };
    let views = View::of_session(session);
    let at = views.iter().position(|view| *view == panel.view).unwrap_or(0);
    let count = isize::try_from(views.len()).unwrap_or(1);
    let next = (isize::try_from(at).unwrap_or(0) + by).rem_euclid(count.max(1));
    let next = usize::try_from(next).unwrap_or(0);
    if let Some(view) = views.get(next).copied() {
        show_view(model, view, effects);
    }
}

/// Shows a view that the selected session has.
fn show_view(model: &mut Model, view: View, effects: &mut Vec<Effect>) {
    if view == View::Ladder {
        ladder::pick_shown(model);
    }
    if let Some(panel) = model.panel_mut() {
        panel.view = view;
        panel.document_scroll = 0;
        panel.document_cursor = None;
        panel.came_from = None;
        panel.document_follows = view == View::Response && panel.body.is_stream;
    }
    if model.focus == Focus::Sessions {
        model.focus = Focus::View;
    }
    super::readings::refresh_panel(model);
    search::search_again(model, effects);
}

fn toggle_freeze(model: &mut Model) {
    let Some(id) = model.selected else { return };
    let (Some(session), Some(panel)) = (model.sessions.get(&id), model.panels.get_mut(&id)) else { return };
    panel.frozen = match panel.frozen.take() {
        Some(_) => None,
        None => Some(Box::new(session.transcript.clone())),
    };
    panel.frozen_story = panel.frozen.as_ref().and_then(|_| session.tcp_history().cloned().map(Box::new));
    super::readings::refresh_panel(model);
}

/// Numbers reads and writes, or stops doing so.
fn boundaries(model: &mut Model) {
    let Some(panel) = model.panel_mut() else { return };
    panel.boundaries = !panel.boundaries;
    let text = match panel.boundaries {
        true => "each read and write has its number; where they met is marked in text and hex",
        false => "reads and writes are not numbered",
    };
    notify(model, text);
}

fn toggle_pretty(model: &mut Model, effects: &mut Vec<Effect>) {
    show_view(model, View::Response, effects);
    if let Some(panel) = model.panel_mut() {
        panel.body.pretty = !panel.body.pretty;
    }
    super::readings::lay_out_again(model);
    let problem = model.panel_mut().and_then(|panel| {
        let problem = panel.body.problem.take();
        panel.body.pretty &= problem.is_none();
        problem
    });
    if let Some(problem) = problem {
        warn(model, format!("not laid out as JSON: {problem}"));
    }
}

fn turn_numbers(model: &mut Model) {
    let Some(panel) = model.panel_mut() else { return };
    panel.numbers = match panel.numbers {
        SequenceDisplay::Relative => SequenceDisplay::Absolute,
        SequenceDisplay::Absolute => SequenceDisplay::Relative,
    };
}

fn open_selected(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(probe) = picked_port(model) {
        return open_port(model, &probe, effects);
    }
    let explains =
        model.focus == Focus::View && model.selected_panel().is_some_and(|panel| panel.view == View::Explain);
    if explains && remedies::activate(model, effects) {
        return;
    }
    let picked = match (model.session().and_then(|session| session.kind.peer_list()), model.selected_panel()) {
        (Some(heard), Some(panel)) if panel.view == View::Peers => heard.peers.keys().nth(panel.peer_picked).copied(),
        _ => None,
    };
    if let Some(peer) = picked {
        send_to_peer(model, peer);
    } else if let Some(child) = picked_child(model) {
        app::select(model, child);
    } else if model.focus == Focus::View && model.selected_panel().is_some_and(|panel| panel.view == View::Ladder) {
        ladder::jump_to_entry(model);
    } else if model.can_send() {
        model.focus = Focus::Composer;
    } else if model.selected.is_some() && model.focus == Focus::Sessions {
        model.focus = Focus::View;
    } else if model.selected.is_none() {
        home::take(model, model.home_picked, effects);
    }
}

/// The port under the cursor, if a range is on the screen.
fn picked_port(model: &Model) -> Option<PortProbe> {
    let (session, panel) = (model.session()?, model.selected_panel()?);
    let SessionKind::Ports(scan) = &session.kind else { return None };
    let shown = panel.view == View::Ports && model.focus == Focus::View;
    scan.probes.values().nth(panel.peer_picked).filter(|_| shown).cloned()
}

/// Opens a session to an open port.
fn open_port(model: &mut Model, probe: &PortProbe, effects: &mut Vec<Effect>) {
    if probe.state != PortState::Open {
        let (port, state) = (probe.peer.port(), probe.state.name());
        return warn(model, format!("port {port} is {state}: Enter opens a session to an open one"));
    }
    let target = HostPort { host: probe.peer.ip().to_string(), port: probe.peer.port() };
    effects.push(Effect::Open(Box::new(Spec::new(SpecKind::Tcp(TcpSpec::new(target))))));
}

/// The connection under the cursor, if a listener's list is on the screen.
fn picked_child(model: &Model) -> Option<SessionId> {
    let (session, panel) = (model.session()?, model.selected_panel()?);
    if panel.view != View::Peers || model.focus != Focus::View {
        return None;
    }
    let mut children = model.accepted_by(session.id);
    let newest = children.next()?.id;
    Some(panel.child_picked.filter(|child| model.sessions.contains_key(child)).unwrap_or(newest))
}

/// Makes the composer of a bound socket send to this peer.
pub(super) fn send_to_peer(model: &mut Model, peer: std::net::SocketAddr) {
    if let Some(panel) = model.panel_mut() {
        panel.composer.to = Some(peer);
        model.focus = Focus::Composer;
        notify(model, format!("what you send now goes to {peer}"));
    }
}

/// Shows only the entries that match a filter; an empty filter shows all.
pub(super) fn filter(model: &mut Model, typed: &str) -> Result<(), String> {
    let parsed = if typed.trim().is_empty() { None } else { Some(TranscriptFilter::parse(typed)?) };
    if let Some(panel) = model.panel_mut() {
        panel.filter = parsed.map(|filter| ActiveFilter { filter, index: FilterIndex::default() });
        panel.scroll = ScrollPosition::Tail;
        panel.cursor = None;
    }
    super::readings::refresh_panel(model);
    Ok(())
}
