//! Where a message's body ends, and whether the connection stays.

/// How the end of a body is known (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFraming {
    /// By its length in bytes.
    Length(u64),
    /// By its last chunk.
    Chunked,
    /// By the end of the connection.
    UntilClose,
    /// There is no body.
    Bodiless(BodilessCause),
    /// What follows is no longer HTTP.
    Tunnel(TunnelCause),
    /// It cannot be known: an error follows the head.
    Unknown,
}

/// Why a message has no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodilessCause {
    /// It answers HEAD.
    Head,
    /// It is an interim response.
    Interim,
    /// Status 204.
    NoContent,
    /// Status 304.
    NotModified,
    /// A request that announces none.
    NotAnnounced,
}

/// What made a tunnel of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TunnelCause {
    /// 2xx to CONNECT (RFC 9110 §9.3.6).
    Connect,
    /// 101 (RFC 9110 §7.8).
    Upgrade,
}

/// Whether another message may follow on the connection (RFC 9112 §9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// It may.
    Kept,
    /// It may not.
    Closes(CloseCause),
}

/// Why a connection is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCause {
    /// The head says `Connection: close`.
    ConnectionClose,
    /// The version does not keep connections, and the head says no `Connection: keep-alive`.
    OldVersion,
    /// The body goes until the end of the connection.
    UntilClose,
    /// The head breaks a rule of framing: where the message ends, others may see it end elsewhere.
    FramingInDoubt,
    /// The peer has finished.
    PeerFinished,
}

impl CloseCause {
    /// The cause in plain words.
    pub fn words(self) -> &'static str {
        match self {
            CloseCause::ConnectionClose => "the head says Connection: close",
            CloseCause::OldVersion => "the version does not keep connections, and the head does not say keep-alive",
            CloseCause::UntilClose => "the body goes until the end of the connection",
            CloseCause::FramingInDoubt => "the head breaks a rule about the body's end",
            CloseCause::PeerFinished => "the peer has finished",
        }
    }
}
