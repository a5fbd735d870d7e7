//! Rungs from the kernel's timestamps of our writes: when a write was sent, sent again, and acknowledged.

use std::time::{Duration, Instant};

use super::ladder::{LATE, Ladder, SILENCE};
use super::rung::{Rung, RungLabel};
use crate::wire::{Direction, Evidence};

/// A write that was first sent at least this long after the call was held back by our kernel.
const HELD: Duration = Duration::from_millis(5);

/// An ACK that took at least this much longer than a round trip was delayed: Linux delays ACKs by at least 40 ms.
const LATE_ACK: Duration = Duration::from_millis(30);

impl Ladder {
    /// Applies the timestamps of the write that ended below `byte`, each as the time since the write: when it was first
    /// sent, when it was sent again, and when it was acknowledged. A wait in our kernel has a rung of its own, each
    /// retransmission has one, and a late ACK is labelled as late.
    pub(super) fn on_stamps(&mut self, byte: u64, sent: Option<Duration>, again: &[Duration], acked: Option<Duration>) {
        if self.capture.on {
            if let Some(acked) = acked {
                self.on_captured_stamp(byte, acked);
            }
            return;
        }
        if let Some(acked) = acked {
            self.acknowledged(byte, acked);
        }
        self.sent_again(byte, again, acked);
        let Some(sent) = sent else { return };
        let last_sent = again.last().copied().unwrap_or(sent);
        let own = |rung: &&mut Rung| rung.label == RungLabel::Ack { byte };
        if let Some(acked) = acked
            && let late = acked.saturating_sub(last_sent).saturating_sub(self.counters.min_rtt.unwrap_or_default())
            && late >= LATE_ACK
            && let Some(ack) = self.rungs.iter_mut().rev().take(LATE).find(own)
        {
            ack.label = RungLabel::LateAck { byte, after: late };
        }
        if sent >= HELD {
            self.insert_after_write(byte, sent, Direction::Sent, |first| RungLabel::Held { byte: first, after: sent });
        }
    }

    /// Adds a rung for each retransmission of a write, in place of those that the kernel's count had shown.
    fn sent_again(&mut self, byte: u64, again: &[Duration], acked: Option<Duration>) {
        if again.is_empty() {
            return;
        }
        let Some(write) = self.place_of_write(byte) else { return };
        let until = acked.and_then(|acked| self.rungs.get(write)?.at.checked_add(acked));
        let mut left = again.len() as u64;
        for rung in self.rungs.iter_mut().skip(write + 1) {
            if until.is_some_and(|until| rung.at > until + SILENCE) {
                break;
            }
            if let RungLabel::Again { what: "data", times: Some(times) } = &mut rung.label {
                let known = left.min(*times);
                *times -= known;
                left -= known;
            }
        }
        self.rungs.retain(|rung| !matches!(rung.label, RungLabel::Again { times: Some(0), .. }));
        self.stamped_again = self.stamped_again.saturating_add(left);
        for after in again {
            self.insert_after_write(byte, *after, Direction::Sent, |first| RungLabel::SentAgain { byte: first });
        }
        self.measure_silences(write);
    }

    /// Adds the peer's ACK of all bytes below `byte`, `after` the write.
    pub fn acknowledged(&mut self, byte: u64, after: Duration) {
        self.insert_after_write(byte, after, Direction::Received, |_| RungLabel::Ack { byte });
    }

    /// The place of the rung of the write that ended below `byte`, among the newest.
    pub(super) fn place_of_write(&self, byte: u64) -> Option<usize> {
        let oldest = self.rungs.len().saturating_sub(LATE);
        let ended = |rung: &Rung| match rung.label {
            RungLabel::Data { bytes, byte: first } if rung.direction == Some(Direction::Sent) => {
                first.checked_add(bytes) == Some(byte)
            }
            _ => false,
        };
        self.rungs.iter().skip(oldest).rposition(ended).map(|place| place + oldest)
    }

    /// Adds a kernel event about the write that ended below `byte`, `after` the write; `label` is called with the
    /// write's first byte.
    fn insert_after_write(
        &mut self,
        byte: u64,
        after: Duration,
        direction: Direction,
        label: impl FnOnce(u64) -> RungLabel,
    ) {
        let Some(place) = self.place_of_write(byte) else { return };
        let Some(write) = self.rungs.get(place) else { return };
        let RungLabel::Data { byte: first, .. } = write.label else { return };
        let Some(at) = write.at.checked_add(after) else { return };
        let since = write.since.unwrap_or_default().saturating_add(after);
        let later = self.rungs.iter().skip(place + 1).take_while(|rung| rung.at <= at).count();
        let mut rung = self.rung(at, label(first), Evidence::Kernel).with_direction(direction);
        rung.since = Some(since);
        self.rungs.insert(place + 1 + later, rung);
        self.fold_oldest();
    }

    /// Measures the silences from this place on again, after rungs were inserted or removed.
    pub(super) fn measure_silences(&mut self, from: usize) {
        let is_silence = |rung: &Rung| matches!(rung.label, RungLabel::Silence(_));
        let mut kept = self.rungs.split_off(from.min(self.rungs.len()));
        kept.retain(|rung| !is_silence(rung));
        let mut before: Option<Instant> = self.rungs.back().map(Rung::end_time);
        for rung in kept {
            let pause = before.map(|before| rung.at.saturating_duration_since(before));
            if let Some(pause) = pause.filter(|pause| *pause >= SILENCE) {
                let silence = self.rung(rung.at, RungLabel::Silence(pause), Evidence::Seen);
                self.rungs.push_back(silence);
            }
            before = before.max(Some(rung.end_time()));
            self.rungs.push_back(rung);
        }
        self.fold_oldest();
    }
}
