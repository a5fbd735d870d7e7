//! The only place that converts an [`io::Error`] to a [`Failure`].

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::text::quantity;
use crate::wire::errno;
#[cfg(unix)]
use crate::wire::unix::UnixAddress;
use crate::wire::{Class, Evidence, FailedOperation, Failure, FailureReason};

/// Converts a system error of `operation` with `peer`.
///
/// `operation` decides what a time-out means, and which error numbers get their own message. An error without a number
/// keeps its text. Never fails.
pub(crate) fn from_io(operation: FailedOperation, peer: impl Into<String>, error: &io::Error) -> Failure {
    let mut reason = None;
    let (class, message) = match error.raw_os_error() {
        // Whatever the error is, the name was not resolved.
        _ if operation == FailedOperation::Resolve => {
            let (why, message) = of_lookup(error);
            reason = why;
            (Class::Resolve, message)
        }
        Some(code) => {
            from_os_code(operation, code).map_or_else(|| (Class::Local, text(error)), |(c, m)| (c, m.to_owned()))
        }
        None => (class_of_kind(operation, error.kind()), text(error)),
    };
    Failure {
        class,
        operation,
        peer: peer.into(),
        os_code: error.raw_os_error(),
        evidence: Evidence::Seen,
        reason,
        message,
    }
}

/// Converts a system error of a TCP `connect()` to `peer`.
pub(crate) fn from_tcp_connect(peer: SocketAddr, error: &io::Error) -> Failure {
    let mut failure = from_io(FailedOperation::Connect, peer.to_string(), error);
    if failure.os_code == Some(errno::EACCES) {
        // A broadcast address, which the general message names, is no address of TCP.
        failure.message = "not permitted: a route of the kind prohibit, or a local firewall's rule".to_owned();
    }
    failure
}

/// The failure of a session whose datagrams have not moved for as long as was allowed.
pub(crate) fn nothing_moved(peer: impl Into<String>, limit: Duration) -> Failure {
    let message = format!("nothing was sent or received for {}", quantity::duration(limit));
    Failure::new(Class::IdleTimeout, FailedOperation::Read, peer, message).with_reason(FailureReason::NothingMoved)
}

/// Converts a system error of `operation` (`bind`, `listen`) at our own address `local`; the message says what to do
/// about it.
pub(crate) fn from_bind(operation: FailedOperation, local: SocketAddr, error: &io::Error) -> Failure {
    let mut failure = from_io(operation, local.to_string(), error);
    let port = local.port();
    match error.raw_os_error() {
        Some(errno::EACCES) if port < 1024 => {
            let other = if port < 1000 { 8000 + port } else { 9000 };
            failure.message = format!("port {port} is below 1024: it needs root or CAP_NET_BIND_SERVICE; try {other}");
        }
        Some(errno::EADDRINUSE) => {
            failure.message =
                format!("port {port} is in use (ss -lnp shows by which process); choose another port, or 0 for any");
        }
        Some(errno::EADDRNOTAVAIL) => {
            let any = if local.is_ipv4() { "0.0.0.0" } else { "[::]" };
            failure.message = format!("{} is not an address of this host; try {any}", local.ip());
        }
        _ => {}
    }
    failure
}

/// What stands at a path where `bind()` found it taken.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathTaken {
    /// A socket that a process has bound.
    Bound,
    /// The file of a socket that no process has any more: of a program that ended without removing it.
    Stale,
    /// A file that is no socket.
    OtherFile,
    /// What it is cannot be told, for example without the right to connect to it.
    Unknown,
}

