//! The user's settings for all sessions.

use std::time::Duration;

use crate::sessions::Retention;
use crate::text::sanitize::quoted;
use crate::text::secret::SecretDisplay;

/// The settings, from the configuration file and changed while running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The theme's name.
    pub theme: String,
    /// All themes' names, for the completion and the key that cycles through them.
    pub themes: Vec<String>,
    /// Whether the program captures the mouse.
    pub mouse: bool,
    /// Whether times are shown as wall clock time.
    pub wall_clock: bool,
    /// How much new sessions keep.
    pub retain: Retention,
    /// The time limit for opening a connection.
    pub connect_timeout: Duration,
    /// The line ending of new sessions.
    pub line_ending: LineEnding,
    /// Whether heads are shown with their secrets.
    pub secrets: SecretDisplay,
}

/// What Enter adds to the text in the composer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnding {
    /// Nothing.
    None,
    /// `\n`.
    #[default]
    Lf,
    /// `\r\n`.
    CrLf,
}

impl LineEnding {
    /// The bytes.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            LineEnding::None => b"",
            LineEnding::Lf => b"\n",
            LineEnding::CrLf => b"\r\n",
        }
    }

    /// Parses the configuration's spelling: `none`, `lf`, `crlf`.
    ///
    /// # Errors
    /// Fails for anything else, with the accepted values.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(LineEnding::None),
            "lf" => Ok(LineEnding::Lf),
            "crlf" => Ok(LineEnding::CrLf),
            other => Err(format!("{}: accepted are none, lf and crlf", quoted(other))),
        }
    }

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            LineEnding::None => "no line end",
            LineEnding::Lf => "LF",
            LineEnding::CrLf => "CRLF",
        }
    }

    /// The next one, for the key that cycles through them.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            LineEnding::None => LineEnding::Lf,
            LineEnding::Lf => LineEnding::CrLf,
            LineEnding::CrLf => LineEnding::None,
        }
    }
}
