//! Every action of the program, with the name that the keymap, the `:` line and the palette use for it.

use std::fmt;
use std::sync::LazyLock;

use super::view::View;

/// One action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// An action of the whole program.
    App(AppAction),
    /// An action of the focused pane.
    Pane(PaneAction),
    /// An action on the selected session.
    Session(SessionAction),
    /// An action of the text field, or of the dialog that holds it.
    Compose(ComposeAction),
}

/// Actions of the whole program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AppAction {
    /// One step back; from the home screen, quit.
    Back,
    /// End the program; asks first if sessions are open, or if a text was not sent.
    Quit,
    /// End the program without a question.
    QuitNow,
    /// Draw the whole screen again.
    Redraw,
    /// Open the menu of built-in peers.
    Lab,
    /// Close what is in front: an overlay, a text field, a search.
    Escape,
    /// Give the focus to the next pane, or the next field.
    NextPane,
    /// Give the focus to the previous pane, or the previous field.
    PreviousPane,
    /// Show the session with this number, from 1 to 9.
    SelectSession(u8),
    /// Show the session below the one that is shown.
    NextSession,
    /// Show the session above the one that is shown.
    PreviousSession,
    /// Ask for a target, and open a session.
    New,
    /// While a search is active, go to its next hit; otherwise as [`AppAction::New`].
    NewOrNextHit,
    /// Show the keys.
    Help,
    /// Open the `:` line.
    CommandLine,
    /// Open the palette: every action, found by a few letters.
    Palette,
    /// Release the mouse to the terminal (to select text), or capture it again.
    ToggleMouse,
    /// Stop the program and return to the shell, until `fg`.
    Suspend,
    /// Switch between time since the session's start and the wall clock.
    ToggleClock,
    /// Show or mask the secrets in HTTP heads.
    ToggleSecrets,
    /// Change to the next theme.
    NextTheme,
}

/// Actions of the focused pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaneAction {
    /// One line down.
    Down,
    /// One line up.
    Up,
    /// Half a page down.
    HalfPageDown,
    /// Half a page up.
    HalfPageUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// To the first line.
    Top,
    /// To the last line.
    Bottom,
    /// Follow the end as more arrives, or stop doing so.
    Follow,
    /// Ask for a text, and search for it.
    Search,
    /// To the next hit of the search.
    NextHit,
    /// To the previous hit of the search.
    PreviousHit,
    /// Ask for a text, and show only what contains it.
    Filter,
    /// The next view of the session.
    NextView,
    /// The previous view of the session.
    PreviousView,
    /// This view of the session.
    Show(View),
    /// Number each read and write of a TCP connection, or stop doing so.
    Boundaries,
    /// Show the pane on the whole screen, or return to all panes.
    Zoom,
    /// Freeze the display, or let it go on; everything that arrives meanwhile is kept.
    Freeze,
    /// Pretty-print a body, or show it as it was received.
    Pretty,
    /// Show sequence numbers as in the header, or counted from 0.
    Numbers,
    /// Begin to mark rows at the cursor, or mark nothing any more.
    Mark,
    /// Copy what is marked, or what is under the cursor.
    Copy,
    /// Select the item at the cursor, or go into the composer.
    Activate,
}

/// Actions on the selected session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionAction {
    /// Open the menu of the ways to close a session.
    CloseMenu,
    /// Finish sending: FIN; receiving goes on.
    FinishSending,
    /// Reset the connection: RST.
    Reset,
    /// Stop reading, and close as soon as unread bytes are queued: RST.
    CloseUnread,
    /// Open the dialog of socket options.
    Options,
    /// Close the session.
    Close,
    /// Stop reading from the socket, or read again.
    ToggleReading,
    /// Start or stop capturing packets.
    ToggleCapture,
    /// Connect or send again.
    Retry,
    /// Remove an ended session from the list.
    Remove,
    /// Ask for a file, and send its bytes.
    SendFile,
    /// Ask for a file, and write the received bytes to it.
    Save,
    /// Probe the path MTU of a UDP session.
    ProbeMtu,
}

