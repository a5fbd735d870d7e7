//! A captured segment, with everything that could be derived for it.

use std::time::Instant;

use super::flags::TcpFlags;
use super::note::SegmentNote;
use super::parse::Segment;
use crate::text::quantity;
use crate::wire::direction::Direction;

/// How many captured segments of one session may wait to be read; further ones are only counted.
pub const MOST_SEGMENTS: usize = 8_192;

/// Segments of a session captured since the last reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureReading {
    /// Whether capture is on.
    pub on: bool,
    /// The segments, in the order in which the kernel saw them.
    pub segments: Vec<CapturedSegment>,
    /// Packets that passed but were not kept since the last reading: the kernel's queue or ours was full, or the packet
    /// could not be parsed. In a listener's capture it is unknown which connection they belong to.
    pub missed: u64,
}

/// How sequence numbers are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SequenceDisplay {
    /// From 0 at each end's SYN.
    #[default]
    Relative,
    /// As in the header.
    Absolute,
}

/// One captured segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedSegment {
    /// When the kernel saw it.
    pub at: Instant,
    /// Whether we sent or received it.
    pub direction: Direction,
    /// Its headers.
    pub segment: Segment,
    /// Its sequence number, relative to its sender's SYN; if the SYN was not captured, the first one seen is 1.
    pub relative_seq: i64,
    /// Its acknowledgement number, relative in the same way; `None` without ACK.
    pub relative_ack: Option<i64>,
    /// The next sequence number expected from its sender.
    pub next: i64,
    /// The window in bytes; `None` if the scale is unknown, because the SYN was not captured.
    pub window: Option<u64>,
    /// The stream offset of its first byte, from 0; `None` if unknown.
    pub byte: Option<u64>,
    /// How many segments it is on the wire, if one captured segment is several: the network device splits it (TSO) or
    /// merged it (GRO).
    pub offload: Option<u32>,
    /// Notes on it beyond its fields.
    pub notes: Vec<SegmentNote>,
    /// It is the first ACK of the other end's FIN.
    pub acks_fin: bool,
    /// It completes the handshake.
    pub completes_handshake: bool,
}

impl CapturedSegment {
    /// The sequence and the acknowledgement number, in the chosen display.
    pub fn numbers(&self, numbers: SequenceDisplay) -> (i64, Option<i64>) {
        match numbers {
            SequenceDisplay::Relative => (self.relative_seq, self.relative_ack),
            SequenceDisplay::Absolute => (self.segment.seq.into(), self.relative_ack.map(|_| self.segment.ack.into())),
        }
    }

    /// Whether it is only data or an acknowledgement, without notes: the most common kind.
    pub fn is_plain(&self) -> bool {
        let control = self.segment.flags.any(TcpFlags::SYN.union(TcpFlags::FIN).union(TcpFlags::RST));
        self.notes.is_empty() && !control && !self.acks_fin && !self.completes_handshake
    }

    /// Whether its payload contains this byte of its sender's stream.
    pub fn carries(&self, byte: u64) -> bool {
        self.byte.is_some_and(|first| (first..first + u64::from(self.segment.len)).contains(&byte))
    }

    /// The notes as one text.
    pub fn notes_text(&self) -> String {
        let mut notes: Vec<String> = self.notes.iter().map(|note| note.text()).collect();
        notes.extend(self.offload.map(|segments| format!("one capture of {segments} segments (offload)")));
        notes.join(" · ")
    }

    /// The text on its arrow in several lengths, the longest first.
    pub fn texts(&self, numbers: SequenceDisplay) -> Vec<String> {
        let (seq, ack) = self.numbers(numbers);
        let segment = &self.segment;
        let note = match (self.notes.is_empty(), self.offload) {
            (true, None) => String::new(),
            (true, Some(segments)) => format!("[{segments} segments] "),
            (false, _) => format!("[{}] ", self.notes.iter().map(|note| note.text()).collect::<Vec<_>>().join(", ")),
        };
        let len = if segment.len > 0 { format!("  {}", quantity::bytes(segment.len.into())) } else { String::new() };
        let short = format!("{note}{}{len}", segment.flags);
        let ack = ack.map_or(String::new(), |ack| format!("  ack {ack}"));
        let numbered = format!("{note}{}  seq {seq}{ack}{len}", segment.flags);
        let windowed = match self.window {
            Some(window) => format!("{numbered}  win {}", quantity::grouped(window)),
            None => format!("{numbered}  win {}≪–", segment.window),
        };
        let mut extra = segment.options.texts();
        extra.extend(segment.options.sack().iter().map(|(from, to)| {
            // The SACK blocks are numbers of the other end's stream, as the ACK is.
            let shift = self.relative_ack.map_or(0, |ack| ack - i64::from(segment.ack));
            let shift = if numbers == SequenceDisplay::Relative { shift } else { 0 };
            format!("sack {}–{}", i64::from(*from) + shift, i64::from(*to) + shift)
        }));
        let extra = extra.join(" ");
        let mut words = Vec::new();
        if !extra.is_empty() {
            words.extend([format!("{windowed}  {extra}"), format!("{numbered}  {extra}")]);
        }
        let telling = if segment.len > 0 || ack.is_empty() { format!("  seq {seq}{len}") } else { ack };
        words.extend([windowed, numbered, format!("{note}{}{telling}", segment.flags), short]);
        if !note.is_empty() {
            words.push(note.trim().to_owned());
        }
        words
    }
}
