//! The row at the bottom: the keys that are useful now, where the focus is.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::key_hints::{self, KeyHint, first_bound_key, hint, key};
use super::overlay_keys::{self, pair};
use crate::model::action::{Action, AppAction, ComposeAction, PaneAction, SessionAction};
use crate::model::keymap::KeyMode;
use crate::model::kinds;
use crate::model::panel::Panel;
use crate::model::seen::FrameReport;
use crate::model::state::{Focus, Model};
use crate::model::view::View;
use crate::sessions::{Session, SessionPhase};

/// Draws the footer.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model) {
    if area.is_empty() {
        return;
    }
    if let Some(overlay) = &model.overlay {
        key_hints::draw_footer(canvas, area, &overlay_keys::of_overlay(model, overlay), &[]);
        return;
    }
    let (hints, last) = match (model.session(), model.selected_panel()) {
        (Some(session), Some(panel)) => match model.focus {
            Focus::Composer => (in_composer(model), vec![composer_help(model)]),
            Focus::Sessions => (in_list(model, session, panel), common(model)),
            Focus::View => (in_view(model, session, panel, &canvas.seen), common(model)),
        },
        _ => (at_home(model), common(model)),
    };
    key_hints::draw_footer(canvas, area, &hints, &last);
}

fn app(model: &Model, action: AppAction, what: &str) -> KeyHint {
    hint(key(model, KeyMode::Normal, Action::App(action)), what)
}

fn pane(model: &Model, action: PaneAction, what: &str) -> KeyHint {
    hint(key(model, KeyMode::Normal, Action::Pane(action)), what)
}

fn session(model: &Model, action: SessionAction, what: &str) -> KeyHint {
    hint(key(model, KeyMode::Normal, Action::Session(action)), what)
}

/// The keys that stay when there is too little room: the help to the last, then the `:` line.
fn common(model: &Model) -> Vec<KeyHint> {
    vec![app(model, AppAction::CommandLine, "command"), app(model, AppAction::Help, "help")]
}

fn composer_help(model: &Model) -> KeyHint {
    hint(key(model, KeyMode::Composer, Action::App(AppAction::Help)), "help")
}

fn new_key(model: &Model) -> Option<String> {
    first_bound_key(model, KeyMode::Normal, &[Action::App(AppAction::NewOrNextHit), Action::App(AppAction::New)])
}

fn at_home(model: &Model) -> Vec<KeyHint> {
    let of = |action| key(model, KeyMode::Normal, Action::Pane(action));
    let mut hints = vec![
        hint(new_key(model), "new session"),
        hint(pair(of(PaneAction::Down), of(PaneAction::Up)), "choose"),
        pane(model, PaneAction::Activate, "takes it"),
        app(model, AppAction::Lab, "lab"),
        app(model, AppAction::Back, "quit"),
    ];
    if !model.sessions.is_empty() {
        hints.insert(1, app(model, AppAction::Escape, "to the sessions"));
    }
    hints
}

fn in_composer(model: &Model) -> Vec<KeyHint> {
    let of = |action: Action| key(model, KeyMode::Composer, action);
    let mode = model.selected_panel().map(|panel| panel.composer.mode).unwrap_or_default();
    vec![
        hint(of(Action::Compose(ComposeAction::Send)), "send"),
        hint(of(Action::App(AppAction::Escape)), "leave"),
        hint(of(Action::Compose(ComposeAction::NextMode)), mode.next().name()),
        hint(of(Action::Compose(ComposeAction::NextLineEnding)), "line end"),
        hint(of(Action::Compose(ComposeAction::Newline)), "new line"),
        hint(of(Action::Compose(ComposeAction::HistoryBack)), "history"),
        hint(of(Action::Session(SessionAction::SendFile)), "file"),
        hint(of(Action::App(AppAction::Palette)), "more"),
    ]
}

fn in_list(model: &Model, shown: &Session, panel: &Panel) -> Vec<KeyHint> {
    let mut hints = vec![hint(new_key(model), "new"), pane(model, PaneAction::Activate, "open")];
    hints.extend(ending(model, shown));
    hints.extend(explain_key(model, shown));
    hints.push(app(model, AppAction::NextPane, "next pane"));
    hints.push(app(model, AppAction::Back, "back"));
    hints.extend(thawing(model, panel));
    hints.extend(reading(model, shown));
    hints.extend(more(model, shown, None));
    hints
}

/// The keys that end the session; for one that is over, those that open it again or remove it.
fn ending(model: &Model, shown: &Session) -> Vec<KeyHint> {
    if !shown.is_over() {
        return vec![session(model, SessionAction::CloseMenu, "close…")];
    }
    let again = shown.parent().is_none().then(|| session(model, SessionAction::Retry, "again"));
    again.into_iter().chain([session(model, SessionAction::Remove, "remove")]).collect()
}

/// The key that goes on showing what comes, while the display is frozen; the header says how much waits.
fn thawing(model: &Model, panel: &Panel) -> Option<KeyHint> {
    panel.frozen.as_ref().map(|_| pane(model, PaneAction::Freeze, "goes on"))
}

