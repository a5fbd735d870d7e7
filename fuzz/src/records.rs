//! Readings: bytes, gaps, facts, and what the kernel reports.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sockeye::sessions::kinds::http::HttpGauge;
use sockeye::sessions::reading::EscapeCounts;
use sockeye::sessions::record::Piece;
use sockeye::sessions::{Block, News, Reading, Record, SessionId};
use sockeye::text::sanitize::{self, SanitizeCounts};
use sockeye::wire::kernel::tcp_info::TcpInfo;
use sockeye::wire::kernel::udp_info::{MtuDiscovery, UdpInfo};
use sockeye::wire::kernel::view::{KernelTimer, KernelView, PeerEnd, TimerKind};
use sockeye::wire::segment::{CaptureReading, FlowHint, Segment, SegmentFlow};
use sockeye::wire::{Both, Direction, Totals};

use crate::input::Input;
use crate::news::{news, state};

fn tcp_info(input: &mut Input<'_>) -> TcpInfo {
    TcpInfo::parse(&input.bytes().repeat(4))
}

fn timer(input: &mut Input<'_>) -> KernelTimer {
    let kinds = [TimerKind::Retransmit, TimerKind::Keepalive, TimerKind::TimeWait, TimerKind::Probe];
    KernelTimer { kind: input.one_of(&kinds), expires: Duration::from_millis(u64::from(input.number32())) }
}

/// What the kernel reports of a socket.
pub fn kernel_view(input: &mut Input<'_>) -> KernelView {
    KernelView {
        state: input.maybe(state),
        rtt: input.maybe(Input::time),
        send_queue_bytes: input.maybe(|input| input.number32().into()),
        recv_queue_bytes: input.maybe(|input| input.number32().into()),
        tcp: input.maybe(tcp_info),
        udp: input.maybe(|input| UdpInfo {
            next_bytes: input.maybe(|input| input.number32().into()),
            send_queue_bytes: input.maybe(|input| input.number32().into()),
            receive_memory_bytes: input.maybe(|input| input.number32().into()),
            receive_buffer_bytes: input.maybe(|input| input.number32().into()),
            send_buffer_bytes: input.maybe(|input| input.number32().into()),
            mtu: input.maybe(Input::number32),
            discover: MtuDiscovery::from_number(input.byte().into()),
            ttl: input.maybe(Input::byte),
            tos: input.maybe(Input::byte),
        }),
        timer: input.maybe(timer),
        peer_end: input.maybe(|input| PeerEnd {
            state: state(input),
            send_queue_bytes: input.number32().into(),
            recv_queue_bytes: input.number32().into(),
            timer: input.maybe(timer),
            tcp: input.maybe(tcp_info),
        }),
        ..KernelView::default()
    }
}

fn stream_block(input: &mut Input<'_>, direction: Direction, at: Instant) -> Block {
    let bytes = input.bytes();
    let mut block = Block::single_piece(direction, at, Bytes::copy_from_slice(bytes));
    if bytes.len() > 1 && input.flag() {
        let cut = 1 + input.below(bytes.len() - 1);
        let piece =
            |len: usize, after_us| Piece { len: len as u32, after_us, full_len: len as u32, peer: 0, packet: 0 };
        block.pieces = vec![piece(cut, 0), piece(bytes.len() - cut, 77)].into();
    }
    block
}

fn capture(input: &mut Input<'_>, at: Instant) -> CaptureReading {
    let mut flow = SegmentFlow::new(FlowHint::default());
    let mut segments = Vec::new();
    for number in 0..input.below(6) {
        let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1];
        packet.extend_from_slice(input.bytes());
        let length = (packet.len() as u16).to_be_bytes();
        packet[2..4].copy_from_slice(&length);
        let direction = if input.flag() { Direction::Sent } else { Direction::Received };
        if let Some(segment) = Segment::parse(&packet) {
            segments.push(flow.on_segment(at + Duration::from_micros(number as u64), direction, segment));
        }
    }
    CaptureReading { on: input.flag(), segments, missed: input.number() }
}

/// A reading of one session. `totals` are those of the readings before, and grow by this one's bytes.
pub fn reading(input: &mut Input<'_>, id: SessionId, totals: &mut Both<Totals>, at: Instant) -> Reading {
    let mut records = Vec::new();
    for _ in 0..1 + input.below(4) {
        let direction = if input.flag() { Direction::Sent } else { Direction::Received };
        records.push(match input.below(12) {
            0..=3 => Record::Block(stream_block(input, direction, at)),
            4 | 5 => {
                let bytes = Bytes::copy_from_slice(input.bytes());
                let full = bytes.len() + input.below(3);
                Record::Block(Block::datagram(direction, at, bytes, input.address(), full))
            }
            6 => {
                let totals = Totals { bytes: input.number32().into(), ops: 1 + u64::from(input.byte()) };
                Record::NotKept { direction, totals }
            }
            _ => match news(input, id) {
                News::Closed { how, .. } => Record::News { at, news: News::Closed { totals: *totals, how } },
                news => Record::News { at, news },
            },
        });
        match records.last() {
            Some(Record::News { news: News::Closed { .. }, .. }) => break,
            Some(Record::Block(block)) => totals.of_mut(block.direction).merge(block.totals()),
            Some(Record::NotKept { direction, totals: lost }) => totals.of_mut(*direction).merge(*lost),
            Some(Record::News { .. }) | None => {}
        }
    }
    let received = records.iter().filter_map(|record| match record {
        Record::Block(block) if block.direction == Direction::Received => Some(&block.bytes),
        _ => None,
    });
    let mut found = SanitizeCounts::default();
    received.for_each(|bytes| found += sanitize::count_hostile(bytes));
    Reading {
        totals: *totals,
        records,
        kernel: input.maybe(|input| Arc::new(kernel_view(input))),
        http: input.maybe(|input| HttpGauge {
            wire_body_bytes: input.number(),
            body_bytes: input.number(),
            expected_bytes: input.maybe(Input::number),
            connection_received: input.maybe(Input::number),
            connection_sent: input.maybe(Input::number),
        }),
        capture: input.maybe(|input| Box::new(capture(input, at))),
        dropped_datagrams: input.maybe(Input::number),
        escapes: EscapeCounts { found, unsearched: u64::from(input.byte()) },
        ..Reading::empty(id)
    }
}
