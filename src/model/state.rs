//! What the person is doing: the sessions, what is selected, what is open on the screen.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::census::SessionSummary;
use super::editor::{FieldLines, TextField};
use super::history::InputHistory;
use super::keymap::Keymap;
use super::notice::Notices;
use super::options::OptionsDialog;
use super::panel::Panel;
use crate::sessions::explain::ExplanationBook;
use crate::sessions::kinds::SessionKind;
use crate::sessions::kinds::tcp::Endpoints;
use crate::sessions::spec::RequestedOptions;
use crate::sessions::tcp::gauges;
use crate::sessions::{Retention, Session, SessionId, SessionPhase};
use crate::wire::kernel::tcp_timers::TcpTimerSettings;

/// Everything that the screen shows, and everything that a key can change.
#[derive(Debug)]
pub struct Model {
    /// All sessions, by number.
    pub sessions: BTreeMap<SessionId, Box<Session>>,
    /// How each session is being looked at.
    pub panels: BTreeMap<SessionId, Panel>,
    /// The session on the screen.
    pub selected: Option<SessionId>,
    /// Which pane the keys go to.
    pub focus: Focus,
    /// What is open above the panes.
    pub overlay: Option<Overlay>,
    /// What was said to the person lately.
    pub notices: Notices,
    /// Which key does what.
    pub keymap: Keymap,
    /// What can be set.
    pub settings: Settings,
    /// What was sent before, for Up and Down.
    pub history: InputHistory,
    /// What failures and standings mean.
    pub book: &'static ExplanationBook,
    /// How the system's TCP timers are set.
    pub timers: TcpTimerSettings,
    /// Socket options for the session that the new-session form opens.
    pub wishes: RequestedOptions,
    /// How often the kernel's gauges are looked at while they are on the screen.
    pub sample_every: Duration,
    /// Which sessions' gauges are being looked at by the clock, and how often.
    pub sampling: BTreeMap<SessionId, Duration>,
    /// What is known of all sessions together.
    pub(super) census: SessionSummary,
    /// The terminal's size.
    pub size: ScreenSize,
    /// True: the focused pane has the whole screen.
    pub zoomed: bool,
    /// What the last frame really showed.
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

/// The terminal's size in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScreenSize {
    /// Cells across.
    pub columns: u16,
    /// Cells down.
    pub rows: u16,
}

/// A terminal with as many columns has one for insight: the state and the gauges of a connection beside its bytes.
pub const INSIGHT_COLUMNS: u16 = 150;

/// The panes that keys can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Focus {
    /// The list of sessions.
    Sessions,
    /// The selected session's view.
    View,
    /// The field to type what is to be sent.
    Composer,
}

/// What can be set, from the configuration and live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The theme's name.
    pub theme: String,
    /// All themes' names, for the completion and the key that goes through them.
    pub themes: Vec<String>,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// Whether times are shown by the wall clock.
    pub wall_clock: bool,
    /// What new sessions keep.
    pub retain: Retention,
    /// How long a connection may take to open.
    pub connect_timeout: Duration,
    /// The line ending of new sessions.
    pub line_ending: LineEnding,
}

/// What Enter puts behind the text in the composer.
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

    /// The name on the screen and in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            LineEnding::None => "no line end",
            LineEnding::Lf => "LF",
            LineEnding::CrLf => "CRLF",
        }
    }

    /// The next one, for the key that goes through them.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            LineEnding::None => LineEnding::Lf,
            LineEnding::Lf => LineEnding::CrLf,
            LineEnding::CrLf => LineEnding::None,
        }
    }
}

/// What is open above the panes; it has the keys.
#[derive(Debug)]
pub enum Overlay {
    /// All keys, with a field to narrow them.
    Help {
        /// What to narrow to.
        query: TextField,
        /// The first row shown.
        scroll: usize,
    },
    /// The field for a new session.
    New {
        /// What was typed or pasted.
        input: TextField,
        /// Why it was not taken, after Enter.
        problem: Option<String>,
    },
    /// The ways to end the selected session.
    Close {
        /// The line that Enter takes.
        picked: usize,
    },
    /// A one-line field at the bottom.
    Prompt {
        /// What it is for.
        purpose: PromptPurpose,
        /// What was typed.
        input: TextField,
        /// Which completion Tab stopped at, and the text before it.
        completing: Option<(usize, String)>,
        /// Why it was not taken, after Enter.
        problem: Option<String>,
    },
    /// All actions, to be found by a few letters.
    Palette {
        /// What was typed.
        input: TextField,
        /// The line that Enter takes.
        picked: usize,
    },
    /// The socket options of a session, or of the one to be opened.
    Options(OptionsDialog),
    /// A question that waits for yes or no.
    Confirm(ConfirmQuestion),
}

