//! The first group of the help: the keys of what has the focus, with what they do just here.

use super::action::{Action, AppAction, ComposeAction, PaneAction, SessionAction};
use super::help_group::{HelpGroup, HelpRow};
use super::keymap::KeyMode;
use super::state::{Focus, Model};
use super::view::{View, ViewContent};

/// The keys of the focused pane, and of the view in it.
pub(super) fn group(model: &Model) -> HelpGroup {
    let (title, lines) = match (model.session(), model.selected_panel()) {
        (Some(_), Some(_)) if model.focus == Focus::Composer => ("Here: the composer".into(), composer()),
        (Some(_), Some(_)) if model.focus == Focus::Sessions => ("Here: the list of sessions".into(), list()),
        (Some(_), Some(panel)) => (format!("Here: {}", panel.view.name()).into(), of_view(panel.view)),
        _ => ("Here: the home screen".into(), home()),
    };
    let mode = if model.focus == Focus::Composer { KeyMode::Composer } else { KeyMode::Normal };
    let row = |(actions, describe): HereLine| {
        let chords = actions.iter().flat_map(|action| model.keymap.chords_for(mode, *action));
        let keys: Vec<String> = chords.map(|chord| chord.to_string()).collect();
        let name = actions.first().and_then(|action| action.entry()).map_or("", |entry| entry.name);
        (!keys.is_empty()).then(|| HelpRow { keys: keys.join("  "), describe: describe.to_owned(), name })
    };
    let rows = lines.into_iter().filter_map(row).collect();
    HelpGroup { title, rows }
}

/// Actions whose keys are listed together, and what they do here.
type HereLine = (Vec<Action>, &'static str);

fn pane(action: PaneAction, describe: &'static str) -> HereLine {
    (vec![Action::Pane(action)], describe)
}

fn session(action: SessionAction, describe: &'static str) -> HereLine {
    (vec![Action::Session(action)], describe)
}

fn both(describe: &'static str) -> HereLine {
    (vec![Action::Pane(PaneAction::Down), Action::Pane(PaneAction::Up)], describe)
}

fn home() -> Vec<HereLine> {
    vec![
        (vec![Action::App(AppAction::NewOrNextHit)], "new session"),
        both("choose a line"),
        pane(PaneAction::Activate, "do what the line says"),
        (vec![Action::App(AppAction::Lab)], "the lab: built-in peers"),
        (vec![Action::App(AppAction::Escape)], "to the sessions, if there are any"),
        (vec![Action::App(AppAction::Back)], "quit; asks if sessions are open"),
    ]
}

fn list() -> Vec<HereLine> {
    vec![
        both("the session below, or above"),
        pane(PaneAction::Activate, "into its composer, or its view"),
        session(SessionAction::CloseMenu, "close…: finish sending, reset or close"),
        session(SessionAction::Retry, "connect or send again"),
        session(SessionAction::Remove, "take an ended session from the list"),
        (vec![Action::App(AppAction::Back)], "to the home screen"),
    ]
}

fn composer() -> Vec<HereLine> {
    let compose = |action, describe| (vec![Action::Compose(action)], describe);
    vec![
        compose(ComposeAction::Send, "send"),
        (vec![Action::App(AppAction::Escape)], "leave the composer; the text stays"),
        compose(ComposeAction::NextMode, "text, literal or hex"),
        compose(ComposeAction::NextLineEnding, "line ending: none, LF, CRLF"),
        session(SessionAction::SendFile, "send a file"),
    ]
}

fn of_view(view: View) -> Vec<HereLine> {
    let mut lines = match view.entry().shows {
        ViewContent::Remedies => vec![
            both("choose what to try"),
            pane(PaneAction::Activate, "try it; asks first if it sends something"),
            pane(PaneAction::Copy, "copy the explanation"),
        ],
        ViewContent::Rungs => vec![
            both("the rung below, or above"),
            pane(PaneAction::Activate, "the bytes of the rung; Esc comes back"),
            session(SessionAction::ToggleCapture, "capture packets, or stop"),
            pane(PaneAction::Numbers, "relative or absolute numbers"),
        ],
        ViewContent::Peers => vec![
            both("the peer below, or above"),
            pane(PaneAction::Activate, "send to this peer, or go to its session"),
        ],
        ViewContent::Gauges => vec![both("the gauge below, or above")],
        ViewContent::Transcript => vec![
            pane(PaneAction::Search, if view == View::Hex { "search: 48 65, or words" } else { "search" }),
            pane(PaneAction::Filter, "filter: sent, received, events, words"),
            pane(PaneAction::Follow, "follow the tail"),
        ],
        ViewContent::Document(_) => vec![pane(PaneAction::Search, "search in this document")],
        ViewContent::Page => Vec::new(),
    };
    if view == View::Response {
        lines.push(pane(PaneAction::Pretty, "lay out as JSON, or as it came"));
    }
    if view == View::Flow {
        lines.push(session(SessionAction::ToggleReading, "stop reading, and the window closes; read again"));
    }
    lines.push((vec![Action::Compose(ComposeAction::Enter)], "into the composer"));
    lines.push((
        vec![Action::Pane(PaneAction::NextView), Action::Pane(PaneAction::PreviousView)],
        "next view, previous view",
    ));
    lines.push(session(SessionAction::CloseMenu, "close…: finish sending, reset or close"));
    lines
}
