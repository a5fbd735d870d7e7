//! A system call, and its result.

use std::fmt;

/// A rare system call that is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SocketCall {
    /// `connect(2)`.
    Connect,
    /// `shutdown(2)`.
    Shutdown,
    /// `close(2)`.
    Close,
    /// `setsockopt(2)`.
    SetOption,
}

impl SocketCall {
    /// Every call.
    pub const ALL: &[SocketCall] =
        &[SocketCall::Connect, SocketCall::Shutdown, SocketCall::Close, SocketCall::SetOption];

    /// Its name, as `connect`.
    pub fn name(self) -> &'static str {
        match self {
            SocketCall::Connect => "connect",
            SocketCall::Shutdown => "shutdown",
            SocketCall::Close => "close",
            SocketCall::SetOption => "setsockopt",
        }
    }

    /// Parses a name; `None`: no reported call has it.
    pub fn parse(name: &str) -> Option<Self> {
        SocketCall::ALL.iter().copied().find(|call| call.name() == name)
    }
}

impl fmt::Display for SocketCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Result of a system call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallResult {
    /// It succeeded and returned this number.
    Returned(i64),
    /// It failed.
    Failed {
        /// The system's error number.
        errno: i32,
        /// The error's name, as `ECONNREFUSED`; empty if it has none.
        name: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_read_back_by_its_name() {
        for call in SocketCall::ALL {
            assert_eq!(SocketCall::parse(call.name()), Some(*call));
        }
    }
}