/// Actions of a text field, or of the dialog that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ComposeAction {
    /// Go into the composer.
    Enter,
    /// Send what is in the composer, or accept what is in a prompt.
    Send,
    /// Edit the text in the user's own editor.
    EditOutside,
    /// Delete the character at the cursor; in an empty composer, finish sending.
    DeleteOrFinish,
    /// A new line in the text.
    Newline,
    /// Switch the composer between text and hex.
    NextMode,
    /// Change to the next line ending: none, LF, CRLF.
    NextLineEnding,
    /// A line up in the text; from its first line, the previous entry of the history.
    HistoryBack,
    /// A line down in the text; from its last line, the next entry of the history.
    HistoryForward,
}

/// An action's entry in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionEntry {
    /// The name: small letters, digits and hyphens. The keymap's `run`, the `:` line and the palette use it.
    pub name: &'static str,
    /// The action.
    pub action: Action,
    /// What it does, as the help shows it: no capital at the start, no full stop.
    pub describe: &'static str,
    /// The heading under which the help lists it.
    pub group: &'static str,
}

const fn app(name: &'static str, action: AppAction, describe: &'static str) -> ActionEntry {
    ActionEntry { name, action: Action::App(action), describe, group: "Program" }
}

const fn open_entry(name: &'static str, action: AppAction, describe: &'static str) -> ActionEntry {
    ActionEntry { name, action: Action::App(action), describe, group: "Session" }
}

const fn move_entry(name: &'static str, action: PaneAction, describe: &'static str) -> ActionEntry {
    ActionEntry { name, action: Action::Pane(action), describe, group: "Moving" }
}

const fn view_entry(name: &'static str, action: PaneAction, describe: &'static str) -> ActionEntry {
    ActionEntry { name, action: Action::Pane(action), describe, group: "Looking" }
}

const fn session(name: &'static str, action: SessionAction, describe: &'static str) -> ActionEntry {
    ActionEntry { name, action: Action::Session(action), describe, group: "Session" }
}

const fn compose_entry(name: &'static str, action: ComposeAction, describe: &'static str) -> ActionEntry {
    ActionEntry { name, action: Action::Compose(action), describe, group: "Composer" }
}

/// Every action, in the order of the help. Those that show a view are built from the table of views.
pub static ACTIONS: LazyLock<Vec<ActionEntry>> = LazyLock::new(|| {
    let show = |view: &View| {
        let (name, describe) = view.entry().action?;
        Some(view_entry(name, PaneAction::Show(*view), describe))
    };
    let before = BEFORE_VIEWS.iter().copied();
    before.chain(View::ALL.iter().filter_map(show)).chain(AFTER_VIEWS.iter().copied()).collect()
});

