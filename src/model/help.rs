//! The help: every key and what it does, generated from the keymap in force.

use std::fmt::Write;

use super::action::{ACTIONS, Action, ActionEntry, AppAction};
use super::help_group::{HelpGroup, HelpRow};
use super::help_here;
use super::key::Chord;
use super::keymap::{KeyBinding, KeyMode, Keymap};
use super::state::Model;
use crate::model::editor::keys::EDIT_KEYS;

/// The headings of the pane's keys, in the order in which a user learns them.
const PANE_GROUPS: [&str; 5] = ["Program", "Session", "Composer", "Moving", "Looking"];

/// The whole help: the panes' keys by subject, then those of the other modes, then the keys of text fields.
///
/// A key with the same meaning in the panes is not listed again for another mode.
pub fn groups(keymap: &Keymap) -> Vec<HelpGroup> {
    let mut groups: Vec<HelpGroup> = Vec::new();
    for title in PANE_GROUPS {
        groups.push(HelpGroup {
            title: title.into(),
            rows: rows(keymap, KeyMode::Normal, |entry, _| entry.group == title),
        });
    }
    for (mode, title) in [
        (KeyMode::Composer, "In the composer"),
        (KeyMode::Prompt, "In a field of one line"),
        (KeyMode::Menu, "In a menu"),
    ] {
        let new =
            |_: &ActionEntry, binding: &KeyBinding| keymap.lookup(KeyMode::Normal, binding.chord) != binding.action;
        groups.push(HelpGroup { title: title.into(), rows: rows(keymap, mode, new) });
    }
    groups.push(HelpGroup { title: "In any text field".into(), rows: editing(keymap) });
    groups.retain(|group| !group.rows.is_empty());
    groups
}

/// The help of a model: first the keys of what has the focus, then the rest, without those that came first.
///
/// `query`: only the lines that have each of its words in their keys, description or name; case is ignored.
pub fn of_model(model: &Model, query: &str) -> Vec<HelpGroup> {
    let here = help_here::group(model);
    let mut all = groups(&model.keymap);
    let keys: Vec<&str> = here.rows.iter().flat_map(|row| row.keys.split("  ")).collect();
    for group in &mut all {
        if PANE_GROUPS.contains(&group.title.as_ref()) {
            group.rows.retain(|row| !row.keys.split("  ").all(|key| keys.contains(&key)));
        }
    }
    all.retain(|group| !group.rows.is_empty());
    all.insert(0, here);
    narrowed(all, query)
}

/// The help's lines that have every word of `query` in their keys, description or name; case is ignored.
fn narrowed(mut found: Vec<HelpGroup>, query: &str) -> Vec<HelpGroup> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    for group in &mut found {
        group.rows.retain(|row| {
            let line = format!("{} {} {}", row.keys, row.describe, row.name).to_lowercase();
            words.iter().all(|word| line.contains(word))
        });
    }
    found.retain(|group| !group.rows.is_empty());
    found
}

/// The help as Markdown: a table for each heading. The README contains exactly this text.
pub fn markdown_table(keymap: &Keymap) -> String {
    let mut page = String::new();
    for HelpGroup { title, rows } in groups(keymap) {
        let table =
            rows.iter().fold(format!("**{title}**\n\n| key | what it does |\n| --- | --- |\n"), |mut table, row| {
                let keys: Vec<String> = row.keys.split("  ").map(code).collect();
                // Writing to a string cannot fail.
                writeln!(table, "| {} | {} |", keys.join(" "), row.describe.replace('|', "\\|")).ok();
                table
            });
        if !page.is_empty() {
            page.push('\n');
        }
        page.push_str(&table);
    }
    page
}

/// A key as Markdown code, inside a table.
fn code(key: &str) -> String {
    let key = key.replace('|', "\\|");
    if key.contains('`') { format!("`` {key} ``") } else { format!("`{key}`") }
}

/// The lines of one mode, in the order of the actions' table; all keys with the same action and description are on one
/// line.
fn rows(keymap: &Keymap, mode: KeyMode, shown: impl Fn(&ActionEntry, &KeyBinding) -> bool) -> Vec<HelpRow> {
    let mut rows: Vec<HelpRow> = Vec::new();
    let mut sessions: Vec<(u8, Chord)> = Vec::new();
    for entry in ACTIONS.iter() {
        let of_entry = keymap.bindings().iter().filter(|b| b.mode == mode && b.action == Some(entry.action));
        let from = rows.len();
        for binding in of_entry.filter(|binding| shown(entry, binding)) {
            if let Action::App(AppAction::SelectSession(number)) = entry.action {
                sessions.push((number, binding.chord));
                continue;
            }
            let describe = binding.describe.as_deref().unwrap_or(entry.describe);
            match rows[from..].iter_mut().find(|row| row.describe == describe) {
                Some(row) => {
                    row.keys.push_str("  ");
                    row.keys.push_str(&binding.chord.to_string());
                }
                None => {
                    rows.push(HelpRow {
                        keys: binding.chord.to_string(),
                        describe: describe.to_owned(),
                        name: entry.name,
                    });
                }
            }
        }
    }
    rows.extend(session_row(&sessions));
    rows
}

