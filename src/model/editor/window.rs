//! The visible part of a text field. Its cost depends on the window, not on the text.

use std::ops::Range;

use crate::model::wrap;
use crate::text::sanitize::glyphs;

/// Bytes of text that are read beside the cursor for each column: more than a glyph of eight code points needs, and a
/// bound for a line of a megabyte.
const BYTES_A_COLUMN: usize = 32;

/// The least width, in columns, at which the edges show `‹` and `›` when the text goes on.
const COLUMNS_FOR_MARKS: usize = 8;

/// What is drawn of a text field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldView {
    /// The lines from top to bottom, at most as many as there are rows, none wider than the columns.
    ///
    /// They contain nothing that a terminal would act on: control characters and the like are pictures or `U+NNNN`.
    pub lines: Vec<String>,
    /// The position of the cursor: column and row, from 0, inside the window if that has at least one cell.
    pub cursor: (u16, u16),
}

/// One glyph of a line: its drawn text, its width, and its offset in the line.
struct FieldCell {
    text: String,
    columns: usize,
    at: usize,
}

/// The start of the line that contains `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// The end of the line that contains `at`, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length)
}

/// The part of a text that fits a window of this size, with long lines wrapped; `cursor` is a byte offset on a
/// character boundary.
pub(super) fn wrapped_window(text: &str, cursor: usize, columns: u16, rows: u16) -> FieldView {
    if columns == 0 || rows == 0 {
        return FieldView { lines: Vec::new(), cursor: (0, 0) };
    }
    let bytes = text.as_bytes();
    let most = usize::from(rows);
    let mut above: Vec<Range<usize>> =
        wrap::rows_around(bytes, cursor, columns).take_while(|row| row.start <= cursor).collect();
    let full = above.last().is_none_or(|row| row_columns(&text[row.clone()]) >= usize::from(columns));
    if cursor == text.len() && (full || text.ends_with('\n')) {
        above.push(cursor..cursor);
    }
    while above.len() < most && above.first().is_some_and(|first| first.start > 0) {
        let start = above.first().map_or(0, |first| first.start);
        let before = wrap::rows_around(bytes, start - 1, columns).take_while(|row| row.start < start);
        above.splice(0..0, before.collect::<Vec<_>>());
    }
    let own = above.pop().unwrap_or(0..0);
    let end = own.end;
    let below = wrap::rows_around(bytes, end, columns).skip_while(|row| row.start < end);
    let mut below: Vec<Range<usize>> = below.filter(|row| !row.is_empty()).take(most - 1).collect();
    let spare = most - 1;
    below.truncate(below.len().min((spare - above.len().min(spare)).max(spare / 2)));
    let above = &above[above.len().saturating_sub(spare - below.len())..];
    let column = row_columns(&text[own.start..cursor]).min(usize::from(columns) - 1);
    let line = |row: &Range<usize>| row_text(&text[row.clone()], usize::from(columns));
    let lines = above.iter().chain([&own]).chain(&below).map(line).collect();
    let place = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    FieldView { lines, cursor: (place(column), place(above.len())) }
}

/// How many rows a text takes in so many columns: at least 1. Counts no further than `most`.
pub(super) fn wrapped_rows(text: &str, columns: u16, most: u16) -> u16 {
    let rows = wrap::rows_around(text.as_bytes(), 0, columns.max(1)).take(usize::from(most)).count();
    let rows = rows + usize::from(text.ends_with('\n'));
    u16::try_from(rows).unwrap_or(u16::MAX).clamp(1, most.max(1))
}

/// The width of a row, without its line end.
fn row_columns(row: &str) -> usize {
    glyphs(row.trim_end_matches('\n').as_bytes()).map(|glyph| usize::from(glyph.columns)).sum()
}

/// A row as it is drawn, without its line end; a glyph that is wider than the window is left out.
fn row_text(row: &str, columns: usize) -> String {
    fill(String::new(), 0, cells(row.trim_end_matches('\n'), columns), columns).0
}

/// The part of a text that fits one line of this width; its line breaks are signs in that line. `cursor` is a byte offset
/// on a character boundary.
pub(super) fn one_line_window(text: &str, cursor: usize, columns: u16, rows: u16) -> FieldView {
    if columns == 0 || rows == 0 {
        return FieldView { lines: Vec::new(), cursor: (0, 0) };
    }
    let (drawn, column) = cursor_line(text, cursor, usize::from(columns));
    FieldView { lines: vec![drawn], cursor: (u16::try_from(column).unwrap_or(u16::MAX), 0) }
}

