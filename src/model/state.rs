//! The model: the sessions, the selection, and what is open on the screen.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::editor::{FieldLines, TextField};
use super::endings::SessionEnding;
use super::history::InputHistory;
use super::keymap::Keymap;
use super::kinds;
use super::notice::Notices;
use super::options::OptionsSource;
use super::overlay::Overlay;
use super::panel::Panel;
use super::seen::{FrameReport, ScreenSize};
use super::settings::Settings;
use super::summary::SessionSummary;
use crate::sessions::explain::ExplanationBook;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::tcp::Endpoints;
use crate::sessions::spec::RequestedOptions;
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
    /// The recent notices.
    pub notices: Notices,
    /// Which key does what.
    pub keymap: Keymap,
    /// The user's settings.
    pub settings: Settings,
    /// The texts sent before, for Up and Down.
    pub history: InputHistory,
    /// The explanations of failures and situations.
    pub book: &'static ExplanationBook,
    /// The system's settings of the TCP timers.
    pub timers: TcpTimerSettings,
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
            notices: Notices::default(),
            keymap,
            settings,
            history,
            book: &EMPTY,
            timers: TcpTimerSettings::default(),
            wishes: RequestedOptions::new(),
            sample_every: gauges::EVERY,
            sampling: BTreeMap::new(),
            census: SessionSummary::default(),
            size,
            zoomed: false,
            seen: FrameReport::default(),
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
        let SessionKind::Stream(tcp) = &session.kind else { return None };
        let Endpoints { local: Some(local), peer: Some(peer) } = tcp.ends else { return None };
        let other = Endpoints { local: Some(peer), peer: Some(local) };
        self.sessions
            .values()
            .rev()
            .map(AsRef::as_ref)
            .find(|twin| matches!(&twin.kind, SessionKind::Stream(tcp) if tcp.ends == other))
    }

    /// The connections that a listener accepted, the newest first.
    pub fn accepted_by(&self, listener: SessionId) -> impl Iterator<Item = &Session> {
        self.sessions.values().rev().map(AsRef::as_ref).filter(move |session| session.parent() == Some(listener))
    }

    /// Whether the selected session can send now.
    pub fn can_send(&self) -> bool {
        self.session().is_some_and(kinds::can_send)
    }

    /// The ways to end the selected session that are possible now.
    pub fn endings(&self) -> Vec<SessionEnding> {
        self.session().map_or_else(Vec::new, kinds::endings)
    }

    /// An empty one-line field.
    pub fn field() -> TextField {
        TextField::new(FieldLines::One, crate::model::limits::FIELD)
    }
}
