//! Hashing: the default [`RandomState`], and the hash behind `impl Hash`.

use core::hash::{BuildHasher, Hash, Hasher};
#[cfg(feature = "std")]
use std::sync::OnceLock;

/// The default hasher: SipHash, as in `std`, under keys that are drawn at random once per process.
///
/// It is zero-sized, so it costs a map nothing. `std` draws other keys for each map, lest filling one map from another
/// in its iteration order take quadratic time. A trie has no such weakness, and maps that hash alike can be compared
/// node by node.
///
/// Needs the feature `std`. Without it there is no source of random keys: the type is then a name for the default type
/// parameter only, has no values and is no [`BuildHasher`].
///
/// # Examples
///
/// ```
/// use std::hash::BuildHasher;
/// use perennial::RandomState;
///
/// assert_eq!(RandomState::new().hash_one("key"), RandomState::new().hash_one("key"));
/// assert_eq!(size_of::<RandomState>(), 0);
/// ```
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomState;

#[cfg(feature = "std")]
impl RandomState {
    /// Makes the hasher, in O(1). The keys are drawn when the first value is hashed.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::{PersistentMap, RandomState};
    ///
    /// let map: PersistentMap<u64, u64> = PersistentMap::with_hasher(RandomState::new());
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

#[cfg(feature = "std")]
impl BuildHasher for RandomState {
    type Hasher = std::hash::DefaultHasher;

    #[inline]
    fn build_hasher(&self) -> Self::Hasher {
        static KEYS: OnceLock<std::hash::RandomState> = OnceLock::new();
        KEYS.get_or_init(std::hash::RandomState::new).build_hasher()
    }
}

/// The name of the default hasher, which exists with the feature `std` only.
#[cfg(not(feature = "std"))]
#[derive(Clone, Copy, Debug)]
pub enum RandomState {}

/// Feeds `state` with the hash of a collection whose order means nothing.
///
/// The hashes of the items are added up, which no order can change. Addition, not exclusive or: its carries keep the
/// bits of different items from cancelling one by one. Each item's hash is well mixed first, so that sums of related
/// items differ.
pub(crate) fn hash_unordered<T: Hash>(items: impl ExactSizeIterator<Item = T>, state: &mut impl Hasher) {
    state.write_usize(items.len());
    state.write_u64(items.fold(0, |sum: u64, item| {
        let mut hasher = FoldHasher::new();
        item.hash(&mut hasher);
        sum.wrapping_add(hasher.finish())
    }));
}

/// The hasher of single items in [`hash_unordered`]: for each word, a multiplication whose halves are folded together.
///
/// It is fixed, since equal collections must hash alike though their own hashers differ. It is not SipHash, since only
/// `std` has that, and a hash should not depend on a feature of the crate. Whoever picks the items can thus make
/// collections of equal hash; the final hasher's keys do not help against that.
struct FoldHasher(u64);

impl FoldHasher {
    const START: u64 = 0x243f_6a88_85a3_08d3;
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    const LAST_FACTOR: u64 = 0xd6e8_feb8_6659_fd93;

    const fn new() -> Self {
        Self(Self::START)
    }
}

/// The two halves of a product, folded together.
fn fold_multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Up to eight bytes as a number.
fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

impl Hasher for FoldHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.write_u64(little_endian(word));
        }
        // A one stands above the bytes left over, and is written even if there are none: so the words tell how many
        // bytes there were.
        let rest = words.remainder();
        self.write_u64(little_endian(rest) | 1 << (8 * rest.len()));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        // Added, so that a product of zero does not swallow what was written before and after.
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

    fn unordered(items: &[&str]) -> u64 {
        let mut state = FoldHasher::new();
        hash_unordered(items.iter(), &mut state);
        state.finish()
    }

    fn bytes(bytes: &[u8]) -> u64 {
        let mut state = FoldHasher::new();
        state.write(bytes);
        state.finish()
    }

    #[test]
    fn unordered_hash_knows_items_but_not_their_order() {
        assert_eq!(unordered(&["a", "b", "c"]), unordered(&["c", "a", "b"]));
        assert_ne!(unordered(&["a", "b", "c"]), unordered(&["a", "b", "d"]));
        assert_ne!(unordered(&["a", "b"]), unordered(&["a", "b", "b"]));
        assert_ne!(unordered(&["ab", "c"]), unordered(&["a", "bc"]));
    }

    #[test]
    fn every_byte_and_the_length_count() {
        let mut seen = Vec::new();
        for length in 0..20 {
            seen.push(bytes(&[0; 20][..length]));
            for place in 0..length {
                let mut one = [0; 20];
                one[place] = 1;
                seen.push(bytes(&one[..length]));
            }
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}
