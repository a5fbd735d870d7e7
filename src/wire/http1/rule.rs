//! Rules that a message may break and still be read.

use crate::wire::http1::bounds::MOST_LISTED_OF_A_RULE;

/// A rule that was broken in a message that could be read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http1Rule {
    /// Empty lines before the start line.
    LeadingEmptyLine,
    /// A line of a head or trailer that ends in LF without CR.
    BareLf,
    /// A CR without LF behind it, in a field line.
    BareCr,
    /// A NUL in a field value.
    NulByte,
    /// Another control byte in a field value.
    ControlByte,
    /// A line that begins with a blank, directly behind the start line. It is passed over.
    BlankBeforeFirstField,
    /// A field value that goes on in the next line.
    ObsFold,
    /// Blanks between a field's name and its colon.
    BlankBeforeColon,
    /// A field line without a colon.
    FieldWithoutColon,
    /// A field without a name.
    EmptyFieldName,
    /// A field name with a byte that no token has.
    FieldNameNotToken,
    /// The version is not written as `HTTP/`, a digit, a full stop, a digit.
    VersionForm,
    /// The major version is not 1.
    VersionNotOne,
    /// The parts of the status line are not separated by one blank.
    StatusLineBlanks,
    /// No blank behind the status code. The reason may be missing, the blank must not.
    ReasonBlankMissing,
    /// A control byte in the reason phrase.
    ReasonControlByte,
    /// A status code outside of 100 to 599.
    StatusOutOfRange,
    /// The parts of the request line are not separated by one blank.
    RequestLineBlanks,
    /// A method with a byte that no token has.
    MethodNotToken,
    /// A request target with a blank, a control byte or a byte beyond ASCII.
    TargetForm,
    /// An HTTP/1.1 request without Host.
    HostMissing,
    /// A request with more than one Host.
    HostRepeated,
    /// Content-Length beside Transfer-Encoding: the length is void. The mark of request smuggling.
    LengthBesideCoding,
    /// Content-Length more than once, with one value.
    LengthRepeated,
    /// Different lengths, in a message whose end does not depend on them.
    LengthsDiffer,
    /// A length that is no number, in a message whose end does not depend on it.
    LengthInvalid,
    /// Content-Length in an answer that must not have one: 1xx, 204, 2xx to CONNECT.
    LengthNotAllowed,
    /// Transfer-Encoding in an answer that must not have it: 1xx, 204, 2xx to CONNECT.
    CodingNotAllowed,
    /// Transfer-Encoding in a message of a version before 1.1.
    CodingInOldVersion,
    /// An empty element in the list of transfer codings.
    CodingElementEmpty,
    /// Transfer-Encoding without any coding.
    CodingListEmpty,
    /// `chunked` more than once.
    ChunkedRepeated,
    /// `chunked` with a parameter.
    ChunkedWithParameter,
    /// A transfer coding that is not registered.
    CodingUnknown,
    /// A 101 to a request that asked for no upgrade.
    UpgradeUnasked,
    /// A 101 without the field Upgrade.
    UpgradeFieldMissing,
    /// The line of a chunk ends in LF without CR.
    ChunkLineBareLf,
    /// The data of a chunk end in LF without CR.
    ChunkDataBareLf,
    /// Blanks before a chunk's size, or behind it without an extension.
    ChunkLineBlanks,
    /// A control byte in a chunk extension.
    ChunkExtensionControlByte,
    /// The peer finished behind the last chunk without an empty line.
    FinalLineMissing,
    /// A field in a trailer that says how to read the message.
    TrailerNotAllowed,
}

