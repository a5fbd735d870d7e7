//! How the form for a new session understands its text.

use super::own_command;
use crate::formats::{PastedSession, paste};
use crate::sessions::spec::system_names::SystemNames;
use crate::wire::option::SocketKind;

/// What the text of the form for a new session is.
#[derive(Debug)]
pub enum FormReading {
    /// A session.
    Session(Box<PastedSession>),
    /// A command with options. It is read when it is opened, as on the command line: that looks at the settings file.
    Command,
    /// Neither, and why.
    Nothing(String),
}

impl FormReading {
    /// Reads a text. Cost: parses all of it, so it is done when the text changes and not for each frame.
    pub(crate) fn of(text: &str, names: &SystemNames) -> Self {
        match paste::parse_anything(text, names) {
            Ok(pasted) => FormReading::Session(Box::new(pasted)),
            Err(_) if own_command::words_with_options(text).is_some() => FormReading::Command,
            Err(problem) => FormReading::Nothing(problem),
        }
    }

    /// The kind of socket of the session, if it has one socket.
    pub(crate) fn socket_kind(&self) -> Option<SocketKind> {
        match self {
            FormReading::Session(pasted) => pasted.spec.what.socket_kind(),
            FormReading::Command | FormReading::Nothing(_) => None,
        }
    }
}
