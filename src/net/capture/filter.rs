//! The kernel's packet filter for a capture: a classic BPF program, so that other packets cost us nothing.

use socket2::SockFilter;

use super::ports::CapturePorts;

/// How many bytes of a packet are kept: all possible headers, and some payload bytes.
pub(super) const SNAP: usize = 192;

/// The target of a jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JumpTarget {
    Next,
    Ip,
    V6,
    Compare,
    Turned,
    Keep,
    Drop,
}

/// One instruction for the kernel: jumps as distances.
#[derive(Clone, Copy, Debug)]
struct BpfInstruction {
    code: u16,
    yes: u8,
    no: u8,
    operand: u32,
}

/// One instruction: code, operand, jump target if true, jump target if false.
type BpfLine = (u16, u32, JumpTarget, JumpTarget);

const LOAD_WORD: u16 = 0x20;
const LOAD_HALF: u16 = 0x28;
const LOAD_BYTE: u16 = 0x30;
const LOAD_HALF_BEHIND_HEADER: u16 = 0x48;
const LOAD_HEADER_LEN: u16 = 0xb1;
const STORE: u16 = 0x02;
const RECALL: u16 = 0x60;
const SHIFT_RIGHT: u16 = 0x74;
const IS: u16 = 0x15;
const HAS_BITS: u16 = 0x45;
const RETURN: u16 = 0x06;

/// A packet on loopback is seen twice, outgoing and incoming: the incoming one counts, because it has arrived.
const LOOPBACK: &[BpfLine] = &[
    (
        LOAD_WORD,
        libc::SKF_AD_OFF.cast_unsigned() + libc::SKF_AD_HATYPE.cast_unsigned(),
        JumpTarget::Next,
        JumpTarget::Next,
    ),
    (IS, libc::ARPHRD_LOOPBACK as u32, JumpTarget::Next, JumpTarget::Ip),
    (
        LOAD_WORD,
        libc::SKF_AD_OFF.cast_unsigned() + libc::SKF_AD_PKTTYPE.cast_unsigned(),
        JumpTarget::Next,
        JumpTarget::Next,
    ),
    (IS, libc::PACKET_OUTGOING as u32, JumpTarget::Drop, JumpTarget::Ip),
];

const IP: &[BpfLine] = &[
    (LOAD_BYTE, 0, JumpTarget::Next, JumpTarget::Next),
    (SHIFT_RIGHT, 4, JumpTarget::Next, JumpTarget::Next),
    (IS, 6, JumpTarget::V6, JumpTarget::Next),
    (IS, 4, JumpTarget::Next, JumpTarget::Drop),
    (LOAD_BYTE, 9, JumpTarget::Next, JumpTarget::Next),
    (IS, TCP, JumpTarget::Next, JumpTarget::Drop),
    // A later fragment has no ports.
    (LOAD_HALF, 6, JumpTarget::Next, JumpTarget::Next),
    (HAS_BITS, 0x1fff, JumpTarget::Drop, JumpTarget::Next),
    (LOAD_HEADER_LEN, 0, JumpTarget::Next, JumpTarget::Next),
    (LOAD_HALF_BEHIND_HEADER, 0, JumpTarget::Next, JumpTarget::Next),
    (STORE, 0, JumpTarget::Next, JumpTarget::Next),
    (LOAD_HALF_BEHIND_HEADER, 2, JumpTarget::Next, JumpTarget::Next),
    (IS, 0, JumpTarget::Compare, JumpTarget::Compare),
];

/// Skipping extension headers needs a loop, which a program may not have. The few packets with them pass the filter,
/// and are checked after it.
const V6: &[BpfLine] = &[
    (LOAD_BYTE, 6, JumpTarget::Next, JumpTarget::Next),
    (IS, 0, JumpTarget::Keep, JumpTarget::Next),
    (IS, 43, JumpTarget::Keep, JumpTarget::Next),
    (IS, 60, JumpTarget::Keep, JumpTarget::Next),
    (IS, TCP, JumpTarget::Next, JumpTarget::Drop),
    (LOAD_HALF, 40, JumpTarget::Next, JumpTarget::Next),
    (STORE, 0, JumpTarget::Next, JumpTarget::Next),
    (LOAD_HALF, 42, JumpTarget::Next, JumpTarget::Next),
];

