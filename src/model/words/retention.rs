//! How much of a session's transcript is kept, in words.

use crate::sessions::Transcript;
use crate::sessions::retention::MOST_SEGMENTS;
use crate::text::quantity;

/// The memory in use, of the most allowed: `1.5 MiB of 64 MiB`.
pub fn memory_text(transcript: &Transcript) -> String {
    let now = quantity::binary(transcript.memory_bytes() as u64);
    format!("{now} of {}", quantity::binary(transcript.retention().bytes as u64))
}

/// The number of kept segments, of the most allowed if that is bounded: `12,345 of 20,000`.
pub fn kept_segments(transcript: &Transcript) -> String {
    let now = quantity::grouped(transcript.kept_pieces() as u64);
    match transcript.retention().segments {
        MOST_SEGMENTS.. => now,
        most => format!("{now} of {}", quantity::grouped(most as u64)),
    }
}

/// Both: `1.5 MiB of 64 MiB · 12,345 segments`.
pub fn retention_text(transcript: &Transcript) -> String {
    format!("{} · {} segments", memory_text(transcript), kept_segments(transcript))
}
