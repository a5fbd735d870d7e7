//! Converts a theme to terminal styles.

use ratatui::style::{Color, Modifier, Style};

use crate::files::theme::{Colour, Role, RoleStyle, Theme};

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourDepth {
    /// All of them, 24 bits.
    #[default]
    True,
    /// 256; the nearest colour of the colour cube or the greys is used.
    Indexed,
}

/// A style for every role; [`crate::view::draw`] draws with it.
#[derive(Clone, Debug)]
pub struct StyleSheet {
    styles: [Style; Role::ALL.len()],
}

impl StyleSheet {
    /// The styles of a theme, for a terminal with that many colours.
    pub fn new(theme: &Theme, depth: ColourDepth) -> Self {
        StyleSheet { styles: Role::ALL.map(|(role, _)| style(theme.tone(role), depth)) }
    }

    /// The style of a role. A colour that the theme leaves out stays as the cell has it.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

fn style(tone: RoleStyle, depth: ColourDepth) -> Style {
    let mut style = Style { fg: tone.foreground.map(|c| colour(c, depth)), ..Style::default() };
    style.bg = tone.background.map(|c| colour(c, depth));
    let modifiers = [
        (tone.bold, Modifier::BOLD),
        (tone.dim, Modifier::DIM),
        (tone.italic, Modifier::ITALIC),
        (tone.underline, Modifier::UNDERLINED),
        (tone.reverse, Modifier::REVERSED),
    ];
    for (on, modifier) in modifiers {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    style
}

fn colour(colour: Colour, depth: ColourDepth) -> Color {
    match (colour, depth) {
        (Colour::Default, _) => Color::Reset,
        (Colour::Ansi(number), _) => Color::Indexed(number),
        (Colour::Rgb(red, green, blue), ColourDepth::True) => Color::Rgb(red, green, blue),
        (Colour::Rgb(red, green, blue), ColourDepth::Indexed) => Color::Indexed(nearest([red, green, blue])),
    }
}

/// The nearest of xterm's 6×6×6 cube (16–231) and its 24 greys (232–255).
fn nearest(rgb: [u8; 3]) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance =
        |other: [u8; 3]| -> u32 { rgb.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum() };
    let cube = (0..216_u8).map(|n| {
        let step = |place: u8| STEPS.get(usize::from(place)).copied().unwrap_or_default();
        (16 + n, [step(n / 36), step(n / 6 % 6), step(n % 6)])
    });
    let greys = (0..24_u8).map(|n| (232 + n, [8 + 10 * n; 3]));
    cube.chain(greys).min_by_key(|(_, other)| distance(*other)).map_or(15, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_of_256_colours_gets_the_nearest_one() {
        assert_eq!(nearest([255, 0, 0]), 196);
        assert_eq!(nearest([17, 18, 22]), 233);
        assert_eq!(nearest([0, 0, 0]), 16);
        let theme = Theme::preset("dark").unwrap();
        let look = StyleSheet::new(&theme, ColourDepth::Indexed);
        assert!(matches!(look.style(Role::Text).fg, Some(Color::Indexed(_))));
    }
}
