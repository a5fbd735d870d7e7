//! Sockets of the Unix domain (unix(7)): their addresses, who the peer is, and what the kernel queues.

use std::fmt;
use std::sync::Arc;

use crate::text::sanitize;
use crate::text::sanitize::quoted;

/// Length of `sun_path` in `struct sockaddr_un`, in bytes; the final 0 of a path is one of them.
pub const SUN_PATH: usize = if cfg!(any(target_os = "linux", target_os = "android")) { 108 } else { 104 };

/// The forms that [`UnixAddress::parse`] accepts.
pub const ACCEPTED: &str = "unix:PATH, as unix:/run/app.sock, or on Linux unix:@NAME for an abstract name";

/// The prefix of an address in text.
const PREFIX: &str = "unix:";

/// The address of a socket of the Unix domain. Not only UTF-8: a path is bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnixAddress {
    /// A socket that was never bound: nobody can connect to it, or answer it.
    Unnamed,
    /// A file.
    Path(Arc<[u8]>),
    /// A name in Linux' abstract namespace, without its leading 0: no file, gone with the last descriptor.
    Abstract(Arc<[u8]>),
}

impl UnixAddress {
    /// Parses an address that a user typed; `None`: the text does not begin with `unix:`, so that it is another kind of
    /// address.
    ///
    /// # Errors
    /// Fails if it is empty, has a byte that no path has, or does not fit into `sun_path`; the message says which.
    pub fn parse(text: &str) -> Option<Result<Self, String>> {
        let text = text.trim();
        let head = text.get(..PREFIX.len())?;
        let name = head.eq_ignore_ascii_case(PREFIX).then(|| &text[PREFIX.len()..])?;
        Some(match name.strip_prefix('@') {
            Some(name) => UnixAddress::abstract_name(name),
            None => UnixAddress::path(name),
        })
    }

    /// The address of a file.
    ///
    /// # Errors
    /// As [`UnixAddress::parse`].
    pub fn path(path: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("the path {} {why}; accepted: {ACCEPTED}", quoted(path)));
        if path.is_empty() {
            return wrong("is empty");
        }
        if path.contains('\0') {
            return wrong("has a 0 byte, which no path has");
        }
        if path.len() >= SUN_PATH {
            let most = SUN_PATH - 1;
            return wrong(&format!(
                "has {} bytes, and the kernel's address of a Unix socket has room for {most} (sun_path); a shorter \
                 path, from the current directory, or through a symbolic link, fits",
                path.len()
            ));
        }
        Ok(UnixAddress::Path(path.as_bytes().into()))
    }

    /// The address of an abstract name, given without `@`.
    ///
    /// # Errors
    /// As [`UnixAddress::parse`]; also where the system has no abstract names.
    pub fn abstract_name(name: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("the abstract name {} {why}; accepted: {ACCEPTED}", quoted(name)));
        if cfg!(not(any(target_os = "linux", target_os = "android"))) {
            return wrong("is not for this system: only Linux has abstract names");
        }
        if name.is_empty() {
            return wrong("is empty");
        }
        if name.len() >= SUN_PATH {
            return wrong(&format!("has {} bytes; there is room for {}", name.len(), SUN_PATH - 1));
        }
        Ok(UnixAddress::Abstract(name.as_bytes().into()))
    }

    /// The path as bytes; `None`: the address is no file.
    pub fn as_path(&self) -> Option<&[u8]> {
        match self {
            UnixAddress::Path(path) => Some(path),
            UnixAddress::Unnamed | UnixAddress::Abstract(_) => None,
        }
    }
}

/// As it is typed. A path is quoted by nothing: control characters, which a peer's own path may have, are neutralised.
impl fmt::Display for UnixAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnixAddress::Unnamed => f.write_str("unix:(unnamed)"),
            UnixAddress::Path(path) => write!(f, "unix:{}", sanitize::line_of(path)),
            UnixAddress::Abstract(name) => write!(f, "unix:@{}", sanitize::line_of(name)),
        }
    }
}

/// Whether a socket carries a stream of bytes, or datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnixForm {
    /// `SOCK_STREAM`.
    Stream,
    /// `SOCK_DGRAM`: whole messages, in order, and none is lost: a full queue makes the sender wait.
    Datagram,
}

