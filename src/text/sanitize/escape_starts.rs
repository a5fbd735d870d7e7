//! Counts starts of escape sequences.

use super::lanes;

const ESC: u8 = 0x1b;

/// The first byte of each C1 control in UTF-8.
const LEAD: u8 = 0xc2;

/// How many escape sequences start at the bytes of `this`; `next` has the byte after each.
pub(super) fn count(this: &[u8], next: &[u8]) -> u64 {
    lanes::count(this, next, starts)
}

/// 1 if a sequence starts here, else 0.
fn starts(this: u8, next: u8) -> u8 {
    let escape = (this == ESC) & (next != b'\\');
    let begins = (next & 0xf7 == 0x90) | (next == 0x9b) | (next.wrapping_sub(0x9d) <= 2);
    u8::from(escape | (this == LEAD) & begins)
}
