//! What a UDP socket's errors mean, in words and with what to do.

use std::fmt::Display;
use std::io;

use crate::wire::{Class, Failure};

/// A failure of `operation` with `peer`, as the system told it.
pub(super) fn failure(operation: &'static str, peer: impl Display, error: &io::Error) -> Failure {
    let (class, message) = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            (Class::Refused, "refused: nobody listens on this port (ICMP port unreachable)".into())
        }
        io::ErrorKind::NetworkUnreachable => {
            (Class::Unreachable, "this machine has no route to that network: check the address and the routes".into())
        }
        io::ErrorKind::HostUnreachable => {
            (Class::Unreachable, "that host cannot be reached: nobody on its link answers for this address".into())
        }
        io::ErrorKind::AddrInUse => (
            Class::Local,
            "the address is in use by another socket: choose another port, or port 0 for a free one".into(),
        ),
        io::ErrorKind::AddrNotAvailable => (
            Class::Local,
            "no interface of this machine has this address: choose one that `ip address` shows, or 0.0.0.0".into(),
        ),
        io::ErrorKind::PermissionDenied if operation == "bind" => (
            Class::Local,
            "permission denied: ports below 1,024 need privileges; choose a port from 1,024 on, or port 0".into(),
        ),
        io::ErrorKind::PermissionDenied if error.raw_os_error() == Some(libc::EACCES) => {
            (Class::Local, "permission denied: it may be a broadcast address; ask for broadcast to use it".into())
        }
        _ => (Class::Local, plain(error)),
    };
    let mut failure = Failure::new(class, operation, peer.to_string(), message);
    failure.os_code = error.raw_os_error();
    failure
}

/// The failure to use a broadcast address that was not asked for: a typing error could reach a whole link.
pub(super) fn broadcast_not_asked_for(operation: &'static str, peer: impl Display) -> Failure {
    let message = "it is a broadcast address, which reaches every host on the link: ask for broadcast to use it";
    let mut failure = Failure::new(Class::Local, operation, peer.to_string(), message);
    failure.os_code = Some(libc::EACCES);
    failure
}

/// The system's sentence without its number, which a failure carries beside it.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_use_is_a_local_failure_that_says_what_to_do() {
        let error = io::Error::from_raw_os_error(libc::EADDRINUSE);
        let failure = failure("bind", "127.0.0.1:53", &error);
        assert_eq!(failure.class, Class::Local);
        assert_eq!(failure.os_code, Some(libc::EADDRINUSE));
        assert!(failure.message.contains("choose another port"), "{failure}");
    }

    #[test]
    fn an_error_without_words_of_ours_keeps_the_systems_words_without_the_number() {
        let error = io::Error::from_raw_os_error(libc::ENODEV);
        assert_eq!(failure("send", "", &error).message, "no such device");
    }
}
