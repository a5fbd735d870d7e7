//! How one session is being looked at: its view, where it is scrolled to, what is searched, what is being typed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::action::SessionAction;
use super::document::{Document, Fold};
use super::editor::{FieldLines, TextField};
use super::rows::{TranscriptLayout, TranscriptMode, TranscriptPlace};
use super::state::{LineEnding, limits};
use crate::sessions::kinds::SessionKind;
use crate::sessions::reading::EscapeCounts;
use crate::sessions::search::SearchHit;
use crate::sessions::search::filter::{FilterIndex, TranscriptFilter};
use crate::sessions::tcp::history::TcpHistory;
use crate::sessions::{Session, SessionId, Transcript};
use crate::wire::segment::SequenceDisplay;

/// The ways to look at a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// The transcript as text.
    Text,
    /// The transcript as bytes.
    Hex,
    /// An HTTP response's body.
    Response,
    /// The heads of an HTTP exchange, redirects included.
    Headers,
    /// The HTTP request as it was sent.
    Request,
    /// The peers of a bound socket, or the connections of a listener.
    Peers,
    /// What a run of many came to: times, counts, and how it went.
    Latency,
    /// A TCP connection as a sequence diagram.
    Ladder,
    /// The states of a TCP connection, or the ledger of a UDP socket.
    State,
    /// What the kernel measures of a TCP connection, over time; of a UDP socket, its queues and its path.
    Kernel,
    /// The windows and queues of a TCP connection, at both ends where both can be seen.
    Flow,
    /// The way to the peer: resolvers, race, route.
    Way,
    /// What DNS was asked and answered, as tables.
    Answer,
    /// Every field of every DNS message, at its octets.
    Fields,
    /// Why it failed, or how it stands.
    Explain,
}

impl View {
    /// The name in the row of views.
    pub fn name(self) -> &'static str {
        match self {
            View::Text => "text",
            View::Hex => "hex",
            View::Response => "response",
            View::Headers => "headers",
            View::Request => "request",
            View::Peers => "peers",
            View::Latency => "latency",
            View::Ladder => "ladder",
            View::State => "state",
            View::Kernel => "kernel",
            View::Flow => "flow",
            View::Way => "way",
            View::Answer => "answer",
            View::Fields => "fields",
            View::Explain => "explain",
        }
    }

    /// The views that a session has, in the order of the key that goes through them.
    pub fn of(session: &Session) -> &'static [View] {
        match session.kind {
            SessionKind::Http(_) => {
                &[View::Response, View::Headers, View::Request, View::Text, View::Hex, View::Way, View::Explain]
            }
            SessionKind::Dns(_) => &[View::Answer, View::Fields, View::Text, View::Hex, View::Explain],
            SessionKind::Bound { .. } => {
                &[View::Text, View::Hex, View::Peers, View::State, View::Kernel, View::Explain]
            }
            SessionKind::Listener { .. } => &[View::Text, View::Hex, View::Peers, View::Explain],
            SessionKind::Stream(_) if session.parent().is_some() => {
                &[View::Text, View::Hex, View::Ladder, View::State, View::Kernel, View::Flow, View::Explain]
            }
            SessionKind::Stream(_) => {
                &[View::Text, View::Hex, View::Ladder, View::State, View::Kernel, View::Flow, View::Way, View::Explain]
            }
            SessionKind::Conversation { .. } => {
                &[View::Text, View::Hex, View::State, View::Kernel, View::Way, View::Explain]
            }
            SessionKind::Repeat(_) => &[View::Latency, View::Text],
        }
    }
}

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

/// A response's body, gathered from the transcript for reading as one text.
#[derive(Debug, Default)]
pub struct BodyText {
    /// Whether JSON is to be laid out.
    pub pretty: bool,
    /// The body as a document, made again when it grew or the wish changed.
    pub document: Option<Document>,
    /// The document folded to the width that it was last drawn with: so that a frame measures no line again.
    pub fold: Option<Fold>,
    /// The bytes gathered so far, bounded.
    pub bytes: Vec<u8>,
    /// The entry from which on the transcript has not been gathered yet.
    pub gathered_to: u64,
    /// How many octets of the body were gathered or passed over for want of room.
    pub passed: u64,
    /// How many octets were gone before they could be gathered.
    pub missing: u64,
    /// How often the document was made.
    pub edition: u64,
    /// When the document was made last.
    pub laid_out: Option<Instant>,
    /// True: the body has grown since, and what is shown of it with it.
    pub stale: bool,
    /// True: the body has grown since, be it beyond what is shown of it.
    pub longer: bool,
    /// Why JSON could not be laid out.
    pub problem: Option<String>,
}

/// How long a body that grows is shown as it is before it is laid out again.
pub const BODY_PAUSE: Duration = Duration::from_millis(250);

impl BodyText {
    /// When a body that has grown is to be laid out again.
    pub fn due(&self) -> Option<Instant> {
        self.laid_out.filter(|_| self.stale).map(|at| at + BODY_PAUSE)
    }
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
            view: View::of(session).first().copied().unwrap_or(View::Text),
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
    pub fn story<'a>(&'a self, session: &'a Session) -> Option<&'a TcpHistory> {
        self.frozen_story.as_deref().or(session.story.as_deref())
    }

    /// The transcript as this panel shows it: through its filter, as text or hex, so many columns wide.
    pub fn sight<'a>(&'a self, session: &'a Session, columns: u16) -> TranscriptLayout<'a> {
        TranscriptLayout {
            transcript: self.transcript(session),
            filter: self.filter.as_ref().map(|filtered| &filtered.index),
            lens: if self.view == View::Hex { TranscriptMode::Hex } else { TranscriptMode::Text },
            columns,
        }
    }
}