const TCP: u32 = 6;

impl CapturePorts {
    /// Whether segments between these two ports are wanted.
    pub(super) fn matches(self, source: u16, destination: u16) -> bool {
        match self {
            CapturePorts::Port(port) => source == port || destination == port,
            CapturePorts::Pair(one, other) => [(one, other), (other, one)].contains(&(source, destination)),
        }
    }

    /// The BPF program. Its offsets count from the IP header, where a packet starts on a cooked socket (SOCK_DGRAM).
    pub(super) fn program(self) -> Vec<SockFilter> {
        let of = |step: BpfInstruction| SockFilter::new(step.code, step.yes, step.no, step.operand);
        self.instructions().into_iter().map(of).collect()
    }

    fn instructions(self) -> Vec<BpfInstruction> {
        // The accumulator has the destination port; the source port is stored.
        let (compare, turned): (Vec<BpfLine>, Vec<BpfLine>) = match self {
            CapturePorts::Port(port) => {
                let stored = [
                    (RECALL, 0, JumpTarget::Next, JumpTarget::Next),
                    (IS, port.into(), JumpTarget::Keep, JumpTarget::Drop),
                ];
                (vec![(IS, port.into(), JumpTarget::Keep, JumpTarget::Turned)], stored.to_vec())
            }
            CapturePorts::Pair(one, other) => {
                let pair = |source: u16, destination: u16, otherwise: JumpTarget| {
                    vec![
                        (IS, destination.into(), JumpTarget::Next, otherwise),
                        (RECALL, 0, JumpTarget::Next, JumpTarget::Next),
                        (IS, source.into(), JumpTarget::Keep, JumpTarget::Drop),
                    ]
                };
                (pair(one, other, JumpTarget::Turned), pair(other, one, JumpTarget::Drop))
            }
        };
        let ends = [
            (RETURN, SNAP as u32, JumpTarget::Next, JumpTarget::Next),
            (RETURN, 0, JumpTarget::Next, JumpTarget::Next),
        ];
        let parts: [(JumpTarget, &[BpfLine]); 7] = [
            (JumpTarget::Next, LOOPBACK),
            (JumpTarget::Ip, IP),
            (JumpTarget::V6, V6),
            (JumpTarget::Compare, &compare),
            (JumpTarget::Turned, &turned),
            (JumpTarget::Keep, &ends[..1]),
            (JumpTarget::Drop, &ends[1..]),
        ];
        assemble(&parts)
    }
}

