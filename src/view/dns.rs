//! A question for DNS, and the way to a peer: documents both.

use ratatui::layout::Rect;

use super::paper::{Paper, part};
use super::transcript::Shown;
use super::{card, document};
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::{dns_pages, way_pages};
use crate::sessions::Session;
use crate::sessions::kinds::Kind;
use crate::sessions::kinds::dns::Lookup;

/// Draws what was asked and answered as tables.
pub(super) fn answer(paper: &mut Paper<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> Shown {
    let Kind::Dns(lookup) = &session.kind else { return Shown::default() };
    let shown = document::draw(paper, area, &dns_pages::of_answer(lookup, session.failure()), panel);
    if let (Some(failure), Ok(used)) = (session.failure(), u16::try_from(paper.seen.document_rows))
        && used + card::least_rows(model, session, failure, area.width) <= area.height
    {
        card::draw(paper, part(area, 0, used, area.width, area.height), model, session, failure);
    }
    shown
}

/// Draws every field of every message at its octets.
pub(super) fn fields(paper: &mut Paper<'_>, area: Rect, lookup: &Lookup, panel: &Panel) -> Shown {
    document::draw(paper, area, &dns_pages::of_fields(lookup), panel)
}

/// Draws the way to the peer: what the resolvers said, the race, the route.
pub(super) fn way(paper: &mut Paper<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> Shown {
    let page = way_pages::of_way(&session.way, model.now, area.width.saturating_sub(2));
    document::draw(paper, area, &page, panel)
}