/// The glyphs of a line, from its start, as many as may be visible in this width.
fn cells(line: &str, columns: usize) -> impl Iterator<Item = FieldCell> {
    let near = &line.as_bytes()[..boundary(line, columns.saturating_mul(BYTES_A_COLUMN))];
    glyphs(near).scan(0, |at, glyph| {
        let cell = FieldCell { text: glyph.text.into_owned(), columns: usize::from(glyph.columns), at: *at };
        *at += usize::from(glyph.bytes);
        Some(cell)
    })
}

/// Draws cells from column `from` on until the right edge, with `›` there if not all of them fit.
///
/// Returns the text, and its width in columns.
fn fill(mut drawn: String, from: usize, cells: impl Iterator<Item = FieldCell>, columns: usize) -> (String, usize) {
    let mut column = from;
    let mut ends: Vec<(usize, usize)> = Vec::new();
    for cell in cells {
        if column + cell.columns > columns {
            if columns >= COLUMNS_FOR_MARKS {
                while column + 1 > columns {
                    let Some((length, before)) = ends.pop() else { break };
                    drawn.truncate(length);
                    column = before;
                }
                if column < columns {
                    drawn.push('›');
                    column += 1;
                }
            }
            break;
        }
        ends.push((drawn.len(), column));
        drawn.push_str(&cell.text);
        column += cell.columns;
    }
    (drawn, column)
}

/// The drawn line with the cursor at byte `at`, and the column of the cursor.
fn cursor_line(line: &str, at: usize, columns: usize) -> (String, usize) {
    let before: Vec<FieldCell> = {
        let from = boundary_after(line, at.saturating_sub(columns.saturating_mul(BYTES_A_COLUMN)));
        let mut before: Vec<FieldCell> = cells(&line[from..at], columns).collect();
        before.iter_mut().for_each(|cell| cell.at += from);
        before
    };
    let under = cells(&line[at..], columns).next().map_or(1, |cell| cell.columns.clamp(1, columns));
    let whole: usize = before.iter().map(|cell| cell.columns).sum();
    let from_start = before.first().is_none_or(|cell| cell.at == 0);
    let marks = columns >= COLUMNS_FOR_MARKS;
    // One column stays free for the mark at the right edge.
    let room = columns - under - usize::from(marks && at < line.len() && columns > under);
    if from_start && whole <= room {
        let drawn: String = before.iter().map(|cell| cell.text.as_str()).collect();
        return (fill(drawn, whole, cells(&line[at..], columns), columns).0, whole);
    }
    let mark = if marks { "‹" } else { "" };
    let budget = room.min(columns * 3 / 4).saturating_sub(usize::from(marks));
    let mut shown = 0;
    let kept = before.iter().rev().take_while(|cell| {
        let fits = shown + cell.columns <= budget;
        shown += if fits { cell.columns } else { 0 };
        fits
    });
    let kept = kept.count();
    let mut drawn = mark.to_owned();
    drawn.extend(before[before.len() - kept..].iter().map(|cell| cell.text.as_str()));
    let column = shown + usize::from(marks);
    (fill(drawn, column, cells(&line[at..], columns), columns).0, column)
}

