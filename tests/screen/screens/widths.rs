//! Every view at every width: never blank, no diagram that disappears, no number that the edge cuts.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use sockeye::model::seen::{CellArea, DrawnText, FrameReport};

use super::{captured, repeat, scenes, tcp, timers, udp};
use crate::bench::Bench;
use crate::drawn::drawn;

const WIDTHS: std::ops::RangeInclusive<u16> = 40..=200;
const ROWS: u16 = 40;

/// A scene at a size, in columns and rows.
type Scene = fn(u16, u16) -> Bench;

/// The text of an area, a line a row.
fn text_of(buffer: &Buffer, area: CellArea) -> Vec<String> {
    let row = |y: u16| (area.column..area.column + area.columns).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (area.row..area.row + area.rows).map(row).collect()
}

/// The whole screen of a scene, and the rows of its view, as they are drawn once the program knows its size. No two
/// texts run into each other.
fn drawn_scene(scene: Scene, columns: u16) -> (Vec<String>, Vec<String>) {
    let mut bench = scene(columns, ROWS);
    bench.model.seen = drawn(&bench.model).1;
    let (buffer, seen) = drawn(&bench.model);
    let whole = CellArea { column: 0, row: 0, columns, rows: ROWS };
    let screen = text_of(&buffer, whole);
    let met = texts_that_meet(&seen);
    assert_eq!(met, None, "at {columns} columns:\n{}", screen.join("\n"));
    (screen, text_of(&buffer, seen.view))
}

/// Two texts of a row of which one covers the other, or begins in the cell behind it without a blank or a mark between
/// them.
fn texts_that_meet(seen: &FrameReport) -> Option<(&DrawnText, &DrawnText)> {
    assert!(!seen.texts.is_empty(), "texts are recorded");
    let in_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '…');
    let has_words = |drawn: &&DrawnText| drawn.text.chars().any(char::is_alphanumeric);
    let mut texts: Vec<&DrawnText> = seen.texts.iter().filter(has_words).collect();
    texts.sort_by_key(|drawn| (drawn.row, drawn.columns.start));
    let meet = |one: &DrawnText, next: &DrawnText| {
        let (end, start) = (one.columns.end, next.columns.start);
        let joined = in_word(one.text.chars().last()) && in_word(next.text.chars().next());
        one.row == next.row && (start < end || start == end && joined)
    };
    texts.windows(2).find(|pair| meet(pair[0], pair[1])).map(|pair| (pair[0], pair[1]))
}

/// The last number of a row, if it ends at the row's edge.
fn number_at_edge(row: &str) -> Option<&str> {
    let start = row
        .rfind(|letter: char| !(letter.is_ascii_digit() || letter == '.' || letter == ','))
        .map_or(0, |at| at + row[at..].chars().next().map_or(1, char::len_utf8));
    let number = &row[start..];
    number.starts_with(|letter: char| letter.is_ascii_digit()).then_some(number)
}

fn numbers(rows: &[String]) -> BTreeSet<String> {
    let apart = |letter: char| !(letter.is_ascii_digit() || letter == '.' || letter == ',');
    let all = rows.iter().flat_map(|row| row.split(apart));
    all.filter(|word| !word.is_empty()).map(|word| word.trim_end_matches([',', '.']).to_owned()).collect()
}

