//! The only place that converts the client library's errors to failures: it walks the chain of causes to the most
//! specific one.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use super::body::BodyFault;
use super::own::Http1End;
use super::own::progress_guard::NoProgress;
use crate::net::{fault, tls};
use crate::sessions::spec::http::MOST_ACCEPTED_INTERIM;
use crate::text::quantity;
use crate::wire::errno;
use crate::wire::http1::{Http1Fault, Http1Refusal};
use crate::wire::{Class, Evidence, FailedOperation, Failure, FailureReason};

/// The limits of a response's head in hyper.
const HEAD_BOUND: &str = "a head of more than 100 fields or 417,792 bytes is not read";

/// The limits of a chunked body in hyper: for the extensions of all its chunks, and for its trailer fields.
const CHUNK_BOUND: &str = "16,384 bytes of chunk extensions";
const TRAILER_BOUND: &str = "16,384 bytes of trailer fields";

/// How many causes are read: a chain has no limit of its own.
const MOST_CAUSES: usize = 32;

/// The stage of the exchange in which it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransferStage {
    /// Before the response's head was complete.
    Head,
    /// In the response's body.
    Body {
        /// Bytes of the body that arrived.
        arrived: u64,
        /// Bytes that the head promised.
        promised: Option<u64>,
    },
}

impl TransferStage {
    /// What failed if the connection broke in this stage.
    fn operation(self) -> FailedOperation {
        match self {
            TransferStage::Head => FailedOperation::Request,
            TransferStage::Body { .. } => FailedOperation::Read,
        }
    }
}

/// The failure of an exchange that took longer than the user allowed.
pub(crate) fn too_long(allowed: Duration, url: &str) -> Failure {
    let why = format!("the whole exchange took longer than {}", quantity::duration(allowed));
    Failure::new(Class::CutShort, FailedOperation::Request, url, why).with_reason(FailureReason::ExchangeTooLong)
}

/// The failure of a peer that sends interim responses without end.
pub(super) fn too_many_interim(url: &str) -> Failure {
    let most = quantity::grouped(MOST_ACCEPTED_INTERIM as u64);
    let why = format!("more than {most} interim responses (1xx) are not read");
    Failure::new(Class::Protocol, FailedOperation::Request, url, why)
}

/// Converts an error of the client library.
pub(super) fn failure(error: &reqwest::Error, url: &str, stage: TransferStage) -> Failure {
    let causes = causes(error);
    let connecting = error.is_connect();
    let is_in_head = stage == TransferStage::Head;
    let operation = if connecting && is_in_head { FailedOperation::Connect } else { stage.operation() };
    let fail = |class, message: String| Failure::new(class, operation, url, message);
    if let Some(BodyFault(failure)) = find::<BodyFault>(&causes) {
        return failure.clone();
    }
    if let Some(none) = find::<NoAddress>(&causes) {
        return Failure::new(Class::Resolve, FailedOperation::Resolve, none.host.as_str(), none.why.as_str())
            .with_reason(none.reason);
    }
    if let Some(tls) = find::<rustls::Error>(&causes) {
        return tls::failure(tls, operation, url);
    }
    if connecting && error.is_timeout() {
        return fail(Class::ConnectTimeout, "timed out connecting to the proxy or through it".into());
    }
    if let Some(io) = find::<io::Error>(&causes) {
        return from_io(io, operation, url, stage, connecting && url.starts_with("https:"));
    }
    if connecting && let Some(io) = causes.last().and_then(|cause| hidden_os_error(*cause)) {
        return from_io(&io, operation, url, stage, false);
    }
    if let Some(hyper) = find::<hyper::Error>(&causes) {
        let (class, reason, message) = hyper_words(hyper, &causes);
        return fail(class, message).with_reason(reason);
    }
    let class = if error.is_builder() { Class::Usage } else { Class::Protocol };
    fail(class, deepest_text(&causes))
}

/// Makes a failure to connect one of the proxy: the client library connects only to it, and the host is behind it.
pub(super) fn of_proxy(failure: Failure, proxy: &str) -> Failure {
    let at_proxy = failure.operation == FailedOperation::Connect
        && matches!(
            failure.class,
            Class::Refused | Class::ConnectTimeout | Class::Unreachable | Class::Reset | Class::Local | Class::Protocol
        );
    if !at_proxy {
        return failure;
    }
    let peer = url::Url::parse(proxy).ok().and_then(|url| {
        let port = url.port_or_known_default().unwrap_or(1080);
        Some(format!("{}:{port}", url.host_str()?))
    });
    let message = format!("the proxy: {}", failure.message);
    Failure { peer: peer.unwrap_or_else(|| "the proxy".to_owned()), message, ..failure }
}