/// The actions listed before those that show a view.
const BEFORE_VIEWS: &[ActionEntry] = &[
    app("back", AppAction::Back, "back; from the home screen, quit"),
    app("quit", AppAction::Quit, "quit"),
    app("quit-now", AppAction::QuitNow, "quit without a question"),
    app("redraw", AppAction::Redraw, "draw the screen again"),
    app("lab", AppAction::Lab, "lab: built-in peers"),
    app("escape", AppAction::Escape, "back out of what is open"),
    app("help", AppAction::Help, "help: every key"),
    app("palette", AppAction::Palette, "palette: find anything by a few letters"),
    app("command-line", AppAction::CommandLine, "command line"),
    app("next-pane", AppAction::NextPane, "next pane"),
    app("previous-pane", AppAction::PreviousPane, "previous pane"),
    app("toggle-mouse", AppAction::ToggleMouse, "release or grab the mouse"),
    app("toggle-clock", AppAction::ToggleClock, "session time, wall clock"),
    app("toggle-secrets", AppAction::ToggleSecrets, "show or mask secrets"),
    app("next-theme", AppAction::NextTheme, "next theme"),
    app("suspend", AppAction::Suspend, "suspend until fg"),
    session("close-menu", SessionAction::CloseMenu, "close…: finish sending, reset or close"),
    session("finish-sending", SessionAction::FinishSending, "finish sending: FIN, receiving goes on"),
    session("reset", SessionAction::Reset, "reset the connection: RST"),
    session("close", SessionAction::Close, "close the session"),
    session("close-unread", SessionAction::CloseUnread, "stop reading, close with bytes unread: RST"),
    session("options", SessionAction::Options, "socket options"),
    session("toggle-reading", SessionAction::ToggleReading, "stop or continue reading"),
    session("toggle-capture", SessionAction::ToggleCapture, "capture packets for the ladder, or stop"),
    session("retry", SessionAction::Retry, "connect or send again"),
    session("remove", SessionAction::Remove, "remove an ended session from the list"),
    session("send-file", SessionAction::SendFile, "send a file"),
    session("save", SessionAction::Save, "save the received bytes to a file"),
    session("mtu", SessionAction::ProbeMtu, "UDP: probe the path MTU"),
    open_entry("new", AppAction::New, "new session"),
    open_entry("new-or-next-hit", AppAction::NewOrNextHit, "new session; next hit while a search is active"),
    open_entry("next-session", AppAction::NextSession, "next session"),
    open_entry("previous-session", AppAction::PreviousSession, "previous session"),
    open_entry("session-1", AppAction::SelectSession(1), "session 1"),
    open_entry("session-2", AppAction::SelectSession(2), "session 2"),
    open_entry("session-3", AppAction::SelectSession(3), "session 3"),
    open_entry("session-4", AppAction::SelectSession(4), "session 4"),
    open_entry("session-5", AppAction::SelectSession(5), "session 5"),
    open_entry("session-6", AppAction::SelectSession(6), "session 6"),
    open_entry("session-7", AppAction::SelectSession(7), "session 7"),
    open_entry("session-8", AppAction::SelectSession(8), "session 8"),
    open_entry("session-9", AppAction::SelectSession(9), "session 9"),
    compose_entry("compose", ComposeAction::Enter, "into the composer"),
    compose_entry("send", ComposeAction::Send, "send"),
    compose_entry("delete-or-finish", ComposeAction::DeleteOrFinish, "delete; if empty, finish sending"),
    compose_entry("newline", ComposeAction::Newline, "new line in the text"),
    compose_entry("edit", ComposeAction::EditOutside, "edit the text in $VISUAL or $EDITOR"),
    compose_entry("composer-mode", ComposeAction::NextMode, "text, literal or hex"),
    compose_entry("next-line-ending", ComposeAction::NextLineEnding, "line ending: none, LF, CRLF"),
    compose_entry("history-back", ComposeAction::HistoryBack, "line up, then what was sent before"),
    compose_entry("history-forward", ComposeAction::HistoryForward, "line down, then what was sent after"),
    move_entry("down", PaneAction::Down, "down"),
    move_entry("up", PaneAction::Up, "up"),
    move_entry("half-page-down", PaneAction::HalfPageDown, "half a page down"),
    move_entry("half-page-up", PaneAction::HalfPageUp, "half a page up"),
    move_entry("page-down", PaneAction::PageDown, "page down"),
    move_entry("page-up", PaneAction::PageUp, "page up"),
    move_entry("top", PaneAction::Top, "to the start"),
    move_entry("bottom", PaneAction::Bottom, "to the end"),
    move_entry("follow", PaneAction::Follow, "follow the tail"),
    move_entry("activate", PaneAction::Activate, "take what is under the cursor, or into the composer"),
    view_entry("search", PaneAction::Search, "search"),
    view_entry("next-hit", PaneAction::NextHit, "next hit"),
    view_entry("previous-hit", PaneAction::PreviousHit, "previous hit"),
    view_entry("filter", PaneAction::Filter, "filter"),
    view_entry("next-view", PaneAction::NextView, "next view"),
    view_entry("previous-view", PaneAction::PreviousView, "previous view"),
];

/// The actions listed after those that show a view.
const AFTER_VIEWS: &[ActionEntry] = &[
    view_entry("boundaries", PaneAction::Boundaries, "number each read and write"),
    view_entry("zoom", PaneAction::Zoom, "zoom the pane"),
    view_entry("freeze", PaneAction::Freeze, "freeze the display"),
    view_entry("pretty", PaneAction::Pretty, "lay out for reading, or as it came"),
    view_entry("numbers", PaneAction::Numbers, "ladder: relative or absolute numbers"),
    view_entry("mark", PaneAction::Mark, "text, hex: mark rows from here; again: mark nothing"),
    view_entry("copy", PaneAction::Copy, "copy what is marked, or at the cursor"),
];

