//! Responses: what they mean depends on the request (RFC 9112 §6.3).

use std::collections::VecDeque;

use crate::wire::http1::fields::FieldSection;
use crate::wire::http1::framing::{BodilessCause, BodyFraming, TunnelCause};
use crate::wire::http1::framing_fields::FramingFields;
use crate::wire::http1::head::Http1Head;
use crate::wire::http1::reader::Http1Reader;
use crate::wire::http1::role::{JudgedHead, MessageRole};
use crate::wire::http1::rule::Http1Rule;
use crate::wire::http1::status_line::StatusLine;

/// Reads the responses of one connection.
pub type ResponseReader = Http1Reader<ResponseRole>;

/// What the reading of a response depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// HEAD: the answer has no body.
    Head,
    /// CONNECT: 2xx begins a tunnel.
    Connect,
    /// Any other method.
    Other,
}

/// A response that is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedResponse {
    /// The request's method.
    pub request: RequestKind,
    /// Whether the request has the field Upgrade.
    pub asked_upgrade: bool,
}

impl ExpectedResponse {
    /// To a request with a usual method, without Upgrade.
    pub const PLAIN: ExpectedResponse = ExpectedResponse { request: RequestKind::Other, asked_upgrade: false };
    /// To HEAD, without Upgrade.
    pub const TO_HEAD: ExpectedResponse = ExpectedResponse { request: RequestKind::Head, asked_upgrade: false };
    /// To CONNECT.
    pub const TO_CONNECT: ExpectedResponse = ExpectedResponse { request: RequestKind::Connect, asked_upgrade: false };
}

/// The responses that are awaited on a connection, and how they are read.
#[derive(Debug, Default)]
pub struct ResponseRole {
    /// In the order of the requests. Its bound is the caller's: one entry for each request that is not answered.
    expected: VecDeque<ExpectedResponse>,
    takes_headless: bool,
    /// Whether a head came on this connection: from then on nothing is taken for HTTP/0.9.
    saw_head: bool,
}

impl Http1Reader<ResponseRole> {
    /// A reader at the first byte of a connection. It takes an answer without a head (HTTP/0.9) for an error.
    pub fn new() -> ResponseReader {
        Http1Reader::of_role(ResponseRole::default())
    }

    /// A reader that takes a first answer without a head as a body until the connection is closed (HTTP/0.9).
    pub fn with_headless() -> ResponseReader {
        Http1Reader::of_role(ResponseRole { takes_headless: true, ..ResponseRole::default() })
    }

    /// Awaits one more response. Call it for each request, before its first byte is sent: what comes while no response
    /// is awaited is surplus.
    pub fn expect(&mut self, response: ExpectedResponse) {
        self.role.expected.push_back(response);
    }
}

impl Default for ResponseReader {
    fn default() -> ResponseReader {
        Http1Reader::<ResponseRole>::new()
    }
}

impl MessageRole for ResponseRole {
    type Start = StatusLine;

    fn awaits(&self) -> bool {
        !self.expected.is_empty()
    }

    fn may_finish(&self) -> bool {
        self.expected.is_empty()
    }

    fn takes_headless(&self) -> bool {
        self.takes_headless && !self.saw_head
    }

    fn on_end(&mut self) {
        self.expected.pop_front();
    }

    fn judge(&mut self, start: StatusLine, mut section: FieldSection) -> JudgedHead<StatusLine> {
        self.saw_head = true;
        let expected = self.expected.front().copied().unwrap_or(ExpectedResponse::PLAIN);
        let offset = section.offset();
        let mut broken = std::mem::take(&mut section.broken);
        let fields = FramingFields::read(&section, &mut broken);
        fields.name_old_version(start.version, offset, &mut broken);
        let status_offset = offset + start.status_range.start as u64;
        let (framing, refusal) = match (start.status, expected.request) {
            (101, _) => {
                if !expected.asked_upgrade {
                    broken.push(Http1Rule::UpgradeUnasked, status_offset, 3);
                }
                if !fields.has_upgrade {
                    broken.push(Http1Rule::UpgradeFieldMissing, status_offset, 3);
                }
                fields.name_not_allowed(offset, &mut broken);
                (BodyFraming::Tunnel(TunnelCause::Upgrade), None)
            }
            (100..=199, _) => {
                fields.name_not_allowed(offset, &mut broken);
                (BodyFraming::Bodiless(BodilessCause::Interim), None)
            }
            (200..=299, RequestKind::Connect) => {
                fields.name_not_allowed(offset, &mut broken);
                (BodyFraming::Tunnel(TunnelCause::Connect), None)
            }
            (204, RequestKind::Head | RequestKind::Other) => {
                fields.name_not_allowed(offset, &mut broken);
                (BodyFraming::Bodiless(BodilessCause::NoContent), None)
            }
            (304, _) => {
                fields.name_unusable_length(offset, &mut broken);
                (BodyFraming::Bodiless(BodilessCause::NotModified), None)
            }
            (_, RequestKind::Head) => {
                fields.name_unusable_length(offset, &mut broken);
                (BodyFraming::Bodiless(BodilessCause::Head), None)
            }
            (_, RequestKind::Connect | RequestKind::Other) => {
                fields.framing(BodyFraming::UntilClose, offset, &mut broken)
            }
        };
        let persistence = fields.persistence(start.version, framing, &broken);
        section.broken = broken;
        let is_interim = framing == BodyFraming::Bodiless(BodilessCause::Interim);
        let head = Http1Head { start, section, framing, codings: fields.into_codings(), persistence };
        JudgedHead { head, is_interim, refusal }
    }
}
