//! The state view: the diagram of a connection (for both ends if both are ours), and its state changes in words.

use std::time::Duration;

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, area_of, columns_of, part};
use super::diagram::{NARROW, SHORT, StateDiagram, TALL};
use super::marks::ShownRange;
use super::{evidence, key_hints};
use crate::files::theme::Role;
use crate::model::action::{Action, SessionAction};
use crate::model::keymap::KeyMode;
use crate::model::panel::{EndRequest, Panel};
use crate::model::state::Model;
use crate::sessions::Session;
use crate::sessions::tcp::states::{StateChange, StateTrack};
use crate::text::quantity;
use crate::wire::tcp::{TcpEvent, explain_state};

/// From this many rows of words on, blank rows separate them.
const ROOMY: u16 = 8;

/// The least columns for the words beside the diagram.
const WORDS: u16 = 34;

/// Columns between the diagrams of both ends.
const BETWEEN: u16 = 2;

/// A state change this soon after a key is attributed to the key: a close waits this long for queued bytes.
const SOON: Duration = Duration::from_secs(6);

/// Draws the view.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> ShownRange {
    let Some(story) = panel.tcp_history(session) else { return ShownRange::default() };
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    let twin = model.other_end(session);
    let page = StatesPage { model, session, track: &story.track, scroll: panel.document_scroll, asked: panel.asked };
    match twin {
        Some(twin) if place.width >= 2 * NARROW + BETWEEN && place.height >= SHORT + 6 => {
            page.draw_both_ends(canvas, place, twin)
        }
        _ => page.draw_diagram(canvas, place, twin),
    }
}

struct StatesPage<'a> {
    model: &'a Model,
    session: &'a Session,
    track: &'a StateTrack,
    scroll: usize,
    asked: Option<EndRequest>,
}

