//! Search of 16 one-byte tags at once: with SSE2 on x86-64, NEON on AArch64 and `simd128` on WebAssembly, otherwise in
//! portable code.
//!
//! The result is a bit set of indices. A bucket of up to 32 entries has two groups of tags. Wider vectors (AVX2)
//! would search both at once, but are not part of the x86-64 baseline.

// The intrinsics require a CPU feature, which all targets that compile them have.
#![allow(unsafe_code)]

/// The number of tags that are searched at once.
pub(crate) const TAGS: usize = 16;

/// Returns the indices at which `tags` contains `tag`, as a bit set.
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(miri)))]
#[inline]
pub(crate) fn matches(tags: &[u8; TAGS], tag: u8) -> u32 {
    use core::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8};
    let [lo, hi] = halves(tags).map(|half| half as i64);
    // SAFETY: SSE2 is a feature of this target (`cfg` above), and these intrinsics do not access memory.
    #[allow(clippy::multiple_unsafe_ops_per_block, reason = "one comment applies to all four")]
    let mask = unsafe {
        let equal = _mm_cmpeq_epi8(_mm_set_epi64x(hi, lo), _mm_set1_epi8(tag as i8));
        _mm_movemask_epi8(equal)
    };
    mask as u32
}

/// Returns the indices at which `tags` contains `tag`, as a bit set.
#[cfg(all(target_arch = "aarch64", target_feature = "neon", target_endian = "little", not(miri)))]
#[inline]
pub(crate) fn matches(tags: &[u8; TAGS], tag: u8) -> u32 {
    use core::arch::aarch64::{
        vaddvq_u16, vandq_u8, vceqq_u8, vdupq_n_u8, vextq_u8, vld1q_u8, vreinterpretq_u16_u8, vzip1q_u8,
    };
    // There is no instruction that gathers the top bits: each lane gets its bit of a byte, lanes of the two halves are
    // paired, and the pairs are added.
    const BITS: [u8; TAGS] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    // SAFETY: NEON is a feature of this target (`cfg` above), and the two loads read 16 bytes of an array each.
    #[allow(clippy::multiple_unsafe_ops_per_block, unused_unsafe, reason = "one comment applies to all of them")]
    let mask = unsafe {
        let equal = vceqq_u8(vld1q_u8(tags.as_ptr()), vdupq_n_u8(tag));
        let bits = vandq_u8(equal, vld1q_u8(BITS.as_ptr()));
        vaddvq_u16(vreinterpretq_u16_u8(vzip1q_u8(bits, vextq_u8::<8>(bits, bits))))
    };
    u32::from(mask)
}

/// Returns the indices at which `tags` contains `tag`, as a bit set.
#[cfg(all(target_family = "wasm", target_feature = "simd128", not(miri)))]
#[inline]
pub(crate) fn matches(tags: &[u8; TAGS], tag: u8) -> u32 {
    use core::arch::wasm32::{i8x16_bitmask, i8x16_eq, u8x16_splat, u64x2};
    let [lo, hi] = halves(tags);
    i8x16_bitmask(i8x16_eq(u64x2(lo, hi), u8x16_splat(tag))).into()
}

/// Returns the indices at which `tags` contains `tag`, as a bit set.
#[cfg(not(any(
    all(target_arch = "x86_64", target_feature = "sse2", not(miri)),
    all(target_arch = "aarch64", target_feature = "neon", target_endian = "little", not(miri)),
    all(target_family = "wasm", target_feature = "simd128", not(miri)),
)))]
#[inline]
pub(crate) fn matches(tags: &[u8; TAGS], tag: u8) -> u32 {
    portable(tags, tag)
}

/// Returns the eight-byte halves of `tags`; the compiler turns this into one load.
#[inline]
fn halves(tags: &[u8; TAGS]) -> [u64; 2] {
    let all = u128::from_le_bytes(*tags);
    [all as u64, (all >> 64) as u64]
}

/// Searches eight tags per word: a byte of `word ^ tag` is zero where the tag is found. The carry-free zero test sets
/// the top bit of that byte, and a multiplication gathers the eight top bits into one byte.
#[allow(dead_code, reason = "the vector forms are tested against it")]
#[inline]
fn portable(tags: &[u8; TAGS], tag: u8) -> u32 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const GATHER: u64 = 0x0002_0408_1020_4081;
    let [lo, hi] = halves(tags).map(|word| {
        let differ = word ^ (u64::from(tag) * 0x0101_0101_0101_0101);
        let zero = !(((differ & LOW) + LOW) | differ | LOW);
        ((zero >> 7).wrapping_mul(GATHER << 7) >> 56) as u32
    });
    lo | hi << 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_indices_of_equal_tags_are_found() {
        for tag in [0, 1, 0x7f, 0x80, 0xfe, 0xff] {
            for other in [0, 1, 0x7f, 0x80, 0x81, 0xff] {
                if tag == other {
                    continue;
                }
                for set in (0..1 << 10).step_by(if cfg!(miri) { 101 } else { 1 }) {
                    // Ten bits are spread over sixteen by repeating the first six.
                    let set: u32 = set | (set & 0x3f) << 10;
                    let tags: [u8; TAGS] = core::array::from_fn(|i| if set >> i & 1 == 1 { tag } else { other });
                    assert_eq!(matches(&tags, tag), set);
                    assert_eq!(portable(&tags, tag), set);
                }
            }
        }
    }
}
