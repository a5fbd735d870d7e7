//! The dialog of socket options: its owner, the selected line, the value being typed, and the lines themselves.

use std::collections::BTreeMap;

use super::editor::TextField;
use super::form_reading::FormReading;
use super::kinds;
use crate::sessions::options::OptionState;
use crate::sessions::spec::socket_options::requested_options;
use crate::sessions::spec::{RequestedOptions, requested_value};
use crate::sessions::{Session, SessionId, SessionPhase};
use crate::wire::option::{OptionScope, OptionValue, SocketKind, SocketOption};

/// The open dialog.
#[derive(Debug)]
pub struct OptionsDialog {
    /// The owner of the options.
    pub of: OptionsOwner,
    /// The line under the cursor, from 0.
    pub picked: usize,
    /// The value that is being typed for that line.
    pub field: Option<ValueField>,
}

/// The data from which a dialog's lines are built.
#[derive(Clone, Copy, Debug)]
pub struct OptionsSource<'m> {
    /// All sessions.
    pub sessions: &'m BTreeMap<SessionId, Box<Session>>,
    /// The options of the session to be opened from the form.
    pub wishes: &'m RequestedOptions,
}

/// The owner of the options in a dialog.
#[derive(Debug)]
pub enum OptionsOwner {
    /// A session.
    Session(SessionId),
    /// The session that the new-session form will open; the form comes back when the dialog is closed.
    Form {
        /// The form's text.
        input: TextField,
        /// How that is understood.
        reading: FormReading,
    },
}

/// A value that is being typed.
#[derive(Debug)]
pub struct ValueField {
    /// What was typed.
    pub input: TextField,
    /// Why it was not accepted.
    pub problem: Option<String>,
}

/// One option, as the dialog shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionLine {
    /// The option.
    pub option: SocketOption,
    /// Its value in words; `–` if it cannot be known.
    pub value: String,
    /// Where the value comes from.
    pub sure: ValueSource,
    /// A remark: the requested value, why it was refused, what the number means.
    pub remark: String,
    /// The system call that sets this value, for copying; the call that reads it, if no value is known.
    pub call: String,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueSource {
    /// The kernel reports it.
    Kernel,
    /// It will be set.
    Wished,
    /// The system's default will apply.
    Default,
    /// Unknown, or not read yet.
    Unknown,
    /// The kernel refused the requested value; this is the value in force.
    Refused,
}

/// Whether a session has an open socket whose options can be read and set now.
pub fn is_live(session: &Session) -> bool {
    matches!(session.phase, SessionPhase::Open(_) | SessionPhase::Listening)
        && session.spec.what.socket_kind().is_some()
}

impl OptionsDialog {
    /// A dialog with its first line selected.
    pub fn new(of: OptionsOwner) -> Self {
        OptionsDialog { of, picked: 0, field: None }
    }

    /// The kind of socket whose options it shows.
    pub fn kind(&self, from: OptionsSource<'_>) -> SocketKind {
        match &self.of {
            OptionsOwner::Session(id) => {
                let kind = from.sessions.get(id).and_then(|session| session.spec.what.socket_kind());
                kind.unwrap_or(SocketKind::Connection)
            }
            OptionsOwner::Form { reading, .. } => reading.socket_kind().unwrap_or(SocketKind::Connection),
        }
    }

    /// The option under the cursor.
    pub fn option(&self, from: OptionsSource<'_>) -> Option<SocketOption> {
        SocketOption::options_of(self.kind(from)).nth(self.picked)
    }

