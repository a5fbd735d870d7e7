//! The operation that failed.

use std::fmt;

/// An operation that can fail, by a verb that a person knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailedOperation {
    /// `accept(2)`: taking a connection from a listener's queue.
    Accept,
    /// A query to a name server.
    Ask,
    /// `bind(2)`: taking a local address.
    Bind,
    /// Capturing a connection's packets.
    Capture,
    /// Ending a UDP session.
    Close,
    /// `connect(2)`, and the handshakes that follow it.
    Connect,
    /// Decoding a body's content coding.
    Decode,
    /// Half-closing: `shutdown(2)`, no more data to send.
    Finish,
    /// Following a redirect.
    Follow,
    /// `getsockopt(2)`.
    GetOption,
    /// Joining a multicast group.
    Join,
    /// Leaving a multicast group.
    Leave,
    /// Limiting how many connections a listener accepts.
    Limit,
    /// Waiting for connections (`listen(2)`).
    Listen,
    /// Creating a UDP socket.
    Open,
    /// An order that this kind of session does not support.
    Order,
    /// Creating an HTTP client.
    Prepare,
    /// Searching for the path MTU, or probing for something else.
    Probe,
    /// Reading from a connection or a file, or parsing what the user wrote.
    Read,
    /// Receiving datagrams.
    Receive,
    /// Sending the same datagram again and again.
    Repeat,
    /// An HTTP request, up to the head of its response.
    Request,
    /// Ending a connection by RST.
    Reset,
    /// Resolving a name with the system's resolver.
    Resolve,
    /// Running a session's task.
    Run,
    /// Reading the kernel's gauges.
    Sample,
    /// Sending bytes or a datagram.
    Send,
    /// `setsockopt(2)`.
    SetOption,
    /// Verifying a certificate.
    Verify,
}

impl FailedOperation {
    /// Every operation.
    pub const ALL: &[FailedOperation] = &[
        FailedOperation::Accept,
        FailedOperation::Ask,
        FailedOperation::Bind,
        FailedOperation::Capture,
        FailedOperation::Close,
        FailedOperation::Connect,
        FailedOperation::Decode,
        FailedOperation::Finish,
        FailedOperation::Follow,
        FailedOperation::GetOption,
        FailedOperation::Join,
        FailedOperation::Leave,
        FailedOperation::Limit,
        FailedOperation::Listen,
        FailedOperation::Open,
        FailedOperation::Order,
        FailedOperation::Prepare,
        FailedOperation::Probe,
        FailedOperation::Read,
        FailedOperation::Receive,
        FailedOperation::Repeat,
        FailedOperation::Request,
        FailedOperation::Reset,
        FailedOperation::Resolve,
        FailedOperation::Run,
        FailedOperation::Sample,
        FailedOperation::Send,
        FailedOperation::SetOption,
        FailedOperation::Verify,
    ];

    /// The word on the card, in `--json` and in `assets/explain.toml`: `connect`.
    pub fn name(self) -> &'static str {
        match self {
            FailedOperation::Accept => "accept",
            FailedOperation::Ask => "ask for",
            FailedOperation::Bind => "bind",
            FailedOperation::Capture => "capture",
            FailedOperation::Close => "close",
            FailedOperation::Connect => "connect",
            FailedOperation::Decode => "decode",
            FailedOperation::Finish => "finish",
            FailedOperation::Follow => "follow",
            FailedOperation::GetOption => "getsockopt",
            FailedOperation::Join => "join",
            FailedOperation::Leave => "leave",
            FailedOperation::Limit => "limit",
            FailedOperation::Listen => "listen",
            FailedOperation::Open => "open",
            FailedOperation::Order => "order",
            FailedOperation::Prepare => "prepare",
            FailedOperation::Probe => "probe",
            FailedOperation::Read => "read",
            FailedOperation::Receive => "receive",
            FailedOperation::Repeat => "repeat",
            FailedOperation::Request => "request",
            FailedOperation::Reset => "reset",
            FailedOperation::Resolve => "resolve",
            FailedOperation::Run => "run",
            FailedOperation::Sample => "sample",
            FailedOperation::Send => "send",
            FailedOperation::SetOption => "setsockopt",
            FailedOperation::Verify => "verify",
        }
    }

    /// Parses a name; `None`: there is no such operation.
    pub fn parse(name: &str) -> Option<Self> {
        FailedOperation::ALL.iter().copied().find(|operation| operation.name() == name)
    }
}

impl fmt::Display for FailedOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_is_read_back_by_its_name() {
        for operation in FailedOperation::ALL {
            assert_eq!(FailedOperation::parse(operation.name()), Some(*operation));
        }
        assert_eq!(FailedOperation::parse("odd"), None);
    }
}
