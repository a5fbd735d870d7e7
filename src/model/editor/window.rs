//! The visible part of a text field. Its cost depends on the window, not on the text.

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

/// The part of a text that fits a window of this size; `cursor` is a byte offset on a character boundary.
pub(super) fn visible_window(text: &str, cursor: usize, columns: u16, rows: u16) -> FieldView {
    if columns == 0 || rows == 0 {
        return FieldView { lines: Vec::new(), cursor: (0, 0) };
    }
    let line = |start| &text[start..line_end(text, start)];
    let own = line_start(text, cursor);
    let (above, below) = lines_around(text, own, rows);
    let wide = usize::from(columns);
    let mut lines: Vec<String> = above.into_iter().rev().map(|start| plain_line(line(start), wide)).collect();
    // At most `rows`, which is a u16.
    let row = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let (drawn, column) = cursor_line(line(own), cursor - own, wide);
    lines.push(drawn);
    lines.extend(below.into_iter().map(|start| plain_line(line(start), wide)));
    FieldView { lines, cursor: (u16::try_from(column).unwrap_or(u16::MAX), row) }
}

/// The starts of the lines above the cursor's line (nearest first) and of the lines below it, as many as fit.
///
/// If not all fit, up to half of the window is below the cursor.
fn lines_around(text: &str, own: usize, rows: u16) -> (Vec<usize>, Vec<usize>) {
    let spare = usize::from(rows) - 1;
    let mut above = Vec::new();
    let mut start = own;
    while above.len() < spare && start > 0 {
        start = line_start(text, start - 1);
        above.push(start);
    }
    let mut below = Vec::new();
    let mut end = line_end(text, own);
    while below.len() < spare && end < text.len() {
        below.push(end + 1);
        end = line_end(text, end + 1);
    }
    let kept_below = below.len().min((spare - above.len()).max(spare / 2));
    below.truncate(kept_below);
    above.truncate(spare - kept_below);
    (above, below)
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

/// A line from its start, cut at the right edge.
fn plain_line(line: &str, columns: usize) -> String {
    fill(String::new(), 0, cells(line, columns), columns).0
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
        let view = visible_window(&text.replace('|', ""), at, columns, rows);
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
                let view = visible_window(&text, cursor, 80, 10);
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
            let view = visible_window(&text, cursor, columns, rows);
            prop_assert!(view.lines.len() <= usize::from(rows));
            prop_assert!(view.cursor.0 < columns && usize::from(view.cursor.1) < view.lines.len());
            for line in &view.lines {
                prop_assert!(line.width() <= usize::from(columns), "{line:?}");
                prop_assert!(!line.chars().any(char::is_control));
            }
        }
    }
}
