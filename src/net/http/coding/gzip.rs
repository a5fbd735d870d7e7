//! The gzip coding (RFC 1952): members back to back, each with a header, a deflate stream and a checksum.

use flate2::{Crc, Decompress};

use super::step::{CodingDecoder, CodingStep, run};

/// The longest header of a member: its names and comments have no limit of their own.
const MOST_HEAD: usize = 64 * 1024;

const HAS_HEAD_CRC: u8 = 0x02;
const HAS_EXTRA: u8 = 0x04;
const HAS_NAME: u8 = 0x08;
const HAS_COMMENT: u8 = 0x10;
const RESERVED: u8 = 0xe0;

/// A decoder of gzip.
#[derive(Default)]
pub(super) struct GzipDecoder {
    part: MemberPart,
    members: u64,
}

/// The current part of a member.
enum MemberPart {
    /// The header; the bytes read so far.
    Head(Vec<u8>),
    /// The deflate stream.
    Content { inflate: Box<Decompress>, crc: Crc },
    /// The trailer: CRC-32 and length, low byte first.
    Check { crc: Crc, check: Vec<u8> },
}

impl Default for MemberPart {
    fn default() -> Self {
        MemberPart::Head(Vec::new())
    }
}

impl CodingDecoder for GzipDecoder {
    fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<CodingStep, String> {
        let mut taken = 0;
        loop {
            let rest = &input[taken..];
            match &mut self.part {
                MemberPart::Head(head) => {
                    let Some(byte) = rest.first() else { return Ok(CodingStep { taken, given: 0 }) };
                    taken += 1;
                    head.push(*byte);
                    if head_is_whole(head)? {
                        self.part = MemberPart::Content { inflate: Box::new(Decompress::new(false)), crc: Crc::new() };
                    }
                }
                MemberPart::Content { inflate, crc } => {
                    let mut ended = false;
                    let step = run(inflate, rest, output, &mut ended)?;
                    crc.update(&output[..step.given]);
                    if ended {
                        let crc = std::mem::take(crc);
                        self.part = MemberPart::Check { crc, check: Vec::with_capacity(8) };
                    }
                    return Ok(CodingStep { taken: taken + step.taken, given: step.given });
                }
                MemberPart::Check { crc, check } => {
                    let Some(byte) = rest.first() else { return Ok(CodingStep { taken, given: 0 }) };
                    taken += 1;
                    check.push(*byte);
                    if check.len() == 8 {
                        let expected = [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat();
                        if *check != expected {
                            return Err("the gzip stream does not match its own checksum".into());
                        }
                        self.members += 1;
                        self.part = MemberPart::default();
                    }
                }
            }
        }
    }

    fn is_whole(&self) -> bool {
        matches!(&self.part, MemberPart::Head(head) if head.is_empty()) && self.members > 0
    }
}

/// Whether these bytes are a complete header (RFC 1952 §2.3).
fn head_is_whole(head: &[u8]) -> Result<bool, String> {
    let fixed = [0x1f, 0x8b, 8];
    if head.iter().zip(fixed).any(|(got, wanted)| *got != wanted) {
        return Err("this is no gzip stream".into());
    }
    if head.len() > MOST_HEAD {
        return Err(format!("the gzip head is longer than {MOST_HEAD} bytes"));
    }
    let Some(flags) = head.get(3) else { return Ok(false) };
    if flags & RESERVED != 0 {
        return Err("the gzip head has reserved flags set".into());
    }
    Ok(head_end(head, *flags) == Some(head.len()))
}

/// Where the header ends; `None` while too few bytes are there to know.
fn head_end(head: &[u8], flags: u8) -> Option<usize> {
    let mut end = 10;
    if flags & HAS_EXTRA != 0 {
        let length = [*head.get(end)?, *head.get(end + 1)?];
        end += 2 + usize::from(u16::from_le_bytes(length));
    }
    for text in [HAS_NAME, HAS_COMMENT] {
        if flags & text != 0 {
            end += 1 + memchr::memchr(0, head.get(end..)?)?;
        }
    }
    if flags & HAS_HEAD_CRC != 0 {
        end += 2;
    }
    (end <= head.len()).then_some(end)
}