    /// The session, if the dialog belongs to one.
    pub fn session<'m>(&self, from: OptionsSource<'m>) -> Option<&'m Session> {
        match &self.of {
            OptionsOwner::Session(id) => from.sessions.get(id).map(AsRef::as_ref),
            OptionsOwner::Form { .. } => None,
        }
    }

    /// Whether there is an open socket; without one, the dialog shows what will be set.
    pub fn is_live(&self, from: OptionsSource<'_>) -> bool {
        self.session(from).is_some_and(is_live)
    }

    /// The options that will be set when the session is opened.
    pub fn requested<'m>(&self, from: OptionsSource<'m>) -> Option<&'m RequestedOptions> {
        match &self.of {
            OptionsOwner::Session(id) => {
                from.sessions.get(id).and_then(|session| requested_options(&session.spec.what))
            }
            OptionsOwner::Form { .. } => Some(from.wishes),
        }
    }

    /// The value that an option has now, or the one that will be set.
    pub fn value(&self, from: OptionsSource<'_>, option: SocketOption) -> Option<OptionValue> {
        match self.session(from).filter(|session| is_live(session)) {
            Some(session) => session.options.get(option).and_then(|known| known.now.clone()?.ok()),
            None => self.requested(from).and_then(|wishes| requested_value(wishes, option)).cloned(),
        }
    }

    /// The value with which editing starts, and which the system call sets: the requested value, if it is known and in
    /// force.
    pub fn to_set(&self, from: OptionsSource<'_>, option: SocketOption) -> Option<OptionValue> {
        let now = self.value(from, option)?;
        let known = self.session(from).filter(|session| is_live(session))?.options.get(option)?;
        if let (Some(asked), None) = (&known.asked, &known.refused)
            && option.difference(asked, &now).is_some()
        {
            return Some(asked.clone());
        }
        Some(match (option, now) {
            // The kernel reports twice the requested size (`socket(7)`, `SO_RCVBUF`).
            (SocketOption::RecvBuffer | SocketOption::SendBuffer, OptionValue::Bytes(bytes)) => {
                OptionValue::Bytes(bytes / 2)
            }
            (_, now) => now,
        })
    }

    /// All lines.
    pub fn lines(&self, from: OptionsSource<'_>) -> Vec<OptionLine> {
        let session = self.session(from);
        let scope = session.map_or(OptionScope::V4, kinds::option_scope);
        let live = session.filter(|session| is_live(session));
        SocketOption::options_of(self.kind(from))
            .map(|option| {
                let (value, sure, remark) = match live {
                    Some(session) => kernel_value(option, session.options.get(option)),
                    None => wish_line(option, self.value(from, option)),
                };
                let to_set = self.to_set(from, option).or_else(|| self.value(from, option));
                let call = to_set.map_or_else(|| option.reading_call(scope), |value| option.call(&value, scope));
                OptionLine { option, value, sure, remark, call }
            })
            .collect()
    }
}

fn kernel_value(option: SocketOption, known: Option<&OptionState>) -> (String, ValueSource, String) {
    let Some(known) = known else { return ("…".to_owned(), ValueSource::Unknown, String::new()) };
    let (value, sure) = match &known.now {
        Some(Ok(now)) => (now.to_string(), ValueSource::Kernel),
        Some(Err(_)) => ("–".to_owned(), ValueSource::Unknown),
        None => ("…".to_owned(), ValueSource::Unknown),
    };
    if let Some(why) = &known.refused {
        let asked = known.asked.as_ref().map_or(String::new(), |asked| format!("{asked}: "));
        return (value, ValueSource::Refused, format!("{asked}{why}"));
    }
    let remark = match (&known.asked, &known.now) {
        (Some(asked), Some(Ok(now))) if asked != now => {
            let why = option.difference(asked, now).map_or(String::new(), |why| format!("; {why}"));
            format!("asked for {asked}{why}")
        }
        (_, Some(Ok(now))) => option.meaning(now).unwrap_or_default(),
        (_, Some(Err(why))) => why.clone(),
        (Some(asked), None) => format!("asked for {asked}"),
        (None, None) => String::new(),
    };
    (value, sure, remark)
}

fn wish_line(option: SocketOption, wish: Option<OptionValue>) -> (String, ValueSource, String) {
    match wish {
        Some(value) => (value.to_string(), ValueSource::Wished, option.meaning(&value).unwrap_or_default()),
        None => ("as it is".to_owned(), ValueSource::Default, String::new()),
    }
}
