//! Adds notices, opens overlays, and corrects the focus.

use crate::model::notice::NoticeWeight;
use crate::model::overlay::Overlay;
use crate::model::state::{Focus, Model};

/// Adds a notice that is not a problem.
pub(super) fn notify(model: &mut Model, text: impl Into<String>) {
    model.notices.notify(NoticeWeight::Done, text, model.now);
}

/// Adds a notice that says why something was not done.
pub(super) fn warn(model: &mut Model, text: impl Into<String>) {
    model.notices.notify(NoticeWeight::Problem, text, model.now);
}

/// Opens an overlay in front of the panes.
pub(crate) fn open_overlay(model: &mut Model, overlay: Overlay) {
    model.overlay = Some(overlay);
}

/// Moves the focus out of the composer if the session cannot send; to the session list if no session is selected.
pub(super) fn settle_focus(model: &mut Model) {
    if model.focus == Focus::Composer && !model.can_send() {
        model.focus = Focus::View;
    }
    if model.selected.is_none() {
        model.focus = Focus::Sessions;
    }
}
