//! What a segment is beside its fields, by the names that Wireshark gives them.

/// What the numbers of a segment tell, seen beside those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentNote {
    /// Bytes before this segment were not seen: so many.
    Gap {
        /// Bytes that are missing.
        bytes: u64,
    },
    /// It acknowledges bytes that were not seen.
    AckedUnseen,
    /// Bytes that were sent before.
    Retransmission,
    /// Sent again soon after the third ACK that asked for it.
    FastRetransmission,
    /// Sent again although the other side had acknowledged it.
    SpuriousRetransmission,
    /// It comes after segments that were sent after it.
    OutOfOrder,
    /// It acknowledges what was acknowledged before, and says nothing else.
    DuplicateAck {
        /// The first repetition is 1.
        number: u32,
    },
    /// Its sender has no room left.
    ZeroWindow,
    /// It fills the other side's window to the last byte.
    WindowFull,
    /// Nothing but another window.
    WindowUpdate,
    /// It begins one byte before what is expected: it only wants an ACK.
    KeepAlive,
    /// The answer to a keep-alive.
    KeepAliveAck,
    /// It asks a closed window whether it is open again.
    ZeroWindowProbe,
    /// The answer to such a probe: still closed.
    ZeroWindowProbeAck,
}

impl SegmentNote {
    /// The name that Wireshark shows, without "TCP" before it.
    pub fn name(self) -> &'static str {
        match self {
            SegmentNote::Gap { .. } => "Previous segment not captured",
            SegmentNote::AckedUnseen => "ACKed unseen segment",
            SegmentNote::Retransmission => "Retransmission",
            SegmentNote::FastRetransmission => "Fast Retransmission",
            SegmentNote::SpuriousRetransmission => "Spurious Retransmission",
            SegmentNote::OutOfOrder => "Out-Of-Order",
            SegmentNote::DuplicateAck { .. } => "Dup ACK",
            SegmentNote::ZeroWindow => "ZeroWindow",
            SegmentNote::WindowFull => "Window Full",
            SegmentNote::WindowUpdate => "Window Update",
            SegmentNote::KeepAlive => "Keep-Alive",
            SegmentNote::KeepAliveAck => "Keep-Alive ACK",
            SegmentNote::ZeroWindowProbe => "ZeroWindowProbe",
            SegmentNote::ZeroWindowProbeAck => "ZeroWindowProbeAck",
        }
    }

    /// The name, and its number where it has one.
    pub fn text(self) -> String {
        match self {
            SegmentNote::DuplicateAck { number } => format!("Dup ACK #{number}"),
            _ => self.name().to_owned(),
        }
    }

    /// Whether something was sent again.
    pub fn is_retransmission(self) -> bool {
        matches!(
            self,
            SegmentNote::Retransmission | SegmentNote::FastRetransmission | SegmentNote::SpuriousRetransmission
        )
    }

    /// What it means, in a sentence or two.
    pub fn meaning(self) -> &'static str {
        match self {
            SegmentNote::Gap { .. } => {
                "Bytes before these were not seen here: lost on the way, late, or missed by the capture."
            }
            SegmentNote::AckedUnseen => "It acknowledges bytes that the capture missed.",
            SegmentNote::Retransmission => {
                "These bytes were sent before: no ACK came in time, or one said that they are missing."
            }
            SegmentNote::FastRetransmission => {
                "Three duplicate ACKs say that a segment is missing: sent without the timer."
            }
            SegmentNote::SpuriousRetransmission => "The other side had it already: its ACK was late or lost.",
            SegmentNote::OutOfOrder => "Segments that were sent later arrived before it.",
            SegmentNote::DuplicateAck { .. } => {
                "A segment came that is not the next one: the same number is asked for again."
            }
            SegmentNote::ZeroWindow => "Its sender has no room left: the other side must wait.",
            SegmentNote::WindowFull => "It fills the room that the other side announced: nothing more may follow.",
            SegmentNote::WindowUpdate => "Nothing new but the window: its sender's program read.",
            SegmentNote::KeepAlive => "One byte before what is expected, so that an ACK must come: are you there?",
            SegmentNote::KeepAliveAck => "It answers a keep-alive: I am here.",
            SegmentNote::ZeroWindowProbe => {
                "The window is closed; this asks for an ACK that tells whether it still is. Linux asks with an old \
                 number, which other tools call Keep-Alive."
            }
            SegmentNote::ZeroWindowProbeAck => "Still no room.",
        }
    }

    /// Where it stands.
    pub fn cite(self) -> &'static str {
        match self {
            SegmentNote::Gap { .. } | SegmentNote::AckedUnseen | SegmentNote::OutOfOrder => "RFC 9293 §3.4",
            SegmentNote::Retransmission | SegmentNote::SpuriousRetransmission => "RFC 9293 §3.8.1",
            SegmentNote::FastRetransmission | SegmentNote::DuplicateAck { .. } => "RFC 5681 §3.2",
            SegmentNote::ZeroWindow | SegmentNote::WindowFull | SegmentNote::WindowUpdate => "RFC 9293 §3.8.6",
            SegmentNote::KeepAlive | SegmentNote::KeepAliveAck => "RFC 9293 §3.8.4",
            SegmentNote::ZeroWindowProbe | SegmentNote::ZeroWindowProbeAck => "RFC 9293 §3.8.6.1",
        }
    }
}
