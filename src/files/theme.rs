//! The colours of each role: the built-in themes, and the user's own.

use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use crate::text::sanitize::{self, quoted};

/// The role of a piece of the screen; a theme has a [`RoleStyle`] for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The whole screen; only its background counts.
    Background,
    /// Normal text.
    Text,
    /// Emphasised text.
    Strong,
    /// Less important text.
    Dim,
    /// The least important text: placeholders and hints.
    Faint,
    /// A frame without the focus.
    Border,
    /// The frame with the focus, and the bar of the selected line.
    Focus,
    /// The program's name.
    Brand,
    /// A key to press.
    Key,
    /// The selected line; only its background and modifiers count.
    Selection,
    /// An overlay in front of the panes; only its background and modifiers count.
    Menu,
    /// What was sent.
    Sent,
    /// What was received.
    Received,
    /// It went well.
    Good,
    /// It failed.
    Bad,
    /// It went on, but not as requested.
    Warn,
    /// The cause of a change: an action of the user, the peer or a rule.
    Cause,
    /// The picture of a common control character, such as a line feed.
    Control,
    /// What a terminal would execute as a control sequence, or bytes that are not text.
    Hostile,
    /// A search hit.
    Hit,
    /// The search hit under the cursor.
    HitCurrent,
    /// A name in JSON or in a header.
    JsonKey,
    /// A string in JSON.
    JsonString,
    /// A number.
    JsonNumber,
    /// `true`, `false`, `null`.
    JsonKeyword,
    /// Brackets, commas, colons.
    Punctuation,
}

impl Role {
    /// Every role with its name in a theme file, in the order of the declaration.
    pub const ALL: [(Role, &'static str); 26] = [
        (Role::Background, "background"),
        (Role::Text, "text"),
        (Role::Strong, "strong"),
        (Role::Dim, "dim"),
        (Role::Faint, "faint"),
        (Role::Border, "border"),
        (Role::Focus, "focus"),
        (Role::Brand, "brand"),
        (Role::Key, "key"),
        (Role::Selection, "selection"),
        (Role::Menu, "menu"),
        (Role::Sent, "sent"),
        (Role::Received, "received"),
        (Role::Good, "good"),
        (Role::Bad, "bad"),
        (Role::Warn, "warn"),
        (Role::Cause, "cause"),
        (Role::Control, "control"),
        (Role::Hostile, "hostile"),
        (Role::Hit, "hit"),
        (Role::HitCurrent, "hit-current"),
        (Role::JsonKey, "json-key"),
        (Role::JsonString, "json-string"),
        (Role::JsonNumber, "json-number"),
        (Role::JsonKeyword, "json-keyword"),
        (Role::Punctuation, "punctuation"),
    ];
}

/// A colour, as a theme file writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The terminal's default.
    Default,
    /// One of the terminal's sixteen colours, 0 to 15.
    Ansi(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// The style of a role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoleStyle {
    /// The colour of the text; `None` keeps the present one.
    pub foreground: Option<Colour>,
    /// The background; `None` keeps the present one.
    pub background: Option<Colour>,
    /// Bold letters.
    pub bold: bool,
    /// Dim letters.
    pub dim: bool,
    /// Italic letters.
    pub italic: bool,
    /// Underlined letters.
    pub underline: bool,
    /// Foreground and background exchanged.
    pub reverse: bool,
}

/// A style for every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    tones: [RoleStyle; Role::ALL.len()],
}

/// A problem in a theme file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeError {
    /// The file, or the theme's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What was found, and what is accepted.
    pub problem: String,
}

impl fmt::Display for ThemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", sanitize::line(&self.file), self.line, sanitize::line(&self.problem))
    }
}

impl std::error::Error for ThemeError {}

/// The built-in themes: name and source.
const PRESETS: [(&str, &str); 4] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("mono", include_str!("../../assets/themes/mono.toml")),
    ("ansi", include_str!("../../assets/themes/ansi.toml")),
];

const ANSI: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    base: Option<Spanned<String>>,
    #[serde(default)]
    roles: std::collections::BTreeMap<Spanned<String>, Spanned<String>>,
}

impl Theme {
    /// The names of the built-in themes.
    pub fn presets() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(name, _)| *name)
    }

    /// A built-in theme by its name.
    pub fn preset(name: &str) -> Option<Theme> {
        let (name, source) = PRESETS.iter().find(|(preset, _)| *preset == name)?;
        Theme::parse(name, name, source).ok()
    }

    /// Parses a theme file. Roles that it leaves out come from its `base` (a built-in theme's name, by default `dark`).
    /// `file` is the name in an error.
    pub fn parse(name: &str, file: &str, source: &str) -> Result<Theme, ThemeError> {
        let fail = |place: usize, problem: String| {
            let before = source.as_bytes().get(..place).unwrap_or(source.as_bytes());
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            ThemeError { file: file.to_owned(), line, problem }
        };
        let parsed: ThemeFile = toml::from_str(source).map_err(|error| {
            let place = error.span().map_or(0, |span| span.start);
            let message = error.message().lines().next().unwrap_or("no TOML").to_owned();
            fail(place, format!("{message}; accepted: base = \"dark\", and a table [roles]"))
        })?;
        let mut theme = match &parsed.base {
            _ if PRESETS.iter().any(|(preset, _)| *preset == name && file == name) => Theme::empty(),
            None => Theme::preset("dark").unwrap_or_else(Theme::empty),
            Some(base) => Theme::preset(base.get_ref()).ok_or_else(|| {
                let names: Vec<&str> = Theme::presets().collect();
                let problem = format!("unknown base {}; accepted: {}", quoted(base.get_ref()), names.join(", "));
                fail(base.span().start, problem)
            })?,
        };
        name.clone_into(&mut theme.name);
        for (role, tone) in &parsed.roles {
            let place = Role::ALL.iter().position(|(_, known)| known == role.get_ref()).ok_or_else(|| {
                let names: Vec<&str> = Role::ALL.iter().map(|(_, name)| *name).collect();
                let problem = format!("unknown role {}; accepted: {}", quoted(role.get_ref()), names.join(", "));
                fail(role.span().start, problem)
            })?;
            theme.tones[place] =
                RoleStyle::parse(tone.get_ref()).map_err(|problem| fail(tone.span().start, problem))?;
        }
        Ok(theme)
    }

    fn empty() -> Theme {
        Theme { name: String::new(), tones: [RoleStyle::default(); Role::ALL.len()] }
    }

    /// The style of a role.
    pub fn tone(&self, role: Role) -> RoleStyle {
        self.tones.get(role as usize).copied().unwrap_or_default()
    }
}