/// The system's error inside an error of the client library that keeps it in a private type: only its text has the
/// number.
fn hidden_os_error(error: &(dyn Error + 'static)) -> Option<io::Error> {
    let text = format!("{error:?}");
    let digits = text.split_once("Os { code: ")?.1.split(',').next()?;
    Some(io::Error::from_raw_os_error(digits.parse().ok()?))
}

/// Converts an error of a connection of our own.
pub(crate) fn from_hyper(error: &hyper::Error, url: &str, stage: TransferStage) -> Failure {
    let causes = causes(error);
    let operation = stage.operation();
    if let Some(BodyFault(failure)) = find::<BodyFault>(&causes) {
        return failure.clone();
    }
    if let Some(bound) = find::<NoProgress>(&causes) {
        return Failure::new(Class::Protocol, operation, url, no_progress_text(bound, stage));
    }
    if let Some(tls) = find::<rustls::Error>(&causes) {
        return tls::failure(tls, operation, url);
    }
    if let Some(io) = find::<io::Error>(&causes) {
        return from_io(io, operation, url, stage, false);
    }
    let (class, reason, message) = hyper_words(error, &causes);
    Failure::new(class, operation, url, message).with_reason(reason)
}

/// Converts what ended the reading of a response over HTTP/1.1.
pub(super) fn from_http1(end: Http1End, url: &str, stage: TransferStage) -> Failure {
    let operation = stage.operation();
    match end {
        Http1End::Body(failure) => failure,
        Http1End::Io(error) => match find::<rustls::Error>(&causes(&error)) {
            Some(tls) => tls::failure(tls, operation, url),
            None => from_io(&error, operation, url, stage, false),
        },
        Http1End::Message(error) => match error.fault {
            Http1Fault::CutShort(_) => from_io(&io::ErrorKind::UnexpectedEof.into(), operation, url, stage, false),
            Http1Fault::Refused(refusal) => {
                let reason = reason_of_refusal(refusal);
                let message = match reason {
                    FailureReason::NotHttp => format!("the response is no HTTP: {error}"),
                    FailureReason::HeadTooLarge => format!("the response is not read on: {error}"),
                    _ => format!("where the response ends cannot be known: {error}"),
                };
                let message = format!("{message}{}", progress_text(stage));
                Failure::new(Class::Protocol, operation, url, message).with_reason(Some(reason))
            }
        },
    }
}

fn reason_of_refusal(refusal: Http1Refusal) -> FailureReason {
    match refusal {
        Http1Refusal::NotHttp | Http1Refusal::StatusUnreadable | Http1Refusal::RequestLineUnreadable => {
            FailureReason::NotHttp
        }
        Http1Refusal::HeadTooLong | Http1Refusal::TrailersTooLong | Http1Refusal::ChunkLineTooLong => {
            FailureReason::HeadTooLarge
        }
        Http1Refusal::LengthsDiffer
        | Http1Refusal::LengthInvalid
        | Http1Refusal::LengthTooGreat
        | Http1Refusal::CodingWithoutEnd
        | Http1Refusal::ChunkSizeInvalid
        | Http1Refusal::ChunkSizeTooGreat
        | Http1Refusal::ChunkEndMissing => FailureReason::MessageEndUnknown,
    }
}

/// Converts an error of a read from the socket itself, or an end that came too early.
pub(super) fn from_read(error: &io::Error, url: &str, stage: TransferStage) -> Failure {
    from_io(error, FailedOperation::Read, url, stage, false)
}

/// Converts an error of a TLS handshake.
pub(super) fn from_handshake(error: &io::Error, url: &str) -> Failure {
    let causes = causes(error);
    match find::<rustls::Error>(&causes) {
        Some(tls) => tls::failure(tls, FailedOperation::Connect, url),
        None => from_io(error, FailedOperation::Connect, url, TransferStage::Head, true),
    }
}

/// Converts a system error, or the error of a layer that uses the same type.
fn from_io(io: &io::Error, operation: FailedOperation, url: &str, stage: TransferStage, tls_expected: bool) -> Failure {
    if io.raw_os_error().is_some() {
        let mut failure = fault::from_io(operation, url, io);
        if failure.class == Class::Reset {
            failure.message.push_str(&progress_text(stage));
        }
        return Failure { evidence: Evidence::Kernel, ..failure };
    }
    let (class, reason, message) = class_and_message(io, stage, tls_expected);
    Failure::new(class, operation, url, message).with_reason(reason)
}

/// Class and message of an error that is not the system's: a layer above uses the same type.
fn class_and_message(
    error: &io::Error,
    stage: TransferStage,
    tls_expected: bool,
) -> (Class, Option<FailureReason>, String) {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionReset | Kind::BrokenPipe | Kind::ConnectionAborted => {
            (Class::Reset, None, format!("the peer reset the connection{}", progress_text(stage)))
        }
        Kind::UnexpectedEof if tls_expected => {
            let message = "the peer closed the connection in the middle of the handshake";
            (Class::Tls, Some(FailureReason::TlsCutOff), message.into())
        }
        Kind::UnexpectedEof => {
            let message = match stage {
                TransferStage::Head => "the peer closed the connection before its response was whole".into(),
                TransferStage::Body { .. } => {
                    format!("the peer ended its response before it was whole{}", progress_text(stage))
                }
            };
            (Class::Protocol, Some(FailureReason::ResponseCutOff), message)
        }
        _ => {
            // hyper has no type for these errors, only the text.
            let text = match error.to_string().as_str() {
                "chunk extensions over limit" => format!("more than {CHUNK_BOUND} are not read"),
                "chunk trailers bytes over limit" => format!("more than {TRAILER_BOUND} are not read"),
                other => lower_first(other),
            };
            (Class::Protocol, None, format!("{text}{}", progress_text(stage)))
        }
    }
}