/// Converts a system error of `operation` on a socket of the Unix domain. `other_file`: at the peer's path there is a file
/// that is no socket.
#[cfg(unix)]
pub(crate) fn from_unix(
    operation: FailedOperation,
    peer: impl Into<String>,
    error: &io::Error,
    other_file: bool,
) -> Failure {
    let connecting = operation == FailedOperation::Connect;
    let known = match error.raw_os_error() {
        Some(libc::ENOENT) if connecting => {
            Some((Class::Local, FailureReason::UnixNoFile, "there is no such socket file"))
        }
        Some(libc::ENOTDIR) if connecting => {
            Some((Class::Local, FailureReason::UnixNoFile, "a part of the path is no directory"))
        }
        Some(libc::ECONNREFUSED) if connecting && other_file => {
            Some((Class::Refused, FailureReason::UnixNotASocket, "the file at that path is no socket"))
        }
        Some(libc::ENOTSOCK) if connecting => {
            Some((Class::Refused, FailureReason::UnixNotASocket, "the file at that path is no socket"))
        }
        Some(libc::ECONNREFUSED) => {
            Some((Class::Refused, FailureReason::UnixNobodyListens, "connection refused: no process has that socket"))
        }
        Some(libc::EACCES) if connecting => Some((
            Class::Local,
            FailureReason::UnixAccessDenied,
            "permission denied: the socket file needs to be writable",
        )),
        Some(libc::EPROTOTYPE) => Some((
            Class::Local,
            FailureReason::UnixWrongForm,
            "the socket there is of the other form: stream or datagrams",
        )),
        Some(libc::EAGAIN) if connecting => {
            Some((Class::ConnectTimeout, FailureReason::UnixQueueFull, "the listener's queue of connections is full"))
        }
        Some(libc::EPERM) if connecting => Some((
            Class::Local,
            FailureReason::UnixTakenByPeer,
            "that socket is connected to another one, and takes nothing from us",
        )),
        Some(libc::ECONNRESET) => Some((
            Class::Reset,
            FailureReason::UnixClosedUnread,
            "the peer closed its socket before it had read all that we sent",
        )),
        Some(libc::EPIPE) => {
            Some((Class::Reset, FailureReason::UnixPeerClosed, "the peer has closed its socket, or reads no more"))
        }
        Some(libc::ENOTCONN) => Some((Class::Reset, FailureReason::UnixPeerClosed, "the peer is gone")),
        Some(libc::EMSGSIZE) => Some((
            Class::Local,
            FailureReason::UnixDatagramTooLong,
            "too long for one datagram: the buffer for sending (SO_SNDBUF) bounds it",
        )),
        _ => None,
    };
    let failure = from_io(operation, peer, error);
    match known {
        Some((class, reason, message)) => {
            Failure { class, reason: Some(reason), message: message.to_owned(), ..failure }
        }
        None => failure,
    }
}

/// Converts a system error of binding a socket of the Unix domain at our own address; `taken` is what stands there, if
/// the address is taken.
#[cfg(unix)]
pub(crate) fn from_unix_bind(
    operation: FailedOperation,
    local: &UnixAddress,
    error: &io::Error,
    taken: Option<PathTaken>,
) -> Failure {
    let (reason, message) = match (error.raw_os_error(), taken) {
        (_, Some(PathTaken::Bound)) => {
            (Some(FailureReason::UnixPathInUse), Some("a process has bound that address; choose another one"))
        }
        (_, Some(PathTaken::Stale)) => (
            Some(FailureReason::UnixPathStale),
            Some("a socket file is there that no process has any more; --replace removes it first"),
        ),
        (_, Some(PathTaken::OtherFile)) => {
            (Some(FailureReason::UnixNotASocket), Some("a file is there that is no socket; it is not replaced"))
        }
        (_, Some(PathTaken::Unknown)) => (
            Some(FailureReason::UnixPathInUse),
            Some("a file is there, and whether a process has that socket cannot be told"),
        ),
        (Some(libc::ENOENT | libc::ENOTDIR), None) => {
            (Some(FailureReason::UnixNoDirectory), Some("the directory of that path does not exist"))
        }
        (Some(libc::EACCES), None) => {
            (Some(FailureReason::UnixAccessDenied), Some("no permission to make a file in that directory"))
        }
        (Some(libc::EROFS), None) => (None, Some("that directory is on a file system that is read-only")),
        _ => (None, None),
    };
    let failure = from_io(operation, local.to_string(), error);
    let message = message.map_or(failure.message, str::to_owned);
    Failure { class: Class::Local, reason, message, ..failure }
}

