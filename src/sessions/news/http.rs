//! Events of an HTTP exchange.

use std::time::{Duration, Instant};

use super::place::NewsPlace;
use crate::wire::http::head::InterimHead;
use crate::wire::http::head::RequestHead;
use crate::wire::http::head::ResponseHead;

/// Events of an HTTP exchange. The order is roughly chronological.
#[derive(Clone, Debug, PartialEq)]
pub enum HttpNews {
    /// An HTTP request is being sent, as we wrote it.
    Request(RequestHead),
    /// An interim response (1xx) arrived; HTTP/1.1 allows any number of them before the final response.
    Interim(InterimHead),
    /// An HTTP response's head arrived.
    Response(ResponseHead),
    /// Fields arrived after a response's body (trailers, RFC 9110 §6.5), in order.
    Trailers(Vec<(String, Vec<u8>)>),
    /// A message breaks a rule of HTTP, and is read all the same.
    BrokenRule(BrokenRuleNews),
    /// A phase of the request is over.
    Phase {
        /// Which one.
        phase: HttpPhase,
        /// When it began.
        began: Instant,
        /// The same, from the beginning of the exchange.
        start: Duration,
        /// How long it took.
        took: Duration,
    },
    /// A redirect is being followed.
    Redirect {
        /// The status code of the redirect.
        status: u16,
        /// Its target, an absolute URL.
        location: String,
    },
}

/// A phase of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HttpPhase {
    /// The look-up of the host's name.
    Dns,
    /// TCP's handshake, with all addresses that were tried.
    Connect,
    /// TLS's handshake.
    Tls,
    /// Until the last byte of the request was given to the kernel.
    Send,
    /// From there to the first byte of a response; also of an interim one.
    Wait,
    /// From there to the end of the body.
    Receive,
}

impl HttpPhase {
    /// The name on the screen and in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            HttpPhase::Dns => "dns",
            HttpPhase::Connect => "connect",
            HttpPhase::Tls => "tls",
            HttpPhase::Send => "send",
            HttpPhase::Wait => "wait",
            HttpPhase::Receive => "receive",
        }
    }
}

/// A rule that a message breaks. Its texts hold what the peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRuleNews {
    /// The rule, in plain words.
    pub rule: String,
    /// The name of the field that breaks it, if it is one.
    pub field: Option<String>,
    /// The section that states the rule.
    pub section: String,
    /// The offset of the first byte concerned, from the first byte received on the connection.
    pub offset: u64,
    /// How many bytes are concerned; 0 if something is missing.
    pub bytes: u64,
}

impl BrokenRuleNews {
    /// A rule that no field breaks.
    pub fn new(rule: impl Into<String>, section: &str, offset: u64, bytes: u64) -> Self {
        BrokenRuleNews { rule: rule.into(), field: None, section: section.to_owned(), offset, bytes }
    }

    /// The rule, and the field that breaks it.
    pub fn rule_text(&self) -> String {
        let field = self.field.as_ref().map(|name| format!(", in the field {name}")).unwrap_or_default();
        format!("{}{field}", self.rule)
    }

    /// Where the message breaks it, and the section that states it.
    pub fn place_text(&self) -> String {
        format!("at byte {} ({})", self.offset, self.section)
    }
}

impl HttpNews {
    /// Where this event is shown.
    pub fn place(&self) -> NewsPlace {
        match self {
            HttpNews::Phase { .. } => NewsPlace::Elsewhere,
            HttpNews::Trailers(_) | HttpNews::BrokenRule(_) => NewsPlace::Transcript,
            HttpNews::Request(_) | HttpNews::Interim(_) | HttpNews::Response(_) | HttpNews::Redirect { .. } => {
                NewsPlace::Everywhere
            }
        }
    }
}
