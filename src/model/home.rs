//! The home screen: what can be done from there, as lines with a cursor.

use super::action::AppAction;
use super::state::Model;
use super::targets::RecentTarget;

/// One line of the home screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HomeEntry {
    /// An action, with its description.
    Run(AppAction, &'static str),
    /// Open a target again.
    Recent(RecentTarget),
}

/// The lines, in order: the form, the recent targets (the newest first), the lab, and the ways to everything else.
pub fn entries(model: &Model) -> Vec<HomeEntry> {
    let mut entries = vec![HomeEntry::Run(AppAction::New, "new session: type or paste a target")];
    entries.extend(model.targets.recent().iter().cloned().map(HomeEntry::Recent));
    entries.push(HomeEntry::Run(AppAction::Lab, "the lab: built-in peers to talk with, one or all"));
    entries.push(HomeEntry::Run(AppAction::CommandLine, "command line"));
    entries.push(HomeEntry::Run(AppAction::Palette, "everything that can be done"));
    entries.push(HomeEntry::Run(AppAction::Help, "every key"));
    entries.push(HomeEntry::Run(AppAction::Back, "quit"));
    entries
}
