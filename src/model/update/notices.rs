//! Notices, new sessions, and where the focus goes.

use crate::model::notice::NoticeWeight;
use crate::model::overlay::Overlay;
use crate::model::state::{Focus, Model};

/// Says something that is no problem.
pub(super) fn notify(model: &mut Model, text: impl Into<String>) {
    model.notices.notify(NoticeWeight::Done, text, model.now);
}

/// Says why something was not done.
pub(super) fn warn(model: &mut Model, text: impl Into<String>) {
    model.notices.notify(NoticeWeight::Problem, text, model.now);
}

/// Opens something above the panes.
pub(crate) fn open_overlay(model: &mut Model, overlay: Overlay) {
    model.overlay = Some(overlay);
}

/// Puts the keys where they can do something: the composer is left when it is not there.
pub(super) fn settle_focus(model: &mut Model) {
    if model.focus == Focus::Composer && !model.can_send() {
        model.focus = Focus::View;
    }
    if model.selected.is_none() {
        model.focus = Focus::Sessions;
    }
}
