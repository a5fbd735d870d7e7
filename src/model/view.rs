//! The views of a session: one table.

/// A view's entry in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewEntry {
    /// The name in the row of views.
    pub name: &'static str,
    /// The action that shows it: its name in the keymap, and its description in the help. `None`: the view has no key
    /// of its own, and is reached with the keys for the next and the previous view.
    pub action: Option<(&'static str, &'static str)>,
    /// Its content, which determines how it scrolls and how it is searched.
    pub shows: ViewContent,
    /// Which connections' gauges are sampled at intervals while the view is on the screen.
    pub samples: KernelSampling,
    /// Whether it shows countdowns.
    pub counts_down: bool,
}

/// The content of a view. Only a document is searched itself; a search in any other view goes through the transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewContent {
    /// The transcript; scrolls by its rows.
    Transcript,
    /// A document; scrolls by its rows.
    Document(ViewDocument),
    /// Rows without a cursor that are not a document: a diagram, a page.
    Page,
    /// A page of text with remedies in it, one of them at the cursor.
    Remedies,
    /// The ladder, with a cursor on a rung.
    Rungs,
    /// A connection's gauges, with a cursor on one of them; without a TCP connection, a page.
    Gauges,
    /// A list of peers or connections, with a cursor.
    Peers,
}

/// The documents that views show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewDocument {
    /// An HTTP response's body.
    Body,
    /// The heads of an HTTP exchange.
    Heads,
    /// An HTTP request.
    Request,
    /// The TLS handshakes of a session.
    Tls,
    /// DNS answers as tables.
    DnsAnswer,
    /// The fields of DNS messages.
    DnsFields,
}

/// Which connections a view has sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelSampling {
    /// None.
    No,
    /// The one on the screen.
    OwnEnd,
    /// The one on the screen, and its other end if that is one of our own sessions.
    BothEnds,
}

/// The views of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// The transcript as text.
    Text,
    /// The transcript as bytes: offset, hex and ASCII.
    Hex,
    /// An HTTP response's body.
    Response,
    /// The heads of an HTTP exchange, redirects included.
    Headers,
    /// The HTTP request as it was sent.
    Request,
    /// The phases of an HTTP exchange over time.
    Timing,
    /// The TLS handshakes, and the certificates of the peer.
    Tls,
    /// The peers of a bound socket, or the connections of a listener.
    Peers,
    /// A TCP connection as a sequence diagram.
    Ladder,
    /// The states of a TCP connection, or the datagram ledger of a UDP socket.
    State,
    /// What the kernel measures of a TCP connection, over time; of a UDP socket, its queues and its path.
    Kernel,
    /// The path to the peer: resolvers, connection attempts, route.
    Way,
    /// DNS queries and answers, as tables.
    Answer,
    /// Every field of every DNS message, with its bytes.
    Fields,
    /// Why the session failed, or its present situation.
    Explain,
    /// The windows and queues of a TCP connection, at both ends if both are on this machine.
    Flow,
    /// The results of a repeated run: times, counts, and their course.
    Latency,
    /// The ports of a range, and their states.
    Ports,
}

impl View {
    /// Every view, in the order of the help.
    pub const ALL: &[View] = &[
        View::Text,
        View::Hex,
        View::Response,
        View::Headers,
        View::Request,
        View::Timing,
        View::Tls,
        View::Peers,
        View::Ladder,
        View::State,
        View::Kernel,
        View::Way,
        View::Answer,
        View::Fields,
        View::Explain,
        View::Flow,
        View::Latency,
        View::Ports,
    ];