impl StatesPage<'_> {
    fn draw_both_ends(&self, canvas: &mut Canvas<'_>, area: Rect, twin: &Session) -> ShownRange {
        let width = (area.width - BETWEEN) / 2;
        let tall = area.height >= TALL + 9;
        let rows = if tall { TALL } else { SHORT };
        let sides =
            [(0, self.session, Some(self.track)), (width + BETWEEN, twin, twin.tcp_history().map(|s| &s.track))];
        for (x, session, track) in sides {
            let side = part(area, x, 0, width, rows + 2);
            let title = StyledText::single(format!("{} ", session.id), Role::Dim).with(own_end(session), Role::Strong);
            canvas.draw_styled_text(side, 0, 0, &title);
            if let Some(track) = track {
                StateDiagram { track, opened: session.opened }.draw(canvas, part(side, 0, 2, width, rows));
            }
        }
        let rest = part(area, 0, rows + 3, area.width, area.height.saturating_sub(rows + 3));
        self.draw_words(canvas, rest, Some(twin))
    }

    fn draw_diagram(&self, canvas: &mut Canvas<'_>, area: Rect, twin: Option<&Session>) -> ShownRange {
        let diagram = StateDiagram { track: self.track, opened: self.session.opened };
        if area.width >= NARROW + WORDS + 3 && area.height >= SHORT {
            let width = (area.width - WORDS - 3).min(64);
            let rows = if area.height >= TALL { TALL } else { SHORT };
            diagram.draw(canvas, part(area, 0, 0, width, rows));
            let rest = part(area, width + 3, 0, area.width - width - 3, area.height);
            return self.draw_words(canvas, rest, twin);
        }
        if area.width < NARROW || area.height < SHORT {
            return self.draw_words(canvas, area, twin);
        }
        let rows = if area.height >= TALL + 8 { TALL } else { SHORT };
        diagram.draw(canvas, part(area, 0, 0, area.width, rows));
        canvas.draw_styled_text(area, 0, rows, &evidence::legend());
        let used = (rows + 1).min(area.height);
        self.draw_scrolled(canvas, part(area, 0, used, area.width, area.height - used), twin)
    }

    /// The meaning of the state, its difference from the kernel's, and every state change; scrolls.
    fn draw_words(&self, canvas: &mut Canvas<'_>, area: Rect, twin: Option<&Session>) -> ShownRange {
        // The legend stays visible while the words scroll.
        let legend = u16::from(area.height > 3);
        canvas.draw_styled_text(
            area,
            0,
            area.height.saturating_sub(1),
            &if legend > 0 { evidence::legend() } else { StyledText::new() },
        );
        self.draw_scrolled(canvas, part(area, 0, 0, area.width, area.height - legend), twin)
    }

    fn draw_scrolled(&self, canvas: &mut Canvas<'_>, area: Rect, twin: Option<&Session>) -> ShownRange {
        canvas.seen.view = area_of(area);
        let lines = self.lines(usize::from(area.width), area.height >= ROOMY, twin);
        canvas.seen.document_rows = lines.len();
        let rows = usize::from(area.height);
        let scroll = self.scroll.min(lines.len().saturating_sub(rows));
        for (y, line) in (0..area.height).zip(lines.iter().skip(scroll)) {
            canvas.draw_styled_text(area, 0, y, line);
        }
        let all = lines.len().max(1) as f64;
        let below = lines.len().saturating_sub(scroll + rows);
        ShownRange { above: scroll as f64 / all, below: below as f64 / all, entries_below: 0 }
    }

    /// `you pressed c f: `, if the user's key caused a state change.
    fn key_remark(&self, step: &StateChange) -> String {
        let Some(asked) = self.asked else { return String::new() };
        let ends = match asked.action {
            SessionAction::Reset => step.event == TcpEvent::Abort,
            _ => matches!(step.event, TcpEvent::Close | TcpEvent::Abort),
        };
        let soon = step.at.saturating_duration_since(asked.at) <= SOON && step.at + SOON >= asked.at;
        if !ends || !soon || step.cause.is_failed_attempt() {
            return String::new();
        }
        let key = key_hints::key(self.model, KeyMode::Normal, Action::Session(SessionAction::CloseMenu));
        match (key, asked.letter) {
            (Some(key), Some(letter)) => format!("you pressed {key} {letter}: "),
            _ => "by your order: ".to_owned(),
        }
    }

    fn lines(&self, columns: usize, roomy: bool, twin: Option<&Session>) -> Vec<StyledText> {
        let state = self.track.state();
        let mut lines = Vec::new();
        push_wrapped(&mut lines, state.name(), Role::Strong, explain_state(state), Role::Text, columns);
        if let Some(until) = self.track.rests_until() {
            let left = until.saturating_duration_since(self.model.now);
            let text = match left.is_zero() {
                true => "Its time is over: the port is free.".to_owned(),
                false => format!("The port is free in {}.", quantity::duration(left)),
            };
            push_wrapped(&mut lines, "", Role::Cause, &text, Role::Cause, columns);
        }
        let differs = self.track.difference().filter(|_| !self.session.is_over()).map(|difference| {
            let text = format!("({} by our calls): {}", difference.expected.name(), difference.meaning);
            let mut lines = Vec::new();
            push_wrapped(&mut lines, difference.kernel.name(), Role::Warn, &text, Role::Dim, columns);
            // If a state change below already shows it, this may come after the changes.
            (lines, difference.kernel == self.track.state() && !roomy)
        });
        let (before, behind) = match differs {
            Some((told, true)) => (Vec::new(), told),
            Some((told, false)) => (told, Vec::new()),
            None => Default::default(),
        };
        lines.extend(before);
        if let Some(twin) = twin.and_then(|twin| Some((twin, twin.tcp_history()?))) {
            let (session, story) = twin;
            let text = format!("session {} is in {}", session.id, story.track.state().name());
            push_wrapped(&mut lines, "Other end:", Role::Dim, &text, Role::Text, columns);
        } else if let Some(end) =
            self.session.kernel.as_ref().and_then(|view| view.peer_end).filter(|_| !self.session.is_over())
        {
            let text = format!("{}, as this host's kernel says", end.state.name());
            push_wrapped(&mut lines, "Other end:", Role::Dim, &text, Role::Text, columns);
        }
        if roomy {
            lines.push(StyledText::new());
        }
        let causes = || self.track.steps().iter().rev().map(|step| format!("{}{}", self.key_remark(step), step.cause));
        let widest = causes().map(|cause| usize::from(columns_of(&cause))).max().unwrap_or(0).max(28);
        // Time, state and evidence are beside the cause, if all fit in one line.
        let in_a_line = columns >= 31 + widest;
        for (step, cause) in self.track.steps().iter().rev().zip(causes()) {
            let time = quantity::clock(step.at.saturating_duration_since(self.session.opened));
            let head = StyledText::single(format!("{time:>8} "), Role::Dim)
                .with(format!("{:<12} ", step.to.name()), Role::Text);
            let word = StyledText::single(evidence::evidence_word(step.evidence), evidence::role(step.evidence));
            if in_a_line {
                lines.push(head.with(format!("{cause:<widest$} "), Role::Cause).append(word));
            } else {
                lines.push(head.append(word));
                let mut wrap = Vec::new();
                push_wrapped(&mut wrap, "", Role::Cause, &cause, Role::Cause, columns.saturating_sub(9));
                lines.extend(wrap.into_iter().map(|line| StyledText::single(" ".repeat(9), Role::Dim).append(line)));
            }
        }
        lines.extend(behind);
        lines
    }
}

/// The address of our end of a session.
fn own_end(session: &Session) -> String {
    session.ends().local.map_or_else(|| session.title(), |local| local.to_string())
}

/// A sentence after a name, broken at spaces.
fn push_wrapped(lines: &mut Vec<StyledText>, head: &str, head_role: Role, text: &str, role: Role, columns: usize) {
    let mut line = StyledText::new();
    let mut used = 0;
    if !head.is_empty() {
        line = line.with(format!("{head}  "), head_role);
        used = usize::from(columns_of(head)) + 2;
    }
    let mut blank = "";
    for word in text.split(' ') {
        let wide = usize::from(columns_of(word));
        if used > 0 && used + wide > columns {
            lines.push(std::mem::take(&mut line));
            (used, blank) = (0, "");
        }
        line = line.with(format!("{blank}{word}"), role);
        used += wide + 1;
        blank = " ";
    }
    lines.push(line);
}
