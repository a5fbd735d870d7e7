//! The views of a session.

use crate::sessions::Session;
use crate::sessions::kinds::SessionKind;

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
