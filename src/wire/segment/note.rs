//! What a segment is beside its fields, by the names that Wireshark gives them.

/// What the numbers of a segment tell, seen beside those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Octets before this segment were not seen: so many.
    Gap {
        /// Octets that are missing.
        octets: u64,
    },
    /// It acknowledges octets that were not seen.
    AckedUnseen,
    /// Octets that were sent before.
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
    /// It fills the other side's window to the last octet.
    WindowFull,
    /// Nothing but another window.
    WindowUpdate,
    /// It begins one octet before what is expected: it only wants an ACK.
    KeepAlive,
    /// The answer to a keep-alive.
    KeepAliveAck,
    /// It asks a closed window whether it is open again.
    ZeroWindowProbe,
    /// The answer to such a probe: still closed.
    ZeroWindowProbeAck,
}

impl Note {
    /// The name that Wireshark shows, without "TCP" before it.
    pub fn name(self) -> &'static str {
        match self {
            Note::Gap { .. } => "Previous segment not captured",
            Note::AckedUnseen => "ACKed unseen segment",
            Note::Retransmission => "Retransmission",
            Note::FastRetransmission => "Fast Retransmission",
            Note::SpuriousRetransmission => "Spurious Retransmission",
            Note::OutOfOrder => "Out-Of-Order",
            Note::DuplicateAck { .. } => "Dup ACK",
            Note::ZeroWindow => "ZeroWindow",
            Note::WindowFull => "Window Full",
            Note::WindowUpdate => "Window Update",
            Note::KeepAlive => "Keep-Alive",
            Note::KeepAliveAck => "Keep-Alive ACK",
            Note::ZeroWindowProbe => "ZeroWindowProbe",
            Note::ZeroWindowProbeAck => "ZeroWindowProbeAck",
        }
    }

    /// The name, and its number where it has one.
    pub fn text(self) -> String {
        match self {
            Note::DuplicateAck { number } => format!("Dup ACK #{number}"),
            _ => self.name().to_owned(),
        }
    }

    /// Whether something was sent again.
    pub fn is_again(self) -> bool {
        matches!(self, Note::Retransmission | Note::FastRetransmission | Note::SpuriousRetransmission)
    }

    /// What it means, in a sentence or two.
    pub fn means(self) -> &'static str {
        match self {
            Note::Gap { .. } => {
                "Octets before these were not seen here: lost on the way, late, or missed by the capture."
            }
            Note::AckedUnseen => "It acknowledges octets that the capture missed.",
            Note::Retransmission => {
                "These octets were sent before: no ACK came in time, or one said that they are missing."
            }
            Note::FastRetransmission => "Three duplicate ACKs say that a segment is missing: sent without the timer.",
            Note::SpuriousRetransmission => "The other side had it already: its ACK was late or lost.",
            Note::OutOfOrder => "Segments that were sent later arrived before it.",
            Note::DuplicateAck { .. } => "A segment came that is not the next one: the same number is asked for again.",
            Note::ZeroWindow => "Its sender has no room left: the other side must wait.",
            Note::WindowFull => "It fills the room that the other side announced: nothing more may follow.",
            Note::WindowUpdate => "Nothing new but the window: its sender's program read.",
            Note::KeepAlive => "One octet before what is expected, so that an ACK must come: are you there?",
            Note::KeepAliveAck => "It answers a keep-alive: I am here.",
            Note::ZeroWindowProbe => {
                "The window is closed; this asks for an ACK that tells whether it still is. Linux asks with an old \
                 number, which other tools call Keep-Alive."
            }
            Note::ZeroWindowProbeAck => "Still no room.",
        }
    }

    /// Where it stands.
    pub fn cite(self) -> &'static str {
        match self {
            Note::Gap { .. } | Note::AckedUnseen | Note::OutOfOrder => "RFC 9293 §3.4",
            Note::Retransmission | Note::SpuriousRetransmission => "RFC 9293 §3.8.1",
            Note::FastRetransmission | Note::DuplicateAck { .. } => "RFC 5681 §3.2",
            Note::ZeroWindow | Note::WindowFull | Note::WindowUpdate => "RFC 9293 §3.8.6",
            Note::KeepAlive | Note::KeepAliveAck => "RFC 9293 §3.8.4",
            Note::ZeroWindowProbe | Note::ZeroWindowProbeAck => "RFC 9293 §3.8.6.1",
        }
    }
}