impl Http1Rule {
    /// What is broken, in plain words.
    pub fn words(self) -> &'static str {
        match self {
            Http1Rule::LeadingEmptyLine => "an empty line before the start line",
            Http1Rule::BareLf => "a line ends in LF without CR",
            Http1Rule::BareCr => "a CR without LF in a field line",
            Http1Rule::NulByte => "a NUL in a field value",
            Http1Rule::ControlByte => "a control byte in a field value",
            Http1Rule::BlankBeforeFirstField => "a line behind the start line begins with a blank, and is passed over",
            Http1Rule::ObsFold => "a field value goes on in the next line",
            Http1Rule::BlankBeforeColon => "a blank before the colon",
            Http1Rule::FieldWithoutColon => "a field line without a colon",
            Http1Rule::EmptyFieldName => "a field without a name",
            Http1Rule::FieldNameNotToken => "a field name with a byte that no name may have",
            Http1Rule::VersionForm => "the version is not written as HTTP/1.1 is",
            Http1Rule::VersionNotOne => "the major version is not 1",
            Http1Rule::StatusLineBlanks => "the parts of the status line are not separated by one blank",
            Http1Rule::ReasonBlankMissing => "no blank behind the status code",
            Http1Rule::ReasonControlByte => "a control byte in the reason phrase",
            Http1Rule::StatusOutOfRange => "a status code outside of 100 to 599",
            Http1Rule::RequestLineBlanks => "the parts of the request line are not separated by one blank",
            Http1Rule::MethodNotToken => "a method with a byte that no method may have",
            Http1Rule::TargetForm => "a request target with a byte that no target may have",
            Http1Rule::HostMissing => "an HTTP/1.1 request without Host",
            Http1Rule::HostRepeated => "more than one Host",
            Http1Rule::LengthBesideCoding => "Content-Length beside Transfer-Encoding: the length is void",
            Http1Rule::LengthRepeated => "Content-Length more than once, with the same value",
            Http1Rule::LengthsDiffer => "Content-Length with different values",
            Http1Rule::LengthInvalid => "a Content-Length that is no number",
            Http1Rule::LengthNotAllowed => "a Content-Length where none may be",
            Http1Rule::CodingNotAllowed => "a Transfer-Encoding where none may be",
            Http1Rule::CodingInOldVersion => "Transfer-Encoding in a version before HTTP/1.1",
            Http1Rule::CodingElementEmpty => "an empty element in the list of transfer codings",
            Http1Rule::CodingListEmpty => "Transfer-Encoding without a coding",
            Http1Rule::ChunkedRepeated => "chunked more than once",
            Http1Rule::ChunkedWithParameter => "chunked with a parameter",
            Http1Rule::CodingUnknown => "a transfer coding that is not registered",
            Http1Rule::UpgradeUnasked => "a change of protocol that was not asked for",
            Http1Rule::UpgradeFieldMissing => "101 without the field Upgrade",
            Http1Rule::ChunkLineBareLf => "the line of a chunk ends in LF without CR",
            Http1Rule::ChunkDataBareLf => "the data of a chunk end in LF without CR",
            Http1Rule::ChunkLineBlanks => "a blank beside the size of a chunk",
            Http1Rule::ChunkExtensionControlByte => "a control byte in a chunk extension",
            Http1Rule::FinalLineMissing => "no empty line behind the last chunk",
            Http1Rule::TrailerNotAllowed => "a field in the trailer that may be in the head only",
        }
    }

    /// The section that states the rule.
    pub fn section(self) -> &'static str {
        match self {
            Http1Rule::LeadingEmptyLine | Http1Rule::BareLf | Http1Rule::BareCr | Http1Rule::BlankBeforeFirstField => {
                "RFC 9112 §2.2"
            }
            Http1Rule::NulByte | Http1Rule::ControlByte => "RFC 9110 §5.5",
            Http1Rule::ObsFold => "RFC 9112 §5.2",
            Http1Rule::BlankBeforeColon => "RFC 9112 §5.1",
            Http1Rule::FieldWithoutColon => "RFC 9112 §5",
            Http1Rule::EmptyFieldName | Http1Rule::FieldNameNotToken => "RFC 9110 §5.1",
            Http1Rule::VersionForm => "RFC 9112 §2.3",
            Http1Rule::VersionNotOne => "RFC 9110 §2.5",
            Http1Rule::StatusLineBlanks | Http1Rule::ReasonBlankMissing | Http1Rule::ReasonControlByte => "RFC 9112 §4",
            Http1Rule::StatusOutOfRange => "RFC 9110 §15",
            Http1Rule::RequestLineBlanks => "RFC 9112 §3",
            Http1Rule::MethodNotToken => "RFC 9110 §9.1",
            Http1Rule::TargetForm | Http1Rule::HostMissing | Http1Rule::HostRepeated => "RFC 9112 §3.2",
            Http1Rule::LengthBesideCoding | Http1Rule::LengthsDiffer => "RFC 9112 §6.3",
            Http1Rule::LengthRepeated | Http1Rule::LengthInvalid | Http1Rule::LengthNotAllowed => "RFC 9110 §8.6",
            Http1Rule::CodingNotAllowed | Http1Rule::CodingInOldVersion | Http1Rule::ChunkedRepeated => "RFC 9112 §6.1",
            Http1Rule::CodingElementEmpty | Http1Rule::CodingListEmpty => "RFC 9110 §5.6.1",
            Http1Rule::ChunkedWithParameter
            | Http1Rule::ChunkLineBareLf
            | Http1Rule::ChunkDataBareLf
            | Http1Rule::ChunkLineBlanks
            | Http1Rule::FinalLineMissing => "RFC 9112 §7.1",
            Http1Rule::CodingUnknown => "RFC 9112 §7",
            Http1Rule::UpgradeUnasked | Http1Rule::UpgradeFieldMissing => "RFC 9110 §7.8",
            Http1Rule::ChunkExtensionControlByte => "RFC 9112 §7.1.1",
            Http1Rule::TrailerNotAllowed => "RFC 9110 §6.5.1",
        }
    }
}

/// A breach of a rule, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenRule {
    /// The rule.
    pub rule: Http1Rule,
    /// The offset of the first byte concerned, from the first byte of the connection.
    pub offset: u64,
    /// How many bytes are concerned; 0 if something is missing.
    pub bytes: u64,
}

/// The breaches of a head or trailer section.
///
/// The first [`MOST_LISTED_OF_A_RULE`] of each rule are listed with their places, all are counted: the memory does not
/// grow with the number of breaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokenRules {
    listed: Vec<BrokenRule>,
    counts: Vec<(Http1Rule, usize)>,
}

impl BrokenRules {
    /// The listed breaches, in the order in which they were found.
    pub fn listed(&self) -> &[BrokenRule] {
        &self.listed
    }

    /// Each broken rule once, with the number of its breaches.
    pub fn counts(&self) -> &[(Http1Rule, usize)] {
        &self.counts
    }

    /// How often a rule was broken.
    pub fn count_of(&self, rule: Http1Rule) -> usize {
        self.counts.iter().find(|(counted, _)| *counted == rule).map_or(0, |(_, count)| *count)
    }

    /// Whether no rule was broken.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Adds a breach.
    pub(super) fn push(&mut self, rule: Http1Rule, offset: u64, bytes: usize) {
        let position = self.counts.iter().position(|(counted, _)| *counted == rule);
        let index = position.unwrap_or_else(|| {
            self.counts.push((rule, 0));
            self.counts.len() - 1
        });
        let count = &mut self.counts[index].1;
        *count += 1;
        if *count <= MOST_LISTED_OF_A_RULE {
            self.listed.push(BrokenRule { rule, offset, bytes: bytes as u64 });
        }
    }
}