impl UnixForm {
    /// The form that this one is not.
    pub fn other(self) -> Self {
        match self {
            UnixForm::Stream => UnixForm::Datagram,
            UnixForm::Datagram => UnixForm::Stream,
        }
    }

    /// The word in a title: `stream`, `dgram`.
    pub fn name(self) -> &'static str {
        match self {
            UnixForm::Stream => "stream",
            UnixForm::Datagram => "dgram",
        }
    }
}

/// Who the peer is, by SO_PEERCRED: of a socket that connected, the process that called `connect()`; of one that was
/// connected to, the one that called `listen()`. The process may have ended since, or have handed its socket on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeerCredentials {
    /// The process; `None` where the system does not say, or where the process is in a PID namespace that we do not see.
    pub pid: Option<u32>,
    /// Its effective user.
    pub uid: u32,
    /// Its effective group.
    pub gid: u32,
}

impl fmt::Display for PeerCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "process {pid}")?,
            None => f.write_str("process –")?,
        }
        write!(f, ", user {}, group {}", self.uid, self.gid)
    }
}

/// What the kernel queues for a socket of the Unix domain. What was sent is in the peer's receive queue at once: there
/// is no wire between the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnixQueues {
    /// Memory of the kernel for what we sent and the peer has not read (SIOCOUTQ): more than the bytes, for its own
    /// bookkeeping.
    pub send_memory_bytes: Option<u64>,
    /// The bound of that memory (SO_SNDBUF): beyond it a write waits.
    pub send_buffer_bytes: Option<u64>,
    /// Bytes that we sent and the peer has not read (sock_diag of the peer's socket); of datagrams, the next one.
    pub peer_unread_bytes: Option<u64>,
}

/// Connections that wait in a listener's queue for `accept()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AcceptQueue {
    /// How many wait now.
    pub waiting: u32,
    /// The bound: the backlog that `listen()` asked for, or the system's (net.core.somaxconn) if that is less. Linux
    /// takes one more than that.
    pub bound: u32,
    /// How often a full queue was met since this listener began (ListenOverflows). The kernel counts all TCP listeners
    /// of the network namespace together; a listener of the Unix domain has no such count.
    pub overflows: Option<u64>,
    /// How many packets to listeners were dropped since then (ListenDrops), counted in the same way.
    pub drops: Option<u64>,
}

/// `3 of 5`.
impl fmt::Display for AcceptQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.waiting, self.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Result<UnixAddress, String> {
        UnixAddress::parse(text).expect("it begins with unix:")
    }

    #[test]
    fn a_path_and_an_abstract_name_are_typed_as_they_are_shown() {
        assert_eq!(parsed("unix:/run/a.sock"), Ok(UnixAddress::Path(b"/run/a.sock"[..].into())));
        assert_eq!(parsed("UNIX:a.sock").map(|address| address.to_string()), Ok("unix:a.sock".to_owned()));
        assert_eq!(UnixAddress::parse("host:80"), None);
        assert_eq!(UnixAddress::parse("uni"), None);
        if cfg!(target_os = "linux") {
            assert_eq!(parsed("unix:@bus"), Ok(UnixAddress::Abstract(b"bus"[..].into())));
        }
    }

    #[test]
    fn an_address_that_no_socket_can_have_says_why() {
        let longest = format!("/{}", "a".repeat(SUN_PATH - 2));
        assert_eq!(parsed(&format!("unix:{longest}")).map(|address| address.to_string().len()), Ok(SUN_PATH + 4));
        for (text, part) in [
            ("unix:".to_owned(), "is empty"),
            ("unix:@".to_owned(), "is"),
            ("unix:/a\0b".to_owned(), "0 byte"),
            (format!("unix:{longest}b"), "sun_path"),
        ] {
            let why = parsed(&text).expect_err(&text);
            assert!(why.contains(part) && !why.chars().any(sanitize::is_hostile), "{why}");
        }
    }

    #[test]
    fn a_peers_own_name_cannot_act_on_a_terminal() {
        let address = UnixAddress::Abstract(b"\x1b[2J\xff\0"[..].into());
        assert!(!address.to_string().chars().any(sanitize::is_hostile), "{address}");
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_an_error(text in "(unix:)?.{0,120}") {
            if let Some(Ok(address)) = UnixAddress::parse(&text) {
                prop_assert!(!address.to_string().chars().any(sanitize::is_hostile));
            }
        }
    }
}
