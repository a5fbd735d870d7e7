//! The failure card under the transcript: why a session failed, in short; the explain view has the rest.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, part};
use super::key_hints::key;
use crate::files::theme::Role;
use crate::model::action::{Action, PaneAction, SessionAction};
use crate::model::keymap::KeyMode;
use crate::model::state::Model;
use crate::model::view::View;
use crate::sessions::Session;
use crate::wire::{Evidence, Failure};

/// The least width in which the card is drawn.
const NARROWEST: u16 = 20;

/// The greatest width of a sentence of the card.
const WIDEST: u16 = 84;

/// The least number of rows that the card needs at this width; 0: it is not drawn at this width.
pub(super) fn least_rows(model: &Model, session: &Session, failure: &Failure, columns: u16) -> u16 {
    if columns < NARROWEST {
        return 0;
    }
    let text = model.book.failure(failure, session.attempts.icmp.as_ref());
    2 + Canvas::sentence_rows(text_columns(columns).saturating_sub(2), &text.happened)
}

/// The width of the card's text.
fn text_columns(columns: u16) -> u16 {
    columns.saturating_sub(if columns < 50 { 2 } else { 4 }).min(WIDEST)
}

/// Draws the card; with little room, without the blank rows, and as much as fits.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, failure: &Failure) {
    if area.height == 0 || area.width < NARROWEST {
        return;
    }
    let roomy = area.height >= least_rows(model, session, failure, area.width) + 3;
    let left = if area.width < 50 { 1 } else { 2 };
    let place = part(area, left, 0, text_columns(area.width), area.height);
    let text = model.book.failure(failure, session.attempts.icmp.as_ref());
    let mut y = u16::from(roomy);
    let code = format!("   exit code {}", failure.class.exit_code());
    let head = StyledText::single(format!("✗ {}", failure.class.name().replace('_', " ")), Role::Bad);
    let told =
        head.clone().with(format!("   {}", evidence(failure.evidence)), Role::Dim).with(code.as_str(), Role::Dim);
    let head = if told.columns() <= place.width { told } else { head.with(code, Role::Dim) };
    canvas.draw_styled_text(place, 0, y, &head);
    y += 1;
    let hints = hints(model, session);
    let rows = if roomy { area.height } else { area.height.saturating_sub(1) };
    y += canvas.draw_sentence(part(place, 0, 0, place.width, rows), 2, y, &text.happened, Role::Text);
    y += u16::from(roomy);
    if !roomy {
        let short = hints.iter().fold(StyledText::new(), |strip, (key, _, what)| {
            strip.with(key.as_str(), Role::Key).with(format!(" {what}   "), Role::Text)
        });
        if area.height > 1 {
            canvas.draw_styled_text(place, 2, y.min(area.height - 1), &short);
        }
        return;
    }
    for (key, what, _) in hints {
        canvas.draw_styled_text(place, 2, y, &StyledText::single(key, Role::Key).with(format!(" {what}"), Role::Text));
        y += 1;
    }
}

/// What the user can do: a key, with a longer and a shorter description.
fn hints(model: &Model, session: &Session) -> Vec<(String, &'static str, &'static str)> {
    let has_view = View::of_session(session).contains(&View::Explain);
    let why = key(model, KeyMode::Normal, Action::Pane(PaneAction::Show(View::Explain))).filter(|_| has_view);
    let again =
        key(model, KeyMode::Normal, Action::Session(SessionAction::Retry)).filter(|_| session.parent().is_none());
    let all = [(why, "what this rules out, what to try", "why, and what to try"), (again, "the same again", "again")];
    all.into_iter().filter_map(|(key, what, short)| Some((key?, what, short))).collect()
}

/// The evidence of a failure.
pub(super) fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Seen => "seen by us",
        Evidence::Kernel => "reported by the kernel",
        Evidence::Inferred => "inferred from the RFC",
    }
}
