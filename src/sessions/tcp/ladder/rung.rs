//! One rung of a ladder.

use std::time::{Duration, Instant};

use crate::text::quantity;
use crate::wire::segment::{CapturedSegment, SequenceDisplay};
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Direction, Evidence};

/// One event between the two ends, or at our end.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// Its number: from 1, in the order of creation, never reused.
    pub id: u64,
    /// When it happened, as exactly as is known.
    pub at: Instant,
    /// The time since the first rung of its exchange; `None` for that first one.
    pub since: Option<Duration>,
    /// The direction of its segment; `None` if nothing was sent.
    pub direction: Option<Direction>,
    /// The system call that belongs to it.
    pub call: Option<SystemCall>,
    /// What happened.
    pub label: RungLabel,
    /// How we know it.
    pub evidence: Evidence,
    /// Its entry in the transcript; for a run, the first entry.
    pub entry: Option<u64>,
    /// The state that the connection entered with it.
    pub state: Option<TcpState>,
    /// The kernel's timestamp of this acknowledgement, as the time since the write.
    pub stamp: Option<Duration>,
    /// It shows a call or a state only: its segment has another rung, or was not captured.
    pub lone: bool,
}

impl Rung {
    pub(super) fn with_direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    pub(super) fn with_call(mut self, call: SystemCall) -> Self {
        self.call = Some(call);
        self
    }
}

/// A system call that we made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemCall {
    /// `connect()` was called.
    Connect,
    /// `connect()` succeeded.
    Connected,
    /// `accept()` returned.
    Accept,
    /// `write()` accepted this many bytes.
    Write(u64),
    /// `read()` returned this many bytes; 0 is the peer's FIN.
    Read(u64),
    /// This many `write()` calls.
    Writes(u64),
    /// This many `read()` calls.
    Reads(u64),
    /// `shutdown(SHUT_WR)`.
    Shutdown,
    /// `close()`.
    Close,
    /// A close with linger 0.
    Abort,
    /// A call that failed, with the class of its failure.
    Failed(Class),
    /// `setsockopt()`.
    SetOption,
}

impl SystemCall {
    /// The call as short text.
    pub fn text(&self) -> String {
        match self {
            SystemCall::Connect => "connect()".to_owned(),
            SystemCall::Connected => "→ Ok".to_owned(),
            SystemCall::Accept => "accept()".to_owned(),
            SystemCall::Write(bytes) => format!("write({})", short_count(*bytes)),
            SystemCall::Read(bytes) => format!("read → {}", short_count(*bytes)),
            SystemCall::Writes(calls) => format!("{}× write", short_count(*calls)),
            SystemCall::Reads(calls) => format!("{}× read", short_count(*calls)),
            SystemCall::Shutdown => "shutdown".to_owned(),
            SystemCall::Close => "close()".to_owned(),
            SystemCall::Abort => "linger 0".to_owned(),
            SystemCall::Failed(class) => format!("→ {}", brief(*class)),
            SystemCall::SetOption => "setsockopt".to_owned(),
        }
    }
}

fn brief(class: Class) -> &'static str {
    match class {
        Class::Refused => "refused",
        Class::Reset => "reset",
        Class::ConnectTimeout => "timed out",
        Class::Unreachable => "no route",
        _ => "failed",
    }
}

/// A count without a unit, in five columns: `1,204`, then `262k`, then `1.2M`.
fn short_count(count: u64) -> String {
    match count {
        0..10_000 => quantity::grouped(count),
        10_000..1_000_000 => format!("{}k", count / 1_000),
        1_000_000.. => quantity::bytes(count).trim_end_matches('B').replace(' ', ""),
    }
}

