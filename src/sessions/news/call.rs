//! A system call of ours, and its result.

use std::fmt;

/// A rare system call of ours that is told.
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
    /// Every one.
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

    /// The call of this name; `None`: it is none that is told.
    pub fn parse(name: &str) -> Option<Self> {
        SocketCall::ALL.iter().copied().find(|call| call.name() == name)
    }
}

impl fmt::Display for SocketCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a system call gave back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallResult {
    /// It worked, and returned this.
    Returned(i64),
    /// It failed.
    Failed {
        /// The system's error number.
        errno: i32,
        /// Its name, as `ECONNREFUSED`; empty where it has none.
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
