//! Conversations as tables: the note and the numbers of each segment.

use proptest::prelude::*;

use super::{FlowHint, SegmentFlow, *};
use crate::wire::direction::Both;
use crate::wire::direction::Direction::{self, Received, Sent};
use crate::wire::segment::captured::{CapturedSegment, SequenceDisplay};
use crate::wire::segment::flags::TcpFlags;
use crate::wire::segment::options::TcpOptions;
use crate::wire::segment::parse::Segment;

/// Close to 2³², so that the sequence numbers wrap with the first bytes.
const OURS: u32 = u32::MAX - 4;
const THEIRS: u32 = 5_000;

const DATA: TcpFlags = TcpFlags::PSH.union(TcpFlags::ACK);

struct Wire {
    flow: SegmentFlow,
    start: Instant,
    millis: u64,
    clocks: bool,
}

/// One segment: direction, flags, relative number, relative acknowledgement, bytes, window field.
type Row = (Direction, TcpFlags, i64, i64, u32, u16);

impl Wire {
    fn new() -> Self {
        Wire { flow: SegmentFlow::default(), start: Instant::now(), millis: 0, clocks: false }
    }

    fn open() -> Self {
        let mut wire = Wire::new();
        for (direction, flags, seq, ack) in [
            (Sent, TcpFlags::SYN, 0, 0),
            (Received, TcpFlags::SYN.union(TcpFlags::ACK), 0, 1),
            (Sent, TcpFlags::ACK, 1, 1),
        ] {
            wire.one((direction, flags, seq, ack, 0, 64));
        }
        wire
    }

    fn one(&mut self, (direction, flags, seq, ack, len, window): Row) -> CapturedSegment {
        let (own, other) = if direction == Sent { (OURS, THEIRS) } else { (THEIRS, OURS) };
        let wrapped = |base: u32, relative: i64| base.wrapping_add(u32::try_from(relative & 0xffff_ffff).unwrap());
        let mut options = TcpOptions::default();
        if flags.contains(TcpFlags::SYN) {
            options = TcpOptions::read(&[2, 4, 0x05, 0xb4, 3, 3, 7]);
        }
        if self.clocks {
            options.timestamps = Some((u32::try_from(self.millis).unwrap(), 0));
        }
        let (a, b) = ("127.0.0.1:4000".parse().unwrap(), "127.0.0.1:7".parse().unwrap());
        let (source, destination) = if direction == Sent { (a, b) } else { (b, a) };
        let (seq, ack) = (wrapped(own, seq), if flags.contains(TcpFlags::ACK) { wrapped(other, ack) } else { 0 });
        let segment = Segment { source, destination, ttl: 64, seq, ack, flags, window, options, len };
        let at = self.start + Duration::from_millis(self.millis);
        self.millis += 1;
        self.flow.on_segment(at, direction, segment)
    }

    fn notes(&mut self, row: Row) -> String {
        self.one(row).notes.iter().map(|note| note.text()).collect::<Vec<_>>().join(", ")
    }

    /// Plays rows and compares the note of each.
    fn check(&mut self, rows: &[(Row, &str)]) {
        for (place, (row, note)) in rows.iter().enumerate() {
            assert_eq!(self.notes(*row), *note, "row {place}: {row:?}");
        }
    }
}

#[test]
fn a_conversation_without_faults_has_no_notes_and_counts_from_its_syns() {
    let mut wire = Wire::new();
    let syn = wire.one((Sent, TcpFlags::SYN, 0, 0, 0, 65_495));
    assert_eq!((syn.relative_seq, syn.relative_ack, syn.next, syn.window), (0, None, 1, Some(65_495)));
    assert_eq!(syn.numbers(SequenceDisplay::Absolute), (OURS.into(), None));
    let syn_ack = wire.one((Received, TcpFlags::SYN.union(TcpFlags::ACK), 0, 1, 0, 65_483));
    assert_eq!((syn_ack.relative_seq, syn_ack.relative_ack), (0, Some(1)));
    let ack = wire.one((Sent, TcpFlags::ACK, 1, 1, 0, 512));
    assert!(ack.completes_handshake);
    assert_eq!(ack.window, Some(65_536), "512 shifted by 7 bits");
    let data = wire.one((Sent, DATA, 1, 1, 12, 512));
    assert_eq!((data.byte, data.next, data.relative_seq), (Some(0), 13, 1));
    wire.check(&[((Received, TcpFlags::ACK, 1, 13, 0, 512), ""), ((Received, DATA, 1, 13, 12, 512), "")]);
    let more = wire.one((Sent, DATA, 13, 13, 5, 512));
    assert_eq!((more.byte, more.numbers(SequenceDisplay::Absolute)), (Some(12), (8, Some(i64::from(THEIRS) + 13))));
    let fin = wire.one((Sent, TcpFlags::FIN.union(TcpFlags::ACK), 18, 13, 0, 512));
    assert_eq!((fin.next, fin.acks_fin), (19, false));
    assert!(wire.one((Received, TcpFlags::FIN.union(TcpFlags::ACK), 13, 19, 0, 512)).acks_fin);
    assert!(!wire.flow.is_over());
    assert!(wire.one((Sent, TcpFlags::ACK, 19, 14, 0, 512)).acks_fin);
    assert!(wire.flow.is_over());
}

