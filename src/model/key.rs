//! A keypress, and its spelling in the keymap and in the help.

use std::fmt;
use std::str::FromStr;

use unicode_width::UnicodeWidthChar;

use crate::text::sanitize::quoted;

/// The highest function key that can be named.
const LAST_FUNCTION_KEY: u8 = 35;

/// One key, without the modifiers that were held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A key that writes this character.
    Char(char),
    /// The Enter or Return key.
    Enter,
    /// The Escape key.
    Esc,
    /// The Tab key.
    Tab,
    /// The Tab key with Shift held: terminals report it as a key of its own.
    BackTab,
    /// The Backspace key.
    Backspace,
    /// The Delete key.
    Delete,
    /// The Insert key.
    Insert,
    /// The up arrow.
    Up,
    /// The down arrow.
    Down,
    /// The left arrow.
    Left,
    /// The right arrow.
    Right,
    /// The Home key.
    Home,
    /// The End key.
    End,
    /// The Page Up key.
    PageUp,
    /// The Page Down key.
    PageDown,
    /// A function key, from 1 to 35.
    F(u8),
}

/// Every key that has a name, with its names; the first one is printed.
const NAMES: &[(Key, &[&str])] = &[
    (Key::Enter, &["Enter", "return", "cr"]),
    (Key::Esc, &["Esc", "escape"]),
    (Key::Tab, &["Tab"]),
    (Key::BackTab, &["BackTab"]),
    (Key::Backspace, &["Backspace", "bs"]),
    (Key::Delete, &["Delete", "del"]),
    (Key::Insert, &["Insert", "ins"]),
    (Key::Up, &["Up"]),
    (Key::Down, &["Down"]),
    (Key::Left, &["Left"]),
    (Key::Right, &["Right"]),
    (Key::Home, &["Home"]),
    (Key::End, &["End"]),
    (Key::PageUp, &["PageUp", "page-up", "pgup"]),
    (Key::PageDown, &["PageDown", "page-down", "pgdn"]),
    (Key::Char(' '), &["Space", "spc"]),
    (Key::Char('-'), &["-", "minus", "hyphen"]),
    (Key::Char('+'), &["+", "plus"]),
];

/// One keypress: a key, and the modifiers held with it, in canonical form.
///
/// Canonical means that keypresses which a terminal cannot distinguish are equal here: Shift becomes part of the
/// character (`G`, not Shift-g) or of [`Key::BackTab`]; with Ctrl, an ASCII letter is always lower case. Build it with
/// [`Chord::new`], which ensures this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Whether Ctrl was held.
    pub ctrl: bool,
    /// Whether Alt was held.
    pub alt: bool,
    /// Whether Shift was held, unless the key itself implies it.
    pub shift: bool,
}

impl Chord {
    /// A keypress, made canonical.
    pub fn new(key: Key, ctrl: bool, alt: bool, shift: bool) -> Self {
        let key = match key {
            Key::Char('\r' | '\n') => Key::Enter,
            Key::Char('\t') => Key::Tab,
            Key::Char('\u{1b}') => Key::Esc,
            Key::Char('\u{8}' | '\u{7f}') => Key::Backspace,
            Key::F(number) => Key::F(number.clamp(1, LAST_FUNCTION_KEY)),
            other => other,
        };
        match key {
            Key::Char(char) if ctrl => {
                let shift = shift && char.is_ascii_alphabetic();
                Chord { key: Key::Char(char.to_ascii_lowercase()), ctrl, alt, shift }
            }
            Key::Char(char) => {
                let char = if shift { capital(char).unwrap_or(char) } else { char };
                Chord { key: Key::Char(char), ctrl, alt, shift: false }
            }
            Key::Tab if shift => Chord { key: Key::BackTab, ctrl, alt, shift: false },
            Key::BackTab => Chord { key, ctrl, alt, shift: false },
            _ => Chord { key, ctrl, alt, shift },
        }
    }

    /// A key without modifiers. The key of a capital letter is that letter.
    pub const fn unmodified(key: Key) -> Self {
        Chord { key, ctrl: false, alt: false, shift: false }
    }

