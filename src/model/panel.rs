//! How one session is being looked at: its view, where it is scrolled to, what is searched, what is being typed.

use std::net::SocketAddr;
use std::time::Instant;

use super::action::SessionAction;
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

/// Where a transcript is scrolled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScrollPosition {
    /// At the end, and staying there.
    Tail,
    /// With this row on top.
    At(TranscriptPlace),
}

/// How one session is being looked at.
#[derive(Debug)]
pub struct Panel {
    /// The view.
    pub view: View,
    /// Where the transcript is scrolled to.
    pub scroll: ScrollPosition,
    /// The transcript as it was when the display was frozen; live bytes go on behind it.
    pub frozen: Option<Box<Transcript>>,
    /// What is searched.
    pub search: Option<ActiveSearch>,
    /// What is shown only.
    pub filter: Option<ActiveFilter>,
    /// What is being typed.
    pub composer: Composer,
    /// The response's body as text, once it was asked for.
    pub body: BodyText,
    /// The first row of a document (response, headers, request) that is shown.
    pub document_scroll: usize,
    /// The line under the cursor in the list of peers.
    pub peer_picked: usize,
    /// The connection under the cursor in a listener's list; `None` is the newest, whichever that is.
    pub child_picked: Option<SessionId>,
    /// The rung under the cursor in the ladder, by its number; `None` is the newest, whichever that is.
    pub rung: Option<u64>,
    /// Which way the ladder shows sequence numbers.
    pub numbers: SequenceDisplay,
    /// The gauge under the cursor in the kernel's view, from 0.
    pub gauge: usize,
    /// Whether each read and write of a TCP connection is numbered.
    pub boundaries: bool,
    /// How the user asked last for the end of the session.
    pub asked: Option<EndRequest>,
    /// The story of a TCP connection as it was when the display was frozen.
    pub frozen_story: Option<Box<TcpHistory>>,
    /// Sequences of a peer that would have been escape sequences on a terminal, so far.
    pub hostile: EscapeCounts,
}

/// What the user asked for that ends a session, or its sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndRequest {
    /// When.
    pub at: Instant,
    /// What.
    pub action: SessionAction,
    /// The letter of the close menu that was pressed; `None`: it was asked for in another way.
    pub letter: Option<char>,
}

/// A search that is under way or done.
#[derive(Clone, Debug)]
pub struct ActiveSearch {
    /// What was typed.
    pub typed: String,
    /// What is searched: the places are in it.
    pub subject: SearchSubject,
    /// Which search this is: an answer to an older one is dropped.
    pub generation: u64,
    /// Where it was found, in order, an entry's number being a line's in a document; `None` while the answer is being made.
    pub hits: Option<Vec<SearchHit>>,
    /// Whether everything was searched: else there may be more hits.
    pub done: bool,
    /// Which hit the cursor is at.
    pub at: Option<usize>,
}

/// What a search goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchSubject {
    /// The transcript, bytes and notes.
    Transcript,
    /// The document that a view shows, by its lines, as it was at this edition.
    Document {
        /// The view.
        view: View,
        /// Which of the documents that this view has shown.
        edition: u64,
    },
}

/// A filter, and the entries that pass it.
#[derive(Clone, Debug)]
pub struct ActiveFilter {
    /// The filter.
    pub filter: TranscriptFilter,
    /// The entries that pass it.
    pub index: FilterIndex,
}

/// What is being typed to be sent.
#[derive(Debug)]
pub struct Composer {
    /// The text.
    pub editor: TextField,
    /// True: what is typed is hex.
    pub hex: bool,
    /// What Enter adds; nothing in hex.
    pub line_ending: LineEnding,
    /// Whom a bound socket sends to; `None` is the peer heard last.
    pub to: Option<SocketAddr>,
    /// Why it was not sent.
    pub problem: Option<String>,
}

impl Panel {
    /// The panel of a new session.
    pub fn new(session: &Session, line_ending: LineEnding) -> Self {
        let composer = Composer {
            editor: TextField::new(FieldLines::Many, limits::COMPOSER),
            hex: false,
            line_ending,
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
            document_scroll: 0,
            peer_picked: 0,
            child_picked: None,
            rung: None,
            numbers: SequenceDisplay::default(),
            gauge: 0,
            boundaries: false,
            asked: None,
            frozen_story: None,
            hostile: EscapeCounts::default(),
        }
    }

    /// The transcript to show: the frozen one while the display is frozen.
    pub fn transcript<'a>(&'a self, session: &'a Session) -> &'a Transcript {
        self.frozen.as_deref().unwrap_or(&session.transcript)
    }

    /// The story of a TCP connection to show: the frozen one while the display is frozen.
    pub fn tcp_history<'a>(&'a self, session: &'a Session) -> Option<&'a TcpHistory> {
        self.frozen_story.as_deref().or(session.tcp_history())
    }

    /// The transcript as this panel shows it: through its filter, as text or hex, so many columns wide.
    pub fn layout<'a>(&'a self, session: &'a Session, columns: u16) -> TranscriptLayout<'a> {
        TranscriptLayout {
            transcript: self.transcript(session),
            filter: self.filter.as_ref().map(|filtered| &filtered.index),
            lens: if self.view == View::Hex { TranscriptMode::Hex } else { TranscriptMode::Text },
            columns,
        }
    }
}
