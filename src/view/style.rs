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
    /// 16; the nearest of the usual palette is used.
    Sixteen,
}

/// A style for every role; [`crate::view::draw`] draws with it.
#[derive(Clone, Debug)]
pub struct StyleSheet {
    styles: [Style; Role::ALL.len()],
    ascii: bool,
    colourless: bool,
}

impl StyleSheet {
    /// The styles of a theme, for a terminal with that many colours.
    pub fn new(theme: &Theme, depth: ColourDepth) -> Self {
        let plain = |tone: RoleStyle| !matches!(tone.foreground, Some(Colour::Ansi(_) | Colour::Rgb(..)));
        StyleSheet {
            styles: Role::ALL.map(|(role, _)| style(theme.tone(role), depth)),
            ascii: false,
            colourless: Role::ALL.iter().all(|(role, _)| plain(theme.tone(*role))),
        }
    }

    /// The same, for a terminal without UTF-8 if `ascii`.
    #[must_use]
    pub fn with_ascii(self, ascii: bool) -> Self {
        StyleSheet { ascii, ..self }
    }

    /// Whether everything is drawn in ASCII.
    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// Whether the theme has no colours, so that shapes must tell what colours tell elsewhere.
    pub(super) fn is_colourless(&self) -> bool {
        self.colourless
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
        (Colour::Rgb(red, green, blue), ColourDepth::Sixteen) => Color::Indexed(nearest_of_16([red, green, blue])),
    }
}

/// The nearest of xterm's sixteen colours.
fn nearest_of_16(rgb: [u8; 3]) -> u8 {
    const PALETTE: [[u8; 3]; 16] = [
        [0, 0, 0],
        [205, 0, 0],
        [0, 205, 0],
        [205, 205, 0],
        [0, 0, 238],
        [205, 0, 205],
        [0, 205, 205],
        [229, 229, 229],
        [127, 127, 127],
        [255, 0, 0],
        [0, 255, 0],
        [255, 255, 0],
        [92, 92, 255],
        [255, 0, 255],
        [0, 255, 255],
        [255, 255, 255],
    ];
    (0_u8..).zip(PALETTE).min_by_key(|(_, other)| distance(rgb, *other)).map_or(7, |(number, _)| number)
}

/// How far two colours are apart: the sum of the squares.
fn distance(rgb: [u8; 3], other: [u8; 3]) -> u32 {
    rgb.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

/// The nearest of xterm's 6×6×6 cube (16–231) and its 24 greys (232–255).
fn nearest(rgb: [u8; 3]) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let cube = (0..216_u8).map(|n| {
        let step = |place: u8| STEPS.get(usize::from(place)).copied().unwrap_or_default();
        (16 + n, [step(n / 36), step(n / 6 % 6), step(n % 6)])
    });
    let greys = (0..24_u8).map(|n| (232 + n, [8 + 10 * n; 3]));
    cube.chain(greys).min_by_key(|(_, other)| distance(rgb, *other)).map_or(15, |(number, _)| number)
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

    #[test]
    fn a_terminal_of_16_colours_gets_one_of_them() {
        assert_eq!(
            [nearest_of_16([250, 10, 10]), nearest_of_16([0, 0, 0]), nearest_of_16([255, 255, 250])],
            [9, 0, 15]
        );
        for name in Theme::presets() {
            let look = StyleSheet::new(&Theme::preset(name).unwrap(), ColourDepth::Sixteen);
            let of_16 = |colour: Option<Color>| match colour {
                Some(Color::Indexed(number)) => number < 16,
                other => matches!(other, None | Some(Color::Reset)),
            };
            for (role, _) in Role::ALL {
                assert!(of_16(look.style(role).fg) && of_16(look.style(role).bg), "{name}: {role:?}");
            }
            assert_eq!(look.is_colourless(), name == "mono");
        }
    }
}