    /// A key with Ctrl held; a letter must be given in lower case.
    pub const fn ctrl(key: Key) -> Self {
        Chord { key, ctrl: true, alt: false, shift: false }
    }

    /// A key with Alt held.
    pub const fn alt(key: Key) -> Self {
        Chord { key, ctrl: false, alt: true, shift: false }
    }

    /// The character that this keypress writes into a text field; `None` if it writes none.
    pub fn printable(self) -> Option<char> {
        match self.key {
            Key::Char(char) if !self.ctrl && !self.alt && !char.is_control() => Some(char),
            _ => None,
        }
    }

    /// Parses a keypress as people write it: `ctrl-d`, `C-d`, `shift-tab`, `G`, `space`, `f1`, `/`.
    ///
    /// Modifiers and names may be written in capitals; the case of a single character matters. A character that cannot
    /// be typed into a file is written `U+NNNN`.
    ///
    /// # Errors
    /// Fails with one line: what was found, and what is accepted.
    pub fn parse(text: &str) -> Result<Chord, String> {
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text;
        while let Some((held, after)) = modifier(rest) {
            let flag = match held {
                HeldModifier::Ctrl => &mut ctrl,
                HeldModifier::Alt => &mut alt,
                HeldModifier::Shift => &mut shift,
            };
            if *flag {
                return Err(format!("the key {} names the same modifier twice", quoted(text)));
            }
            (*flag, rest) = (true, after);
        }
        let Some(key) = parse_key_name(rest) else {
            return Err(format!(
                "{} is no key; accepted are a character, or enter, esc, tab, space, backspace, delete, \
                 insert, up, down, left, right, home, end, pageup, pagedown, f1 to f{LAST_FUNCTION_KEY}, \
                 with ctrl-, alt- or shift- before it",
                quoted(text)
            ));
        };
        if let Key::Char(char) = key
            && shift
            && (if ctrl { !char.is_ascii_alphabetic() } else { capital(char).is_none() })
        {
            let (shown, char) = (quoted(text), quoted(&char.to_string()));
            return Err(format!("{shown}: write the character that Shift makes of {char} on your keyboard"));
        }
        Ok(Chord::new(key, ctrl, alt, shift))
    }
}

impl FromStr for Chord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Chord::parse(text)
    }
}

/// Prints the canonical form: `Ctrl-D`, `Alt-f`, `Shift-Tab`, `G`, `Space`, `F1`.
impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        if self.shift || self.key == Key::BackTab {
            f.write_str("Shift-")?;
        }
        match self.key {
            Key::BackTab => f.write_str("Tab"),
            Key::F(number) => write!(f, "F{number}"),
            Key::Char(char) if self.ctrl && char.is_ascii_lowercase() => {
                write!(f, "{}", char.to_ascii_uppercase())
            }
            key => match (NAMES.iter().find(|(named, _)| *named == key), key) {
                (Some((_, names)), _) => f.write_str(names[0]),
                (None, Key::Char(char)) if visible(char) => write!(f, "{char}"),
                (None, Key::Char(char)) => write!(f, "U+{:04X}", u32::from(char)),
                (None, other) => write!(f, "{other:?}"),
            },
        }
    }
}

enum HeldModifier {
    Ctrl,
    Alt,
    Shift,
}

/// The modifier at the start of `text`, and the rest; a single `-` or `+` is a key, not the end of a modifier.
fn modifier(text: &str) -> Option<(HeldModifier, &str)> {
    let (word, after) = text.split_at(text.find(['-', '+'])?);
    let after = &after[1..];
    if after.is_empty() {
        return None;
    }
    let held = match word.to_ascii_lowercase().as_str() {
        "ctrl" | "control" | "c" => HeldModifier::Ctrl,
        "alt" | "meta" | "a" | "m" => HeldModifier::Alt,
        "shift" | "s" => HeldModifier::Shift,
        _ => return None,
    };
    Some((held, after))
}

