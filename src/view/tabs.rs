//! The row of views on the upper edge of a session's pane: all of them, or the current one and its neighbours.

use std::ops::Range;

use ratatui::layout::Rect;

use super::canvas::{Canvas, columns_of, part};
use crate::files::theme::Role;
use crate::model::seen::ClickTarget;
use crate::model::view::View;

/// The row of views of a session, and which of them is shown.
#[derive(Clone, Copy)]
pub(super) struct ViewTabs<'a> {
    views: &'a [View],
    current: usize,
}

impl<'a> ViewTabs<'a> {
    /// The row for these views, of which `shown` is on the screen.
    pub(super) fn new(views: &'a [View], shown: View) -> Self {
        ViewTabs { views, current: views.iter().position(|view| *view == shown).unwrap_or(0) }
    }

    /// The widths to reserve, the better one first: of the current view with both its neighbours, and with the next.
    pub(super) fn least_columns(&self) -> [u16; 2] {
        let last = self.views.len().saturating_sub(1);
        let neighbours = self.current.saturating_sub(1)..(self.current + 1).min(last) + 1;
        let next = self.current.min(last.saturating_sub(1))..(self.current + 1).min(last) + 1;
        [self.columns(&neighbours), self.columns(&next)]
    }

    /// The width of the current view alone.
    pub(super) fn one_column(&self) -> u16 {
        self.columns(&(self.current..self.current + 1))
    }

    /// The width of a part of the row: a blank at each end, one between two names, and the marks around it if it is not
    /// the whole.
    fn columns(&self, range: &Range<usize>) -> u16 {
        let names = self.views.get(range.clone()).unwrap_or_default();
        let marks = if range.len() < self.views.len() { 2 } else { 0 };
        names.iter().map(|view| columns_of(view.name()) + 1).sum::<u16>() + 1 + marks
    }

    /// The largest part of the row around the current view that fits this width: first the next view, then the previous
    /// one, and so on. The current one alone may be wider.
    fn fit(&self, room: u16) -> Range<usize> {
        let all = 0..self.views.len();
        if self.columns(&all) <= room {
            return all;
        }
        let mut range = self.current..(self.current + 1).min(self.views.len());
        loop {
            let after = range.start..(range.end + 1).min(self.views.len());
            let before = range.start.saturating_sub(1)..range.end;
            let even = range.end - self.current > self.current - range.start + 1;
            let choices = if even { [before, after] } else { [after, before] };
            match choices.into_iter().find(|wider| wider.len() > range.len() && self.columns(wider) <= room) {
                Some(wider) => range = wider,
                None => return range,
            }
        }
    }

    /// Draws as much of the row as fits, at the right end of `area`. Returns its width.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
        let range = self.fit(area.width);
        let columns = self.columns(&range);
        if columns > area.width || range.is_empty() {
            return 0;
        }
        let row = part(area, area.width - columns, 0, columns, 1);
        canvas.draw_repeated(row, 0, 0, " ", columns, Role::Dim);
        let cut = range.len() < self.views.len();
        let turn = |by: usize| self.views.get((self.current + by) % self.views.len()).copied();
        let mut x = 1;
        if cut {
            canvas.draw_text(row, x, 0, "‹", Role::Key);
            if let Some(previous) = turn(self.views.len() - 1) {
                canvas.hit(part(row, x.saturating_sub(1), 0, 2, 1), ClickTarget::Tab(previous));
            }
            x += 1;
        }
        for (place, view) in self.views.iter().enumerate().take(range.end).skip(range.start) {
            let role = if place == self.current { Role::Key } else { Role::Dim };
            let used = canvas.draw_text(row, x, 0, view.name(), role);
            canvas.hit(part(row, x, 0, used, 1), ClickTarget::Tab(*view));
            x += used + 1;
        }
        if cut {
            x -= 1;
            canvas.draw_text(row, x, 0, "›", Role::Key);
            if let Some(next) = turn(1) {
                canvas.hit(part(row, x, 0, 2, 1), ClickTarget::Tab(next));
            }
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEWS: [View; 5] = [View::Text, View::Hex, View::Ladder, View::State, View::Kernel];

    #[test]
    fn what_fits_is_the_current_view_its_next_and_its_previous_one() {
        let tabs = ViewTabs::new(&VIEWS, View::Ladder);
        assert_eq!(tabs.fit(30), 0..5);
        assert_eq!(tabs.columns(&(0..5)), 30);
        assert_eq!(tabs.fit(28), 1..5);
        assert_eq!((tabs.fit(26), tabs.fit(24)), (0..4, 1..4));
        assert_eq!(tabs.least_columns(), [20, 16]);
        assert_eq!(tabs.fit(19), 2..4);
        assert_eq!(tabs.fit(15), 1..3);
        assert_eq!(tabs.fit(3), 2..3);
    }

    #[test]
    fn at_the_ends_the_neighbours_are_those_that_there_are() {
        let first = ViewTabs::new(&VIEWS, View::Text);
        assert_eq!((first.least_columns(), first.fit(20)), ([12, 12], 0..3));
        let last = ViewTabs::new(&VIEWS, View::Kernel);
        assert_eq!((last.least_columns(), last.fit(20)), ([16, 16], 3..5));
        let only = ViewTabs::new(&VIEWS[..1], View::Text);
        assert_eq!((only.least_columns(), only.fit(6)), ([6, 6], 0..1));
    }
}
