//! `config.toml`: the user's settings.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::read::{FileProblem, read_settings};
use crate::model::settings::LineEnding;
use crate::sessions::spec::DEFAULT_CONNECT_TIMEOUT;
use crate::sessions::{Retention, retention};
use crate::text::{quantity, sanitize};

/// The settings that the file may contain.
pub const ACCEPTED: &str = "theme, ascii, mouse, retain, line_ending, connect_timeout, wall_clock, system_resolver";

/// The settings; those that the file leaves out have their defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigSettings {
    /// The theme's name; `None`: the program chooses.
    pub theme: Option<String>,
    /// Whether the screen is drawn in ASCII, whatever the locale.
    pub ascii: bool,
    /// Whether the mouse selects, scrolls and focuses.
    pub mouse: bool,
    /// How much of a session the transcript keeps: a size, a number of segments, or both.
    pub retain: Retention,
    /// What Enter adds to the text in the composer.
    pub line_ending: LineEnding,
    /// The time limit for opening a connection.
    pub connect_timeout: Duration,
    /// Whether times are shown as wall clock time.
    pub wall_clock: bool,
    /// Whether names are resolved by the system's resolver only, without also querying name servers directly.
    pub system_resolver: bool,
}

impl Default for ConfigSettings {
    fn default() -> Self {
        ConfigSettings {
            theme: None,
            ascii: false,
            mouse: true,
            retain: Retention::DEFAULT,
            line_ending: LineEnding::Lf,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            wall_clock: false,
            system_resolver: false,
        }
    }
}

/// The contents of the file. Unknown names are errors, so that a typing error is not taken for a setting.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    theme: Option<String>,
    ascii: Option<bool>,
    mouse: Option<bool>,
    retain: Option<Spanned<String>>,
    line_ending: Option<Spanned<String>>,
    connect_timeout: Option<Spanned<String>>,
    wall_clock: Option<bool>,
    system_resolver: Option<bool>,
}

/// Reads the settings. `named`: the user gave this path, so a missing file is a problem too.
///
/// A file with a problem is ignored: the defaults are used, and the problem is returned.
pub fn load(path: &Path, named: bool) -> (ConfigSettings, Option<FileProblem>) {
    match read_settings(path) {
        Ok(Some(text)) => match parse(path, &text) {
            Ok(settings) => (settings, None),
            Err(problem) => (ConfigSettings::default(), Some(problem)),
        },
        Ok(None) if named => {
            let what = "there is no such file".to_owned();
            (ConfigSettings::default(), Some(FileProblem { path: path.to_owned(), line: None, what }))
        }
        Ok(None) => (ConfigSettings::default(), None),
        Err(problem) => (ConfigSettings::default(), Some(problem)),
    }
}

/// Parses the text of a settings file. `path` is for the error only.
///
/// # Errors
/// Fails with the first problem: its line, and what is accepted.
pub fn parse(path: &Path, text: &str) -> Result<ConfigSettings, FileProblem> {
    let problem = |start: Option<usize>, what: String| FileProblem {
        path: path.to_owned(),
        line: start.map(|start| line_number(text, start)),
        what: sanitize::line(&what),
    };
    let file: ConfigFile = toml::from_str(text).map_err(|error| {
        let message = error.message().replace('\n', "; ");
        problem(error.span().map(|span| span.start), format!("{message}; accepted settings: {ACCEPTED}"))
    })?;
    let mut settings = ConfigSettings { theme: file.theme, ..ConfigSettings::default() };
    if let Some(ascii) = file.ascii {
        settings.ascii = ascii;
    }
    if let Some(mouse) = file.mouse {
        settings.mouse = mouse;
    }
    if let Some(wall_clock) = file.wall_clock {
        settings.wall_clock = wall_clock;
    }
    if let Some(system_resolver) = file.system_resolver {
        settings.system_resolver = system_resolver;
    }
    if let Some(written) = file.line_ending {
        let start = written.span().start;
        settings.line_ending =
            LineEnding::parse(written.get_ref()).map_err(|why| problem(Some(start), format!("line_ending: {why}")))?;
    }
    if let Some(written) = file.retain {
        let start = written.span().start;
        let wish = retention::RetentionChange::parse(written.get_ref());
        settings.retain =
            wish.map_err(|why| problem(Some(start), format!("retain: {why}")))?.applied_to(settings.retain);
    }
    if let Some(written) = file.connect_timeout {
        let start = written.span().start;
        settings.connect_timeout = quantity::parse_duration(written.get_ref())
            .map_err(|why| problem(Some(start), format!("connect_timeout: {why}")))?;
    }
    Ok(settings)
}

/// The number of the line, from 1, that contains a byte of the text.
fn line_number(text: &str, byte: usize) -> usize {
    let before = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_can_be_set() {
        let text = "theme = \"light\"\nascii = true\nmouse = false\nretain = \"1MiB 50segments\"\nline_ending = \"crlf\"\n\
                    connect_timeout = \"3s\"\nwall_clock = true\nsystem_resolver = true\n";
        let settings = parse(Path::new("c"), text).unwrap();
        let expected = ConfigSettings {
            theme: Some("light".to_owned()),
            ascii: true,
            mouse: false,
            retain: Retention { bytes: 1_048_576, segments: 50 },
            line_ending: LineEnding::CrLf,
            connect_timeout: Duration::from_secs(3),
            wall_clock: true,
            system_resolver: true,
        };
        assert_eq!(settings, expected);
        assert_eq!(parse(Path::new("c"), "").unwrap(), ConfigSettings::default());
    }

    #[test]
    fn a_problem_names_the_file_the_line_what_was_found_and_what_is_accepted() {
        let cases = [
            ("mouse = true\ncolour = 1\n", "c.toml:2: unknown field `colour`", "wall_clock"),
            ("mouse = 3", "c.toml:1: invalid type: integer `3`", "boolean"),
            ("\n\nretain = \"64K\"", "c.toml:3: retain: \"64K\" could mean", "64KiB"),
            ("connect_timeout = \"1m30\"", "c.toml:1: connect_timeout: \"1m30\" has no unit", "500ms"),
            ("line_ending = \"cr\"", "c.toml:1: line_ending: \"cr\"", "crlf"),
            ("mouse = ", "c.toml:1:", "accepted settings: theme"),
            ("\"\\u001b[2J\" = 1", "␛[2J", "accepted settings"),
        ];
        for (text, start, part) in cases {
            let problem = parse(Path::new("c.toml"), text).unwrap_err().to_string();
            assert!(problem.contains(start) && problem.contains(part), "{text}: {problem}");
            assert!(!problem.contains(['\n', '\u{1b}']), "{problem:?}");
        }
    }

    #[test]
    fn a_file_with_a_problem_leaves_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert_eq!(load(&path, false), (ConfigSettings::default(), None));
        assert!(load(&path, true).1.unwrap().what.contains("no such file"));
        std::fs::write(&path, "mouse = false\nnonsense = 1\n").unwrap();
        let (settings, problem) = load(&path, false);
        assert_eq!((settings, problem.unwrap().line), (ConfigSettings::default(), Some(2)));
    }
}