#[test]
fn no_view_is_blank_or_cuts_a_number_at_any_width() {
    let scenes: [(&str, Scene); 23] = [
        ("text", scenes::chat),
        ("hex", scenes::hex),
        ("explain, failed", scenes::explained),
        ("explain, open", scenes::standing),
        ("explain, filtered", scenes::filtered),
        ("explain, retransmitting", timers::unanswered),
        ("explain, keepalive", timers::keepalive),
        ("response", scenes::response),
        ("listener", scenes::listener),
        ("peers", scenes::peers),
        ("ladder", tcp::ladder),
        ("ladder, captured", captured::ladder),
        ("ladder, held", tcp::ladder_held),
        ("ladder, timeout", tcp::ladder_timeout),
        ("states", tcp::states),
        ("states of both ends", tcp::states_twins),
        ("states, resting", tcp::states_resting),
        ("kernel", tcp::kernel),
        ("flow", tcp::flow),
        ("flow of both ends", tcp::flow_beside),
        ("flow, far", tcp::flow_far),
        ("repeat", repeat::running),
        ("udp", udp::ledger),
    ];
    for (name, scene) in scenes {
        let screens: Vec<_> = WIDTHS.map(|columns| (columns, drawn_scene(scene, columns))).collect();
        // A number that is whole somewhere inside a row of the same view, at some width.
        let mut whole = BTreeSet::new();
        for (_, (_, rows)) in &screens {
            let inner: Vec<String> = rows.iter().map(|row| row.chars().rev().skip(1).collect::<String>()).collect();
            let inner: Vec<String> = inner.iter().map(|row| row.chars().rev().collect()).collect();
            whole.extend(numbers(&inner));
        }
        for (columns, (screen, rows)) in &screens {
            let list = if screen[1].contains("╮╭") { 30 } else { 0 };
            let inner = |row: &&String| row.chars().skip(list).any(char::is_alphanumeric);
            let drawn = screen.iter().filter(inner).count();
            assert!(drawn >= 5, "{name} at {columns} columns is blank:\n{}", screen.join("\n"));
            for row in rows {
                let cut = number_at_edge(row).filter(|number| !whole.contains(number.trim_end_matches([',', '.'])));
                assert_eq!(cut, None, "{name} at {columns} columns cuts a number:\n{}", rows.join("\n"));
            }
        }
    }
}

#[test]
fn no_two_texts_run_into_each_other_in_any_view_or_dialog() {
    for scene in super::SCENES {
        for columns in [40, 60, 72, 80, 100, 120, 150, 170, 200] {
            for rows in [11, 24, 45] {
                let mut bench = scene(columns, rows);
                bench.model.seen = drawn(&bench.model).1;
                let (buffer, seen) = drawn(&bench.model);
                let screen = text_of(&buffer, CellArea { column: 0, row: 0, columns, rows });
                assert_eq!(texts_that_meet(&seen), None, "at {columns}×{rows}:\n{}", screen.join("\n"));
            }
        }
    }
}

#[test]
fn the_keys_of_a_dialog_stand_in_one_place() {
    let scenes: [(Scene, &str); 7] = [
        (scenes::new_dialog, " leaves"),
        (scenes::close_menu, " leaves"),
        (scenes::lab, " leaves"),
        (scenes::palette, " leaves"),
        (scenes::help, " leaves"),
        (tcp::options, " leaves"),
        (scenes::quitting, "y quit"),
    ];
    for (scene, key) in scenes {
        for rows in [11, 12, 24, 45] {
            let (buffer, _) = drawn(&scene(120, rows).model);
            let screen = text_of(&buffer, CellArea { column: 0, row: 0, columns: 120, rows });
            let places: Vec<usize> = (0..screen.len()).filter(|y| screen[*y].contains(key)).collect();
            let footer = rows >= 12;
            // Without a footer, the help has no room for its keys.
            let expected = if footer { places == [screen.len() - 1] } else { places.len() <= 1 };
            assert!(expected, "{key} at {rows} rows:\n{}", screen.join("\n"));
        }
    }
}

/// Whether the diagram has this state: in a box, or in brackets where there are few rows.
fn has_state(row: &str, name: &str) -> bool {
    row.match_indices(name).any(|(at, _)| {
        let (before, after) = (row[..at].trim_end(), row[at + name.len()..].trim_start());
        before.ends_with(['│', '[']) && after.starts_with(['│', ']'])
    })
}

#[test]
fn the_diagram_of_states_is_drawn_at_every_width_that_has_room() {
    // The list takes 30 columns where it is shown; the diagram needs 40, and the frame four.
    let room = |columns: u16| if columns > 60 { columns - 30 - 4 >= 40 } else { columns - 4 >= 40 };
    for (name, scene) in
        [("one end", tcp::states as Scene), ("both ends", tcp::states_twins), ("resting", tcp::states_resting)]
    {
        for columns in WIDTHS.filter(|columns| room(*columns)) {
            let (screen, _) = drawn_scene(scene, columns);
            for state in ["CLOSE-WAIT", "FIN-WAIT-1", "TIME-WAIT"] {
                let there = screen.iter().any(|row| has_state(row, state));
                assert!(there, "{name}: no box of {state} at {columns} columns:\n{}", screen.join("\n"));
            }
        }
    }
}
