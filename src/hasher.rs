//! Hashing: the default [`RandomState`], and the hash behind `impl Hash`.

use core::hash::{BuildHasher, Hash, Hasher};
#[cfg(feature = "std")]
use std::sync::OnceLock;

#[cfg(any(not(feature = "std"), test))]
mod fold;

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

/// The hashers of single items in [`hash_unordered`]: the same for all collections, since equal collections must hash
/// alike though their own hashers differ.
///
/// They are keyed, because whoever can compute the hashes of items can pick sets of equal sum, and no key of the final
/// hasher would tell these apart.
#[cfg(feature = "std")]
type ItemState = RandomState;

/// The hashers of single items, which are fixed: without `std` there is no source of random keys.
#[cfg(not(feature = "std"))]
type ItemState = fold::FoldState;

/// Feeds `state` with the hash of a collection whose order means nothing.
pub(crate) fn hash_unordered<T: Hash>(items: impl ExactSizeIterator<Item = T>, state: &mut impl Hasher) {
    hash_unordered_with(&ItemState::default(), items, state);
}

/// [`hash_unordered`] with these hashers of single items.
///
/// The hashes of the items are added up, which no order can change. Addition, not exclusive or: its carries keep the
/// bits of different items from cancelling one by one. Each item's hash is well mixed first, so that sums of related
/// items differ.
fn hash_unordered_with<T: Hash>(
    item_state: &impl BuildHasher,
    items: impl ExactSizeIterator<Item = T>,
    state: &mut impl Hasher,
) {
    state.write_usize(items.len());
    state.write_u64(items.fold(0, |sum: u64, item| sum.wrapping_add(item_state.hash_one(item))));
}

#[cfg(test)]
mod tests {
    use super::fold::FoldState;
    use super::*;

    /// With hashers of single items that have keys, and without.
    #[test]
    fn unordered_hash_knows_items_but_not_their_order() {
        fn check(item_state: &impl BuildHasher) {
            let unordered = |items: &[&str]| {
                let mut state = FoldState::default().build_hasher();
                hash_unordered_with(item_state, items.iter(), &mut state);
                state.finish()
            };
            assert_eq!(unordered(&["a", "b", "c"]), unordered(&["c", "a", "b"]));
            assert_ne!(unordered(&["a", "b", "c"]), unordered(&["a", "b", "d"]));
            assert_ne!(unordered(&["a", "b"]), unordered(&["a", "b", "b"]));
            assert_ne!(unordered(&["ab", "c"]), unordered(&["a", "bc"]));
        }
        check(&FoldState::default());
        check(&ItemState::default());
    }
}