/// The nine session keys as one line: `1–9` if they are the digits 1 to 9.
fn session_row(sessions: &[(u8, Chord)]) -> Option<HelpRow> {
    let (first, last) = (sessions.first()?, sessions.last()?);
    let in_a_row = sessions.len() == 9
        && sessions.iter().zip('1'..='9').all(|((number, chord), digit)| {
            char::from_digit(u32::from(*number), 10) == Some(digit) && chord.printable() == Some(digit)
        });
    let keys = if in_a_row {
        format!("{}–{}", first.1, last.1)
    } else {
        sessions.iter().map(|(_, chord)| chord.to_string()).collect::<Vec<_>>().join("  ")
    };
    Some(HelpRow { keys, describe: "the session of this number".to_owned(), name: "session" })
}

/// The keys of text fields, without those that the keymap binds in both kinds of field.
fn editing(keymap: &Keymap) -> Vec<HelpRow> {
    let free = |chord: &&Chord| {
        [KeyMode::Composer, KeyMode::Prompt].iter().any(|mode| keymap.lookup(*mode, **chord).is_none())
    };
    let row = |keys: &'static crate::model::editor::keys::EditKeys| {
        let chords: Vec<String> = keys.chords.iter().filter(free).map(Chord::to_string).collect();
        let row = HelpRow { keys: chords.join("  "), describe: keys.describe.to_owned(), name: "" };
        (!chords.is_empty()).then_some(row)
    };
    EDIT_KEYS.iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::keymap::{KeyBinding, KeyMode};

    fn keymap(lines: &[(KeyMode, &str, &str)]) -> Keymap {
        let bindings = lines.iter().map(|(mode, on, run)| KeyBinding {
            mode: *mode,
            chord: Chord::parse(on).expect(on),
            action: Some(Action::from_name(run).expect(run)),
            describe: None,
            line: 1,
        });
        let mut keymap = Keymap::new();
        assert_eq!(keymap.add_layer(bindings.collect()), []);
        keymap
    }

    fn small() -> Keymap {
        let digits: Vec<(String, String)> = (1..=9).map(|n| (n.to_string(), format!("session-{n}"))).collect();
        let mut lines = vec![
            (KeyMode::Normal, "ctrl-c", "quit"),
            (KeyMode::Composer, "ctrl-c", "quit"),
            (KeyMode::Normal, "j", "down"),
            (KeyMode::Normal, "down", "down"),
            (KeyMode::Normal, "|", "zoom"),
            (KeyMode::Composer, "enter", "send"),
            (KeyMode::Composer, "up", "history-back"),
            (KeyMode::Prompt, "up", "history-back"),
        ];
        lines.extend(digits.iter().map(|(on, run)| (KeyMode::Normal, on.as_str(), run.as_str())));
        keymap(&lines)
    }

    #[test]
    fn each_action_stands_once_with_all_its_keys_and_is_not_told_again_for_another_mode() {
        let groups = groups(&small());
        let lines = |title: &str| -> Vec<(String, String)> {
            let group = groups.iter().find(|group| group.title == title).expect(title);
            group.rows.iter().map(|row| (row.keys.clone(), row.describe.clone())).collect()
        };
        assert_eq!(lines("Program"), [("Ctrl-C".into(), "quit".into())]);
        assert_eq!(lines("Session"), [("1–9".into(), "the session of this number".into())]);
        assert_eq!(lines("Moving"), [("j  Down".into(), "down".into())]);
        assert_eq!(lines("In the composer")[0], ("Enter".into(), "send".into()));
        assert!(!lines("In the composer").iter().any(|(_, describe)| describe == "quit"));
        assert!(lines("In any text field").iter().any(|(keys, _)| keys == "Ctrl-W  Alt-Backspace  Ctrl-Backspace"));
        assert!(!lines("In any text field").iter().any(|(_, describe)| describe == "line up"));
    }

    #[test]
    fn a_search_finds_by_key_by_words_and_by_name() {
        let keymap = small();
        let found = |query: &str| -> Vec<String> {
            narrowed(groups(&keymap), query).into_iter().flat_map(|group| group.rows).map(|row| row.describe).collect()
        };
        assert_eq!(found("CTRL-C"), ["quit"]);
        assert_eq!(found("zoom pane"), ["zoom the pane"]);
        assert_eq!(found("history-back").len(), 2);
        assert_eq!(found("no such thing"), Vec::<String>::new());
        assert_eq!(narrowed(groups(&keymap), ""), groups(&keymap));
    }

    #[test]
    fn the_markdown_table_escapes_what_would_break_it() {
        let page = markdown_table(&small());
        assert!(page.contains("**Program**\n\n| key | what it does |\n| --- | --- |\n| `Ctrl-C` | quit |\n"));
        assert!(page.contains("| `j` `Down` | down |\n"));
        assert!(page.contains("| `\\|` | zoom the pane |\n"));
        assert!(page.ends_with("|\n") && !page.contains("\n\n\n"));
    }
}
