//! Which bodies of HTTP answers are written: `-f` drops those of failures, `-C` all that do not continue a file.

use crate::formats::curl::{BodyOutput, ResumePoint};
use crate::sessions::{Session, SpecKind};
use crate::wire::http::head::ResponseHead;
use crate::wire::{Class, FailedOperation, Failure};

/// What is written of the answers so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BodyFilter {
    drops_failed: bool,
    resume_at: Option<u64>,
    is_dropping: bool,
}

/// How an answer relates to what is to be continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Continuation {
    /// It continues at the right byte.
    Follows,
    /// There is nothing more.
    IsWhole,
    /// It is something else.
    Other,
}

impl BodyFilter {
    /// The filter for this output.
    pub(crate) fn new(output: &BodyOutput) -> Self {
        let resume_at = match output.resume {
            Some(ResumePoint::Offset(offset @ 1..)) => Some(offset),
            Some(ResumePoint::Offset(0) | ResumePoint::FileEnd) | None => None,
        };
        BodyFilter { drops_failed: output.drops_failed, resume_at, is_dropping: false }
    }

    /// A head has come; its body follows.
    pub(crate) fn on_response(&mut self, head: &ResponseHead) {
        let failed = self.drops_failed && (400..600).contains(&head.status);
        let other = self.resume_at.is_some_and(|offset| continuation(head, offset) != Continuation::Follows);
        self.is_dropping = failed || other;
    }

    /// Whether the body that comes now is not written.
    pub(crate) fn is_dropping(&self) -> bool {
        self.is_dropping
    }

    /// The failure of an answer that does not continue what is to be continued. One that is redirected is no answer
    /// yet.
    pub(crate) fn not_continued(&self, session: &Session, head: &ResponseHead) -> Option<Failure> {
        let offset = self.resume_at?;
        let SpecKind::Http(spec) = &session.spec.what else { return None };
        let is_followed = spec.redirects > 0 && (300..400).contains(&head.status);
        if is_followed || continuation(head, offset) != Continuation::Other {
            return None;
        }
        let why = format!("the answer {} does not continue at byte {offset}, and none of it is written", head.status);
        Some(Failure::new(Class::Protocol, FailedOperation::Read, spec.url.clone(), why))
    }
}

/// As curl has it: the answer must say that it begins at that byte; a range beyond the end, or a length that is the
/// offset, means that everything is there.
fn continuation(head: &ResponseHead, offset: u64) -> Continuation {
    let field = |name: &str| {
        let value = head.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        value.and_then(|value| std::str::from_utf8(value).ok()).map(str::trim)
    };
    let begins_at = field("content-range").and_then(|range| {
        let (first, _) = range.strip_prefix("bytes")?.trim_start().split_once('-')?;
        first.parse::<u64>().ok()
    });
    let length = field("content-length").and_then(|length| length.parse::<u64>().ok());
    match head.status {
        206 if begins_at == Some(offset) => Continuation::Follows,
        416 => Continuation::IsWhole,
        200 if length == Some(offset) => Continuation::IsWhole,
        _ => Continuation::Other,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_what_follows_is_added_to_a_file() {
        let told = |status, fields: &[(&str, &str)]| {
            let headers = fields.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
            let (version, reason) = ("HTTP/1.1".to_owned(), String::new());
            continuation(&ResponseHead { version, status, reason, headers, after: Duration::ZERO, peer: None }, 5)
        };
        assert_eq!(told(206, &[("Content-Range", "bytes 5-9/10")]), Continuation::Follows);
        assert_eq!(told(206, &[("content-range", "bytes 0-9/10")]), Continuation::Other);
        assert_eq!(told(206, &[]), Continuation::Other);
        assert_eq!(told(416, &[]), Continuation::IsWhole);
        assert_eq!(told(200, &[("Content-Length", "5")]), Continuation::IsWhole);
        assert_eq!(told(200, &[("Content-Length", "10")]), Continuation::Other);
        assert_eq!(told(404, &[("Content-Length", "5")]), Continuation::Other);
    }
}