fn from_os_code(operation: FailedOperation, code: i32) -> Option<(Class, &'static str)> {
    let connecting = operation == FailedOperation::Connect;
    // Only a call that sends or waits for an answer can return the error of an ICMP message.
    let on_wire = matches!(
        operation,
        FailedOperation::Connect
            | FailedOperation::Finish
            | FailedOperation::Probe
            | FailedOperation::Read
            | FailedOperation::Receive
            | FailedOperation::Repeat
            | FailedOperation::Request
            | FailedOperation::Send
    );
    let known = match code {
        errno::ECONNREFUSED if connecting => (Class::Refused, "connection refused"),
        errno::ECONNREFUSED => (Class::Refused, "refused: nobody listens on that port"),
        errno::ETIMEDOUT if connecting => (Class::ConnectTimeout, "no answer to our SYNs; the kernel gave up"),
        errno::ETIMEDOUT => (Class::Unreachable, "the peer stopped answering; the kernel gave up retransmitting"),
        errno::EHOSTUNREACH => (Class::Unreachable, "no route to the host"),
        errno::EHOSTDOWN => (Class::Unreachable, "the host is down"),
        errno::ENETUNREACH => (Class::Unreachable, "no route to the network"),
        errno::ENETDOWN => (Class::Unreachable, "the network is down"),
        // The kernel's error numbers for rarer ICMP messages (icmp_err_convert in Linux).
        errno::ENOPROTOOPT | errno::EPROTO | errno::EOPNOTSUPP if !on_wire => {
            (Class::Local, "this socket does not support it")
        }
        #[cfg(target_os = "linux")]
        errno::ENONET if !on_wire => (Class::Local, "this host is not on the network"),
        errno::ENOPROTOOPT => (Class::Unreachable, "ICMP: the protocol is unreachable"),
        errno::EPROTO => (Class::Unreachable, "ICMP: a parameter of our packet made no sense"),
        errno::EOPNOTSUPP => (Class::Unreachable, "ICMP: the source route failed"),
        #[cfg(target_os = "linux")]
        errno::ENONET => (Class::Unreachable, "ICMP: this host is isolated"),
        errno::ECONNRESET => (Class::Reset, "the peer reset the connection"),
        errno::ECONNABORTED => (Class::Reset, "the connection was aborted"),
        errno::EPIPE => (Class::Reset, "the peer reset the connection; nothing more can be sent"),
        errno::ENOTCONN => (Class::Reset, "the connection is gone"),
        errno::EADDRINUSE => (Class::Local, "the address is in use"),
        errno::EADDRNOTAVAIL if connecting => {
            (Class::Local, "the address is not one of this host's, or no free port is left")
        }
        errno::EADDRNOTAVAIL => (Class::Local, "the address is not one of this host's"),
        errno::EACCES if connecting || operation == FailedOperation::Send => (
            Class::Local,
            "not permitted: a local firewall's rule, a prohibit route, or a broadcast address (ask for broadcast to use it)",
        ),
        errno::EACCES => (Class::Local, "permission denied"),
        errno::EPERM => (Class::Local, "not permitted: a local firewall's rule, or a missing privilege"),
        errno::EMFILE => (Class::Local, "this process has no file descriptors left (see ulimit -n)"),
        errno::ENFILE => (Class::Local, "the system has no file descriptors left"),
        errno::ENOSPC => (Class::Local, "no space left"),
        errno::ENOMEM | errno::ENOBUFS => (Class::Local, "the kernel has no memory left for this"),
        errno::EAFNOSUPPORT => (Class::Local, "this host does not speak that address family"),
        errno::EMSGSIZE => (Class::Local, "the message is too long to be one datagram"),
        errno::ENOENT => (Class::Local, "no such file"),
        errno::EISDIR => (Class::Local, "a directory, not a file"),
        errno::EINVAL if connecting => {
            (Class::Local, "the kernel takes no such address here: a blackhole route, or an address without its zone")
        }
        _ => return None,
    };
    Some(known)
}

fn class_of_kind(operation: FailedOperation, kind: io::ErrorKind) -> Class {
    use io::ErrorKind as Kind;
    if kind == Kind::TimedOut && operation == FailedOperation::Connect {
        Class::ConnectTimeout
    } else if kind == Kind::TimedOut {
        Class::Unreachable
    } else if matches!(
        kind,
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe | Kind::UnexpectedEof | Kind::NotConnected
    ) {
        Class::Reset
    } else if kind == Kind::ConnectionRefused {
        Class::Refused
    } else if matches!(kind, Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown) {
        Class::Unreachable
    } else {
        Class::Local
    }
}

