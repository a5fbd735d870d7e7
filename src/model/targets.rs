//! The targets that were opened before, and the newest of them, which the home screen lists.

use super::history::InputHistory;
use crate::formats::recent;
use crate::sessions::spec::system_names::SystemNames;

/// The most recent targets that are listed.
const MOST_RECENT: usize = 5;

/// A target that is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentTarget {
    /// The target, as it was typed.
    pub target: String,
    /// The same without its secrets.
    pub shown: String,
}

/// The targets, as the arrow keys reach them; each of the newest is parsed once.
#[derive(Clone, Debug, Default)]
pub struct TargetHistory {
    /// All that are kept.
    pub lines: InputHistory,
    recent: Vec<RecentTarget>,
}

impl TargetHistory {
    /// These targets, oldest first.
    pub fn new(lines: InputHistory, names: &SystemNames) -> Self {
        let recent = newest(&lines, names);
        TargetHistory { lines, recent }
    }

    /// Adds a target as the newest. Returns what may be remembered of it between runs.
    pub fn push(&mut self, target: &str, names: &SystemNames) -> Option<String> {
        self.lines.push(&target.into());
        let shown = recent::without_secrets(target, names)?;
        self.recent.retain(|listed| listed.shown != shown);
        self.recent.insert(0, RecentTarget { target: target.to_owned(), shown: shown.clone() });
        self.recent.truncate(MOST_RECENT);
        Some(shown)
    }

    /// The newest targets, the last one first, each once; at most five.
    pub fn recent(&self) -> &[RecentTarget] {
        &self.recent
    }
}

fn newest(lines: &InputHistory, names: &SystemNames) -> Vec<RecentTarget> {
    let mut recent: Vec<RecentTarget> = Vec::new();
    for target in lines.entries().rev() {
        let target = &target.text;
        let Some(shown) = recent::without_secrets(target, names) else { continue };
        if recent.iter().all(|listed| listed.shown != shown) {
            recent.push(RecentTarget { target: target.clone(), shown });
        }
        if recent.len() == MOST_RECENT {
            break;
        }
    }
    recent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::history::ComposedText;

    #[test]
    fn the_newest_targets_are_listed_once_each_without_their_secrets() {
        let lines = ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "127.0.0.1:4", "what is this", "127.0.0.1:2"];
        let names = SystemNames::usual();
        let mut targets = TargetHistory::new(lines.map(ComposedText::from).into_iter().collect(), &names);
        let kept = targets.push("curl -u a:b http://127.0.0.1/x", &names);
        assert_eq!(kept.as_deref(), Some("http://127.0.0.1/x"));
        targets.push("127.0.0.1:6", &names);
        assert_eq!(targets.push("what is this", &names), None);
        let shown: Vec<&str> = targets.recent().iter().map(|listed| listed.shown.as_str()).collect();
        assert_eq!(shown, ["127.0.0.1:6", "http://127.0.0.1/x", "127.0.0.1:2", "127.0.0.1:4", "127.0.0.1:3"]);
        assert_eq!(targets.recent()[1].target, "curl -u a:b http://127.0.0.1/x");
        targets.push("curl -u c:d http://127.0.0.1/x", &names);
        let shown: Vec<&str> = targets.recent().iter().map(|listed| listed.shown.as_str()).collect();
        assert_eq!(shown, ["http://127.0.0.1/x", "127.0.0.1:6", "127.0.0.1:2", "127.0.0.1:4", "127.0.0.1:3"]);
        assert_eq!(targets.recent()[0].target, "curl -u c:d http://127.0.0.1/x");
    }
}
