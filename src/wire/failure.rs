//! A failure as a value: it can be compared, shown, printed as JSON and turned into an exit code.

use std::borrow::Cow;
use std::fmt;

use crate::text::secret::mask_text;
use crate::wire::operation::FailedOperation;
use crate::wire::reason::FailureReason;

/// The classes of failure, each with its exit code: the same for screen, `--json` and shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// A bug in this program.
    Internal,
    /// The command line or a file of the user's is not valid.
    Usage,
    /// The name has no address, or there is no DNS answer.
    Resolve,
    /// A RST answered our SYN, or ICMP port unreachable our datagram.
    Refused,
    /// No answer to our SYN in time.
    ConnectTimeout,
    /// No route, or ICMP reported the peer unreachable.
    Unreachable,
    /// A RST in the middle of a conversation: never the same as a clean FIN.
    Reset,
    /// TLS handshake or certificate.
    Tls,
    /// The peer violated a protocol, or closed before the announced end.
    Protocol,
    /// No traffic for longer than the idle timeout.
    IdleTimeout,
    /// Address in use, permission, no descriptors, disk full.
    Local,
    /// A 4xx or 5xx status, if the user wants those to be failures.
    HttpStatus,
    /// A time limit of the user's (`--for`, `-m`) ended the run before all that was asked for was done.
    CutShort,
}

impl Class {
    /// Every class, in the order of the exit codes.
    pub const ALL: [Class; 13] = [
        Class::Internal,
        Class::Usage,
        Class::Resolve,
        Class::Refused,
        Class::ConnectTimeout,
        Class::Unreachable,
        Class::Reset,
        Class::Tls,
        Class::Protocol,
        Class::IdleTimeout,
        Class::Local,
        Class::HttpStatus,
        Class::CutShort,
    ];

    /// The process's exit code for this class: 1 to 13; 0 is success.
    pub fn exit_code(self) -> u8 {
        Class::ALL.iter().zip(1_u8..).find(|(class, _)| **class == self).map_or(1, |(_, code)| code)
    }

    /// The name in `--json` and on the card, as `connect_timeout`.
    pub fn name(self) -> &'static str {
        match self {
            Class::Internal => "internal",
            Class::Usage => "usage",
            Class::Resolve => "resolve",
            Class::Refused => "refused",
            Class::ConnectTimeout => "connect_timeout",
            Class::Unreachable => "unreachable",
            Class::Reset => "reset",
            Class::Tls => "tls",
            Class::Protocol => "protocol",
            Class::IdleTimeout => "idle_timeout",
            Class::Local => "local",
            Class::HttpStatus => "http_status",
            Class::CutShort => "cut_short",
        }
    }
}

/// How a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// A call of ours returned it, or we saw the packet.
    Seen,
    /// The kernel reported it.
    Kernel,
    /// The RFC implies that it must have happened.
    Inferred,
}

/// A failure. `Clone + Eq`, so that it can be part of a screen snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its class, which determines the exit code.
    pub class: Class,
    /// The operation that failed.
    pub operation: FailedOperation,
    /// The target of the operation: an address, a name, a URL, a path.
    pub peer: String,
    /// The system's error number, if there is one.
    pub os_code: Option<i32>,
    /// How we know it.
    pub evidence: Evidence,
    /// The reason, if the fields above do not contain it; `None`: they do, or it is unknown.
    pub reason: Option<FailureReason>,
    /// One short sentence, lower case, no full stop: `connection refused`.
    pub message: String,
}

impl Failure {
    /// A failure that we saw ourselves, without a system error number. Secrets in the peer's URL and in the message are
    /// masked: a failure is shown, logged and explained.
    pub fn new(class: Class, operation: FailedOperation, peer: impl Into<String>, message: impl Into<String>) -> Self {
        Failure {
            class,
            operation,
            peer: masked(peer.into()),
            os_code: None,
            evidence: Evidence::Seen,
            reason: None,
            message: masked(message.into()),
        }
    }

    /// The same failure with this reason.
    pub fn with_reason(self, reason: impl Into<Option<FailureReason>>) -> Self {
        Failure { reason: reason.into(), ..self }
    }

    /// A failure because of invalid input from the user.
    pub fn usage(message: impl Into<String>) -> Self {
        Failure::new(Class::Usage, FailedOperation::Read, "", message)
    }
}

fn masked(text: String) -> String {
    match mask_text(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(masked) => masked,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.peer.is_empty() {
            write!(f, "{}", self.message)
        } else {
            write!(f, "{} {}: {}", self.operation, self.peer, self.message)
        }
    }
}

impl std::error::Error for Failure {}
