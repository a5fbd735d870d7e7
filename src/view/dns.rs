//! The views of a DNS session, and of the path to a peer: both are documents.

use ratatui::layout::Rect;

use super::canvas::{Canvas, part};
use super::marks::ShownRange;
use super::{document, failure_card};
use crate::model::documents::{of_view, path};
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::Session;

/// Draws queries and answers as tables.
pub(super) fn draw_answers(
    canvas: &mut Canvas<'_>,
    area: Rect,
    model: &Model,
    session: &Session,
    panel: &Panel,
) -> ShownRange {
    let Some(page) = of_view::document_shown(session, panel) else { return ShownRange::default() };
    let shown = document::draw(canvas, area, &page, panel);
    if let (Some(failure), Ok(used)) = (session.failure(), u16::try_from(canvas.seen.document_rows))
        && used + failure_card::least_rows(model, session, failure, area.width) <= area.height
    {
        failure_card::draw(canvas, part(area, 0, used, area.width, area.height), model, session, failure);
    }
    shown
}

/// Draws the path to the peer: the resolvers' answers, the connection attempts, the route.
pub(super) fn draw_path(
    canvas: &mut Canvas<'_>,
    area: Rect,
    model: &Model,
    session: &Session,
    panel: &Panel,
) -> ShownRange {
    let page = path::path_document(&session.path, &session.attempts, model.now, area.width.saturating_sub(2));
    document::draw(canvas, area, &page, panel)
}
