//! Packets: TCP segments parsed and numbered, SYNs, and the texts made of them.
#![no_main]

use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use sockeye::wire::Direction;
use sockeye::wire::segment::{FlowHint, Segment, SegmentFlow, SequenceDisplay};
use sockeye::wire::tcp::syn::SynView;
use sockeye_fuzz::{Input, assert_shown};

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let hint = FlowHint { most_sent: input.maybe(|input| u32::from(input.byte()) * 8), ..FlowHint::default() };
    let mut flow = SegmentFlow::new(hint);
    let start = Instant::now();
    let mut number = 0;
    while !input.is_empty() {
        number += 1;
        let direction = if input.flag() { Direction::Sent } else { Direction::Received };
        let longer = u16::from(input.byte()) << 3;
        let bytes = input.bytes();
        std::hint::black_box((Segment::parse(bytes), SynView::parse(bytes)));
        // A valid IPv4 header in front, so that the TCP header is what varies.
        let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1];
        packet.extend_from_slice(bytes);
        let total = (packet.len() as u16).wrapping_add(longer).to_be_bytes();
        packet[2..4].copy_from_slice(&total);
        std::hint::black_box(SynView::parse(&packet));
        if let Some(segment) = Segment::parse(&packet) {
            let captured = flow.on_segment(start + Duration::from_micros(number * 100), direction, segment);
            for display in [SequenceDisplay::Relative, SequenceDisplay::Absolute] {
                captured.texts(display).iter().for_each(|text| assert_shown(text));
            }
            assert_shown(&captured.notes_text());
            std::hint::black_box((captured.is_plain(), captured.carries(5), flow.is_over()));
        }
    }
});