/// What happened on a rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RungLabel {
    /// A SYN, with what is known of its options: `mss 65495  sack  wscale 7`.
    Syn(String),
    /// A SYN with an ACK of the other end's SYN.
    SynAck,
    /// The ACK that completes the handshake.
    HandshakeAck,
    /// An ACK of data: of all bytes of the stream below this one, counted from 0.
    Ack {
        /// The next byte that the sender of the ACK expects.
        byte: u64,
    },
    /// An ACK of data that the peer's kernel delayed, as [`RungLabel::Ack`].
    LateAck {
        /// The next byte that the sender of the ACK expects.
        byte: u64,
        /// How much later than a round trip the ACK came.
        after: Duration,
    },
    /// A write's last byte was sent late: it waited in our kernel.
    Held {
        /// The first byte of the write, from 0.
        byte: u64,
        /// From the write until it was sent.
        after: Duration,
    },
    /// Bytes of one write or one read.
    Data {
        /// How many.
        bytes: u64,
        /// The stream offset of the first byte, from 0.
        byte: u64,
    },
    /// Many writes or reads, combined.
    Run {
        /// How many calls.
        ops: u64,
        /// How many bytes.
        bytes: u64,
        /// From the first call to the last.
        lasted: Duration,
    },
    /// A FIN.
    Fin,
    /// The ACK of a FIN.
    AckOfFin,
    /// A FIN with an ACK of the other end's FIN.
    FinAck,
    /// A RST.
    Rst,
    /// A retransmission.
    Again {
        /// What: `SYN`, `data`, `FIN`.
        what: &'static str,
        /// How many times; `None`: unknown.
        times: Option<u64>,
    },
    /// A write's last segment was sent again, as the kernel's timestamps show.
    SentAgain {
        /// The first byte of the write, from 0.
        byte: u64,
    },
    /// Probes of a closed window.
    WindowProbe {
        /// How many.
        times: u64,
    },
    /// Probes of a silent peer.
    KeepaliveProbe {
        /// How many.
        times: u64,
    },
    /// The sender of this has no room left to receive: its window is closed.
    WindowClosed,
    /// The sender of this has room again: its window is open.
    WindowOpened {
        /// How many bytes.
        bytes: u64,
    },
    /// A pause without events.
    Silence(Duration),
    /// No answer came.
    NoAnswer,
    /// A router or the host reported that the peer is unreachable: the message.
    Unreachable(String),
    /// The call failed, and no message says why: ARP had no answer, or the kernel gave up.
    NoWay(String),
    /// A call failed at once, and nothing was sent: the message.
    NothingSent(String),
    /// Bytes that were counted but not kept.
    NotKept {
        /// How many.
        bytes: u64,
    },
    /// A change of our state without a segment.
    State,
    /// A socket option was set: the call's arguments.
    Set(String),
    /// A captured segment.
    Segment(Box<CapturedSegment>),
    /// Many captured segments, combined.
    Segments {
        /// How many.
        segments: u64,
        /// How many bytes of payload.
        bytes: u64,
        /// How many of them are retransmissions.
        again: u64,
        /// How many of them have another note: duplicate ACK, window update.
        noted: u64,
        /// The stream offset of their first byte, if it is known.
        byte: Option<u64>,
        /// From the first segment to the last.
        lasted: Duration,
    },
    /// Capture was turned on (true) or off.
    Capture(bool),
    /// Packets that passed and were not captured.
    NotCaptured {
        /// How many.
        packets: u64,
    },
}

