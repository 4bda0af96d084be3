//! The default hasher [`RandomState`], and the function behind the `Hash` implementations of maps and sets.

use core::hash::{BuildHasher, Hash, Hasher};
#[cfg(feature = "std")]
use std::sync::OnceLock;

#[cfg(any(not(feature = "std"), test))]
mod fold;

/// The default hasher: SipHash, as in `std`, with keys that are chosen at random once per process.
///
/// It is zero-sized, so it adds nothing to the size of a map. `std` uses different keys for each map, because filling
/// one of its maps in the iteration order of another could otherwise take quadratic time. A trie does not have this
/// weakness, and maps with the same hash function can be compared node by node.
///
/// Without the feature `std` there is no source of random keys: then `RandomState` is only a placeholder for the
/// default type parameter. It is uninhabited and does not implement [`BuildHasher`].
///
/// # Examples
///
/// ```
/// use std::hash::BuildHasher;
/// use perennial::RandomState;
///
/// let (a, b) = (RandomState::new(), RandomState::new());
/// assert_eq!(a.hash_one("key"), b.hash_one("key"));
/// assert_eq!(size_of::<RandomState>(), 0);
/// ```
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomState;

#[cfg(feature = "std")]
impl RandomState {
    /// Creates the hasher. O(1): the keys are chosen when the first value is hashed.
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

/// A placeholder for the default hasher, which exists only with the feature `std`.
#[cfg(not(feature = "std"))]
#[derive(Clone, Copy, Debug)]
pub enum RandomState {}

/// The hasher of single items in [`hash_unordered`]. It is the same for all collections, since equal collections must
/// have equal hashes even if their own hashers differ.
///
/// It has random keys: if the hashes of items could be computed, one could choose different collections whose hashes
/// have the same sum, and no key of the final hasher would distinguish them.
#[cfg(feature = "std")]
type ItemState = RandomState;

/// The hasher of single items. It is fixed: without `std` there is no source of random keys.
#[cfg(not(feature = "std"))]
type ItemState = fold::FoldState;

/// Writes the hash of a collection that is independent of its order to `state`.
pub(crate) fn hash_unordered<T: Hash>(items: impl ExactSizeIterator<Item = T>, state: &mut impl Hasher) {
    hash_unordered_with(&ItemState::default(), items, state);
}

/// Does what [`hash_unordered`] does, with a given hasher of single items.
///
/// The hashes of the items are added up, so their order does not matter. The hashes are added and not combined by
/// exclusive or: the carries prevent the bits of different items from cancelling one by one. Each item's hash is well
/// mixed first, so that sums of similar items differ.
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

    /// Both for hashers of single items with random keys and for those without.
    #[test]
    fn unordered_hash_depends_on_the_items_and_not_on_their_order() {
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
