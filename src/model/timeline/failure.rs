//! A failure as a line of the timeline.

use std::time::Duration;

use super::line::{FactText, TimelineTone};
use crate::text::quantity;
use crate::wire::{Class, Evidence, FailedOperation, Failure};

/// A failure: what came back, or that nothing came.
pub(super) fn failure_text(failure: &Failure, took: Option<Duration>) -> FactText {
    let after = took.map(|took| format!(" after {}", quantity::duration(took))).unwrap_or_default();
    let errno = failure.os_code.map(|code| format!(", errno {code}")).unwrap_or_default();
    let what = match failure.class {
        Class::Refused if failure.operation == FailedOperation::Connect && failure.evidence != Evidence::Kernel => {
            "RST came back"
        }
        Class::Reset => "RST came",
        Class::ConnectTimeout => "we gave up",
        Class::IdleTimeout => "we gave up waiting",
        Class::CutShort => "our time was over",
        Class::Resolve => "no address",
        Class::Tls => "TLS failed",
        Class::Local => "this machine refused",
        Class::Refused | Class::Unreachable => "it ended",
        Class::Internal | Class::Usage | Class::Protocol | Class::HttpStatus => "it failed",
    };
    let (known, word) = match (failure.class, failure.evidence) {
        (Class::Refused | Class::Reset, Evidence::Seen) if failure.os_code.is_some() => (Evidence::Kernel, "kernel"),
        (_, Evidence::Seen) => (Evidence::Seen, "seen"),
        (_, Evidence::Kernel) => (Evidence::Kernel, "kernel"),
        (_, Evidence::Inferred) => (Evidence::Inferred, "inferred"),
    };
    // The message of a time-out already has the duration.
    let after = if failure.class == Class::ConnectTimeout { String::new() } else { after };
    let how = format!("{word}: {}{errno}{after}", failure.message);
    FactText { what: what.into(), how, tone: TimelineTone::Bad, known }
}