#[test]
fn a_segment_that_is_missing_makes_a_gap_and_duplicate_acks_and_comes_again_fast() {
    let mut wire = Wire::open();
    wire.check(&[
        ((Received, DATA, 1, 1, 100, 64), ""),
        ((Sent, TcpFlags::ACK, 1, 101, 0, 64), ""),
        ((Received, DATA, 201, 1, 100, 64), "Previous segment not captured"),
        ((Sent, TcpFlags::ACK, 1, 101, 0, 64), "Dup ACK #1"),
        ((Received, DATA, 301, 1, 100, 64), ""),
        ((Sent, TcpFlags::ACK, 1, 101, 0, 64), "Dup ACK #2"),
        ((Received, DATA, 401, 1, 100, 64), ""),
        ((Sent, TcpFlags::ACK, 1, 101, 0, 64), "Dup ACK #3"),
    ]);
    wire.millis += 5;
    wire.check(&[
        ((Received, DATA, 101, 1, 100, 64), "Fast Retransmission"),
        ((Sent, TcpFlags::ACK, 1, 501, 0, 64), ""),
        ((Received, DATA, 401, 1, 100, 64), "Spurious Retransmission"),
    ]);
}

#[test]
fn what_comes_at_once_behind_its_gap_is_out_of_order_and_what_comes_later_was_sent_again() {
    let mut late = Wire::open();
    late.check(&[
        ((Received, DATA, 101, 1, 100, 64), "Previous segment not captured"),
        ((Received, DATA, 1, 1, 100, 64), "Out-Of-Order"),
    ]);
    let mut again = Wire::open();
    again.notes((Received, DATA, 101, 1, 100, 64));
    again.millis += 200;
    assert_eq!(again.notes((Received, DATA, 1, 1, 100, 64)), "Retransmission");
}

#[test]
fn the_senders_clock_tells_late_from_sent_again_however_long_it_took() {
    let mut wire = Wire::open();
    wire.clocks = true;
    wire.millis = 500;
    wire.notes((Received, DATA, 101, 1, 100, 64));
    wire.millis = 400;
    assert_eq!(wire.notes((Received, DATA, 1, 1, 50, 64)), "Out-Of-Order");
    wire.millis = 502;
    assert_eq!(wire.notes((Received, DATA, 51, 1, 50, 64)), "Retransmission");
}

#[test]
fn what_we_send_with_an_old_number_was_sent_before() {
    let mut wire = Wire::open();
    wire.check(&[
        ((Sent, DATA, 1, 1, 100, 64), ""),
        ((Sent, DATA, 1, 1, 100, 64), "Retransmission"),
        ((Received, TcpFlags::ACK, 1, 101, 0, 64), ""),
        ((Sent, DATA, 1, 1, 100, 64), "Spurious Retransmission"),
        ((Received, TcpFlags::ACK, 1, 101, 0, 64), "Dup ACK #1"),
    ]);
}

#[test]
fn a_syn_that_nobody_answers_is_sent_again() {
    let mut wire = Wire::new();
    wire.check(&[((Sent, TcpFlags::SYN, 0, 0, 0, 64), ""), ((Sent, TcpFlags::SYN, 0, 0, 0, 64), "Retransmission")]);
}

#[test]
fn a_window_closes_is_probed_and_opens_again() {
    let mut wire = Wire::open();
    // The window of a SYN is not scaled: only this one is 8,192 bytes.
    wire.notes((Received, DATA, 1, 1, 1, 64));
    wire.check(&[
        ((Sent, DATA, 1, 2, 8_192, 64), "Window Full"),
        ((Received, TcpFlags::ACK, 2, 8_193, 0, 0), "ZeroWindow"),
        ((Sent, TcpFlags::ACK, 8_192, 2, 0, 64), "ZeroWindowProbe"),
        ((Received, TcpFlags::ACK, 2, 8_193, 0, 0), "ZeroWindowProbeAck"),
        ((Sent, DATA, 8_193, 2, 1, 64), "ZeroWindowProbe"),
        ((Received, TcpFlags::ACK, 2, 8_193, 0, 0), "ZeroWindowProbeAck"),
        ((Received, TcpFlags::ACK, 2, 8_193, 0, 64), "Window Update"),
        ((Sent, DATA, 8_193, 2, 10, 64), ""),
    ]);
}

#[test]
fn a_silent_peer_is_asked_whether_it_is_there() {
    let mut wire = Wire::open();
    wire.check(&[
        ((Sent, DATA, 1, 1, 10, 64), ""),
        ((Received, TcpFlags::ACK, 1, 11, 0, 64), ""),
        ((Sent, TcpFlags::ACK, 10, 1, 0, 64), "Keep-Alive"),
        ((Received, TcpFlags::ACK, 1, 11, 0, 64), "Keep-Alive ACK"),
        ((Sent, DATA, 10, 1, 1, 64), "Keep-Alive"),
    ]);
}

