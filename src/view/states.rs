//! The state view: the diagram of a connection (of both its ends where both are ours), and the way it took in words.

use ratatui::layout::Rect;

use super::diagram::{Diagram, NARROW, SHORT, TALL};
use super::evidence;
use super::paper::{Paper, Strip, area_of, part};
use super::transcript::Shown;
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::wire::session::{Ends, Kind};
use crate::wire::tcp::{Track, explain_state};
use crate::wire::{Session, quantity};

/// The columns of the words beside the diagram, at the least.
const WORDS: u16 = 34;

/// Draws the view.
pub(super) fn draw(paper: &mut Paper<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> Shown {
    let Some(story) = panel.story(session) else { return Shown::default() };
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    let twin = model.other_end(session);
    let page = Page { model, session, track: &story.track, scroll: panel.document_scroll };
    match twin {
        Some(twin) if place.width >= 2 * NARROW && place.height >= SHORT + 6 => page.both(paper, place, twin),
        _ => page.one(paper, place, twin),
    }
}

struct Page<'a> {
    model: &'a Model,
    session: &'a Session,
    track: &'a Track,
    scroll: usize,
}

impl Page<'_> {
    fn both(&self, paper: &mut Paper<'_>, area: Rect, twin: &Session) -> Shown {
        let width = (area.width - 2) / 2;
        let tall = area.height >= TALL + 9;
        let rows = if tall { TALL } else { SHORT };
        let sides = [(0, self.session, Some(self.track)), (width + 2, twin, twin.story.as_ref().map(|s| &s.track))];
        for (x, session, track) in sides {
            let side = part(area, x, 0, width, rows + 2);
            let title = Strip::of(format!("{} ", session.id), Role::Dim).and(own_end(session), Role::Strong);
            paper.strip(side, 0, 0, &title);
            if let Some(track) = track {
                Diagram { track, opened: session.opened }.draw(paper, part(side, 0, 2, width, rows));
            }
        }
        let rest = part(area, 0, rows + 3, area.width, area.height.saturating_sub(rows + 3));
        self.words(paper, rest, Some(twin))
    }

    fn one(&self, paper: &mut Paper<'_>, area: Rect, twin: Option<&Session>) -> Shown {
        let diagram = Diagram { track: self.track, opened: self.session.opened };
        if area.width >= NARROW + WORDS + 3 && area.height >= SHORT {
            let width = (area.width - WORDS - 3).min(64);
            let rows = if area.height >= TALL { TALL } else { SHORT };
            diagram.draw(paper, part(area, 0, 0, width, rows));
            let rest = part(area, width + 3, 0, area.width - width - 3, area.height);
            return self.words(paper, rest, twin);
        }
        if area.width < NARROW || area.height < SHORT {
            return self.words(paper, area, twin);
        }
        let rows = if area.height >= TALL + 8 { TALL } else { SHORT };
        diagram.draw(paper, part(area, 0, 0, area.width, rows));
        let used = (rows + 1).min(area.height);
        self.words(paper, part(area, 0, used, area.width, area.height - used), twin)
    }

    /// What the state means, where the kernel differs, and every step; scrolled.
    fn words(&self, paper: &mut Paper<'_>, area: Rect, twin: Option<&Session>) -> Shown {
        paper.seen.view = area_of(area);
        let lines = self.lines(usize::from(area.width), twin);
        paper.seen.document_rows = lines.len();
        let rows = usize::from(area.height);
        let scroll = self.scroll.min(lines.len().saturating_sub(rows));
        for (y, line) in (0..area.height).zip(lines.iter().skip(scroll)) {
            paper.strip(area, 0, y, line);
        }
        let all = lines.len().max(1) as f64;
        let below = lines.len().saturating_sub(scroll + rows);
        Shown { above: scroll as f64 / all, below: below as f64 / all, entries_below: 0 }
    }

    fn lines(&self, columns: usize, twin: Option<&Session>) -> Vec<Strip> {
        let state = self.track.state();
        let mut lines = Vec::new();
        wrapped(&mut lines, state.name(), Role::Strong, explain_state(state), Role::Text, columns);
        if let Some(until) = self.track.rests_until() {
            let left = until.saturating_duration_since(self.model.now);
            let text = match left.is_zero() {
                true => "Its time is over: the port is free.".to_owned(),
                false => format!("The port is free in {}.", quantity::duration(left)),
            };
            wrapped(&mut lines, "", Role::Cause, &text, Role::Cause, columns);
        }
        if let Some(difference) = self.track.difference().filter(|_| !self.session.ended()) {
            let text = format!("({} by our calls): {}", difference.expected.name(), difference.meaning);
            wrapped(&mut lines, difference.kernel.name(), Role::Warn, &text, Role::Dim, columns);
        }
        if let Some(twin) = twin.and_then(|twin| Some((twin, twin.story.as_ref()?))) {
            let (session, story) = twin;
            let text = format!("session {} is in {}", session.id, story.track.state().name());
            wrapped(&mut lines, "Other end:", Role::Dim, &text, Role::Text, columns);
        }
        lines.push(Strip::new());
        for step in self.track.steps().iter().rev() {
            let time = quantity::clock(step.at.saturating_duration_since(self.session.opened));
            let head = Strip::of(format!("{time:>8} "), Role::Dim).and(format!("{:<12} ", step.to.name()), Role::Text);
            let word = Strip::of(evidence::word(step.evidence), evidence::role(step.evidence));
            if columns >= 58 {
                let cause = format!("{:<28} ", step.cause);
                lines.push(head.and(cause, Role::Cause).chain(word));
            } else {
                lines.push(head.chain(word));
                lines.push(Strip::of(format!("{:9}{}", "", step.cause), Role::Cause));
            }
        }
        lines.push(Strip::new());
        lines.push(evidence::legend());
        lines
    }
}

/// The address of a session's own end.
fn own_end(session: &Session) -> String {
    match session.kind {
        Kind::Stream(Ends { local: Some(local), .. }) => local.to_string(),
        _ => session.title(),
    }
}

/// A sentence behind a name, broken at spaces.
fn wrapped(lines: &mut Vec<Strip>, head: &str, head_role: Role, text: &str, role: Role, columns: usize) {
    let mut line = Strip::new();
    let mut used = 0;
    if !head.is_empty() {
        line = line.and(format!("{head}  "), head_role);
        used = usize::from(super::paper::columns_of(head)) + 2;
    }
    let mut blank = "";
    for word in text.split(' ') {
        let wide = usize::from(super::paper::columns_of(word));
        if used > 0 && used + wide > columns {
            lines.push(std::mem::take(&mut line));
            (used, blank) = (0, "");
        }
        line = line.and(format!("{blank}{word}"), role);
        used += wide + 1;
        blank = " ";
    }
    lines.push(line);
}
