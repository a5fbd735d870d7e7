//! The model: the sessions, the selection, and what is open on the screen.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::editor::{FieldLines, TextField};
use super::endings::SessionEnding;
use super::form_reading::FormReading;
use super::history::InputHistory;
use super::keymap::Keymap;
use super::kinds;
use super::lab_catalogue::LabCatalogue;
use super::notice::Notices;
use super::options::OptionsSource;
use super::overlay::{Overlay, PromptRequest};
use super::own_command::{self, CommandReader};
use super::panel::Panel;
use super::seen::{FrameReport, ScreenSize};
use super::settings::Settings;
use super::summary::SessionSummary;
use super::targets::TargetHistory;
use crate::sessions::explain::ExplanationBook;
use crate::sessions::kinds::tcp::Endpoints;
use crate::sessions::spec::RequestedOptions;
use crate::sessions::spec::system_names::SystemNames;
use crate::sessions::tcp::gauges;
use crate::sessions::{Session, SessionId};
use crate::wire::kernel::tcp_timers::TcpTimerSettings;

/// The whole state that the screen shows and that keys change.
#[derive(Debug)]
pub struct Model {
    /// All sessions, by number.
    pub sessions: BTreeMap<SessionId, Box<Session>>,
    /// How each session is shown.
    pub panels: BTreeMap<SessionId, Panel>,
    /// The session on the screen.
    pub selected: Option<SessionId>,
    /// Which pane the keys go to.
    pub focus: Focus,
    /// What is open above the panes.
    pub overlay: Option<Overlay>,
    /// What was open when the question before quitting was asked; it comes back if the answer is no.
    pub overlay_behind: Option<Overlay>,
    /// The recent notices.
    pub notices: Notices,
    /// Which key does what.
    pub keymap: Keymap,
    /// The user's settings.
    pub settings: Settings,
    /// The texts sent before, for Up and Down.
    pub history: InputHistory,
    /// The targets opened before, without secrets.
    pub targets: TargetHistory,
    /// The `:` lines typed before.
    pub commands: InputHistory,
    /// The built-in peers that can be started.
    pub lab: LabCatalogue,
    /// Reads a command with its own options, typed where a target is.
    pub own_command: CommandReader,
    /// The line at the cursor of the home screen.
    pub home_picked: usize,
    /// The session that was on the screen before the home screen.
    pub left_session: Option<SessionId>,
    /// The first session of the list on the screen, after the wheel moved it; `None`: the selected one is in sight.
    pub list_first: Option<usize>,
    /// The explanations of failures and situations.
    pub book: &'static ExplanationBook,
    /// The system's settings of the TCP timers.
    pub timers: TcpTimerSettings,
    /// The names of this system's services and interfaces, for the addresses that are typed.
    pub names: SystemNames,
    /// Socket options for the session that the new-session form opens.
    pub wishes: RequestedOptions,
    /// How often the kernel's gauges are sampled while they are on the screen.
    pub sample_every: Duration,
    /// The sessions whose gauges are being sampled, and how often.
    pub sampling: BTreeMap<SessionId, Duration>,
    /// The totals of all sessions.
    pub(super) census: SessionSummary,
    /// The terminal's size.
    pub size: ScreenSize,
    /// True: the focused pane has the whole screen.
    pub zoomed: bool,
    /// What the last frame actually showed.
    pub seen: FrameReport,
    /// The last request of a prompt whose answer comes later.
    pub(super) last_request: PromptRequest,
    /// True: the program ends.
    pub quitting: bool,
    /// When the program started.
    pub started: Instant,
    /// The time of the last update.
    pub now: Instant,
    /// The wall clock at `started`, seconds since 1970 UTC, and the zone's offset in seconds.
    pub wall_start: (f64, i32),
}

/// From this width on, a column beside the transcript shows the state and the gauges of a connection.
pub const INSIGHT_COLUMNS: u16 = 150;

/// The panes that can have the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Focus {
    /// The list of sessions.
    Sessions,
    /// The selected session's view.
    View,
    /// The composer.
    Composer,
}

/// The explanations of a model without a book: a failure then shows only its own message.
static EMPTY: ExplanationBook = ExplanationBook { failures: Vec::new(), standings: Vec::new() };