/// The key that goes on reading, while it is stopped; for a listener, accepting.
fn reading(model: &Model, shown: &Session) -> Option<KeyHint> {
    let what = if shown.is_listener() { "accepts again" } else { "reads on" };
    shown.is_reading_paused().then(|| session(model, SessionAction::ToggleReading, what))
}

fn explain_key(model: &Model, shown: &Session) -> Option<KeyHint> {
    let what = if shown.failure().is_some() { "why" } else { "explain" };
    View::of_session(shown).contains(&View::Explain).then(|| pane(model, PaneAction::Show(View::Explain), what))
}

/// The keys that are seldom urgent: they come last, and the first to be left out.
fn more(model: &Model, shown: &Session, view: Option<View>) -> Vec<KeyHint> {
    let mut hints = vec![session(model, SessionAction::Save, "save")];
    if view.is_some_and(|view| view != View::Explain) {
        hints.push(pane(model, PaneAction::Copy, "copy"));
    }
    if shown.spec.what.socket_kind().is_some() {
        hints.push(session(model, SessionAction::Options, "options"));
    }
    let can_pause = matches!(shown.phase, SessionPhase::Open(_)) && kinds::pausing(shown).is_ok();
    if can_pause && !shown.is_reading_paused() {
        hints.push(session(model, SessionAction::ToggleReading, "stop reading"));
    }
    if view.is_some_and(View::is_transcript) {
        hints.push(app(
            model,
            AppAction::ToggleClock,
            if model.settings.wall_clock { "session time" } else { "clock" },
        ));
    }
    hints
}

/// The keys of the pane, those that the present state makes urgent first.
fn in_view(model: &Model, shown: &Session, panel: &Panel, seen: &FrameReport) -> Vec<KeyHint> {
    let mut hints = Vec::new();
    if panel.search.is_some() {
        hints.push(hint(new_key(model), "next hit"));
        hints.push(pane(model, PaneAction::PreviousHit, "previous"));
        hints.push(app(model, AppAction::Escape, "end search"));
    }
    hints.extend(thawing(model, panel));
    hints.extend(reading(model, shown));
    if model.can_send() {
        hints.push(hint(key(model, KeyMode::Normal, Action::Compose(ComposeAction::Enter)), "write"));
    }
    hints.push(pane(model, PaneAction::NextView, "view"));
    let listed = model.sessions_in_order();
    if let Some(place) =
        listed.iter().position(|id| *id == shown.id).filter(|_| seen.list.is_none() && listed.len() > 1)
    {
        let of = |action| key(model, KeyMode::Normal, Action::App(action));
        let keys = pair(of(AppAction::NextSession), of(AppAction::PreviousSession));
        hints.push(hint(keys, format!("{} of {}", place + 1, listed.len())));
    }
    if panel.view != View::Explain {
        hints.extend(explain_key(model, shown));
    }
    hints.extend(of_view(model, shown, panel, seen));
    hints.extend(ending(model, shown));
    hints.push(pane(model, PaneAction::Search, "search"));
    hints.push(pane(model, PaneAction::Filter, "filter"));
    hints.extend(more(model, shown, Some(panel.view)));
    hints
}

/// The keys that only this view has.
fn of_view(model: &Model, shown: &Session, panel: &Panel, seen: &FrameReport) -> Vec<KeyHint> {
    match panel.view {
        View::Ladder => {
            let is_captured = panel.tcp_history(shown).is_some_and(|story| story.ladder.is_captured());
            let capture = session(model, SessionAction::ToggleCapture, "capture");
            let mut hints = vec![pane(model, PaneAction::Down, "rung")];
            if shown.has_bare_stream() {
                hints.push(pane(model, PaneAction::Activate, "its place"));
            }
            if is_captured {
                hints.push(pane(model, PaneAction::Numbers, "numbers"));
            } else if !shown.is_over() {
                hints.push(capture);
            }
            hints
        }
        View::Response if shown.totals.received.bytes > 0 => vec![pane(model, PaneAction::Pretty, "pretty")],
        View::Peers => vec![pane(model, PaneAction::Down, "choose"), pane(model, PaneAction::Activate, "takes it")],
        View::Ports => vec![pane(model, PaneAction::Down, "choose"), pane(model, PaneAction::Activate, "opens it")],
        View::Kernel => vec![pane(model, PaneAction::Down, "gauge")],
        View::Explain => of_explain(model, seen),
        View::Text
        | View::Hex
        | View::Response
        | View::Headers
        | View::Request
        | View::Tls
        | View::Timing
        | View::State
        | View::Way
        | View::Answer
        | View::Fields
        | View::Flow
        | View::Latency => Vec::new(),
    }
}

/// The keys that choose a remedy and run it, if the view has one.
fn of_explain(model: &Model, seen: &FrameReport) -> Vec<KeyHint> {
    if seen.remedy_row.is_none() {
        return Vec::new();
    }
    let of = |action| key(model, KeyMode::Normal, Action::Pane(action));
    vec![
        hint(pair(of(PaneAction::Down), of(PaneAction::Up)), "choose"),
        pane(model, PaneAction::Activate, "try it"),
        pane(model, PaneAction::Copy, "copy"),
    ]
}
