//! The three ways in which the composer reads its text.

use crate::model::settings::LineEnding;
use crate::text::escapes;

/// How a text becomes bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ComposeMode {
    /// With escapes: `\r \n \xNN`.
    #[default]
    Text,
    /// Every character is itself.
    Literal,
    /// Pairs of hex digits.
    Hex,
}

impl ComposeMode {
    /// The name, as the composer's title and the history file have it.
    pub fn name(self) -> &'static str {
        match self {
            ComposeMode::Text => "text",
            ComposeMode::Literal => "literal",
            ComposeMode::Hex => "hex",
        }
    }

    /// The mode of this name; text for any other.
    pub fn from_name(name: &str) -> Self {
        [ComposeMode::Literal, ComposeMode::Hex].into_iter().find(|mode| mode.name() == name).unwrap_or_default()
    }

    /// The mode after this one.
    pub fn next(self) -> Self {
        match self {
            ComposeMode::Text => ComposeMode::Literal,
            ComposeMode::Literal => ComposeMode::Hex,
            ComposeMode::Hex => ComposeMode::Text,
        }
    }

    /// The bytes of a text, without a line ending after it. A line break within the text is sent as the session's line
    /// ending, as if each line had been sent by itself.
    ///
    /// # Errors
    /// Fails with what is wrong with the text, and what is accepted.
    pub fn bytes(self, text: &str, ending: LineEnding) -> Result<Vec<u8>, String> {
        let broken = || if ending == LineEnding::CrLf { text.replace('\n', "\r\n") } else { text.to_owned() };
        match self {
            ComposeMode::Text => escapes::parse_text(&broken()).map_err(|error| error.to_string()),
            ComposeMode::Literal => Ok(broken().into_bytes()),
            ComposeMode::Hex => escapes::parse_hex(text).map_err(|error| error.to_string()),
        }
    }

    /// The text that has these bytes in this mode; `None`: no text has.
    pub fn text_of(self, bytes: &[u8], ending: LineEnding) -> Option<String> {
        let text = match self {
            ComposeMode::Hex => escapes::spaced_hex(bytes),
            ComposeMode::Text => escapes::escape_for_edit(bytes),
            ComposeMode::Literal => {
                let text = std::str::from_utf8(bytes).ok()?;
                if ending == LineEnding::CrLf { text.replace("\r\n", "\n") } else { text.to_owned() }
            }
        };
        // A field holds no lone CR, and in a session with CRLF no lone LF.
        let is_kept = !text.contains('\r') && self.bytes(&text, ending).as_deref() == Ok(bytes);
        is_kept.then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_keeps_its_bytes_in_every_mode_that_can_write_them() {
        let written = |bytes: &[u8], ending| {
            [ComposeMode::Text, ComposeMode::Literal, ComposeMode::Hex].map(|mode| mode.text_of(bytes, ending))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(written(b"a\\n", LineEnding::Lf), [some(r"a\\n"), some(r"a\n"), some("61 5c 6e")]);
        assert_eq!(written(b"a\r\nb", LineEnding::CrLf), [some(r"a\r\nb"), some("a\nb"), some("61 0d 0a 62")]);
        assert_eq!(written(b"a\r\nb", LineEnding::Lf)[1], None, "a field holds no CR");
        assert_eq!(written(b"a\nb", LineEnding::CrLf)[1], None, "it would leave as CR LF");
        assert_eq!(written(b"\xff", LineEnding::Lf)[1], None);
    }

    proptest! {
        #[test]
        fn what_was_converted_is_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..40), which in 0_usize..3) {
            let ending = [LineEnding::None, LineEnding::Lf, LineEnding::CrLf][which];
            for mode in [ComposeMode::Text, ComposeMode::Literal, ComposeMode::Hex] {
                if let Some(text) = mode.text_of(&bytes, ending) {
                    prop_assert_eq!(mode.bytes(&text, ending).unwrap(), bytes.clone());
                }
            }
        }
    }
}