/// Concatenates the parts, with jumps as distances.
fn assemble(parts: &[(JumpTarget, &[BpfLine])]) -> Vec<BpfInstruction> {
    let start = |to: JumpTarget| -> usize {
        parts.iter().take_while(|(name, _)| *name != to).map(|(_, lines)| lines.len()).sum()
    };
    let lines = parts.iter().flat_map(|(_, lines)| lines.iter());
    let line = |(place, (code, operand, yes, no)): (usize, &BpfLine)| {
        // The program is far shorter than the largest jump, 255.
        let distance = |to: JumpTarget| match to {
            JumpTarget::Next => 0,
            to => u8::try_from(start(to) - place - 1).unwrap_or(u8::MAX),
        };
        BpfInstruction { code: *code, yes: distance(*yes), no: distance(*no), operand: *operand }
    };
    lines.enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Interprets the instructions.
    fn run(wanted: CapturePorts, packet: &[u8], loopback: bool, outgoing: bool) -> u32 {
        let parts = wanted.instructions();
        let (mut a, mut x, mut stored, mut at) = (0_u32, 0_usize, 0_u32, 0_usize);
        let half = |at: usize| packet.get(at..at + 2).map(|two| u32::from(u16::from_be_bytes([two[0], two[1]])));
        loop {
            let BpfInstruction { code, yes, no, operand: k } = parts[at];
            at += 1;
            let read = match code {
                LOAD_WORD if k == 0xffff_f000 + 28 => Some(if loopback { 772 } else { 1 }),
                LOAD_WORD => Some(if outgoing { 4 } else { 0 }),
                LOAD_HALF => half(k as usize),
                LOAD_BYTE => packet.get(k as usize).map(|one| u32::from(*one)),
                LOAD_HALF_BEHIND_HEADER => half(x + k as usize),
                LOAD_HEADER_LEN => {
                    x = usize::from(packet[0] & 15) * 4;
                    continue;
                }
                STORE => {
                    stored = a;
                    continue;
                }
                RECALL => Some(stored),
                SHIFT_RIGHT => Some(a >> k),
                IS => {
                    at += if a == k { usize::from(yes) } else { usize::from(no) };
                    continue;
                }
                HAS_BITS => {
                    at += if a & k != 0 { usize::from(yes) } else { usize::from(no) };
                    continue;
                }
                _ => return k,
            };
            // A load beyond the packet's end makes the kernel drop it.
            let Some(read) = read else { return 0 };
            a = read;
        }
    }

    fn v4(protocol: u8, fragment: u16, source: u16, destination: u16) -> Vec<u8> {
        let mut packet = vec![0x46; 1];
        packet.extend([0; 5]);
        packet.extend(fragment.to_be_bytes());
        packet.extend([64, protocol]);
        packet.extend([0; 14]);
        packet.extend(source.to_be_bytes());
        packet.extend(destination.to_be_bytes());
        packet
    }

    fn v6(next: u8, source: u16, destination: u16) -> Vec<u8> {
        let mut packet = vec![0x60, 0, 0, 0, 0, 0, next, 64];
        packet.extend([0; 32]);
        packet.extend(source.to_be_bytes());
        packet.extend(destination.to_be_bytes());
        packet
    }

    #[test]
    fn only_tcp_segments_of_the_wanted_ports_pass() {
        let (port, pair) = (CapturePorts::Port(80), CapturePorts::Pair(4_000, 80));
        let snap = SNAP as u32;
        for (packet, by_port, by_pair) in [
            (v4(6, 0, 4_000, 80), snap, snap),
            (v4(6, 0, 80, 4_000), snap, snap),
            (v4(6, 0, 80, 4_001), snap, 0),
            (v4(6, 0, 4_001, 80), snap, 0),
            (v4(6, 0, 4_000, 81), 0, 0),
            (v4(17, 0, 4_000, 80), 0, 0),
            (v4(6, 7, 4_000, 80), 0, 0),
            (v4(6, 0x4000, 4_000, 80), snap, snap),
            (v6(6, 4_000, 80), snap, snap),
            (v6(6, 80, 4_000), snap, snap),
            (v6(6, 1, 2), 0, 0),
            (v6(17, 4_000, 80), 0, 0),
            (v6(0, 1, 2), snap, snap),
            (vec![0x45], 0, 0),
            (vec![0x10; 60], 0, 0),
        ] {
            let passed = [port, pair].map(|wanted| run(wanted, &packet, false, true));
            assert_eq!(passed, [by_port, by_pair], "{packet:?}");
        }
    }

    #[test]
    fn what_passes_loopback_twice_is_taken_once() {
        let packet = v4(6, 0, 4_000, 80);
        let passed = |loopback, outgoing| run(CapturePorts::Port(80), &packet, loopback, outgoing) > 0;
        assert_eq!([passed(true, true), passed(true, false)], [false, true]);
        assert_eq!([passed(false, true), passed(false, false)], [true, true]);
    }
}
