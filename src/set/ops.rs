//! The traits of a set as a value: cloning, comparing, hashing, showing.

use core::fmt;
use core::hash::{BuildHasher, Hash, Hasher};

use super::PersistentSet;
use crate::hasher::hash_unordered;

impl<T, S: Clone> Clone for PersistentSet<T, S> {
    /// Returns the same version once more. O(1): nothing is copied, the elements need not be `Clone`.
    fn clone(&self) -> Self {
        Self { table: self.table.clone() }
    }
}

impl<T, S: Default> Default for PersistentSet<T, S> {
    /// Returns an empty set. No allocation.
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<T: fmt::Debug, S> fmt::Debug for PersistentSet<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.table.trie.in_stored_order()).finish()
    }
}

impl<T: Eq + Hash, S: BuildHasher> PartialEq for PersistentSet<T, S> {
    /// Returns `true` if both have the same elements. O(1) for the same version or different lengths, otherwise in
    /// proportion to what they do not share.
    fn eq(&self, other: &Self) -> bool {
        self.table.eq(&other.table, T::eq)
    }
}

impl<T: Eq + Hash, S: BuildHasher> Eq for PersistentSet<T, S> {}

impl<T: Hash, S> Hash for PersistentSet<T, S> {
    /// Hashes the elements independently of their order, so that equal sets hash alike, whatever hashers they have.
    /// O(n).
    ///
    /// With the feature `std` each element is hashed by SipHash under keys that are drawn at random once per process,
    /// and these hashes are added up. So nobody can choose different sets of equal hash without knowing the keys, and
    /// the hash of a set differs from one process to the next, even for a [`Hasher`] that has no keys: do not store it.
    ///
    /// Without the feature `std` elements are hashed by a fixed function. Then anyone can compute different sets of
    /// equal hash, whatever the keys of the final hasher are: do not use sets as keys where an attacker chooses their
    /// elements.
    ///
    /// ```
    /// use perennial::{PersistentSet, persistent_set};
    ///
    /// let sets: PersistentSet<_> = [persistent_set! { 1, 2 }, persistent_set! { 2, 1 }].into_iter().collect();
    /// assert_eq!(sets.len(), 1);
    /// ```
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_unordered(self.iter(), state);
    }
}