/// What a one-line field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptPurpose {
    /// `:` a command.
    Command,
    /// `/` what to find.
    Search,
    /// `f` what to show only.
    Filter,
    /// A file to send.
    SendFile,
    /// A file to write what was received to.
    Save,
}

/// A question that waits for yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmQuestion {
    /// Quit although sessions are open.
    Quit {
        /// How many.
        open: usize,
    },
}

/// What the last frame really showed: page sizes and mouse targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameReport {
    /// Rows and columns of the selected session's view, without frame and gutter.
    pub view: CellArea,
    /// Rows of the list of sessions.
    pub sessions_rows: u16,
    /// Rows and columns of the composer's text.
    pub composer: CellArea,
    /// Areas that a click means something in, the topmost last.
    pub hits: Vec<(CellArea, ClickTarget)>,
    /// How many rows the document on the screen has at its width, where it shows one.
    pub document_rows: usize,
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellArea {
    /// The first column, from 0.
    pub column: u16,
    /// The first row, from 0.
    pub row: u16,
    /// Cells across.
    pub columns: u16,
    /// Cells down.
    pub rows: u16,
}

impl CellArea {
    /// Whether a cell lies within.
    pub fn holds(&self, column: u16, row: u16) -> bool {
        column >= self.column && column - self.column < self.columns && row >= self.row && row - self.row < self.rows
    }
}

/// What a click means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickTarget {
    /// A session in the list.
    Session(SessionId),
    /// The list itself.
    Sessions,
    /// The selected session's view.
    View,
    /// The composer.
    Composer,
    /// A name in the row of views.
    Tab(super::panel::View),
    /// A line of a menu or list that is open.
    Line(usize),
    /// A peer in the list of a bound socket.
    Peer(SocketAddr),
    /// Something to try, by its number from 1.
    Probe(u8),
}

/// Bounds of what may be typed or pasted into a field.
pub mod limits {
    /// The composer: 1 MiB.
    pub const COMPOSER: usize = 1024 * 1024;
    /// One-line fields: 64 KiB, so that a long curl command fits.
    pub const FIELD: usize = 64 * 1024;
}

/// The texts of a model that was given none: failures then say what their own message says.
static EMPTY: ExplanationBook = ExplanationBook { failures: Vec::new(), standings: Vec::new() };

impl Model {
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
    pub fn panel(&self) -> Option<&Panel> {
        self.panels.get(&self.selected?)
    }

    /// The selected session's panel, to change.
    pub fn panel_mut(&mut self) -> Option<&mut Panel> {
        self.panels.get_mut(&self.selected?)
    }

    /// The other end of a connection, where that is a session of ours too; a new one may have an old one's addresses.
    pub fn other_end(&self, session: &Session) -> Option<&Session> {
        let SessionKind::Stream(Endpoints { local: Some(local), peer: Some(peer) }) = session.kind else { return None };
        let other = Endpoints { local: Some(peer), peer: Some(local) };
        self.sessions
            .values()
            .rev()
            .map(AsRef::as_ref)
            .find(|twin| matches!(twin.kind, SessionKind::Stream(ends) if ends == other))
    }

    /// The connections that a listener accepted, the newest first.
    pub fn children(&self, listener: SessionId) -> impl Iterator<Item = &Session> {
        self.sessions.values().rev().map(AsRef::as_ref).filter(move |session| session.parent() == Some(listener))
    }

    /// Whether the selected session can be sent to now.
    pub fn can_send(&self) -> bool {
        self.session().is_some_and(|session| {
            let kind = matches!(
                session.kind,
                SessionKind::Stream(_)
                    | SessionKind::Conversation { .. }
                    | SessionKind::Bound { .. }
                    | SessionKind::Listener { .. }
            );
            let finished = matches!(&session.phase, SessionPhase::Open(open) if open.we_finished);
            kind && !finished && !session.ended()
        })
    }

    /// An empty one-line field.
    pub fn field() -> TextField {
        TextField::new(FieldLines::One, limits::FIELD)
    }
}
