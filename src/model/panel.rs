//! The panel of one session: its view, scroll position, search, filter and composer.

use std::net::SocketAddr;
use std::time::Instant;

use super::action::SessionAction;
use super::compose_mode::ComposeMode;
use super::editor::{FieldLines, TextField};
use super::limits;
use super::settings::LineEnding;
use super::transcript_layout::{TranscriptLayout, TranscriptMode, TranscriptPlace};
use super::view::View;
use crate::model::documents::body::BodyText;
use crate::sessions::reading::EscapeCounts;
use crate::sessions::search::SearchHit;
use crate::sessions::search::filter::{FilterIndex, TranscriptFilter};
use crate::sessions::tcp::history::TcpHistory;
use crate::sessions::{Session, SessionId, Transcript};
use crate::wire::segment::SequenceDisplay;

/// The scroll position of a transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScrollPosition {
    /// At the end, following it.
    Tail,
    /// With this row at the top.
    At(TranscriptPlace),
}

/// The row under the cursor in text and hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TranscriptCursor {
    /// A place in that row.
    pub at: TranscriptPlace,
    /// Where a mark began: the rows from there to the cursor are marked. `None`: nothing is marked.
    pub mark: Option<TranscriptPlace>,
}

impl TranscriptCursor {
    /// The first and the last place of what is marked; of the cursor's row, if nothing is.
    pub fn span(&self) -> (TranscriptPlace, TranscriptPlace) {
        let other = self.mark.unwrap_or(self.at);
        (self.at.min(other), self.at.max(other))
    }

    /// Whether the cursor or the mark holds a part of the row that begins at `place`, with the next one at `next`.
    pub fn holds_row(&self, place: TranscriptPlace, next: TranscriptPlace) -> bool {
        let (first, last) = self.span();
        first < next && place <= last
    }
}

/// How one session is shown.
#[derive(Debug)]
pub struct Panel {
    /// The view.
    pub view: View,
    /// The scroll position of the transcript.
    pub scroll: ScrollPosition,
    /// The transcript at the time when the display was frozen; the live one grows on.
    pub frozen: Option<Box<Transcript>>,
    /// The search, if there is one.
    pub search: Option<ActiveSearch>,
    /// The filter, if there is one.
    pub filter: Option<ActiveFilter>,
    /// What is being typed.
    pub composer: Composer,
    /// The response's body as text, once it was shown.
    pub body: BodyText,
    /// The row under the cursor in text and hex, and where a mark began; `None`: no row was picked.
    pub cursor: Option<TranscriptCursor>,
    /// The first row of a document (response, headers, request) that is shown, unless its end is followed.
    pub document_scroll: usize,
    /// True: the last rows of a document are shown, also as it grows.
    pub document_follows: bool,
    /// The row of a document under the cursor; `None`: no row was picked.
    pub document_cursor: Option<usize>,
    /// The view that led to this one, and to which Esc goes back.
    pub came_from: Option<View>,
    /// The line under the cursor in the list of peers.
    pub peer_picked: usize,
    /// The connection under the cursor in a listener's list; `None` follows the newest.
    pub child_picked: Option<SessionId>,
    /// The number of the rung under the cursor in the ladder; `None` follows the newest.
    pub rung: Option<u64>,
    /// How the ladder shows sequence numbers.
    pub numbers: SequenceDisplay,
    /// The gauge under the cursor in the kernel's view, from 0.
    pub gauge: usize,
    /// The remedy under the cursor in the explain view, from 0.
    pub remedy: usize,
    /// Whether each read and write of a TCP connection is numbered.
    pub boundaries: bool,
    /// The last request of the user to end the session.
    pub asked: Option<EndRequest>,
    /// The history of a TCP connection at the time when the display was frozen.
    pub frozen_story: Option<Box<TcpHistory>>,
    /// Received byte sequences so far that a terminal would execute as escape sequences.
    pub hostile: EscapeCounts,
}

