//! The standard traits of a set as a value: cloning, comparing, hashing, formatting.

use core::fmt;
use core::hash::{BuildHasher, Hash, Hasher};

use super::PersistentSet;
use crate::hasher::hash_unordered;

impl<T, S: Clone> Clone for PersistentSet<T, S> {
    /// Returns another handle to the same version. O(1): no elements are copied, and `T` need not be `Clone`.
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
    /// Returns `true` if both sets have the same elements.
    ///
    /// O(1) for the same version or for different lengths, otherwise proportional to the size of the parts that are
    /// not shared.
    fn eq(&self, other: &Self) -> bool {
        self.table.eq(&other.table, T::eq)
    }
}

impl<T: Eq + Hash, S: BuildHasher> Eq for PersistentSet<T, S> {}

impl<T: Hash, S> Hash for PersistentSet<T, S> {
    /// Hashes the elements independently of their order, so that equal sets have equal hashes, even if their hashers
    /// differ. O(n).
    ///
    /// With the feature `std`, each element is hashed by SipHash with keys that are chosen at random once per
    /// process, and these hashes are added up. So nobody can construct different sets with equal hashes without
    /// knowing the keys. The hash of a set differs from one process to the next, even for a [`Hasher`] without random
    /// keys: do not store it.
    ///
    /// Without the feature `std`, elements are hashed by a fixed function. Then anyone can compute different sets
    /// with equal hashes, whichever final hasher is used: do not use sets as keys if an attacker can choose their
    /// elements.
    ///
    /// ```
    /// use perennial::{PersistentSet, persistent_set};
    ///
    /// let (a, b) = (persistent_set! { 1, 2 }, persistent_set! { 2, 1 });
    /// let sets: PersistentSet<_> = [a, b].into_iter().collect();
    /// assert_eq!(sets.len(), 1);
    /// ```
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_unordered(self.iter(), state);
    }
}