/// The key with this name, or of this single character.
fn parse_key_name(text: &str) -> Option<Key> {
    let mut chars = text.chars();
    if let (Some(char), None) = (chars.next(), chars.next())
        && visible(char)
        && !NAMES.iter().any(|(_, names)| names.contains(&text))
    {
        return Some(Key::Char(char));
    }
    if let Some((key, _)) = NAMES.iter().find(|(_, names)| names.iter().any(|name| name.eq_ignore_ascii_case(text))) {
        return Some(*key);
    }
    let digits = |skip| text.get(skip..).filter(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if text.starts_with(['U', 'u'])
        && text[1..].starts_with('+')
        && let Some(char) = digits(2).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32)
    {
        return Some(Key::Char(char));
    }
    let number = text.strip_prefix(['f', 'F'])?.parse().ok()?;
    (1..=LAST_FUNCTION_KEY).contains(&number).then_some(Key::F(number))
}

/// Whether a character is visible when it is written alone.
fn visible(char: char) -> bool {
    !char.is_control() && !char.is_whitespace() && char.width().is_some_and(|columns| columns > 0)
}

/// The capital of a letter, if it is a single character; `None` if there is no such capital.
fn capital(char: char) -> Option<char> {
    if char.is_uppercase() {
        return Some(char);
    }
    let mut upper = char.to_uppercase();
    let first = upper.next()?;
    (upper.next().is_none() && first != char).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, printed: &str) {
        let chord = Chord::parse(text).expect(text);
        assert_eq!(chord.to_string(), printed, "{text}");
        assert_eq!(Chord::parse(printed), Ok(chord), "{printed}");
    }

    #[test]
    fn a_key_is_read_as_people_write_it_and_printed_in_one_way() {
        for (text, printed) in [
            ("ctrl-d", "Ctrl-D"),
            ("C-d", "Ctrl-D"),
            ("Ctrl+D", "Ctrl-D"),
            ("ctrl-shift-x", "Ctrl-Shift-X"),
            ("shift-tab", "Shift-Tab"),
            ("BackTab", "Shift-Tab"),
            ("shift-g", "G"),
            ("G", "G"),
            ("space", "Space"),
            ("enter", "Enter"),
            ("alt-enter", "Alt-Enter"),
            ("alt-F", "Alt-F"),
            ("alt-f", "Alt-f"),
            ("f1", "F1"),
            ("F12", "F12"),
            ("f", "f"),
            ("/", "/"),
            ("-", "-"),
            ("ctrl--", "Ctrl--"),
            ("+", "+"),
            ("c-+", "Ctrl-+"),
            ("page-down", "PageDown"),
            ("é", "é"),
            ("u+202e", "U+202E"),
        ] {
            check(text, printed);
        }
    }

    #[test]
    fn what_is_no_key_is_refused_with_what_is_accepted() {
        for text in ["", "ctrl-", "hyper-x", "ctrl-ctrl-x", "f0", "f99", "nothing", "shift-1", "\u{1b}", "U+110000"] {
            assert!(Chord::parse(text).is_err(), "{text:?}");
        }
        assert!(Chord::parse("entr").unwrap_err().contains("enter, esc, tab"));
    }

    fn any_key() -> impl Strategy<Value = Key> {
        let named: Vec<Key> = NAMES.iter().map(|(key, _)| *key).collect();
        prop_oneof![
            any::<char>().prop_map(Key::Char),
            proptest::char::range(' ', '~').prop_map(Key::Char),
            (1..=LAST_FUNCTION_KEY).prop_map(Key::F),
            proptest::sample::select(named),
        ]
    }

    proptest! {
        #[test]
        fn parse_undoes_print(key in any_key(), ctrl: bool, alt: bool, shift: bool) {
            let chord = Chord::new(key, ctrl, alt, shift);
            prop_assert_eq!(Chord::parse(&chord.to_string()), Ok(chord));
        }

        #[test]
        fn no_text_makes_the_key_parser_panic(text in "\\PC{0,12}|[a-z+-]{0,12}") {
            drop(Chord::parse(&text));
        }
    }
}