impl Model {
    /// The data for the lines of the dialog of socket options.
    pub fn options_source(&self) -> OptionsSource<'_> {
        OptionsSource { sessions: &self.sessions, wishes: &self.wishes }
    }

    /// A model without sessions.
    pub fn new(keymap: Keymap, settings: Settings, history: InputHistory, size: ScreenSize, now: Instant) -> Self {
        Model {
            sessions: BTreeMap::new(),
            panels: BTreeMap::new(),
            selected: None,
            focus: Focus::Sessions,
            overlay: None,
            overlay_behind: None,
            notices: Notices::default(),
            keymap,
            settings,
            history,
            targets: TargetHistory::default(),
            commands: InputHistory::default(),
            lab: LabCatalogue::default(),
            own_command: own_command::no_reader,
            home_picked: 0,
            left_session: None,
            list_first: None,
            book: &EMPTY,
            timers: TcpTimerSettings::default(),
            names: SystemNames::usual(),
            wishes: RequestedOptions::new(),
            sample_every: gauges::EVERY,
            sampling: BTreeMap::new(),
            census: SessionSummary::default(),
            size,
            zoomed: false,
            seen: FrameReport::default(),
            last_request: PromptRequest::default(),
            quitting: false,
            started: now,
            now,
            wall_start: (0.0, 0),
        }
    }

    /// The selected session.
    pub fn session(&self) -> Option<&Session> {
        self.sessions.get(&self.selected?).map(AsRef::as_ref)
    }

    /// The selected session's panel.
    pub fn selected_panel(&self) -> Option<&Panel> {
        self.panels.get(&self.selected?)
    }

    /// The selected session's panel, to change.
    pub fn panel_mut(&mut self) -> Option<&mut Panel> {
        self.panels.get_mut(&self.selected?)
    }

    /// The other end of a connection, if it is one of our own sessions; a new session may have the addresses of an old
    /// one.
    pub fn other_end(&self, session: &Session) -> Option<&Session> {
        session.tcp_history()?;
        let Endpoints { local: Some(local), peer: Some(peer) } = session.ends() else { return None };
        let other = Endpoints { local: Some(peer), peer: Some(local) };
        let mut newest_first = self.sessions.values().rev().map(AsRef::as_ref);
        newest_first.find(|twin| twin.tcp_history().is_some() && twin.ends() == other)
    }

    /// The connections that a listener accepted, the newest first.
    pub fn accepted_by(&self, listener: SessionId) -> impl Iterator<Item = &Session> {
        self.sessions.values().rev().map(AsRef::as_ref).filter(move |session| session.parent() == Some(listener))
    }

    /// Whether the selected session can send now.
    pub fn can_send(&self) -> bool {
        self.session().is_some_and(kinds::can_send)
    }

    /// Whether a text was typed and not sent: in a composer, or in the form for a new session.
    pub fn has_draft(&self) -> bool {
        let is_typed = |panel: &Panel| !panel.composer.editor.is_empty();
        let may_send = |id: &SessionId| self.sessions.get(id).is_some_and(|session| kinds::can_send(session));
        let form = matches!(&self.overlay, Some(Overlay::New { input, .. }) if !input.text().trim().is_empty());
        form || self.panels.iter().any(|(id, panel)| is_typed(panel) && may_send(id))
    }

    /// The ways to end the selected session that are possible now.
    pub fn endings(&self) -> Vec<SessionEnding> {
        self.session().map_or_else(Vec::new, kinds::endings)
    }

    /// Asks for the interfaces again when one is named next, also in the form's text.
    pub fn forget_interfaces(&mut self) {
        self.names.forget_interfaces();
        if let Some(Overlay::New { input, reading, .. }) = &mut self.overlay {
            *reading = FormReading::of(input.text(), &self.names);
        }
    }

    /// The number of the next request of a prompt.
    pub(super) fn next_request(&mut self) -> PromptRequest {
        self.last_request.0 += 1;
        self.last_request
    }

    /// An empty field for a command: what is pasted keeps its line breaks, and is shown on one line.
    pub fn command_field() -> TextField {
        TextField::new(FieldLines::Folded, crate::model::limits::FIELD)
    }

    /// An empty one-line field.
    pub fn field() -> TextField {
        TextField::new(FieldLines::One, crate::model::limits::FIELD)
    }
}