impl PaneAction {
    /// Whether it moves in what is shown, or takes what is under the cursor.
    pub(super) fn moves(self) -> bool {
        matches!(
            self,
            PaneAction::Down
                | PaneAction::Up
                | PaneAction::HalfPageDown
                | PaneAction::HalfPageUp
                | PaneAction::PageDown
                | PaneAction::PageUp
                | PaneAction::Top
                | PaneAction::Bottom
                | PaneAction::Activate
        )
    }
}

impl Action {
    /// The action that has this name, exactly.
    pub fn from_name(name: &str) -> Option<Action> {
        ACTIONS.iter().find(|entry| entry.name == name).map(|entry| entry.action)
    }

    /// The entry of this action; `None` for a number that no key can have (not 1 to 9), and for a view without a key.
    pub fn entry(self) -> Option<&'static ActionEntry> {
        ACTIONS.iter().find(|entry| entry.action == self)
    }
}

/// Prints the action's name, as the keymap writes it.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry().map_or("session", |entry| entry.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An array of all variants of an enum; it does not compile if one is missing.
    macro_rules! every {
        ($wrap:ident, $kind:ident: $($variant:ident),* $(; $other:pat)? $(,)?) => {{
            fn listed(kind: $kind) -> Action {
                match kind { $($kind::$variant => Action::$wrap($kind::$variant),)* $($other => Action::$wrap(kind),)? }
            }
            [$($kind::$variant),*].map(listed).to_vec()
        }};
    }

    fn every_action() -> Vec<Action> {
        fn plain(action: AppAction) -> bool {
            use AppAction::*;
            match action {
                SelectSession(_) => false,
                Back | Quit | QuitNow | Redraw | Lab | Escape | NextPane | PreviousPane | NextSession
                | PreviousSession | New | NewOrNextHit | Help | CommandLine | Palette | ToggleMouse | Suspend
                | ToggleClock | ToggleSecrets | NextTheme => true,
            }
        }
        use AppAction::*;
        let app = [
            Back,
            Quit,
            QuitNow,
            Redraw,
            Lab,
            Escape,
            NextPane,
            PreviousPane,
            NextSession,
            PreviousSession,
            New,
            NewOrNextHit,
            Help,
            CommandLine,
            Palette,
            ToggleMouse,
            Suspend,
            ToggleClock,
            ToggleSecrets,
            NextTheme,
        ];
        assert!(app.into_iter().all(plain));
        let mut all: Vec<Action> = app.into_iter().chain((1..=9).map(SelectSession)).map(Action::App).collect();
        all.extend(every!(Pane, PaneAction: Down, Up, HalfPageDown, HalfPageUp, PageDown, PageUp, Top, Bottom,
            Follow, Search, NextHit, PreviousHit, Filter, NextView, PreviousView, Boundaries, Numbers, Zoom, Freeze,
            Pretty, Mark, Copy, Activate; PaneAction::Show(_)));
        let with_key = View::ALL.iter().copied().filter(|view| view.entry().action.is_some());
        all.extend(with_key.map(|view| Action::Pane(PaneAction::Show(view))));
        all.extend(every!(Session, SessionAction: CloseMenu, FinishSending, Reset, Close, CloseUnread, Options, ToggleReading, ToggleCapture, Retry,
            Remove, SendFile, Save, ProbeMtu));
        all.extend(
            every!(Compose, ComposeAction: Enter, Send, DeleteOrFinish, EditOutside, Newline, NextMode, NextLineEnding, HistoryBack,
            HistoryForward),
        );
        all
    }

    #[test]
    fn every_action_is_in_the_table_once() {
        let all = every_action();
        for action in &all {
            let entries = ACTIONS.iter().filter(|entry| entry.action == *action).count();
            assert_eq!(entries, 1, "{action:?}");
        }
        assert_eq!(ACTIONS.len(), all.len());
    }

    #[test]
    fn a_name_is_small_letters_and_hyphens_and_finds_its_action() {
        for entry in ACTIONS.iter() {
            assert_eq!(Action::from_name(entry.name), Some(entry.action));
            assert_eq!(entry.action.to_string(), entry.name);
            assert!(entry.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
            assert!(!entry.describe.is_empty() && !entry.describe.ends_with('.'));
        }
    }
}