#[test]
fn one_byte_that_is_not_acknowledged_is_sent_again_and_no_keep_alive() {
    let mut wire = Wire::open();
    wire.check(&[((Sent, DATA, 1, 1, 1, 64), ""), ((Sent, DATA, 1, 1, 1, 64), "Retransmission")]);
}

#[test]
fn an_ack_of_what_was_not_seen_is_named_and_the_numbers_go_on_from_there() {
    let mut wire = Wire::open();
    wire.check(&[
        ((Received, TcpFlags::ACK, 1, 501, 0, 64), "ACKed unseen segment"),
        ((Sent, DATA, 501, 1, 10, 64), ""),
        ((Received, TcpFlags::ACK, 1, 511, 0, 64), ""),
    ]);
}

#[test]
fn a_rst_ends_it_and_changes_no_numbers() {
    let mut wire = Wire::new();
    wire.notes((Sent, TcpFlags::SYN, 0, 0, 0, 64));
    let refused = wire.one((Received, TcpFlags::RST.union(TcpFlags::ACK), -i64::from(THEIRS), 1, 0, 0));
    assert_eq!((refused.segment.seq, refused.relative_seq, refused.relative_ack), (0, 1, Some(1)));
    assert!(refused.notes.is_empty() && wire.flow.is_over());
}

#[test]
fn more_bytes_than_a_segment_may_have_were_cut_or_put_together_by_the_device() {
    let mut wire = Wire::open();
    assert_eq!(wire.one((Sent, DATA, 1, 1, 1_460, 64)).offload, None);
    let merged = wire.one((Sent, DATA, 1_461, 1, 1_460 * 44 + 1, 64));
    assert_eq!(merged.offload, Some(45));
    assert!(merged.notes_text().contains("one capture of 45 segments (offload)"), "{}", merged.notes_text());
}

#[test]
fn a_window_is_not_shifted_where_one_end_did_not_offer_it() {
    let mut wire = Wire::new();
    wire.notes((Sent, TcpFlags::SYN, 0, 0, 0, 64));
    wire.flow.sides.received.offer = Some(None);
    assert_eq!(wire.one((Sent, TcpFlags::ACK, 1, 1, 0, 512)).window, Some(512));
}

#[test]
fn a_capture_that_begins_in_the_middle_counts_from_what_it_sees_or_from_what_is_known() {
    let mut wire = Wire::new();
    let blind = wire.one((Sent, DATA, 901, 401, 10, 512));
    assert_eq!((blind.relative_seq, blind.relative_ack, blind.byte, blind.window), (1, Some(1), None, None));
    let hint = FlowHint {
        bytes: Both { sent: Some(900), received: Some(400) },
        shifts: Both { sent: Some(7), received: Some(3) },
        most_sent: Some(1_000),
    };
    let mut wire = Wire { flow: SegmentFlow::new(hint), ..Wire::new() };
    let known = wire.one((Sent, DATA, 901, 401, 2_001, 512));
    assert_eq!((known.relative_seq, known.relative_ack, known.byte), (901, Some(401), Some(900)));
    assert_eq!((known.window, known.offload), (Some(65_536), Some(3)));
    assert_eq!(wire.one((Received, DATA, 401, 911, 10, 512)).byte, Some(400));
}

#[test]
fn a_new_connection_between_the_same_addresses_is_counted_anew() {
    let mut wire = Wire::open();
    wire.check(&[((Sent, DATA, 1, 1, 100, 64), "")]);
    let syn = wire.one((Sent, TcpFlags::SYN, 1_000_000, 0, 0, 64));
    assert_eq!((syn.relative_seq, syn.notes.len(), syn.next), (0, 0, 1));
}

proptest! {
    /// Any segments that a peer, or an attacker on the path, may send.
    #[test]
    fn no_segments_from_outside_upset_it(
        rows in proptest::collection::vec((any::<bool>(), any::<u16>(), any::<u32>(), any::<u32>(), 0..200_000_u32), 0..80)
    ) {
        let mut flow = SegmentFlow::default();
        let at = Instant::now();
        let end = "127.0.0.1:1".parse().unwrap();
        for (sent, bits, seq, ack, len) in rows {
            let direction = if sent { Sent } else { Received };
            let segment = Segment {
                source: end, destination: end, ttl: 1, seq, ack, flags: TcpFlags::from_bits(bits), window: bits,
                options: TcpOptions::default(), len,
            };
            let told = flow.on_segment(at, direction, segment);
            prop_assert_eq!(told.numbers(SequenceDisplay::Absolute).0, i64::from(seq));
            prop_assert!(told.texts(SequenceDisplay::Relative).iter().all(|words| !words.is_empty()));
        }
    }

    /// Whatever the network loses and repeats, bytes keep their offsets.
    #[test]
    fn a_byte_has_the_same_place_however_often_and_late_it_comes(
        order in proptest::collection::vec(0..60_u32, 1..120)
    ) {
        let mut wire = Wire::open();
        for piece in order {
            let told = wire.one((Received, DATA, 1 + i64::from(piece) * 100, 1, 100, 64));
            prop_assert_eq!(told.byte, Some(u64::from(piece) * 100));
        }
    }
}
