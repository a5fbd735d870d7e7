//! Requests, as a server reads them.

use crate::wire::http1::error::Http1Refusal;
use crate::wire::http1::fields::FieldSection;
use crate::wire::http1::framing::{BodilessCause, BodyFraming};
use crate::wire::http1::framing_fields::FramingFields;
use crate::wire::http1::head::Http1Head;
use crate::wire::http1::reader::Http1Reader;
use crate::wire::http1::request_line::RequestLine;
use crate::wire::http1::role::{JudgedHead, MessageRole};
use crate::wire::http1::rule::Http1Rule;
use crate::wire::http1::start::Http1Version;

/// Reads the requests of one connection.
///
/// A request with CONNECT or Upgrade is read as any other. What follows it is a tunnel only if the server agrees: see
/// [`Http1Reader::begin_tunnel`].
pub type RequestReader = Http1Reader<RequestRole>;

/// Requests: each may be followed by another one.
#[derive(Debug, Default)]
pub struct RequestRole {
    _sealed: (),
}

impl Http1Reader<RequestRole> {
    /// A reader at the first byte of a connection.
    pub fn new() -> RequestReader {
        Http1Reader::of_role(RequestRole::default())
    }
}

impl Default for RequestReader {
    fn default() -> RequestReader {
        Http1Reader::<RequestRole>::new()
    }
}

impl MessageRole for RequestRole {
    type Start = RequestLine;

    fn awaits(&self) -> bool {
        true
    }

    fn may_finish(&self) -> bool {
        true
    }

    fn takes_headless(&self) -> bool {
        false
    }

    fn on_end(&mut self) {}

    fn judge(&mut self, start: RequestLine, mut section: FieldSection) -> JudgedHead<RequestLine> {
        let offset = section.offset();
        let mut broken = std::mem::take(&mut section.broken);
        let fields = FramingFields::read(&section, &mut broken);
        fields.name_old_version(start.version, offset, &mut broken);
        match &fields.hosts {
            (0, _) if start.version.is_some_and(|version| version >= Http1Version::V1_1) => {
                broken.push(Http1Rule::HostMissing, offset + start.version_range.end as u64, 0);
            }
            (_, Some(second)) => broken.push(Http1Rule::HostRepeated, offset + second.start as u64, second.len()),
            _ => {}
        }
        let without = BodyFraming::Bodiless(BodilessCause::NotAnnounced);
        let (mut framing, mut refusal) = fields.framing(without, offset, &mut broken);
        // The client waits for the answer: its body cannot go until it finishes (RFC 9112 §6.3, point 4).
        if framing == BodyFraming::UntilClose {
            framing = BodyFraming::Unknown;
            refusal = fields.coding_line().map(|line| (Http1Refusal::CodingWithoutEnd, line));
        }
        let persistence = fields.persistence(start.version, framing, &broken);
        section.broken = broken;
        let head = Http1Head { start, section, framing, codings: fields.into_codings(), persistence };
        JudgedHead { head, is_interim: false, refusal }
    }
}
