//! Notes on a segment beyond its fields, by the names that Wireshark uses.

/// A note on a segment, derived from its numbers and those of earlier segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentNote {
    /// Bytes before this segment were not captured.
    Gap {
        /// How many bytes are missing.
        bytes: u64,
    },
    /// It acknowledges bytes that were not captured.
    AckedUnseen,
    /// It repeats bytes that were sent before.
    Retransmission,
    /// A retransmission soon after the third equal ACK.
    FastRetransmission,
    /// A retransmission of bytes that the other end had acknowledged.
    SpuriousRetransmission,
    /// It arrived after segments that were sent after it.
    OutOfOrder,
    /// It repeats an acknowledgement and has no other content.
    DuplicateAck {
        /// Its number, from 1.
        number: u32,
    },
    /// It advertises a closed window.
    ZeroWindow,
    /// It fills the other end's window to the last byte.
    WindowFull,
    /// It changes only the window.
    WindowUpdate,
    /// It begins one byte before the expected number, only to get an ACK.
    KeepAlive,
    /// The answer to a keep-alive.
    KeepAliveAck,
    /// A probe of a closed window.
    ZeroWindowProbe,
    /// The answer to such a probe: the window is still closed.
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

    /// The name, with its number if it has one.
    pub fn text(self) -> String {
        match self {
            SegmentNote::DuplicateAck { number } => format!("Dup ACK #{number}"),
            _ => self.name().to_owned(),
        }
    }

    /// Whether it is a retransmission.
    pub fn is_retransmission(self) -> bool {
        matches!(
            self,
            SegmentNote::Retransmission | SegmentNote::FastRetransmission | SegmentNote::SpuriousRetransmission
        )
    }

    /// The meaning, in a sentence or two.
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

    /// The source, as an RFC section.
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