/// The last character boundary at or before `at`, or the end.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The first character boundary at or after `at`, or the end.
fn boundary_after(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    /// Given the text (`|` is the cursor) and the window's columns and rows, compares the lines and the cursor.
    fn check(text: &str, (columns, rows): (u16, u16), lines: &[&str], cursor: (u16, u16)) {
        let at = text.find('|').expect("a cursor in the text");
        let window = if text.contains('\n') { wrapped_window } else { one_line_window };
        let view = window(&text.replace('|', ""), at, columns, rows);
        assert_eq!(view.lines, lines);
        assert_eq!(view.cursor, cursor);
    }

    #[test]
    fn a_text_that_fits_is_shown_whole() {
        check("|", (10, 2), &[""], (0, 0));
        check("hello\nworld|", (10, 3), &["hello", "world"], (5, 1));
        check("|hello\nworld", (10, 3), &["hello", "world"], (0, 0));
        check("日|本", (10, 1), &["日本"], (2, 0));
        check("a\u{1b}[2Jb|", (10, 1), &["a␛[2Jb"], (6, 0));
        check("a\tb|", (10, 1), &["a␉b"], (3, 0));
        check("a\u{202e}b|", (10, 1), &["aU+202Eb"], (8, 0));
    }

    #[test]
    fn a_line_that_is_too_long_is_scrolled_to_the_cursor_and_says_so_at_its_edges() {
        check("0123456789abcdef|", (10, 1), &["‹abcdef"], (7, 0));
        check("|0123456789abcdef", (10, 1), &["012345678›"], (0, 0));
        check("0123456789abc|def", (10, 1), &["‹789abcdef"], (7, 0));
        check("0123456789|abcdef", (10, 1), &["‹456789ab›"], (7, 0));
        check("0123456789abcdef|", (3, 1), &["ef"], (2, 0));
        check("0123456789abcdef|", (1, 1), &[""], (0, 0));
    }

    #[test]
    fn a_wrapped_text_uses_the_rows_and_follows_its_cursor() {
        let wrapped = |text: &str, columns: u16, rows: u16| {
            let at = text.find('|').expect("a cursor in the text");
            let view = wrapped_window(&text.replace('|', ""), at, columns, rows);
            (view.lines.join("/"), view.cursor)
        };
        assert_eq!(wrapped("0123456789abcdef|", 10, 3), ("0123456789/abcdef".into(), (6, 1)));
        assert_eq!(wrapped("0123456789|", 10, 3), ("0123456789/".into(), (0, 1)));
        assert_eq!(wrapped("0123456789|abc", 10, 3), ("0123456789/abc".into(), (0, 1)));
        assert_eq!(wrapped("|", 10, 3), (String::new(), (0, 0)));
        assert_eq!(wrapped("ab\n|", 10, 3), ("ab/".into(), (0, 1)));
        assert_eq!(wrapped("ab|\ncd\nef", 10, 3), ("ab/cd/ef".into(), (2, 0)));
        assert_eq!(wrapped("0123456789abcdefghijklmnopqrs|", 10, 2), ("abcdefghij/klmnopqrs".into(), (9, 1)));
        assert_eq!(wrapped("|0123456789abcdefghijklmnopqrs", 10, 2), ("0123456789/abcdefghij".into(), (0, 0)));
        assert_eq!(wrapped("日本語|", 5, 2), ("日本/語".into(), (2, 1)));
        assert_eq!(wrapped_rows("0123456789abc", 10, 9), 2);
        assert_eq!(wrapped_rows("a\nb\n", 10, 9), 3);
        assert_eq!(wrapped_rows(&"x".repeat(1000), 10, 9), 9);
    }

    #[test]
    fn a_folded_text_is_one_line_with_signs_for_its_breaks() {
        let view = one_line_window("curl h\n -d x", 6, 20, 1);
        assert_eq!((view.lines, view.cursor), (vec!["curl h␊ -d x".to_owned()], (6, 0)));
        assert_eq!(one_line_window("a\nb", 3, 0, 1).lines, Vec::<String>::new());
    }

    #[test]
    fn only_the_lines_around_the_cursor_are_shown() {
        check("1\n2\n3\n4\n5\n6|", (10, 3), &["4", "5", "6"], (1, 2));
        check("|1\n2\n3\n4\n5\n6", (10, 3), &["1", "2", "3"], (0, 0));
        check("1\n2\n3\n4|\n5\n6", (10, 3), &["3", "4", "5"], (1, 1));
        check("1\n2\n3\n4\n5|\n6", (10, 1), &["5"], (1, 0));
        check("1\n2|", (0, 3), &[], (0, 0));
        check("1\n2|", (3, 0), &[], (0, 0));
    }

    #[test]
    fn a_line_of_a_megabyte_shows_only_what_is_near_the_cursor() {
        for piece in ["x", "日", "🇨🇭", "e\u{301}", "\u{301}", "\u{1b}"] {
            let text = piece.repeat((1 << 20) / piece.len());
            for cursor in [0, text.len() / 2 / piece.len() * piece.len(), text.len()] {
                let view = one_line_window(&text, cursor, 80, 1);
                assert_eq!(view.lines.len(), 1);
                assert!(view.lines[0].width() <= 80 && view.lines[0].len() < 80 * BYTES_A_COLUMN);
            }
        }
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_window_and_the_cursor_is_inside(
            text in "[a-c日é\u{301}\u{1b}\u{202e}🇨🇭👩\u{200d}\n]{0,60}",
            share in 0.0_f64..=1.0,
            columns in 1_u16..30,
            rows in 1_u16..6,
        ) {
            let cursor = boundary(&text, (share * text.len() as f64) as usize);
            for view in [one_line_window(&text, cursor, columns, rows), wrapped_window(&text, cursor, columns, rows)] {
            prop_assert!(view.lines.len() <= usize::from(rows));
            prop_assert!(view.cursor.0 < columns && usize::from(view.cursor.1) < view.lines.len());
            for line in &view.lines {
                prop_assert!(line.width() <= usize::from(columns), "{line:?}");
                prop_assert!(!line.chars().any(char::is_control));
            }
            }
        }
    }
}
