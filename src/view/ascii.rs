//! The ASCII look, for terminals and locales without UTF-8: one sign for each cell that has none.

use ratatui::buffer::Buffer;

/// Replaces everything on the screen that is not ASCII. Each cell keeps its place and its colours.
pub(super) fn to_ascii(buffer: &mut Buffer) {
    let area = *buffer.area();
    for position in area.positions() {
        let Some(cell) = buffer.cell_mut(position) else { continue };
        if !cell.symbol().is_ascii() {
            let sign = cell.symbol().chars().next().map_or(' ', sign);
            cell.set_char(sign);
        }
    }
}

/// The signs, each with the characters that it stands for: the nearest in shape or meaning.
const SIGNS: [(char, &str); 25] = [
    ('+', "╭╮╰╯┌┐└┘├┤┬┴┼╂┠┨▅▒✓"),
    ('-', "─╌┄┈–—−╴╶▃░"),
    ('|', "│┆┊╎▏╷╵"),
    ('=', "━═▄▍"),
    ('#', "┃║┏┓┗┛▐█■▓"),
    ('^', "▲↑"),
    ('v', "▼↓"),
    ('>', "▶→▸❯›≥▌"),
    ('<', "◀←◂⇠‹⏎≤≪"),
    ('.', "▁·•"),
    (':', "▂▎"),
    ('*', "▆▋▊●◆"),
    ('%', "▇▉"),
    ('o', "◇◌○"),
    ('(', "◐"),
    (')', "◑"),
    ('@', "◎↻"),
    ('x', "✗×"),
    ('"', "‖“”"),
    ('~', "…⋯±"),
    ('\'', "‘’"),
    ('u', "µ"),
    ('S', "§"),
    // What a peer sent: a line feed as `cat -A` marks it, and a tab. The other controls are below.
    ('$', "␊"),
    ('>', "␉"),
];

/// The sign that stands for a character; `?` for a letter that ASCII does not have.
fn sign(c: char) -> char {
    let found = SIGNS.iter().find(|(_, stands_for)| stands_for.contains(c)).map(|(sign, _)| *sign);
    found.unwrap_or(match c {
        '␍' => '%',
        '\u{2400}'..='\u{2421}' => '!',
        _ => '?',
    })
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};

    use super::*;

    #[test]
    fn every_cell_keeps_its_place_and_colour() {
        let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width: 12, height: 1 });
        buffer.set_string(0, 0, "╭─▲é日x…␊e\u{301}", Style::default().fg(Color::Red));
        to_ascii(&mut buffer);
        let row: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(row, "+-^?? x~$?  ");
        let drawn = buffer.content().iter().filter(|cell| cell.symbol() != " ");
        assert!(drawn.map(|cell| cell.fg).all(|colour| colour == Color::Red));
    }

    #[test]
    fn each_sign_is_ascii_and_both_directions_differ() {
        assert!((0xa0..0x3000).filter_map(char::from_u32).all(|c| sign(c).is_ascii_graphic()));
        assert_ne!(sign('▲'), sign('▼'));
        assert_ne!(sign('✓'), sign('✗'));
    }
}
