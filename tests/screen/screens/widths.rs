//! Every view at every width: never blank, no diagram that disappears, no number that the edge cuts.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use sockeye::model::seen::CellArea;

use super::{captured, repeat, scenes, tcp, timers, udp};
use crate::bench::Bench;
use crate::drawn::drawn;

const WIDTHS: std::ops::RangeInclusive<u16> = 40..=200;
const ROWS: u16 = 40;

/// The text of an area, a line a row.
fn text_of(buffer: &Buffer, area: CellArea) -> Vec<String> {
    let row = |y: u16| (area.column..area.column + area.columns).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (area.row..area.row + area.rows).map(row).collect()
}

/// The view of a scene, as it is drawn once the program knows its size.
fn view_of(scene: fn(u16, u16) -> Bench, columns: u16) -> Vec<String> {
    let mut bench = scene(columns, ROWS);
    bench.model.seen = drawn(&bench.model).1;
    let (buffer, seen) = drawn(&bench.model);
    text_of(&buffer, seen.view)
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
    let scenes: [(&str, fn(u16, u16) -> Bench); 23] = [
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
        let views: Vec<(u16, Vec<String>)> = WIDTHS.map(|columns| (columns, view_of(scene, columns))).collect();
        // A number that is whole somewhere inside a row of the same view, at some width.
        let mut whole = BTreeSet::new();
        for (_, rows) in &views {
            let inner: Vec<String> = rows.iter().map(|row| row.chars().rev().skip(1).collect::<String>()).collect();
            let inner: Vec<String> = inner.iter().map(|row| row.chars().rev().collect()).collect();
            whole.extend(numbers(&inner));
        }
        for (columns, rows) in &views {
            let drawn = rows.iter().filter(|row| !row.trim().is_empty()).count();
            assert!(drawn >= 3, "{name} at {columns} columns is blank:\n{}", rows.join("\n"));
            for row in rows {
                let cut = number_at_edge(row).filter(|number| !whole.contains(number.trim_end_matches([',', '.'])));
                assert_eq!(cut, None, "{name} at {columns} columns cuts a number:\n{}", rows.join("\n"));
            }
        }
    }
}

/// The narrowest pane, in columns, that has room for the diagram of states.
const DIAGRAM: usize = 40;

#[test]
fn the_diagram_of_states_is_drawn_at_every_width_that_has_room() {
    for (name, scene) in [
        ("one end", tcp::states as fn(u16, u16) -> Bench),
        ("both ends", tcp::states_twins),
        ("resting", tcp::states_resting),
    ] {
        for columns in WIDTHS {
            let rows = view_of(scene, columns);
            if rows[0].chars().count() < DIAGRAM {
                continue;
            }
            for state in ["CLOSE-WAIT", "FIN-WAIT-1", "TIME-WAIT"] {
                let boxed = |row: &&String| row.contains('│') && row.contains(state);
                assert!(
                    rows.iter().any(|row| boxed(&row)),
                    "{name}: no box of {state} at {columns} columns:\n{}",
                    rows.join("\n")
                );
            }
        }
    }
}
