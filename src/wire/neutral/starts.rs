//! Counting where escape sequences start, many octets at once.

/// How many octets are compared together: their hits fit into the counter of one octet.
const TOGETHER: usize = 128;

/// How many escape sequences start at the octets of `this`; `next` has the one behind each.
pub(super) fn count(this: &[u8], next: &[u8]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "only a call can tell the compiler what the processor was just seen to have")]
        // SAFETY: the processor has AVX2, which is all that the function asks for.
        return unsafe { count_by_avx2(this, next) };
    }
    count_by_any(this, next)
}

/// The same code, for a processor that compares 32 octets in one instruction.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn count_by_avx2(this: &[u8], next: &[u8]) -> u64 {
    count_by_any(this, next)
}

#[inline(always)]
fn count_by_any(this: &[u8], next: &[u8]) -> u64 {
    let (these, rest) = this.as_chunks::<TOGETHER>();
    let (nexts, rest_next) = next.as_chunks::<TOGETHER>();
    let mut count = 0;
    for (this, next) in these.iter().zip(nexts) {
        let hits: u8 = this.iter().zip(next).map(|(this, next)| starts(*this, *next)).sum();
        count += u64::from(hits);
    }
    count + rest.iter().zip(rest_next).map(|(this, next)| u64::from(starts(*this, *next))).sum::<u64>()
}

/// 1 where a sequence starts, without a branch.
#[inline(always)]
fn starts(this: u8, next: u8) -> u8 {
    let escape = (this == 0x1b) & (next != b'\\');
    let begins = (next & 0xf7 == 0x90) | (next == 0x9b) | (next.wrapping_sub(0x9d) <= 2);
    u8::from(escape | (this == 0xc2) & begins)
}
