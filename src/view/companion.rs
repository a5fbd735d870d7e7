//! A second view below the first one, where a tall screen has room for it: the ladder below a transcript, the heads
//! below a response.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, part};
use super::{document, key_hints, ladder};
use crate::files::theme::Role;
use crate::model::action::{Action, PaneAction};
use crate::model::documents::{document as documents, http};
use crate::model::keymap::KeyMode;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::view::View;
use crate::sessions::Session;
use crate::sessions::kinds::SessionKind;

/// With fewer rows, the pane has one view.
const TALL: u16 = 40;

/// The view that goes with this one, if the session has anything to show in it.
fn companion_of(session: &Session, panel: &Panel) -> Option<View> {
    match (panel.view, &session.kind) {
        (View::Text | View::Hex, _) => {
            let story = panel.tcp_history(session)?;
            (!story.ladder.is_empty()).then_some(View::Ladder)
        }
        (View::Response, SessionKind::Http(exchange)) => (!exchange.hops.is_empty()).then_some(View::Headers),
        (_, _) => None,
    }
}

/// Splits the area of the views: the first view's part, and that of the second one, which may be empty.
pub(super) fn split(area: Rect, session: &Session, panel: &Panel) -> (Rect, Rect) {
    if area.height < TALL || companion_of(session, panel).is_none() {
        return (area, Rect::default());
    }
    let below = area.height * 2 / 5;
    let above = area.height - below;
    (part(area, 0, 0, area.width, above), part(area, 0, above, area.width, below))
}

/// Draws the second view under a rule with its name and its key. The first view alone scrolls and has the cursor.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) {
    let Some(view) = companion_of(session, panel).filter(|_| !area.is_empty()) else { return };
    canvas.draw_repeated(area, 0, 0, "─", area.width, Role::Border);
    let key = key_hints::key(model, KeyMode::Normal, Action::Pane(PaneAction::Show(view))).unwrap_or_default();
    let title = StyledText::single(format!(" {} ", view.name()), Role::Dim);
    let title = if key.is_empty() { title } else { title.with(key, Role::Key).with(" ", Role::Dim) };
    canvas.draw_styled_text(area, 1, 0, &title);
    let inner = part(area, 0, 1, area.width, area.height - 1);
    let first = (canvas.seen.view, canvas.seen.document_rows, canvas.seen.picked);
    match (view, &session.kind) {
        (View::Headers, SessionKind::Http(exchange)) => {
            let place = part(inner, 1, 0, inner.width.saturating_sub(2), inner.height);
            let page = http::headers_document(exchange, session.secrets);
            let rows = page.lines.iter().flat_map(|line| documents::wrap(line, place.width.max(1)));
            for (y, line) in (0..place.height).zip(rows) {
                document::draw_line(canvas, place, y, &line);
            }
        }
        (_, _) => {
            ladder::draw(canvas, inner, model, session, panel);
        }
    }
    (canvas.seen.view, canvas.seen.document_rows, canvas.seen.picked) = first;
}