impl RungLabel {
    /// The text on the arrow.
    pub fn text(&self) -> String {
        match self {
            RungLabel::Syn(options) if options.is_empty() => "SYN  seq 0".to_owned(),
            RungLabel::Syn(options) => format!("SYN  seq 0  {options}"),
            RungLabel::SynAck => "SYN-ACK  seq 0  ack 1".to_owned(),
            RungLabel::HandshakeAck => "ACK  ack 1".to_owned(),
            RungLabel::Ack { byte } => format!("ACK  ack {}", byte.saturating_add(1)),
            RungLabel::LateAck { byte, after } => {
                format!("ACK  ack {}  {} late", byte.saturating_add(1), quantity::duration(*after))
            }
            RungLabel::SentAgain { byte } => format!("seq {}  sent again", byte.saturating_add(1)),
            RungLabel::Held { byte, after } => {
                format!("seq {}  held {}", byte.saturating_add(1), quantity::duration(*after))
            }
            RungLabel::Data { bytes, byte } => format!("{}  seq {}", quantity::bytes(*bytes), byte.saturating_add(1)),
            RungLabel::Run { bytes, lasted, .. } => {
                format!("{} in {}", quantity::bytes(*bytes), quantity::duration(*lasted))
            }
            RungLabel::Fin => "FIN".to_owned(),
            RungLabel::AckOfFin => "ACK of FIN".to_owned(),
            RungLabel::FinAck => "FIN  ACK of FIN".to_owned(),
            RungLabel::Rst => "RST".to_owned(),
            RungLabel::Again { what, times: Some(1) | None } => format!("{what} again"),
            RungLabel::Again { what, times: Some(times) } => format!("{what} again, {times}×"),
            RungLabel::WindowProbe { times: 1 } => "zero-window probe".to_owned(),
            RungLabel::WindowProbe { times } => format!("zero-window probe, {times}×"),
            RungLabel::KeepaliveProbe { times: 1 } => "keepalive probe".to_owned(),
            RungLabel::KeepaliveProbe { times } => format!("keepalive probe, {times}×"),
            RungLabel::WindowClosed => "window 0".to_owned(),
            RungLabel::WindowOpened { bytes } => format!("window {}", quantity::grouped(*bytes)),
            RungLabel::Silence(lasted) => format!("{} of silence", quantity::duration(*lasted)),
            RungLabel::NoAnswer => "no answer".to_owned(),
            RungLabel::Unreachable(words) | RungLabel::NoWay(words) | RungLabel::NothingSent(words) => words.clone(),
            RungLabel::NotKept { bytes } => format!("⋯ {} bytes not kept ⋯", quantity::grouped(*bytes)),
            RungLabel::State => String::new(),
            RungLabel::Set(args) => args.clone(),
            RungLabel::Segment(captured) => {
                captured.texts(SequenceDisplay::Relative).into_iter().next().unwrap_or_default()
            }
            RungLabel::Segments { segments, bytes, again, noted, lasted, .. } => {
                let mut text = format!("{} segments", quantity::grouped(*segments));
                if *bytes > 0 {
                    text.push_str(&format!(" · {}", quantity::bytes(*bytes)));
                }
                text.push_str(&format!(" in {}", quantity::duration(*lasted)));
                for (count, what) in [(*again, "sent again"), (*noted, "noted")] {
                    if count > 0 {
                        text.push_str(&format!(" · {} {what}", quantity::grouped(count)));
                    }
                }
                text
            }
            RungLabel::Capture(true) => "capture begins".to_owned(),
            RungLabel::Capture(false) => "capture ends".to_owned(),
            RungLabel::NotCaptured { packets } => format!("⋯ {} packets not captured ⋯", quantity::grouped(*packets)),
        }
    }

    /// The text without stream offsets, for narrow places.
    pub fn short_text(&self) -> String {
        match self {
            RungLabel::Syn(_) => "SYN".to_owned(),
            RungLabel::SynAck => "SYN-ACK".to_owned(),
            RungLabel::HandshakeAck | RungLabel::Ack { .. } | RungLabel::LateAck { .. } => "ACK".to_owned(),
            RungLabel::SentAgain { .. } => "sent again".to_owned(),
            RungLabel::Held { after, .. } => format!("held {}", quantity::duration(*after)),
            RungLabel::Data { bytes, .. } | RungLabel::Run { bytes, .. } => quantity::bytes(*bytes),
            RungLabel::Segments { segments, .. } => format!("{} segments", quantity::grouped(*segments)),
            _ => self.text(),
        }
    }

    /// The text on the arrow in several lengths, the longest first.
    pub fn texts(&self, numbers: SequenceDisplay) -> Vec<String> {
        match self {
            RungLabel::Segment(captured) => captured.texts(numbers),
            RungLabel::Segments { segments, bytes, .. } => {
                let middle = format!("{} segments · {}", quantity::grouped(*segments), quantity::bytes(*bytes));
                vec![self.text(), middle, self.short_text()]
            }
            _ => vec![self.text(), self.short_text()],
        }
    }
}

/// Kernel counters whose changes become rungs. `None`: not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelCounters {
    /// The state.
    pub state: Option<TcpState>,
    /// Segments retransmitted since the start.
    pub retransmits: Option<u64>,
    /// Probes currently unanswered.
    pub probes: Option<u64>,
    /// How often the current timer was doubled.
    pub backoff: Option<u64>,
    /// The peer's window in bytes.
    pub peer_window: Option<u64>,
    /// Our window in bytes.
    pub our_window: Option<u64>,
    /// The shortest round trip so far.
    pub min_rtt: Option<Duration>,
    /// Bytes that we sent and the peer did not acknowledge; a FIN counts as one.
    pub send_queue: Option<u64>,
    /// The time from the sample until a timer fires that sends something again, or a probe; `None`: none runs, or it is
    /// not known.
    pub timer: Option<Duration>,
}
