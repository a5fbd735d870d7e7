//! What the environment says of the terminal: its colours, its characters, and whether it can show a screen at all.

use crate::view::ColourDepth;

/// Parts of `$TERM` of terminals that have at least 256 colours, besides those that say so in their name.
const RICH: [&str; 9] = ["kitty", "alacritty", "foot", "wezterm", "ghostty", "contour", "konsole", "iterm", "rio"];

/// Beginnings of `$TERM` of terminals without colours.
const COLOURLESS: [&str; 6] = ["vt1", "vt2", "vt3", "vt4", "vt5", "vt6"];

/// What the environment says of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TerminalKind {
    /// How many colours it has.
    pub(super) depth: ColourDepth,
    /// The theme for it, unless the user has chosen one.
    pub(super) theme: &'static str,
    /// Whether it has no UTF-8.
    pub(super) is_ascii: bool,
    /// Whether it cannot move its cursor, so that there is no screen.
    pub(super) is_dumb: bool,
}

/// Reads the environment.
pub(super) fn from_environment() -> TerminalKind {
    kind(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
}

/// The same, with the variables that `lookup` returns. An empty variable counts as unset.
fn kind(lookup: impl Fn(&str) -> Option<String>) -> TerminalKind {
    let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
    let term = set("TERM").unwrap_or_default();
    let depth = match set("COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => ColourDepth::True,
        Some(_) | None if term.contains("256color") || RICH.iter().any(|name| term.contains(name)) => {
            ColourDepth::Indexed
        }
        Some(_) | None => ColourDepth::Sixteen,
    };
    let colourless = set("NO_COLOR").is_some() || COLOURLESS.iter().any(|name| term.starts_with(name));
    let theme = match depth {
        _ if colourless => "mono",
        ColourDepth::Sixteen => "ansi",
        ColourDepth::True | ColourDepth::Indexed => "dark",
    };
    TerminalKind { depth, theme, is_ascii: is_ascii_locale(set), is_dumb: term == "dumb" }
}

/// Whether the locale for characters (POSIX: `LC_ALL`, else `LC_CTYPE`, else `LANG`) is named and is not a UTF-8 one.
/// If nothing is named, UTF-8 is assumed: such is the environment of most containers, in terminals that have UTF-8.
fn is_ascii_locale(set: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_some_and(|locale| {
        let charset = locale.to_ascii_lowercase();
        !charset.contains("utf-8") && !charset.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> TerminalKind {
        kind(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_colours_come_from_colorterm_then_from_the_terminals_name() {
        for (variables, depth, theme) in [
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")][..], ColourDepth::True, "dark"),
            (&[("TERM", "tmux-256color")], ColourDepth::Indexed, "dark"),
            (&[("TERM", "xterm-kitty"), ("COLORTERM", "")], ColourDepth::Indexed, "dark"),
            (&[("TERM", "linux")], ColourDepth::Sixteen, "ansi"),
            (&[("TERM", "xterm-16color")], ColourDepth::Sixteen, "ansi"),
            (&[("TERM", "screen")], ColourDepth::Sixteen, "ansi"),
            (&[("TERM", "vt100")], ColourDepth::Sixteen, "mono"),
            (&[("TERM", "vt220")], ColourDepth::Sixteen, "mono"),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "1")], ColourDepth::Indexed, "mono"),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], ColourDepth::Indexed, "dark"),
        ] {
            let kind = of(variables);
            assert_eq!((kind.depth, kind.theme), (depth, theme), "{variables:?}");
        }
    }

    #[test]
    fn the_first_locale_that_is_named_decides() {
        for (variables, ascii) in [
            (&[][..], false),
            (&[("LANG", "C")], true),
            (&[("LANG", "POSIX")], true),
            (&[("LANG", "de_DE.ISO-8859-1")], true),
            (&[("LANG", "en_US.UTF-8")], false),
            (&[("LANG", "C.utf8")], false),
            (&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")], true),
            (&[("LANG", "C"), ("LC_CTYPE", "en_US.UTF-8")], false),
            (&[("LANG", "C"), ("LC_ALL", "")], true),
        ] {
            assert_eq!(of(variables).is_ascii, ascii, "{variables:?}");
        }
        assert!(of(&[("TERM", "dumb")]).is_dumb && !of(&[("TERM", "xterm")]).is_dumb);
    }
}
