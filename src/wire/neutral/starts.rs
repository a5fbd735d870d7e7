//! Counting where escape sequences start, many octets at once.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

const ESC: u8 = 0x1b;

/// The first octet of every C1 control in UTF-8.
const LEAD: u8 = 0xc2;

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

/// The same by instructions that compare 32 octets, without a branch: what random octets hold cannot be foreseen.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn count_by_avx2(this: &[u8], next: &[u8]) -> u64 {
    /// How many comparisons are summed in octets before these could overflow.
    const MOST_SUMMED: usize = 255;
    let (these, rest) = this.as_chunks::<32>();
    let (nexts, rest_next) = next.as_chunks::<32>();
    let all = |octet: u8| _mm256_set1_epi8(octet.cast_signed());
    // For each octet from 0x90 to 0x9f, whether it makes a start of the lead before it.
    let begins = _mm256_broadcastsi128_si256(_mm_setr_epi8(-1, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, -1, 0, -1, -1, -1));
    let mut count = _mm256_setzero_si256();
    for (these, nexts) in these.chunks(MOST_SUMMED).zip(nexts.chunks(MOST_SUMMED)) {
        let mut hits = _mm256_setzero_si256();
        for (this, next) in these.iter().zip(nexts) {
            let (this, next) = (load(this), load(next));
            let terminates = _mm256_cmpeq_epi8(next, all(b'\\'));
            let escapes = _mm256_andnot_si256(terminates, _mm256_cmpeq_epi8(this, all(ESC)));
            // Only 0x90 to 0x9f stay below 0x80, where the table is asked; above that it gives 0.
            let place = _mm256_adds_epu8(_mm256_xor_si256(next, all(0x90)), all(0x70));
            let controls = _mm256_and_si256(_mm256_cmpeq_epi8(this, all(LEAD)), _mm256_shuffle_epi8(begins, place));
            hits = _mm256_sub_epi8(hits, _mm256_or_si256(escapes, controls));
        }
        count = _mm256_add_epi64(count, _mm256_sad_epu8(hits, _mm256_setzero_si256()));
    }
    let halves = _mm_add_epi64(_mm256_castsi256_si128(count), _mm256_extracti128_si256::<1>(count));
    let count = _mm_extract_epi64::<0>(halves).cast_unsigned() + _mm_extract_epi64::<1>(halves).cast_unsigned();
    count + count_by_any(rest, rest_next)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn load(octets: &[u8; 32]) -> __m256i {
    #[expect(unsafe_code, reason = "the load takes a pointer")]
    // SAFETY: there are 32 octets behind the reference, and this load asks for no alignment.
    unsafe {
        _mm256_loadu_si256(octets.as_ptr().cast())
    }
}

fn count_by_any(this: &[u8], next: &[u8]) -> u64 {
    this.iter().zip(next).map(|(this, next)| u64::from(starts(*this, *next))).sum()
}

/// 1 where a sequence starts, without a branch.
fn starts(this: u8, next: u8) -> u8 {
    let escape = (this == ESC) & (next != b'\\');
    let begins = (next & 0xf7 == 0x90) | (next == 0x9b) | (next.wrapping_sub(0x9d) <= 2);
    u8::from(escape | (this == LEAD) & begins)
}