    /// The entry of this view: the table of views.
    pub const fn entry(self) -> ViewEntry {
        match self {
            View::Text => ViewEntry {
                name: "text",
                action: Some(("view-text", "view: text")),
                shows: ViewContent::Transcript,
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Hex => ViewEntry {
                name: "hex",
                action: Some(("view-hex", "view: hex")),
                shows: ViewContent::Transcript,
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Response => ViewEntry {
                name: "response",
                action: Some(("view-response", "view: HTTP response")),
                shows: ViewContent::Document(ViewDocument::Body),
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Headers => ViewEntry {
                name: "headers",
                action: Some(("view-headers", "view: HTTP headers")),
                shows: ViewContent::Document(ViewDocument::Heads),
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Request => ViewEntry {
                name: "request",
                action: Some(("view-request", "view: HTTP request")),
                shows: ViewContent::Document(ViewDocument::Request),
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Timing => ViewEntry {
                name: "timing",
                action: Some(("view-timing", "view: the phases of an HTTP exchange")),
                shows: ViewContent::Page,
                samples: KernelSampling::No,
                counts_down: true,
            },
            View::Tls => ViewEntry {
                name: "tls",
                action: Some(("view-tls", "view: TLS handshake and certificates")),
                shows: ViewContent::Document(ViewDocument::Tls),
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Peers => ViewEntry {
                name: "peers",
                action: Some(("view-peers", "view: peers of a listener")),
                shows: ViewContent::Peers,
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Ladder => ViewEntry {
                name: "ladder",
                action: Some(("view-ladder", "view: ladder, who sent what and when")),
                shows: ViewContent::Rungs,
                samples: KernelSampling::OwnEnd,
                counts_down: false,
            },
            View::State => ViewEntry {
                name: "state",
                action: Some(("view-state", "view: TCP state diagram")),
                shows: ViewContent::Page,
                samples: KernelSampling::BothEnds,
                counts_down: false,
            },
            View::Kernel => ViewEntry {
                name: "kernel",
                action: Some(("view-kernel", "view: kernel gauges over time")),
                shows: ViewContent::Gauges,
                samples: KernelSampling::OwnEnd,
                counts_down: false,
            },
            View::Way => ViewEntry {
                name: "way",
                action: Some(("view-way", "view: path: resolvers, race, route")),
                shows: ViewContent::Page,
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Answer => ViewEntry {
                name: "answer",
                action: Some(("view-answer", "view: DNS answers as tables")),
                shows: ViewContent::Document(ViewDocument::DnsAnswer),
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Fields => ViewEntry {
                name: "fields",
                action: Some(("view-fields", "view: DNS messages field by field")),
                shows: ViewContent::Document(ViewDocument::DnsFields),
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Explain => ViewEntry {
                name: "explain",
                action: Some(("view-explain", "view: why it failed, or what it is doing")),
                shows: ViewContent::Remedies,
                samples: KernelSampling::No,
                counts_down: true,
            },
            View::Flow => ViewEntry {
                name: "flow",
                action: Some(("view-flow", "view: flow control, windows and queues")),
                shows: ViewContent::Page,
                samples: KernelSampling::BothEnds,
                counts_down: true,
            },
            View::Latency => ViewEntry {
                name: "latency",
                action: None,
                shows: ViewContent::Page,
                samples: KernelSampling::No,
                counts_down: false,
            },
            View::Ports => ViewEntry {
                name: "ports",
                action: None,
                shows: ViewContent::Peers,
                samples: KernelSampling::No,
                counts_down: false,
            },
        }
    }

    /// The name in the row of views.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// Whether it shows the transcript.
    pub fn is_transcript(self) -> bool {
        self.entry().shows == ViewContent::Transcript
    }

    /// The document that it shows, if it shows one.
    pub fn document(self) -> Option<ViewDocument> {
        match self.entry().shows {
            ViewContent::Document(document) => Some(document),
            ViewContent::Transcript
            | ViewContent::Page
            | ViewContent::Remedies
            | ViewContent::Rungs
            | ViewContent::Gauges
            | ViewContent::Peers => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_is_listed_once_and_its_action_has_its_name() {
        for (place, view) in View::ALL.iter().enumerate() {
            assert_eq!(*view as usize, place, "{view:?} stands at another place in the enum");
            let action = view.entry().action.map(|(name, _)| name);
            assert!(action.is_none_or(|action| action == format!("view-{}", view.name())), "{view:?}");
        }
    }
}
