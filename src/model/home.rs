//! The home screen: what can be done from there, as lines with a cursor.

use super::action::AppAction;
use super::state::Model;
use crate::formats::recent;

/// The most recent targets that are listed.
const MOST_RECENT: usize = 5;

/// One line of the home screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HomeEntry {
    /// An action, with its description.
    Run(AppAction, &'static str),
    /// Open a target again.
    Recent {
        /// The target.
        target: String,
        /// The same without its secrets.
        shown: String,
    },
}

/// The lines, in order: the form, the recent targets (the newest first), the lab, and the ways to everything else.
pub fn entries(model: &Model) -> Vec<HomeEntry> {
    let mut recent: Vec<HomeEntry> = Vec::new();
    for target in model.targets.entries().rev() {
        let Some(shown) = recent::without_secrets(target) else { continue };
        let is_new = |entry: &HomeEntry| !matches!(entry, HomeEntry::Recent { shown: other, .. } if *other == shown);
        if recent.iter().all(is_new) {
            recent.push(HomeEntry::Recent { target: target.to_owned(), shown });
        }
        if recent.len() == MOST_RECENT {
            break;
        }
    }
    let mut entries = vec![HomeEntry::Run(AppAction::New, "new session: type or paste a target")];
    entries.extend(recent);
    entries.push(HomeEntry::Run(AppAction::Lab, "the lab: built-in peers to talk with, one or all"));
    entries.push(HomeEntry::Run(AppAction::CommandLine, "command line"));
    entries.push(HomeEntry::Run(AppAction::Palette, "everything that can be done"));
    entries.push(HomeEntry::Run(AppAction::Help, "every key"));
    entries.push(HomeEntry::Run(AppAction::Back, "quit"));
    entries
}