/// A request of the user to end a session, or its sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndRequest {
    /// When.
    pub at: Instant,
    /// The action.
    pub action: SessionAction,
    /// The letter that was pressed in the close menu; `None`: requested in another way.
    pub letter: Option<char>,
}

/// A search that is running or complete.
#[derive(Clone, Debug)]
pub struct ActiveSearch {
    /// What was typed.
    pub typed: String,
    /// What is searched; the hits are positions in it.
    pub subject: SearchSubject,
    /// The number of the search: an answer to an older one is dropped.
    pub generation: u64,
    /// The hits, in order; in a document, an entry's number is a line's number; `None` until the first answer.
    pub hits: Option<Vec<SearchHit>>,
    /// Whether the search is complete; if not, there may be more hits.
    pub done: bool,
    /// The hit under the cursor.
    pub at: Option<usize>,
}

/// What a search goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchSubject {
    /// The transcript, bytes and notes.
    Transcript,
    /// The document of a view, at this edition.
    Document {
        /// The view.
        view: View,
        /// The edition of the view's document.
        edition: u64,
    },
}

/// A filter, and the entries that match it.
#[derive(Clone, Debug)]
pub struct ActiveFilter {
    /// The filter.
    pub filter: TranscriptFilter,
    /// The entries that match it.
    pub index: FilterIndex,
}

/// The text to be sent.
#[derive(Debug)]
pub struct Composer {
    /// The text.
    pub editor: TextField,
    /// How the text becomes bytes.
    pub mode: ComposeMode,
    /// What Enter adds; nothing in hex, and nothing behind a line break.
    pub line_ending: LineEnding,
    /// The peer to which a bound socket sends; `None`: the peer that sent last.
    pub to: Option<SocketAddr>,
    /// Why it was not sent.
    pub problem: Option<String>,
}

impl Panel {
    /// The panel of a new session; its spec may ask for another line ending than the settings'.
    pub fn new(session: &Session, line_ending: LineEnding) -> Self {
        let composer = Composer {
            editor: TextField::new(FieldLines::Many, limits::COMPOSER),
            mode: ComposeMode::Text,
            line_ending: if session.spec.input.crlf { LineEnding::CrLf } else { line_ending },
            to: None,
            problem: None,
        };
        Panel {
            view: View::of_session(session).first().copied().unwrap_or(View::Text),
            scroll: ScrollPosition::Tail,
            frozen: None,
            search: None,
            filter: None,
            composer,
            body: BodyText::default(),
            cursor: None,
            document_scroll: 0,
            document_follows: false,
            document_cursor: None,
            came_from: None,
            peer_picked: 0,
            child_picked: None,
            rung: None,
            numbers: SequenceDisplay::default(),
            gauge: 0,
            remedy: 0,
            boundaries: false,
            asked: None,
            frozen_story: None,
            hostile: EscapeCounts::default(),
        }
    }

    /// The first row that is shown of a document with so many rows, on a screen of `rows`.
    pub fn document_top(&self, document_rows: usize, rows: usize) -> usize {
        let last = document_rows.saturating_sub(rows);
        if self.document_follows { last } else { self.document_scroll.min(last) }
    }

    /// The transcript to show: the frozen copy while the display is frozen.
    pub fn transcript<'a>(&'a self, session: &'a Session) -> &'a Transcript {
        self.frozen.as_deref().unwrap_or(&session.transcript)
    }

    /// The history of a TCP connection to show: the frozen copy while the display is frozen.
    pub fn tcp_history<'a>(&'a self, session: &'a Session) -> Option<&'a TcpHistory> {
        self.frozen_story.as_deref().or(session.tcp_history())
    }

    /// The layout of the transcript in this panel: filtered, as text or hex, at this width.
    pub fn layout<'a>(&'a self, session: &'a Session, columns: u16) -> TranscriptLayout<'a> {
        TranscriptLayout {
            transcript: self.transcript(session),
            filter: self.filter.as_ref().map(|filtered| &filtered.index),
            lens: if self.view == View::Hex { TranscriptMode::Hex } else { TranscriptMode::Text },
            columns,
        }
    }
}
