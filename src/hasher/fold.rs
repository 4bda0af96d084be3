//! A fixed hash function, used where there are no random keys.

use core::hash::{BuildHasherDefault, Hasher};

/// Creates [`FoldHasher`]s, which are all alike.
pub(super) type FoldState = BuildHasherDefault<FoldHasher>;

/// A hasher that multiplies by a constant for each word, and folds the two halves of the product together.
///
/// It has no keys, so anyone can compute its results.
pub(super) struct FoldHasher(u64);

impl FoldHasher {
    const START: u64 = 0x243f_6a88_85a3_08d3;
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    const LAST_FACTOR: u64 = 0xd6e8_feb8_6659_fd93;
}

impl Default for FoldHasher {
    fn default() -> Self {
        Self(Self::START)
    }
}

/// Returns the exclusive or of the two halves of the product.
fn fold_multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Returns up to eight bytes as a little-endian number.
fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

impl Hasher for FoldHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.write_u64(little_endian(word));
        }
        // A one bit is set above the remaining bytes, and is written even if there are none, so that the words
        // determine how many bytes there were.
        let rest = words.remainder();
        self.write_u64(little_endian(rest) | 1 << (8 * rest.len()));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        // The constant is added so that a zero product does not erase what was written before.
        self.0 = fold_multiply(self.0 ^ word, Self::FACTOR).wrapping_add(Self::START);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        fold_multiply(self.0, Self::LAST_FACTOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn bytes(bytes: &[u8]) -> u64 {
        let mut state = FoldHasher::default();
        state.write(bytes);
        state.finish()
    }

    #[test]
    fn hash_depends_on_every_byte_and_on_the_length() {
        let mut seen = Vec::new();
        for length in 0..20 {
            seen.push(bytes(&[0; 20][..length]));
            for index in 0..length {
                let mut one = [0; 20];
                one[index] = 1;
                seen.push(bytes(&one[..length]));
            }
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}