impl RoleStyle {
    /// Parses the words of a style: `#ff8800 on black bold`. An error names the word, and what is accepted.
    pub fn parse(words: &str) -> Result<RoleStyle, String> {
        let mut tone = RoleStyle::default();
        let mut on_background = false;
        for word in words.split_whitespace() {
            match word {
                "on" if !on_background => {
                    on_background = true;
                    continue;
                }
                "bold" if !on_background => tone.bold = true,
                "dim" if !on_background => tone.dim = true,
                "italic" if !on_background => tone.italic = true,
                "underline" if !on_background => tone.underline = true,
                "reverse" if !on_background => tone.reverse = true,
                _ if on_background => tone.background = Some(Colour::parse(word)?),
                _ => tone.foreground = Some(Colour::parse(word)?),
            }
            on_background = false;
        }
        if on_background {
            return Err("a colour is missing after \"on\"".into());
        }
        Ok(tone)
    }
}

impl Colour {
    fn parse(word: &str) -> Result<Colour, String> {
        let accepted = || {
            format!(
                "unknown tone {}; accepted: #rrggbb, default, {}, on COLOUR, bold, dim, italic, underline, reverse",
                quoted(word),
                ANSI.join(", ")
            )
        };
        if word == "default" {
            return Ok(Colour::Default);
        }
        if let Some(number) = (0_u8..).zip(ANSI).find_map(|(number, name)| (name == word).then_some(number)) {
            return Ok(Colour::Ansi(number));
        }
        let digits = word.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or_else(accepted)?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Colour::Rgb(red, green, blue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Colour) -> f64 {
        let Colour::Rgb(red, green, blue) = colour else { panic!("a preset names its colours as #rrggbb") };
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(one: Colour, other: Colour) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_letter_of_dark_and_light_can_be_read() {
        for name in ["dark", "light"] {
            let theme = Theme::preset(name).unwrap();
            let grounds =
                [Role::Background, Role::Menu, Role::Selection].map(|role| theme.tone(role).background.unwrap());
            for (role, label) in Role::ALL {
                let tone = theme.tone(role);
                let Some(letters) = tone.foreground else { continue };
                let least = match role {
                    Role::Border => continue,
                    Role::Faint => 4.0,
                    _ => 4.5,
                };
                for ground in tone.background.map_or(grounds.to_vec(), |own| vec![own]) {
                    let found = contrast(letters, ground);
                    assert!(found >= least, "{name}: {label} has {found:.2} on {ground:?}, needs {least}");
                }
            }
        }
    }

    #[test]
    fn every_preset_names_every_role_and_mono_has_no_colour() {
        for (name, source) in PRESETS {
            let parsed: ThemeFile = toml::from_str(source).unwrap();
            assert_eq!(parsed.roles.len(), Role::ALL.len(), "{name}");
            let theme = Theme::preset(name).unwrap();
            for (place, (role, label)) in Role::ALL.into_iter().enumerate() {
                assert_eq!(role as usize, place, "{label}");
                let tone = theme.tone(role);
                for colour in [tone.foreground, tone.background].into_iter().flatten() {
                    assert!(name != "mono" || colour == Colour::Default, "{label}");
                }
            }
        }
    }

    #[test]
    fn an_error_names_file_line_what_was_found_and_what_is_accepted() {
        let check = |source: &str| Theme::parse("own", "own.toml", source).unwrap_err().to_string();
        let error = check("[roles]\ntext = \"pinkish\"\n");
        assert!(
            error.starts_with("own.toml:2: unknown tone \"pinkish\"; accepted: #rrggbb, default, black"),
            "{error}"
        );
        let error = check("base = \"dark\"\n\n[roles]\ntekst = \"red\"\n");
        assert!(error.starts_with("own.toml:4: unknown role \"tekst\"; accepted: background, text"), "{error}");
        let error = check("base = \"dusk\"\n");
        assert_eq!(error, "own.toml:1: unknown base \"dusk\"; accepted: dark, light, mono, ansi");
        assert!(check("[roles]\ntext = \n").starts_with("own.toml:2: "));
        assert!(check("[roles]\nx = 1\n").starts_with("own.toml:2: "));
        assert!(check("[roles]\ntext = \"red on\"\n").contains("a colour is missing after \"on\""));
    }

    #[test]
    fn what_a_theme_leaves_out_comes_from_its_base() {
        let theme =
            Theme::parse("own", "own.toml", "base = \"light\"\n[roles]\nsent = \"red on #010203 bold\"\n").unwrap();
        let light = Theme::preset("light").unwrap();
        assert_eq!(theme.tone(Role::Text), light.tone(Role::Text));
        let sent = theme.tone(Role::Sent);
        assert_eq!((sent.foreground, sent.background), (Some(Colour::Ansi(1)), Some(Colour::Rgb(1, 2, 3))));
        assert!(sent.bold);
    }
}
