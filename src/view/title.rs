//! The upper edge of a session's pane: its number, its name, its state, and the row of views.

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, columns_of, part};
use super::status;
use super::tabs::ViewTabs;
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::model::view::View;
use crate::sessions::Session;

/// The least columns of a name by which it is recognised, the better first; a shorter name needs only its own.
const NAMES: [u16; 3] = [44, 24, 14];

/// Draws the title in the upper border of `area`. From 40 columns on, the name of the current view and a way to the next
/// are always on it; the name of the session and its state take the rest.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) {
    let line = part(area, 2, 0, area.width.saturating_sub(4), 1);
    let number = number(canvas, model, session);
    let name = session.title();
    let tabs = ViewTabs::new(View::of_session(session), panel.view);
    let states = status::headlines(session, model.now).into_iter();
    let states: Vec<StyledText> = states.map(|state| StyledText::single(" ── ", Role::Border).append(state)).collect();
    let none = StyledText::new();
    let fixed = |state: &StyledText| number.columns() + state.columns() + 1;
    let needs = |least: u16, state: &StyledText, tabs: u16| fixed(state) + columns_of(&name).min(least) + tabs;
    // The first choice that leaves enough of the name and of the row of views.
    let mut choices = NAMES.into_iter().flat_map(|least| {
        states.iter().flat_map(move |state| tabs.least_columns().into_iter().map(move |tabs| (least, state, tabs)))
    });
    let chosen = choices.find(|(least, state, tabs)| needs(*least, state, *tabs) <= line.width);
    let (state, reserved) = chosen.map_or_else(
        || {
            let [neighbours, next] = tabs.least_columns();
            let fits = [neighbours, next].into_iter().find(|tabs| needs(14, &none, *tabs) <= line.width);
            (&none, fits.unwrap_or_else(|| next.min(line.width)))
        },
        |(_, state, tabs)| (state, tabs),
    );
    let wanted = fixed(state) + columns_of(&name);
    let room = line.width.saturating_sub(reserved.max(tabs.one_column())).min(wanted);
    let left = part(line, 0, 0, room, 1);
    let mut x = canvas.draw_styled_text(left, 0, 0, &number);
    let for_name = left.width.saturating_sub(fixed(state));
    x += canvas.draw_text(part(left, x, 0, for_name, 1), 0, 0, &name, Role::Strong);
    x += canvas.draw_styled_text(left, x, 0, &state.clone().with(" ", Role::Dim));
    tabs.draw(canvas, part(line, x, 0, line.width.saturating_sub(x), 1));
}

/// The session's number; if the list is not on the screen, also its place in it.
fn number(canvas: &Canvas<'_>, model: &Model, session: &Session) -> StyledText {
    let id = StyledText::single(format!(" {} ", session.id), Role::Dim);
    let listed = model.sessions_in_order();
    if canvas.seen.list.is_some() || listed.len() < 2 {
        return id;
    }
    match listed.iter().position(|other| *other == session.id) {
        Some(place) if usize::try_from(session.id.0).is_ok_and(|id| id == place + 1) => {
            StyledText::single(format!(" {} of {} ", place + 1, listed.len()), Role::Dim)
        }
        Some(place) => id.with(format!("· {} of {} ", place + 1, listed.len()), Role::Dim),
        None => id,
    }
}
