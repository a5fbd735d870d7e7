//! Why a session failed, in short, under what was said; the explain view has the rest.

use ratatui::layout::Rect;

use super::keys::key;
use super::paper::{Paper, Strip, part};
use crate::files::theme::Role;
use crate::model::action::{Action, PaneAction, SessionAction};
use crate::model::keymap::Mode;
use crate::model::state::Model;
use crate::wire::{Evidence, Failure, Session};

/// The fewest rows that the card is drawn in.
const LEAST: u16 = 6;

/// The widest that a sentence of the card is.
const WIDEST: u16 = 84;

/// Draws the card, as far as there is room for its most important part.
pub(super) fn draw(paper: &mut Paper<'_>, area: Rect, model: &Model, session: &Session, failure: &Failure) {
    if area.height < LEAST || area.width < 20 {
        return;
    }
    let place = part(area, 2, 0, area.width.saturating_sub(4).min(WIDEST), area.height);
    let text = model.book.failure(failure, session.course.icmp.as_ref());
    let mut y = 1;
    let head = Strip::of(format!("✗ {}", failure.class.name().replace('_', " ")), Role::Bad)
        .and(format!("   {}", evidence(failure.evidence)), Role::Dim)
        .and(format!("   exit code {}", failure.class.exit_code()), Role::Dim);
    paper.strip(place, 0, y, &head);
    y += 1;
    y += paper.sentence(place, 2, y, &text.happened, Role::Text);
    y += 1;
    let why = key(model, Mode::Normal, Action::Pane(PaneAction::ShowExplain));
    let again = key(model, Mode::Normal, Action::Session(SessionAction::Retry)).filter(|_| session.parent().is_none());
    let hints = [(why, "what this rules out, what is likely, what to try"), (again, "the same again")];
    for (key, what) in hints {
        if let Some(key) = key {
            paper.strip(place, 2, y, &Strip::of(key, Role::Key).and(format!(" {what}"), Role::Text));
            y += 1;
        }
    }
}

/// How we know it.
pub(super) fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Seen => "seen by us",
        Evidence::Kernel => "told by the kernel",
        Evidence::Inferred => "inferred from the RFC",
    }
}