/// The message for a peer that sent more than a bound without getting on with its response.
fn no_progress_text(bound: &NoProgress, stage: TransferStage) -> String {
    match stage {
        TransferStage::Head => format!("{bound} without the head of a response"),
        TransferStage::Body { .. } => format!(
            "{bound} without a byte of the body, as in a chunk-size line that does not end{}",
            progress_text(stage)
        ),
    }
}

/// The class, reason and message of hyper's error for a message that it could not read or write.
fn hyper_words(error: &hyper::Error, causes: &[&(dyn Error + 'static)]) -> (Class, Option<FailureReason>, String) {
    let text = deepest_text(causes);
    let protocol = |reason, message| (Class::Protocol, Some(reason), message);
    if error.is_parse_too_large() {
        return protocol(FailureReason::HeadTooLarge, format!("the response's head is too large: {HEAD_BOUND}"));
    }
    if error.is_parse() {
        return protocol(FailureReason::NotHttp, format!("the response's head is no HTTP: {error}"));
    }
    if error.is_incomplete_message() {
        let message = "the peer closed the connection before its response was whole";
        return protocol(FailureReason::ResponseCutOff, message.into());
    }
    // HTTP/2 keeps the system's error in a private type; only its text has the number.
    for (number, class) in [(errno::ECONNRESET, Class::Reset), (errno::EPIPE, Class::Reset)] {
        if text.contains(&format!("(os error {number})")) {
            return (class, None, "the peer reset the connection".into());
        }
    }
    // hyper has no method for this kind of error, only this text.
    let unasked = text.contains("unexpected message").then_some(FailureReason::PeerSpokeFirst);
    (Class::Protocol, unasked, text)
}

fn progress_text(stage: TransferStage) -> String {
    match stage {
        TransferStage::Head => String::new(),
        TransferStage::Body { arrived, promised: Some(promised) } => {
            format!(", after {arrived} of {promised} body bytes")
        }
        TransferStage::Body { arrived, promised: None } => format!(", after {arrived} body bytes"),
    }
}

/// All causes of an error, the error itself first. An error inside an `io::Error` counts as a cause: `source` skips it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes: Vec<&'a (dyn Error + 'static)> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next
        && causes.len() < MOST_CAUSES
    {
        causes.push(cause);
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| cause.source());
    }
    causes
}

/// The deepest cause of this type: the one nearest to what happened.
fn find<'a, E: Error + 'static>(causes: &[&'a (dyn Error + 'static)]) -> Option<&'a E> {
    causes.iter().rev().find_map(|cause| cause.downcast_ref::<E>())
}

fn deepest_text(causes: &[&(dyn Error + 'static)]) -> String {
    causes.last().map(|cause| lower_first(&cause.to_string())).unwrap_or_default()
}

fn lower_first(text: &str) -> String {
    // An abbreviation, as SOCKS, keeps its capitals.
    if text.chars().nth(1).is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// An error and all its causes in one line.
pub(super) fn full_text(error: &(dyn Error + 'static)) -> String {
    causes(error).iter().map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The error of a name without an address.
#[derive(Debug)]
pub(super) struct NoAddress {
    /// The name.
    pub(super) host: String,
    /// The reason, if known.
    pub(super) reason: Option<FailureReason>,
    /// The resolver's message.
    pub(super) why: String,
}

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.host, self.why)
    }
}

impl Error for NoAddress {}
