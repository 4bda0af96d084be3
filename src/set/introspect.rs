//! Memory usage of a set, and how much of it is shared with other versions.

use super::PersistentSet;
use crate::MemoryUsage;

/// # Measuring memory
impl<T, S> PersistentSet<T, S> {
    /// Returns the memory that the set uses, including what it shares with other versions. O(n), no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let set: PersistentSet<u64> = (0..1000).collect();
    /// let usage = set.memory_usage();
    /// assert!(usage.bytes >= 1000 * size_of::<u64>());
    /// assert_eq!(usage.collision_nodes, 0);
    /// assert_eq!(PersistentSet::<u64>::new().memory_usage().bytes, 0);
    /// ```
    pub fn memory_usage(&self) -> MemoryUsage {
        self.table.trie.memory_usage()
    }

    /// Returns the part of [`memory_usage`](Self::memory_usage) that is not shared with the other set: the cost of
    /// keeping this version in addition to the other.
    ///
    /// O(c log n) for versions that differ in c elements, at most O(n log n); no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let old: PersistentSet<u64> = (0..1000).collect();
    /// let new = old.conj(1000);
    /// let added = new.not_shared_with(&old);
    /// assert!((2..=6).contains(&added.nodes()));
    /// assert_eq!(old.not_shared_with(&old.clone()).bytes, 0);
    /// ```
    pub fn not_shared_with(&self, other: &Self) -> MemoryUsage {
        self.table.trie.not_shared_with(&other.table.trie)
    }

    /// Frees spare capacity in nodes that are not shared with other versions. O(n).
    ///
    /// A set that was filled by in-place insertion has spare capacity; one that was collected, or edited while its
    /// nodes were shared, has little.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let mut set = PersistentSet::new();
    /// (0..1000).for_each(|n| assert!(set.insert(n)));
    /// let before = set.memory_usage().bytes;
    /// set.shrink_to_fit();
    /// assert!(set.memory_usage().bytes < before);
    /// ```
    pub fn shrink_to_fit(&mut self) {
        self.table.trie.shrink_to_fit();
    }
}