/// The system's text in our form: without the number, the first letter in lower case.
fn text(error: &io::Error) -> String {
    let whole = error.to_string();
    let words = whole.split(" (os error").next().unwrap_or(&whole).trim_end_matches('.');
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Why the system's look-up failed, in plain words: getaddrinfo's own texts mean little to most people.
///
/// The standard library returns getaddrinfo's error only as text, so this matches the C library's texts.
pub(crate) fn of_lookup(error: &io::Error) -> (Option<FailureReason>, String) {
    let words = text(error);
    let words = words.rsplit("failed to lookup address information: ").next().unwrap_or(&words);
    let known = [
        ("Name or service not known", FailureReason::NoSuchName, "there is no such name"),
        ("nodename nor servname provided", FailureReason::NoSuchName, "there is no such name"),
        ("No address associated with hostname", FailureReason::NoAddress, "the name has no address"),
        ("Temporary failure in name resolution", FailureReason::NameServerSilent, "no answer from a name server"),
        (
            "Non-recoverable failure in name resolution",
            FailureReason::NameServerRefused,
            "the name server refused to answer",
        ),
    ];
    known
        .iter()
        .find(|(theirs, _, _)| words.starts_with(theirs))
        .map_or_else(|| (None, words.to_owned()), |(_, reason, ours)| (Some(*reason), (*ours).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(operation: FailedOperation, code: i32) -> Class {
        from_io(operation, "peer", &io::Error::from_raw_os_error(code)).class
    }

    #[test]
    fn each_error_number_has_its_class() {
        assert_eq!(class(FailedOperation::Connect, errno::ECONNREFUSED), Class::Refused);
        assert_eq!(class(FailedOperation::Connect, errno::ETIMEDOUT), Class::ConnectTimeout);
        assert_eq!(class(FailedOperation::Read, errno::ETIMEDOUT), Class::Unreachable);
        assert_eq!(class(FailedOperation::Connect, errno::EHOSTUNREACH), Class::Unreachable);
        assert_eq!(class(FailedOperation::Read, errno::ECONNRESET), Class::Reset);
        assert_eq!(class(FailedOperation::Send, errno::EPIPE), Class::Reset);
        assert_eq!(class(FailedOperation::Bind, errno::EADDRINUSE), Class::Local);
        assert_eq!(class(FailedOperation::Read, errno::EISDIR), Class::Local);
    }

    #[test]
    fn an_address_that_cannot_be_had_is_told_with_what_to_do() {
        let message = |code, local: &str| {
            from_bind(FailedOperation::Bind, local.parse().unwrap(), &io::Error::from_raw_os_error(code)).message
        };
        assert!(message(errno::EADDRINUSE, "127.0.0.1:53").contains("choose another port"));
        assert!(message(errno::EACCES, "127.0.0.1:53").contains("try 8053"));
        assert!(message(errno::EADDRNOTAVAIL, "192.0.2.1:53").contains("try 0.0.0.0"));
        assert_eq!(
            message(errno::EMFILE, "[::1]:0"),
            from_io(FailedOperation::Bind, "", &io::Error::from_raw_os_error(errno::EMFILE)).message
        );
    }

    #[test]
    fn an_unknown_number_keeps_the_systems_words_and_its_number() {
        let failure = from_io(FailedOperation::Read, "x", &io::Error::from_raw_os_error(libc::EXDEV));
        assert_eq!(failure.os_code, Some(libc::EXDEV));
        assert!(!failure.message.contains("os error"), "{}", failure.message);
    }

    #[test]
    fn a_call_that_sends_nothing_has_no_icmp_error() {
        let local =
            [FailedOperation::SetOption, FailedOperation::GetOption, FailedOperation::Join, FailedOperation::Bind];
        for code in [errno::ENOPROTOOPT, errno::EPROTO, errno::EOPNOTSUPP] {
            for operation in local {
                let failure = from_io(operation, "x", &io::Error::from_raw_os_error(code));
                assert_eq!(failure.class, Class::Local, "{operation} {code}");
                assert!(!failure.message.contains("ICMP"), "{operation} {code}: {}", failure.message);
            }
            assert_eq!(class(FailedOperation::Connect, code), Class::Unreachable);
            assert_eq!(class(FailedOperation::Send, code), Class::Unreachable);
        }
    }

    #[test]
    fn a_failed_look_up_is_told_in_plain_words() {
        let error = io::Error::other("failed to lookup address information: Name or service not known");
        let failure = from_io(FailedOperation::Resolve, "name.invalid", &error);
        assert_eq!((failure.class, failure.message.as_str()), (Class::Resolve, "there is no such name"));
    }
}
