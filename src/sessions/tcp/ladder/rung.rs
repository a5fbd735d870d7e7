//! One rung of a ladder.

use std::time::{Duration, Instant};

use crate::text::quantity;
use crate::wire::segment::{CapturedSegment, SequenceDisplay};
use crate::wire::tcp::state::TcpState;
use crate::wire::{Class, Direction, Evidence};

/// One thing between the two ends, or on our side of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// Its number: from 1, in the order in which we knew of it, never reused.
    pub id: u64,
    /// When it happened, as exactly as we know.
    pub at: Instant,
    /// How long after the first rung of its exchange; `None` for that first one.
    pub since: Option<Duration>,
    /// Which way it went; `None` where nothing crossed.
    pub direction: Option<Direction>,
    /// The call of ours that belongs to it.
    pub call: Option<SystemCall>,
    /// What it is.
    pub label: RungLabel,
    /// How we know.
    pub evidence: Evidence,
    /// The entry of the transcript where it stands; for a run, its first.
    pub entry: Option<u64>,
    /// The state that it led to.
    pub state: Option<TcpState>,
    /// How long after the write the kernel had the acknowledgement that this is.
    pub stamp: Option<Duration>,
    /// It stands for a call or a state only: its segment is captured elsewhere on the ladder, or was not captured.
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

/// A system call of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemCall {
    /// `connect()` was called.
    Connect,
    /// `connect()` returned well.
    Connected,
    /// `accept()` returned.
    Accept,
    /// `write()` took as many bytes.
    Write(u64),
    /// `read()` gave as many bytes; 0 is the peer's FIN.
    Read(u64),
    /// As many `write()` calls.
    Writes(u64),
    /// As many `read()` calls.
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
    /// The call as a person reads it, short.
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

/// What a rung is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RungLabel {
    /// A SYN, with what is known of its options: `mss 65495  sack  wscale 7`.
    Syn(String),
    /// A SYN that acknowledges the other.
    SynAck,
    /// The ACK that completes the handshake.
    HandshakeAck,
    /// An ACK of data: all bytes below this one of the stream, counted from 0.
    Ack {
        /// The byte that is expected next.
        byte: u64,
    },
    /// An ACK of data that the peer's kernel kept back, as [`RungLabel::Ack`].
    LateAck {
        /// The byte that is expected next.
        byte: u64,
        /// From when we sent the last byte to the ACK.
        after: Duration,
    },
    /// A write's last byte goes out only now: it waited in our kernel.
    Held {
        /// The first byte of the write, from 0.
        byte: u64,
        /// From the write to here.
        after: Duration,
    },
    /// Bytes of one write or one read.
    Data {
        /// How many.
        bytes: u64,
        /// The first one's place in the stream, from 0.
        byte: u64,
    },
    /// Many writes or reads, as one.
    Run {
        /// Calls.
        ops: u64,
        /// Bytes.
        bytes: u64,
        /// From the first to the last.
        lasted: Duration,
    },
    /// A FIN.
    Fin,
    /// The ACK of a FIN.
    AckOfFin,
    /// A FIN that acknowledges the other.
    FinAck,
    /// A RST.
    Rst,
    /// Something was sent again.
    Again {
        /// What: `SYN`, `data`, `FIN`.
        what: &'static str,
        /// How often; `None`: this cannot be known.
        times: Option<u64>,
    },
    /// Probes of a window that is closed.
    WindowProbe {
        /// How many.
        times: u64,
    },
    /// Probes of a peer that is silent.
    KeepaliveProbe {
        /// How many.
        times: u64,
    },
    /// The sender of this has no room left to receive.
    WindowClosed,
    /// The sender of this has room again.
    WindowOpened {
        /// How many bytes.
        bytes: u64,
    },
    /// Nothing happened.
    Silence(Duration),
    /// Nobody answered.
    NoAnswer,
    /// A router or the host said that there is no way: its words.
    Unreachable(String),
    /// Bytes that were counted, and not kept to be looked at.
    NotKept {
        /// How many.
        bytes: u64,
    },
    /// A change of our state without a segment.
    State,
    /// An option of the socket that was set: the call's arguments.
    Set(String),
    /// A segment that was captured.
    Segment(Box<CapturedSegment>),
    /// Many captured segments, as one.
    Segments {
        /// How many.
        segments: u64,
        /// Bytes in them.
        bytes: u64,
        /// How many of them were sent again.
        again: u64,
        /// How many of them are something else that has a name: duplicate ACKs, window updates.
        noted: u64,
        /// The place of their first byte in the stream, where it is known.
        byte: Option<u64>,
        /// From the first to the last.
        lasted: Duration,
    },
    /// Capture began, or ended.
    Capture(bool),
    /// Packets that passed and were not captured.
    NotCaptured {
        /// How many.
        packets: u64,
    },
}

impl RungLabel {
    /// The words on the arrow.
    pub fn text(&self) -> String {
        match self {
            RungLabel::Syn(options) if options.is_empty() => "SYN  seq 0".to_owned(),
            RungLabel::Syn(options) => format!("SYN  seq 0  {options}"),
            RungLabel::SynAck => "SYN-ACK  seq 0  ack 1".to_owned(),
            RungLabel::HandshakeAck => "ACK  ack 1".to_owned(),
            RungLabel::Ack { byte } => format!("ACK  ack {}", byte + 1),
            RungLabel::LateAck { byte, after } => {
                format!("ACK  ack {}  {} late", byte + 1, quantity::duration(*after))
            }
            RungLabel::Held { byte, after } => format!("seq {}  held {}", byte + 1, quantity::duration(*after)),
            RungLabel::Data { bytes, byte } => format!("{}  seq {}", quantity::bytes(*bytes), byte + 1),
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
            RungLabel::Unreachable(words) => words.clone(),
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

    /// The words without the numbers of the stream, for where there is little room.
    pub fn short_text(&self) -> String {
        match self {
            RungLabel::Syn(_) => "SYN".to_owned(),
            RungLabel::SynAck => "SYN-ACK".to_owned(),
            RungLabel::HandshakeAck | RungLabel::Ack { .. } | RungLabel::LateAck { .. } => "ACK".to_owned(),
            RungLabel::Held { after, .. } => format!("held {}", quantity::duration(*after)),
            RungLabel::Data { bytes, .. } | RungLabel::Run { bytes, .. } => quantity::bytes(*bytes),
            RungLabel::Segments { segments, .. } => format!("{} segments", quantity::grouped(*segments)),
            _ => self.text(),
        }
    }

    /// The words on the arrow, the longest way first.
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

/// What the ladder reads of a kernel's sample: counters whose steps are events on the wire. `None`: not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelCounters {
    /// The state.
    pub state: Option<TcpState>,
    /// Segments sent again, since the start.
    pub retransmits: Option<u64>,
    /// Probes without an answer, now.
    pub probes: Option<u64>,
    /// How often the timer was doubled, now.
    pub backoff: Option<u64>,
    /// The peer's window in bytes.
    pub peer_window: Option<u64>,
    /// Our window in bytes.
    pub our_window: Option<u64>,
    /// The shortest round trip so far.
    pub min_rtt: Option<Duration>,
}
